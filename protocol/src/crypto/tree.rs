//! Merkle trees (RFC 6962 section 2.1, SHA-256): hashes of leaves and nodes, and the right edge of a growing tree.
//! Knows hashes; does not know what leaves mean or where they are kept.
//! Specified in specs/protocol.md §1 and §8.3.

use crate::crypto::hash::sha256;
use alloc::vec::Vec;
use bincode::{Decode, Encode};
use core::fmt;

/// The root over the leaves in order; of no leaves, the hash of nothing.
#[must_use]
pub fn root<'a>(leaves: impl IntoIterator<Item = &'a [u8]>) -> Hash {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.push(Hash::of_leaf(leaf));
    }
    frontier.root()
}

/// A hash of a tree: of a leaf, a node or the whole.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Bytes of a hash.
    pub const LEN: usize = 32;

    /// The root of the tree without leaves.
    #[must_use]
    pub fn of_nothing() -> Self {
        Self(sha256(&[]))
    }

    /// The hash of a leaf: SHA-256(00 ‖ data).
    #[must_use]
    pub fn of_leaf(data: &[u8]) -> Self {
        Self(sha256(&[&[0], data]))
    }

    /// The hash of a node: SHA-256(01 ‖ left ‖ right).
    #[must_use]
    pub fn of_node(left: &Self, right: &Self) -> Self {
        Self(sha256(&[&[1], &left.0, &right.0]))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// Why bytes are not a frontier. Our own store wrote them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are not the frontier of a tree")]
pub struct NotAFrontier;

/// The right edge of a tree (a compact range): the roots of its largest complete subtrees, left to right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    hashes: Vec<Hash>,
}

impl Frontier {
    /// Takes the subtrees of a tree of `size` leaves: one for each bit of `size`, the largest first.
    ///
    /// # Errors
    /// [`NotAFrontier`] when their number is another.
    pub fn new(size: u64, hashes: Vec<Hash>) -> Result<Self, NotAFrontier> {
        if hashes.len() != size.count_ones() as usize {
            return Err(NotAFrontier);
        }
        Ok(Self { size, hashes })
    }

    /// Leaves of the tree.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The subtrees' roots, the largest first.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Adds the next leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        self.merge(0, leaf);
    }

    /// Adds a complete subtree of 2^`height` leaves.
    ///
    /// # Errors
    /// [`NotAFrontier`] when the tree's size is no multiple of that, or the tree would be too large.
    pub fn push_subtree(&mut self, height: u32, hash: Hash) -> Result<(), NotAFrontier> {
        let width = 1_u64.checked_shl(height).ok_or(NotAFrontier)?;
        if !self.size.is_multiple_of(width) || self.size.checked_add(width).is_none() {
            return Err(NotAFrontier);
        }
        self.merge(height, hash);
        Ok(())
    }

    fn merge(&mut self, height: u32, hash: Hash) {
        let mut right = hash;
        for _ in 0..(self.size >> height).trailing_ones() {
            let left = self.hashes.pop().expect("each bit of the size has a hash");
            right = Hash::of_node(&left, &right);
        }
        self.hashes.push(right);
        self.size += 1 << height;
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        join(&self.hashes).unwrap_or_else(Hash::of_nothing)
    }

    /// size 8 ‖ hashes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        self.hashes.iter().for_each(|hash| bytes.extend(hash.0));
        bytes
    }

    /// Reads what [`Frontier::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`NotAFrontier`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAFrontier> {
        let (size, hashes) = bytes.split_first_chunk::<8>().ok_or(NotAFrontier)?;
        let hashes = hashes_from_bytes(hashes).ok_or(NotAFrontier)?;
        Self::new(u64::from_be_bytes(*size), hashes)
    }
}

/// The root over neighbouring subtrees, each complete and larger than the next; none over nothing.
#[must_use]
pub(crate) fn join(subtrees: &[Hash]) -> Option<Hash> {
    let (last, larger) = subtrees.split_last()?;
    let root = larger
        .iter()
        .rev()
        .fold(*last, |right, left| Hash::of_node(left, &right));
    Some(root)
}

/// Reads hashes that lie one after the other; none when bytes are left over.
#[must_use]
pub(crate) fn hashes_from_bytes(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    rest.is_empty()
        .then(|| hashes.iter().map(|hash| Hash(*hash)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The recursive definition of RFC 6962 section 2.1, word for word.
    fn by_definition(leaves: &[&[u8]]) -> Hash {
        match leaves {
            [] => Hash::of_nothing(),
            [leaf] => Hash::of_leaf(leaf),
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                Hash::of_node(&by_definition(left), &by_definition(right))
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
