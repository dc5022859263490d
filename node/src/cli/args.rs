//! The arguments: from words to typed commands, with help in both languages.
//! Knows clap; does not know what the commands do.
//! Specified in specs/interfaces.md.

mod build;

pub use build::root;

use super::UsageError;
use crate::config::Role;
use crate::messages::Lang;
use clap::ArgMatches;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::id::{CodeId, Region};
use lachan_protocol::time::UnixTime;
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
    /// `init`
    Init(InitArgs),
    /// `publish`
    Publish,
    /// `release list`
    ReleaseList,
    /// `release request`
    ReleaseRequest(ReleaseRequestArgs),
    /// `run`
    Run(RunArgs),
    /// `status`
    Status,
    /// `trust install`
    TrustInstall(TrustArgs),
    /// `trust root`
    TrustRoot {
        /// `--out`
        out: PathBuf,
    },
    /// `trust sign`
    TrustSign(TrustSignArgs),
}

/// Of `init`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitArgs {
    /// ROLE...
    pub roles: Vec<Role>,
    /// `--listen`
    pub listen: Vec<String>,
    /// `--peer`
    pub peers: Vec<String>,
    /// `--office-at`
    pub office_at: Vec<String>,
    /// `--test-clock`
    pub test_clock: bool,
    /// `--trust` and `--root`
    pub trust: Option<TrustArgs>,
    /// `--origin` and what goes with it
    pub authority: Option<AuthorityArgs>,
}

/// Of `init office`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityArgs {
    /// `--origin`
    pub origin: String,
    /// `--name-vi`
    pub name_vi: String,
    /// `--name-en`
    pub name_en: String,
    /// `--region`
    pub regions: Vec<Region>,
    /// `--phone`
    pub phone: String,
}

/// `--trust` and `--root`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustArgs {
    /// `--trust`
    pub trust: PathBuf,
    /// `--root`
    pub root: String,
}

/// Of `trust sign`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustSignArgs {
    /// `--root-key`
    pub root_key: PathBuf,
    /// `--sequence`
    pub sequence: u64,
    /// `--until`
    pub until: UnixTime,
    /// `--authority`
    pub authorities: Vec<PathBuf>,
    /// `--out`
    pub out: PathBuf,
}

/// Of `release request`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReleaseRequestArgs {
    /// `--venue`
    pub venue: CodeId,
    /// `--from`
    pub from: UnixTime,
    /// `--to`
    pub to: UnixTime,
    /// `--advice`
    pub advice: Advice,
}

/// Of `run`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunArgs {
    /// `--until-stdin-closes`
    pub until_stdin_closes: bool,
}

/// What came out of the words.
#[derive(Debug)]
pub enum Parsed {
    /// Work to do.
    Command(Global, Box<Command>),
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
pub fn peek(args: &[OsString], environment: Lang) -> Style {
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
            .unwrap_or(environment),
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
    Ok(Parsed::Command(global, Box::new(read(&matches)?)))
}

fn read(matches: &ArgMatches) -> Result<Command, UsageError> {
    let (name, sub) = matches.subcommand().ok_or(UsageError::MissingCommand)?;
    match name {
        "init" => read_init(sub).map(Command::Init),
        "publish" => Ok(Command::Publish),
        "release" => read_release(sub),
        "run" => Ok(Command::Run(RunArgs {
            until_stdin_closes: sub.get_flag("until-stdin-closes"),
        })),
        "status" => Ok(Command::Status),
        "trust" => read_trust(sub),
        other => Err(UsageError::Unknown(other.to_owned())),
    }
}

fn read_init(sub: &ArgMatches) -> Result<InitArgs, UsageError> {
    let roles: Vec<Role> = all(sub, "role");
    let trust = match sub.get_one::<PathBuf>("trust") {
        None => None,
        Some(trust) => Some(TrustArgs {
            trust: trust.clone(),
            root: required(sub, "root")?,
        }),
    };
    let authority = if roles.contains(&Role::Office) {
        Some(AuthorityArgs {
            origin: required(sub, "origin")?,
            name_vi: required(sub, "name-vi")?,
            name_en: required(sub, "name-en")?,
            regions: match all(sub, "region") {
                none if none.is_empty() => {
                    return Err(UsageError::MissingArgument("--region".into()));
                }
                regions => regions.into_iter().map(Region).collect(),
            },
            phone: required(sub, "phone")?,
        })
    } else {
        None
    };
    Ok(InitArgs {
        roles,
        listen: all(sub, "listen"),
        peers: all(sub, "peer"),
        office_at: all(sub, "office-at"),
        test_clock: sub.get_flag("test-clock"),
        trust,
        authority,
    })
}

fn read_release(sub: &ArgMatches) -> Result<Command, UsageError> {
    let (name, sub) = sub.subcommand().ok_or(UsageError::MissingCommand)?;
    match name {
        "list" => Ok(Command::ReleaseList),
        "request" => Ok(Command::ReleaseRequest(ReleaseRequestArgs {
            venue: required(sub, "venue")?,
            from: required(sub, "from")?,
            to: required(sub, "to")?,
            advice: sub
                .get_one("advice")
                .copied()
                .unwrap_or(Advice::WatchForSymptoms),
        })),
        other => Err(UsageError::Unknown(other.to_owned())),
    }
}

fn read_trust(sub: &ArgMatches) -> Result<Command, UsageError> {
    let (name, sub) = sub.subcommand().ok_or(UsageError::MissingCommand)?;
    match name {
        "install" => Ok(Command::TrustInstall(TrustArgs {
            trust: required(sub, "trust")?,
            root: required(sub, "root")?,
        })),
        "root" => Ok(Command::TrustRoot {
            out: required(sub, "out")?,
        }),
        "sign" => Ok(Command::TrustSign(TrustSignArgs {
            root_key: required(sub, "root-key")?,
            sequence: required(sub, "sequence")?,
            until: required(sub, "until")?,
            authorities: all(sub, "authority"),
            out: required(sub, "out")?,
        })),
        other => Err(UsageError::Unknown(other.to_owned())),
    }
}

fn required<T: Clone + Send + Sync + 'static>(
    matches: &ArgMatches,
    name: &str,
) -> Result<T, UsageError> {
    matches
        .get_one::<T>(name)
        .cloned()
        .ok_or_else(|| UsageError::MissingArgument(format!("--{name}")))
}

fn all<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, name: &str) -> Vec<T> {
    matches
        .get_many::<T>(name)
        .map(|values| values.cloned().collect())
        .unwrap_or_default()
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

#[cfg(test)]
mod tests;
