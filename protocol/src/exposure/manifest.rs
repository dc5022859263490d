//! The manifest: what stands behind each entry of a tick, under one salted root.
//! Knows records; does not know who may see them. It stays at the office.
//! Specified in specs/protocol.md §6.7 and §6.8; bytes in specs/wire.md §6.

mod record;

pub use record::{
    CERTIFICATE_LEN, CaseCause, Cause, EntryRef, ItemCommitments, ManifestRecord, ReleaseBacking,
    ReleaseRecord, WithdrawalCause, certificate_hash,
};

use crate::crypto::kdf::derive;
use crate::crypto::tree::{Hash, root};
use crate::id::BatchId;
use crate::label::KdfLabel;
use crate::wire::{DecodeError, Message};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use rand_core::CryptoRng;

/// Entries that an auditor draws at most.
pub const AUDIT_SAMPLES: usize = 300;

/// A record and the salt that keeps its hash from being guessed.
#[derive(Clone, PartialEq, Eq)]
pub struct ManifestLeaf {
    /// 32 fresh random bytes.
    pub salt: [u8; 32],
    /// What stands behind the entry.
    pub record: ManifestRecord,
}

impl ManifestLeaf {
    /// A record under a fresh salt.
    #[must_use]
    pub fn new(record: ManifestRecord, rng: &mut impl CryptoRng) -> Self {
        let mut salt = [0; 32];
        rng.fill_bytes(&mut salt);
        Self { salt, record }
    }

    /// SHA-256(00 ‖ salt ‖ record).
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Hash::of_leaf(&self.to_leaf()).0
    }

    fn to_leaf(&self) -> Vec<u8> {
        [self.salt.as_slice(), &self.record.to_bytes()].concat()
    }
}

/// The leaves of one tick, one for each entry of its joined lists. Secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Leaf i is for entry i.
    pub leaves: Vec<ManifestLeaf>,
}

impl Manifest {
    /// The root that stands in the batch.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        let leaves: Vec<Vec<u8>> = self.leaves.iter().map(ManifestLeaf::to_leaf).collect();
        root(leaves.iter().map(Vec::as_slice)).0
    }

    /// The form in which an office keeps it: for each leaf u32 length ‖ salt ‖ record.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for leaf in &self.leaves {
            let record = leaf.record.to_bytes();
            let length = u32::try_from(record.len()).expect("a record is far below 4 GiB");
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(&leaf.salt);
            out.extend_from_slice(&record);
        }
        out
    }

    /// Reads what [`Manifest::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(mut bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut leaves = Vec::new();
        while !bytes.is_empty() {
            let (length, rest) = bytes
                .split_first_chunk::<4>()
                .ok_or(DecodeError::Truncated)?;
            let (salt, rest) = rest
                .split_first_chunk::<32>()
                .ok_or(DecodeError::Truncated)?;
            let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
            let record = rest.get(..length).ok_or(DecodeError::Truncated)?;
            bytes = &rest[length..];
            leaves.push(ManifestLeaf {
                salt: *salt,
                record: ManifestRecord::from_bytes(record)?,
            });
        }
        Ok(Self { leaves })
    }
}

impl core::fmt::Debug for Manifest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Manifest")
    }
}

impl core::fmt::Debug for ManifestLeaf {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ManifestLeaf")
    }
}

/// Which entries an auditor may ask for: they follow from 32 bytes drawn after the batch was under a quorum.
#[must_use]
pub fn audit_indices(drawn: &[u8; 32], batch: &BatchId, entries: u32) -> Vec<u32> {
    let wanted = AUDIT_SAMPLES.min(usize::try_from(entries).unwrap_or(AUDIT_SAMPLES));
    let mut seen = BTreeSet::new();
    let mut indices = Vec::new();
    let mut turn = 0_u32;
    while indices.len() < wanted {
        let bytes = *derive(KdfLabel::AUDIT, &[drawn], &[&batch.0, &turn.to_be_bytes()]);
        let index = u32::try_from(u64::from_be_bytes(bytes) % u64::from(entries))
            .expect("it is below a u32");
        if seen.insert(index) {
            indices.push(index);
        }
        turn += 1;
    }
    indices
}
