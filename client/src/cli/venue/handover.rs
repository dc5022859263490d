//! `venue hand-over` and `take-over`: a plan moves, with its count, to another owner or device.
//! Knows files, passphrases and the answers' words; what moves stands in the venue's core.
//! Specified in specs/protocol.md §3.9.

use super::error::VenueToolError;
use super::{HandOverArgs, TakeOverArgs, shelf, venue_of, which};
use crate::cli::session::Session;
use crate::cli::{CliError, Done};
use crate::messages::VenueMessage;
use crate::messages::citizen::Where;
use crate::venue::handover::{HandOver, HandOverError};
use lachan_protocol::code::CodeTrust;
use lachan_shell::arguments::{Global, UsageError};
use lachan_shell::output::plain;
use lachan_shell::passphrase::{Asked, passphrase};
use lachan_shell::terminal::Terminal;
use lachan_store::sealed_file::{self, SealedKind};
use lachan_store::write_durably;
use serde_json::json;

pub(super) fn hand_over(
    global: &Global,
    args: &HandOverArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let session = Session::open(global, terminal)?;
    let shelf = shelf(&session)?;
    let mut records = shelf.plans()?;
    records.retain(|record| record.is_registered());
    let record = which(&records, args.id.as_deref())?;
    let plan = shelf.plan(&record)?;
    let venue = venue_of(plan.head());
    if !args.yes {
        confirm(&venue, terminal)?;
    }
    let asked = passphrase(terminal, args.passphrase_file.as_deref(), Asked::New);
    let secret = asked.map_err(VenueToolError::from)?;
    // The mark is durable before a file exists: from here on this tool approves nothing.
    let generation = shelf.mark_handed(record.code)?;
    let content = shelf.packed(&record, generation)?.to_bytes();
    let sealed = sealed_file::seal(&secret, SealedKind::VenueSecrets, &content);
    write_durably(&args.out, &sealed.map_err(VenueToolError::from)?)
        .map_err(|error| CliError::from(error).at(&args.out))?;
    shelf.let_go(record.code)?;
    let file = plain(&args.out.display().to_string());
    let data = json!({
        "code_id": record.code.to_string(),
        "file": file,
        "generation": generation,
    });
    let code = record.code;
    let message = VenueMessage::HandedOver { venue, code, file };
    Ok(Done::new(data, vec![message.into()]))
}

pub(super) fn take_over(
    global: &Global,
    args: &TakeOverArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let session = Session::open(global, terminal)?;
    let read = sealed_file::read(&args.file).map_err(VenueToolError::from);
    let sealed = read.map_err(|error| CliError::from(error).at(&args.file))?;
    let asked = passphrase(terminal, args.passphrase_file.as_deref(), Asked::Known);
    let secret = asked.map_err(VenueToolError::from)?;
    let content = sealed_file::open(&secret, SealedKind::VenueSecrets, &sealed);
    let content =
        content.map_err(|error| CliError::from(VenueToolError::from(error)).at(&args.file))?;
    let hand_over = HandOver::from_bytes(&content).map_err(VenueToolError::from)?;
    let shelf = shelf(&session)?;
    shelf.may_take(&hand_over)?.map_err(VenueToolError::from)?;
    let keys = |plan: &lachan_protocol::keys::plan::Plan| {
        let keys = session.trust.code_keys(&plan.head().authority);
        keys.unwrap_or_default()
    };
    let registered = hand_over.verify(keys).map_err(VenueToolError::from)?;
    shelf.take(&hand_over, &registered)?;
    shelf.lay_out(&registered, session.now)?;
    let venue = venue_of(registered.plan().head());
    let data = json!({
        "code_id": hand_over.code.to_string(),
        "name": venue.name,
        "used": hand_over.counted.len(),
        "generation": hand_over.generation,
    });
    let code = hand_over.code;
    let used = hand_over.counted.len();
    Ok(Done::new(
        data,
        vec![VenueMessage::TakenOver { venue, code, used }.into()],
    ))
}

/// What is handed on does not come back by itself: a person says yes, or `--yes` does.
fn confirm(venue: &Where, terminal: &Terminal) -> Result<(), UsageError> {
    let venue = venue.clone();
    match terminal.ask(&VenueMessage::AskHandOver { venue }, false) {
        None => Err(UsageError::NobodyToAsk),
        Some(false) => Err(UsageError::NotConfirmed),
        Some(true) => Ok(()),
    }
}

/// A plan that was handed on is answered by its new owner alone.
pub(super) fn still_here(
    shelf: &crate::store::venue::Shelf<'_>,
    code: lachan_protocol::id::CodeId,
) -> Result<(), VenueToolError> {
    match shelf.handed(code)? {
        (_, true) => Err(HandOverError::HandedOver.into()),
        (_, false) => Ok(()),
    }
}
