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
            shares.push(Share {
                tokens: tokens.clone(),
                keys,
            });
        }
    }
    shares
}

/// 0..whole in so many ranges, whose lengths differ by at most 1.
fn evenly(whole: usize, parts: usize) -> impl Iterator<Item = Range<usize>> {
    let at = move |part: usize| whole / parts * part + (whole % parts).min(part);
    (0..parts).map(move |part| at(part)..at(part + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn every_pair_lies_in_exactly_one_share() {
        for tokens in 0..6 {
            for keys in 0..6 {
                for workers in 0..9 {
                    let shares = shares(tokens, keys, workers);
                    assert!(shares.len() <= workers.max(1), "{tokens} {keys} {workers}");
                    let mut seen = vec![0; tokens * keys];
                    for share in &shares {
                        for token in share.tokens.clone() {
                            for key in share.keys.clone() {
                                seen[token * keys + key] += 1;
                            }
                        }
                    }
                    assert!(
                        seen.iter().all(|times| *times == 1),
                        "{tokens} {keys} {workers}"
                    );
                }
            }
        }
    }

    #[test]
    fn tokens_are_cut_before_keys() {
        let cut = |tokens, keys| Share { tokens, keys };
        assert_eq!(shares(4, 10, 2), [cut(0..2, 0..10), cut(2..4, 0..10)]);
        assert_eq!(shares(1, 10, 2), [cut(0..1, 0..5), cut(0..1, 5..10)]);
        assert_eq!(
            shares(2, 10, 3),
            [cut(0..1, 0..5), cut(0..1, 5..10), cut(1..2, 0..10)]
        );
    }
}
