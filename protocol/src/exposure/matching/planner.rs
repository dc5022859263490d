//! The plan of a chunk's trials: which route, how wide the digits, how much together.
//! Knows numbers of keys and tokens and costs in additions; does not know points.
//! Specified in specs/performance.md §1.2.

use super::recode::positions;
use super::table::{bytes_of_token, entries_of_token};
use core::ops::RangeInclusive;

/// How the multiples of all tokens' E with a chunk's keys are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Tables of odd multiples, and affine additions that share inversions.
    Comb {
        /// Bits of a digit, one of [`Plan::WIDTHS`].
        width: u32,
        /// Sums of each pair that are made side by side: 1 to half of the positions.
        lanes: u32,
        /// Tokens whose tables are there at the same time, at least 1.
        tokens: usize,
        /// Keys that are tried together on these tokens, at least 1.
        keys: usize,
    },
    /// A multiplication of its own for each pair, by curve25519-dalek.
    Variable,
}

/// Bytes of the processor's second cache that entries may fill: a quarter of the smallest that phones of today have.
const CACHE: usize = 128 << 10;
/// Additions after which sharing one inversion among more is no gain.
const ENOUGH: usize = 3_072;
/// Most pairs in a block. Their sums pass through the cache in order, which costs little; a wide table that is read
/// again for every block costs more.
const BLOCK: usize = 16_384;
/// Most bytes of tables at the same time.
const TABLES: usize = 12 << 20;

/// What the parts cost, in hundredths of an addition in a narrow table; measured by the benchmark.
mod cost {
    /// An inversion, and what else a round costs once.
    pub(super) const INVERSION: usize = 4_000;
    /// The doublings of one token's E.
    pub(super) const DOUBLINGS: usize = 52_000;
    /// A multiplication with a point of its own.
    pub(super) const VARIABLE: usize = 30_000;

    /// An addition: wide tables leave the cache.
    pub(super) const fn addition(width: u32) -> usize {
        match width {
            0..=9 => 100,
            10 => 104,
            11 => 108,
            12 => 114,
            _ => 124,
        }
    }
}

impl Plan {
    /// Widths that a comb may have.
    pub const WIDTHS: RangeInclusive<u32> = 2..=13;

    /// The plan that the cost model finds cheapest for a chunk of `keys` keys and `tokens` tokens.
    #[must_use]
    pub fn of(keys: usize, tokens: usize) -> Self {
        let mut best = (Self::Variable, keys * tokens * cost::VARIABLE);
        for width in Self::WIDTHS {
            let plan = Self::comb(width, keys, tokens);
            let cost = plan.cost(keys, tokens);
            if cost < best.1 {
                best = (plan, cost);
            }
        }
        best.0
    }

    /// The best comb of this width, one of [`Plan::WIDTHS`].
    #[must_use]
    pub fn comb(width: u32, keys: usize, tokens: usize) -> Self {
        let entry_bytes = bytes_of_token(width) / entries_of_token(width);
        let slice = entry_bytes << (width - 1);
        let together = (ENOUGH / keys.max(1))
            .min(TABLES / bytes_of_token(width))
            .min(CACHE / slice)
            .clamp(1, tokens.max(1));
        let groups = tokens.div_ceil(together).max(1);
        let tokens = tokens.div_ceil(groups).max(1);
        let blocks = (keys * tokens).div_ceil(BLOCK).max(1);
        let keys = keys.div_ceil(blocks).max(1);
        let most = u32::try_from(ENOUGH / (tokens * keys)).unwrap_or(1);
        Self::Comb {
            width,
            lanes: most.clamp(1, positions(width) / 2),
            tokens,
            keys,
        }
    }

    /// What it is expected to cost, in hundredths of an addition.
    fn cost(self, keys: usize, tokens: usize) -> usize {
        let Self::Comb {
            width,
            lanes,
            tokens: together,
            keys: block,
        } = self
        else {
            return keys * tokens * cost::VARIABLE;
        };
        let positions = positions(width);
        let rounds = positions.div_ceil(lanes) - 1 + lanes.next_power_of_two().ilog2();
        let (groups, blocks) = (tokens.div_ceil(together), keys.div_ceil(block));
        let inversions = groups * (blocks * rounds as usize + width as usize);
        let additions = keys * tokens * (positions as usize - 1) + tokens * entries_of_token(width);
        additions * cost::addition(width) + inversions * cost::INVERSION + tokens * cost::DOUBLINGS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn every_plan_is_possible_and_stays_within_its_memory() {
        let sizes: Vec<usize> = (0..40)
            .chain([64, 100, 333, 1_000, 2_047, 5_000, 16_384, 20_000, 1_500_000])
            .collect();
        for keys in &sizes {
            for tokens in [0, 1, 2, 3, 8, 14, 64, 100, 1_000] {
                for plan in Plan::WIDTHS
                    .map(|width| Plan::comb(width, *keys, tokens))
                    .chain([Plan::of(*keys, tokens)])
                {
                    let Plan::Comb {
                        width,
                        lanes,
                        tokens: together,
                        keys: block,
                    } = plan
                    else {
                        continue;
                    };
                    assert!((1..=positions(width) / 2).contains(&lanes), "{plan:?}");
                    assert!(together >= 1 && block >= 1, "{plan:?}");
                    assert!(together * bytes_of_token(width) <= TABLES, "{plan:?}");
                    assert!(together * block <= 2 * BLOCK, "{plan:?}");
                    assert!(
                        together * block * lanes as usize <= (2 * BLOCK).max(ENOUGH),
                        "{plan:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn more_keys_never_make_a_narrower_table() {
        let mut before = 0;
        for keys in 1..20_000 {
            let width = match Plan::of(keys, 1) {
                Plan::Variable => 0,
                Plan::Comb { width, .. } => width,
            };
            assert!(width >= before, "at {keys} keys");
            before = width;
        }
        assert!(before >= 10);
    }
}
