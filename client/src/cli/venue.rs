//! `venue`: the commands of whoever keeps a place: register, show, requests, approve, decline, status.
//! Knows arguments and answers; what is decided stands in the venue's cores.
//! Specified in specs/protocol.md §3, §10.4 and §11.

mod close;
mod desk;
mod error;
mod handover;
mod link;
mod print;
mod register;
mod requests;
mod show;
mod status;

pub use error::VenueToolError;

use super::CliError;
use super::session::Session;
use crate::cli::Done;
use crate::messages::citizen::Where;
use crate::messages::help::Help;
use crate::messages::venue_help::VenueHelp;
use crate::messages::{Lang, Speak};
use crate::store::venue::{PlanRecord, Shelf};
use clap::{ArgMatches, Command as Clap, value_parser};
use lachan_protocol::id::AuthorityId;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::kind::VenueKind;
use lachan_protocol::keys::plan::PlanHead;
use lachan_protocol::time::UnixTime;
use lachan_protocol::trust::TrustedAuthority;
use lachan_shell::arguments::{
    Global, UsageError, command, flag, option, optional, passphrase_file, path, positional,
    required, time,
};
use lachan_shell::output::plain;
use lachan_shell::terminal::Terminal;
use std::path::PathBuf;

/// A command of the venue's tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VenueCommand {
    /// `close`
    Close(CloseArgs),
    /// `approve` or `decline`
    Decide(DecideArgs),
    /// `hand-over`
    HandOver(HandOverArgs),
    /// `register`
    Register(RegisterArgs),
    /// `requests`
    Requests(RequestsArgs),
    /// `show`
    Show(ShowArgs),
    /// `status`
    Status,
    /// `take-over`
    TakeOver(TakeOverArgs),
}

/// Of `close`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseArgs {
    /// `--from`
    pub from: Option<String>,
    /// ID, or how it begins.
    pub id: Option<String>,
    /// `--yes`
    pub yes: bool,
}

/// Of `approve` and `decline`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecideArgs {
    /// Whether it is `approve`.
    pub approved: bool,
    /// `--from`
    pub from: Option<String>,
    /// REQUEST, or how it begins.
    pub request: String,
}

/// Of `hand-over`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOverArgs {
    /// ID, or how it begins.
    pub id: Option<String>,
    /// `--out`
    pub out: PathBuf,
    /// `--passphrase-file`
    pub passphrase_file: Option<PathBuf>,
    /// `--yes`
    pub yes: bool,
}

/// Of `take-over`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakeOverArgs {
    /// FILE
    pub file: PathBuf,
    /// `--passphrase-file`
    pub passphrase_file: Option<PathBuf>,
}

/// Of `register`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterArgs {
    /// `--authority`
    pub authority: Option<String>,
    /// `--first`
    pub first: Option<UnixTime>,
    /// `--from`
    pub from: Option<String>,
    /// `--hours`
    pub hours: Option<u16>,
    /// `--kind`
    pub kind: VenueKind,
    /// `--name`
    pub name: String,
    /// `--place`
    pub place: String,
    /// `--schedule`
    pub schedule: KeySchedule,
}

/// Of `requests`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestsArgs {
    /// `--from`
    pub from: Option<String>,
}

/// Of `show`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShowArgs {
    /// `--all`
    pub all: Option<PathBuf>,
    /// `--at`
    pub at: Option<UnixTime>,
    /// ID, or how it begins.
    pub id: Option<String>,
    /// `--png`
    pub png: Option<PathBuf>,
    /// `--svg`
    pub svg: Option<PathBuf>,
    /// `--watch`
    pub watch: bool,
}

