//! Decoys: scalars that open nothing and that nobody can tell from released keys.
//! Knows seeds; does not know where a decoy stands.
//! Specified in specs/protocol.md §6.5.

use crate::crypto::kdf::derive;
use crate::crypto::point::SecretScalar;
use crate::exposure::entry::Entry;
use crate::id::BatchId;
use crate::keys::ReleasedKey;
use crate::label::KdfLabel;
use bincode::{Decode, Encode};
use core::fmt;
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// What a decoy derives from. Secret: it tells the decoy from a released key.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Zeroize, ZeroizeOnDrop)]
pub struct DecoySeed([u8; 32]);

impl DecoySeed {
    /// Takes 32 bytes; none in the one case of 2^252 that gives no scalar.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let seed = Self(*bytes);
        seed.scalar().is_some().then_some(seed)
    }

    /// Draws a fresh one.
    #[must_use]
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        loop {
            let mut seed = Self([0; 32]);
            rng.fill_bytes(&mut seed.0);
            if seed.scalar().is_some() {
                return seed;
            }
        }
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The decoy's scalar; none in the one case of 2^252 that is 0.
    #[must_use]
    pub fn scalar(&self) -> Option<ReleasedKey> {
        let scalar = SecretScalar::derive(KdfLabel::DECOY_SCALAR, &[&self.0], &[])?;
        ReleasedKey::from_bytes(&scalar.to_bytes()).ok()
    }

    /// The decoy's entry in the batch `batch`.
    #[must_use]
    pub fn entry(&self, batch: &BatchId) -> Option<Entry> {
        let sealed_detail = *derive(KdfLabel::DECOY_DETAIL, &[&self.0], &[&batch.0]);
        Some(Entry {
            key: self.scalar()?,
            sealed_detail,
        })
    }
}

impl fmt::Debug for DecoySeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DecoySeed")
    }
}
