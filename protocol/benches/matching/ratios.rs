//! The table of ratios: every size beside every peer, in one run.
//! Knows subjects and their names; does not know how they work.
//! Specified in specs/performance.md §1.4.

use crate::measure::{Subject, interleaved};
use crate::peers::{Dalek, dalek, ladder, pairing};
use crate::samples::{DAY, keys, tokens};
use crate::{Asked, plot, processor};
use lachan_protocol::exposure::matching::{Matcher, Plan};

/// Sizes that are printed.
const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];
/// Tokens of a day.
const TOKENS: [usize; 2] = [1, 8];

/// One size, in nanoseconds a trial.
pub(crate) struct Measured {
    pub(crate) keys: usize,
    pub(crate) tokens: usize,
    /// The name of each subject, and what one trial costs.
    pub(crate) costs: Vec<(String, f64)>,
}

impl Measured {
    fn cost(&self, name: &str) -> f64 {
        self.costs
            .iter()
            .find(|(known, _)| known == name)
            .unwrap()
            .1
    }

    /// (peer, how many times as fast the matcher is).
    fn ratios(&self) -> [(&'static str, f64); 3] {
        let own = self.cost("portable");
        let dalek = self.cost("dalek-variable").min(self.cost("dalek-table"));
        [
            ("pairing", self.cost("pairing") / own),
            ("ladder", self.cost("ladder") / own),
            ("dalek", dalek / own),
        ]
    }
}

pub(crate) fn run(asked: &Asked) {
    let mut all = Vec::new();
    for tokens in TOKENS {
        for keys in SIZES {
            let measured = measure(keys, tokens, asked.rounds);
            if !asked.json {
                for (peer, ratio) in measured.ratios() {
                    println!("ratio portable {peer} n={keys} t={tokens} {ratio:.2}");
                }
            }
            all.push(measured);
        }
    }
    if asked.json {
        println!("{}", json(&all));
    } else {
        for measured in &all {
            println!("{}", line(measured));
        }
    }
    let path = plot::write(&all);
    if !asked.json {
        println!("plot {path}");
    }
}

fn measure(count: usize, token_count: usize, rounds: usize) -> Measured {
    let (keys, tokens) = (keys(count), tokens(token_count, DAY));
    let one = &tokens[..1];
    let trials = count * token_count;
    let feed = |plan: Option<Plan>| {
        let mut matcher = Matcher::new(DAY, &tokens);
        let hits = match plan {
            None => matcher.feed(&keys),
            Some(plan) => matcher.feed_by(plan, &keys),
        };
        assert!(hits.is_empty(), "no key opens these tokens");
    };
    let mut subjects = vec![
        Subject::new("portable", trials, || feed(None)),
        Subject::new("pairing", 1, pairing()),
        Subject::new("ladder", 1, ladder(&keys[0], &tokens[0])),
        // A token costs dalek the same whatever the others are.
        Subject::new("dalek-variable", count, || {
            dalek(Dalek::Variable, one, &keys)
        }),
        Subject::new("dalek-table", count, || dalek(Dalek::Table, one, &keys)),
    ];
    for width in [4, 6, 8, 11] {
        let plan = Plan::comb(width, count, token_count);
        subjects.push(Subject::new(format!("comb-{width}"), trials, move || {
            feed(Some(plan))
        }));
    }
    let costs = interleaved(&mut subjects, rounds);
    Measured {
        keys: count,
        tokens: token_count,
        costs: subjects
            .into_iter()
            .map(|subject| subject.name)
            .zip(costs)
            .collect(),
    }
}

fn line(measured: &Measured) -> String {
    let costs: Vec<String> = measured
        .costs
        .iter()
        .map(|(name, nanoseconds)| format!("{name} {nanoseconds:.0}"))
        .collect();
    format!(
        "ns n={} t={} {}",
        measured.keys,
        measured.tokens,
        costs.join(" ")
    )
}

fn json(all: &[Measured]) -> serde_json::Value {
    let sizes: Vec<serde_json::Value> = all
        .iter()
        .map(|measured| {
            let costs: serde_json::Map<_, _> = measured
                .costs
                .iter()
                .map(|(name, ns)| (name.clone(), (*ns).into()))
                .collect();
            let ratios: serde_json::Map<_, _> = measured
                .ratios()
                .into_iter()
                .map(|(peer, ratio)| (peer.into(), ratio.into()))
                .collect();
            serde_json::json!({
                "n": measured.keys,
                "t": measured.tokens,
                "path": "portable",
                "plan": format!("{:?}", Plan::of(measured.keys, measured.tokens)),
                "ns_a_trial": costs,
                "ratios": ratios,
            })
        })
        .collect();
    serde_json::json!({ "processor": processor(), "sizes": sizes })
}
