//! Witnessing (C2SP tlog-witness): what a log asks of a witness, and what the witness decides.
//! Decides on one request beside what is remembered; does not know where that is kept, or how a request came.
//! Specified in specs/protocol.md §8.5.

use crate::crypto::tree::Hash;
use crate::log::checkpoint::{Checkpoint, CheckpointError, LONGEST_CHECKPOINT};
use crate::log::note::{NoteError, NoteSigner, SignedNote, Vkey};
use crate::log::policy::decimal;
use crate::log::proof::verify_consistency;
use crate::time::UnixTime;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A request has at most this many bytes: a checkpoint's note, and the lines before it.
pub const LONGEST_ADD_CHECKPOINT: usize = LONGEST_CHECKPOINT + 4_096;
/// A consistency proof has at most this many hashes.
pub const MOST_PROOF_LINES: usize = 63;
/// The media type of the answer that tells the size a witness knows.
pub const SIZE_TYPE: &str = "text/x.tlog.size";

/// Why a witness does not cosign. Whoever sent the request is to blame, but for the last three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessError {
    /// The proof does not lead from the tree that was cosigned last, or stands where none may.
    #[error("the consistency proof does not verify")]
    BadProof,
    /// What follows the proof is no checkpoint.
    #[error("the checkpoint is refused: {0}")]
    Checkpoint(CheckpointError),
    /// The log's signature does not verify, or is not there.
    #[error("the checkpoint is not signed by the log")]
    Forbidden,
    /// The first line is not `old` and a size.
    #[error("the first line is not \"old\" and a size")]
    MalformedOldSize,
    /// A line of the proof is not base64 of 32 bytes.
    #[error("line {line} of the proof is not a hash")]
    MalformedProof {
        /// The line of the proof, from 0.
        line: usize,
    },
    /// No empty line parts the proof from the checkpoint.
    #[error("no empty line stands before the checkpoint")]
    NoCheckpoint,
    /// The bytes are not UTF-8.
    #[error("the request is not UTF-8")]
    NotText,
    /// The size that is to be continued is above the checkpoint's.
    #[error("the old size {old} is above the checkpoint's size {size}")]
    OldAboveSize {
        /// The size that the request wants to continue.
        old: u64,
        /// The checkpoint's size.
        size: u64,
    },
    /// More bytes than a request has.
    #[error("the request has {len} bytes where at most {LONGEST_ADD_CHECKPOINT} are allowed")]
    TooLong {
        /// Bytes that came.
        len: usize,
    },
    /// More hashes than a proof has.
    #[error("the proof has more than {MOST_PROOF_LINES} lines")]
    TooManyProofLines,
    /// The origin is of no log that is witnessed here.
    #[error("this log is not witnessed here")]
    UnknownOrigin,
    /// The log signed two roots for one size: kept as evidence. The log is to blame.
    #[error("the log signed two roots for the size {size}")]
    RootConflict {
        /// Leaves of both trees.
        size: u64,
    },
    /// Another size was cosigned last. Nobody is to blame: the log asks again from there.
    #[error("the size that was cosigned last is {known}")]
    SizeConflict {
        /// The size that was cosigned last.
        known: u64,
    },
    /// The checkpoint carries a cosignature of this witness that it does not remember: its state is an old one. The
    /// witness is to blame.
    #[error(
        "this witness cosigned {size} leaves, which it no longer remembers: its state is an old one"
    )]
    StateLost {
        /// Leaves of the checkpoint that it cosigned.
        size: u64,
    },
}

impl WitnessError {
    /// The HTTP status of the answer.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Checkpoint(_)
            | Self::MalformedOldSize
            | Self::MalformedProof { .. }
            | Self::NoCheckpoint
            | Self::NotText
            | Self::OldAboveSize { .. }
            | Self::TooLong { .. }
            | Self::TooManyProofLines => 400,
            Self::Forbidden => 403,
            Self::UnknownOrigin => 404,
            Self::RootConflict { .. } | Self::SizeConflict { .. } => 409,
            Self::BadProof => 422,
            Self::StateLost { .. } => 503,
        }
    }
}

/// What a log asks of a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the witness is known to have cosigned last; 0 for none.
    pub old: u64,
    /// The consistency proof from there to the checkpoint's size, at most 63 hashes.
    pub proof: Vec<Hash>,
    /// The checkpoint's note.
    pub note: Vec<u8>,
}

impl AddCheckpoint {
    /// Reads a request; what follows the proof is not looked at.
    ///
    /// # Errors
    /// [`WitnessError`] with status 400.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WitnessError> {
        if bytes.len() > LONGEST_ADD_CHECKPOINT {
            return Err(WitnessError::TooLong { len: bytes.len() });
        }
        let text = core::str::from_utf8(bytes).map_err(|_| WitnessError::NotText)?;
        let (first, mut rest) = text
            .split_once('\n')
            .ok_or(WitnessError::MalformedOldSize)?;
        let old = first
            .strip_prefix("old ")
            .and_then(decimal)
            .ok_or(WitnessError::MalformedOldSize)?;
        let mut proof = Vec::new();
        loop {
            let (line, after) = rest.split_once('\n').ok_or(WitnessError::NoCheckpoint)?;
            rest = after;
            if line.is_empty() {
                break;
            }
            if proof.len() == MOST_PROOF_LINES {
                return Err(WitnessError::TooManyProofLines);
            }
            let hash = STANDARD
                .decode(line)
                .ok()
                .and_then(|hash| hash.try_into().ok());
            let line = proof.len();
            proof.push(Hash(hash.ok_or(WitnessError::MalformedProof { line })?));
        }
        let note = rest.as_bytes().to_vec();
        Ok(Self { old, proof, note })
    }

    /// The request's only form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("old {}\n", self.old).into_bytes();
        for hash in &self.proof {
            bytes.extend(STANDARD.encode(hash.0).as_bytes());
            bytes.push(b'\n');
        }
        bytes.push(b'\n');
        bytes.extend(&self.note);
        bytes
    }
}

