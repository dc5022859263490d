//! How long it takes from an office's publication until every relay holds the checkpoint.
//! Measures and prints; asserts no time. Reads the times of the files that the nodes write.
//! Specified in specs/protocol.md §13.3.

use crate::faults::{Ground, TICK_SECONDS, log_folder, seq, started, wait_for};
use lachan_tests::home::Home;
use std::time::{Duration, SystemTime};

/// Relays besides the office: ten nodes with it would do.
const RELAYS: usize = 10;
/// Relays that know the office; each other one knows two relays.
const NEXT_TO_THE_OFFICE: usize = 3;
/// Publications in the short form, and in the long one.
const SHORT: u64 = 3;
const LONG: u64 = 100;

/// When a node's checkpoint was last written, and its bytes.
fn written(home: &Home) -> (Option<SystemTime>, Vec<u8>) {
    let file = log_folder(home.folder()).join("checkpoint");
    let time = std::fs::metadata(&file).and_then(|data| data.modified());
    (time.ok(), std::fs::read(&file).unwrap_or_default())
}

/// The value below which so many of a hundred lie.
fn percentile(sorted: &[Duration], of_hundred: usize) -> Duration {
    let last = sorted.len().saturating_sub(1);
    let at = (sorted.len() * of_hundred).div_ceil(100).saturating_sub(1);
    sorted.get(at.min(last)).copied().unwrap_or_default()
}

#[test]
fn a_publication_reaches_every_relay() {
    let rounds = match std::env::var_os("LACHAN_LONG") {
        Some(_) => LONG,
        None => SHORT,
    };
    let ground = Ground::new();
    let office = started(&ground.office);
    let mut relays: Vec<Home> = Vec::new();
    let mut running: Vec<lachan_tests::home::Running> = Vec::new();
    for index in 0..RELAYS {
        let known: Vec<String> = match index < NEXT_TO_THE_OFFICE {
            true => vec![office.address().to_owned()],
            false => [index - 1, index - NEXT_TO_THE_OFFICE]
                .map(|at| running[at].address().to_owned())
                .into(),
        };
        let known = known.iter().flat_map(|at| ["--peer", at.as_str()]);
        let relay = ground.relay(&format!("relay-{index}"), &known.collect::<Vec<_>>());
        running.push(started(&relay));
        relays.push(relay);
    }
    wait_for("the first tick", || seq(&ground.office) == 1);
    let all_alike = || {
        let (_, note) = written(&ground.office);
        !note.is_empty() && relays.iter().all(|relay| written(relay).1 == note)
    };
    wait_for("all relays", all_alike);
    let (mut each, mut last) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        let before = written(&ground.office).1;
        let tick = ground.day.plus(round * TICK_SECONDS + 60);
        ground.clock.set(tick).expect("the clock is set");
        wait_for("the publication", || written(&ground.office).1 != before);
        wait_for("all relays", all_alike);
        // an office may write more than once around midnight: from its last note to each copy of it
        let published = written(&ground.office).0.expect("a time");
        let held = relays.iter().filter_map(|relay| written(relay).0);
        let took: Vec<Duration> = held
            .map(|time| time.duration_since(published).unwrap_or_default())
            .collect();
        last.extend(took.iter().max());
        each.extend(took);
    }
    each.sort_unstable();
    last.sort_unstable();
    let row = |of: &[Duration]| {
        let [half, most, all] = [50, 99, 100].map(|at| percentile(of, at).as_millis());
        format!("p50 {half} ms, p99 {most} ms, most {all} ms")
    };
    eprintln!("{rounds} publications to {RELAYS} relays");
    eprintln!("each relay: {}", row(&each));
    eprintln!("all relays: {}", row(&last));
    assert_eq!(each.len(), last.len() * RELAYS);
}
