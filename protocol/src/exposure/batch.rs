//! The exposure batch: parts as they lie in the log, and the whole tick once all are there.
//! Knows rules and refusals; does not know logs, files or clocks.
//! Specified in specs/protocol.md §6.1 to §6.3; bytes in specs/wire.md §5.2.

mod part;
mod refusal;

pub use part::{
    BATCH_LEAF_TYPE, BatchPart, BatchRules, DayEntries, UnsignedPart, UnverifiedBatchPart,
};
pub use refusal::BatchError;

use crate::exposure::cutting;
use crate::exposure::entry::Entry;
use crate::exposure::padding::is_size;
use crate::id::{AuthorityId, BatchId, Region};
use crate::keys::ReleasedKey;
use crate::time::{Day, RETENTION_DAYS, UnixTime};
use alloc::vec::Vec;
use bincode::{Decode, Encode};

/// Lists of a tick: one for each of the days D - 28 .. D.
pub const DAYS: u16 = RETENTION_DAYS + 1;

/// What all parts of a tick say alike.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct BatchHead {
    /// Whose tick it is.
    pub authority: AuthorityId,
    /// The authority's first region.
    pub region: Region,
    /// The tick's number, from 1, one more each tick.
    pub seq: u64,
    /// The tick.
    pub time: UnixTime,
    /// Fresh random bytes.
    pub nonce: [u8; 16],
    /// The root over the salted manifest leaves.
    pub manifest_root: [u8; 32],
    /// Diary unlocks since the tick before.
    pub unlocks: u32,
    /// Certificates since the tick before.
    pub certificates: u32,
}

impl BatchHead {
    /// authority id ‖ seq ‖ nonce.
    #[must_use]
    pub fn id(&self) -> BatchId {
        let mut id = [0; 32];
        id[..8].copy_from_slice(&self.authority.0);
        id[8..16].copy_from_slice(&self.seq.to_be_bytes());
        id[16..].copy_from_slice(&self.nonce);
        BatchId(id)
    }

    /// The days D - 28 .. D of its lists; none for a time before day 28 or after day 65,535.
    pub fn days(&self) -> Option<impl DoubleEndedIterator<Item = Day> + use<>> {
        days_of(self.time)
    }
}

/// The days D - 28 .. D of a tick at `time`.
pub(crate) fn days_of(time: UnixTime) -> Option<impl DoubleEndedIterator<Item = Day> + use<>> {
    let last = u16::try_from(time.0 / crate::time::DAY_SECONDS).ok()?;
    let first = last.checked_sub(RETENTION_DAYS)?;
    Some((first..=last).map(Day))
}

/// A whole tick: all parts were there and agree, and every list keeps the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExposureBatch {
    head: BatchHead,
    lists: Vec<DayEntries>,
}

impl ExposureBatch {
    /// Joins the parts of one tick, in any order.
    ///
    /// # Errors
    /// [`BatchError`], the first rule that is broken, in the order of specs/protocol.md §6.3.
    pub fn join(mut parts: Vec<BatchPart>) -> Result<Self, BatchError> {
        parts.sort_by_key(BatchPart::part);
        let head = same_head(&parts)?;
        all_there(&parts)?;
        let lists = joined(&parts);
        as_cut(&parts, &lists)?;
        let days = head.days().ok_or(BatchError::DayOutOfRange)?;
        if !days.eq(lists.iter().map(|list| list.day)) {
            return Err(BatchError::DaysNotConsecutive);
        }
        for list in &lists {
            list.is_padded()?;
        }
        for list in &lists {
            list.is_sorted()?;
        }
        each_once(&lists)?;
        Ok(Self { head, lists })
    }

    /// That this tick follows the one with this seq and time; `None` stands for no tick before.
    ///
    /// # Errors
    /// [`BatchError::SeqNotNext`], [`BatchError::TimeNotLater`].
    pub fn follows(&self, last: Option<(u64, UnixTime)>) -> Result<(), BatchError> {
        let (last_seq, last_time) = last.unwrap_or((0, UnixTime(0)));
        let (found, time) = (self.head.seq, self.head.time);
        if last_seq.checked_add(1) != Some(found) {
            return Err(BatchError::SeqNotNext {
                last: last_seq,
                found,
            });
        }
        if time <= last_time {
            return Err(BatchError::TimeNotLater {
                last: last_time,
                found: time,
            });
        }
        Ok(())
    }

