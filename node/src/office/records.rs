//! The office's records as they are stored: public parts in clear, the rest sealed by the vault.
//! Knows encodings; does not decide anything.
//! Specified in specs/protocol.md §14.5.

use crate::office::io::FileHash;
use bincode::{Decode, Encode};
use lachan_protocol::id::{CodeId, Digest};
use lachan_protocol::message;
use lachan_protocol::office::Approval;
use lachan_protocol::office::poll::registration_leaf;
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::wire::{LONGEST_MESSAGE, Seq8, Seq16};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A registered plan; its month's vault seals what follows.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct PlanRecord {
    /// Place in the order of answers, from 0.
    pub(super) index: u64,
    pub(super) digest: Digest,
    /// RFC 6962 root over the office's points of each seed.
    pub(super) roots: Seq8<[u8; 32]>,
    pub(super) first: Window,
    pub(super) count: u16,
    /// Sealed: the plan's bytes.
    pub(super) plan: FileHash,
    /// Sealed: the answer's bytes.
    pub(super) answer: FileHash,
    /// Sealed: the mailbox secret, 32.
    pub(super) mailbox: Seq8<u8>,
}
message!(PlanRecord, 4_096);

impl PlanRecord {
    /// The leaf of the registration tree.
    pub(super) fn leaf(&self) -> Vec<u8> {
        registration_leaf(&self.digest, &self.roots)
    }
}

/// A release request; the vault of its plan's month seals its state.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct RequestRecord {
    /// First window of the month of the plan; the plan's own would tell which venue is asked.
    pub(super) month: Window,
    /// Sealed: [`RequestState`].
    pub(super) state: Seq16<u8>,
}
message!(RequestRecord, 4_096);

/// Where a request stands.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub(super) struct RequestState {
    pub(super) venue: CodeId,
    pub(super) windows: Seq8<Window>,
    pub(super) created: UnixTime,
    /// Counts the office's requests: two of one second keep their order.
    pub(super) number: u64,
    pub(super) expiry: UnixTime,
    /// Sealed: [`CaseFile`].
    pub(super) case: FileHash,
    pub(super) stage: Stage,
}
message!(RequestState, 4_000);

/// What became of a request.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub(super) enum Stage {
    /// On offer until its expiry.
    Waiting,
    /// The venue declined.
    Declined,
    /// The venue released its shares.
    Approved(Released),
}

/// The shares that a venue released, until they are published.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub(super) struct Released {
    pub(super) approval: Approval,
    /// Bit i: the window of item i is published.
    pub(super) published: u64,
    /// a_w of each item; emptied when all are published.
    pub(super) shares: Seq8<Share>,
}

/// A venue's share at rest.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Zeroize, ZeroizeOnDrop)]
pub(super) struct Share(pub(super) [u8; 32]);

/// What stands behind a request: never shown to the venue.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub(super) struct CaseFile {
    /// The signed request data.
    pub(super) request: Seq16<u8>,
    pub(super) certificate: [u8; 117],
    pub(super) commitment_salt: [u8; 32],
    pub(super) items: Seq8<CaseItem>,
}
message!(CaseFile, 8_192);

/// The secret half of an item.
#[derive(Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub(super) struct CaseItem {
    pub(super) salt: [u8; 32],
    /// Minutes and advice of this case alone.
    pub(super) detail: u64,
}

/// A published tick; the vault of its month seals the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct TickRecord {
    pub(super) time: UnixTime,
    /// Sealed: scalars that stood here first or changed here.
    pub(super) history: FileHash,
    /// Sealed: the manifest.
    pub(super) manifest: FileHash,
}
message!(TickRecord, 128);

/// Leaves on their way into the log: a file with each behind a u32 length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaves(pub(super) Vec<Vec<u8>>);

impl Leaves {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for leaf in &self.0 {
            let length = u32::try_from(leaf.len()).expect("a leaf has at most 65,535 bytes");
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(leaf);
        }
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        split(bytes).map(Self)
    }
}

/// Pieces that each stand behind a u32 length.
pub(super) fn split(mut rest: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let (length, tail) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (piece, tail) = tail.split_at_checked(length)?;
        pieces.push(piece.to_vec());
        rest = tail;
    }
    Some(pieces)
}

const _: () = assert!(8_192 <= LONGEST_MESSAGE);
