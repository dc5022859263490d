//! Tables of the odd multiples of tokens' E, for each position of a digit.
//! Knows points; does not know scalars.
//! Specified in specs/performance.md §1.1.

use super::affine::{Affine, Source};
use super::doubling::{DOUBLINGS, doublings};
use super::path::Way;
use super::recode::{entries, positions};
use alloc::vec::Vec;

/// (2k + 1)·2^(w·j)·E of some tokens: token after token, position after position.
pub(super) struct Tables {
    pub(super) entries: Vec<Affine>,
    width: u32,
    each: usize,
}

/// Entries of one token's table.
pub(super) const fn entries_of_token(width: u32) -> usize {
    let last = positions(width) - 1;
    (last as usize) * entries(width, 0) + entries(width, last)
}

/// Bytes of one token's table.
pub(super) const fn bytes_of_token(width: u32) -> usize {
    entries_of_token(width) * size_of::<Affine>()
}

impl Tables {
    /// Builds the tables. Each u must be that of a point of order l.
    pub(super) fn build<W: Way>(way: &mut W, ephemerals: &[[u8; 32]], width: u32) -> Self {
        let powers = doublings(ephemerals);
        let each = entries_of_token(width);
        let mut tables = Self {
            entries: Vec::with_capacity(each * ephemerals.len()),
            width,
            each,
        };
        for powers in powers.chunks_exact(DOUBLINGS) {
            for position in 0..positions(width) {
                let base = powers[(position * width) as usize];
                let room = entries(width, position);
                tables.entries.extend(core::iter::repeat_n(base, room));
            }
        }
        for level in 1..width {
            tables.add_level(way, level, &powers);
        }
        tables
    }

    /// Where a token's entries of one position begin.
    pub(super) const fn start(&self, token: usize, position: u32) -> usize {
        token * self.each + ((position as usize) << (self.width - 1))
    }

    /// With 1, 3, … 2^i − 1 times a base known, adds 2^i times the base to each. They differ as numbers below l, so
    /// no addition is of equal or opposite points.
    fn add_level<W: Way>(&mut self, way: &mut W, level: u32, powers: &[Affine]) {
        let known = 1_usize << (level - 1);
        let (mut sums, mut sources, mut starts) = (Vec::new(), Vec::new(), Vec::new());
        for (token, _) in powers.chunks_exact(DOUBLINGS).enumerate() {
            for position in 0..positions(self.width) {
                if entries(self.width, position) <= known {
                    continue;
                }
                let start = self.start(token, position);
                let power = token * DOUBLINGS + (position * self.width + level) as usize;
                sums.extend_from_slice(&self.entries[start..start + known]);
                sources.extend(core::iter::repeat_n(source(power), known));
                starts.push(start + known);
                if sums.len() >= W::TOGETHER {
                    way.add(&mut sums, &sources, powers);
                    self.settle(&mut sums, &mut sources, &mut starts, known);
                }
            }
        }
        way.add(&mut sums, &sources, powers);
        self.settle(&mut sums, &mut sources, &mut starts, known);
    }

    fn settle(
        &mut self,
        sums: &mut Vec<Affine>,
        sources: &mut Vec<Source>,
        starts: &mut Vec<usize>,
        known: usize,
    ) {
        for (sums, start) in sums.chunks_exact(known).zip(starts.iter()) {
            self.entries[*start..start + known].copy_from_slice(sums);
        }
        sums.clear();
        sources.clear();
        starts.clear();
    }
}

/// The source that names an entry as it is.
pub(super) fn source(place: usize) -> Source {
    Source::try_from(place << 1).expect("tables are far smaller than 2^31 entries")
}

#[cfg(test)]
mod tests {
    use super::super::eight::Eights;
    use super::super::portable::Portable;
    use super::*;
    use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
    use curve25519_dalek::edwards::EdwardsPoint;
    use curve25519_dalek::scalar::Scalar;
    use lachan_eight::Emulated;

    #[test]
    fn every_entry_is_its_odd_multiple() {
        every_entry_by(&mut Portable::default());
        every_entry_by(&mut Eights::new(Emulated));
    }

    fn every_entry_by(way: &mut impl Way) {
        let bases = [3_u64, 5].map(|s| ED25519_BASEPOINT_POINT * Scalar::from(s));
        for width in [2, 3, 5, 8] {
            let tables = Tables::build(way, &bases.map(|base| base.to_montgomery().0), width);
            assert_eq!(tables.entries.len(), 2 * entries_of_token(width));
            for (token, base) in bases.iter().enumerate() {
                let mut power = *base;
                for position in 0..positions(width) {
                    let start = tables.start(token, position);
                    let mut multiple = power;
                    let mut wanted = Vec::new();
                    for _ in 0..entries(width, position) {
                        wanted.push(multiple);
                        multiple += power + power;
                    }
                    for (i, u) in EdwardsPoint::to_montgomery_batch(&wanted)
                        .iter()
                        .enumerate()
                    {
                        assert_eq!(tables.entries[start + i].u.to_bytes(), u.0, "width {width}");
                    }
                    power *= Scalar::from(1_u64 << width);
                }
            }
        }
    }
}
