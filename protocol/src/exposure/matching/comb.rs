//! The comb: all (token, key) pairs advance one position together, with one inversion for all.
//! Knows tables and digits; does not know tokens, tags or how the work was cut.
//! Specified in specs/performance.md §1.1.

use super::affine::{Affine, Source, add_all};
use super::field::Fe;
use super::recode::{Recoded, positions};
use super::table::{Tables, source};
use alloc::vec::Vec;
use core::ops::Range;

/// Room that is used again for each block of pairs.
#[derive(Default)]
pub(super) struct Comb {
    points: Vec<Affine>,
    sources: Vec<Source>,
    before: Vec<Fe>,
}

impl Comb {
    /// u(s·E) of each pair of the tables' `tokens` tokens with the keys of `range`, token after token.
    ///
    /// Every pair has `lanes` sums (1 to half of the positions): position j goes to sum j mod `lanes`, and in the end the
    /// sums are added up in halves. So few pairs still share their inversions among many additions.
    ///
    /// No addition is of equal or opposite points: two sums S and T of different positions of one scalar are
    /// ± combinations of digits d_j·2^(w·j), whose absolute values together are at most 2^252 − 1, less than l; and
    /// neither S + T nor S − T is 0, since the lowest digit in it is odd. E has the order l.
    pub(super) fn multiples<'a>(
        &'a mut self,
        tables: &Tables,
        tokens: usize,
        keys: &Recoded,
        range: &Range<usize>,
        width: u32,
        lanes: u32,
    ) -> impl Iterator<Item = [u8; 32]> + use<'a> {
        let pairs = tokens * range.len();
        let positions = positions(width);
        self.gather(tables, tokens, keys, range, 0..lanes);
        self.points.clear();
        let first = self.sources.iter().map(|source| signed(tables, *source));
        self.points.extend(first);
        let mut done = lanes;
        while done < positions {
            let next = done..positions.min(done + lanes);
            let count = pairs * next.len();
            self.gather(tables, tokens, keys, range, next.clone());
            let points = &mut self.points[..count];
            if lanes == 1 && next.end == positions {
                add_all::<true>(points, &self.sources, &tables.entries, &mut self.before);
            } else {
                add_all::<false>(points, &self.sources, &tables.entries, &mut self.before);
            }
            done = next.end;
        }
        self.join(pairs);
        self.points[..pairs].iter().map(|point| point.u.to_bytes())
    }

    /// Names the entries that all pairs need in these positions.
    fn gather(
        &mut self,
        tables: &Tables,
        tokens: usize,
        keys: &Recoded,
        range: &Range<usize>,
        at: Range<u32>,
    ) {
        self.sources.clear();
        for position in at {
            let row = keys.row(position, range);
            for token in 0..tokens {
                let start = source(tables.start(token, position));
                self.sources
                    .extend(row.iter().map(|digit| start + Source::from(*digit)));
            }
        }
    }

    /// Adds the upper half of all sums to the lower half until each pair has one.
    fn join(&mut self, pairs: usize) {
        let mut lanes = self.points.len().checked_div(pairs).unwrap_or(0);
        while lanes > 1 {
            let half = lanes / 2;
            let (low, high) = self.points.split_at_mut(pairs * (lanes - half));
            let (low, high) = (&mut low[..pairs * half], &high[..pairs * half]);
            self.sources.clear();
            self.sources.extend((0..high.len()).map(source));
            if lanes == 2 {
                add_all::<true>(low, &self.sources, high, &mut self.before);
            } else {
                add_all::<false>(low, &self.sources, high, &mut self.before);
            }
            lanes -= half;
        }
    }
}

fn signed(tables: &Tables, source: Source) -> Affine {
    let entry = tables.entries[(source >> 1) as usize];
    if source & 1 == 0 {
        return entry;
    }
    Affine {
        u: entry.u,
        v: entry.v.negated(),
    }
}
