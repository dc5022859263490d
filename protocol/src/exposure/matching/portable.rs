//! The portable path: one addition after the other, in the field's form of the target.
//! Knows points and blocks of pairs; does not know tags.
//! Specified in specs/performance.md §1.1.

use super::affine::{Affine, Source, add_all};
use super::comb::Comb;
use super::field::Fe;
use super::path::{Block, Way};
use alloc::vec::Vec;

/// Rust for every processor.
#[derive(Default)]
pub(super) struct Portable {
    comb: Comb,
    before: Vec<Fe>,
}

impl Way for Portable {
    const TOGETHER: usize = 2_048;

    fn add(&mut self, points: &mut [Affine], sources: &[Source], entries: &[Affine]) {
        add_all::<false>(points, sources, entries, &mut self.before);
    }

    fn multiples(&mut self, block: &Block<'_>, each: &mut dyn FnMut(usize, &[u8; 32])) {
        let found = self.comb.multiples(
            block.tables,
            block.tokens,
            block.keys,
            block.range,
            block.width,
            block.lanes,
        );
        for (pair, u) in found.enumerate() {
            each(pair, &u);
        }
    }
}
