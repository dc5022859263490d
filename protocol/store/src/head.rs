//! The head: how far a store has come, kept in sled and once more outside it.
//! Knows two slots in a file; does not know why they may differ.
//! Specified in specs/protocol.md §14.

use std::{fmt, fs::File, io::ErrorKind, os::unix::fs::FileExt, path::Path};

use ring::digest::{Context, SHA256};

use crate::{durable::write_durably, error::StoreError, record::Sum};

const MAGIC: &[u8; 8] = b"LCHEAD/1";
const BODY_LEN: usize = 100;
const SLOT_LEN: usize = 112;
/// One slot a page, so that no write touches both.
const SLOT_OFFSETS: [u64; 2] = [0, 4096];
const FILE_LEN: usize = 8192;

/// The number of a commit: rises by at least one with each, never comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sequence(u64);

impl Sequence {
    pub(crate) const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What each batch carries: whose store, how many commits, which records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Random name of the store.
    pub(crate) store: [u8; 16],
    pub(crate) sequence: u64,
    /// How often a rollback was accepted.
    pub(crate) repairs: u32,
    /// Number of records.
    pub(crate) count: u64,
    /// Sum of all records.
    pub(crate) sum: Sum,
    /// Running hash over all batches.
    pub(crate) chain: [u8; 32],
}

impl Head {
    pub(crate) fn first(store: [u8; 16]) -> Self {
        Self {
            store,
            sequence: 0,
            repairs: 0,
            count: 0,
            sum: Sum::default(),
            chain: [0; 32],
        }
    }

    /// The same records, one commit later.
    pub(crate) fn after(&self, sequence: u64, batch_digest: &[u8; 32]) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(b"lachan/store/chain/1");
        context.update(&self.chain);
        context.update(&sequence.to_be_bytes());
        context.update(batch_digest);
        let mut chain = [0; 32];
        chain.copy_from_slice(context.finish().as_ref());
        Self {
            sequence,
            chain,
            ..*self
        }
    }

    pub(crate) fn to_bytes(self) -> [u8; BODY_LEN] {
        let mut out = [0; BODY_LEN];
        out[..16].copy_from_slice(&self.store);
        out[16..24].copy_from_slice(&self.sequence.to_be_bytes());
        out[24..28].copy_from_slice(&self.repairs.to_be_bytes());
        out[28..36].copy_from_slice(&self.count.to_be_bytes());
        out[36..68].copy_from_slice(&self.sum.to_bytes());
        out[68..].copy_from_slice(&self.chain);
        out
    }

    /// `None` when the length is wrong. Whoever calls has checked a checksum.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (store, rest) = bytes.split_first_chunk()?;
        let (sequence, rest) = rest.split_first_chunk()?;
        let (repairs, rest) = rest.split_first_chunk()?;
        let (count, rest) = rest.split_first_chunk()?;
        let (sum, rest) = rest.split_first_chunk()?;
        Some(Self {
            store: *store,
            sequence: u64::from_be_bytes(*sequence),
            repairs: u32::from_be_bytes(*repairs),
            count: u64::from_be_bytes(*count),
            sum: Sum::from_bytes(sum),
            chain: rest.try_into().ok()?,
        })
    }

    fn to_slot(self) -> [u8; SLOT_LEN] {
        let mut slot = [0; SLOT_LEN];
        slot[..8].copy_from_slice(MAGIC);
        slot[8..8 + BODY_LEN].copy_from_slice(&self.to_bytes());
        let crc = crc32fast::hash(&slot[..8 + BODY_LEN]);
        slot[8 + BODY_LEN..].copy_from_slice(&crc.to_be_bytes());
        slot
    }

    fn from_slot(slot: &[u8]) -> Option<Self> {
        let (body, crc) = slot.split_at_checked(8 + BODY_LEN)?;
        if crc != crc32fast::hash(body).to_be_bytes() {
            return None;
        }
        Self::from_bytes(body.strip_prefix(MAGIC)?)
    }
}

/// The head outside sled: two slots written in turn, so that one is always whole.
pub(crate) struct HeadFile {
    file: File,
    next_slot: usize,
}

impl HeadFile {
    /// Writes the file anew, both slots alike, and replaces an older one durably.
    pub(crate) fn create(path: &Path, head: &Head) -> Result<(), StoreError> {
        let mut bytes = vec![0; FILE_LEN];
        let slot = head.to_slot();
        bytes[..SLOT_LEN].copy_from_slice(&slot);
        bytes[FILE_LEN / 2..FILE_LEN / 2 + SLOT_LEN].copy_from_slice(&slot);
        write_durably(path, &bytes)
    }

    /// The file and the newest head in it; `None` when it is absent or neither slot is whole.
    pub(crate) fn open(path: &Path) -> Result<Option<(Self, Head)>, StoreError> {
        let file = match File::options().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut slots = [None; 2];
        for (slot, offset) in slots.iter_mut().zip(SLOT_OFFSETS) {
            let mut bytes = [0; SLOT_LEN];
            match file.read_exact_at(&mut bytes, offset) {
                Ok(()) => *slot = Head::from_slot(&bytes),
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {}
                Err(error) => return Err(error.into()),
            }
        }
        let sequence_of = |head: Option<Head>| head.map(|head| head.sequence);
        let newest = usize::from(sequence_of(slots[1]) > sequence_of(slots[0]));
        Ok(slots[newest].map(|head| {
            (
                Self {
                    file,
                    next_slot: 1 - newest,
                },
                head,
            )
        }))
    }

    /// Writes the head over the older slot; `durably` waits for the disk.
    pub(crate) fn write(&mut self, head: &Head, durably: bool) -> Result<(), StoreError> {
        self.file
            .write_all_at(&head.to_slot(), SLOT_OFFSETS[self.next_slot])?;
        self.next_slot = 1 - self.next_slot;
        if durably {
            self.file.sync_data()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_slot_leaves_the_one_before() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("head");
        let first = Head::first([3; 16]);
        HeadFile::create(&path, &first).unwrap();
        let (mut file, read) = HeadFile::open(&path).unwrap().unwrap();
        assert_eq!(read, first);
        let second = first.after(1, &[1; 32]);
        let third = second.after(2, &[2; 32]);
        file.write(&second, true).unwrap();
        file.write(&third, false).unwrap();
        assert_eq!(HeadFile::open(&path).unwrap().unwrap().1, third);
        file.file.write_all_at(&[9], SLOT_OFFSETS[0] + 60).unwrap();
        let torn = [HeadFile::open(&path).unwrap().unwrap().1.sequence, 0];
        file.file.write_all_at(&[9], SLOT_OFFSETS[1] + 60).unwrap();
        assert!(matches!(torn[0], 1 | 2));
        assert!(HeadFile::open(&path).unwrap().is_none());
    }

    #[test]
    fn every_flipped_bit_of_a_slot_is_noticed() {
        let slot = Head::first([3; 16]).after(77, &[5; 32]).to_slot();
        assert!(Head::from_slot(&slot).is_some());
        for bit in 0..SLOT_LEN * 8 {
            let mut changed = slot;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Head::from_slot(&changed), None, "bit {bit}");
        }
    }
}
