//! The plan: what a venue registers, and what every share, proof and code of it is bound to.
//! Knows bytes, points and the digest; does not know who answers or where a plan is kept.
//! Specified in specs/protocol.md §3.3; bytes in specs/wire.md §2.

pub use crate::keys::head::PlanHead;

use crate::crypto::hash::sha256;
use crate::crypto::point::{Point, PointError};
use crate::crypto::sign::VerifyingKey;
use crate::crypto::tree;
use crate::id::{AuthorityId, CodeId, Digest, Region};
use crate::keys::notice::NoticeSecret;
use crate::keys::range::RangeError;
use crate::keys::types::NotificationKey;
use crate::label::Label;
use crate::message;
use crate::text::{self, TextError};
use crate::time::Window;
use crate::wire::{DecodeError, Message, decode_many, encode, encode_many};
use alloc::vec::Vec;
use bincode::de::Decoder;
use bincode::enc::Encoder;
use bincode::error::{DecodeError as BincodeDecodeError, EncodeError};
use bincode::{Decode, Encode, impl_borrow_decode};
use core::fmt;

/// Why a plan is refused, in the order in which it is checked: see the order in specs/protocol.md §3.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A point of the plan is not a good one.
    #[error("point {index} of the plan: {why}")]
    BadPoint {
        /// Its place, from 0.
        index: usize,
        /// What is wrong with it.
        why: PointError,
    },
    /// The venue's key is not a good one.
    #[error("the venue's key: {0}")]
    BadVenueKey(PointError),
    /// More bytes than a plan has.
    #[error("{0} bytes are left over")]
    BytesLeftOver(usize),
    /// Two points are equal.
    #[error("points {first} and {second} of the plan are equal")]
    DuplicatePoint {
        /// Place of the first, from 0.
        first: usize,
        /// Place of the second.
        second: usize,
    },
    /// Not the bytes of a plan.
    #[error(transparent)]
    Malformed(DecodeError),
    /// Name or place is not in the normal form NFC.
    #[error("name or place is not in the normal form NFC")]
    NotNormal,
    /// A number or length outside its range, or a text that no plan may have.
    #[error(transparent)]
    Range(#[from] RangeError),
    /// The plan is meant for another authority, or a region that is not one of its own.
    #[error("the plan is meant for another authority or region")]
    UnknownAuthority {
        /// The authority that the plan names.
        authority: AuthorityId,
        /// The region that the plan names.
        region: Region,
    },
}

impl From<DecodeError> for PlanError {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::BytesLeftOver(count) => Self::BytesLeftOver(count),
            other => Self::Malformed(other),
        }
    }
}

impl From<TextError> for PlanError {
    fn from(error: TextError) -> Self {
        match error {
            TextError::NotNormal => Self::NotNormal,
            other => Self::Range(RangeError::Text(other)),
        }
    }
}

/// A plan as it came: the right shape, nothing else is known.
#[derive(Clone, PartialEq, Eq)]
pub struct UnverifiedPlan {
    /// The head.
    pub head: PlanHead,
    /// N, the secret of notices.
    pub notice_secret: NoticeSecret,
    /// The venue's points, as many as the head says.
    pub points: Vec<[u8; 32]>,
}

message!(UnverifiedPlan, 32_768);

impl Encode for UnverifiedPlan {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        self.head.encode(encoder)?;
        self.notice_secret.encode(encoder)?;
        encode_many(&self.points, encoder)
    }
}

impl<C> Decode<C> for UnverifiedPlan {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, BincodeDecodeError> {
        let head = PlanHead::decode(decoder)?;
        let notice_secret = NoticeSecret::decode(decoder)?;
        let points = decode_many(decoder, head.points_len())?;
        Ok(Self {
            head,
            notice_secret,
            points,
        })
    }
}

impl_borrow_decode!(UnverifiedPlan);

impl fmt::Debug for UnverifiedPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnverifiedPlan")
    }
}

impl UnverifiedPlan {
    /// Checks everything that the plan itself shows, in the order of the specification.
    ///
    /// # Errors
    /// [`PlanError`], except `Malformed`, `BytesLeftOver` and `UnknownAuthority`.
    pub fn verify(self) -> Result<Plan, PlanError> {
        self.head.check_range()?;
        self.verify_rest()
    }

    /// As [`UnverifiedPlan::verify`], at the office of `authority` with these regions.
    ///
    /// # Errors
    /// [`PlanError`], except `Malformed` and `BytesLeftOver`.
    pub fn verify_for(
        self,
        authority: &AuthorityId,
        regions: &[Region],
    ) -> Result<Plan, PlanError> {
        self.head.check_range()?;
        if self.head.authority != *authority || !regions.contains(&self.head.region) {
            return Err(PlanError::UnknownAuthority {
                authority: self.head.authority,
                region: self.head.region,
            });
        }
        self.verify_rest()
    }

    fn verify_rest(self) -> Result<Plan, PlanError> {
        text::written(self.head.name.as_str())?;
        text::written(self.head.place.as_str())?;
        let venue_key =
            VerifyingKey::from_bytes(&self.head.venue_key).map_err(PlanError::BadVenueKey)?;
        let points =
            good_points(&self.points).map_err(|(index, why)| PlanError::BadPoint { index, why })?;
        if let Some((first, second)) = equal_pair(&points) {
            return Err(PlanError::DuplicatePoint { first, second });
        }
        Ok(Plan::from_checked(
            self.head,
            venue_key,
            self.notice_secret,
            points,
        ))
    }
}

