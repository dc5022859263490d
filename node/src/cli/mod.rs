//! The command line: one file a group of commands.
//! Knows clap and all of this crate; does not know sockets, the database or cryptography; `lachan_shell` prints.
//! Specified in specs/interfaces.md.

pub mod args;
mod backup;
mod catch_up;
mod doctor;
mod error;
mod init;
mod remote;
mod repair;
mod rotate;
mod run;
mod trust;

pub use error::CliError;

use crate::config::Config;
use crate::home::{HomeError, Paths};
use crate::messages::Message;
use args::Command;
use lachan_protocol::time::UnixTime;
use lachan_shell::arguments::Global;
use lachan_shell::clock::Clock;
use lachan_shell::home::dir_of;
use lachan_shell::moment;
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
        Command::CatchUp(args) => catch_up::catch_up(global, &args, terminal),
        Command::Doctor => doctor::doctor(global, terminal),
        Command::Init(args) => init::init(global, &args, terminal),
        Command::Publish => remote::publish(global, terminal),
        Command::ReleaseList => remote::release_list(global, terminal),
        Command::ReleaseRequest(args) => remote::release_request(global, args, terminal),
        Command::Repair { accept } => repair::repair(global, accept),
        Command::Restore(args) => backup::restore(global, &args, terminal),
        Command::Revoke(args) => remote::revoke(global, args, terminal),
        Command::RotateKey => rotate::rotate_key(global),
        Command::Run(args) => run::run(global, args, terminal),
        Command::Status => remote::status(global, terminal),
        Command::TrustInstall(args) => trust::install(global, &args, terminal),
        Command::TrustRoot { out } => trust::root(&out),
        Command::TrustSign(args) => trust::sign(global, &args, terminal),
    }
}

/// Where the home's files lie.
fn paths(global: &Global) -> Result<Paths, HomeError> {
    let dir = dir_of::<Config>(global.home.as_deref())?;
    Ok(Paths::new(&dir))
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
    moment::rfc3339(UnixTime(seconds))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::messages::Lang;
    use std::path::Path;

    /// Does what a command line would, in this home.
    pub(crate) fn work(home: &Path, command: Command) {
        let global = Global {
            clock: None,
            home: Some(home.to_owned()),
        };
        dispatch(&global, command, &Terminal::new(Lang::En, true)).unwrap();
    }
}
