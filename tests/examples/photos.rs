//! `photos`: draws the set of photographs, lets every decoder read each, and prints the table.
//! Knows arguments and the table; does not know how pictures are made.
//! Specified in specs/performance.md, "Photographs".
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is the program's one place that prints"
)]

use clap::Parser;
use lachan_client::qr::{QrError, read_bytes};
use lachan_tests::photos::codes::Codes;
use lachan_tests::photos::{DISTORTIONS, Expected, Picture, Set, decoders};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Reads photographs of real codes with every decoder, and prints how many each one reads.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:\n  cargo run --release -p lachan-tests --example photos\n  cargo run --release -p lachan-tests --example photos -- --count 28 --keep pictures\n\nExit codes: 0 the shipped reader reads 95 % or more; 1 it does not; 2 it could not be measured."
)]
struct Args {
    /// How many pictures of the set, from its beginning
    #[arg(long)]
    count: Option<usize>,
    /// Seed of the set
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Keep the pictures in this folder
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

const READERS: [&str; 5] = ["rqrr", "rxing (Java)", "rxing (C++)", "zbar", "shipped"];

fn main() -> ExitCode {
    let args = Args::parse();
    let temporary = tempfile::tempdir();
    let folder = match (&args.keep, &temporary) {
        (Some(keep), _) => keep.as_path(),
        (None, Ok(dir)) => dir.path(),
        (None, Err(error)) => {
            eprintln!("no folder for the pictures: {error}");
            return ExitCode::from(2);
        }
    };
    match measure(&args, folder) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("could not be measured: {error}");
            ExitCode::from(2)
        }
    }
}

fn measure(args: &Args, folder: &Path) -> std::io::Result<bool> {
    std::fs::create_dir_all(folder)?;
    let set = Set::new(args.seed);
    let count = args.count.unwrap_or(set.len()).min(set.len());
    let mut right = vec![[0_usize; READERS.len()]; DISTORTIONS.len()];
    let mut pictures = vec![0_usize; DISTORTIONS.len()];
    let mut times = [Duration::ZERO; READERS.len()];
    for number in 0..count {
        let picture = set.picture(number);
        let row = number % DISTORTIONS.len();
        pictures[row] += 1;
        for (reader, is_right) in read(&picture, folder, &mut times)?.into_iter().enumerate() {
            right[row][reader] += usize::from(is_right);
            if !is_right && reader == READERS.len() - 1 {
                eprintln!(
                    "missed: {number} {:?} v{}",
                    picture.distortion, picture.version
                );
            }
        }
    }
    print_table(&right, &pictures, &times);
    let ours: usize = right.iter().map(|row| row[READERS.len() - 1]).sum();
    Ok(ours * 100 >= count * 95)
}

/// Whether each reader says what it should.
fn read(
    picture: &Picture,
    folder: &Path,
    times: &mut [Duration; READERS.len()],
) -> std::io::Result<[bool; READERS.len()]> {
    let name = format!(
        "{:03}-{:?}-v{}.{}",
        picture.number,
        picture.distortion,
        picture.version,
        picture.format.ending()
    );
    let path = folder.join(name);
    std::fs::write(&path, &picture.bytes)?;
    let grey = image::load_from_memory(&picture.bytes)
        .map_err(std::io::Error::other)?
        .into_luma8();
    let mut number = 0;
    let mut timed = |texts: &dyn Fn() -> std::io::Result<bool>| {
        let begun = Instant::now();
        let is_right = texts();
        times[number] += begun.elapsed();
        number += 1;
        is_right
    };
    let holds = |texts: &[String]| match &picture.expected {
        Expected::Text(text) => texts.contains(text),
        Expected::Several(one, other) => texts.contains(one) && texts.contains(other),
        Expected::Nothing => texts.is_empty(),
    };
    Ok([
        timed(&|| Ok(holds(&decoders::rqrr(&grey))))?,
        timed(&|| Ok(holds(&decoders::rxing_java(&grey))))?,
        timed(&|| Ok(holds(&decoders::rxing_cpp(&grey))))?,
        timed(&|| Ok(holds(&decoders::zbar(&path)?)))?,
        timed(&|| {
            Ok(picture
                .is_answered_by(&read_bytes(picture.bytes.clone(), Codes::is_ours).map_err(word)))
        })?,
    ])
}

const fn word(error: QrError) -> &'static str {
    match error {
        QrError::SeveralOfOurs => Picture::SEVERAL,
        QrError::NothingFound => Picture::NOTHING,
        _ => "unread",
    }
}

fn print_table(right: &[[usize; READERS.len()]], pictures: &[usize], times: &[Duration]) {
    println!("| pictures | of | {} |", READERS.join(" | "));
    println!("|---|---|{}", "---|".repeat(READERS.len()));
    let cells = |row: &[usize]| row.iter().map(|n| format!(" {n} |")).collect::<String>();
    for ((distortion, row), of) in DISTORTIONS.iter().zip(right).zip(pictures) {
        println!("| {distortion:?} | {of} |{}", cells(row));
    }
    let sums: Vec<usize> = (0..READERS.len())
        .map(|reader| right.iter().map(|row| row[reader]).sum())
        .collect();
    let of: usize = pictures.iter().sum();
    println!("| all | {of} |{}", cells(&sums));
    let mean = |time: &Duration| time.as_millis() / (of.max(1) as u128);
    let means: Vec<String> = times.iter().map(|time| mean(time).to_string()).collect();
    println!("| ms a picture | | {} |", means.join(" | "));
}
