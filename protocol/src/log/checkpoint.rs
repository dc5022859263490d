//! Checkpoints (C2SP tlog-checkpoint): the size and root of a log, signed by it and by witnesses.
//! Knows one checkpoint at a time; does not know what was seen before.
//! Specified in specs/protocol.md §8.2.

use crate::crypto::tree::Hash;
use crate::log::note::{NoteError, NoteSigner, SignatureType, SignedNote, Vkey};
use crate::log::policy::{Quorum, WitnessPolicy, decimal};
use crate::time::UnixTime;
use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A checkpoint's note has at most this many bytes.
pub const LONGEST_CHECKPOINT: usize = 16_384;

/// Why bytes are not a checkpoint of this log that counts. Whoever sent them is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The origin may not stand in a line of its own.
    #[error("the checkpoint's origin is refused")]
    BadOrigin,
    /// The root is not base64 of 32 bytes.
    #[error("the checkpoint's root is refused")]
    BadRoot,
    /// The size is not decimal without leading zeros.
    #[error("the checkpoint's size is refused")]
    BadSize,
    /// Lines after the root, which this protocol does not have.
    #[error("the checkpoint has extension lines")]
    ExtensionLines,
    /// Fewer than three lines.
    #[error("the checkpoint has {found} lines where three are needed")]
    LineMissing {
        /// Lines that came.
        found: usize,
    },
    /// The note around it is refused.
    #[error("the checkpoint's note is refused: {0}")]
    Note(#[from] NoteError),
    /// The checkpoint of another log.
    #[error("the checkpoint is of another log")]
    OriginMismatch,
    /// The witnesses that signed are not a quorum of the policy.
    #[error("{have} cosignatures are not a quorum")]
    TooFewCosignatures {
        /// Cosignatures of witnesses of the policy.
        have: usize,
    },
    /// More bytes than a checkpoint has.
    #[error("the checkpoint has {len} bytes where at most {LONGEST_CHECKPOINT} are allowed")]
    TooLong {
        /// Bytes that came.
        len: usize,
    },
}

/// What a log says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name: the name of its key.
    pub origin: String,
    /// Leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// Reads the three lines of a checkpoint.
    ///
    /// # Errors
    /// [`CheckpointError::BadOrigin`] to [`CheckpointError::LineMissing`].
    pub fn from_text(text: &str) -> Result<Self, CheckpointError> {
        let body = text
            .strip_suffix('\n')
            .ok_or(CheckpointError::LineMissing { found: 0 })?;
        let lines: Vec<&str> = body.split('\n').collect();
        let [origin, size, root] = lines[..] else {
            return Err(if lines.len() > 3 {
                CheckpointError::ExtensionLines
            } else {
                CheckpointError::LineMissing { found: lines.len() }
            });
        };
        if origin.is_empty() {
            return Err(CheckpointError::BadOrigin);
        }
        let size = decimal(size).ok_or(CheckpointError::BadSize)?;
        let root = STANDARD
            .decode(root)
            .ok()
            .and_then(|root| root.try_into().ok())
            .ok_or(CheckpointError::BadRoot)?;
        Ok(Self {
            origin: origin.into(),
            size,
            root: Hash(root),
        })
    }

    /// The three lines that are signed.
    #[must_use]
    pub fn to_text(&self) -> String {
        let root = STANDARD.encode(self.root.0);
        alloc::format!("{}\n{}\n{root}\n", self.origin, self.size)
    }

    /// Signs as the log. The caller has read its leaves back before.
    ///
    /// # Errors
    /// [`CheckpointError::OriginMismatch`] for another log's or a witness's key,
    /// [`CheckpointError::Note`] for an origin that no note may hold.
    pub fn sign(&self, log: &NoteSigner) -> Result<SignedNote, CheckpointError> {
        let is_log = log.vkey().signature_type() == SignatureType::Ed25519;
        if !is_log || log.vkey().name() != self.origin {
            return Err(CheckpointError::OriginMismatch);
        }
        let mut note = SignedNote::new(&self.to_text())?;
        note.sign(log, UnixTime(0));
        Ok(note)
    }

    /// Verifies a note as a checkpoint of the log with this key, under the policy's quorum.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn verify(
        bytes: &[u8],
        log: &Vkey,
        policy: &WitnessPolicy,
    ) -> Result<VerifiedCheckpoint, CheckpointError> {
        if bytes.len() > LONGEST_CHECKPOINT {
            return Err(CheckpointError::TooLong { len: bytes.len() });
        }
        let note = SignedNote::from_bytes(bytes)?;
        let checkpoint = Self::from_text(note.text())?;
        if checkpoint.origin != log.name() {
            return Err(CheckpointError::OriginMismatch);
        }
        note.verify(log)?;
        let times = cosignature_times(&note, policy)?;
        let quorum_time = match policy.evaluate(&times) {
            Quorum::At(time) => Some(time),
            Quorum::NotNeeded => None,
            Quorum::Missing => {
                return Err(CheckpointError::TooFewCosignatures {
                    have: times.iter().flatten().count(),
                });
            }
        };
        Ok(VerifiedCheckpoint {
            checkpoint,
            note,
            quorum_time,
        })
    }
}

/// A checkpoint whose log signature and quorum were verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedCheckpoint {
    checkpoint: Checkpoint,
    note: SignedNote,
    quorum_time: Option<UnixTime>,
}

impl VerifiedCheckpoint {
    /// What it says.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note around it, with the lines of keys that nobody here knows.
    #[must_use]
    pub const fn note(&self) -> &SignedNote {
        &self.note
    }

    /// The largest time T such that the cosignatures of T or later are still a quorum; none while the policy asks for none.
    #[must_use]
    pub const fn quorum_time(&self) -> Option<UnixTime> {
        self.quorum_time
    }
}

fn cosignature_times(
    note: &SignedNote,
    policy: &WitnessPolicy,
) -> Result<Vec<Option<UnixTime>>, NoteError> {
    policy
        .witnesses()
        .iter()
        .map(|witness| match note.verify(&witness.key) {
            Ok(time) => Ok(time),
            Err(NoteError::NotSigned) => Ok(None),
            Err(error) => Err(error),
        })
        .collect()
}
