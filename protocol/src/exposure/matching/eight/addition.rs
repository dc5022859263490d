//! Additions of many rows of points with one inversion for all.
//! Knows rows and where the other points stand; does not know scalars or tokens.
//! Specified in specs/performance.md §1.6.

use super::LANES;
use super::field::{Field, Limbs, Stored};
use super::row::Row;
use crate::exposure::matching::affine::{Affine, Source, invert_all};
use crate::exposure::matching::field::Fe;
use alloc::vec::Vec;
use lachan_eight::Eight;

/// Running products of eight lanes each that do not wait for each other.
const CHAINS: usize = 2;

/// What an addition keeps between going up and coming down.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Kept {
    /// The other point's u without the point's.
    difference: Stored,
    /// The running product before this row.
    before: Stored,
}

impl Kept {
    const EMPTY: Self = Self {
        difference: [[0; LANES]; 5],
        before: [[0; LANES]; 5],
    };
}

/// The points that are added to rows.
pub(super) trait Others<E: Eight> {
    /// u of the points that are added to this row.
    fn u(&self, field: Field<E>, row: usize) -> Limbs<E>;
    /// v of the same points, and the lanes in which their negatives are meant.
    fn v(&self, field: Field<E>, row: usize) -> (Limbs<E>, u8);
}

/// Entries of a table, or their negatives.
pub(super) struct Entries<'a> {
    pub(super) sources: &'a [[Source; LANES]],
    pub(super) entries: &'a [Affine],
}

impl Entries<'_> {
    #[inline(always)]
    fn of<'b>(&'b self, row: usize, part: impl Fn(&'b Affine) -> &'b Fe) -> [&'b [u64; 4]; LANES] {
        let mut words = [&[0; 4]; LANES];
        for (words, source) in words.iter_mut().zip(&self.sources[row]) {
            *words = part(&self.entries[(source >> 1) as usize]).words();
        }
        words
    }

    #[inline(always)]
    fn negative(&self, row: usize) -> u8 {
        let bit = |lane: usize| u8::from(self.sources[row][lane] & 1 == 1) << lane;
        (0..LANES).fold(0, |bits, lane| bits | bit(lane))
    }

    /// A row of the entries themselves.
    #[inline(always)]
    pub(super) fn row<E: Eight>(&self, field: Field<E>, row: usize) -> Row {
        let u = self.u(field, row);
        let (v, negative) = self.v(field, row);
        field.row_of(&u, &field.signed(negative, &v))
    }
}

impl<E: Eight> Others<E> for Entries<'_> {
    #[inline(always)]
    fn u(&self, field: Field<E>, row: usize) -> Limbs<E> {
        field.gather(self.of(row, |entry| &entry.u))
    }

    #[inline(always)]
    fn v(&self, field: Field<E>, row: usize) -> (Limbs<E>, u8) {
        let v = field.gather(self.of(row, |entry| &entry.v));
        (v, self.negative(row))
    }
}

/// Other rows as they are.
impl<E: Eight> Others<E> for [Row] {
    #[inline(always)]
    fn u(&self, field: Field<E>, row: usize) -> Limbs<E> {
        field.load(&self[row].u)
    }

    #[inline(always)]
    fn v(&self, field: Field<E>, row: usize) -> (Limbs<E>, u8) {
        (field.load(&self[row].v), 0)
    }
}

/// Adds to each row the points of `others`: 5 multiplications and 1 squaring each, and one inversion for all. With
/// `LAST` only u is computed, with one multiplication less. No point may be the other one or its negative.
#[inline(always)]
pub(super) fn add_all<E: Eight, const LAST: bool>(
    field: Field<E>,
    points: &mut [Row],
    others: &(impl Others<E> + ?Sized),
    kept: &mut Vec<Kept>,
) {
    let mut running = [field.one(); CHAINS];
    if kept.len() < points.len() {
        kept.resize(points.len(), Kept::EMPTY);
    }
    let even = points.len() / CHAINS * CHAINS;
    for first in (0..even).step_by(CHAINS) {
        for (chain, product) in running.iter_mut().enumerate() {
            let row = first + chain;
            multiply_up(field, &points[row], row, others, product, &mut kept[row]);
        }
    }
    for (product, row) in running.iter_mut().zip(even..points.len()) {
        multiply_up(field, &points[row], row, others, product, &mut kept[row]);
    }
    let mut inverse = invert(field, &running);
    for (inverse, row) in inverse.iter_mut().zip(even..points.len()) {
        let point = &mut points[row];
        add::<E, LAST>(field, point, row, others, inverse, &kept[row]);
    }
    for first in (0..even).step_by(CHAINS).rev() {
        for (chain, inverse) in inverse.iter_mut().enumerate() {
            let row = first + chain;
            let point = &mut points[row];
            add::<E, LAST>(field, point, row, others, inverse, &kept[row]);
        }
    }
}

/// Multiplies a running product by the differences of a row.
#[inline(always)]
fn multiply_up<E: Eight>(
    field: Field<E>,
    point: &Row,
    row: usize,
    others: &(impl Others<E> + ?Sized),
    running: &mut Limbs<E>,
    kept: &mut Kept,
) {
    let difference = field.minus(&others.u(field, row), &field.load(&point.u));
    field.store(&difference, &mut kept.difference);
    field.store(running, &mut kept.before);
    *running = field.mul(running, &difference);
}

/// Adds one row. `inverse` is that of the running product with this row, and becomes that without it.
#[inline(always)]
fn add<E: Eight, const LAST: bool>(
    field: Field<E>,
    point: &mut Row,
    row: usize,
    others: &(impl Others<E> + ?Sized),
    inverse: &mut Limbs<E>,
    kept: &Kept,
) {
    let difference = field.load(&kept.difference);
    let one_by_run = field.mul(&field.load(&kept.before), inverse);
    *inverse = field.mul(inverse, &difference);
    let (other_v, negative) = others.v(field, row);
    let rise = field.signed_minus(negative, &other_v, &field.load(&point.v));
    let slope = field.mul(&rise, &one_by_run);
    let before = field.load(&point.u);
    // The other u is this u and the difference.
    let u = field.square_plus(&slope, &field.minus_a_minus_twice(&before, &difference));
    if !LAST {
        let run = field.minus(&before, &u);
        let minus_v = field.negative(&field.load(&point.v));
        let v = field.mul_plus(&run, &slope, &minus_v);
        field.store(&v, &mut point.v);
    }
    field.store(&u, &mut point.u);
}

/// Inverts the products of all chains and lanes with one inversion.
#[inline(always)]
fn invert<E: Eight>(field: Field<E>, running: &[Limbs<E>; CHAINS]) -> [Limbs<E>; CHAINS] {
    let [a, b] = running;
    let mut lanes = field.scatter(&field.mul(a, b)).map(Fe::of);
    invert_all(&mut lanes);
    let both = field.gather(lanes.each_ref().map(Fe::words));
    [field.mul(&both, b), field.mul(&both, a)]
}
