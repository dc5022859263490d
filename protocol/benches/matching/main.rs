//! The benchmark of matching: trials by every route, beside what others pay for one.
//! Knows the matcher's public interface and its peers; does not know how the routes work.
//! Specified in specs/performance.md §1.4.
#![expect(clippy::print_stdout, reason = "figures are what it is for")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a benchmark stops where it fails"
)]

mod day;
mod grid;
mod measure;
mod peers;
mod plot;
mod ratios;
mod samples;

use lachan_protocol::exposure::matching::Path;

const HELP: &str = "\
cargo bench -p lachan-protocol --bench matching -- [--json] [--rounds N] [--grid | --day]
  (nothing)    ratios of each size beside the peers, and a plot in the target folder
  --grid       the planner's choice against every single route
  --day        a client-day of 20,000 cases: 1.5 million keys, 100 tokens over 14 days";

fn main() {
    let mut asked = Asked {
        json: false,
        rounds: 7,
        what: What::Ratios,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // What cargo itself adds.
            "--bench" => {}
            "--json" => asked.json = true,
            "--rounds" => asked.rounds = arguments.next().unwrap().parse().unwrap(),
            "--grid" => asked.what = What::Grid,
            "--day" => asked.what = What::Day,
            _ => {
                println!("{HELP}");
                return;
            }
        }
    }
    if !asked.json {
        println!("processor {}", processor());
        if Path::ifma().is_none() {
            println!("NOT MEASURED path ifma: this processor has no AVX-512 IFMA");
        }
    }
    match asked.what {
        What::Ratios => ratios::run(&asked),
        What::Grid => grid::run(&asked),
        What::Day => day::run(&asked),
    }
}

struct Asked {
    json: bool,
    rounds: usize,
    what: What,
}

enum What {
    Ratios,
    Grid,
    Day,
}

/// Every path of this processor, by its name in figures.
fn paths() -> Vec<(&'static str, Path)> {
    let portable = [("portable", Path::Portable)];
    let ifma = Path::ifma().map(|path| ("ifma", path));
    portable.into_iter().chain(ifma).collect()
}

fn processor() -> String {
    let known = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = known
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown", |(_, name)| name);
    format!("{name} ({})", std::env::consts::ARCH)
}
