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
use lachan_protocol::keys::ReleasedKey;
use lachan_protocol::token::VisitToken;
use samples::{DAY, keys, pairs, tokens};
use std::time::{Duration, Instant};

/// A sample is repeated until it took so long.
const LONG_ENOUGH: Duration = Duration::from_millis(100);

/// `n t [width]`: so many keys, so many tokens, and the width of the comb instead of the planner's choice.
/// Prints nanoseconds a trial and the plan. `check` tries every route once.
fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words == ["check"] {
        let planted = Planted::new(1_000, 8);
        planted.matched(Plan::Variable);
        for width in Plan::WIDTHS {
            planted.matched(Plan::comb(width, 1_000, 8));
        }
        println!("every route gives the hits that were planted");
        return;
    }
    let numbers: Vec<usize> = words.iter().map(|word| word.parse().unwrap()).collect();
    let (count, token_count) = (numbers[0], numbers[1]);
    let plan = numbers.get(2).map_or_else(
        || Plan::of(count, token_count),
        |width| Plan::comb(u32::try_from(*width).unwrap(), count, token_count),
    );
    let planted = Planted::new(count, token_count);
    let start = Instant::now();
    let mut times = 0;
    while times == 0 || start.elapsed() < LONG_ENOUGH {
        planted.matched(plan);
        times += 1;
    }
    let trials = times * count * token_count;
    let nanoseconds = start.elapsed().as_secs_f64() * 1e9 / trials as f64;
    println!("{nanoseconds:.1} {plan:?}");
}

/// Keys among which each token has exactly one that opens it, so that a fast but wrong matcher is noticed.
struct Planted {
    keys: Vec<ReleasedKey>,
    tokens: Vec<VisitToken>,
    places: Vec<u64>,
}

impl Planted {
    fn new(count: usize, token_count: usize) -> Self {
        let (mut keys, mut places) = (keys(count), Vec::new());
        for (i, (key, _)) in pairs(token_count, DAY).enumerate() {
            let place = (2 * i + 1) * count / (2 * token_count);
            keys[place] = key;
            places.push(place as u64);
        }
        Self {
            keys,
            tokens: tokens(token_count, DAY),
            places,
        }
    }

    fn matched(&self, plan: Plan) {
        let hits = Matcher::new(DAY, &self.tokens).feed_by(plan, &self.keys);
        let found = hits.iter().map(|hit| (hit.token, hit.position));
        let wanted = self.places.iter().copied().enumerate();
        assert!(found.eq(wanted), "exactly what was planted, by {plan:?}");
    }
}
