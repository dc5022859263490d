//! Leaves of an authority's log, typed by their first byte.
//! Knows the small leaves whole; of a batch and a trust list only where they begin.
//! Specified in specs/protocol.md §8.4; bytes in specs/wire.md §5.

use crate::crypto::exchange::ExchangeKey;
use crate::crypto::point::{Point, PointError};
use crate::crypto::sign::{BadSignature, Signature, SigningKey, VerifyingKey};
use crate::crypto::tree::Hash;
use crate::id::{AuthorityId, CodeId};
use crate::label::Label;
use crate::log::tiles::LONGEST_LEAF;
use crate::message;
use crate::time::{Day, Window};
use crate::wire::{DecodeError, Message, Version1};
use alloc::vec::Vec;
use bincode::{Decode, Encode};

/// The first byte of a leaf that carries a part of an exposure batch.
pub const BATCH: u8 = 1;
/// The first byte of a leaf that carries an office's key of a day.
pub const PREKEY: u8 = 2;
/// The first byte of a leaf that carries a helper's key of a week.
pub const HELPER: u8 = 3;
/// The first byte of a leaf that carries the root over all registrations.
pub const REGISTRATIONS: u8 = 4;
/// The first byte of a leaf that carries a trust list.
pub const TRUST_LIST: u8 = 5;
/// The first byte of a leaf that revokes a venue code.
pub const REVOCATION: u8 = 6;

/// Why a leaf of a known type does not count. The log's authority is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// The helper's key is not a point of ours.
    #[error("the helper's key is refused: {0}")]
    BadHelperKey(PointError),
    /// The batch key has not signed it.
    #[error("the leaf's signature does not verify")]
    BadSignature,
    /// The bytes are not the leaf that their first byte says.
    #[error("the leaf is malformed: {0}")]
    Malformed(#[from] DecodeError),
    /// A leaf of another authority than the log's.
    #[error("the leaf is of another authority")]
    WrongAuthority {
        /// Whose leaf it says it is.
        found: AuthorityId,
    },
}

/// An office's X25519 key for the messages of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PrekeyLeaf {
    /// The office's authority.
    pub authority: AuthorityId,
    /// The day that the key serves.
    pub day: Day,
    /// The key.
    pub key: ExchangeKey,
}

/// A helper's key for one week of diaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct HelperLeaf {
    /// The helper's authority.
    pub authority: AuthorityId,
    /// The week: day / 7.
    pub week: u16,
    /// H_t, compressed; [`HelperLeaf::point`] tests it.
    pub key: [u8; 32],
}

impl HelperLeaf {
    /// H_t as a point.
    ///
    /// # Errors
    /// [`LeafError::BadHelperKey`].
    pub fn point(&self) -> Result<Point, LeafError> {
        Point::from_bytes(&self.key).map_err(LeafError::BadHelperKey)
    }
}

/// The root over all registrations that an office has answered so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RegistrationsLeaf {
    /// The office's authority.
    pub authority: AuthorityId,
    /// Registrations under the root.
    pub count: u64,
    /// The root, in the order of the answers.
    pub root: Hash,
}

/// A venue code that no longer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RevocationLeaf {
    /// The authority that issued the code.
    pub authority: AuthorityId,
    /// The code.
    pub code: CodeId,
    /// Codes whose last window is this or a later one are revoked.
    pub from: Window,
}

/// A small leaf: type ‖ version ‖ fields ‖ signature of the batch key over label ‖ all before it.
pub trait SignedLeaf: Encode + Decode<()> + Sized {
    /// The leaf's first byte.
    const TYPE: u8;
    /// What its signature is for.
    const LABEL: Label;

    /// Whose leaf it is.
    fn authority(&self) -> AuthorityId;

    /// What is signed: type ‖ version ‖ fields.
    fn to_head(&self) -> Vec<u8> {
        let mut head = alloc::vec![Self::TYPE, 1];
        head.extend(crate::wire::encode(self));
        head
    }

    /// The leaf's bytes, signed.
    fn sign(&self, batch_key: &SigningKey) -> Vec<u8> {
        let mut leaf = self.to_head();
        let signature = batch_key.sign(Self::LABEL, &[&leaf]);
        leaf.extend(signature.0);
        leaf
    }

