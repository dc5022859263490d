//! Which earlier scalars stand again in a tick: changed ones, and a uniform draw from the others.
//! Knows positions in a list of earlier scalars; does not know which are decoys.
//! Specified in specs/protocol.md §6.6.

use alloc::vec::Vec;
use rand_core::CryptoRng;

/// Draws `count` of the values uniformly, each at most once; all of them when there are fewer.
#[must_use]
pub fn draw<T>(mut values: Vec<T>, count: usize, rng: &mut impl CryptoRng) -> Vec<T> {
    let count = count.min(values.len());
    for place in 0..count {
        let other = place + below(values.len() - place, rng);
        values.swap(place, other);
    }
    values.truncate(count);
    values
}

/// A uniform number below `bound`, which is not 0.
fn below(bound: usize, rng: &mut impl CryptoRng) -> usize {
    let bound = bound as u64;
    let fair = u64::MAX - u64::MAX % bound;
    loop {
        let mut bytes = [0; 8];
        rng.fill_bytes(&mut bytes);
        let drawn = u64::from_be_bytes(bytes);
        if drawn < fair {
            return usize::try_from(drawn % bound).expect("it is below a usize");
        }
    }
}
