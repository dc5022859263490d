//! From bytes to a venue code that may be shown to a person, or the first reason why not.
//! Knows the order of refusals; does not know what the person decides.
//! Specified in specs/protocol.md §4.2.

use crate::code::body::CodeBody;
use crate::code::trust::{CodeKey, CodeTrust};
use crate::crypto::point::{Point, PointError};
use crate::crypto::sign::Signature;
use crate::id::{AuthorityId, CodeId, Region};
use crate::keys::kind::VenueKind;
use crate::keys::notice::hour_key;
use crate::keys::plan::{equal_pair, good_points};
use crate::keys::polynomial::{Abscissa, evaluate_points};
use crate::keys::range::RangeError;
use crate::keys::registered::SCREEN_SLACK_SECONDS;
use crate::keys::{KeySchedule, NotificationKey, WindowPoint};
use crate::label::Label;
use crate::message;
use crate::time::{UnixTime, Window};
use crate::wire::{DecodeError, LONGEST_MESSAGE, Message, encode};
use alloc::vec::Vec;
use bincode::{Decode, Encode};
use core::fmt;

/// Why a venue code is refused; the citizen is told which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VenueCodeError {
    /// No key of the authority signed these bytes.
    #[error("the code is not signed by its authority")]
    Altered,
    /// A point is not a good one.
    #[error("point {index} of the code: {why}")]
    BadPoint {
        /// Its place, from 0.
        index: usize,
        /// What is wrong with it.
        why: PointError,
    },
    /// More bytes than the code has.
    #[error("{0} bytes are left over")]
    BytesLeftOver(usize),
    /// Two points are equal.
    #[error("points {first} and {second} of the code are equal")]
    DuplicatePoint {
        /// Place of the first, from 0.
        first: usize,
        /// Place of the second.
        second: usize,
    },
    /// The code was valid until now.
    #[error("the code was valid until {until}, and it is {now}")]
    Expired {
        /// The first second at which it is no longer accepted.
        until: UnixTime,
        /// The time at which it was verified.
        now: UnixTime,
    },
    /// The key that signed it ended before the code's last window.
    #[error("the key that signed the code ends with window {last}")]
    KeyExpired {
        /// L of the key.
        last: Window,
    },
    /// Only a revoked key of the authority signed it.
    #[error("the key that signed the code was revoked")]
    KeyRevoked,
    /// Not the bytes of a code.
    #[error(transparent)]
    Malformed(DecodeError),
    /// The code is not valid yet.
    #[error("the code is valid from {from}, and it is {now}")]
    NotYetValid {
        /// The first second at which it is accepted.
        from: UnixTime,
        /// The time at which it was verified.
        now: UnixTime,
    },
    /// A number or length outside its range.
    #[error(transparent)]
    Range(#[from] RangeError),
    /// The authority revoked this code.
    #[error("the code was revoked from window {from} on")]
    Revoked {
        /// The revocation's first window.
        from: Window,
    },
    /// The trust list does not have this authority.
    #[error("the code's authority is unknown")]
    UnknownAuthority(AuthorityId),
}

impl From<DecodeError> for VenueCodeError {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::BytesLeftOver(count) => Self::BytesLeftOver(count),
            other => Self::Malformed(other),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct WireCode {
    body: CodeBody,
    signature: Signature,
}

message!(WireCode, LONGEST_MESSAGE);

/// A code as it was scanned: the right shape, nothing else is known. Its exact bytes are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnverifiedVenueCode {
    body: CodeBody,
    signature: Signature,
    bytes: Vec<u8>,
}

