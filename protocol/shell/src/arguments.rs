//! The arguments that both programs have, and why a command line is not understood.
//! Knows clap; does not know commands.
//! Specified in specs/protocol.md §12.

mod build;

pub use build::{
    Frame, Word, command, flag, option, parse_time, passphrase_file, path, positional, test_clock,
    time,
};

use crate::terminal::Terminal;
use crate::words::Lang;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Command as Clap};
use std::ffi::OsString;
use std::path::PathBuf;

/// Why a command line is not understood, or not obeyed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsageError {
    /// Two arguments that exclude each other.
    #[error("the argument {0} does not go with another one")]
    ArgumentConflict(String),
    /// A value that is not allowed there.
    #[error("the value of {argument} is not understood")]
    InvalidValue {
        /// As it stands in the usage.
        argument: String,
        /// What was given.
        value: String,
    },
    /// An argument that must be there.
    #[error("the argument {0} is missing")]
    MissingArgument(String),
    /// No command.
    #[error("a command is missing")]
    MissingCommand,
    /// A yes is needed, and nobody is there to say it.
    #[error("nobody is there to answer")]
    NobodyToAsk,
    /// The person said no.
    #[error("the answer was no")]
    NotConfirmed,
    /// An argument that is no UTF-8.
    #[error("an argument is not UTF-8")]
    NotText,
    /// An argument or command that does not exist.
    #[error("{0} is unknown")]
    Unknown(String),
    /// Standard input or a file could not be read.
    #[error("the input cannot be read: {0}")]
    UnreadableInput(std::io::ErrorKind),
}

impl UsageError {
    /// A value that is not allowed for this argument.
    #[must_use]
    pub fn invalid(argument: &str, value: &str) -> Self {
        Self::InvalidValue {
            argument: argument.to_owned(),
            value: value.to_owned(),
        }
    }
}

/// What every command can be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Global {
    /// `--clock`
    pub clock: Option<PathBuf>,
    /// `--home`
    pub home: Option<PathBuf>,
}

/// What came out of the words; `C` is a command and what it was told.
#[derive(Debug)]
pub enum Parsed<C> {
    /// Work to do.
    Command(Global, C),
    /// Help or version, to be printed.
    Text(String),
}

/// Looks for `--json` and `--lang` only, so that also a parse error is told rightly.
#[must_use]
pub fn peek(args: &[OsString]) -> Terminal {
    let words: Vec<_> = args.iter().filter_map(|word| word.to_str()).collect();
    let separate = words
        .iter()
        .position(|word| *word == "--lang")
        .and_then(|at| words.get(at + 1).copied());
    let joined = words.iter().find_map(|word| word.strip_prefix("--lang="));
    let lang = separate
        .or(joined)
        .and_then(Lang::from_code)
        .unwrap_or_else(Lang::of_environment);
    Terminal::new(lang, words.contains(&"--json"))
}

/// Parses the words, the program's name first; `read` makes a command of what clap found.
///
/// # Errors
/// [`UsageError`].
pub fn parse<C>(
    root: Clap,
    args: &[OsString],
    read: impl FnOnce(&ArgMatches) -> Result<C, UsageError>,
) -> Result<Parsed<C>, UsageError> {
    let matches = match root.try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => return refused(&error),
    };
    let global = Global {
        clock: matches.get_one::<PathBuf>("clock").cloned(),
        home: matches.get_one::<PathBuf>("home").cloned(),
    };
    Ok(Parsed::Command(global, read(&matches)?))
}

/// The value of an option that must be there.
///
/// # Errors
/// [`UsageError::MissingArgument`].
pub fn required<T: Clone + Send + Sync + 'static>(
    matches: &ArgMatches,
    name: &str,
) -> Result<T, UsageError> {
    optional(matches, name).ok_or_else(|| UsageError::MissingArgument(format!("--{name}")))
}

/// The value of an option that may be absent.
#[must_use]
pub fn optional<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, name: &str) -> Option<T> {
    matches.get_one::<T>(name).cloned()
}

/// All values of an option that may be given several times.
#[must_use]
pub fn all<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, name: &str) -> Vec<T> {
    matches
        .get_many::<T>(name)
        .map(|values| values.cloned().collect())
        .unwrap_or_default()
}

fn refused<C>(error: &clap::Error) -> Result<Parsed<C>, UsageError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    #[test]
    fn language_and_json_are_seen_before_anything_is_parsed() {
        let english = Terminal::new(Lang::En, true);
        assert_eq!(peek(&words(&["x", "--lang", "en", "--json"])), english);
        assert_eq!(peek(&words(&["x", "--json", "a", "--lang=en"])), english);
        let plain = peek(&words(&["x", "--lang=vi"]));
        assert_eq!(plain, Terminal::new(Lang::Vi, false));
    }

    #[test]
    fn times_are_rfc_3339_or_unix_seconds() {
        assert_eq!(parse_time("1795511100").unwrap().0, 1_795_511_100);
        assert_eq!(parse_time("2026-11-24T09:05:00Z").unwrap().0, 1_795_511_100);
        let local = parse_time("2026-11-24T16:05:00+07:00").unwrap();
        assert_eq!(local.0, 1_795_511_100);
        for bad in ["", "yesterday", "1969-12-31T00:00:00Z", "-5"] {
            assert_eq!(parse_time(bad), Err(UsageError::invalid("T", bad)));
        }
    }
}
