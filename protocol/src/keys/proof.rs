//! The share proof: whoever contributes points knows all their scalars (batched Schnorr).
//! Knows scalars, points and the digest they are bound to; does not know schedules.
//! Specified in specs/protocol.md §3.5.

use crate::crypto::hash::sha512;
use crate::crypto::kdf::derive;
use crate::crypto::point::{Point, SecretScalar, wide};
use crate::id::Digest;
use crate::label::{KdfLabel, Label};
use alloc::vec::Vec;
use bincode::{Decode, Encode};
use core::{fmt, iter};
use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, ED25519_BASEPOINT_TABLE};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::VartimeMultiscalarMul;
use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

/// Who proves: the two sides of a registration can never use each other's proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The venue, for the points of its plan.
    Venue,
    /// The office, for its points of one seed.
    Office {
        /// The seed's index in the answer, from 0.
        seed: u8,
    },
}

impl Role {
    /// 0 for the venue, 1 + index of the seed for the office.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Venue => 0,
            Self::Office { seed } => seed.saturating_add(1),
        }
    }
}

/// Why a share proof is refused. Whoever contributed the points is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareProofError {
    /// It does not show knowledge of these points' scalars, for this role and plan.
    #[error("the share proof does not verify")]
    BadProof,
    /// The response z is not below the group's order.
    #[error("the response of a share proof is not below the group's order")]
    ResponseNotCanonical,
}

/// R ‖ z, 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct ShareProof(pub [u8; 64]);

impl ShareProof {
    /// Proves knowledge of all `scalars`, whose points are `points` in the same order.
    #[must_use]
    pub fn prove<'a>(
        role: Role,
        digest: &Digest,
        scalars: impl IntoIterator<Item = &'a SecretScalar>,
        points: &[Point],
        rng: &mut impl CryptoRng,
    ) -> Self {
        let scalars: Vec<&SecretScalar> = scalars.into_iter().collect();
        debug_assert_eq!(scalars.len(), points.len(), "one point for each scalar");
        let mut nonce = hedged_nonce(role, digest, &scalars, rng);
        let commitment = (&nonce * ED25519_BASEPOINT_TABLE).compress().0;
        let challenge = challenge(role, digest, points, &commitment);
        let mut response = nonce;
        for (power, scalar) in powers(challenge).zip(&scalars) {
            response += power * scalar.as_scalar();
        }
        nonce.zeroize();
        let mut proof = [0; 64];
        proof[..32].copy_from_slice(&commitment);
        proof[32..].copy_from_slice(&response.to_bytes());
        Self(proof)
    }

    /// Verifies the proof for these points.
    ///
    /// # Errors
    /// [`ShareProofError`].
    pub fn verify(
        &self,
        role: Role,
        digest: &Digest,
        points: &[Point],
    ) -> Result<(), ShareProofError> {
        let (mut commitment, mut response) = ([0; 32], [0; 32]);
        commitment.copy_from_slice(&self.0[..32]);
        response.copy_from_slice(&self.0[32..]);
        let response: Option<Scalar> = Scalar::from_canonical_bytes(response).into();
        let response = response.ok_or(ShareProofError::ResponseNotCanonical)?;
        let challenge = challenge(role, digest, points, &commitment);
        // The lengths of both must be known to the multiplication.
        let scalars: Vec<Scalar> = iter::once(response)
            .chain(powers(challenge).map(|power| -power))
            .take(points.len() + 1)
            .collect();
        let bases = iter::once(&ED25519_BASEPOINT_POINT).chain(points.iter().map(Point::as_group));
        let expected = EdwardsPoint::vartime_multiscalar_mul(&scalars, bases);
        if expected.compress().0 == commitment {
            Ok(())
        } else {
            Err(ShareProofError::BadProof)
        }
    }
}

impl fmt::Debug for ShareProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShareProof({})", hex::encode(self.0))
    }
}

/// A nonce that a broken random generator alone does not repeat.
fn hedged_nonce(
    role: Role,
    digest: &Digest,
    scalars: &[&SecretScalar],
    rng: &mut impl CryptoRng,
) -> Scalar {
    let mut material = Zeroizing::new(Vec::with_capacity(32 * (scalars.len() + 1)));
    material.resize(32, 0);
    rng.fill_bytes(&mut material);
    for scalar in scalars {
        material.extend_from_slice(scalar.to_bytes().as_slice());
    }
    wide(&derive(
        KdfLabel::PROVE_NONCE,
        &[&material],
        &[&[role.number()], &digest.0],
    ))
}

fn challenge(role: Role, digest: &Digest, points: &[Point], commitment: &[u8; 32]) -> Scalar {
    let count = u32::try_from(points.len()).expect("a plan has at most 65,535 points");
    let points: Vec<u8> = points.iter().flat_map(Point::to_bytes).collect();
    wide(&sha512(&[
        Label::PROVE_SHARE.as_bytes(),
        &[role.number()],
        &digest.0,
        &count.to_be_bytes(),
        &points,
        commitment,
    ]))
}

/// c, c², c³, ...
fn powers(challenge: Scalar) -> impl Iterator<Item = Scalar> {
    iter::successors(Some(challenge), move |power| Some(power * challenge))
}
