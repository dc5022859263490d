//! The multiples 2^i·E of a token's E, with which its table begins.
//! Knows points; does not know tokens or scalars.
//! Specified in specs/performance.md §1.1.

use super::affine::{Affine, invert_all};
use super::field::Fe;
use super::recode::BITS;
use alloc::vec::Vec;

/// Multiples of each E: 1, 2, 4, … 2^251.
pub(super) const DOUBLINGS: usize = BITS as usize;

/// A root of −486,664, little-endian: it turns the curve's v into the x of edwards25519.
const SCALE: [u8; 32] = [
    0x06, 0x7e, 0x45, 0xff, 0xaa, 0x04, 0x6e, 0xcc, 0x82, 0x1a, 0x7d, 0x4b, 0xd1, 0xd3, 0xa1, 0xc5,
    0x7e, 0x4f, 0xfc, 0x03, 0xdc, 0x08, 0x7b, 0xd2, 0xbb, 0x06, 0xa0, 0x60, 0xf4, 0xed, 0x26, 0x0f,
];

/// The curve's A, 486,662.
fn constant_a() -> Fe {
    let mut bytes = [0; 32];
    bytes[..3].copy_from_slice(&[0x06, 0x6d, 0x07]);
    Fe::from_bytes(&bytes)
}

/// x = X/Z and y = Y/Z on −x² + y² = 1 + d·x²·y², where a doubling needs no inversion.
#[derive(Clone, Copy)]
struct Projective {
    x: Fe,
    y: Fe,
    z: Fe,
}

impl Projective {
    /// The point with this u; which of the two signs does not matter, since only u of its multiples is used.
    fn from_u(u: &Fe, scale: &Fe) -> Self {
        let (above, below) = (u.plus(&Fe::ONE), u.minus(&Fe::ONE));
        let v = u.plus(&constant_a()).mul(u).plus(&Fe::ONE).mul(u).root();
        Self {
            x: above.mul(&u.mul(scale)),
            y: below.mul(&v),
            z: above.mul(&v),
        }
    }

    /// 3 multiplications and 4 squarings (Hisil, Wong, Carter, Dawson 2008, without T).
    fn double(&self) -> Self {
        let (xx, yy, zz) = (self.x.square(), self.y.square(), self.z.square());
        let sum = yy.plus(&xx).carry();
        let difference = yy.minus(&xx).carry();
        let twice_xy = self.x.plus(&self.y).square().minus(&sum);
        let rest = zz.plus(&zz).carry().minus(&difference);
        // x = 2XY·F, y = G·H, z = F·G with F and H negated: the same point.
        Self {
            x: twice_xy.mul(&rest),
            y: sum.mul(&difference),
            z: rest.mul(&difference),
        }
    }
}

/// 2^i·E for each E and i below [`DOUBLINGS`], one E after the other. Each u must be that of a point of order l.
pub(super) fn doublings(ephemerals: &[[u8; 32]]) -> Vec<Affine> {
    let scale = Fe::from_bytes(&SCALE);
    let mut points = Vec::with_capacity(ephemerals.len() * DOUBLINGS);
    for u in ephemerals {
        let mut point = Projective::from_u(&Fe::from_bytes(u), &scale);
        for _ in 0..DOUBLINGS {
            points.push(point);
            point = point.double();
        }
    }
    // u = (Z + Y)/(Z − Y) and v = scale·u·Z/X.
    let mut inverses: Vec<Fe> = points
        .iter()
        .map(|point| point.z.minus(&point.y).mul(&point.x))
        .collect();
    invert_all(&mut inverses);
    points
        .iter()
        .zip(&inverses)
        .map(|(point, inverse)| {
            let both = point.z.plus(&point.y).mul(inverse);
            Affine {
                u: both.mul(&point.x),
                v: both.mul(&point.z).mul(&scale),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
    use curve25519_dalek::scalar::Scalar;

    #[test]
    fn doublings_are_those_of_dalek_and_lie_on_the_curve() {
        let bases = [7_u64, 11].map(|s| ED25519_BASEPOINT_POINT * Scalar::from(s));
        let points = doublings(&bases.map(|base| base.to_montgomery().0));
        assert_eq!(points.len(), 2 * DOUBLINGS);
        for (base, points) in bases.iter().zip(points.chunks_exact(DOUBLINGS)) {
            let mut wanted = *base;
            for Affine { u, v } in points {
                assert_eq!(u.to_bytes(), wanted.to_montgomery().0);
                let cubic = u.plus(&constant_a()).mul(u).plus(&Fe::ONE).mul(u);
                assert_eq!(v.square().to_bytes(), cubic.to_bytes());
                wanted += wanted;
            }
        }
    }

    #[test]
    fn the_scale_is_a_root_of_what_it_says() {
        let square = Fe::from_bytes(&SCALE).square();
        let two = Fe::ONE.plus(&Fe::ONE).carry();
        let sum = square.plus(&constant_a()).carry().plus(&two).carry();
        assert_eq!(sum.to_bytes(), [0; 32], "−486,664 + 486,662 + 2");
    }
}
