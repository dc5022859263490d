//! Points (u, v) of the curve v² = u³ + A·u² + u, and additions of many pairs with one inversion for all.
//! Knows points; does not know scalars or tokens.
//! Specified in specs/performance.md §1.1.

use super::field::Fe;
use alloc::vec::Vec;

/// A point that is not the neutral one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Affine {
    pub(super) u: Fe,
    pub(super) v: Fe,
}

/// An entry of a table, or its negative: the place times 2, and 1 for the negative.
pub(super) type Source = u32;

/// Running products that do not wait for each other: a processor works on all at once.
const CHAINS: usize = 4;

/// Inverts products that were made side by side.
pub(super) fn invert_each(products: [Fe; CHAINS]) -> [Fe; CHAINS] {
    let [a, b, c, d] = products;
    let (ab, cd) = (a.mul(&b), c.mul(&d));
    let all = ab.mul(&cd).invert();
    let (for_ab, for_cd) = (all.mul(&cd), all.mul(&ab));
    [for_ab.mul(&b), for_ab.mul(&a), for_cd.mul(&d), for_cd.mul(&c)]
}

/// Replaces each number by its inverse, with one inversion for all (Montgomery's trick). None may be 0.
pub(super) fn invert_all(numbers: &mut [Fe]) {
    let mut running = [Fe::ONE; CHAINS];
    let mut before = Vec::with_capacity(numbers.len());
    for (i, number) in numbers.iter().enumerate() {
        let product = &mut running[i % CHAINS];
        before.push(*product);
        *product = product.mul(number);
    }
    let mut inverse = invert_each(running);
    for (i, number) in numbers.iter_mut().enumerate().rev() {
        let rest = &mut inverse[i % CHAINS];
        let inverted = before[i].mul(rest);
        *rest = rest.mul(number);
        *number = inverted;
    }
}

/// Adds to each point the entry that its source names: 5 multiplications and 1 squaring each, and one inversion for
/// all. With `LAST` only u is computed, with one multiplication less.
///
/// No point may be the entry or its negative. `before` is room for running products.
pub(super) fn add_all<const LAST: bool>(
    points: &mut [Affine],
    sources: &[Source],
    entries: &[Affine],
    before: &mut Vec<Fe>,
) {
    let mut running = [Fe::ONE; CHAINS];
    before.clear();
    for (i, (point, source)) in points.iter().zip(sources).enumerate() {
        let entry = &entries[(source >> 1) as usize];
        let product = &mut running[i % CHAINS];
        before.push(*product);
        *product = entry.u.minus(&point.u).mul(product);
    }
    let mut inverse = invert_each(running);
    let steps = points.iter_mut().zip(sources).zip(before.iter());
    for (i, ((point, source), before)) in steps.enumerate().rev() {
        let entry = &entries[(source >> 1) as usize];
        let rest = &mut inverse[i % CHAINS];
        let inverted = before.mul(rest);
        *rest = entry.u.minus(&point.u).mul(rest);
        let slope = entry.v.signed_minus(source & 1 == 1, &point.v).mul(&inverted);
        let u = slope.square_plus(&entry.u.minus_a_minus_both(&point.u));
        if !LAST {
            point.v = point.u.minus(&u).mul_plus(&slope, &point.v.negative());
        }
        point.u = u;
    }
}
