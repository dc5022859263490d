//! The command line: one file a group of commands, and the only place that prints.
//! Knows clap and all of this crate; does not know sockets, the database or cryptography.
//! Specified in specs/interfaces.md.

pub mod args;
mod error;
mod init;
mod remote;
mod run;
pub mod terminal;
mod trust;

pub use error::{CliError, UsageError};

use crate::clock::Clock;
use crate::home::{HomeError, Paths, default_dir};
use crate::messages::{Lang, Message};
use crate::output::Done;
use args::{Command, Global, Parsed};
use std::ffi::OsString;
use std::process::ExitCode;
use terminal::Terminal;

/// What a command that could not do it ends with.
const FAILED: u8 = 2;

/// Runs the program: parses, works, prints, and gives the exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    lachan_store::private_umask();
    let args: Vec<OsString> = args.into_iter().collect();
    let style = args::peek(&args, language_of_environment());
    let terminal = Terminal::new(style.lang, style.json);
    let result = match args::parse(&args, style.lang) {
        Ok(Parsed::Text(text)) => {
            terminal.text(&text);
            return ExitCode::SUCCESS;
        }
        Ok(Parsed::Command(global, command)) => dispatch(&global, *command, &terminal),
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(done) => {
            terminal.done(&done);
            ExitCode::SUCCESS
        }
        Err(error) => {
            terminal.error(&error);
            ExitCode::from(FAILED)
        }
    }
}

fn dispatch(global: &Global, command: Command, terminal: &Terminal) -> Result<Done, CliError> {
    match command {
        Command::Init(args) => init::init(global, &args, terminal),
        Command::Publish => remote::publish(global, terminal),
        Command::ReleaseList => remote::release_list(global, terminal),
        Command::ReleaseRequest(args) => remote::release_request(global, args, terminal),
        Command::Run(args) => run::run(global, args, terminal),
        Command::Status => remote::status(global, terminal),
        Command::TrustInstall(args) => trust::install(global, &args, terminal),
        Command::TrustRoot { out } => trust::root(&out),
        Command::TrustSign(args) => trust::sign(global, &args, terminal),
    }
}

/// Where the home's files lie.
fn paths(global: &Global) -> Result<Paths, HomeError> {
    match &global.home {
        Some(dir) => Ok(Paths::new(dir)),
        None => default_dir().map(|dir| Paths::new(&dir)),
    }
}

/// The clock of a home; says so when it is a test clock.
fn clock(global: &Global, test_home: bool, terminal: &Terminal) -> Result<Clock, CliError> {
    let clock = Clock::new(global.clock.as_deref(), test_home)?;
    if clock.is_test() {
        let time = rfc3339(clock.now()?.0);
        terminal.note(&Message::TestClock { time });
    }
    Ok(clock)
}

/// Unix seconds as RFC 3339.
fn rfc3339(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .map_or_else(|| seconds.to_string(), |time| time.to_string())
}

/// The language when `--lang` does not say it.
fn language_of_environment() -> Lang {
    ["LC_ALL", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .map_or(Lang::Vi, |value| Lang::from_locale(&value))
}
