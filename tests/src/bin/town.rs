//! `town`: builds the programs, plays one day of a small town with them, and checks how it ended.
//! Knows arguments, exit codes and the terminal; does not know the story.
//! Specified in README.md, "The town".
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is the program's one place that prints"
)]

use clap::{Parser, ValueEnum};
use lachan_tests::programs::{Profile, Programs};
use lachan_tests::say;
use lachan_tests::town::cast::Cast;
use lachan_tests::town::screen::{Language, Say, Screen};
use lachan_tests::town::{Report, TownError, play, stay};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::channel;

/// Một ngày ở thị trấn Bến Nước · A day in the town of Bến Nước.
///
/// Builds lachan and lachan-node, starts one office, three relays, three venues and five citizens as
/// processes with homes of their own on loopback ports, plays a day and checks how it ended.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:\n  cargo run --release --bin town\n  cargo run --release --bin town -- --lang en --stay\n  cargo run --release --bin town -- --json\n\nExit codes: 0 every check is true; 1 a check failed; 2 the town could not be played."
)]
struct Args {
    /// One JSON object on standard output instead of the story
    #[arg(long)]
    json: bool,
    /// Language of the story (default: from LC_ALL, LC_MESSAGES, LANG; else Vietnamese)
    #[arg(long, value_enum)]
    lang: Option<Lang>,
    /// Leave the town running and print how to take part from a second terminal
    #[arg(long, conflicts_with = "json")]
    stay: bool,
    /// Take lachan and lachan-node from this folder instead of building them
    #[arg(long, value_name = "DIR")]
    bin_dir: Option<PathBuf>,
    /// Keep the folder with all homes at the end
    #[arg(long)]
    keep: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Lang {
    Vi,
    En,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let language = match args.lang {
        Some(Lang::Vi) => Language::Vi,
        Some(Lang::En) => Language::En,
        None => Language::of_environment(),
    };
    let failed = |error: &TownError| {
        fail(args.json, language, error);
        ExitCode::from(2)
    };
    let programs = match &args.bin_dir {
        Some(folder) => Programs::in_folder(folder),
        None => Programs::build(Profile::Release),
    };
    let programs = match programs {
        Ok(programs) => programs,
        Err(error) => return failed(&error.into()),
    };
    let folder = match tempfile::Builder::new().prefix("lachan-town-").tempdir() {
        Ok(folder) => folder,
        Err(error) => return failed(&error.into()),
    };
    let (interrupt, interrupted) = channel();
    let (path, keep) = (folder.path().to_owned(), args.keep);
    let staying = args.stay;
    let handler = ctrlc::set_handler(move || {
        // While it stays, the main thread tidies up; before that nobody else would.
        if interrupt.send(()).is_err() || !staying {
            if !keep {
                let _ = std::fs::remove_dir_all(&path);
            }
            // An interrupted day has no end to report.
            std::process::exit(130);
        }
    });
    if handler.is_err() {
        eprintln!("Ctrl-C: no handler");
    }
    let mut screen = if args.json {
        Screen::silent(language)
    } else {
        Screen::on_stdout(language)
    };
    let outcome = play(&programs, folder.path(), &mut screen);
    let code = match &outcome {
        Ok((cast, report)) => {
            finish(&args, report, &mut screen);
            if args.stay {
                stay::how_to_take_part(cast, &programs, &mut screen);
                wait_for_end(&interrupted);
            }
            ExitCode::from(u8::from(!report.all_true()))
        }
        Err(error) => failed(error),
    };
    let cast: Option<Cast> = outcome.ok().map(|(cast, _)| cast);
    drop(cast);
    if args.keep {
        eprintln!("{}", folder.keep().display());
    }
    code
}

fn finish(args: &Args, report: &Report, screen: &mut Screen) {
    if args.json {
        println!("{}", json!({"v": 1, "ok": true, "data": report}));
        return;
    }
    let seconds = report.seconds;
    let failed: Vec<&str> = report
        .checks
        .iter()
        .filter(|&(_, &ok)| !ok)
        .map(|(&name, _)| name)
        .collect();
    screen.chapter(&say!("Hết ngày", "The end of the day"));
    let count = report.checks.len();
    if failed.is_empty() {
        let all: Say = say!(
            "cả {count} phép kiểm đều đúng; một ngày trong {seconds} giây",
            "all {count} checks are true; a day in {seconds} seconds"
        );
        screen.check(true, &all);
    } else {
        let names = failed.join(", ");
        screen.check(false, &say!("không đúng: {names}", "failed: {names}"));
    }
}

fn wait_for_end(interrupted: &std::sync::mpsc::Receiver<()>) {
    let (enter, entered) = channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        // A closed standard input (no terminal) ends nothing: then only Ctrl-C does.
        if matches!(std::io::stdin().read_line(&mut line), Ok(length) if length > 0) {
            let _ = enter.send(());
        } else {
            std::mem::forget(enter);
        }
    });
    loop {
        if interrupted.try_recv().is_ok() || entered.try_recv().is_ok() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

fn fail(as_json: bool, language: Language, error: &TownError) {
    let hint = match error {
        TownError::Build(_) => say!(
            "xem cargo báo gì ở trên; --bin-dir cần thư mục có lachan và lachan-node",
            "see what cargo said above; --bin-dir needs the folder of lachan and lachan-node"
        ),
        TownError::Lacking(_) => say!("sửa điều ấy rồi chạy lại", "mend that and run again"),
        _ => say!(
            "chạy lại với --keep để giữ thư mục và đọc nhật ký của các nút",
            "run again with --keep to keep the folder, and read the nodes' logs there"
        ),
    };
    let hint = hint.in_language(language);
    let said = error.say();
    let said = said.in_language(language);
    if as_json {
        let error = json!({"code": error.code(), "message": said, "hint": hint});
        println!("{}", json!({"v": 1, "ok": false, "error": error}));
    } else {
        let word = match language {
            Language::Vi => "không chơi được ngày này",
            Language::En => "the day could not be played",
        };
        eprintln!("town: {word}: {said}\n\n{hint}");
    }
}
