//! Cutting a tick's lists into leaves: one way only.
//! Knows counts; does not know keys.
//! Specified in specs/protocol.md §6.2.

use crate::exposure::entry::ENTRY_LEN;
use crate::time::Day;
use alloc::vec::Vec;

/// Most bytes of a leaf.
pub const LEAF_MAX: usize = 65_535;
/// Bytes of a leaf without lists: 90 before them, the signature after.
pub const LEAF_FRAME: usize = 154;
/// Bytes of day and n before the entries of a piece.
pub const PIECE_HEAD: usize = 4;

/// A piece of a list in one leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The list's day.
    pub day: Day,
    /// Entries of it in this leaf, never 0.
    pub count: usize,
}

/// The leaves of lists of these lengths, laid one after the other; a leaf takes as many entries as fit.
#[must_use]
pub fn cut(lists: impl IntoIterator<Item = (Day, usize)>) -> Vec<Vec<Piece>> {
    let mut leaves = alloc::vec![Vec::new()];
    let mut room = LEAF_MAX - LEAF_FRAME;
    for (day, mut left) in lists {
        while left > 0 {
            if room < PIECE_HEAD + ENTRY_LEN {
                leaves.push(Vec::new());
                room = LEAF_MAX - LEAF_FRAME;
            }
            let count = left.min((room - PIECE_HEAD) / ENTRY_LEN);
            leaves
                .last_mut()
                .expect("there is always a leaf")
                .push(Piece { day, count });
            room -= PIECE_HEAD + count * ENTRY_LEN;
            left -= count;
        }
    }
    leaves
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(lists: &[usize]) -> Vec<Vec<usize>> {
        let days = (0..).map(Day);
        cut(days.zip(lists.iter().copied()))
            .iter()
            .map(|leaf| leaf.iter().map(|piece| piece.count).collect())
            .collect()
    }

    #[test]
    fn a_leaf_takes_as_many_entries_as_fit() {
        // 65,381 bytes of room: 1,634 entries with their head leave 17 bytes.
        assert_eq!(shape(&[1_634]), [[1_634]]);
        assert_eq!(shape(&[1_635]), [[1_634], [1]]);
        assert_eq!(shape(&[1_633, 1]), [[1_633, 1]]);
        assert_eq!(shape(&[1_632, 5]), [[1_632, 2].as_slice(), &[3]]);
        assert_eq!(shape(&[1_634, 1]), [[1_634], [1]]);
    }
}
