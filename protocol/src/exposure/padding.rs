//! How long a list is: the sequence of sizes, and the places within one.
//! Knows counts only; does not know keys.
//! Specified in specs/protocol.md §6.2 and §6.6.

/// The shortest list.
pub const SMALLEST: usize = 16;

/// The sizes that a list may have: 16, 32, 64, 128, then each a quarter more, rounded up.
pub fn sizes() -> impl Iterator<Item = usize> {
    core::iter::successors(Some(SMALLEST), |&size| {
        if size < 128 {
            Some(size * 2)
        } else {
            size.checked_add(size.div_ceil(4))
        }
    })
}

/// Whether a list may have this size.
#[must_use]
pub fn is_size(len: usize) -> bool {
    sizes()
        .take_while(|&size| size <= len)
        .any(|size| size == len)
}

/// The places of one list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places {
    /// All entries.
    pub size: usize,
    /// Earlier scalars that stand here again, changed ones among them.
    pub repeats: usize,
    /// Fresh decoys.
    pub decoys: usize,
}

/// The places of a list of `releases` new scalars and `changes` to earlier ones, of which there are `earlier`;
/// none when more are changed than there are.
#[must_use]
pub fn places(releases: usize, changes: usize, earlier: usize) -> Option<Places> {
    if changes > earlier {
        return None;
    }
    sizes().find_map(|size| {
        let repeats = (size / 8).min(earlier);
        let decoys = size.checked_sub(releases.checked_add(repeats)?)?;
        (changes <= repeats).then_some(Places {
            size,
            repeats,
            decoys,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn sizes_rise_as_pinned() {
        let first: Vec<usize> = sizes().take(12).collect();
        assert_eq!(
            first,
            [16, 32, 64, 128, 160, 200, 250, 313, 392, 490, 613, 767]
        );
        assert!(is_size(16) && is_size(313));
        assert!(!is_size(0) && !is_size(15) && !is_size(312) && !is_size(usize::MAX));
    }

    #[test]
    fn places_are_the_smallest_that_hold_all() {
        let of = |releases, changes, earlier| {
            places(releases, changes, earlier).map(|p| (p.size, p.repeats, p.decoys))
        };
        assert_eq!(of(0, 0, 0), Some((16, 0, 16)));
        assert_eq!(of(16, 0, 0), Some((16, 0, 0)));
        assert_eq!(
            of(16, 0, 1),
            Some((32, 1, 15)),
            "the repeat has its place too"
        );
        assert_eq!(
            of(0, 3, 100),
            Some((32, 4, 28)),
            "three changes need three repeat places"
        );
        assert_eq!(of(28, 4, 100), Some((32, 4, 0)));
        assert_eq!(of(29, 4, 100), Some((64, 8, 27)));
        assert_eq!(of(0, 2, 1), None);
        assert_eq!(of(usize::MAX, 0, 0), None);
    }
}
