//! Matching: the own tokens of a day tried with every published key of that day.
//! Knows tokens and public scalars; does not know batches, files or threads.
//! Specified in specs/protocol.md §7.1.

use crate::crypto::point::Point;
use crate::keys::ReleasedKey;
use crate::time::Day;
use crate::token::{DetectionTag, TagState, TokenError, VisitRecord, VisitToken};
use alloc::vec::Vec;
use core::fmt;

mod affine;
mod comb;
mod doubling;
#[cfg(any(test, target_arch = "x86_64"))]
mod eight;
mod field;
mod path;
mod planner;
mod portable;
mod recode;
mod shares;
mod table;
mod variable;

pub use path::Path;
pub use planner::Plan;
pub use shares::{Share, shares};

#[cfg(test)]
mod tests;

/// A chunk of so many keys is fed at once at full speed: a token's table pays only when many keys use it.
pub const BEST_CHUNK: usize = 16_384;

/// So many keys have their digits in memory at once, whatever is fed.
pub const MOST_AT_ONCE: usize = 65_536;

/// A token that a published key opened.
#[derive(PartialEq, Eq)]
pub struct Hit {
    /// The token's place in the slice that the matcher was made from.
    pub token: usize,
    /// The key's place among all keys of this day fed so far, counted from 0 (or from where it resumed).
    pub position: u64,
    /// The key.
    pub key: ReleasedKey,
    /// What the token said.
    pub record: VisitRecord,
}

/// How far a matcher is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Keys fed: where the next chunk begins, and where a later matcher resumes.
    pub position: u64,
    /// Keys tried on tokens, one trial for each pair.
    pub trials: u64,
    /// Tags that were equal although the token did not open.
    pub unopened: u64,
}

/// One day's own tokens, ready to be tried.
///
/// Its memory is a few hundred bytes a token. While a chunk is fed there are at most 12 MiB of tables, as much again
/// while they are built, a few MiB of sums, and about 120 bytes a key of at most [`MOST_AT_ONCE`]: below 40 MiB. It may
/// be dropped between chunks and made again with [`Matcher::resume`]; [`shares`] cuts a day for several workers.
pub struct Matcher {
    path: Path,
    tokens: Vec<Ready>,
    refused: Vec<(usize, TokenError)>,
    progress: Progress,
}

struct Ready {
    index: usize,
    token: VisitToken,
    point: Point,
    tag: DetectionTag,
    state: TagState,
}

impl Matcher {
    /// Takes the tokens of one day. Those that are damaged or of another day are named by
    /// [`Matcher::refused`] and not tried.
    #[must_use]
    pub fn new(day: Day, tokens: &[VisitToken]) -> Self {
        Self::resume(day, tokens, 0)
    }

    /// Takes the tokens again, for a day of which `position` keys were tried already.
    #[must_use]
    pub fn resume(day: Day, tokens: &[VisitToken], position: u64) -> Self {
        let mut matcher = Self {
            path: Path::best(),
            tokens: Vec::with_capacity(tokens.len()),
            refused: Vec::new(),
            progress: Progress {
                position,
                ..Progress::default()
            },
        };
        for (index, token) in tokens.iter().enumerate() {
            match Ready::new(index, day, token) {
                Ok(ready) => matcher.tokens.push(ready),
                Err(why) => matcher.refused.push((index, why)),
            }
        }
        matcher
    }

    /// The same matcher on this path instead of the processor's fastest one. For benchmarks and tests.
    #[must_use]
    pub const fn on(mut self, path: Path) -> Self {
        self.path = path;
        self
    }

    /// Tries a chunk of the day's keys on every token, and gives the hits in order of tokens, then keys.
    ///
    /// At full speed from [`BEST_CHUNK`] keys on; more than [`MOST_AT_ONCE`] are cut, so that memory stays bounded.
    pub fn feed(&mut self, keys: &[ReleasedKey]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for keys in keys.chunks(MOST_AT_ONCE) {
            hits.extend(self.feed_by(self.path.plan(keys.len(), self.tokens.len()), keys));
        }
        hits.sort_by_key(|hit: &Hit| (hit.token, hit.position));
        hits
    }

    /// The same by a plan that the caller names: the hits are equal whatever it is. For benchmarks and tests.
    pub fn feed_by(&mut self, plan: Plan, keys: &[ReleasedKey]) -> Vec<Hit> {
        let points: Vec<Point> = self.tokens.iter().map(|ready| ready.point).collect();
        let mut found = Vec::new();
        let path = self.path;
        path.multiples(&points, keys, plan, &mut |token, place, shared| {
            let ready = &self.tokens[token];
            if ready.state.tag(shared) == ready.tag {
                found.push((token, place, *shared));
            }
        });
        found.sort_unstable();
        let mut hits = Vec::new();
        for (token, place, shared) in found {
            let ready = &self.tokens[token];
            let Ok(record) = ready.token.open_with_shared(&shared) else {
                self.progress.unopened += 1;
                continue;
            };
            hits.push(Hit {
                token: ready.index,
                position: self.progress.position + place as u64,
                key: keys[place],
                record,
            });
        }
        let keys = keys.len() as u64;
        self.progress.position += keys;
        self.progress.trials += keys * self.tokens.len() as u64;
        hits
    }

    /// How far it is.
    #[must_use]
    pub const fn progress(&self) -> Progress {
        self.progress
    }

    /// Tokens that are not tried, by their place, with the reason.
    #[must_use]
    pub fn refused(&self) -> &[(usize, TokenError)] {
        &self.refused
    }
}

impl Ready {
    fn new(index: usize, day: Day, token: &VisitToken) -> Result<Self, TokenError> {
        if token.day() != day {
            return Err(TokenError::WrongDay);
        }
        let (point, tag, state) = (token.point()?, token.tag(), TagState::of(token));
        Ok(Self {
            index,
            token: token.clone(),
            point,
            tag,
            state,
        })
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Matcher")
    }
}

impl fmt::Debug for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hit")
    }
}
