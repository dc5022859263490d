//! `sync`: reads each authority's log, tries the new keys on the own tokens, and keeps what was found first.
//! Knows the order of effects; what is verified and what counts is decided in cores and protocol.
//! Specified in specs/protocol.md §12.5.

use super::args::SyncArgs;
use super::progress::progress;
use super::session::Session;
use super::{CliError, exposures};
use crate::citizen::Findings;
use crate::cli::Done;
use crate::messages::{CitizenMessage, Message};
use crate::net::{self, Fetched, NetError, Source};
use crate::store::{KeptTick, Progress};
use crate::sync::{self, CLOCK_TOLERANCE_SECONDS, LogReader};
use indicatif::ProgressBar;
use lachan_protocol::exposure::batch::ExposureBatch;
use lachan_protocol::exposure::exposures::findings_in;
use lachan_protocol::id::AuthorityId;
use lachan_protocol::log::follow::{FollowError, Follower, Input, Output};
use lachan_protocol::log::note::Vkey;
use lachan_protocol::time::{Day, UnixTime};
use lachan_protocol::token::VisitToken;
use lachan_protocol::trust::{TrustList, TrustedAuthority};
use lachan_shell::arguments::Global;
use lachan_shell::terminal::Terminal;
use lachan_store::write_durably;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn sync(
    global: &Global,
    args: &SyncArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let mut session = Session::open(global, terminal)?;
    session.renew_wallet()?;
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
            Ok(mut source) => found.read(session, &open, source.as_mut(), terminal)?,
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
        source: &mut dyn Source,
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

/// One log being read.
struct Reading<'a> {
    session: &'a mut Session,
    authority: &'a TrustedAuthority,
    follower: Follower,
    reader: LogReader,
    findings: Findings,
    tokens: BTreeMap<Day, Vec<VisitToken>>,
    progress: Progress,
    trust_notes: Vec<Vec<u8>>,
    keys: u64,
    ticks: usize,
}

impl<'a> Reading<'a> {
    fn new(session: &'a mut Session, authority: &'a TrustedAuthority) -> Result<Self, CliError> {
        let id = authority.id();
        let policy = session.trust.list().policy().clone();
        let state = session.store.log_state(&id)?;
        let last = session.store.last_tick(&id)?;
        let waiting = session.store.waiting(&id)?;
        Ok(Self {
            follower: Follower::new(authority.log_key().clone(), policy, state)?,
            reader: LogReader::new(authority, last, waiting)?,
            findings: session.findings()?,
            session,
            authority,
            tokens: BTreeMap::new(),
            progress: Progress::default(),
            trust_notes: vec![],
            keys: 0,
            ticks: 0,
        })
    }

    fn run(mut self, source: &mut dyn Source, terminal: &Terminal) -> Result<Report, CliError> {
        let origin = self.authority.origin();
        let note = source.checkpoint(origin)?;
        let bar = progress(terminal, &CitizenMessage::SyncProgress.into());
        let mut next = Some(Input::Checkpoint(note));
        let mut behind = false;
        while let Some(input) = next.take() {
            let outputs = match self.follower.handle(input) {
                Err(FollowError::Smaller { .. }) => {
                    // Verified, but older than what is known: this source lags. Nothing moves back.
                    behind = true;
                    self.follower.handle(Input::Resume)?
                }
                other => other?,
            };
            for output in outputs {
                match output {
                    Output::Fetch(request) => {
                        next = Some(match source.fetch(origin, &request)? {
                            Fetched::Bytes(bytes) => Input::Bytes(bytes),
                            Fetched::Missing => Input::Missing,
                        });
                    }
                    Output::Leaves { leaves, .. } => {
                        if let Err(refused) = self.take_leaves(&leaves, &bar) {
                            // What came before the refused leaf counts: it is read again, and told now.
                            self.session.keep_findings(&mut self.findings)?;
                            return Err(refused);
                        }
                    }
                    Output::Store => self.keep()?,
                    Output::CaughtUp => {}
                }
            }
            let size = self.follower.checkpoint().map_or(0, |known| known.size);
            bar.set_length(size);
        }
        bar.finish_and_clear();
        self.take_trust_lists()?;
        Ok(Report {
            authority: [
                self.authority.name_vi().into(),
                self.authority.name_en().into(),
            ],
            behind,
            keys: self.keys,
            origin: origin.to_owned(),
            size: self.follower.state().frontier().size(),
            ticks: self.ticks,
        })
    }

