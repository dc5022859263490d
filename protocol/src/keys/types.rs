//! The keys of a window: a share, the sum of shares, the sum once released, its point.
//! Knows which of them are secret; does not know schedules or plans.
//! Specified in specs/protocol.md §3.

use crate::crypto::point::{Point, PointError, SecretScalar, scalar_from_bytes};
use crate::wire::out_of_range;
use bincode::de::Decoder;
use bincode::enc::Encoder;
use bincode::error::{DecodeError, EncodeError};
use bincode::{Decode, Encode, impl_borrow_decode};
use core::fmt;
use curve25519_dalek::scalar::Scalar;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// How a plan's windows get their points, and how its code is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum KeySchedule {
    /// A code that rotates: the next few windows.
    Screen = 1,
    /// A tear-off code of one local day.
    Slip = 2,
    /// One printed code for a month, with a release budget.
    Sheet = 3,
}

impl KeySchedule {
    /// The schedule with this number on the wire.
    #[must_use]
    pub const fn from_u8(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Screen),
            2 => Some(Self::Slip),
            3 => Some(Self::Sheet),
            _ => None,
        }
    }
}

impl Encode for KeySchedule {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        (*self as u8).encode(encoder)
    }
}

impl<C> Decode<C> for KeySchedule {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
        let number = u8::decode(decoder)?;
        Self::from_u8(number).ok_or_else(|| out_of_range("kind of code", u32::from(number)))
    }
}

impl_borrow_decode!(KeySchedule);

/// One side's secret share of a window's key: a_w of the venue, b_w of the office.
pub struct KeyShare(SecretScalar);

impl KeyShare {
    /// Takes a scalar.
    #[must_use]
    pub const fn new(scalar: SecretScalar) -> Self {
        Self(scalar)
    }

    /// Reads a share's canonical 32 bytes.
    ///
    /// # Errors
    /// [`PointError::ScalarOutOfRange`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, PointError> {
        SecretScalar::from_bytes(bytes).map(Self)
    }

    /// The share's 32 bytes: whoever learns them can add them up.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.0.to_bytes()
    }

    /// The share's point.
    #[must_use]
    pub fn to_point(&self) -> Point {
        self.0.to_point()
    }

    /// The scalar for arithmetic.
    #[must_use]
    pub const fn as_secret(&self) -> &SecretScalar {
        &self.0
    }
}

impl fmt::Debug for KeyShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyShare")
    }
}

/// s_w = a_w + b_w, still secret: it exists at the office between release and publication.
pub struct WindowKey(SecretScalar);

impl WindowKey {
    /// Adds all shares.
    ///
    /// # Errors
    /// [`PointError::ScalarOutOfRange`] when they cancel each other.
    pub fn from_shares<'a>(
        shares: impl IntoIterator<Item = &'a KeyShare>,
    ) -> Result<Self, PointError> {
        let mut sum = Scalar::ZERO;
        for share in shares {
            sum += share.0.as_scalar();
        }
        let key = SecretScalar::from_scalar(sum).map(Self);
        sum.zeroize();
        key
    }

    /// The window's point.
    #[must_use]
    pub fn to_point(&self) -> WindowPoint {
        WindowPoint(self.0.to_point())
    }

    /// The act of release: from here on the key is public, and so its type changes.
    #[must_use]
    pub fn release(self) -> ReleasedKey {
        ReleasedKey(*self.0.as_scalar())
    }
}

impl fmt::Debug for WindowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WindowKey")
    }
}

/// s_w once published (or a decoy's scalar, which nobody can tell apart): not 0, canonical, no secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ReleasedKey(Scalar);

impl ReleasedKey {
    /// Reads the canonical 32 bytes.
    ///
    /// # Errors
    /// [`PointError::ScalarOutOfRange`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, PointError> {
        scalar_from_bytes(bytes).map(Self)
    }

    /// The canonical 32 bytes; batches are sorted by them.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The scalar for arithmetic, which may take a variable time: it is public.
    #[must_use]
    pub const fn as_scalar(&self) -> &Scalar {
        &self.0
    }
}

impl fmt::Debug for ReleasedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReleasedKey({})", hex::encode(self.to_bytes()))
    }
}

/// P_w = s_w·G: what tokens of a window are sealed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowPoint(pub Point);

/// n_w (or n of a slip or sheet): who holds it was handed the code; it opens details, nothing else.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Zeroize, ZeroizeOnDrop)]
pub struct NotificationKey(pub [u8; 16]);

impl fmt::Debug for NotificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NotificationKey")
    }
}