    /// Reads and verifies a leaf of this kind, of this authority.
    ///
    /// # Errors
    /// [`LeafError`].
    fn verify(
        bytes: &[u8],
        authority: &AuthorityId,
        batch_key: &VerifyingKey,
    ) -> Result<Self, LeafError> {
        let unverified = Unverified::<Self>::from_bytes(bytes)?;
        if unverified.leaf_type != Self::TYPE {
            return Err(LeafError::Malformed(DecodeError::OutOfRange {
                field: "leaf type",
                found: u32::from(unverified.leaf_type),
            }));
        }
        let (head, _) = bytes.split_at(bytes.len() - 64);
        batch_key
            .verify(Self::LABEL, &[head], &unverified.signature)
            .map_err(|BadSignature| LeafError::BadSignature)?;
        let leaf = unverified.leaf;
        if leaf.authority() != *authority {
            return Err(LeafError::WrongAuthority {
                found: leaf.authority(),
            });
        }
        Ok(leaf)
    }
}

#[derive(Encode, Decode)]
struct Unverified<L> {
    leaf_type: u8,
    version: Version1,
    leaf: L,
    signature: Signature,
}

impl<L: Encode + Decode<()>> Message for Unverified<L> {
    const LIMIT: usize = LONGEST_LEAF;
}

macro_rules! signed_leaves {
    ($($name:ident, $number:ident, $label:ident;)*) => {
        $(impl SignedLeaf for $name {
            const TYPE: u8 = $number;
            const LABEL: Label = Label::$label;

            fn authority(&self) -> AuthorityId {
                self.authority
            }
        }
        message!($name, 64);)*
    };
}

signed_leaves! {
    HelperLeaf, HELPER, LEAF_HELPER;
    PrekeyLeaf, PREKEY, LEAF_PREKEY;
    RegistrationsLeaf, REGISTRATIONS, LEAF_REGISTRATIONS;
    RevocationLeaf, REVOCATION, LEAF_REVOCATION;
}

/// A leaf whose signature was verified, if it is one of the small ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaf<'a> {
    /// A part of an exposure batch: the whole leaf, to be verified by `exposure`.
    Batch(&'a [u8]),
    /// A helper's key of a week.
    Helper(HelperLeaf),
    /// An office's key of a day.
    Prekey(PrekeyLeaf),
    /// The root over all registrations so far.
    Registrations(RegistrationsLeaf),
    /// A venue code that no longer counts.
    Revocation(RevocationLeaf),
    /// A type that this program does not know: later versions have more.
    Skipped(u8),
    /// The note of a trust list, to be verified by `trust`.
    TrustList(&'a [u8]),
}

impl<'a> Leaf<'a> {
    /// Reads a leaf of this authority's log, and verifies it if it is one of the small ones.
    ///
    /// # Errors
    /// [`LeafError`].
    pub fn verify(
        bytes: &'a [u8],
        authority: &AuthorityId,
        batch_key: &VerifyingKey,
    ) -> Result<Self, LeafError> {
        let kind = *bytes.first().ok_or(DecodeError::Truncated)?;
        Ok(match kind {
            BATCH => Self::Batch(body(bytes).map(|_| bytes)?),
            PREKEY => Self::Prekey(SignedLeaf::verify(bytes, authority, batch_key)?),
            HELPER => {
                let leaf: HelperLeaf = SignedLeaf::verify(bytes, authority, batch_key)?;
                leaf.point()?;
                Self::Helper(leaf)
            }
            REGISTRATIONS => Self::Registrations(SignedLeaf::verify(bytes, authority, batch_key)?),
            TRUST_LIST => Self::TrustList(body(bytes)?),
            REVOCATION => Self::Revocation(SignedLeaf::verify(bytes, authority, batch_key)?),
            other => Self::Skipped(other),
        })
    }

    /// The leaf that carries a trust list's note.
    #[must_use]
    pub fn of_trust_list(note: &[u8]) -> Vec<u8> {
        [&[TRUST_LIST, 1], note].concat()
    }
}

/// What follows type and version.
fn body(bytes: &[u8]) -> Result<&[u8], DecodeError> {
    match bytes {
        [_, 1, body @ ..] => Ok(body),
        [_, version, ..] => Err(DecodeError::UnknownVersion(*version)),
        _ => Err(DecodeError::Truncated),
    }
}
