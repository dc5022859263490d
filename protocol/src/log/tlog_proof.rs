//! Proofs of inclusion as text (C2SP tlog-proof): an index, hashes and a checkpoint, verified offline.
//! Knows one leaf's place in one log; does not know what the leaf says.
//! Specified in specs/protocol.md §8.9.

use crate::crypto::tree::Hash;
use crate::log::checkpoint::{Checkpoint, CheckpointError, VerifiedCheckpoint};
use crate::log::note::Vkey;
use crate::log::policy::{WitnessPolicy, decimal};
use crate::log::proof::{InclusionError, verify_inclusion};
use alloc::format;
use alloc::vec::Vec;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The first line of every proof.
pub const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
/// An inclusion proof has at most this many hashes.
pub const MOST_HASHES: usize = 64;

/// Why bytes do not prove that a leaf stands in a log. Whoever made them is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// The checkpoint is refused.
    #[error("the proof's checkpoint is refused: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The leaf does not stand where the proof says.
    #[error("the leaf is not in the log: {0}")]
    Inclusion(#[from] InclusionError),
    /// A line is not what stands there.
    #[error("line {line} of the proof is refused")]
    MalformedLine {
        /// The line, from 1.
        line: usize,
    },
    /// The bytes are not UTF-8.
    #[error("the proof is not UTF-8")]
    NotText,
    /// More hashes than any proof has.
    #[error("the proof has more than {MOST_HASHES} hashes")]
    TooManyHashes,
}

/// A proof of which nothing is verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// The leaf's index, from 0.
    pub index: u64,
    /// The inclusion proof, from the leaf's sibling upwards.
    pub hashes: Vec<Hash>,
    /// The checkpoint's note.
    pub checkpoint: Vec<u8>,
}

impl TlogProof {
    /// Reads a proof; an `extra` line, which nothing here needs, is refused like any other wrong line.
    ///
    /// # Errors
    /// [`TlogProofError`], all but `Checkpoint` and `Inclusion`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TlogProofError> {
        let mut rest = core::str::from_utf8(bytes).map_err(|_| TlogProofError::NotText)?;
        let mut number = 0;
        let mut next = || {
            number += 1;
            let malformed = TlogProofError::MalformedLine { line: number };
            let (line, after) = rest.split_once('\n').ok_or(malformed)?;
            rest = after;
            Ok::<_, TlogProofError>((line, malformed))
        };
        let (first, malformed) = next()?;
        if first != FIRST_LINE {
            return Err(malformed);
        }
        let (line, malformed) = next()?;
        let index = line
            .strip_prefix("index ")
            .and_then(decimal)
            .ok_or(malformed)?;
        let mut hashes = Vec::new();
        loop {
            let (line, malformed) = next()?;
            if line.is_empty() {
                break;
            }
            if hashes.len() == MOST_HASHES {
                return Err(TlogProofError::TooManyHashes);
            }
            let hash = STANDARD
                .decode(line)
                .ok()
                .and_then(|hash| hash.try_into().ok());
            hashes.push(Hash(hash.ok_or(malformed)?));
        }
        let checkpoint = rest.as_bytes().to_vec();
        Ok(Self {
            index,
            hashes,
            checkpoint,
        })
    }

    /// The proof's only form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{FIRST_LINE}\nindex {}\n", self.index).into_bytes();
        for hash in &self.hashes {
            bytes.extend(STANDARD.encode(hash.0).as_bytes());
            bytes.push(b'\n');
        }
        bytes.push(b'\n');
        bytes.extend(&self.checkpoint);
        bytes
    }

    /// Verifies that this leaf stands in the log with this key, under the policy's quorum.
    ///
    /// # Errors
    /// [`TlogProofError::Checkpoint`], [`TlogProofError::Inclusion`].
    pub fn verify(
        &self,
        leaf: &[u8],
        log: &Vkey,
        policy: &WitnessPolicy,
    ) -> Result<VerifiedCheckpoint, TlogProofError> {
        let verified = Checkpoint::verify(&self.checkpoint, log, policy)?;
        let checkpoint = verified.checkpoint();
        let leaf = Hash::of_leaf(leaf);
        verify_inclusion(
            &leaf,
            self.index,
            checkpoint.size,
            &self.hashes,
            &checkpoint.root,
        )?;
        Ok(verified)
    }
}
