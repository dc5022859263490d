//! The plot: trials a second against the number of keys, for each route, as SVG.
//! Knows measured figures; does not know how they came about.
//! Specified in specs/performance.md §1.4.

use crate::ratios::Measured;
use std::fmt::Write as _;

const COLOURS: [&str; 10] = [
    "#0b6e4f", "#b3261e", "#e07a1f", "#8a63d2", "#2d6cdf", "#7f8c8d", "#16a085", "#c2185b",
    "#5d4037", "#000000",
];

/// Writes `matching.svg` into the target folder, and says where.
pub(crate) fn write(all: &[Measured]) -> String {
    let program = std::env::current_exe().unwrap();
    // target/release/deps/matching-…
    let path = program.ancestors().nth(3).unwrap().join("matching.svg");
    std::fs::write(&path, svg(all)).unwrap();
    path.display().to_string()
}

/// Both axes are logarithmic: 10 to 10,000 keys, 1,000 to 10,000,000 trials a second.
fn svg(all: &[Measured]) -> String {
    let x = |keys: usize| 70.0 + ((keys as f64).log10() - 1.0) * 140.0;
    let y = |a_second: f64| 400.0 - (a_second.log10() - 3.0) * 90.0;
    let mut out = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 460\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"760\" height=\"460\" fill=\"white\"/>\n\
         <text x=\"70\" y=\"24\">Trials a second on one core, 8 tokens, against keys of a day</text>\n",
    );
    for power in 1..=4 {
        let (keys, x) = (10_usize.pow(power), x(10_usize.pow(power)));
        writeln!(out, "<path d=\"M{x} 40V400\" stroke=\"#ddd\"/><text x=\"{x}\" y=\"420\" text-anchor=\"middle\">{keys}</text>").unwrap();
    }
    for power in 3..=7 {
        let (rate, y) = (10_u32.pow(power), y(10_f64.powi(power.cast_signed())));
        writeln!(out, "<path d=\"M70 {y}H490\" stroke=\"#ddd\"/><text x=\"64\" y=\"{y}\" text-anchor=\"end\">{rate}</text>").unwrap();
    }
    let of_eight: Vec<&Measured> = all.iter().filter(|measured| measured.tokens == 8).collect();
    for (i, (name, _)) in of_eight[0].costs.iter().enumerate() {
        let points: Vec<String> = of_eight
            .iter()
            .map(|measured| {
                format!(
                    "{:.1},{:.1}",
                    x(measured.keys),
                    y(1e9 / measured.costs[i].1)
                )
            })
            .collect();
        let (colour, points, at) = (COLOURS[i % COLOURS.len()], points.join(" "), 60 + 20 * i);
        writeln!(
            out,
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <text x=\"520\" y=\"{at}\" fill=\"{colour}\">{name}</text>"
        )
        .unwrap();
    }
    out + "</svg>\n"
}
