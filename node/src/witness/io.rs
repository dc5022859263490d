//! What the witness is told and what it wants done.
//! Effects are data; whoever performs them does so in order and stops at the first failure.
//! Specified in specs/protocol.md §8.5.

use super::Kept;
use lachan_protocol::id::OriginHash;
use lachan_protocol::log::witness::{SIZE_TYPE, WitnessError};

/// Where an answer goes; the shell gives the number a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyTo(pub u64);

/// What the witness is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A log asks for a cosignature.
    AddCheckpoint {
        /// The request's body.
        body: Vec<u8>,
        /// Where the answer goes.
        reply_to: ReplyTo,
    },
    /// There is verified evidence that this log signed two histories.
    Liar(OriginHash),
    /// A checkpoint's note was seen by gossip or reading.
    Seen(Vec<u8>),
}

/// What the witness wants done, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Answer a request.
    Answer {
        /// Which one.
        reply_to: ReplyTo,
        /// With what.
        answer: WitnessAnswer,
    },
    /// Keep this evidence durably and hand it on.
    Evidence {
        /// Against which log.
        origin: OriginHash,
        /// The evidence.
        bytes: Vec<u8>,
    },
    /// Something to note down.
    Note(Note),
    /// Remember durably that this witness stands still: its state is an old one.
    StandStill,
    /// Remember this durably, the head of the store included, before anything else.
    Store(Kept),
}

/// Something to note down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// A request was refused.
    Refused(WitnessError),
}

/// The media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A cosignature, or a reason.
    Text,
    /// The size that was cosigned last.
    Size,
}

impl Content {
    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; charset=utf-8",
            Self::Size => SIZE_TYPE,
        }
    }
}

/// An answer as HTTP and libp2p carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessAnswer {
    /// The HTTP status.
    pub status: u16,
    /// What the body is.
    pub content: Content,
    /// The body.
    pub body: String,
}

impl WitnessAnswer {
    /// 200 with the cosignature.
    #[must_use]
    pub const fn cosigned(line: String) -> Self {
        Self {
            status: 200,
            content: Content::Text,
            body: line,
        }
    }

    /// The status of a refusal with its reason, or with the size that is known.
    #[must_use]
    pub fn refused(refusal: &WitnessError) -> Self {
        let (content, body) = match refusal {
            WitnessError::SizeConflict { known } => (Content::Size, format!("{known}\n")),
            other => (Content::Text, format!("{other}\n")),
        };
        Self {
            status: refusal.status(),
            content,
            body,
        }
    }

    /// 503: this witness signs nothing of this log now.
    #[must_use]
    pub fn standing_still() -> Self {
        Self {
            status: 503,
            content: Content::Text,
            body: "this witness does not cosign now\n".into(),
        }
    }
}
