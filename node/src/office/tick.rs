//! The tick: what was released goes out among decoys, once, with all that stands behind it kept sealed.
//! Knows released shares and the history; does not know the log's files or the clock.
//! Specified in specs/protocol.md §6 and §14.4.

mod due;

use crate::office::core::{Office, ROOTED, log_leaves};
use crate::office::io::{Change, FileHash, Files, Note, Output, Publication, ReplyTo, Shelf};
use crate::office::records::{Stage, TickRecord};
use crate::office::tick::due::Due;
use lachan_protocol::exposure::build::{BatchPlan, BuildError, Tick};
use lachan_protocol::exposure::history::{Earlier, EarlierEntry};
use lachan_protocol::id::{Region, RequestId};
use lachan_protocol::keys::epoch::Epoch;
use lachan_protocol::log::leaf::{RegistrationsLeaf, SignedLeaf};
use lachan_protocol::time::{RETENTION_DAYS, UnixTime};
use lachan_protocol::wire::{Message, Seq8};
use rand_core::CryptoRng;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Records of requests in one stored batch: a batch has at most 64 KiB, such a record 2.6.
const REQUESTS_AT_ONCE: usize = 16;

impl<F: Files> Office<F> {
    pub(super) fn tick(
        &mut self,
        reply_to: Option<ReplyTo>,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Vec<Output> {
        let time = self.config.newest_tick(now);
        let last = self.state.last_tick();
        let mut outputs = Vec::new();
        let result = if last.is_some_and(|(_, last)| last >= time) {
            Ok(None)
        } else {
            self.publish(last, time, rng, &mut outputs).map(Some)
        };
        match &result {
            Ok(None) => {}
            Ok(Some(publication)) => outputs.push(Output::Note(Note::TickPublished(*publication))),
            Err(why) => outputs.push(Output::Note(Note::TickRefused(*why))),
        }
        if let Some(reply_to) = reply_to {
            outputs.push(Output::Published { reply_to, result });
        }
        outputs
    }

    fn publish(
        &mut self,
        last: Option<(u64, UnixTime)>,
        time: UnixTime,
        rng: &mut impl CryptoRng,
        outputs: &mut Vec<Output>,
    ) -> Result<Publication, BuildError> {
        let (last_seq, last_time) = last.unwrap_or((0, UnixTime(0)));
        let oldest = time.day().0.saturating_sub(RETENTION_DAYS);
        self.state.history.retain(|_, entry| entry.day.0 >= oldest);
        let registrations = self.state.registrations();
        let Due {
            releases,
            changes,
            done,
        } = self.due(time, registrations);
        let tick = Tick {
            authority: self.config.authority,
            region: self.config.regions.first().copied().unwrap_or(Region(0)),
            seq: last_seq + 1,
            time,
            unlocks: 0,
            certificates: self.certificates(last_time, time),
        };
        let history: Vec<EarlierEntry> = self.state.history.values().cloned().collect();
        let plan = BatchPlan::new(&tick, releases, changes, &history, rng)?;
        let batch = plan.sign(&self.keys.batch)?;
        let publication = publication(&tick, &plan, &batch);

        let record = self.keep(&plan, time, rng, outputs);
        let mut stored = vec![Change::Put {
            shelf: Shelf::Ticks,
            key: tick.seq.to_be_bytes().to_vec(),
            value: record.to_bytes(),
        }];
        let mut leaves = self.root_leaf(registrations, &mut stored);
        leaves.extend(batch);
        outputs.extend(log_leaves(leaves, stored));
        self.state.ticks.insert(tick.seq, record);
        let entries = plan.fresh().iter().chain(plan.changed());
        let entries = entries.map(|entry| (entry.first, entry.clone()));
        self.state.history.extend(entries);
        self.mark(done, rng, outputs);
        Ok(publication)
    }

    /// Seals and keeps what stands behind the tick.
    fn keep(
        &mut self,
        plan: &BatchPlan,
        time: UnixTime,
        rng: &mut impl CryptoRng,
        outputs: &mut Vec<Output>,
    ) -> TickRecord {
        let seq = plan.head().seq.to_be_bytes();
        let mut history = Zeroizing::new(Vec::new());
        for entry in plan.fresh().iter().chain(plan.changed()) {
            let entry = Zeroizing::new(entry.to_bytes());
            let length = u32::try_from(entry.len()).expect("an entry has at most 12,288 bytes");
            history.extend_from_slice(&length.to_be_bytes());
            history.extend_from_slice(&entry);
        }
        let manifest = Zeroizing::new(plan.manifest().to_bytes());
        let vault = self.vault(Epoch::of(time.window()), rng, outputs);
        let history = vault.seal(&[b"history", &seq], &history, rng);
        let manifest = vault.seal(&[b"manifest", &seq], &manifest, rng);
        let record = TickRecord {
            time,
            history: FileHash::of(&history),
            manifest: FileHash::of(&manifest),
        };
        outputs.push(Output::PutFile(history));
        outputs.push(Output::PutFile(manifest));
        record
    }

    /// The root over all registrations, when there are new ones: at most one such leaf a tick.
    fn root_leaf(&mut self, registrations: u64, stored: &mut Vec<Change>) -> Vec<Vec<u8>> {
        if registrations == self.state.rooted {
            return Vec::new();
        }
        let leaf = RegistrationsLeaf {
            authority: self.config.authority,
            count: registrations,
            root: self.state.tree.root(),
        };
        self.state.rooted = registrations;
        stored.push(Change::Put {
            shelf: Shelf::Log,
            key: ROOTED.to_vec(),
            value: registrations.to_be_bytes().to_vec(),
        });
        vec![leaf.sign(&self.keys.batch)]
    }

    /// Writes down which windows are published. After a crash before this, the history tells.
    fn mark(
        &mut self,
        done: BTreeMap<RequestId, u64>,
        rng: &mut impl CryptoRng,
        outputs: &mut Vec<Output>,
    ) {
        let mut changes = Vec::new();
        for (id, mask) in done {
            let Some(request) = self.state.requests.get(&id) else {
                continue;
            };
            let Stage::Approved(released) = &request.stage else {
                continue;
            };
            let mut released = released.clone();
            released.published |= mask;
            let all = (1_u128 << request.windows.len()) - 1;
            if u128::from(released.published) == all {
                released.shares = Seq8::default();
            }
            changes.extend(self.set_stage(id, Stage::Approved(released), rng));
        }
        let batches = changes.chunks(REQUESTS_AT_ONCE);
        outputs.extend(batches.map(|batch| Output::Store(batch.to_vec())));
    }

    /// Certificates issued since the tick before.
    fn certificates(&self, last: UnixTime, time: UnixTime) -> u32 {
        let requests = self.state.requests.values();
        let issued = requests.filter(|request| request.created > last && request.created <= time);
        u32::try_from(issued.count()).unwrap_or(u32::MAX)
    }
}

fn publication(tick: &Tick, plan: &BatchPlan, batch: &[Vec<u8>]) -> Publication {
    let released = plan
        .fresh()
        .iter()
        .filter(|entry| matches!(entry.what, Earlier::Released { .. }));
    Publication {
        seq: tick.seq,
        time: tick.time,
        entries: plan.entry_count() as u64,
        released: released.count() as u64,
        changed: plan.changed().len() as u64,
        parts: batch.len() as u64,
        size_bytes: batch.iter().map(|leaf| leaf.len() as u64).sum(),
    }
}
