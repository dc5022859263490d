//! `backup` and `restore`: the wallet in one sealed file, and back into a home.
//! Knows the order of effects; bytes and seals are the wallet's and the store's.
//! Specified in specs/protocol.md §14.7.

use super::CliError;
use super::args::{BackupArgs, RestoreArgs};
use super::session::Session;
use crate::citizen::Findings;
use crate::cli::Done;
use crate::messages::{Message, WalletMessage};
use crate::sync::CLOCK_TOLERANCE_SECONDS;
use crate::wallet::{WalletCopy, WalletCopyError};
use lachan_shell::arguments::Global;
use lachan_shell::moment::iso_day;
use lachan_shell::output::plain;
use lachan_shell::passphrase::{Asked, passphrase};
use lachan_shell::terminal::Terminal;
use lachan_store::sealed_file::{self, SealedKind};
use lachan_store::{StoreError, write_new_durably};
use serde_json::json;

const KIND: SealedKind = SealedKind::ClientWallet;

pub(super) fn backup(
    global: &Global,
    args: &BackupArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let session = Session::open(global, terminal)?;
    let copy = copy_of(&session)?;
    let words = passphrase(terminal, args.passphrase_file.as_deref(), Asked::New)?;
    let sealed = sealed_file::seal(&words, KIND, &copy.to_bytes())?;
    write_new_durably(&args.out, &sealed).map_err(|error| {
        let error = match error {
            StoreError::AlreadyThere => WalletCopyError::FileExists.into(),
            error => CliError::from(error),
        };
        error.at(&args.out)
    })?;
    let file = plain(&args.out.to_string_lossy());
    let (hours, days) = (copy.hours(), copy.days.len());
    let mut lines: Vec<Message> = vec![
        WalletMessage::BackedUp {
            file: file.clone(),
            hours,
            days,
        }
        .into(),
    ];
    if session.wallet.visit()?.is_some() {
        lines.push(WalletMessage::OpenVisitStays.into());
    }
    lines.push(WalletMessage::BackupOutlives.into());
    Ok(Done::new(
        json!({"file": file, "hours": hours, "days": days, "bytes": sealed.len()}),
        lines,
    ))
}

/// Tokens, findings and the floor; neither the open visit nor the device secret and its counter.
fn copy_of(session: &Session) -> Result<WalletCopy, CliError> {
    let mut days = Vec::new();
    for (day, _) in session.wallet.days()? {
        days.push((day, session.wallet.tokens(day)?));
    }
    Ok(WalletCopy {
        made: session.now.day(),
        floor: session.store.floor()?,
        days,
        findings: session.findings()?.to_bytes(),
    })
}

pub(super) fn restore(
    global: &Global,
    args: &RestoreArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let session = Session::open(global, terminal)?;
    if !args.merge && !session.wallet.is_empty()? {
        return Err(WalletCopyError::WalletNotEmpty.into());
    }
    let at_file = |error: CliError| error.at(&args.file);
    let sealed = sealed_file::read(&args.file).map_err(|error| at_file(error.into()))?;
    let kind = sealed_file::kind_of(&sealed).map_err(|error| at_file(error.into()))?;
    if kind != KIND {
        let wrong = sealed_file::SealedFileError::OtherKind { found: kind };
        return Err(at_file(wrong.into()));
    }
    let words = passphrase(terminal, args.passphrase_file.as_deref(), Asked::Known)?;
    let content =
        sealed_file::open(&words, KIND, &sealed).map_err(|error| at_file(error.into()))?;
    let mut copy = WalletCopy::from_bytes(&content).map_err(|error| at_file(error.into()))?;
    if copy.floor > session.now.plus(CLOCK_TOLERANCE_SECONDS) {
        return Err(at_file(WalletCopyError::FloorAhead.into()));
    }
    let found = Findings::from_bytes(&copy.findings)
        .map_err(|_| at_file(WalletCopyError::DamagedFindings.into()))?;
    // First the logs are to be read anew: cut off here or later, the command is run again with --merge.
    session.store.read_anew(copy.floor)?;
    let over = copy.drop_old(session.erasing_time()?);
    for (day, tokens) in &copy.days {
        session.wallet.join(*day, tokens)?;
    }
    let mut findings = session.findings()?;
    findings.join(found);
    session.keep_findings(&mut findings)?;
    let (hours, days) = (copy.hours(), copy.days.len());
    let mut lines: Vec<Message> = vec![
        WalletMessage::Restored {
            made: copy.made,
            hours,
            days,
        }
        .into(),
    ];
    if over > 0 {
        lines.push(WalletMessage::NotRestored { hours: over }.into());
    }
    lines.push(WalletMessage::SyncAfterRestore.into());
    Ok(Done::new(
        json!({"made": iso_day(copy.made), "hours": hours, "days": days, "too_old": over}),
        lines,
    ))
}
