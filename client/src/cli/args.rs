//! The arguments: from words to typed commands, with help in both languages.
//! Knows clap; does not know what the commands do.
//! Specified in specs/protocol.md §12.

use super::evidence::{self, EvidenceCommand};
use super::venue::{self, VenueCommand};
use crate::home::Settings;
use crate::messages::help::Help;
use crate::messages::wallet_help::WalletHelp;
use crate::messages::{Lang, Speak};
use clap::{ArgAction, ArgMatches, Command as Clap, value_parser};
use lachan_protocol::time::{Day, UnixTime};
use lachan_shell::arguments::{
    self, Frame, Parsed, UsageError, all, command, flag, option, optional, path, positional,
    required, test_clock, time,
};
use lachan_shell::home::Settings as _;
use lachan_shell::moment::day_from_iso;
use std::ffi::OsString;
use std::path::PathBuf;

/// A command and what it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `backup`
    Backup(BackupArgs),
    /// `check-in`
    CheckIn(CheckInArgs),
    /// `check-out`
    CheckOut(CheckOutArgs),
    /// `evidence` and what stands below it
    Evidence(EvidenceCommand),
    /// `exposures`
    Exposures(ExposuresArgs),
    /// `forget`
    Forget(ForgetArgs),
    /// `init`
    Init(InitArgs),
    /// `repair`; whether a loss is accepted
    Repair {
        /// `--accept-rollback`
        accept: bool,
    },
    /// `restore`
    Restore(RestoreArgs),
    /// `status`
    Status,
    /// `sync`
    Sync(SyncArgs),
    /// `venue` and what stands below it
    Venue(VenueCommand),
    /// `visits`
    Visits,
}

/// Of `backup`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupArgs {
    /// `--out`
    pub out: PathBuf,
    /// `--passphrase-file`
    pub passphrase_file: Option<PathBuf>,
}

/// Of `check-in`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckInArgs {
    /// `--at`
    pub at: Option<UnixTime>,
    /// URL, path of an image, or `-`.
    pub code: String,
    /// `--leave`
    pub leave: bool,
    /// `--stay`
    pub stay: bool,
    /// `--yes`
    pub yes: bool,
}

/// Of `check-out`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckOutArgs {
    /// `--arrived`
    pub arrived: Option<UnixTime>,
    /// `--at`
    pub at: Option<UnixTime>,
}

/// Of `exposures`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExposuresArgs {
    /// `--exit-code`
    pub exit_code: bool,
}

/// Of `forget`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForgetArgs {
    /// One day, or none for `--all`.
    pub day: Option<Day>,
    /// `--yes`
    pub yes: bool,
}

/// Of `init`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitArgs {
    /// `--node`, any number
    pub nodes: Vec<String>,
    /// `--root`
    pub root: String,
    /// `--test-clock`
    pub test_clock: bool,
    /// `--trust`
    pub trust: PathBuf,
}

/// Of `restore`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreArgs {
    /// FILE
    pub file: PathBuf,
    /// `--merge`
    pub merge: bool,
    /// `--passphrase-file`
    pub passphrase_file: Option<PathBuf>,
}

/// Of `sync`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncArgs {
    /// `--again`
    pub again: bool,
    /// `--from`
    pub from: Option<String>,
}

/// Parses the words, the program's name first.
///
/// # Errors
/// [`UsageError`].
pub fn parse(args: &[OsString], lang: Lang) -> Result<Parsed<Command>, UsageError> {
    arguments::parse(root(lang), args, read)
}

fn read(matches: &ArgMatches) -> Result<Command, UsageError> {
    let (name, sub) = matches.subcommand().ok_or(UsageError::MissingCommand)?;
    let at = || optional(sub, "at");
    let passphrase_file = || optional(sub, "passphrase-file");
    match name {
        "backup" => Ok(Command::Backup(BackupArgs {
            out: required(sub, "out")?,
            passphrase_file: passphrase_file(),
        })),
        "check-in" => Ok(Command::CheckIn(CheckInArgs {
            at: at(),
            code: required(sub, "code")?,
            leave: sub.get_flag("leave"),
            stay: sub.get_flag("stay"),
            yes: sub.get_flag("yes"),
        })),
        "check-out" => Ok(Command::CheckOut(CheckOutArgs {
            arrived: optional(sub, "arrived"),
            at: at(),
        })),
        "evidence" => Ok(Command::Evidence(evidence::read(sub)?)),
        "exposures" => Ok(Command::Exposures(ExposuresArgs {
            exit_code: sub.get_flag("exit-code"),
        })),
        "forget" => {
            let day = optional(sub, "day");
            if day.is_none() && !sub.get_flag("all") {
                return Err(UsageError::MissingArgument(
                    "--day YYYY-MM-DD | --all".into(),
                ));
            }
            let yes = sub.get_flag("yes");
            Ok(Command::Forget(ForgetArgs { day, yes }))
        }
        "init" => Ok(Command::Init(InitArgs {
            nodes: all(sub, "node"),
            root: required(sub, "root")?,
            test_clock: sub.get_flag("test-clock"),
            trust: required(sub, "trust")?,
        })),
        "repair" => Ok(Command::Repair {
            accept: sub.get_flag("accept-rollback"),
        }),
        "restore" => Ok(Command::Restore(RestoreArgs {
            file: required(sub, "file")?,
            merge: sub.get_flag("merge"),
            passphrase_file: passphrase_file(),
        })),
        "status" => Ok(Command::Status),
        "sync" => Ok(Command::Sync(SyncArgs {
            again: sub.get_flag("again"),
            from: optional(sub, "from"),
        })),
        "venue" => Ok(Command::Venue(venue::read(sub)?)),
        "visits" => Ok(Command::Visits),
        other => Err(UsageError::Unknown(other.to_owned())),
    }
}