    fn take_leaves(&mut self, leaves: &[Vec<u8>], bar: &ProgressBar) -> Result<(), CliError> {
        let own_clock = self.session.now.plus(CLOCK_TOLERANCE_SECONDS);
        let quorum_time = self.follower.quorum_time();
        let latest = quorum_time.unwrap_or(own_clock);
        self.raise_floor(quorum_time.unwrap_or(UnixTime(0)));
        for leaf in leaves {
            match self.reader.handle(sync::Input::Leaf(leaf), latest)? {
                Some(sync::Output::Prekey(leaf)) => self.progress.prekeys.push(leaf),
                Some(sync::Output::Revocation(leaf)) => self.progress.revocations.push(leaf),
                Some(sync::Output::Tick { batch, parts }) => self.take_tick(&batch, parts)?,
                Some(sync::Output::TrustList(note)) => self.trust_notes.push(note),
                None => {}
            }
            bar.inc(1);
        }
        Ok(())
    }

    /// Every key of every day is tried on that day's tokens, also when there are none.
    fn take_tick(&mut self, batch: &ExposureBatch, parts: Vec<Vec<u8>>) -> Result<(), CliError> {
        for list in batch.lists() {
            if !self.tokens.contains_key(&list.day) {
                let tokens = self.session.tokens(list.day)?;
                self.tokens.insert(list.day, tokens);
            }
            let tokens = self.tokens.get(&list.day).map_or(&[][..], Vec::as_slice);
            let found = findings_in(batch, list.day, tokens);
            found
                .into_iter()
                .for_each(|finding| self.findings.add(finding));
            self.keys += list.entries.len() as u64;
        }
        self.ticks += 1;
        let (seq, time) = (batch.head().seq, batch.head().time);
        self.raise_floor(time);
        self.progress.ticks.push(KeptTick { seq, time, parts });
        Ok(())
    }

    fn raise_floor(&mut self, time: UnixTime) {
        self.progress.floor = self.progress.floor.max(time);
    }

    /// What was found is durable before the position moves; both are written whether or not something was found.
    fn keep(&mut self) -> Result<(), CliError> {
        if !self.progress.ticks.is_empty() {
            self.session.keep_findings(&mut self.findings)?;
        }
        self.progress.state = self.follower.state().clone();
        self.progress.last = self.reader.last();
        self.progress.waiting = self.reader.waiting().map(<[u8]>::to_vec).collect();
        let progress = std::mem::take(&mut self.progress);
        let over = self.session.erasing_time()?;
        self.session
            .store
            .keep(&self.authority.id(), &progress, over)?;
        for leaf in progress.revocations {
            let trust = &mut self.session.trust;
            trust.revoke(leaf.authority, leaf.code, leaf.from);
        }
        Ok(())
    }

    /// A trust list counts by the root's signature alone; one that does not verify or is no newer changes nothing.
    fn take_trust_lists(&mut self) -> Result<(), CliError> {
        let Ok(root) = Vkey::from_text(&self.session.home.settings().root) else {
            return Ok(());
        };
        for note in &self.trust_notes {
            let known = self.session.trust.list();
            let update = TrustList::verify_update(note, &root, known, self.session.now);
            if let Ok(list) = update.and_then(|list| Ok(list.replaces(known)?.then_some(list)))
                && let Some(list) = list
            {
                write_durably(&self.session.home.paths().trust(), note)?;
                self.session.trust.replace_list(list);
            }
        }
        Ok(())
    }
}
