//! X25519 (RFC 7748) for ephemeral and prekeys: its secrets are clamped, so no share may use it.
//! Knows u-coordinates; does not know whose they are.
//! Specified in specs/protocol.md §1.

use crate::crypto::point::PointError;
use bincode::{Decode, Encode, impl_borrow_decode};
use core::fmt;
use rand_core::CryptoRng;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// An X25519 public value that is canonical and not of small order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode)]
pub struct ExchangeKey([u8; 32]);

impl ExchangeKey {
    /// Reads and tests a u-coordinate.
    ///
    /// # Errors
    /// [`PointError::NotCanonical`] for u >= p or a set high bit, [`PointError::SmallOrder`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, PointError> {
        if !is_canonical_u(bytes) {
            return Err(PointError::NotCanonical);
        }
        let probe = StaticSecret::from([8; 32]).diffie_hellman(&PublicKey::from(*bytes));
        if !probe.was_contributory() {
            return Err(PointError::SmallOrder);
        }
        Ok(Self(*bytes))
    }

    /// The 32 bytes of the u-coordinate.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }
}

impl<C> Decode<C> for ExchangeKey {
    fn decode<D: bincode::de::Decoder<Context = C>>(
        decoder: &mut D,
    ) -> Result<Self, bincode::error::DecodeError> {
        let bytes = <[u8; 32]>::decode(decoder)?;
        Self::from_bytes(&bytes).map_err(|_| crate::wire::out_of_range("exchange key", 0))
    }
}

impl_borrow_decode!(ExchangeKey);

impl fmt::Debug for ExchangeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExchangeKey({})", hex::encode(self.0))
    }
}

/// Whether 32 bytes are the canonical form of a u-coordinate: below p = 2^255 - 19.
#[must_use]
pub fn is_canonical_u(bytes: &[u8; 32]) -> bool {
    let mut p = [0xff; 32];
    (p[0], p[31]) = (0xed, 0x7f);
    bytes.iter().rev().lt(p.iter().rev())
}

/// An X25519 secret, zeroised when dropped.
pub struct ExchangeSecret(StaticSecret);

impl ExchangeSecret {
    /// Takes 32 bytes; X25519 clamps them.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(StaticSecret::from(*bytes))
    }

    /// Draws a fresh one.
    #[must_use]
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(bytes.as_mut_slice());
        Self::from_bytes(&bytes)
    }

    /// The secret's bytes as they were taken, to be kept in a secret file.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public value.
    #[must_use]
    pub fn public(&self) -> ExchangeKey {
        ExchangeKey(PublicKey::from(&self.0).to_bytes())
    }

    /// The shared secret with a u-coordinate.
    ///
    /// # Errors
    /// [`PointError::SmallOrder`] when the other side contributes nothing.
    pub fn agree(&self, u: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>, PointError> {
        let shared = self.0.diffie_hellman(&PublicKey::from(*u));
        if !shared.was_contributory() {
            return Err(PointError::SmallOrder);
        }
        Ok(Zeroizing::new(shared.to_bytes()))
    }
}

impl fmt::Debug for ExchangeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExchangeSecret")
    }
}
