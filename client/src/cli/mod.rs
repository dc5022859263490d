//! The command line: one file a group of commands, and the only place that prints.
//! Knows clap and all of this crate; does not know sockets, the database or cryptography.
//! Specified in specs/protocol.md §12.

pub mod args;
mod check;
mod error;
mod exposures;
mod init;
pub mod session;
mod sync;
pub mod terminal;
pub mod venue;
mod wallet;

pub use error::{CliError, TrustFileError, UsageError};
pub use sync::{Report, sync_authorities, sync_each};

use crate::messages::Lang;
use crate::output::{Done, Exit};
use args::{Command, Global, Parsed};
use std::ffi::OsString;
use std::process::ExitCode;
use terminal::Terminal;

/// Runs the program: parses, works, prints, and gives the exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    crate::home::private_umask();
    let args: Vec<OsString> = args.into_iter().collect();
    let style = args::peek(&args);
    let terminal = Terminal::new(style.lang, style.json);
    let result = match args::parse(&args, style.lang) {
        Ok(Parsed::Text(text)) => {
            terminal.text(&text);
            return ExitCode::SUCCESS;
        }
        Ok(Parsed::Command(global, command)) => dispatch(&global, command, &terminal),
        Err(error) => Err(error.into()),
    };
    let exit = match result {
        Ok(done) => {
            terminal.done(&done);
            done.exit
        }
        Err(error) => {
            terminal.error(&error);
            Exit::Failed
        }
    };
    ExitCode::from(exit as u8)
}

fn dispatch(global: &Global, command: Command, terminal: &Terminal) -> Result<Done, CliError> {
    match command {
        Command::CheckIn(args) => check::check_in(global, &args, terminal),
        Command::CheckOut(args) => check::check_out(global, &args, terminal),
        Command::Exposures(args) => exposures::exposures(global, &args, terminal),
        Command::Forget(args) => wallet::forget(global, args, terminal),
        Command::Init(args) => init::init(global, args, terminal),
        Command::Status => wallet::status(global, terminal),
        Command::Sync(args) => sync::sync(global, &args, terminal),
        Command::Venue(command) => venue::run(global, &command, terminal),
        Command::Visits => wallet::visits(global, terminal),
    }
}

/// The language when `--lang` does not say it.
fn language_of_environment() -> Lang {
    ["LC_ALL", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .map_or(Lang::Vi, |value| Lang::from_locale(&value))
}