/// A verified plan: good points, all different, and its digest.
#[derive(Clone, PartialEq, Eq)]
pub struct Plan {
    head: PlanHead,
    venue_key: VerifyingKey,
    notice_secret: NoticeSecret,
    points: Vec<Point>,
    digest: Digest,
}

impl Plan {
    fn from_checked(
        head: PlanHead,
        venue_key: VerifyingKey,
        notice_secret: NoticeSecret,
        points: Vec<Point>,
    ) -> Self {
        let digest = digest_of(&head, &notice_secret.commitment(), &points_root(&points));
        Self {
            head,
            venue_key,
            notice_secret,
            points,
            digest,
        }
    }

    /// Parses and verifies the bytes of a plan (head ‖ N ‖ points).
    ///
    /// # Errors
    /// [`PlanError`], except `UnknownAuthority`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PlanError> {
        UnverifiedPlan::from_bytes(bytes)?.verify()
    }

    /// The plan's bytes; they hold N, so they are a secret between venue and office.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_unverified().to_bytes()
    }

    /// The plan without its secret: head ‖ points. N is kept in a secret file beside it.
    #[must_use]
    pub fn to_public_bytes(&self) -> Vec<u8> {
        let mut bytes = encode(&self.head);
        bytes.extend(self.points.iter().flat_map(Point::to_bytes));
        bytes
    }

    /// Puts together what [`Plan::to_public_bytes`] and the secret file kept.
    ///
    /// # Errors
    /// [`PlanError`], except `UnknownAuthority`.
    pub fn from_public_bytes(bytes: &[u8], notice_secret: NoticeSecret) -> Result<Self, PlanError> {
        let public = PublicPlan::from_bytes(bytes)?;
        let plan = UnverifiedPlan {
            head: public.head,
            notice_secret,
            points: public.points,
        };
        plan.verify()
    }

    /// The plan as a message.
    #[must_use]
    pub fn to_unverified(&self) -> UnverifiedPlan {
        UnverifiedPlan {
            head: self.head.clone(),
            notice_secret: self.notice_secret.clone(),
            points: self.points.iter().map(Point::to_bytes).collect(),
        }
    }

    /// The head.
    #[must_use]
    pub const fn head(&self) -> &PlanHead {
        &self.head
    }

    /// The venue's key.
    #[must_use]
    pub const fn venue_key(&self) -> VerifyingKey {
        self.venue_key
    }

    /// N.
    #[must_use]
    pub const fn notice_secret(&self) -> &NoticeSecret {
        &self.notice_secret
    }

    /// The venue's points A, in the order of the plan.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// What everything of this registration is bound to.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The name of this plan's codes.
    #[must_use]
    pub fn code_id(&self) -> CodeId {
        CodeId::of_digest(&self.digest)
    }

    /// RFC 6962 root over the venue's points.
    #[must_use]
    pub fn points_root(&self) -> [u8; 32] {
        points_root(&self.points)
    }

    /// n_w of a window of the plan; none outside it.
    #[must_use]
    pub fn notification_key_of(&self, window: Window) -> Option<NotificationKey> {
        self.notice_secret.window_key(&self.head, window)
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plan({})", self.code_id())
    }
}

/// RFC 6962 root over points, 32 bytes a leaf.
#[must_use]
pub fn points_root(points: &[Point]) -> [u8; 32] {
    let bytes: Vec<[u8; 32]> = points.iter().map(Point::to_bytes).collect();
    tree::root(bytes.iter().map(<[u8; 32]>::as_slice)).0
}

/// The digest of a plan from its head, the commitment to N and the root over its points: all an auditor is shown.
#[must_use]
pub fn digest_of(head: &PlanHead, notice_commitment: &[u8; 32], points_root: &[u8; 32]) -> Digest {
    Digest(sha256(&[
        Label::REGISTRATION.as_bytes(),
        &encode(head),
        notice_commitment,
        points_root,
    ]))
}

/// Head and points without N, as a venue keeps them.
struct PublicPlan {
    head: PlanHead,
    points: Vec<[u8; 32]>,
}

message!(PublicPlan, 32_768);

impl Encode for PublicPlan {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        self.head.encode(encoder)?;
        encode_many(&self.points, encoder)
    }
}

impl<C> Decode<C> for PublicPlan {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, BincodeDecodeError> {
        let head = PlanHead::decode(decoder)?;
        let points = decode_many(decoder, head.points_len())?;
        Ok(Self { head, points })
    }
}

/// Tests each point whole before the next; the first bad one is named.
pub(crate) fn good_points(points: &[[u8; 32]]) -> Result<Vec<Point>, (usize, PointError)> {
    let test = |(index, bytes)| Point::from_bytes(bytes).map_err(|why| (index, why));
    points.iter().enumerate().map(test).collect()
}

/// The first point, in order, that stood before: its earlier place and its own.
pub(crate) fn equal_pair(points: &[Point]) -> Option<(usize, usize)> {
    let mut seen = alloc::collections::BTreeMap::new();
    for (second, point) in points.iter().enumerate() {
        if let Some(first) = seen.insert(point.to_bytes(), second) {
            return Some((first, second));
        }
    }
    None
}
