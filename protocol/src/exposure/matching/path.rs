//! The paths: which code computes multiples, and what a way of computing must offer.
//! Knows tokens' points and keys as input and u-coordinates as output; does not know tags.
//! Specified in specs/performance.md §1.

use super::affine::{Affine, Source};
#[cfg(any(test, target_arch = "x86_64"))]
use super::eight::Eights;
use super::planner::Plan;
use super::portable::Portable;
use super::recode::Recoded;
use super::table::Tables;
use super::variable::u_of;
use crate::crypto::point::Point;
use crate::keys::ReleasedKey;
use alloc::vec::Vec;
use core::ops::Range;
#[cfg(test)]
use lachan_eight::Emulated;
#[cfg(target_arch = "x86_64")]
use lachan_eight::Ifma;

/// Which code computes: the hits are equal whatever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Path {
    /// The same eight pairs, by ordinary instructions: in tests, on every machine.
    #[cfg(test)]
    Emulated,
    /// Eight pairs at once, by the multiplications of 52 bits of AVX-512. It can only be named where the processor has
    /// them.
    #[cfg(target_arch = "x86_64")]
    Ifma(Ifma),
    /// Rust for every processor.
    Portable,
}

impl Path {
    /// The path of AVX-512 IFMA, where the processor has it.
    #[must_use]
    pub fn ifma() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        return Ifma::detect().map(Self::Ifma);
        #[cfg(not(target_arch = "x86_64"))]
        None
    }

    /// The fastest path of this processor.
    #[must_use]
    pub fn best() -> Self {
        Self::ifma().unwrap_or(Self::Portable)
    }

    /// Tells of each pair exactly once, in any order.
    pub(super) fn multiples(
        self,
        points: &[Point],
        keys: &[ReleasedKey],
        plan: Plan,
        each: &mut Each<'_>,
    ) {
        match self {
            #[cfg(test)]
            Self::Emulated => multiples(&mut Eights::new(Emulated), points, keys, plan, each),
            #[cfg(target_arch = "x86_64")]
            Self::Ifma(ifma) => multiples(&mut Eights::new(ifma), points, keys, plan, each),
            Self::Portable => multiples(&mut Portable::default(), points, keys, plan, each),
        }
    }
}

/// Tells of one pair: the token's place, the key's place, and u(s·E).
pub(super) type Each<'a> = dyn FnMut(usize, usize, &[u8; 32]) + 'a;

/// A block of pairs: the tables' tokens with a range of the keys that have digits.
pub(super) struct Block<'a> {
    pub(super) tables: &'a Tables,
    pub(super) tokens: usize,
    pub(super) keys: &'a Recoded,
    pub(super) range: &'a Range<usize>,
    pub(super) width: u32,
    /// Sums of each pair that are made side by side.
    pub(super) lanes: u32,
}

/// A way of computing with points.
///
/// s is published and E is the device's own, so a variable time tells nobody anything: this is the only place in the
/// protocol where that holds, and everything below `matching` counts on it.
pub(super) trait Way {
    /// Additions of a table that share an inversion; more would only need more memory.
    const TOGETHER: usize;

    /// Adds to each point the entry that its source names. No point may be the entry or its negative.
    fn add(&mut self, points: &mut [Affine], sources: &[Source], entries: &[Affine]);

    /// Tells u(s·E) of each pair of the block, by its number: token after token.
    fn multiples(&mut self, block: &Block<'_>, each: &mut dyn FnMut(usize, &[u8; 32]));
}

/// Groups of tokens and blocks of keys through a way's comb, and dalek for the rest. Tells of each pair exactly once.
pub(super) fn multiples(
    way: &mut impl Way,
    points: &[Point],
    keys: &[ReleasedKey],
    plan: Plan,
    each: &mut Each<'_>,
) {
    let Plan::Comb {
        width,
        lanes,
        tokens,
        keys: most,
    } = plan
    else {
        for (token, point) in points.iter().enumerate() {
            for (place, u) in u_of(point, keys).iter().enumerate() {
                each(token, place, u);
            }
        }
        return;
    };
    let recoded = Recoded::new(keys, width);
    for (group, points) in points.chunks(tokens).enumerate() {
        let group = group * tokens;
        let ephemerals: Vec<[u8; 32]> = points.iter().map(Point::to_u).collect();
        let tables = Tables::build(way, &ephemerals, width);
        for start in (0..recoded.places.len()).step_by(most) {
            let range = start..recoded.places.len().min(start + most);
            let block = Block {
                tables: &tables,
                tokens: points.len(),
                keys: &recoded,
                range: &range,
                width,
                lanes,
            };
            way.multiples(&block, &mut |pair, u| {
                let place = recoded.places[start + pair % range.len()];
                each(group + pair / range.len(), place, u);
            });
        }
        for (token, point) in points.iter().enumerate() {
            for place in &recoded.without {
                for u in u_of(point, &keys[*place..=*place]) {
                    each(group + token, *place, &u);
                }
            }
        }
    }
}
