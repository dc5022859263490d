//! The path of eight pairs at once: rows of eight points through the comb.
//! Knows ways of computing with eight numbers; does not know which processor has which, nor tags.
//! Specified in specs/performance.md §1.6.

mod addition;
mod comb;
mod field;
mod row;

#[cfg(test)]
mod tests;

use super::affine::{Affine, Source};
use super::path::{Block, Way};
use addition::{Entries, Kept, add_all};
use alloc::vec::Vec;
use comb::Comb;
use field::Field;
use lachan_eight::Eight;
use row::{Row, eight};

/// Pairs, or points of a table, that are computed at once.
const LANES: usize = 8;

/// The path that computes with `E`.
pub(super) struct Eights<E: Eight> {
    field: Field<E>,
    comb: Comb,
    rows: Vec<Row>,
    sources: Vec<[Source; LANES]>,
    kept: Vec<Kept>,
}

impl<E: Eight> Eights<E> {
    pub(super) const fn new(way: E) -> Self {
        Self {
            field: Field(way),
            comb: Comb::new(),
            rows: Vec::new(),
            sources: Vec::new(),
            kept: Vec::new(),
        }
    }
}

impl<E: Eight> Way for Eights<E> {
    const TOGETHER: usize = 8_192;

    /// Points come and go as in the portable path; the last row is filled up with its first point.
    fn add(&mut self, points: &mut [Affine], sources: &[Source], entries: &[Affine]) {
        let Self {
            field,
            rows,
            sources: own,
            kept,
            ..
        } = self;
        own.clear();
        own.extend(sources.chunks(LANES).map(eight));
        field.0.run(
            #[inline(always)]
            || {
                rows.clear();
                for points in points.chunks(LANES) {
                    let points = eight(points);
                    rows.push(field.row(points.each_ref()));
                }
                let entries = Entries {
                    sources: own,
                    entries,
                };
                add_all::<E, false>(*field, rows, &entries, kept);
                for (points, row) in points.chunks_mut(LANES).zip(rows.iter()) {
                    for (point, sum) in points.iter_mut().zip(field.points(row)) {
                        *point = sum;
                    }
                }
            },
        );
    }

    fn multiples(&mut self, block: &Block<'_>, each: &mut dyn FnMut(usize, &[u8; 32])) {
        let (field, comb) = (self.field, &mut self.comb);
        field.0.run(
            #[inline(always)]
            || comb.multiples(field, block, each),
        );
    }
}
