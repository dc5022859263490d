//! The table of ratios: every size beside every peer, in one run.
//! Knows subjects and their names; does not know how they work.
//! Specified in specs/performance.md §1.4.

use crate::measure::{Subject, interleaved};
use crate::peers::{Dalek, dalek, ladder, pairing};
use crate::samples::{DAY, keys, tokens};
use crate::{Asked, paths, plot, processor};
use lachan_protocol::exposure::matching::{Matcher, Path, Plan};

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

    /// (peer, how many times as fast the matcher is on this path).
    fn ratios(&self, path: &str) -> [(&'static str, f64); 3] {
        let own = self.cost(path);
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
                for (path, _) in paths() {
                    for (peer, ratio) in measured.ratios(path) {
                        println!("ratio {path} {peer} n={keys} t={tokens} {ratio:.2}");
                    }
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
        let addition = addition(&all);
        println!("addition ns {addition:.1}");
        for measured in &all {
            if let Some(near) = nearness(measured, addition) {
                println!("near n={} t={} {near:.2}", measured.keys, measured.tokens);
            }
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
    let feed = |path: Path, plan: Option<Plan>| {
        let mut matcher = Matcher::new(DAY, &tokens).on(path);
        let hits = match plan {
            None => matcher.feed(&keys),
            Some(plan) => matcher.feed_by(plan, &keys),
        };
        assert!(hits.is_empty(), "no key opens these tokens");
    };
    let mut subjects = vec![
        Subject::new("portable", trials, || feed(Path::Portable, None)),
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
            feed(Path::Portable, Some(plan))
        }));
    }
    if let Some(path) = Path::ifma() {
        subjects.push(Subject::new("ifma", trials, move || feed(path, None)));
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

/// Additions of one trial by the comb of this width, its share of the table's entries included.
fn additions(width: u32, keys: usize) -> f64 {
    let last = 252_u32.div_ceil(width) - 1;
    let entries =
        f64::from(last) * f64::from(1 << (width - 1)) + f64::from(1 << (251 - width * last));
    f64::from(last) + entries / keys as f64
}

/// Nanoseconds of an addition: what 10,000 keys cost more with the narrow table than with the wide one.
fn addition(all: &[Measured]) -> f64 {
    let size = all.iter().rfind(|size| size.keys == 10_000).unwrap();
    (size.cost("comb-4") - size.cost("comb-8")) / (additions(4, 10_000) - additions(8, 10_000))
}

/// How near the matcher is to its limit, the additions alone: 1 is the limit.
fn nearness(measured: &Measured, addition: f64) -> Option<f64> {
    match Plan::of(measured.keys, measured.tokens) {
        Plan::Comb { width, .. } => {
            Some(additions(width, measured.keys) * addition / measured.cost("portable"))
        }
        Plan::Variable => None,
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
    let addition = addition(all);
    let sizes: Vec<serde_json::Value> = all
        .iter()
        .map(|measured| {
            let costs: serde_json::Map<_, _> = measured
                .costs
                .iter()
                .map(|(name, ns)| (name.clone(), (*ns).into()))
                .collect();
            let ratios: serde_json::Map<_, _> = paths()
                .into_iter()
                .map(|(path, _)| {
                    let ratios: serde_json::Map<_, _> = measured
                        .ratios(path)
                        .into_iter()
                        .map(|(peer, ratio)| (peer.into(), ratio.into()))
                        .collect();
                    (path.into(), ratios.into())
                })
                .collect();
            serde_json::json!({
                "n": measured.keys,
                "t": measured.tokens,
                "plan": format!("{:?}", Plan::of(measured.keys, measured.tokens)),
                "ns_a_trial": costs,
                "ratios": ratios,
                "near": nearness(measured, addition),
            })
        })
        .collect();
    serde_json::json!({ "processor": processor(), "ifma": Path::ifma().is_some(), "addition_ns": addition, "sizes": sizes })
}