/// The command with all below it.
#[must_use]
pub fn arguments(lang: Lang) -> Clap {
    let help = Help::Venue;
    let from = || option("from", "MULTIADDR", help(VenueHelp::ArgFrom), lang);
    let request = || positional("request", "REQUEST", help(VenueHelp::ArgRequest), lang);
    let examples = VenueHelp::ExamplesRequests.say(lang);
    command("venue", help(VenueHelp::Venue), lang)
        .subcommand_required(true)
        .after_help(VenueHelp::ExamplesVenue.say(lang))
        .subcommands([
            command("register", help(VenueHelp::Register), lang)
                .arg(
                    option(
                        "schedule",
                        "screen|slip|sheet",
                        help(VenueHelp::ArgSchedule),
                        lang,
                    )
                    .required(true)
                    .value_parser(parse_schedule),
                )
                .arg(option("name", "NAME", help(VenueHelp::ArgName), lang).required(true))
                .arg(
                    option("place", "PLACE", help(VenueHelp::ArgPlace), lang)
                        .default_value("")
                        .hide_default_value(true),
                )
                .arg(
                    option("kind", "KIND", help(VenueHelp::ArgKind), lang)
                        .required(true)
                        .value_parser(parse_kind),
                )
                .arg(time("first", help(VenueHelp::ArgFirst), lang))
                .arg(
                    option("hours", "N", help(VenueHelp::ArgHours), lang)
                        .value_parser(value_parser!(u16).range(1..=744)),
                )
                .arg(from())
                .arg(option(
                    "authority",
                    "ORIGIN",
                    help(VenueHelp::ArgAuthority),
                    lang,
                ))
                .after_help(VenueHelp::ExamplesRegister.say(lang)),
            command("show", help(VenueHelp::Show), lang)
                .arg(positional("id", "ID", help(VenueHelp::ArgId), lang).required(false))
                .arg(path("png", "FILE", help(VenueHelp::ArgPng), lang))
                .arg(path("svg", "FILE", help(VenueHelp::ArgSvg), lang))
                .arg(
                    path("all", "DIR", help(VenueHelp::ArgAllSlips), lang)
                        .conflicts_with_all(["at", "png", "svg", "watch"]),
                )
                .arg(
                    flag("watch", help(VenueHelp::ArgWatch), lang)
                        .conflicts_with_all(["at", "png", "svg"]),
                )
                .arg(time("at", help(VenueHelp::ArgAt), lang))
                .after_help(VenueHelp::ExamplesShow.say(lang)),
            command("requests", help(VenueHelp::Requests), lang)
                .arg(from())
                .after_help(examples.clone()),
            command("approve", help(VenueHelp::Approve), lang)
                .arg(request())
                .arg(from())
                .after_help(examples.clone()),
            command("decline", help(VenueHelp::Decline), lang)
                .arg(request())
                .arg(from())
                .after_help(examples),
            command("close", help(VenueHelp::Close), lang)
                .arg(positional("id", "ID", help(VenueHelp::ArgId), lang).required(false))
                .arg(from())
                .arg(flag("yes", Help::ArgYes, lang))
                .after_help(VenueHelp::ExamplesClose.say(lang)),
            command("hand-over", help(VenueHelp::HandOver), lang)
                .arg(positional("id", "ID", help(VenueHelp::ArgId), lang).required(false))
                .arg(path("out", "FILE", help(VenueHelp::ArgOut), lang).required(true))
                .arg(passphrase_file(lang))
                .arg(flag("yes", Help::ArgYes, lang))
                .after_help(VenueHelp::ExamplesHandOver.say(lang)),
            command("take-over", help(VenueHelp::TakeOver), lang)
                .arg(
                    positional("file", "FILE", help(VenueHelp::ArgFile), lang)
                        .value_parser(value_parser!(PathBuf)),
                )
                .arg(passphrase_file(lang))
                .after_help(VenueHelp::ExamplesTakeOver.say(lang)),
            command("status", help(VenueHelp::Status), lang)
                .after_help(VenueHelp::ExamplesStatus.say(lang)),
        ])
}

