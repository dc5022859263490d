//! Points and scalars of edwards25519 that are valid by construction.
//! Knows the group; does not know whose point it is.
//! Specified in specs/protocol.md §1 (RFC 8032 encodings).

use crate::crypto::kdf::derive;
use crate::label::KdfLabel;
use core::fmt;
use curve25519_dalek::constants::ED25519_BASEPOINT_TABLE;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::montgomery::MontgomeryPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity;
use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

/// Why 32 bytes are not a point or scalar of ours. Whoever sent them is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointError {
    /// Not the canonical encoding of a point of the curve.
    #[error("not the canonical encoding of a point")]
    NotCanonical,
    /// A scalar that is 0 or not below the order of the group.
    #[error("a scalar is zero or not below the group's order")]
    ScalarOutOfRange,
    /// The identity or another point of an order below 9.
    #[error("a point of small order")]
    SmallOrder,
    /// A point outside the subgroup of prime order.
    #[error("a point with a torsion part")]
    TorsionPart,
}

/// A point of the prime-order subgroup, canonical and not the identity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Point {
    point: EdwardsPoint,
    bytes: [u8; 32],
}

impl Point {
    /// Reads the compressed form (RFC 8032) and tests it whole.
    ///
    /// # Errors
    /// [`PointError`], one variant for each way to be wrong; not on the curve counts as not canonical.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, PointError> {
        let point = CompressedEdwardsY(*bytes)
            .decompress()
            .ok_or(PointError::NotCanonical)?;
        // dalek accepts y >= p and "-0"; the only encoding we accept is the one we would write.
        if point.compress().0 != *bytes {
            return Err(PointError::NotCanonical);
        }
        Self::from_group(point)
    }

    /// Takes a point of the group that was computed.
    ///
    /// # Errors
    /// [`PointError::SmallOrder`], [`PointError::TorsionPart`].
    pub fn from_group(point: EdwardsPoint) -> Result<Self, PointError> {
        if point.is_small_order() {
            return Err(PointError::SmallOrder);
        }
        if !point.is_torsion_free() {
            return Err(PointError::TorsionPart);
        }
        Ok(Self {
            point,
            bytes: point.compress().0,
        })
    }

    /// The compressed form, 32 bytes.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; 32] {
        self.bytes
    }

    /// The point for arithmetic.
    #[must_use]
    pub const fn as_group(&self) -> &EdwardsPoint {
        &self.point
    }

    /// Lifts a u-coordinate (RFC 7748) to the curve with sign 0; the other sign has the same multiples' u.
    ///
    /// # Errors
    /// [`PointError`]; a u of the twist counts as not canonical.
    pub fn from_u(u: &[u8; 32]) -> Result<Self, PointError> {
        let point = MontgomeryPoint(*u)
            .to_edwards(0)
            .ok_or(PointError::NotCanonical)?;
        // dalek reads u modulo p and ignores the high bit; the only u accepted is the one we would write.
        if point.to_montgomery().0 != *u {
            return Err(PointError::NotCanonical);
        }
        Self::from_group(point)
    }

    /// The u-coordinate (RFC 7748), 32 bytes.
    #[must_use]
    pub fn to_u(&self) -> [u8; 32] {
        self.point.to_montgomery().0
    }

    /// The sum of all points.
    ///
    /// # Errors
    /// [`PointError::SmallOrder`] when they cancel each other.
    pub fn sum<'a>(points: impl IntoIterator<Item = &'a Self>) -> Result<Self, PointError> {
        Self::from_group(points.into_iter().map(|p| p.point).sum())
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Point({})", hex::encode(self.bytes))
    }
}

/// A secret scalar, not 0, below the group's order; zeroised when dropped.
pub struct SecretScalar(Scalar);

