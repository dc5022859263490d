//! The planner on a grid of sizes: its choice against every single route.
//! Knows plans; does not know how the planner chooses.
//! Specified in specs/performance.md §1.4.

use crate::measure::{Subject, interleaved};
use crate::samples::{DAY, keys, tokens};
use crate::{Asked, paths};
use lachan_protocol::exposure::matching::{Matcher, Path, Plan};

const KEYS: [usize; 14] = [
    1, 2, 3, 5, 8, 12, 20, 50, 100, 300, 1_000, 3_000, 8_000, 20_000,
];
const TOKENS: [usize; 4] = [1, 3, 8, 64];

pub(crate) fn run(asked: &Asked) {
    for (name, path) in paths() {
        run_on(name, path, asked);
    }
}

fn run_on(name: &str, path: Path, asked: &Asked) {
    let mut worst = (0.0, 0, 0);
    let all_keys = keys(20_000);
    for token_count in TOKENS {
        let tokens = tokens(token_count, DAY);
        for count in KEYS {
            let keys = &all_keys[..count];
            let chosen = path.plan(count, token_count);
            let mut plans = vec![Plan::Variable];
            plans.extend(Plan::WIDTHS.map(|width| path.comb(width, count, token_count)));
            plans.retain(|plan| sensible(*plan, count));
            let mut subjects: Vec<Subject<'_>> = plans
                .iter()
                .map(|plan| {
                    let tokens = &tokens;
                    Subject::new("", count * token_count, move || {
                        let _ = Matcher::new(DAY, tokens).on(path).feed_by(*plan, keys);
                    })
                })
                .collect();
            let costs = interleaved(
                &mut subjects,
                asked
                    .rounds
                    .min(if count * token_count > 50_000 { 1 } else { 5 }),
            );
            let own = costs[plans.iter().position(|plan| *plan == chosen).unwrap()];
            let (best, least) = costs
                .iter()
                .enumerate()
                .min_by(|a, b| a.1.total_cmp(b.1))
                .unwrap();
            let behind = (own / least - 1.0) * 100.0;
            if behind > worst.0 {
                worst = (behind, count, token_count);
            }
            println!(
                "grid {name} n={count} t={token_count} behind={behind:.1}% ns={own:.0} chosen={chosen:?} best={:?}",
                plans[best]
            );
        }
    }
    println!(
        "worst {name} {:.1}% at n={} t={}",
        worst.0, worst.1, worst.2
    );
}

/// What could never be best is not measured: tables of thousands of entries for a few keys, the variable base for
/// thousands of keys.
const fn sensible(plan: Plan, keys: usize) -> bool {
    match plan {
        Plan::Variable => keys <= 100,
        Plan::Comb { width, .. } => 1 << width <= 8 * keys + 16 && keys <= 400 << width,
    }
}
