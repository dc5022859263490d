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

fn processor() -> String {
    let known = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = known
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown", |(_, name)| name);
    format!("{name} ({})", std::env::consts::ARCH)
}
