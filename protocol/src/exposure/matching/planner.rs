//! The plan of a chunk's trials: which route, how wide the digits, how much together.
//! Knows numbers of keys and tokens and costs in additions; does not know points.
//! Specified in specs/performance.md §1.2.

use super::path::Path;
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
/// Most bytes of tables at the same time.
const TABLES: usize = 12 << 20;

/// What the planner knows of a path. Costs are in hundredths of one of its additions in a narrow table.
struct Costs {
    /// Pairs that are computed at once: a block is filled up to a multiple of these.
    row: usize,
    /// Additions after which sharing one inversion among more is no gain.
    enough: usize,
    /// Most pairs in a block. Their sums pass through the cache in order, which costs little; a wide table that is read
    /// again for every block costs more.
    block: usize,
    /// An inversion, and what else a round costs once.
    inversion: usize,
    /// The doublings of one token's E.
    doublings: usize,
    /// A multiplication with a point of its own.
    variable: usize,
    /// An addition in tables of 9 bits or less, 10, 11, 12, and 13: wide tables leave the cache.
    additions: [usize; 5],
}

impl Costs {
    /// Measured by the benchmark.
    const PORTABLE: Self = Self {
        row: 1,
        enough: 3_072,
        block: 16_384,
        inversion: 4_000,
        doublings: 52_000,
        variable: 30_000,
        additions: [100, 104, 108, 114, 124],
    };

    /// Modelled (specs/performance.md §1.6), until a processor that has the instructions has measured them.
    #[cfg(any(test, target_arch = "x86_64"))]
    const IFMA: Self = Self {
        row: 8,
        enough: 4_096,
        block: 16_384,
        inversion: 30_000,
        doublings: 400_000,
        variable: 240_000,
        additions: [100, 104, 110, 125, 150],
    };

    const fn addition(&self, width: u32) -> usize {
        self.additions[match width {
            0..=9 => 0,
            10 => 1,
            11 => 2,
            12 => 3,
            _ => 4,
        }]
    }

    /// The plan that the cost model finds cheapest for a chunk.
    fn plan(&self, keys: usize, tokens: usize) -> Plan {
        let mut best = (Plan::Variable, keys * tokens * self.variable);
        for width in Plan::WIDTHS {
            let plan = self.comb(width, keys, tokens);
            let cost = self.of(plan, keys, tokens);
            if cost < best.1 {
                best = (plan, cost);
            }
        }
        best.0
    }

    /// The best comb of this width.
    fn comb(&self, width: u32, keys: usize, tokens: usize) -> Plan {
        let entry_bytes = bytes_of_token(width) / entries_of_token(width);
        let slice = entry_bytes << (width - 1);
        let together = (self.enough / keys.max(1))
            .min(TABLES / bytes_of_token(width))
            .min(CACHE / slice)
            .clamp(1, tokens.max(1));
        let groups = tokens.div_ceil(together).max(1);
        let tokens = tokens.div_ceil(groups).max(1);
        let blocks = (keys * tokens).div_ceil(self.block).max(1);
        let keys = keys.div_ceil(blocks).max(1);
        let pairs = (tokens * keys).next_multiple_of(self.row);
        let most = u32::try_from(self.enough / pairs).unwrap_or(1);
        Plan::Comb {
            width,
            lanes: most.clamp(1, positions(width) / 2),
            tokens,
            keys,
        }
    }

    /// What a plan is expected to cost.
    fn of(&self, plan: Plan, keys: usize, tokens: usize) -> usize {
        let Plan::Comb {
            width,
            lanes,
            tokens: together,
            keys: block,
        } = plan
        else {
            return keys * tokens * self.variable;
        };
        let positions = positions(width);
        let rounds = positions.div_ceil(lanes) - 1 + lanes.next_power_of_two().ilog2();
        let (groups, blocks) = (tokens.div_ceil(together), keys.div_ceil(block));
        let inversions = groups * (blocks * rounds as usize + width as usize);
        let pairs = groups * (keys * together).next_multiple_of(self.row);
        let additions = pairs * (positions as usize - 1) + tokens * entries_of_token(width);
        additions * self.addition(width) + inversions * self.inversion + tokens * self.doublings
    }
}

impl Path {
    const fn costs(self) -> &'static Costs {
        match self {
            #[cfg(test)]
            Self::Emulated => &Costs::IFMA,
            #[cfg(target_arch = "x86_64")]
            Self::Ifma(_) => &Costs::IFMA,
            Self::Portable => &Costs::PORTABLE,
        }
    }

    /// The plan that this path's cost model finds cheapest for a chunk of `keys` keys and `tokens` tokens.
    #[must_use]
    pub fn plan(self, keys: usize, tokens: usize) -> Plan {
        self.costs().plan(keys, tokens)
    }

    /// The best comb of this width on this path, one of [`Plan::WIDTHS`].
    #[must_use]
    pub fn comb(self, width: u32, keys: usize, tokens: usize) -> Plan {
        self.costs().comb(width, keys, tokens)
    }
}

impl Plan {
    /// Widths that a comb may have.
    pub const WIDTHS: RangeInclusive<u32> = 2..=13;

    /// [`Path::plan`] of the portable path.
    #[must_use]
    pub fn of(keys: usize, tokens: usize) -> Self {
        Path::Portable.plan(keys, tokens)
    }

    /// [`Path::comb`] of the portable path.
    #[must_use]
    pub fn comb(width: u32, keys: usize, tokens: usize) -> Self {
        Path::Portable.comb(width, keys, tokens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    const BOTH: [Costs; 2] = [Costs::PORTABLE, Costs::IFMA];

    #[test]
    fn every_plan_is_possible_and_stays_within_its_memory() {
        let sizes: Vec<usize> = (0..40)
            .chain([64, 100, 333, 1_000, 2_047, 5_000, 16_384, 20_000, 1_500_000])
            .collect();
        for keys in &sizes {
            for tokens in [0, 1, 2, 3, 8, 14, 64, 100, 1_000] {
                for (costs, plan) in BOTH.iter().flat_map(|costs| {
                    Plan::WIDTHS
                        .map(|width| costs.comb(width, *keys, tokens))
                        .chain([costs.plan(*keys, tokens)])
                        .map(move |plan| (costs, plan))
                }) {
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
                    assert!(together * block <= 2 * costs.block, "{plan:?}");
                    assert!(
                        together * block * lanes as usize <= (2 * costs.block).max(costs.enough),
                        "{plan:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn more_keys_never_make_a_narrower_table() {
        for costs in BOTH {
            let mut before = 0;
            for keys in 1..20_000 {
                let width = match costs.plan(keys, 1) {
                    Plan::Variable => 0,
                    Plan::Comb { width, .. } => width,
                };
                assert!(width >= before, "at {keys} keys");
                before = width;
            }
            assert!(before >= 10);
        }
    }
}
