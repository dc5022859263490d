//! `venue hand-over` and `take-over`: a plan moves, with its count, to another owner or device.
//! Knows files, passphrases and the answers' words; what moves stands in the venue's core.
//! Specified in specs/protocol.md §3.9.

use super::error::VenueToolError;
use super::{HandOverArgs, TakeOverArgs, shelf, venue_of, which};
use crate::cli::session::Session;
use crate::cli::{CliError, Done};
use crate::messages::VenueMessage;
use crate::messages::citizen::Where;
use crate::store::venue::{PlanRecord, Shelf};
use crate::venue::handover::{HandOver, HandOverError};
use lachan_protocol::code::CodeTrust;
use lachan_protocol::time::UnixTime;
use lachan_shell::arguments::{Global, UsageError};
use lachan_shell::output::plain;
use lachan_shell::passphrase::{Asked, passphrase};
use lachan_shell::terminal::Terminal;
use lachan_store::sealed_file::{self, Passphrase, SealedKind};
use lachan_store::{StoreError, write_durably, write_new_durably};
use serde_json::json;
use std::path::Path;

const KIND: SealedKind = SealedKind::VenueSecrets;

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
    let generation = hand_to(&shelf, &record, (&args.out, &secret), session.now)?;
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

/// Moves a plan into a file of this name; gives the generation. No other file is lost: only this plan's own hand-over,
/// which a killed command left, is written again.
pub(super) fn hand_to(
    shelf: &Shelf<'_>,
    record: &PlanRecord,
    (out, secret): (&Path, &Passphrase),
    now: UnixTime,
) -> Result<u32, CliError> {
    let exists = || CliError::from(VenueToolError::from(HandOverError::FileExists)).at(out);
    let is_again = is_there(out) && is_own(shelf, record, (out, secret))?;
    if is_there(out) && !is_again {
        return Err(exists());
    }
    // The mark is durable before a file exists: from here on this tool approves nothing.
    let generation = shelf.mark_handed(record.code)?;
    let content = shelf.packed(record, generation, now)?.to_bytes();
    let sealed = sealed_file::seal(secret, KIND, &content).map_err(VenueToolError::from)?;
    let written = if is_again {
        write_durably(out, &sealed)
    } else {
        write_new_durably(out, &sealed)
    };
    written.map_err(|error| match error {
        StoreError::AlreadyThere => exists(),
        error => CliError::from(error).at(out),
    })?;
    shelf.let_go(record.code)?;
    Ok(generation)
}

/// Also a link that leads nowhere is there: nothing may be written through it.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether a file is what this home wrote when it handed this plan on, under the same passphrase.
fn is_own(
    shelf: &Shelf<'_>,
    record: &PlanRecord,
    (file, secret): (&Path, &Passphrase),
) -> Result<bool, CliError> {
    let (generation, is_gone) = shelf.handed(record.code)?;
    if !is_gone {
        return Ok(false);
    }
    let content = sealed_file::read(file).and_then(|it| sealed_file::open(secret, KIND, &it));
    let kept = content.map(|content| HandOver::from_bytes(&content));
    Ok(matches!(kept, Ok(Ok(kept)) if (kept.code, kept.generation) == (record.code, generation)))
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
    let content = sealed_file::open(&secret, KIND, &sealed);
    let content =
        content.map_err(|error| CliError::from(VenueToolError::from(error)).at(&args.file))?;
    let hand_over = HandOver::from_bytes(&content).map_err(VenueToolError::from)?;
    let shelf = shelf(&session)?;
    let now = session.now.max(session.store.floor()?);
    let may = shelf.may_take(&hand_over, now)?;
    may.map_err(VenueToolError::from)?;
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
    shelf: &Shelf<'_>,
    code: lachan_protocol::id::CodeId,
) -> Result<(), VenueToolError> {
    match shelf.handed(code)? {
        (_, true) => Err(HandOverError::HandedOver.into()),
        (_, false) => Ok(()),
    }
}