impl UnverifiedVenueCode {
    /// Parses the bytes of a code.
    ///
    /// # Errors
    /// [`VenueCodeError::Malformed`], [`VenueCodeError::BytesLeftOver`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, VenueCodeError> {
        let WireCode { body, signature } = WireCode::from_bytes(bytes)?;
        Ok(Self {
            body,
            signature,
            bytes: bytes.into(),
        })
    }

    /// The exact bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What the code says of itself.
    #[must_use]
    pub const fn body(&self) -> &CodeBody {
        &self.body
    }

    /// Verifies the code for a check-in at `now`: every refusal, in the order of the specification.
    ///
    /// # Errors
    /// The first [`VenueCodeError`] that applies.
    pub fn verify(
        self,
        trust: &impl CodeTrust,
        now: UnixTime,
    ) -> Result<VenueCode, VenueCodeError> {
        let code = self.verify_signed(trust)?;
        code.check_validity(trust, now)?;
        Ok(code)
    }

    /// Verifies what does not change with time: for a code that was accepted before and kept.
    /// Left out are an ended key, a revoked code, not yet valid and expired.
    ///
    /// # Errors
    /// The first [`VenueCodeError`] that applies.
    pub fn verify_signed(self, trust: &impl CodeTrust) -> Result<VenueCode, VenueCodeError> {
        self.body.head.check_range()?;
        match self.signer(trust)? {
            CodeKey::Current { last, .. } => self.verify_points(last),
            CodeKey::Revoked { .. } => Err(VenueCodeError::KeyRevoked),
        }
    }

    /// For evidence: signed by any key that the authority ever listed.
    pub(crate) fn verify_signed_by_any(
        self,
        trust: &impl CodeTrust,
    ) -> Result<VenueCode, VenueCodeError> {
        self.body.head.check_range()?;
        self.signer(trust)?;
        self.verify_points(Window::LAST)
    }

    /// The listed key that verifies; a current one before a revoked one.
    fn signer(&self, trust: &impl CodeTrust) -> Result<CodeKey, VenueCodeError> {
        let authority = self.body.head.authority;
        let keys = trust
            .code_keys(&authority)
            .ok_or(VenueCodeError::UnknownAuthority(authority))?;
        let signed = encode(&self.body);
        let verifies = |key: &&CodeKey| {
            let result = key
                .key()
                .verify(Label::VENUE_CODE, &[&signed], &self.signature);
            result.is_ok()
        };
        let (current, revoked): (Vec<CodeKey>, Vec<CodeKey>) = keys
            .into_iter()
            .partition(|key| matches!(key, CodeKey::Current { .. }));
        let found = current.iter().chain(&revoked).find(verifies);
        found.copied().ok_or(VenueCodeError::Altered)
    }

    fn verify_points(self, key_last: Window) -> Result<VenueCode, VenueCodeError> {
        let points = good_points(&self.body.points)
            .map_err(|(index, why)| VenueCodeError::BadPoint { index, why })?;
        if let Some((first, second)) = equal_pair(&points) {
            return Err(VenueCodeError::DuplicatePoint { first, second });
        }
        Ok(VenueCode {
            body: self.body,
            points,
            bytes: self.bytes,
            key_last,
        })
    }
}

/// A verified venue code.
#[derive(Clone)]
pub struct VenueCode {
    body: CodeBody,
    points: Vec<Point>,
    bytes: Vec<u8>,
    key_last: Window,
}

impl PartialEq for VenueCode {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for VenueCode {}

impl fmt::Debug for VenueCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VenueCode")
    }
}

impl VenueCode {
    /// Checks what changes with time: ended key, revoked code, not yet valid, expired.
    ///
    /// # Errors
    /// [`VenueCodeError::KeyExpired`], [`VenueCodeError::Revoked`], [`VenueCodeError::NotYetValid`],
    /// [`VenueCodeError::Expired`].
    pub fn check_validity(
        &self,
        trust: &impl CodeTrust,
        now: UnixTime,
    ) -> Result<(), VenueCodeError> {
        if self.last() > self.key_last {
            return Err(VenueCodeError::KeyExpired {
                last: self.key_last,
            });
        }
        match trust.revoked_from(&self.authority(), &self.code_id()) {
            Some(from) if self.last() >= from => return Err(VenueCodeError::Revoked { from }),
            _ => {}
        }
        let (from, until) = (self.accepted_from(), self.accepted_until());
        if now < from {
            return Err(VenueCodeError::NotYetValid { from, now });
        }
        if now >= until {
            return Err(VenueCodeError::Expired { until, now });
        }
        Ok(())
    }

