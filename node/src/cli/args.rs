//! The arguments: from words to typed commands, with help in both languages.
//! Knows clap; does not know what the commands do.
//! Specified in specs/interfaces.md.

mod build;

pub use build::root;

use crate::config::Role;
use crate::messages::Lang;
use clap::ArgMatches;
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::id::{CodeId, Region};
use lachan_protocol::time::UnixTime;
use lachan_shell::arguments::{self, Parsed, UsageError, all, optional, required};
use std::ffi::OsString;
use std::path::PathBuf;

/// A command and what it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `backup`
    Backup(BackupArgs),
    /// `catch-up`
    CatchUp(CatchUpArgs),
    /// `doctor`
    Doctor,
    /// `init`
    Init(Box<InitArgs>),
    /// `publish`
    Publish,
    /// `release list`
    ReleaseList,
    /// `release request`
    ReleaseRequest(ReleaseRequestArgs),
    /// `repair`
    Repair {
        /// `--accept-rollback`
        accept: bool,
    },
    /// `restore`
    Restore(RestoreArgs),
    /// `revoke`
    Revoke(RevokeArgs),
    /// `rotate-key`
    RotateKey,
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

/// Of `revoke`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevokeArgs {
    /// `--venue`
    pub venue: CodeId,
    /// `--from`
    pub from: UnixTime,
    /// `--foreign`
    pub foreign: bool,
}

/// Of `backup`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupArgs {
    /// `--out`
    pub out: PathBuf,
    /// `--passphrase-file`
    pub passphrase: Option<PathBuf>,
}

/// Of `restore`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreArgs {
    /// `--from`
    pub from: PathBuf,
    /// `--passphrase-file`
    pub passphrase: Option<PathBuf>,
}

/// Of `catch-up`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatchUpArgs {
    /// `--from`
    pub from: Vec<String>,
    /// `--despite-silent`
    pub despite_silent: bool,
}

/// Of `run`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunArgs {
    /// `--until-stdin-closes`
    pub until_stdin_closes: bool,
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
    match name {
        "backup" => Ok(Command::Backup(BackupArgs {
            out: required(sub, "out")?,
            passphrase: optional(sub, "passphrase-file"),
        })),
        "catch-up" => Ok(Command::CatchUp(CatchUpArgs {
            from: all(sub, "from"),
            despite_silent: sub.get_flag("despite-silent"),
        })),
        "doctor" => Ok(Command::Doctor),
        "init" => read_init(sub).map(|args| Command::Init(Box::new(args))),
        "publish" => Ok(Command::Publish),
        "release" => read_release(sub),
        "repair" => Ok(Command::Repair {
            accept: sub.get_flag("accept-rollback"),
        }),
        "restore" => Ok(Command::Restore(RestoreArgs {
            from: required(sub, "from")?,
            passphrase: optional(sub, "passphrase-file"),
        })),
        "revoke" => Ok(Command::Revoke(RevokeArgs {
            venue: required(sub, "venue")?,
            from: required(sub, "from")?,
            foreign: sub.get_flag("foreign"),
        })),
        "rotate-key" => Ok(Command::RotateKey),
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
    let trust = match optional(sub, "trust") {
        None => None,
        Some(trust) => Some(TrustArgs {
            trust,
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
            advice: optional(sub, "advice").unwrap_or(Advice::WatchForSymptoms),
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

#[cfg(test)]
mod tests;
