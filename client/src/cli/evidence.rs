//! `evidence`: two codes of one plan that say different things, kept against whoever holds the code key.
//! Knows where codes come from and the answer's words; the protocol compares.
//! Specified in specs/protocol.md §4.4.

use super::CliError;
use super::check::read_code;
use super::session::Session;
use crate::cli::Done;
use crate::messages::citizen::Where;
use crate::messages::evidence::{EvidenceMessage, What};
use crate::messages::evidence_help::EvidenceHelp;
use crate::messages::help::Help;
use crate::messages::{Lang, Message, Speak};
use crate::store::evidence::{CodePair, EvidenceFileError, EvidenceFolder};
use crate::store::venue::Shelf;
use clap::{ArgMatches, Command as Clap};
use lachan_protocol::code::{
    CodeEvidence, CodeTrust, Contradiction, EvidenceError, UnverifiedVenueCode,
};
use lachan_protocol::time::Window;
use lachan_shell::arguments::{Global, UsageError, command, optional, path, positional, required};
use lachan_shell::moment::rfc3339;
use lachan_shell::output::plain;
use lachan_shell::terminal::Terminal;
use lachan_store::write_durably;
use serde_json::{Value, json};
use std::path::PathBuf;

/// A command of `evidence`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvidenceCommand {
    /// `compare`
    Compare {
        /// A code, or a file of evidence.
        one: String,
        /// The other code.
        other: Option<String>,
    },
    /// `export`
    Export {
        /// ID, or how it begins.
        id: String,
        /// `--out`
        out: PathBuf,
    },
    /// `forget`
    Forget {
        /// ID, or how it begins.
        id: String,
    },
    /// `list`
    List,
}

/// The command with all below it.
#[must_use]
pub fn arguments(lang: Lang) -> Clap {
    let help = Help::Evidence;
    let examples = EvidenceHelp::Examples.say(lang);
    let id = || positional("id", "ID", help(EvidenceHelp::ArgId), lang);
    command("evidence", help(EvidenceHelp::Evidence), lang)
        .subcommand_required(true)
        .after_help(examples.clone())
        .subcommands([
            command("list", help(EvidenceHelp::List), lang).after_help(examples.clone()),
            command("compare", help(EvidenceHelp::Compare), lang)
                .arg(positional("one", "CODE", help(EvidenceHelp::ArgCode), lang))
                .arg(
                    positional("other", "OTHER", help(EvidenceHelp::ArgOther), lang)
                        .required(false),
                )
                .after_help(examples.clone()),
            command("export", help(EvidenceHelp::Export), lang)
                .arg(id())
                .arg(path("out", "FILE", help(EvidenceHelp::ArgOut), lang).required(true))
                .after_help(examples.clone()),
            command("forget", help(EvidenceHelp::Forget), lang)
                .arg(id())
                .after_help(examples),
        ])
}

/// Reads the words below `evidence`.
///
/// # Errors
/// [`UsageError`].
pub fn read(matches: &ArgMatches) -> Result<EvidenceCommand, UsageError> {
    let (name, sub) = matches.subcommand().ok_or(UsageError::MissingCommand)?;
    match name {
        "compare" => Ok(EvidenceCommand::Compare {
            one: required(sub, "one")?,
            other: optional(sub, "other"),
        }),
        "export" => Ok(EvidenceCommand::Export {
            id: required(sub, "id")?,
            out: required(sub, "out")?,
        }),
        "forget" => Ok(EvidenceCommand::Forget {
            id: required(sub, "id")?,
        }),
        "list" => Ok(EvidenceCommand::List),
        other => Err(UsageError::Unknown(other.to_owned())),
    }
}

pub(super) fn run(
    global: &Global,
    command: &EvidenceCommand,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let session = Session::open(global, terminal)?;
    let folder = folder(&session);
    match command {
        EvidenceCommand::Compare { one, other } => {
            let pair = match other {
                None => CodePair::read(one.as_ref())?,
                Some(other) => {
                    CodePair::new(&read_code(one, &session)?, &read_code(other, &session)?)
                }
            };
            let found = examine(&pair, &session.trust)?;
            folder.keep(&pair)?;
            let line = line_of(&pair, &found);
            Ok(Done::new(to_json(&pair, &found), vec![line]))
        }
        EvidenceCommand::Export { id, out } => {
            let pair = folder.get(&folder.find(id)?)?;
            write_durably(out, pair.to_text().as_bytes())
                .map_err(|error| CliError::from(EvidenceFileError::from(error)).at(out))?;
            let path = plain(&out.display().to_string());
            let data = json!({"id": pair.id(), "file": path});
            Ok(Done::new(
                data,
                vec![EvidenceMessage::Exported { path }.into()],
            ))
        }
        EvidenceCommand::Forget { id } => {
            let id = folder.find(id)?;
            folder.forget(&id)?;
            let data = json!({"forgotten": id});
            Ok(Done::new(
                data,
                vec![EvidenceMessage::Forgotten { id }.into()],
            ))
        }
        EvidenceCommand::List => list(&session, &folder),
    }
}

