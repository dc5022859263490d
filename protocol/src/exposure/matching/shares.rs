//! A day's work cut for several workers, such as the caller's threads.
//! Knows numbers of tokens and keys; does not know threads.
//! Specified in specs/performance.md §1.3.

use alloc::vec::Vec;
use core::ops::Range;

/// What one worker does: it makes a matcher with [`super::Matcher::resume`] from these tokens at `keys.start`, and feeds
/// these keys. A hit's `token` then counts from `tokens.start`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which tokens.
    pub tokens: Range<usize>,
    /// Which of the day's keys.
    pub keys: Range<usize>,
}

/// Cuts a day's trials for `workers` workers, 1 or more: every pair of token and key lies in exactly one share.
///
/// Tokens are cut first, since a token's table is then built by one worker only; keys only when there are more workers
/// than tokens. At most `workers` shares come back, fewer for less work; none if there is nothing to try.
#[must_use]
pub fn shares(tokens: usize, keys: usize, workers: usize) -> Vec<Share> {
    let cuts = tokens.min(workers.max(1));
    let mut shares = Vec::new();
    for (worker, tokens) in evenly(tokens, cuts).enumerate() {
        let of_these_tokens = workers.max(1) / cuts + usize::from(worker < workers.max(1) % cuts);
        for keys in evenly(keys, keys.min(of_these_tokens)) {
            shares.push(Share { tokens: tokens.clone(), keys });
        }
    }
    shares
}

/// 0..whole in so many ranges, whose lengths differ by at most 1.
fn evenly(whole: usize, parts: usize) -> impl Iterator<Item = Range<usize>> {
    let at = move |part: usize| whole / parts * part + (whole % parts).min(part);
    (0..parts).map(move |part| at(part)..at(part + 1))
}
