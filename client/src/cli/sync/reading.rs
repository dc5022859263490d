//! One authority's log as it is read: leaves to effects, what was found before the position.
//! Knows the order of effects; what is verified and what counts is decided in cores and protocol.
//! Specified in specs/protocol.md §12.5.

use super::Report;
use crate::citizen::Findings;
use crate::cli::CliError;
use crate::cli::progress::progress;
use crate::cli::session::Session;
use crate::messages::CitizenMessage;
use crate::net::{Fetched, Turn};
use crate::store::{KeptTick, Progress};
use crate::sync::{self, CLOCK_TOLERANCE_SECONDS, LogReader};
use indicatif::ProgressBar;
use lachan_protocol::exposure::batch::ExposureBatch;
use lachan_protocol::exposure::exposures::findings_in;
use lachan_protocol::log::follow::{FollowError, Follower, Input, Output};
use lachan_protocol::log::note::Vkey;
use lachan_protocol::time::{Day, UnixTime};
use lachan_protocol::token::VisitToken;
use lachan_protocol::trust::{TrustList, TrustedAuthority};
use lachan_shell::terminal::Terminal;
use lachan_store::write_durably;
use std::collections::BTreeMap;

/// One log being read.
pub(super) struct Reading<'a> {
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
    pub(super) fn new(
        session: &'a mut Session,
        authority: &'a TrustedAuthority,
    ) -> Result<Self, CliError> {
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

    pub(super) fn run(
        mut self,
        source: &mut Turn,
        terminal: &Terminal,
    ) -> Result<Report, CliError> {
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
                // It lags so far that it lacks what was accepted elsewhere: another one has it.
                Err(FollowError::Unavailable(_)) if behind => break,
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
                        source.gave(&leaves);
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
        source.gave_a_log();
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
