//! Proofs that a leaf stands in a tree, and that a tree continues another (RFC 6962, RFC 9162 §2.1).
//! Knows hashes and sizes; does not know tiles or logs.
//! Specified in specs/protocol.md §8.6.

use crate::crypto::tree::{Frontier, Hash, join};
use alloc::vec::Vec;

/// Gives the hashes of complete subtrees.
pub trait HashReader {
    /// Why a hash cannot be given.
    type Error;

    /// The root of leaves `index << height .. (index + 1) << height`, all of which the tree has.
    ///
    /// # Errors
    /// The reader's.
    fn hash(&mut self, height: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// Why a leaf is not shown to be in a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InclusionError {
    /// The hashes do not lead to the root.
    #[error("the proof does not lead from the leaf to the root")]
    BadProof,
    /// The tree has no such leaf.
    #[error("a tree of {size} leaves has no leaf {index}")]
    IndexOutOfRange {
        /// The leaf.
        index: u64,
        /// Leaves of the tree.
        size: u64,
    },
}

/// Why a tree is not shown to continue another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsistencyError {
    /// The hashes do not lead to both roots.
    #[error("the proof does not lead to both roots")]
    BadProof,
    /// One size with two roots: two histories.
    #[error("two roots for the size {size}")]
    RootConflict {
        /// Leaves of both trees.
        size: u64,
    },
    /// The newer tree is smaller.
    #[error("the size falls from {from} to {to}")]
    Shrinks {
        /// Leaves of the older tree.
        from: u64,
        /// Leaves of the newer tree.
        to: u64,
    },
}

impl Frontier {
    /// The frontier of the first `size` leaves.
    ///
    /// # Errors
    /// The reader's.
    pub fn read<R: HashReader>(reader: &mut R, size: u64) -> Result<Self, R::Error> {
        let hashes = subtrees(reader, 0, size)?;
        Ok(Self::new(size, hashes).expect("one subtree for each bit of the size"))
    }
}

/// The root of the first `size` leaves.
///
/// # Errors
/// The reader's.
pub fn read_root<R: HashReader>(reader: &mut R, size: u64) -> Result<Hash, R::Error> {
    Frontier::read(reader, size).map(|frontier| frontier.root())
}

