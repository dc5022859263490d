//! What of an office's records a backup holds, and what a restored office must know of its log.
//! Knows records; does not know files, peers or the log.
//! Specified in specs/protocol.md §14.9.

use crate::office::core::{LoadError, Office, ROOTED};
use crate::office::io::{Change, FileHash, Files, Shelf};
use crate::office::records::{PlanRecord, TickRecord, split};
use crate::office::state::RegistrationTree;
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::id::CodeId;
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::wire::{Message, Seq8};
use std::collections::BTreeMap;

const DAMAGED: LoadError = LoadError::RecordDamaged(Shelf::Plans);

/// The order of an office's registrations: all of it that does not end with a month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registrations(BTreeMap<u64, (CodeId, PlanRecord)>);

impl Registrations {
    /// Those of the records of [`Shelf::Plans`], each its key and value.
    ///
    /// # Errors
    /// [`LoadError::RecordDamaged`], [`LoadError::RegistrationMissing`].
    pub fn of_records(
        records: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>,
    ) -> Result<Self, LoadError> {
        let mut all = BTreeMap::new();
        for (key, value) in records {
            let venue = CodeId(key.as_slice().try_into().map_err(|_| DAMAGED)?);
            let record = PlanRecord::from_bytes(&value).map_err(|_| DAMAGED)?;
            all.insert(record.index, (venue, record));
        }
        match (0..).zip(all.keys()).find(|(index, found)| index != *found) {
            Some((index, _)) => Err(LoadError::RegistrationMissing(index)),
            None => Ok(Self(all)),
        }
    }

    /// Reads what [`Registrations::to_bytes`] wrote.
    ///
    /// # Errors
    /// As of [`Registrations::of_records`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LoadError> {
        let pieces = split(bytes).ok_or(DAMAGED)?;
        let records: Result<Vec<_>, LoadError> = pieces
            .iter()
            .map(|piece| {
                let (venue, record) = piece.split_first_chunk::<16>().ok_or(DAMAGED)?;
                Ok((venue.to_vec(), record.to_vec()))
            })
            .collect();
        Self::of_records(records?)
    }

    /// For each, in their order: u32 length ‖ code id 16 ‖ its record, without the mailbox that its month's vault seals.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (venue, record) in self.0.values() {
            let record = without_mailbox(record).to_bytes();
            let length = u32::try_from(16 + record.len()).expect("a record has at most 4 KiB");
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(&venue.0);
            bytes.extend_from_slice(&record);
        }
        bytes
    }

    /// Those from this place on, at most so many, as [`Registrations::to_bytes`] would write them.
    #[must_use]
    pub fn part(&self, from: u64, most: usize) -> Self {
        let some = self.0.range(from..).take(most);
        Self(some.map(|(index, one)| (*index, one.clone())).collect())
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len() as u64
    }

    /// The root over the first so many of them.
    #[must_use]
    pub fn root_of(&self, count: u64) -> Hash {
        let mut tree = RegistrationTree::default();
        for (_, (_, record)) in self.0.range(..count) {
            tree.push(&record.leaf());
        }
        tree.root()
    }

    /// The records of a restored office: with the keys of their months their plans and mailboxes are gone.
    #[must_use]
    pub fn to_changes(&self) -> Vec<Change> {
        let change = |(venue, record): &(CodeId, PlanRecord)| Change::Put {
            shelf: Shelf::Plans,
            key: venue.0.to_vec(),
            value: without_mailbox(record).to_bytes(),
        };
        self.0.values().map(change).collect()
    }
}

fn without_mailbox(record: &PlanRecord) -> PlanRecord {
    PlanRecord {
        mailbox: Seq8::default(),
        ..record.clone()
    }
}

/// The record of a tick that stands in the log and is not known: what stood behind it is gone.
#[must_use]
pub fn tick_from_log(seq: u64, time: UnixTime) -> Change {
    let gone = FileHash([0; 32]);
    let record = TickRecord {
        time,
        history: gone,
        manifest: gone,
    };
    Change::Put {
        shelf: Shelf::Ticks,
        key: seq.to_be_bytes().to_vec(),
        value: record.to_bytes(),
    }
}

/// A code that a leaf of the log revoked from this window on.
#[must_use]
pub fn revoked_from_log(code: CodeId, from: Window) -> Change {
    Change::Put {
        shelf: Shelf::Revocations,
        key: code.0.to_vec(),
        value: from.0.to_be_bytes().to_vec(),
    }
}

/// So many registrations are under the log's newest root.
#[must_use]
pub fn rooted_from_log(count: u64) -> Change {
    Change::Put {
        shelf: Shelf::Log,
        key: ROOTED.to_vec(),
        value: count.to_be_bytes().to_vec(),
    }
}

impl<F: Files> Office<F> {
    /// The order of its registrations, for a backup.
    #[must_use]
    pub fn registrations(&self) -> Registrations {
        let plans = self.state.plans.iter();
        let plans = plans.map(|(venue, record)| (record.index, (*venue, record.clone())));
        Registrations(plans.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lachan_protocol::id::Digest;
    use lachan_protocol::time::Window;

    fn record(index: u64) -> (Vec<u8>, Vec<u8>) {
        let record = PlanRecord {
            index,
            digest: Digest([3; 32]),
            roots: Seq8::new(vec![[4; 32]]).unwrap(),
            first: Window(500_000),
            count: 24,
            plan: FileHash([5; 32]),
            answer: FileHash([6; 32]),
            mailbox: Seq8::new(vec![7; 80]).unwrap(),
        };
        let mut venue = vec![0; 16];
        venue[15] = u8::try_from(index).unwrap();
        (venue, record.to_bytes())
    }

    #[test]
    fn a_backup_holds_the_order_of_registrations_and_no_mailbox() {
        let all = Registrations::of_records([record(1), record(0), record(2)]).unwrap();
        let bytes = all.to_bytes();
        assert!(!bytes.windows(8).any(|piece| piece == [7; 8]));
        let read = Registrations::from_bytes(&bytes).unwrap();
        assert_eq!((read.count(), read.to_bytes()), (3, bytes.clone()));
        assert_eq!(read.root_of(3), all.root_of(3));
        assert_ne!(read.root_of(2), all.root_of(3));
        let cut = Registrations::from_bytes(&bytes[..bytes.len() - 1]);
        assert_eq!(cut, Err(DAMAGED));
        let gap = Registrations::of_records([record(0), record(2)]);
        assert_eq!(gap, Err(LoadError::RegistrationMissing(1)));
    }
}
