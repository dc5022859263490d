//! `repair`: looks at the store, and accepts a loss by name.
//! Knows arguments and answers; what a store is, is the storage's.
//! Specified in specs/protocol.md §14.8.

use super::CliError;
use super::session::home_dir;
use crate::cli::Done;
use crate::home::Home;
use crate::messages::WalletMessage;
use crate::messages::wallet::StoreWord;
use crate::store::ClientStore;
use lachan_protocol::time::UnixTime;
use lachan_shell::arguments::Global;
use lachan_shell::output::Exit;
use lachan_store::Condition;
use serde_json::json;

/// The store of a home that no other command uses.
pub(super) fn repair(global: &Global, accept: bool) -> Result<Done, CliError> {
    let dir = home_dir(global)?;
    let home = Home::open(&dir).map_err(|error| CliError::from(error).at(&dir))?;
    let store = ClientStore::open(&home.paths().state())?;
    let report = store.inner().verify()?;
    let accepted = accept && report.condition.allows_commits().is_err();
    if accepted {
        store.inner().accept_rollback()?;
        // A position may have gone without what was read up to it, or the other way round.
        store.read_anew(UnixTime(0))?;
    }
    let state = match report.condition {
        Condition::HeadLost => StoreWord::HeadLost,
        Condition::Incomplete => StoreWord::Incomplete,
        Condition::RolledBack { .. } => StoreWord::RolledBack,
        Condition::Sound | Condition::Unswept if report.is_sound() => StoreWord::Sound,
        // a file is damaged, and no record
        Condition::Sound | Condition::Unswept => StoreWord::Incomplete,
    };
    let damaged = report.damaged.len() as u64;
    let damaged_files = report.damaged_files.len() as u64;
    let mut lines = vec![
        WalletMessage::Store {
            state,
            records: report.records,
            damaged: damaged + damaged_files,
        }
        .into(),
    ];
    let mut exit = Exit::Done;
    if accepted {
        lines.push(WalletMessage::LossAccepted.into());
    } else if !report.is_sound() {
        lines.push(WalletMessage::LossNotAccepted.into());
        exit = Exit::BadNews;
    }
    let data = json!({
        "condition": word(report.condition),
        "records": report.records,
        "damaged": damaged,
        "damaged_files": damaged_files,
        "accepted": accepted,
    });
    Ok(Done { data, lines, exit })
}

/// The stable word for a condition, as JSON has it; the same as `lachan-node repair` says.
const fn word(condition: Condition) -> &'static str {
    match condition {
        Condition::HeadLost => "head-lost",
        Condition::Incomplete => "incomplete",
        Condition::RolledBack { .. } => "rolled-back",
        Condition::Sound | Condition::Unswept => "sound",
    }
}
