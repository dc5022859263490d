//! A client-day: all keys of 14 days on the own tokens of each, fed in chunks.
//! Knows the matcher; does not know how it works.
//! Specified in specs/performance.md §1.4.

use crate::Asked;
use crate::samples::{keys, tokens};
use cpu_time::ThreadTime;
use lachan_protocol::exposure::matching::{BEST_CHUNK, Matcher, Path};
use lachan_protocol::time::Day;

const KEYS: usize = 1_500_000;
const TOKENS: usize = 100;
const DAYS: usize = 14;
/// Of the whole program, in KiB.
const MOST_KIB: u64 = 64 << 10;

pub(crate) fn run(asked: &Asked) {
    // The same keys serve every day: what they are does not change the time.
    let keys = keys(KEYS.div_ceil(DAYS));
    let (mut spent, mut trials) = (std::time::Duration::ZERO, 0);
    for day in 0..DAYS {
        let own = (day + 1) * TOKENS / DAYS - day * TOKENS / DAYS;
        let date = Day(20_781 + u16::try_from(day).unwrap());
        let tokens = tokens(own, date);
        let start = ThreadTime::now();
        let mut matcher = Matcher::new(date, &tokens);
        for chunk in keys.chunks(BEST_CHUNK) {
            assert!(matcher.feed(chunk).is_empty(), "no key opens these tokens");
        }
        spent += start.elapsed();
        trials += matcher.progress().trials;
    }
    let path = match Path::best() {
        Path::Portable => "portable",
        _ => "ifma",
    };
    let seconds = spent.as_secs_f64();
    let memory = peak_memory().unwrap_or(0);
    assert!(memory <= MOST_KIB, "{memory} KiB were resident");
    if asked.json {
        println!(
            "{}",
            serde_json::json!({ "path": path, "keys": KEYS, "tokens": TOKENS, "trials": trials, "seconds": seconds, "peak_kib": memory })
        );
    } else {
        println!(
            "day path={path} keys={KEYS} tokens={TOKENS} trials={trials} seconds={seconds:.1} peak_kib={memory}"
        );
    }
}

/// The process's highest resident memory in KiB, keys included, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}
