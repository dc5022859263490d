//! What the office is told and what it wants done.
//! Effects are data; whoever performs them does so in order and stops at the first failure.
//! Specified in specs/protocol.md §10.2 and §14.1.

use crate::office::registration::RegistrationRefusal;
use crate::office::release::AnswerRefusal;
use crate::office::request::RequestRefusal;
use crate::office::revocation::RevokeRefusal;
use crate::office::secrets::SecretName;
use lachan_protocol::crypto::hash::sha256;
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::build::BuildError;
use lachan_protocol::id::{CodeId, RequestId};
use lachan_protocol::office::SealedError;
use lachan_protocol::time::{UnixTime, Window};
use zeroize::Zeroizing;

/// Where an answer goes; the shell gives the number a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyTo(pub u64);

/// What the office is told.
#[derive(Debug)]
pub enum Input {
    /// Time has passed: at start, and at least once an hour. Keys of the day are made, old ones erased.
    Clock,
    /// A venue's tool looks into its mailbox.
    Poll {
        /// The sealed message.
        sealed: Vec<u8>,
        /// Where the reply goes.
        reply_to: ReplyTo,
    },
    /// A venue registers a plan.
    Registration {
        /// The sealed message.
        sealed: Vec<u8>,
        /// Where the reply goes.
        reply_to: ReplyTo,
    },
    /// Staff asks a venue for the hours in which an ill person was there.
    ReleaseRequest {
        /// The venue's code.
        venue: CodeId,
        /// Arrival, first second.
        from: UnixTime,
        /// Departure, the second after the last.
        to: UnixTime,
        /// What visitors would be advised.
        advice: Advice,
        /// Where the outcome goes.
        reply_to: ReplyTo,
    },
    /// Staff revokes a code.
    Revoke {
        /// The venue's code.
        venue: CodeId,
        /// Codes of the plan whose last window is this or a later one are refused from now on.
        from: Window,
        /// Whether it may be a code that was never registered here: made by a thief of the code key.
        is_foreign: bool,
        /// Where the outcome goes.
        reply_to: ReplyTo,
    },
    /// Publish the newest tick that is due, unless it was published.
    Tick {
        /// Where the outcome goes, when somebody asked.
        reply_to: Option<ReplyTo>,
    },
}

/// The hash that names a stored file.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, bincode::Encode, bincode::Decode,
)]
pub struct FileHash(pub [u8; 32]);

impl FileHash {
    /// The name of these bytes: their SHA-256.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha256(&[bytes]))
    }
}

/// Reads files that [`Output::PutFile`] wrote. What is read follows from the name, so a core may look things up.
pub trait Files {
    /// The bytes with this SHA-256, or none when they are not (or no longer) there.
    fn read(&self, name: &FileHash) -> Option<Vec<u8>>;
}

/// The compartments of the office's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shelf {
    /// Leaves that may not have reached the log yet, and the registrations under its newest root.
    Log,
    /// Registered plans, by code id.
    Plans,
    /// When each mailbox was last looked into, by code id.
    Polls,
    /// Public prekeys that are in the log, by day.
    Prekeys,
    /// Release requests, by request id.
    Requests,
    /// Revoked codes and from which window, by code id.
    Revocations,
    /// Published ticks, by seq.
    Ticks,
}

impl Shelf {
    /// All compartments.
    pub const ALL: [Self; 7] = [
        Self::Log,
        Self::Plans,
        Self::Polls,
        Self::Prekeys,
        Self::Requests,
        Self::Revocations,
        Self::Ticks,
    ];

    /// The name of the store's tree.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Log => "office/log",
            Self::Plans => "office/plans",
            Self::Polls => "office/polls",
            Self::Prekeys => "office/prekeys",
            Self::Requests => "office/requests",
            Self::Revocations => "office/revocations",
            Self::Ticks => "office/ticks",
        }
    }
}

