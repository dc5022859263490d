//! The program that matches inside WebAssembly: one sample, told on one line; `run.mjs` runs it beside a pairing.
//! Knows the matcher's public interface; does not know its peer.
//! Specified in specs/performance.md §1.5.
#![expect(clippy::print_stdout, reason = "figures are what it is for")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a benchmark stops where it fails"
)]

#[path = "../matching/samples.rs"]
mod samples;

use lachan_protocol::exposure::matching::{Matcher, Plan};
use samples::{DAY, keys, opened_by, tokens};
use std::time::{Duration, Instant};

/// A sample is repeated until it took so long.
const LONG_ENOUGH: Duration = Duration::from_millis(100);

/// `n t [width]`: so many keys, so many tokens, and the width of the comb instead of the planner's choice.
/// Prints nanoseconds a trial, hits of one time, and the plan.
fn main() {
    let numbers: Vec<usize> = std::env::args()
        .skip(1)
        .map(|argument| argument.parse().unwrap())
        .collect();
    let (count, token_count) = (numbers[0], numbers[1]);
    let mut keys = keys(count);
    let mut tokens = tokens(token_count, DAY);
    // One key in the middle opens the last token, so that a fast but wrong matcher is noticed.
    let place = count / 2;
    let (key, token) = opened_by(DAY);
    keys[place] = key;
    tokens[token_count - 1] = token;
    let plan = numbers.get(2).map_or_else(
        || Plan::of(count, token_count),
        |width| Plan::comb(u32::try_from(*width).unwrap(), count, token_count),
    );
    let start = Instant::now();
    let mut times = 0;
    while times == 0 || start.elapsed() < LONG_ENOUGH {
        let hits = Matcher::new(DAY, &tokens).feed_by(plan, &keys);
        assert_eq!(hits.len(), 1, "exactly the planted key opens a token");
        assert_eq!(
            (hits[0].token, hits[0].position),
            (token_count - 1, place as u64)
        );
        times += 1;
    }
    let trials = times * count * token_count;
    let nanoseconds = start.elapsed().as_secs_f64() * 1e9 / trials as f64;
    println!("{nanoseconds:.1} {plan:?}");
}