impl SecretScalar {
    /// Reads the canonical encoding.
    ///
    /// # Errors
    /// [`PointError::ScalarOutOfRange`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, PointError> {
        scalar_from_bytes(bytes).map(Self)
    }

    /// Takes a scalar that was computed.
    ///
    /// # Errors
    /// [`PointError::ScalarOutOfRange`] for 0.
    pub fn from_scalar(scalar: Scalar) -> Result<Self, PointError> {
        if scalar == Scalar::ZERO {
            return Err(PointError::ScalarOutOfRange);
        }
        Ok(Self(scalar))
    }

    /// A uniformly random one.
    #[must_use]
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        loop {
            let mut wide_bytes = Zeroizing::new([0; 64]);
            rng.fill_bytes(wide_bytes.as_mut_slice());
            if let Ok(scalar) = Self::from_scalar(wide(&wide_bytes)) {
                return scalar;
            }
        }
    }

    /// `wide(KDF(label, input, info, 64))`, or none in the one case of 2^252 that is 0.
    #[must_use]
    pub fn derive(label: KdfLabel, input: &[&[u8]], info: &[&[u8]]) -> Option<Self> {
        Self::from_scalar(wide(&derive(label, input, info))).ok()
    }

    /// This times the base point, in constant time.
    #[must_use]
    pub fn to_point(&self) -> Point {
        Point::from_group(&self.0 * ED25519_BASEPOINT_TABLE)
            .expect("a scalar below the order and not 0 gives a point of that order")
    }

    /// The scalar for arithmetic.
    #[must_use]
    pub const fn as_scalar(&self) -> &Scalar {
        &self.0
    }

    /// The canonical encoding.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }
}

impl Drop for SecretScalar {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for SecretScalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretScalar")
    }
}

/// The 512-bit little-endian integer, reduced modulo the group's order.
#[must_use]
pub fn wide(bytes: &[u8; 64]) -> Scalar {
    Scalar::from_bytes_mod_order_wide(bytes)
}

/// Reads a canonical scalar that is not 0.
///
/// # Errors
/// [`PointError::ScalarOutOfRange`].
pub fn scalar_from_bytes(bytes: &[u8; 32]) -> Result<Scalar, PointError> {
    let scalar: Option<Scalar> = Scalar::from_canonical_bytes(*bytes).into();
    match scalar {
        Some(scalar) if scalar != Scalar::ZERO => Ok(scalar),
        _ => Err(PointError::ScalarOutOfRange),
    }
}

/// Whether a point is the identity: for proofs, whose commitments may be anything else.
#[must_use]
pub fn is_identity(point: &EdwardsPoint) -> bool {
    point.is_identity()
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};

    #[test]
    fn refuses_each_wrong_point_by_its_name() {
        let mut not_on_curve = [0; 32];
        not_on_curve[0] = 2;
        assert_eq!(
            Point::from_bytes(&not_on_curve),
            Err(PointError::NotCanonical)
        );
        // y = p + 1 is the identity written in another way.
        let mut not_reduced = [0xff; 32];
        (not_reduced[0], not_reduced[31]) = (0xee, 0x7f);
        assert_eq!(
            Point::from_bytes(&not_reduced),
            Err(PointError::NotCanonical)
        );
        for torsion in EIGHT_TORSION {
            assert_eq!(
                Point::from_bytes(&torsion.compress().0),
                Err(PointError::SmallOrder)
            );
        }
        let mixed = ED25519_BASEPOINT_POINT + EIGHT_TORSION[1];
        assert_eq!(
            Point::from_bytes(&mixed.compress().0),
            Err(PointError::TorsionPart)
        );
        let base = ED25519_BASEPOINT_POINT.compress().0;
        assert_eq!(Point::from_bytes(&base).map(|p| p.to_bytes()), Ok(base));
    }

    #[test]
    fn refuses_scalars_outside_the_group() {
        let order = {
            let mut bytes = (Scalar::ZERO - Scalar::ONE).to_bytes();
            bytes[0] += 1;
            bytes
        };
        for bad in [[0; 32], order, [0xff; 32]] {
            assert_eq!(
                SecretScalar::from_bytes(&bad).err(),
                Some(PointError::ScalarOutOfRange)
            );
        }
    }
}
