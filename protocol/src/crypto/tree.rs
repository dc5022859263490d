//! The root of a Merkle tree as RFC 6962 section 2.1 shapes it.
//! Knows leaves and hashes; does not know logs, plans or manifests.
//! Specified in specs/protocol.md §1.

use crate::crypto::hash::sha256;
use alloc::vec::Vec;

/// The hash of one leaf: SHA-256(00 ‖ leaf).
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> [u8; 32] {
    sha256(&[&[0], leaf])
}

/// The hash over two subtrees: SHA-256(01 ‖ left ‖ right).
#[must_use]
pub fn node_hash(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    sha256(&[&[1], left, right])
}

/// The root over the leaves in order; of no leaves, the hash of nothing.
#[must_use]
pub fn root<'a>(leaves: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    // Perfect subtrees from left to right, with their number of leaves: sizes fall, like the bits of a number.
    let mut subtrees: Vec<(usize, [u8; 32])> = Vec::new();
    for leaf in leaves {
        let mut top = (1, leaf_hash(leaf));
        while let Some((size, left)) = subtrees.pop_if(|(size, _)| *size == top.0) {
            top = (2 * size, node_hash(&left, &top.1));
        }
        subtrees.push(top);
    }
    let mut from_right = subtrees.into_iter().rev().map(|(_, hash)| hash);
    let Some(last) = from_right.next() else {
        return sha256(&[]);
    };
    from_right.fold(last, |right, left| node_hash(&left, &right))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The recursive definition of RFC 6962 section 2.1, word for word.
    fn by_definition(leaves: &[&[u8]]) -> [u8; 32] {
        match leaves {
            [] => sha256(&[]),
            [leaf] => leaf_hash(leaf),
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node_hash(&by_definition(left), &by_definition(right))
            }
        }
    }

    #[test]
    fn agrees_with_the_definition_for_every_small_tree() {
        let bytes: Vec<[u8; 2]> = (0..70_u16).map(u16::to_be_bytes).collect();
        let leaves: Vec<&[u8]> = bytes.iter().map(<[u8; 2]>::as_slice).collect();
        for n in 0..=leaves.len() {
            assert_eq!(
                root(leaves[..n].iter().copied()),
                by_definition(&leaves[..n])
            );
        }
    }
}