/// The whole command line in one language.
#[must_use]
pub fn root(lang: Lang) -> Clap {
    let frame = Frame {
        about: Help::About,
        home: Help::ArgHome,
        program: Settings::LAYOUT.program,
        variable: Settings::LAYOUT.variable,
        version: env!("CARGO_PKG_VERSION"),
    };
    let examples = |help: Help| help.say(lang);
    let commands = [
        command("init", Help::Init, lang)
            .arg(path("trust", "FILE", Help::ArgTrust, lang).required(true))
            .arg(option("root", "VKEY", Help::ArgRoot, lang).required(true))
            .arg(option("node", "MULTIADDR", Help::ArgNode, lang).action(ArgAction::Append))
            .arg(test_clock(lang))
            .after_help(examples(Help::ExamplesInit)),
        command("check-in", Help::CheckIn, lang)
            .arg(positional("code", "CODE", Help::ArgCode, lang))
            .arg(time("at", Help::ArgArrival, lang))
            .arg(flag("leave", Help::ArgLeave, lang).conflicts_with("stay"))
            .arg(flag("stay", Help::ArgStay, lang))
            .arg(flag("yes", Help::ArgYes, lang))
            .after_help(examples(Help::ExamplesCheckIn)),
        command("check-out", Help::CheckOut, lang)
            .arg(time("at", Help::ArgDeparture, lang))
            .arg(time("arrived", WalletHelp::ArgArrived, lang))
            .after_help(examples(Help::ExamplesCheckOut)),
        command("status", Help::Status, lang).after_help(examples(Help::ExamplesStatus)),
        command("sync", Help::Sync, lang)
            .arg(option("from", "MULTIADDR|FOLDER", Help::ArgFrom, lang))
            .arg(flag("again", WalletHelp::ArgAgain, lang))
            .after_help(examples(Help::ExamplesSync)),
        command("exposures", Help::Exposures, lang)
            .arg(flag("exit-code", Help::ArgExitCode, lang))
            .after_help(examples(Help::ExamplesExposures)),
        command("visits", Help::Visits, lang).after_help(examples(Help::ExamplesVisits)),
        command("forget", Help::Forget, lang)
            .arg(option("day", "YYYY-MM-DD", Help::ArgDay, lang).value_parser(parse_day))
            .arg(flag("all", Help::ArgAll, lang).conflicts_with("day"))
            .arg(flag("yes", Help::ArgYes, lang))
            .after_help(examples(Help::ExamplesForget)),
        evidence::arguments(lang),
        command("backup", WalletHelp::Backup, lang)
            .arg(path("out", "FILE", WalletHelp::ArgOut, lang).required(true))
            .arg(arguments::passphrase_file(lang))
            .after_help(WalletHelp::ExamplesBackup.say(lang)),
        command("restore", WalletHelp::Restore, lang)
            .arg(
                positional("file", "FILE", WalletHelp::ArgBackup, lang)
                    .value_parser(value_parser!(PathBuf)),
            )
            .arg(flag("merge", WalletHelp::ArgMerge, lang))
            .arg(arguments::passphrase_file(lang))
            .after_help(WalletHelp::ExamplesRestore.say(lang)),
        command("repair", WalletHelp::Repair, lang)
            .arg(flag("accept-rollback", WalletHelp::ArgAcceptRollback, lang))
            .after_help(WalletHelp::ExamplesRepair.say(lang)),
        venue::arguments(lang),
    ];
    frame.around(commands, lang)
}

fn parse_day(text: &str) -> Result<Day, UsageError> {
    day_from_iso(text).ok_or_else(|| UsageError::invalid("--day", text))
}
