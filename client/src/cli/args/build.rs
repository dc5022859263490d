//! Pieces of the command line: options, flags, arguments, times, and clap's own words in both languages.
//! Knows clap; does not know which command has which option.
//! Specified in specs/protocol.md §12.

use crate::cli::UsageError;
use crate::messages::help::{Help, Word};
use crate::messages::moment::day_from_iso;
use crate::messages::{Lang, Speak};
use clap::{Arg, ArgAction, Command as Clap};
use lachan_protocol::time::{Day, UnixTime};

/// A command with its help.
#[must_use]
pub fn command(name: &'static str, help: Help, lang: Lang) -> Clap {
    Clap::new(name).about(help.say(lang))
}

/// `--name VALUE`
#[must_use]
pub fn option(name: &'static str, value: &'static str, help: Help, lang: Lang) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(value)
        .help(help.say(lang))
        .hide_env(true)
        .hide_possible_values(true)
}

/// `--name`
#[must_use]
pub fn flag(name: &'static str, help: Help, lang: Lang) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(help.say(lang))
}

/// A word without a name, which must be there.
#[must_use]
pub fn positional(name: &'static str, value: &'static str, help: Help, lang: Lang) -> Arg {
    Arg::new(name)
        .value_name(value)
        .required(true)
        .help(help.say(lang))
        .help_heading(Word::Arguments.say(lang))
}

/// `--at T`
#[must_use]
pub fn at(help: Help, lang: Lang) -> Arg {
    option("at", "T", help, lang).value_parser(parse_time)
}

/// A time as RFC 3339 or in unix seconds.
///
/// # Errors
/// A text that is neither; clap names the argument.
pub fn parse_time(text: &str) -> Result<UnixTime, UsageError> {
    let bad = || UsageError::InvalidValue {
        argument: "T".into(),
        value: text.into(),
    };
    if let Ok(seconds) = text.parse() {
        return Ok(UnixTime(seconds));
    }
    let time: jiff::Timestamp = text.parse().map_err(|_| bad())?;
    u64::try_from(time.as_second())
        .map(UnixTime)
        .map_err(|_| bad())
}

pub(super) fn parse_day(text: &str) -> Result<Day, UsageError> {
    day_from_iso(text).ok_or_else(|| UsageError::InvalidValue {
        argument: "--day".into(),
        value: text.into(),
    })
}

/// Puts clap's own words into the language, for a command and all below it. `path` is how it is called.
pub(super) fn localise(command: Clap, path: &str, lang: Lang) -> Clap {
    let names: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    let options = Word::Options.say(lang);
    let mut command = command
        .bin_name(path)
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .term_width(100)
        .subcommand_help_heading(Word::Commands.say(lang))
        .subcommand_value_name(Word::Command.say(lang))
        .help_template(format!(
            "{{about}}\n\n{}: {{usage}}\n\n{{all-args}}{{after-help}}",
            Word::Usage.say(lang)
        ))
        .mut_args(|arg| {
            if arg.get_help_heading().is_none() {
                arg.help_heading(options)
            } else {
                arg
            }
        })
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help(Help::ArgHelp.say(lang))
                .help_heading(Word::Global.say(lang)),
        );
    if path == "lachan" {
        command = command.arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help(Help::ArgVersion.say(lang))
                .help_heading(Word::Global.say(lang)),
        );
    }
    for name in names {
        let below = format!("{path} {name}");
        command = command.mut_subcommand(name, |sub| localise(sub, &below, lang));
    }
    // On a copy: rendering builds a command, and a built one no longer takes the options of all commands.
    let usage = command.clone().render_usage().to_string();
    let usage = usage
        .strip_prefix("Usage: ")
        .unwrap_or(&usage)
        .replace("[OPTIONS]", &format!("[{}]", Word::SomeOptions.say(lang)));
    command.override_usage(usage)
}
