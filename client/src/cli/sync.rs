//! `sync`: reads each authority's log, tries the new keys on the own tokens, and keeps what was found first.
//! Knows sources, their order and what came of each; how one log is read stands in `reading`.
//! Specified in specs/protocol.md §12.5.

mod reading;

use super::args::SyncArgs;
use super::session::Session;
use super::{CliError, exposures};
use crate::cli::Done;
use crate::messages::{CitizenMessage, Message};
use crate::net::{self, NetError, Turn};
use lachan_protocol::id::AuthorityId;
use lachan_protocol::time::UnixTime;
use lachan_protocol::trust::TrustedAuthority;
use lachan_shell::arguments::Global;
use lachan_shell::terminal::Terminal;
use reading::Reading;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn sync(
    global: &Global,
    args: &SyncArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let mut session = Session::open(global, terminal)?;
    session.renew_wallet()?;
    if args.again {
        session.store.read_anew(UnixTime(0))?;
    }
    let reports = sync_authorities(&mut session, args.from.as_deref(), terminal)?;
    let mut lines: Vec<Message> = reports.iter().map(Report::line).collect();
    let warnings = exposures::warnings(&session)?;
    exposures::tell_warnings(&session, &warnings, &mut lines);
    let list: Vec<Value> = reports.iter().map(Report::to_json).collect();
    let floor = session.store.floor()?;
    let data = json!({
        "authorities": list,
        "warnings": warnings.len(),
        "floor": (floor.0 > 0).then(|| lachan_shell::moment::rfc3339(floor)),
    });
    Ok(Done::new(data, lines))
}

/// What came of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    authority: [String; 2],
    behind: bool,
    keys: u64,
    origin: String,
    size: u64,
    ticks: usize,
}

impl Report {
    /// With what an earlier source gave.
    fn after(mut self, before: Option<Self>) -> Self {
        if let Some(before) = before {
            self.keys += before.keys;
            self.ticks += before.ticks;
        }
        self
    }

    fn line(&self) -> Message {
        CitizenMessage::Synced {
            authority: self.authority.clone(),
            ticks: self.ticks,
            keys: self.keys,
            size: self.size,
        }
        .into()
    }

    fn to_json(&self) -> Value {
        json!({
            "origin": self.origin,
            "size": self.size,
            "ticks": self.ticks,
            "keys": self.keys,
            "behind": self.behind,
        })
    }
}

/// Reads the logs of all authorities: from what `--from` names, or else from the nodes of the settings, each until
/// every log was read. A node that does not answer, lags or lies costs its turn and no more. A log that no source has is
/// left out, unless they have none at all. A log that breaks the rules is named at the end: it keeps nobody from reading
/// the others.
///
/// # Errors
/// [`CliError`]: of this home, or of the last source when a log could not be read from any.
pub fn sync_authorities(
    session: &mut Session,
    from: Option<&str>,
    terminal: &Terminal,
) -> Result<Vec<Report>, CliError> {
    let (reports, refused) = sync_each(session, from, terminal)?;
    refused.map_or(Ok(reports), Err)
}

/// As [`sync_authorities`], with the first failure of a log beside what came of the others.
///
/// # Errors
/// [`CliError`], all but `Follow` and `Sync`.
pub fn sync_each(
    session: &mut Session,
    from: Option<&str>,
    terminal: &Terminal,
) -> Result<(Vec<Report>, Option<CliError>), CliError> {
    let sources = match from {
        Some(from) => vec![from.to_owned()],
        None => session.home.settings().nodes.clone(),
    };
    let authorities: Vec<TrustedAuthority> = session.trust.list().authorities().to_vec();
    let mut found = Found {
        reached: sources.is_empty().then_some(NetError::NoSource),
        ..Found::default()
    };
    for source in sources {
        let open = authorities
            .iter()
            .filter(|authority| found.is_open(authority));
        let open: Vec<TrustedAuthority> = open.cloned().collect();
        if open.is_empty() {
            break;
        }
        match net::open(&source) {
            Ok(source) => found.read(session, &open, &mut Turn::of(source), terminal)?,
            Err(error) => found.reached = Some(error),
        }
    }
    let ended = found.ended(&authorities)?;
    session.store.drop_old(session.erasing_time()?)?;
    Ok(ended)
}

/// What came of the sources so far.
#[derive(Debug, Default)]
struct Found {
    reports: BTreeMap<AuthorityId, Report>,
    /// Why a log could not be read, from the last source that had it.
    failures: BTreeMap<AuthorityId, CliError>,
    /// Why the last source that could not be used could not.
    reached: Option<NetError>,
}

impl Found {
    /// Whether another source may have more of this log.
    fn is_open(&self, authority: &TrustedAuthority) -> bool {
        self.reports
            .get(&authority.id())
            .is_none_or(|report| report.behind)
    }

    fn read(
        &mut self,
        session: &mut Session,
        authorities: &[TrustedAuthority],
        source: &mut Turn,
        terminal: &Terminal,
    ) -> Result<(), CliError> {
        for authority in authorities {
            let id = authority.id();
            let read =
                Reading::new(session, authority).and_then(|reading| reading.run(source, terminal));
            match read {
                Ok(report) => {
                    self.failures.remove(&id);
                    let before = self.reports.remove(&id);
                    self.reports.insert(id, report.after(before));
                }
                Err(CliError::Net(NetError::NoSuchLog)) => {}
                // of the source, or of this log alone
                Err(error @ (CliError::Net(_) | CliError::Follow(_) | CliError::Sync(_))) => {
                    self.failures.insert(id, error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reports and the first failure, in the order of the trust list.
    fn ended(
        mut self,
        authorities: &[TrustedAuthority],
    ) -> Result<(Vec<Report>, Option<CliError>), CliError> {
        let (mut reports, mut failed) = (Vec::new(), None);
        for id in authorities.iter().map(TrustedAuthority::id) {
            let failure = self.failures.remove(&id);
            match self.reports.remove(&id) {
                Some(report) => reports.push(report),
                None => failed = failed.or(failure),
            }
        }
        match failed {
            Some(error @ CliError::Net(_)) if reports.is_empty() => Err(error),
            None if reports.is_empty() => Err(self.reached.unwrap_or(NetError::NoSuchLog).into()),
            failed => Ok((reports, failed)),
        }
    }
}
