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

/// Bytes of the processor's second cache that a plan counts on; the smallest that phones of today have.
const CACHE: usize = 512 << 10;
/// Additions that share an inversion, when there are enough: 100 bytes each, beside the entries in the cache.
const TOGETHER: usize = 2_048;
/// Most bytes of tables at the same time.
const TABLES: usize = 12 << 20;

/// What the parts cost, in tenths of an addition with a shared inversion; measured by the benchmark.
mod cost {
    pub(super) const ADDITION: usize = 10;
    /// An inversion, and what else a round costs once.
    pub(super) const INVERSION: usize = 450;
    /// The doublings of one token's E.
    pub(super) const DOUBLINGS: usize = 6_500;
    /// A multiplication with a point of its own.
    pub(super) const VARIABLE: usize = 4_000;
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
        let together = (TOGETHER / keys.max(1))
            .min(TABLES / bytes_of_token(width))
            .min(CACHE / slice)
            .clamp(1, tokens.max(1));
        let groups = tokens.div_ceil(together).max(1);
        let tokens = tokens.div_ceil(groups).max(1);
        let blocks = (keys * tokens).div_ceil(TOGETHER).max(1);
        let keys = keys.div_ceil(blocks).max(1);
        let most = u32::try_from(TOGETHER / (tokens * keys)).unwrap_or(1);
        Self::Comb {
            width,
            lanes: most.clamp(1, positions(width) / 2),
            tokens,
            keys,
        }
    }

    /// What it is expected to cost, in tenths of an addition.
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
        additions * cost::ADDITION + inversions * cost::INVERSION + tokens * cost::DOUBLINGS
    }
}
