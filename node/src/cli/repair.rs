//! `repair`: looks at the store, and accepts a loss by name.
//! Knows arguments and answers; the work is done in `service`.
//! Specified in specs/protocol.md §14.

use super::{CliError, Done, paths};
use crate::home::Home;
use crate::messages::{Message, StoreWord};
use crate::service::repair;
use lachan_shell::arguments::Global;
use lachan_shell::output::Exit;
use lachan_store::Condition;
use serde_json::json;

/// The store of a home that no node runs in.
pub(super) fn repair(global: &Global, accept: bool) -> Result<Done, CliError> {
    let home = Home::open(paths(global)?.dir())?;
    let (report, accepted) = repair::repair(&home, accept)?;
    let damaged = report.damaged.len() as u64;
    let damaged_files = report.damaged_files.len() as u64;
    let data = json!({
        "condition": repair::word(report.condition),
        "records": report.records,
        "damaged": damaged,
        "damaged_files": damaged_files,
        "accepted": accepted,
    });
    let mut lines = vec![Message::Store {
        state: match report.condition {
            Condition::HeadLost => StoreWord::HeadLost,
            Condition::Incomplete => StoreWord::Incomplete,
            Condition::RolledBack { .. } => StoreWord::RolledBack,
            Condition::Sound | Condition::Unswept if report.is_sound() => StoreWord::Sound,
            // a file is damaged, and no record
            Condition::Sound | Condition::Unswept => StoreWord::Incomplete,
        },
        records: report.records,
        damaged: damaged + damaged_files,
    }];
    let mut exit = Exit::Done;
    if accepted {
        lines.push(Message::LossAccepted);
    } else if !report.is_sound() {
        lines.push(Message::LossNotAccepted);
        exit = Exit::BadNews;
    }
    Ok(Done { data, lines, exit })
}
