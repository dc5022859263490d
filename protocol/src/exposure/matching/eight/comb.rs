//! The comb in rows: all (token, key) pairs, eight to a row, advance one position together.
//! Knows tables and digits; does not know tokens, tags or how the work was cut.
//! Specified in specs/performance.md §1.6; why no addition is exceptional stands in `comb.rs` of the portable path.

use super::LANES;
use super::addition::{Entries, Kept, add_all};
use super::field::Field;
use super::row::{Row, eight};
use crate::exposure::matching::affine::Source;
use crate::exposure::matching::path::Block;
use crate::exposure::matching::recode::positions;
use crate::exposure::matching::table::source;
use alloc::vec::Vec;
use core::ops::Range;
use lachan_eight::Eight;

/// Room that is used again for each block of pairs.
pub(super) struct Comb {
    points: Vec<Row>,
    of_position: Vec<Source>,
    sources: Vec<[Source; LANES]>,
    kept: Vec<Kept>,
}

impl Comb {
    pub(super) const fn new() -> Self {
        Self {
            points: Vec::new(),
            of_position: Vec::new(),
            sources: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// Tells u(s·E) of each pair of the block, by its number: token after token.
    ///
    /// As in the portable path every pair has `lanes` sums, which are added up in halves in the end. The last row of a
    /// position is filled up with its first pair, which is computed once more and not told.
    #[inline(always)]
    pub(super) fn multiples<E: Eight>(
        &mut self,
        field: Field<E>,
        block: &Block<'_>,
        each: &mut dyn FnMut(usize, &[u8; 32]),
    ) {
        let pairs = block.tokens * block.range.len();
        let rows = pairs.div_ceil(LANES);
        let positions = positions(block.width);
        self.gather(block, 0..block.lanes);
        self.points.clear();
        for row in 0..self.sources.len() {
            self.points
                .push(entries(block, &self.sources).row(field, row));
        }
        let mut done = block.lanes;
        while done < positions {
            let next = done..positions.min(done + block.lanes);
            self.gather(block, next.clone());
            let points = &mut self.points[..rows * next.len()];
            let entries = entries(block, &self.sources);
            if block.lanes == 1 && next.end == positions {
                add_all::<E, true>(field, points, &entries, &mut self.kept);
            } else {
                add_all::<E, false>(field, points, &entries, &mut self.kept);
            }
            done = next.end;
        }
        self.join(field, rows);
        for (row, points) in self.points[..rows].iter().enumerate() {
            for (lane, u) in field.each(&points.u).iter().enumerate() {
                if row * LANES + lane < pairs {
                    each(row * LANES + lane, &u.to_bytes());
                }
            }
        }
    }

    /// Names the entries that all pairs need in these positions.
    fn gather(&mut self, block: &Block<'_>, at: Range<u32>) {
        self.sources.clear();
        for position in at {
            let row = block.keys.row(position, block.range);
            self.of_position.clear();
            for token in 0..block.tokens {
                let start = source(block.tables.start(token, position));
                self.of_position
                    .extend(row.iter().map(|digit| start + Source::from(*digit)));
            }
            self.sources
                .extend(self.of_position.chunks(LANES).map(eight));
        }
    }

    /// Adds the upper half of all sums to the lower half until each pair has one.
    #[inline(always)]
    fn join<E: Eight>(&mut self, field: Field<E>, rows: usize) {
        let mut lanes = self.points.len().checked_div(rows).unwrap_or(0);
        while lanes > 1 {
            let half = lanes / 2;
            let (low, high) = self.points.split_at_mut(rows * (lanes - half));
            let (low, high) = (&mut low[..rows * half], &high[..rows * half]);
            if lanes == 2 {
                add_all::<E, true>(field, low, high, &mut self.kept);
            } else {
                add_all::<E, false>(field, low, high, &mut self.kept);
            }
            lanes -= half;
        }
    }
}

fn entries<'a>(block: &Block<'a>, sources: &'a [[Source; LANES]]) -> Entries<'a> {
    Entries {
        sources,
        entries: &block.tables.entries,
    }
}
