//! The visit token: what a device keeps of a visit, and cannot open again.
//! Knows windows and sealed bytes; does not know the wallet, the clock or the network.
//! Specified in specs/protocol.md §5.

mod minutes;
mod record;
mod seal;
mod trial;

pub use minutes::{Minutes, MinutesError, windows_of_visit};
pub use record::{RecordError, VisitRecord};
pub use seal::{DeviceSecret, seal};
pub use trial::TagState;

use crate::crypto::exchange::is_canonical_u;
use crate::crypto::point::PointError;
use crate::time::Day;
use core::fmt;

/// Bytes of a visit token, whatever it holds.
pub const TOKEN_LEN: usize = 250;

/// Why bytes are not a token, or why one does not open. It is the device's own data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The record inside is not one.
    #[error("the record inside is refused: {0}")]
    BadRecord(#[from] RecordError),
    /// E is not a u-coordinate of the prime-order subgroup.
    #[error("the token is damaged: {0}")]
    Damaged(PointError),
    /// The token was not sealed to this key.
    #[error("the token does not open")]
    DoesNotOpen,
    /// The token is of another day than the record inside or the list it is tried on.
    #[error("the token is of another day")]
    WrongDay,
    /// A token has exactly 250 bytes.
    #[error("a token has 250 bytes, not {0}")]
    WrongLength(usize),
}

/// The 16 bytes by which a released key finds its tokens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DetectionTag(pub [u8; 16]);

/// day 2 ‖ E 32 ‖ tag 16 ‖ wrap1 32 ‖ wrap2 32 ‖ ct 136: exactly 250 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct VisitToken([u8; TOKEN_LEN]);

impl VisitToken {
    /// Reads a token: its length, and that E is canonical.
    ///
    /// # Errors
    /// [`TokenError::WrongLength`], [`TokenError::Damaged`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TokenError> {
        let token = Self(
            <[u8; TOKEN_LEN]>::try_from(bytes).map_err(|_| TokenError::WrongLength(bytes.len()))?,
        );
        if !is_canonical_u(token.ephemeral()) {
            return Err(TokenError::Damaged(PointError::NotCanonical));
        }
        Ok(token)
    }

    /// The 250 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; TOKEN_LEN] {
        &self.0
    }

    /// The UTC day, a token's only index.
    #[must_use]
    pub const fn day(&self) -> Day {
        Day(u16::from_be_bytes([self.0[0], self.0[1]]))
    }

    /// E, a u-coordinate.
    #[must_use]
    pub fn ephemeral(&self) -> &[u8; 32] {
        self.field::<2, 32>()
    }

    /// The tag; day files are sorted by it.
    #[must_use]
    pub fn tag(&self) -> DetectionTag {
        DetectionTag(*self.field::<34, 16>())
    }

    /// The content key, wrapped for the released key.
    #[must_use]
    pub fn release_wrap(&self) -> &[u8; 32] {
        self.field::<50, 32>()
    }

    /// The content key, wrapped for the diary, or random bytes.
    #[must_use]
    pub fn diary_wrap(&self) -> &[u8; 32] {
        self.field::<82, 32>()
    }

    /// The sealed record: 120 bytes and 16 of the cipher's tag.
    #[must_use]
    pub fn sealed_record(&self) -> &[u8; 136] {
        self.field::<114, 136>()
    }

    /// day ‖ E ‖ tag ‖ wrap1 ‖ wrap2: what the record's seal binds, 114 bytes.
    pub(crate) fn associated(&self) -> &[u8] {
        &self.0[..114]
    }

    fn field<const AT: usize, const LEN: usize>(&self) -> &[u8; LEN] {
        const { assert!(AT + LEN <= TOKEN_LEN) };
        self.0[AT..]
            .first_chunk()
            .expect("the field lies inside, as was checked when this was compiled")
    }
}

impl fmt::Debug for VisitToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VisitToken")
    }
}