/// The proof that leaf `index` stands in the tree of `size` leaves; empty when it has no such leaf.
///
/// # Errors
/// The reader's.
pub fn prove_inclusion<R: HashReader>(
    reader: &mut R,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, R::Error> {
    let mut proof = Vec::new();
    if index >= size {
        return Ok(proof);
    }
    let (mut start, mut width) = (0, size);
    while width > 1 {
        let half = split(width);
        if index - start < half {
            proof.push(range(reader, start + half, width - half)?);
            width = half;
        } else {
            proof.push(range(reader, start, half)?);
            start += half;
            width -= half;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the tree of `to` leaves continues that of `from`; empty when one is 0 or both are equal.
///
/// # Errors
/// The reader's.
pub fn prove_consistency<R: HashReader>(
    reader: &mut R,
    from: u64,
    to: u64,
) -> Result<Vec<Hash>, R::Error> {
    let mut proof = Vec::new();
    if from == 0 || from >= to {
        return Ok(proof);
    }
    let (mut start, mut width) = (0, to);
    while from - start != width {
        let half = split(width);
        if from - start <= half {
            proof.push(range(reader, start + half, width - half)?);
            width = half;
        } else {
            proof.push(range(reader, start, half)?);
            start += half;
            width -= half;
        }
    }
    // The older tree itself is not part of its own proof.
    if start != 0 {
        proof.push(range(reader, start, width)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Verifies that the leaf with this hash is leaf `index` of the tree of `size` leaves.
///
/// # Errors
/// [`InclusionError`].
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), InclusionError> {
    if index >= size {
        return Err(InclusionError::IndexOutOfRange { index, size });
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return Err(InclusionError::BadProof);
        }
        if node & 1 == 1 || node == last {
            hash = Hash::of_node(sibling, &hash);
            (node, last) = up(node, last);
        } else {
            hash = Hash::of_node(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last == 0 && hash == *root {
        Ok(())
    } else {
        Err(InclusionError::BadProof)
    }
}

/// Verifies that the tree of `to` leaves continues that of `from`.
///
/// # Errors
/// [`ConsistencyError`].
pub fn verify_consistency(
    from: u64,
    from_root: &Hash,
    to: u64,
    to_root: &Hash,
    proof: &[Hash],
) -> Result<(), ConsistencyError> {
    if from > to {
        return Err(ConsistencyError::Shrinks { from, to });
    }
    if from == to {
        if from_root != to_root {
            return Err(ConsistencyError::RootConflict { size: from });
        }
        return only(proof.is_empty());
    }
    if from == 0 {
        return only(proof.is_empty() && *from_root == Hash::of_nothing());
    }
    // A complete older tree is the first hash of its own proof (RFC 9162 §2.1.4.2).
    let (first, rest) = if from.is_power_of_two() {
        (from_root, proof)
    } else {
        proof.split_first().ok_or(ConsistencyError::BadProof)?
    };
    only(roots(from, to, first, rest) == Some((*from_root, *to_root)))
}

/// The roots of the first `from` and of all `to` leaves (0 < from < to) to which a consistency proof leads whose first
/// hash is always there: the complete subtree that ends at leaf `from`. None when it has not the right number of hashes.
#[must_use]
pub fn roots_of(from: u64, to: u64, proof: &[Hash]) -> Option<(Hash, Hash)> {
    let (first, rest) = proof.split_first()?;
    (0 < from && from < to)
        .then(|| roots(from, to, first, rest))
        .flatten()
}

/// The proof for [`roots_of`] (RFC 6962 §2.1.2, SUBPROOF with b = false); empty unless 0 < from < to.
///
/// # Errors
/// The reader's.
pub fn prove_roots<R: HashReader>(
    reader: &mut R,
    from: u64,
    to: u64,
) -> Result<Vec<Hash>, R::Error> {
    let mut proof = prove_consistency(reader, from, to)?;
    if from.is_power_of_two() && from < to {
        proof.insert(0, range(reader, 0, from)?);
    }
    Ok(proof)
}

fn roots(from: u64, to: u64, first: &Hash, rest: &[Hash]) -> Option<(Hash, Hash)> {
    let (mut node, mut last) = (from - 1, to - 1);
    let ones = node.trailing_ones();
    (node, last) = (shift(node, ones), shift(last, ones));
    let (mut old, mut new) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return None;
        }
        if node & 1 == 1 || node == last {
            old = Hash::of_node(sibling, &old);
            new = Hash::of_node(sibling, &new);
            (node, last) = up(node, last);
        } else {
            new = Hash::of_node(&new, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    (last == 0).then_some((old, new))
}

const fn only(good: bool) -> Result<(), ConsistencyError> {
    if good {
        Ok(())
    } else {
        Err(ConsistencyError::BadProof)
    }
}

/// Climbs from a last node that has no sibling to the level where it has one.
const fn up(mut node: u64, mut last: u64) -> (u64, u64) {
    while node & 1 == 0 && node != 0 {
        (node, last) = (node >> 1, last >> 1);
    }
    (node, last)
}

fn shift(number: u64, bits: u32) -> u64 {
    number.checked_shr(bits).unwrap_or(0)
}

/// The largest power of two below `width`, which is at least 2.
const fn split(width: u64) -> u64 {
    1 << (width - 1).ilog2()
}

fn range<R: HashReader>(reader: &mut R, start: u64, width: u64) -> Result<Hash, R::Error> {
    let hashes = subtrees(reader, start, width)?;
    Ok(join(&hashes).unwrap_or_else(Hash::of_nothing))
}

/// The complete subtrees of `width` leaves from `start`, which is a multiple of the largest of them.
fn subtrees<R: HashReader>(reader: &mut R, start: u64, width: u64) -> Result<Vec<Hash>, R::Error> {
    let (mut start, mut hashes) = (start, Vec::new());
    for height in (0..u64::BITS).rev() {
        if width >> height & 1 == 1 {
            hashes.push(reader.hash(height, start >> height)?);
            start += 1 << height;
        }
    }
    Ok(hashes)
}