    /// The first second at which the code is accepted.
    #[must_use]
    pub fn accepted_from(&self) -> UnixTime {
        let start = self.first().start();
        match self.schedule() {
            KeySchedule::Screen => start.minus(SCREEN_SLACK_SECONDS),
            KeySchedule::Slip | KeySchedule::Sheet => start,
        }
    }

    /// The first second at which the code is no longer accepted.
    #[must_use]
    pub fn accepted_until(&self) -> UnixTime {
        let end = self.last().end();
        match self.schedule() {
            KeySchedule::Screen => end.min(self.first().end().plus(SCREEN_SLACK_SECONDS)),
            KeySchedule::Slip | KeySchedule::Sheet => end,
        }
    }

    /// When the visit's first token begins: `now`, or the first window's start if that is later.
    #[must_use]
    pub fn sealing_start(&self, now: UnixTime) -> UnixTime {
        now.max(self.first().start())
    }

    /// P_w of a window of this code; none outside it (or for a sheet's point that is the identity).
    #[must_use]
    pub fn point_of(&self, window: Window) -> Option<WindowPoint> {
        let head = &self.body.head;
        let point = match head.schedule {
            KeySchedule::Screen | KeySchedule::Slip => {
                *self.points.get(usize::from(head.index_of(window)?))?
            }
            KeySchedule::Sheet => {
                let x = Abscissa::within(head.first, head.count, window).ok()?;
                evaluate_points(&self.points, x).ok()?
            }
        };
        Some(WindowPoint(point))
    }

    /// n_w of a window of this code; none outside it.
    #[must_use]
    pub fn notification_key_of(&self, window: Window) -> Option<NotificationKey> {
        let head = &self.body.head;
        let index = usize::from(head.index_of(window)?);
        let place = match head.schedule {
            KeySchedule::Screen => index,
            KeySchedule::Slip | KeySchedule::Sheet => 0,
        };
        let key = self.body.notification_keys.get(place)?;
        Some(hour_key(head.schedule, key, window))
    }

    /// Whether both lists, of keys and of points, are the same: then no window needs a look.
    pub(crate) fn has_the_lists_of(&self, other: &Self) -> bool {
        self.body.points == other.body.points
            && self.body.notification_keys == other.body.notification_keys
    }

    /// What the code says.
    pub(crate) const fn body(&self) -> &CodeBody {
        &self.body
    }

    /// The exact bytes, as they were scanned.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The plan's name.
    #[must_use]
    pub const fn code_id(&self) -> CodeId {
        self.body.head.code_id
    }

    /// The authority that signed it.
    #[must_use]
    pub const fn authority(&self) -> AuthorityId {
        self.body.head.authority
    }

    /// The authority's region.
    #[must_use]
    pub const fn region(&self) -> Region {
        self.body.head.region
    }

    /// The kind of code.
    #[must_use]
    pub const fn schedule(&self) -> KeySchedule {
        self.body.head.schedule
    }

    /// The kind of venue.
    #[must_use]
    pub const fn kind(&self) -> VenueKind {
        self.body.head.kind
    }

    /// The venue's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.body.head.name.as_str()
    }

    /// Where it is; may be empty.
    #[must_use]
    pub fn place(&self) -> &str {
        self.body.head.place.as_str()
    }

    /// First window.
    #[must_use]
    pub const fn first(&self) -> Window {
        self.body.head.first
    }

    /// Number of windows.
    #[must_use]
    pub const fn count(&self) -> u16 {
        self.body.head.count
    }

    /// Last window.
    #[must_use]
    pub fn last(&self) -> Window {
        self.body.head.last()
    }

    /// The windows in order.
    pub fn windows(&self) -> impl DoubleEndedIterator<Item = Window> + use<> {
        (self.first().0..=self.last().0).map(Window)
    }
}
