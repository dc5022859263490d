//! The arguments: from words to typed commands, with help in both languages.
//! Knows clap; does not know what the commands do.
//! Specified in specs/protocol.md §12.

use super::venue::{self, VenueCommand};
mod build;

pub use build::{at, command, flag, option, parse_time, positional};

use super::{UsageError, language_of_environment};
use crate::messages::help::{Help, Word};
use crate::messages::{Lang, Speak};
use build::{localise, parse_day};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, ArgMatches, Command as Clap};
use lachan_protocol::time::{Day, UnixTime};
use std::ffi::OsString;
use std::path::PathBuf;

/// What every command can be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Global {
    /// `--clock`
    pub clock: Option<PathBuf>,
    /// `--home`
    pub home: Option<PathBuf>,
}

/// A command and what it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `check-in`
    CheckIn(CheckInArgs),
    /// `check-out`
    CheckOut(CheckOutArgs),
    /// `exposures`
    Exposures(ExposuresArgs),
    /// `forget`
    Forget(ForgetArgs),
    /// `init`
    Init(InitArgs),
    /// `status`
    Status,
    /// `sync`
    Sync(SyncArgs),
    /// `venue` and what stands below it
    Venue(VenueCommand),
    /// `visits`
    Visits,
}

/// Of `check-in`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckInArgs {
    /// `--at`
    pub at: Option<UnixTime>,
    /// URL, path of an image, or `-`.
    pub code: String,
    /// `--stay`
    pub stay: bool,
    /// `--yes`
    pub yes: bool,
}

/// Of `check-out`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckOutArgs {
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

/// Of `sync`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncArgs {
    /// `--from`
    pub from: Option<String>,
}

/// What came out of the words.
#[derive(Debug)]
pub enum Parsed {
    /// Work to do.
    Command(Global, Command),
    /// Help or version, to be printed.
    Text(String),
}

/// How errors are told, known before anything is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// `--json`
    pub json: bool,
    /// `--lang`, or the environment's.
    pub lang: Lang,
}

/// Looks for `--json` and `--lang` only, so that also a parse error is told rightly.
#[must_use]
pub fn peek(args: &[OsString]) -> Style {
    let words: Vec<_> = args.iter().filter_map(|word| word.to_str()).collect();
    let separate = words
        .iter()
        .position(|word| *word == "--lang")
        .and_then(|at| words.get(at + 1).copied());
    let joined = words.iter().find_map(|word| word.strip_prefix("--lang="));
    Style {
        json: words.contains(&"--json"),
        lang: separate
            .or(joined)
            .and_then(Lang::from_code)
            .unwrap_or_else(language_of_environment),
    }
}

/// Parses the words, the program's name first.
///
/// # Errors
/// [`UsageError`].
pub fn parse(args: &[OsString], lang: Lang) -> Result<Parsed, UsageError> {
    let matches = match root(lang).try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => return refused(&error),
    };
    let global = Global {
        clock: matches.get_one::<PathBuf>("clock").cloned(),
        home: matches.get_one::<PathBuf>("home").cloned(),
    };
    let (name, sub) = matches.subcommand().ok_or(UsageError::MissingCommand)?;
    Ok(Parsed::Command(global, read(name, sub)?))
}

fn read(name: &str, sub: &ArgMatches) -> Result<Command, UsageError> {
    let at = || sub.get_one::<UnixTime>("at").copied();
    match name {
        "check-in" => Ok(Command::CheckIn(CheckInArgs {
            at: at(),
            code: required(sub, "code")?,
            stay: sub.get_flag("stay"),
            yes: sub.get_flag("yes"),
        })),
        "check-out" => Ok(Command::CheckOut(CheckOutArgs { at: at() })),
        "exposures" => Ok(Command::Exposures(ExposuresArgs {
            exit_code: sub.get_flag("exit-code"),
        })),
        "forget" => Ok(Command::Forget(ForgetArgs {
            day: sub.get_one::<Day>("day").copied(),
            yes: sub.get_flag("yes"),
        })),
        "init" => Ok(Command::Init(InitArgs {
            nodes: sub
                .get_many::<String>("node")
                .map(|nodes| nodes.cloned().collect())
                .unwrap_or_default(),
            root: required(sub, "root")?,
            test_clock: sub.get_flag("test-clock"),
            trust: required(sub, "trust")?,
        })),
        "status" => Ok(Command::Status),
        "sync" => Ok(Command::Sync(SyncArgs {
            from: sub.get_one::<String>("from").cloned(),
        })),
        "venue" => Ok(Command::Venue(venue::read(sub)?)),
        "visits" => Ok(Command::Visits),
        other => Err(UsageError::Unknown(other.to_owned())),
    }
}