    /// What all parts said.
    #[must_use]
    pub const fn head(&self) -> &BatchHead {
        &self.head
    }

    /// authority id ‖ seq ‖ nonce.
    #[must_use]
    pub fn id(&self) -> BatchId {
        self.head.id()
    }

    /// The 29 lists, by day.
    #[must_use]
    pub fn lists(&self) -> &[DayEntries] {
        &self.lists
    }

    /// The entries of one day; none for a day that this tick does not list.
    #[must_use]
    pub fn entries_of(&self, day: Day) -> &[Entry] {
        self.lists
            .iter()
            .find(|list| list.day == day)
            .map_or(&[], |list| &list.entries)
    }

    /// Entries of all lists; entry i of the manifest is the i-th of these.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.lists.iter().flat_map(|list| &list.entries)
    }
}

fn same_head(parts: &[BatchPart]) -> Result<BatchHead, BatchError> {
    let first = parts
        .first()
        .ok_or(BatchError::PartsMissing { have: 0, parts: 1 })?;
    match parts
        .iter()
        .find(|p| p.head() != first.head() || p.parts() != first.parts())
    {
        Some(other) => Err(BatchError::FieldsDiffer { part: other.part() }),
        None => Ok(first.head().clone()),
    }
}

fn all_there(parts: &[BatchPart]) -> Result<(), BatchError> {
    if let Some(twice) = parts
        .windows(2)
        .find(|pair| pair[0].part() == pair[1].part())
    {
        return Err(BatchError::PartTwice {
            part: twice[0].part(),
        });
    }
    let wanted = parts.first().map_or(1, BatchPart::parts);
    if parts.len() < usize::from(wanted) {
        return Err(BatchError::PartsMissing {
            have: parts.len(),
            parts: wanted,
        });
    }
    Ok(())
}

/// The pieces laid one after the other; neighbours of one day are one list.
fn joined(parts: &[BatchPart]) -> Vec<DayEntries> {
    let mut lists: Vec<DayEntries> = Vec::new();
    for piece in parts.iter().flat_map(BatchPart::pieces) {
        match lists.last_mut() {
            Some(list) if list.day == piece.day => list.entries.extend_from_slice(&piece.entries),
            _ => lists.push(piece.clone()),
        }
    }
    lists
}

fn as_cut(parts: &[BatchPart], lists: &[DayEntries]) -> Result<(), BatchError> {
    let leaves = cutting::cut(lists.iter().map(|list| (list.day, list.entries.len())));
    for (part, leaf) in parts.iter().zip(&leaves) {
        let shape = part
            .pieces()
            .iter()
            .map(|piece| (piece.day, piece.entries.len()));
        if !shape.eq(leaf.iter().map(|piece| (piece.day, piece.count))) {
            return Err(BatchError::CutOtherwise { part: part.part() });
        }
    }
    match parts.last() {
        Some(last) if parts.len() != leaves.len() => {
            Err(BatchError::CutOtherwise { part: last.part() })
        }
        _ => Ok(()),
    }
}

fn each_once(lists: &[DayEntries]) -> Result<(), BatchError> {
    let all = lists
        .iter()
        .flat_map(|list| list.entries.iter().map(|e| (e.key.to_bytes(), list.day)));
    let mut keys: Vec<([u8; 32], Day)> = all.collect();
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(BatchError::KeyTwice { day: pair[1].1 }),
        None => Ok(()),
    }
}

impl DayEntries {
    fn is_padded(&self) -> Result<(), BatchError> {
        let len = self.entries.len();
        if is_size(len) {
            Ok(())
        } else {
            Err(BatchError::BadListSize { day: self.day, len })
        }
    }

    /// Strictly ascending by the bytes of s.
    pub(crate) fn is_sorted(&self) -> Result<(), BatchError> {
        if self
            .entries
            .is_sorted_by(|a, b| a.key.to_bytes() < b.key.to_bytes())
        {
            Ok(())
        } else {
            Err(BatchError::KeysNotSorted { day: self.day })
        }
    }

    /// The list's keys, for the matcher.
    #[must_use]
    pub fn keys(&self) -> Vec<ReleasedKey> {
        self.entries.iter().map(|entry| entry.key).collect()
    }
}
