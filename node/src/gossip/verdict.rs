//! The one mapping from refusals to what becomes of a gossip message and of who sent it.
//! Knows refusals; does not know messages, peers or logs.
//! Specified in specs/protocol.md §13.4 and specs/refusals.md.
#![deny(clippy::wildcard_enum_match_arm)]

use lachan_protocol::exposure::batch::BatchError;
use lachan_protocol::log::checkpoint::CheckpointError;
use lachan_protocol::log::note::NoteError;

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Verified and new: it is forwarded.
    Accept,
    /// Honest and of no use: not forwarded, nobody is blamed.
    Ignore,
    /// A lie that the sender could have seen: not forwarded, the sender's score falls.
    Reject,
}

/// Why a gossip message is not forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GossipError {
    /// A part of a batch is refused.
    #[error("a batch is refused: {0}")]
    Batch(#[from] BatchError),
    /// A checkpoint is refused.
    #[error("a checkpoint is refused: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// Known already.
    #[error("known already")]
    Duplicate,
    /// The log signed two roots for one size: kept as evidence.
    #[error("the log signed two roots for the size {size}")]
    Equivocation {
        /// Leaves of both trees.
        size: u64,
    },
    /// Evidence does not travel in this version.
    #[error("evidence does not travel in this version")]
    EvidenceNotSpoken,
    /// Older than what is known.
    #[error("older than what is known")]
    TooOld,
    /// A log that this node does not follow.
    #[error("a log that this node does not follow")]
    UnknownLog,
}

impl From<GossipError> for Verdict {
    fn from(error: GossipError) -> Self {
        match error {
            GossipError::Batch(error) => of_batch(error),
            GossipError::Checkpoint(error) => of_checkpoint(error),
            // the log is to blame, not who shows it: everybody must see it
            GossipError::Equivocation { .. } => Self::Accept,
            GossipError::Duplicate
            | GossipError::EvidenceNotSpoken
            | GossipError::TooOld
            | GossipError::UnknownLog => Self::Ignore,
        }
    }
}

fn of_checkpoint(error: CheckpointError) -> Verdict {
    match error {
        // its cosignatures may still be on their way
        CheckpointError::TooFewCosignatures { .. } => Verdict::Ignore,
        CheckpointError::Note(error) => of_note(error),
        CheckpointError::BadOrigin
        | CheckpointError::BadRoot
        | CheckpointError::BadSize
        | CheckpointError::ExtensionLines
        | CheckpointError::LineMissing { .. }
        | CheckpointError::OriginMismatch
        | CheckpointError::TooLong { .. } => Verdict::Reject,
    }
}

const fn of_note(error: NoteError) -> Verdict {
    match error {
        NoteError::BadSignature { .. }
        | NoteError::ControlCharacter
        | NoteError::MalformedSignature { .. }
        | NoteError::NoSignatures
        | NoteError::NotSigned
        | NoteError::NotText
        | NoteError::TooLong { .. }
        | NoteError::TooManySignatures => Verdict::Reject,
    }
}

const fn of_batch(error: BatchError) -> Verdict {
    match error {
        // an authority of a newer trust list; the rest of its tick may still be on its way
        BatchError::PartsMissing { .. } | BatchError::UnknownAuthority(_) => Verdict::Ignore,
        BatchError::BadListSize { .. }
        | BatchError::BadSignature
        | BatchError::CutOtherwise { .. }
        | BatchError::DayOutOfRange
        | BatchError::DaysNotConsecutive
        | BatchError::DaysNotSorted
        | BatchError::EmptyList { .. }
        | BatchError::FieldsDiffer { .. }
        | BatchError::KeyTwice { .. }
        | BatchError::KeysNotSorted { .. }
        | BatchError::ListCountOutOfRange(_)
        | BatchError::Malformed(_)
        | BatchError::PartOutOfRange { .. }
        | BatchError::PartTwice { .. }
        | BatchError::RegionNotFirst(_)
        | BatchError::ScalarOutOfRange { .. }
        | BatchError::SeqNotNext { .. }
        | BatchError::SeqZero
        | BatchError::TimeInFuture { .. }
        | BatchError::TimeNotLater { .. }
        | BatchError::TimeOffTick(_) => Verdict::Reject,
    }
}