fn list(session: &Session, folder: &EvidenceFolder) -> Result<Done, CliError> {
    let (mut list, mut lines) = (Vec::new(), Vec::new());
    for id in folder.ids()? {
        let kept = folder.get(&id).map_err(CliError::from);
        let found = kept.and_then(|pair| Ok((examine(&pair, &session.trust)?, pair)));
        match found {
            Ok((found, pair)) => {
                list.push(to_json(&pair, &found));
                lines.push(line_of(&pair, &found));
            }
            // Kept all the same: another trust list may verify it.
            Err(_) => {
                list.push(json!({"id": id, "verified": false}));
                lines.push(EvidenceMessage::Unverified { id }.into());
            }
        }
    }
    if lines.is_empty() {
        lines.push(EvidenceMessage::Nothing.into());
    }
    Ok(Done::new(json!({"evidence": list}), lines))
}

/// Compares a scanned code with what this home knows of its plan: the code of the open visit, and the codes of a
/// venue of one's own. What contradicts is kept, and told; it hinders nobody from checking in.
pub(super) fn watch(session: &Session, scanned: &[u8], shelf: &Shelf<'_>, terminal: &Terminal) {
    let open = session.citizen().ok();
    let open = open.as_ref().and_then(|citizen| citizen.visit());
    let mut known: Vec<Vec<u8>> = open
        .map(|visit| visit.code.as_bytes().to_vec())
        .into_iter()
        .collect();
    known.extend(own_codes(scanned, shelf));
    for code in known {
        let pair = CodePair::new(&code, scanned);
        let Ok(found) = examine(&pair, &session.trust) else {
            continue;
        };
        let message = match folder(session).keep(&pair) {
            Ok(_) => EvidenceMessage::Kept {
                venue: found.venue,
                id: pair.id(),
                what: found.what,
            },
            Err(_) => EvidenceMessage::NotKept { venue: found.venue },
        };
        terminal.note(&message);
        return;
    }
}

/// Of a plan of this home, the codes that share a window with the scanned one.
fn own_codes(scanned: &[u8], shelf: &Shelf<'_>) -> Vec<Vec<u8>> {
    let Ok(scanned) = UnverifiedVenueCode::from_bytes(scanned) else {
        return Vec::new();
    };
    let head = &scanned.body().head;
    let registered = shelf
        .record(head.code_id)
        .and_then(|record| shelf.registered(&record));
    let Ok(registered) = registered else {
        return Vec::new();
    };
    let spans = registered.spans().enumerate();
    let common = spans.filter(|(_, span)| {
        let last = Window(
            span.first
                .0
                .saturating_add(u32::from(span.count))
                .saturating_sub(1),
        );
        span.first <= head.last() && head.first <= last
    });
    common
        .filter_map(|(index, _)| registered.code(index))
        .collect()
}

fn folder(session: &Session) -> EvidenceFolder {
    EvidenceFolder::new(session.home.paths().evidence())
}

/// What two codes say of one venue.
struct Found {
    venue: Where,
    what: What,
    code_id: String,
    window: Option<Window>,
}

fn examine(pair: &CodePair, trust: &impl CodeTrust) -> Result<Found, EvidenceError> {
    let [one, other] = &pair.codes;
    let one = UnverifiedVenueCode::from_bytes(one)?;
    let other = UnverifiedVenueCode::from_bytes(other)?;
    let head = one.body().head.clone();
    let evidence = CodeEvidence::find(one, other, trust)?;
    let (what, window) = match evidence.contradiction() {
        Contradiction::KindOfCode => (What::KindOfCode, None),
        Contradiction::Name => (What::Name, None),
        Contradiction::NotificationKey(window) => (What::Key, Some(window)),
        Contradiction::Place => (What::Place, None),
        Contradiction::Point(window) => (What::Point, Some(window)),
        Contradiction::VenueKind => (What::VenueKind, None),
    };
    Ok(Found {
        venue: Where {
            name: plain(head.name.as_str()),
            place: plain(head.place.as_str()),
        },
        what,
        code_id: head.code_id.to_string(),
        window,
    })
}

fn to_json(pair: &CodePair, found: &Found) -> Value {
    json!({
        "id": pair.id(),
        "verified": true,
        "code_id": found.code_id,
        "venue": found.venue.name,
        "place": found.venue.place,
        "contradiction": found.what.word(),
        "window": found.window.map(|window| rfc3339(window.start())),
    })
}

fn line_of(pair: &CodePair, found: &Found) -> Message {
    EvidenceMessage::Line {
        id: pair.id(),
        venue: found.venue.clone(),
        what: found.what,
    }
    .into()
}
