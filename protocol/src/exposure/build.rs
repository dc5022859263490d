//! Building a tick: releases, changes and repeats among decoys, with the manifest behind them.
//! Knows the office's secrets of one tick; does not know its ledger, its clock or its key store.
//! Specified in specs/protocol.md §6.2, §6.6 and §6.7.

mod lists;
mod refusal;

pub use refusal::BuildError;

use crate::crypto::sign::SigningKey;
use crate::exposure::batch::{BatchHead, UnsignedPart, days_of};
use crate::exposure::cutting::cut;
use crate::exposure::entry::{ENTRY_LEN, Entry};
use crate::exposure::history::EarlierEntry;
use crate::exposure::manifest::{
    CaseCause, Cause, EntryRef, Manifest, ManifestLeaf, ManifestRecord, ReleaseBacking,
};
use crate::id::{AuthorityId, BatchId, Region};
use crate::keys::{NotificationKey, ReleasedKey};
use crate::time::{Day, UnixTime, Window};
use crate::wire::Message;
use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;

/// What a tick says besides its lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Whose tick it is.
    pub authority: AuthorityId,
    /// The authority's first region.
    pub region: Region,
    /// Its number, from 1.
    pub seq: u64,
    /// The tick.
    pub time: UnixTime,
    /// Diary unlocks since the tick before.
    pub unlocks: u32,
    /// Certificates since the tick before.
    pub certificates: u32,
}

/// A key that venue and office released. A window published before needs a [`Change`] instead.
#[derive(Clone)]
pub struct NewRelease {
    /// s_w.
    pub key: ReleasedKey,
    /// w.
    pub window: Window,
    /// n_w.
    pub notice: NotificationKey,
    /// What ties the key to its plan.
    pub backing: ReleaseBacking,
    /// The cases behind it, at least one. Releases of one key are merged.
    pub cases: Vec<CaseCause>,
}

/// A further case, or a withdrawal, for a key that was published earlier. Changes to one key are merged.
#[derive(Clone)]
pub struct Change {
    /// Where the key first stood.
    pub first: EntryRef,
    /// What changes it.
    pub cause: Cause,
}

/// A tick that is ready to be signed, with all that the office keeps of it.
///
/// Order for the office: store manifest, fresh and changed durably, then sign, then append to the log.
pub struct BatchPlan {
    head: BatchHead,
    lists: Vec<(Day, Vec<Entry>)>,
    manifest: Manifest,
    fresh: Vec<EarlierEntry>,
    changed: Vec<EarlierEntry>,
}

impl BatchPlan {
    /// Plans a tick. `history` holds the scalars of the authority's earlier ticks (29 days are enough), in any order.
    ///
    /// # Errors
    /// [`BuildError`]: nothing of the tick may be published then.
    pub fn new(
        tick: &Tick,
        releases: Vec<NewRelease>,
        changes: Vec<Change>,
        history: &[EarlierEntry],
        rng: &mut impl CryptoRng,
    ) -> Result<Self, BuildError> {
        if tick.seq == 0 {
            return Err(BuildError::SeqZero);
        }
        let days = days_of(tick.time).ok_or(BuildError::TimeOutOfRange(tick.time))?;
        let mut head = BatchHead {
            authority: tick.authority,
            region: tick.region,
            seq: tick.seq,
            time: tick.time,
            nonce: [0; 16],
            manifest_root: [0; 32],
            unlocks: tick.unlocks,
            certificates: tick.certificates,
        };
        rng.fill_bytes(&mut head.nonce);

        let mut filler = lists::Filler::new(head.id(), tick.time, releases, changes, history)?;
        let mut plan = Self {
            head,
            lists: Vec::new(),
            manifest: Manifest::default(),
            fresh: Vec::new(),
            changed: Vec::new(),
        };
        for day in days {
            let list = filler.fill(day, rng)?;
            plan.append(day, list, rng)?;
        }
        plan.changed = filler.into_changed()?;
        plan.head.manifest_root = plan.manifest.root();
        Ok(plan)
    }

    fn append(
        &mut self,
        day: Day,
        list: Vec<lists::Placed>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), BuildError> {
        let mut entries = Vec::with_capacity(list.len());
        for placed in list {
            if placed.record.to_bytes().len() > ManifestRecord::LIMIT {
                return Err(BuildError::TooManyCases);
            }
            let index = u32::try_from(self.manifest.leaves.len())
                .map_err(|_| BuildError::TooManyEntries)?;
            if let Some(what) = placed.fresh {
                let first = EntryRef {
                    seq: self.head.seq,
                    entry: index,
                };
                self.fresh.push(EarlierEntry { first, day, what });
            }
            self.manifest
                .leaves
                .push(ManifestLeaf::new(placed.record, rng));
            entries.push(placed.entry);
        }
        self.lists.push((day, entries));
        Ok(())
    }

    /// What all parts will say alike.
    #[must_use]
    pub const fn head(&self) -> &BatchHead {
        &self.head
    }

    /// authority id ‖ seq ‖ nonce.
    #[must_use]
    pub fn id(&self) -> BatchId {
        self.head.id()
    }

    /// Entries of all lists.
    #[must_use]
    pub fn entry_count(&self) -> usize {
        self.manifest.leaves.len()
    }

    /// The manifest; secret, kept for auditors.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The scalars that stand here for the first time, decoys among them: they join the history.
    #[must_use]
    pub fn fresh(&self) -> &[EarlierEntry] {
        &self.fresh
    }

    /// The earlier scalars whose cases changed, as they are now: they replace those in the history.
    #[must_use]
    pub fn changed(&self) -> &[EarlierEntry] {
        &self.changed
    }

    /// The signed leaves, in order of their parts.
    ///
    /// # Errors
    /// [`BuildError::TooManyEntries`] for more than 65,535 parts.
    pub fn sign(&self, batch_key: &SigningKey) -> Result<Vec<Vec<u8>>, BuildError> {
        let leaves = cut(self
            .lists
            .iter()
            .map(|(day, entries)| (*day, entries.len())));
        let parts = u16::try_from(leaves.len()).map_err(|_| BuildError::TooManyEntries)?;
        let mut all = self
            .lists
            .iter()
            .flat_map(|(_, entries)| entries)
            .map(Entry::to_bytes);
        let mut signed = Vec::with_capacity(leaves.len());
        for (part, leaf) in (0..parts).zip(leaves) {
            let lists = leaf.into_iter().map(|piece| {
                let entries: Vec<[u8; ENTRY_LEN]> = all.by_ref().take(piece.count).collect();
                (piece.day, entries)
            });
            let unsigned = UnsignedPart {
                head: self.head.clone(),
                part,
                parts,
                lists: lists.collect(),
            };
            signed.push(unsigned.sign(batch_key).expect("a leaf was cut to fit"));
        }
        Ok(signed)
    }
}

impl fmt::Debug for BatchPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BatchPlan")
    }
}

impl fmt::Debug for NewRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewRelease")
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Change")
    }
}
