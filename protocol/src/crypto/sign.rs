//! Ed25519 (RFC 8032, cofactorless, S < l), over a label and the exact bytes.
//! Knows keys and labels; does not know who signs.
//! Specified in specs/protocol.md §1.

use crate::crypto::point::{Point, PointError};
use crate::label::Label;
use alloc::vec::Vec;
use bincode::{Decode, Encode};
use core::fmt;
use rand_core::CryptoRng;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use zeroize::Zeroizing;

/// A signature that does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct BadSignature;

/// An Ed25519 signature, 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Signature(pub [u8; 64]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", hex::encode(self.0))
    }
}

/// An Ed25519 key that is canonical, torsion-free and not the identity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerifyingKey([u8; 32]);

impl VerifyingKey {
    /// Reads a key and tests it as a point.
    ///
    /// # Errors
    /// [`PointError`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, PointError> {
        Point::from_bytes(bytes).map(|point| Self(point.to_bytes()))
    }

    /// The key's 32 bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    /// Verifies a signature over label ‖ parts.
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn verify(
        &self,
        label: Label,
        parts: &[&[u8]],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        self.verify_unlabelled(&[label.as_bytes(), &parts.concat()].concat(), signature)
    }

    /// Verifies a signature over bytes that carry their own domain (C2SP signed notes).
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn verify_unlabelled(
        &self,
        bytes: &[u8],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        UnparsedPublicKey::new(&ED25519, &self.0)
            .verify(bytes, &signature.0)
            .map_err(|_| BadSignature)
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", hex::encode(self.0))
    }
}

/// An Ed25519 secret key: its seed, zeroised when dropped.
pub struct SigningKey(Zeroizing<[u8; 32]>);

impl SigningKey {
    /// Takes a seed.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*seed))
    }

    /// Draws a fresh key.
    #[must_use]
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut_slice());
        Self(seed)
    }

    /// The seed, to be kept in a secret file.
    #[must_use]
    pub fn to_seed(&self) -> Zeroizing<[u8; 32]> {
        self.0.clone()
    }

    /// The key that verifies.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.pair().public_key().as_ref());
        VerifyingKey(bytes)
    }

    /// Signs label ‖ parts.
    #[must_use]
    pub fn sign(&self, label: Label, parts: &[&[u8]]) -> Signature {
        let bytes: Vec<u8> = [label.as_bytes(), &parts.concat()].concat();
        self.sign_unlabelled(&bytes)
    }

    /// Signs bytes that carry their own domain (C2SP signed notes).
    #[must_use]
    pub fn sign_unlabelled(&self, bytes: &[u8]) -> Signature {
        let mut out = [0; 64];
        out.copy_from_slice(self.pair().sign(bytes).as_ref());
        Signature(out)
    }

    fn pair(&self) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(self.0.as_slice()).expect("a seed of 32 bytes is a key")
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}
