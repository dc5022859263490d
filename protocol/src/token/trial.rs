//! Trying a released key on a token: the tag, and opening.
//! Knows tokens and released keys; does not know which batch a key came in.
//! Specified in specs/protocol.md §5.4.

use crate::crypto::aead;
use crate::crypto::hash::HmacKey;
use crate::crypto::point::Point;
use crate::keys::ReleasedKey;
use crate::label::Label;
use crate::token::record::VisitRecord;
use crate::token::{DetectionTag, TokenError, VisitToken};
use zeroize::Zeroizing;

/// A token's keyed hash, set up once: a trial then costs two compressions of SHA-256.
#[derive(Clone, Debug)]
pub struct TagState(HmacKey);

impl TagState {
    /// Sets up the state: the key is label ‖ E ‖ day.
    #[must_use]
    pub fn of(token: &VisitToken) -> Self {
        Self(keyed(Label::TOKEN_TAG, token))
    }

    /// The tag that the shared secret K (a u-coordinate) would have left on this token.
    #[must_use]
    pub fn tag(&self, shared: &[u8; 32]) -> DetectionTag {
        let whole = self.0.tag(&[shared]);
        DetectionTag(*whole.first_chunk().expect("16 of 32 bytes"))
    }
}

fn keyed(label: Label, token: &VisitToken) -> HmacKey {
    HmacKey::new(&[
        label.as_bytes(),
        token.ephemeral(),
        &token.day().0.to_be_bytes(),
    ])
}

/// What the content key is xored with to be wrapped for the released key.
pub(crate) fn wrap_mask(token: &VisitToken, shared: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(keyed(Label::TOKEN_WRAP, token).tag(&[shared]))
}

impl VisitToken {
    /// E as a point of the prime-order subgroup.
    ///
    /// # Errors
    /// [`TokenError::Damaged`]: a token that this protocol sealed never is.
    pub fn point(&self) -> Result<Point, TokenError> {
        Point::from_u(self.ephemeral()).map_err(TokenError::Damaged)
    }

    /// Opens the token with a released key, whole: one trial, tag, seal and record.
    ///
    /// # Errors
    /// [`TokenError`]; [`TokenError::DoesNotOpen`] for every key but the window's own.
    pub fn open_with(&self, key: &ReleasedKey) -> Result<VisitRecord, TokenError> {
        let point = self.point()?;
        let shared = (point.as_group() * key.as_scalar()).to_montgomery().0;
        self.open_with_shared(&shared)
    }

    /// Opens the token with K = u(s·E), the secret that a trial computed.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn open_with_shared(&self, shared: &[u8; 32]) -> Result<VisitRecord, TokenError> {
        if TagState::of(self).tag(shared) != self.tag() {
            return Err(TokenError::DoesNotOpen);
        }
        let mut content = wrap_mask(self, shared);
        for (byte, wrapped) in content.iter_mut().zip(self.release_wrap()) {
            *byte ^= wrapped;
        }
        let plain = aead::open(&content, [0; 12], self.associated(), self.sealed_record())
            .map_err(|_| TokenError::DoesNotOpen)?;
        let record = VisitRecord::from_bytes(&plain)?;
        if record.day() != self.day() {
            return Err(TokenError::WrongDay);
        }
        Ok(record)
    }
}
