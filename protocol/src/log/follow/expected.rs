//! The hashes between what was given of a log and a checkpoint's root.
//! Knows one way from frontier to root; does not know who sent it.
//! Specified in specs/protocol.md §8.6.

use crate::crypto::tree::{Frontier, Hash};
use crate::log::checkpoint::Checkpoint;
use crate::log::tiles::{TILE_HEIGHT, TILE_WIDTH};
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

const WIDTH: u64 = TILE_WIDTH as u64;

/// Hashes on the way from the frontier to the root; believed once they lead there.
#[derive(Clone, Debug, Default)]
pub(super) struct Expected {
    /// Leaf hashes of a bundle, by its index.
    pub(super) leaves: BTreeMap<u64, Vec<Hash>>,
    /// Tiles of level 1, by their index: the roots of full bundles.
    pub(super) bundles: BTreeMap<u64, Vec<Hash>>,
}

impl Expected {
    pub(super) fn bundle_root(&self, index: u64) -> Option<Hash> {
        let place = usize::try_from(index % WIDTH).ok()?;
        self.bundles.get(&(index / WIDTH))?.get(place).copied()
    }

    /// Whether the frontier and these hashes make the checkpoint's root.
    pub(super) fn leads(&self, from: &Frontier, to: &Checkpoint) -> bool {
        self.extend(from, to.size)
            .is_some_and(|end| end.size() == to.size && end.root() == to.root)
    }

    fn extend(&self, from: &Frontier, size: u64) -> Option<Frontier> {
        let mut frontier = from.clone();
        while frontier.size() < size {
            let bundle = frontier.size() / WIDTH;
            let given = usize::try_from(frontier.size() % WIDTH).ok()?;
            match self.leaves.get(&bundle) {
                Some(leaves) => leaves.get(given..)?.iter().for_each(|l| frontier.push(*l)),
                None => frontier
                    .push_subtree(TILE_HEIGHT, self.bundle_root(bundle)?)
                    .ok()?,
            }
        }
        Some(frontier)
    }
}

/// The tiles that lead from `given` leaves to the root at `size`: leaf hashes at both edges, bundle roots between.
pub(super) fn hashes_between(given: u64, size: u64) -> VecDeque<(u8, u64)> {
    let mut queue = VecDeque::new();
    if given >= size {
        return queue;
    }
    let (first_full, after_full) = (given.div_ceil(WIDTH), size / WIDTH);
    if !given.is_multiple_of(WIDTH) {
        queue.push_back((0, given / WIDTH));
    }
    if first_full < after_full {
        let tiles = first_full / WIDTH..=(after_full - 1) / WIDTH;
        queue.extend(tiles.map(|index| (1, index)));
    }
    if !size.is_multiple_of(WIDTH) && first_full <= after_full {
        queue.push_back((0, after_full));
    }
    queue
}