/// What a witness remembers of a log: the tree that it cosigned last, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessed {
    note: SignedNote,
    checkpoint: Checkpoint,
    time: UnixTime,
}

impl Witnessed {
    /// Takes up what was kept: the time as u64, and the note with the log's own signature only.
    ///
    /// # Errors
    /// [`WitnessError`] of a note that is none or not this log's.
    pub fn from_bytes(bytes: &[u8], log: &Vkey) -> Result<Self, WitnessError> {
        let (time, note) = bytes
            .split_first_chunk::<8>()
            .ok_or(WitnessError::NoCheckpoint)?;
        let (checkpoint, note) = signed(note, log)?;
        let time = UnixTime(u64::from_be_bytes(*time));
        Ok(Self {
            note,
            checkpoint,
            time,
        })
    }

    /// What is kept: under 1,024 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.time.0.to_be_bytes().as_slice(), &self.note.to_bytes()].concat()
    }

    /// The tree that was cosigned last.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note that was cosigned last, with the log's own signature only: evidence beside another one.
    #[must_use]
    pub const fn note(&self) -> &SignedNote {
        &self.note
    }

    /// When it was cosigned last.
    #[must_use]
    pub const fn time(&self) -> UnixTime {
        self.time
    }

    /// The witness's line under the note, its newline included. What is signed is stored durably before.
    #[must_use]
    pub fn cosign(&self, witness: &NoteSigner) -> String {
        let mut note = self.note.clone();
        let before = note.to_bytes().len();
        note.sign(witness, self.time);
        String::from_utf8_lossy(&note.to_bytes()[before..]).to_string()
    }
}

/// A request whose log is known and whose signature verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    request: AddCheckpoint,
    checkpoint: Checkpoint,
    /// With the log's signature alone.
    note: SignedNote,
    /// When this witness itself cosigned it, if it did.
    own: Option<UnixTime>,
}

impl Examined {
    /// Looks at all that does not depend on what is remembered. `log_of` gives the key of an origin.
    ///
    /// # Errors
    /// [`WitnessError`], in the order of specs/protocol.md §8.5.
    pub fn new<'a>(
        request: AddCheckpoint,
        witness: &Vkey,
        log_of: impl FnOnce(&str) -> Option<&'a Vkey>,
    ) -> Result<Self, WitnessError> {
        let refuse = |error: NoteError| WitnessError::Checkpoint(error.into());
        if request.note.len() > LONGEST_CHECKPOINT {
            let len = request.note.len();
            return Err(WitnessError::Checkpoint(CheckpointError::TooLong { len }));
        }
        let note = SignedNote::from_bytes(&request.note).map_err(refuse)?;
        let checkpoint = Checkpoint::from_text(note.text()).map_err(WitnessError::Checkpoint)?;
        let log = log_of(&checkpoint.origin).ok_or(WitnessError::UnknownOrigin)?;
        let own = note.verify(witness).ok().flatten();
        let (checkpoint, note) = signed(&request.note, log)?;
        if request.old > checkpoint.size {
            return Err(WitnessError::OldAboveSize {
                old: request.old,
                size: checkpoint.size,
            });
        }
        Ok(Self {
            request,
            checkpoint,
            note,
            own,
        })
    }

    /// What it asks to be cosigned.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Its note, with the log's own signature only.
    #[must_use]
    pub const fn note(&self) -> &SignedNote {
        &self.note
    }

    /// Compares with what is remembered: what is to be remembered from now on. It must be stored durably, in one atomic
    /// step with the reading of `known`, before [`Witnessed::cosign`].
    ///
    /// # Errors
    /// [`WitnessError`], in the order of specs/protocol.md §8.5.
    pub fn compare(
        &self,
        known: Option<&Witnessed>,
        now: UnixTime,
    ) -> Result<Witnessed, WitnessError> {
        let nothing = Hash::of_nothing();
        let (size, root) = (self.checkpoint.size, self.checkpoint.root);
        let (known_size, known_root, known_time) = known
            .map_or((0, nothing, UnixTime(0)), |known| {
                (known.checkpoint.size, known.checkpoint.root, known.time)
            });
        if let Some(own) = self.own
            && (size > known_size || size == known_size && (root != known_root || own > known_time))
        {
            return Err(WitnessError::StateLost { size });
        }
        if self.request.old != known_size {
            return Err(WitnessError::SizeConflict { known: known_size });
        }
        if size == known_size && size > 0 && root != known_root {
            return Err(WitnessError::RootConflict { size });
        }
        verify_consistency(known_size, &known_root, size, &root, &self.request.proof)
            .map_err(|_| WitnessError::BadProof)?;
        Ok(Witnessed {
            note: self.note.clone(),
            checkpoint: self.checkpoint.clone(),
            time: now.max(known_time),
        })
    }
}

/// The checkpoint of a note that this log signed, and the note with that signature alone.
fn signed(note: &[u8], log: &Vkey) -> Result<(Checkpoint, SignedNote), WitnessError> {
    let refuse = |error: NoteError| WitnessError::Checkpoint(error.into());
    let note = SignedNote::from_bytes(note).map_err(refuse)?;
    let checkpoint = Checkpoint::from_text(note.text()).map_err(WitnessError::Checkpoint)?;
    if checkpoint.origin != log.name() {
        return Err(WitnessError::UnknownOrigin);
    }
    note.verify(log).map_err(|_| WitnessError::Forbidden)?;
    Ok((checkpoint, note.only(log)))
}