/// The value of an argument that clap has required.
///
/// # Errors
/// [`UsageError::MissingArgument`].
pub fn required<T: Clone + Send + Sync + 'static>(
    matches: &ArgMatches,
    name: &str,
) -> Result<T, UsageError> {
    matches
        .get_one::<T>(name)
        .cloned()
        .ok_or_else(|| UsageError::MissingArgument(name.to_owned()))
}

/// The whole command line in one language.
#[must_use]
pub fn root(lang: Lang) -> Clap {
    let root = Clap::new("lachan")
        .about(Help::About.say(lang))
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg(
            option("home", "DIR", Help::ArgHome, lang)
                .env("LACHAN_HOME")
                .value_parser(clap::value_parser!(PathBuf)),
        )
        .arg(
            option("clock", "FILE", Help::ArgClock, lang)
                .value_parser(clap::value_parser!(PathBuf)),
        )
        .arg(option("lang", "vi|en", Help::ArgLang, lang).value_parser(["vi", "en"]))
        .arg(flag("json", Help::ArgJson, lang))
        .mut_args(|arg| arg.global(true).help_heading(Word::Global.say(lang)))
        .subcommands([
            command("init", Help::Init, lang)
                .arg(
                    option("trust", "FILE", Help::ArgTrust, lang)
                        .required(true)
                        .value_parser(clap::value_parser!(PathBuf)),
                )
                .arg(option("root", "VKEY", Help::ArgRoot, lang).required(true))
                .arg(option("node", "MULTIADDR", Help::ArgNode, lang).action(ArgAction::Append))
                .arg(flag("test-clock", Help::ArgTestClock, lang)),
            command("check-in", Help::CheckIn, lang)
                .arg(positional("code", "CODE", Help::ArgCode, lang))
                .arg(at(Help::ArgArrival, lang))
                .arg(flag("stay", Help::ArgStay, lang))
                .arg(flag("yes", Help::ArgYes, lang)),
            command("check-out", Help::CheckOut, lang).arg(at(Help::ArgDeparture, lang)),
            command("status", Help::Status, lang),
            command("sync", Help::Sync, lang).arg(option(
                "from",
                "MULTIADDR|FOLDER",
                Help::ArgFrom,
                lang,
            )),
            command("exposures", Help::Exposures, lang).arg(flag(
                "exit-code",
                Help::ArgExitCode,
                lang,
            )),
            command("visits", Help::Visits, lang),
            command("forget", Help::Forget, lang)
                .arg(
                    option("day", "YYYY-MM-DD", Help::ArgDay, lang)
                        .value_parser(parse_day)
                        .required_unless_present("all"),
                )
                .arg(flag("all", Help::ArgAll, lang).conflicts_with("day"))
                .arg(flag("yes", Help::ArgYes, lang)),
            venue::arguments(lang),
        ]);
    localise(root, "lachan", lang)
}

fn refused(error: &clap::Error) -> Result<Parsed, UsageError> {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(" "),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(_) | None => String::new(),
    };
    let argument = || context(ContextKind::InvalidArg);
    Err(match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            return Ok(Parsed::Text(error.to_string()));
        }
        ErrorKind::ArgumentConflict => UsageError::ArgumentConflict(argument()),
        ErrorKind::InvalidSubcommand => {
            UsageError::Unknown(context(ContextKind::InvalidSubcommand))
        }
        ErrorKind::InvalidUtf8 => UsageError::NotText,
        ErrorKind::MissingRequiredArgument => UsageError::MissingArgument(argument()),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            UsageError::MissingCommand
        }
        ErrorKind::UnknownArgument => UsageError::Unknown(argument()),
        _ => UsageError::InvalidValue {
            argument: argument(),
            value: context(ContextKind::InvalidValue),
        },
    })
}
