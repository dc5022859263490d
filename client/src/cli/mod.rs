//! The command line: one file a group of commands.
//! Knows clap and all of this crate; does not know sockets, the database or cryptography; `lachan_shell` prints.
//! Specified in specs/protocol.md §12.

pub mod args;
mod backup;
mod check;
mod error;
pub mod evidence;
mod exposures;
mod init;
mod progress;
mod repair;
pub mod session;
mod stamp;
mod sync;
pub mod venue;
mod wallet;

pub use error::{CliError, TrustFileError};
pub use sync::{Report, sync_authorities, sync_each};

use crate::messages::Message;
use args::Command;
use lachan_shell::arguments::Global;
use lachan_shell::terminal::{self, Terminal};
use std::ffi::OsString;
use std::process::ExitCode;

/// What a command that worked has to say.
pub type Done = lachan_shell::output::Done<Message>;

/// Runs the program: parses, works, prints, and gives the exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    terminal::run(args, args::parse, dispatch)
}

fn dispatch(global: &Global, command: Command, terminal: &Terminal) -> Result<Done, CliError> {
    match command {
        Command::Backup(args) => backup::backup(global, &args, terminal),
        Command::CheckIn(args) => check::check_in(global, &args, terminal),
        Command::CheckOut(args) => check::check_out(global, &args, terminal),
        Command::Evidence(command) => evidence::run(global, &command, terminal),
        Command::Exposures(args) => exposures::exposures(global, &args, terminal),
        Command::Forget(args) => wallet::forget(global, args, terminal),
        Command::Init(args) => init::init(global, args, terminal),
        Command::Repair { accept } => repair::repair(global, accept),
        Command::Restore(args) => backup::restore(global, &args, terminal),
        Command::Status => wallet::status(global, terminal),
        Command::Sync(args) => sync::sync(global, &args, terminal),
        Command::Venue(command) => venue::run(global, &command, terminal),
        Command::Visits => wallet::visits(global, terminal),
    }
}
