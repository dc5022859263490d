//! What a way of computing multiples must offer, so that the matcher does not know which one it uses.
//! Knows tokens' points and keys as input and u-coordinates as output; does not know tags.
//! Specified in specs/performance.md §1.

use super::planner::Plan;
use crate::crypto::point::Point;
use crate::keys::ReleasedKey;

/// Tells of one pair: the token's place, the key's place, and u(s·E).
pub(super) type Each<'a> = dyn FnMut(usize, usize, &[u8; 32]) + 'a;

/// A way of computing u(s·E) of all pairs.
///
/// s is published and E is the device's own, so a variable time tells nobody anything: this is the only place in the
/// protocol where that holds, and everything below `matching` counts on it.
pub(super) trait Path {
    /// Tells of each pair exactly once, in any order.
    fn multiples(points: &[Point], keys: &[ReleasedKey], plan: Plan, each: &mut Each<'_>);
}