/// Reads the words below `venue`.
///
/// # Errors
/// [`UsageError`].
pub fn read(matches: &ArgMatches) -> Result<VenueCommand, UsageError> {
    let (name, sub) = matches.subcommand().ok_or(UsageError::MissingCommand)?;
    let text = |name| optional::<String>(sub, name);
    let decide = |approved| {
        Ok(VenueCommand::Decide(DecideArgs {
            approved,
            from: text("from"),
            request: required(sub, "request")?,
        }))
    };
    match name {
        "approve" => decide(true),
        "close" => Ok(VenueCommand::Close(CloseArgs {
            from: text("from"),
            id: text("id"),
            yes: sub.get_flag("yes"),
        })),
        "decline" => decide(false),
        "hand-over" => Ok(VenueCommand::HandOver(HandOverArgs {
            id: text("id"),
            out: required(sub, "out")?,
            passphrase_file: optional(sub, "passphrase-file"),
            yes: sub.get_flag("yes"),
        })),
        "register" => Ok(VenueCommand::Register(RegisterArgs {
            authority: text("authority"),
            first: optional(sub, "first"),
            from: text("from"),
            hours: optional(sub, "hours"),
            kind: required(sub, "kind")?,
            name: required(sub, "name")?,
            place: text("place").unwrap_or_default(),
            schedule: required(sub, "schedule")?,
        })),
        "requests" => Ok(VenueCommand::Requests(RequestsArgs { from: text("from") })),
        "show" => Ok(VenueCommand::Show(ShowArgs {
            all: optional(sub, "all"),
            at: optional(sub, "at"),
            id: text("id"),
            png: optional(sub, "png"),
            svg: optional(sub, "svg"),
            watch: sub.get_flag("watch"),
        })),
        "status" => Ok(VenueCommand::Status),
        "take-over" => Ok(VenueCommand::TakeOver(TakeOverArgs {
            file: required(sub, "file")?,
            passphrase_file: optional(sub, "passphrase-file"),
        })),
        other => Err(UsageError::Unknown(other.to_owned())),
    }
}

pub(super) fn run(
    global: &Global,
    command: &VenueCommand,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    match command {
        VenueCommand::Close(args) => close::close(global, args, terminal),
        VenueCommand::Decide(args) => requests::decide(global, args, terminal),
        VenueCommand::HandOver(args) => handover::hand_over(global, args, terminal),
        VenueCommand::Register(args) => register::register(global, args, terminal),
        VenueCommand::Requests(args) => requests::requests(global, args, terminal),
        VenueCommand::Show(args) => show::show(global, args, terminal),
        VenueCommand::Status => status::status(global, terminal),
        VenueCommand::TakeOver(args) => handover::take_over(global, args, terminal),
    }
}

fn parse_schedule(text: &str) -> Result<KeySchedule, UsageError> {
    match text {
        "screen" => Ok(KeySchedule::Screen),
        "slip" => Ok(KeySchedule::Slip),
        "sheet" => Ok(KeySchedule::Sheet),
        other => Err(UsageError::invalid("--schedule", other)),
    }
}

fn parse_kind(text: &str) -> Result<VenueKind, UsageError> {
    VenueKind::from_text(text).ok_or_else(|| UsageError::invalid("--kind", text))
}

/// The shelf of a home, tidied up.
pub(super) fn shelf(session: &Session) -> Result<Shelf<'_>, CliError> {
    let home = &session.home;
    let host = home.settings().host.clone();
    let shelf = Shelf::new(
        session.store.inner(),
        home.paths().keys(),
        home.paths().codes(),
        host,
    )
    .with_revoked(session.trust.revoked().collect());
    shelf.tidy(session.erasing_time()?)?;
    Ok(shelf)
}

/// The authority of a plan, when the trust list still has it.
fn authority_of(session: &Session, id: AuthorityId) -> Result<&TrustedAuthority, VenueToolError> {
    let found = session.trust.list().authority(&id);
    found.ok_or(VenueToolError::UnknownAuthority)
}

/// The one plan whose code begins so, or the only one there is.
fn which(records: &[PlanRecord], id: Option<&str>) -> Result<PlanRecord, VenueToolError> {
    let begins = |record: &&PlanRecord| {
        id.is_none_or(|id| record.code.to_string().starts_with(&id.to_lowercase()))
    };
    let found: Vec<_> = records.iter().filter(begins).collect();
    match (found.as_slice(), id) {
        ([one], _) => Ok(**one),
        ([], None) => Err(VenueToolError::NoPlan),
        ([], Some(_)) => Err(VenueToolError::UnknownPlan),
        (_, None) => Err(VenueToolError::WhichPlan),
        (_, Some(_)) => Err(VenueToolError::Ambiguous),
    }
}

/// A plan's venue, harmless to show.
fn venue_of(head: &PlanHead) -> Where {
    Where {
        name: plain(head.name.as_str()),
        place: plain(head.place.as_str()),
    }
}

const fn schedule_word(schedule: KeySchedule) -> &'static str {
    match schedule {
        KeySchedule::Screen => "screen",
        KeySchedule::Slip => "slip",
        KeySchedule::Sheet => "sheet",
    }
}
