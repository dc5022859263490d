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
    [
        for_ab.mul(&b),
        for_ab.mul(&a),
        for_cd.mul(&d),
        for_cd.mul(&c),
    ]
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
    let (rows, rest) = points.as_chunks::<CHAINS>();
    let (source_rows, source_rest) = sources.as_chunks::<CHAINS>();
    for (row, sources) in rows.iter().zip(source_rows) {
        multiply_up(row, sources, entries, &mut running, before);
    }
    multiply_up(rest, source_rest, entries, &mut running, before);
    let mut inverse = invert_each(running);
    let (rows, rest) = points.as_chunks_mut::<CHAINS>();
    let (before_rows, before_rest) = before.as_chunks::<CHAINS>();
    add_row::<LAST>(rest, source_rest, entries, &mut inverse, before_rest);
    let rows = rows.iter_mut().zip(source_rows).zip(before_rows);
    for ((row, sources), before) in rows.rev() {
        add_row::<LAST>(row, sources, entries, &mut inverse, before);
    }
}

/// Multiplies the running products by the differences of a row of at most as many points.
#[inline(always)]
fn multiply_up(
    points: &[Affine],
    sources: &[Source],
    entries: &[Affine],
    running: &mut [Fe; CHAINS],
    before: &mut Vec<Fe>,
) {
    before.extend_from_slice(&running[..points.len()]);
    for ((point, source), product) in points.iter().zip(sources).zip(running) {
        *product = entries[(source >> 1) as usize]
            .u
            .minus(&point.u)
            .mul(product);
    }
}

/// Adds a row of points, step by step for all of them: each step waits for the one before, but the points do not wait
/// for each other.
#[inline(always)]
fn add_row<const LAST: bool>(
    points: &mut [Affine],
    sources: &[Source],
    entries: &[Affine],
    inverse: &mut [Fe; CHAINS],
    before: &[Fe],
) {
    let entry = |i: usize| &entries[(sources[i] >> 1) as usize];
    let mut slopes = [Fe::ONE; CHAINS];
    for i in 0..points.len() {
        slopes[i] = before[i].mul(&inverse[i]);
        inverse[i] = entry(i).u.minus(&points[i].u).mul(&inverse[i]);
    }
    for i in 0..points.len() {
        let rise = entry(i).v.signed_minus(sources[i] & 1 == 1, &points[i].v);
        slopes[i] = rise.mul(&slopes[i]);
    }
    for i in 0..points.len() {
        let u = slopes[i].square_plus(&entry(i).u.minus_a_minus_both(&points[i].u));
        if !LAST {
            let run = points[i].u.minus(&u);
            points[i].v = run.mul_plus(&slopes[i], &points[i].v.negative());
        }
        points[i].u = u;
    }
}
