//! `doctor`: looks at a home and says how each thing is.
//! Knows arguments and answers; the looking is done in `doctor`.
//! Specified in specs/protocol.md §14.10.

use super::{CliError, Done, clock, paths};
use crate::config::Config;
use crate::control::{Ask, ask};
use crate::doctor::{Finding, Level, Visit, examine};
use crate::messages::{Message, doctor};
use lachan_shell::arguments::Global;
use lachan_shell::home::read_settings;
use lachan_shell::output::Exit;
use lachan_shell::terminal::Terminal;
use serde_json::{Value, json};

/// All findings; 1 when something is bad, 2 when nothing is and something could not be told.
pub(super) fn doctor(global: &Global, terminal: &Terminal) -> Result<Done, CliError> {
    let paths = paths(global)?;
    let config: Config = read_settings(paths.dir())?;
    let now = clock(global, config.test_clock, terminal)?.now()?;
    // one that runs and does not answer holds the lock all the same: the doctor says so
    let running = ask(&paths.control(), terminal.lang(), Ask::Status);
    let running = running.ok().and_then(Result::ok);
    let found = examine(&Visit {
        paths: &paths,
        config: &config,
        now,
        running: running.as_ref(),
    });
    let lang = terminal.lang();
    let findings: Vec<Value> = found
        .iter()
        .map(|finding| {
            let (what, hint) = doctor::words(finding, lang);
            json!({
                "check": finding.check().code(),
                "level": finding.level().code(),
                "message": what,
                "hint": hint,
            })
        })
        .collect();
    let worst = found.iter().map(Finding::level).max();
    let exit = match worst {
        Some(Level::Bad) => Exit::BadNews,
        Some(Level::Unknown) => Exit::Failed,
        Some(Level::Ok | Level::Warn) | None => Exit::Done,
    };
    let worst = worst.map(Level::code);
    Ok(Done {
        data: json!({"worst": worst, "findings": findings}),
        lines: found.into_iter().map(Message::Finding).collect(),
        exit,
    })
}