/// One change of a batch that is stored whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Removes a record.
    Delete {
        /// The compartment.
        shelf: Shelf,
        /// The key.
        key: Vec<u8>,
    },
    /// Writes a record of at most 4 KiB.
    Put {
        /// The compartment.
        shelf: Shelf,
        /// The key.
        key: Vec<u8>,
        /// The value; secrets in it are sealed.
        value: Vec<u8>,
    },
}

/// What the office wants done, in this order; a failure ends the list, and the office is loaded anew.
#[derive(Debug)]
pub enum Output {
    /// Append to the authority's log and sign the checkpoint, all leaves at once.
    AppendLeaves {
        /// The leaves.
        leaves: Vec<Vec<u8>>,
        /// After a restart: the log may hold them already, and then they are not appended again.
        again: bool,
    },
    /// Write a secret file that does not exist yet, durably.
    CreateSecret {
        /// Its name under `keys/`.
        name: SecretName,
        /// Its bytes.
        secret: Zeroizing<[u8; 32]>,
    },
    /// Overwrite and unlink a secret file.
    EraseSecret(SecretName),
    /// For the program's own log: nothing in it is secret.
    Note(Note),
    /// The outcome of a tick that somebody asked for; none when nothing was due.
    Published {
        /// Who asked.
        reply_to: ReplyTo,
        /// What was published.
        result: Result<Option<Publication>, BuildError>,
    },
    /// Write a file named by its SHA-256, durably, before the record that names it.
    PutFile(Vec<u8>),
    /// The message cannot be answered in sealed form.
    Refuse {
        /// Who sent it.
        reply_to: ReplyTo,
        /// Why.
        why: SealedError,
    },
    /// Remove a file, if it is there.
    RemoveFile(FileHash),
    /// Send the sealed reply.
    Reply {
        /// Who asked.
        reply_to: ReplyTo,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// The outcome of a release request.
    Requested {
        /// Who asked.
        reply_to: ReplyTo,
        /// What was offered to the venue.
        result: Result<Requested, RequestRefusal>,
    },
    /// The outcome of a revocation that somebody asked for.
    Revoked {
        /// Who asked.
        reply_to: ReplyTo,
        /// Since when the code does not count.
        result: Result<Revoked, RevokeRefusal>,
    },
    /// Store these changes at once, durably and head first.
    Store(Vec<Change>),
}

/// A request that is on offer now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    /// Its id.
    pub request: RequestId,
    /// The windows that the venue is asked for.
    pub windows: Vec<Window>,
    /// Until when it may answer.
    pub expiry: UnixTime,
}

/// A code that does not count any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// The code.
    pub venue: CodeId,
    /// Codes of the plan whose last window is this or a later one are refused.
    pub from: Window,
    /// Whether it was revoked from this window or an earlier one before: then nothing new is published.
    pub again: bool,
}

/// A tick that was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Its number.
    pub seq: u64,
    /// The tick.
    pub time: UnixTime,
    /// Entries of all its lists.
    pub entries: u64,
    /// Hours published for the first time.
    pub released: u64,
    /// Hours whose detail changed.
    pub changed: u64,
    /// Its leaves.
    pub parts: u64,
    /// Bytes of all its leaves.
    pub size_bytes: u64,
}

/// Something that happened, for the program's own log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A venue's answer was refused; a wrong share names the venue, and nothing is published.
    AnswerRefused(AnswerRefusal),
    /// A plan was registered.
    Registered {
        /// Registrations so far.
        count: u64,
    },
    /// A registration was refused.
    RegistrationRefused(RegistrationRefusal),
    /// A venue's closing was refused.
    ClosingRefused(RevokeRefusal),
    /// A venue approved a request.
    RequestApproved(RequestId),
    /// A venue declined a request.
    RequestDeclined(RequestId),
    /// A code was revoked.
    Revoked(Revoked),
    /// A tick could not be built: nothing of it is published.
    TickRefused(BuildError),
    /// A tick was published.
    TickPublished(Publication),
}
