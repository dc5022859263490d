//! Multiples by curve25519-dalek: for tiny jobs, and for the scalars that have no digits.
//! Knows points and keys; does not know tables.
//! Specified in specs/performance.md §1.1.

use crate::crypto::point::Point;
use crate::keys::ReleasedKey;
use alloc::vec::Vec;
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;

/// Keys that are multiplied and converted to u together.
const STRIDE: usize = 256;

/// u(s·E) for each key, in variable time, with one inversion for up to 256.
pub(super) fn u_of(point: &Point, keys: &[ReleasedKey]) -> Vec<[u8; 32]> {
    let mut found = Vec::with_capacity(keys.len());
    for keys in keys.chunks(STRIDE) {
        let points: Vec<EdwardsPoint> = keys
            .iter()
            .map(|key| {
                EdwardsPoint::vartime_double_scalar_mul_basepoint(
                    key.as_scalar(),
                    point.as_group(),
                    &Scalar::ZERO,
                )
            })
            .collect();
        found.extend(
            EdwardsPoint::to_montgomery_batch(&points)
                .into_iter()
                .map(|u| u.0),
        );
    }
    found
}
