//! Evidence of two histories: what proves to anybody that a log signed trees that cannot both be its own.
//! Knows two notes and a proof; does not know who found them or what becomes of it.
//! Specified in specs/protocol.md §8.8; bytes in specs/wire.md §7.

use crate::crypto::tree::Hash;
use crate::log::checkpoint::{Checkpoint, CheckpointError, LONGEST_CHECKPOINT};
use crate::log::note::{SignedNote, Vkey};
use crate::log::proof::roots_of;
use crate::wire::{DecodeError, Message, Seq8, Seq16, Version1, out_of_range};
use alloc::vec::Vec;
use bincode::de::Decoder;
use bincode::error::DecodeError as BincodeDecodeError;
use bincode::{Decode, Encode, impl_borrow_decode};

/// A proof has at most this many hashes.
pub const MOST_HASHES: usize = 64;
/// Evidence has at most this many bytes.
pub const LONGEST_EVIDENCE: usize = 1 + 2 * (2 + LONGEST_CHECKPOINT) + 1 + MOST_HASHES * 32;

/// Why bytes are not evidence against a log. Whoever sent them is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EquivocationError {
    /// One of the notes is not a checkpoint that the log signed.
    #[error("a note of the evidence is refused: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// Not the bytes of evidence.
    #[error("the evidence is malformed: {0}")]
    Malformed(#[from] DecodeError),
    /// Both trees can be of one history: nothing is proved.
    #[error("the two checkpoints do not contradict each other")]
    NoContradiction,
    /// The hashes do not lead to the root of the larger tree.
    #[error("the proof of the evidence does not lead to the larger tree")]
    ProofMismatch,
    /// The smaller tree, or of two of one size the smaller root, does not come first.
    #[error("the checkpoints of the evidence stand in the wrong order")]
    WrongOrder,
}

/// Two notes and the hashes between them, of which nothing is verified yet.
#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub struct UnverifiedEvidence {
    version: Version1,
    notes: [Seq16<u8>; 2],
    proof: Seq8<Hash>,
}
crate::message!(UnverifiedEvidence, LONGEST_EVIDENCE);

impl<C> Decode<C> for UnverifiedEvidence {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, BincodeDecodeError> {
        let version = Version1::decode(decoder)?;
        let notes = [note(decoder)?, note(decoder)?];
        let proof = Seq8::<Hash>::decode(decoder)?;
        if proof.len() > MOST_HASHES {
            let found = u32::try_from(proof.len()).unwrap_or(u32::MAX);
            return Err(out_of_range("count", found));
        }
        Ok(Self {
            version,
            notes,
            proof,
        })
    }
}
impl_borrow_decode!(UnverifiedEvidence);

fn note<C, D: Decoder<Context = C>>(decoder: &mut D) -> Result<Seq16<u8>, BincodeDecodeError> {
    let note = Seq16::<u8>::decode(decoder)?;
    if note.len() > LONGEST_CHECKPOINT {
        let found = u32::try_from(note.len()).unwrap_or(u32::MAX);
        return Err(out_of_range("note", found));
    }
    Ok(note)
}

impl UnverifiedEvidence {
    /// Puts two notes in order. `proof` is that of [`prove_roots`](crate::log::proof::prove_roots) in the larger tree;
    /// empty for two trees of one size.
    ///
    /// # Errors
    /// [`EquivocationError::Checkpoint`] for notes that are no checkpoints, [`EquivocationError::Malformed`] for ones too long.
    pub fn new(one: &[u8], other: &[u8], proof: Vec<Hash>) -> Result<Self, EquivocationError> {
        let key = |note: &[u8]| -> Result<(u64, [u8; 32]), EquivocationError> {
            let note = SignedNote::from_bytes(note).map_err(CheckpointError::Note)?;
            let checkpoint = Checkpoint::from_text(note.text())?;
            Ok((checkpoint.size, checkpoint.root.0))
        };
        let (first, second) = if key(one)? <= key(other)? {
            (one, other)
        } else {
            (other, one)
        };
        let evidence = Self {
            version: Version1,
            notes: [Seq16::new(first.to_vec())?, Seq16::new(second.to_vec())?],
            proof: Seq8::new(proof)?,
        };
        Ok(Self::from_bytes(&evidence.to_bytes())?)
    }

    /// Verifies that the log with this key signed both, and that they contradict each other.
    ///
    /// # Errors
    /// [`EquivocationError`].
    pub fn verify(&self, log: &Vkey) -> Result<EquivocationProof, EquivocationError> {
        let [one, other] = &self.notes;
        let (first, second) = (signed(one, log)?, signed(other, log)?);
        if (first.size, first.root.0) > (second.size, second.root.0) {
            return Err(EquivocationError::WrongOrder);
        }
        if first.size == second.size {
            if first.root == second.root {
                return Err(EquivocationError::NoContradiction);
            }
            if !self.proof.is_empty() {
                return Err(EquivocationError::ProofMismatch);
            }
        } else {
            if first.size == 0 {
                return Err(EquivocationError::NoContradiction);
            }
            let roots = roots_of(first.size, second.size, &self.proof);
            let (old, new) = roots.ok_or(EquivocationError::ProofMismatch)?;
            if new != second.root {
                return Err(EquivocationError::ProofMismatch);
            }
            if old == first.root {
                return Err(EquivocationError::NoContradiction);
            }
        }
        Ok(EquivocationProof {
            checkpoints: [first, second],
            bytes: self.to_bytes(),
        })
    }
}

/// Verified evidence: the log signed two histories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EquivocationProof {
    checkpoints: [Checkpoint; 2],
    bytes: Vec<u8>,
}

impl EquivocationProof {
    /// Reads and verifies.
    ///
    /// # Errors
    /// [`EquivocationError`].
    pub fn from_bytes(bytes: &[u8], log: &Vkey) -> Result<Self, EquivocationError> {
        UnverifiedEvidence::from_bytes(bytes)?.verify(log)
    }

    /// The two trees, the smaller first.
    #[must_use]
    pub const fn checkpoints(&self) -> &[Checkpoint; 2] {
        &self.checkpoints
    }

    /// The bytes, for a file and for others.
    #[must_use]
    pub fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn signed(note: &[u8], log: &Vkey) -> Result<Checkpoint, CheckpointError> {
    let note = SignedNote::from_bytes(note)?;
    let checkpoint = Checkpoint::from_text(note.text())?;
    if checkpoint.origin != log.name() {
        return Err(CheckpointError::OriginMismatch);
    }
    note.verify(log)?;
    Ok(checkpoint)
}
