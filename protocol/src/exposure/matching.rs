//! Matching: the own tokens of a day tried with every published key of that day.
//! Knows tokens and public scalars; does not know batches, files or threads.
//! Specified in specs/protocol.md §7.1.

use crate::crypto::point::Point;
use crate::keys::ReleasedKey;
use crate::time::Day;
use crate::token::{DetectionTag, TagState, TokenError, VisitRecord, VisitToken};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use curve25519_dalek::edwards::{EdwardsBasepointTable, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::BasepointTable;

/// A chunk of about so many keys is fed at once at full speed.
pub const BEST_CHUNK: usize = 1_024;

/// Keys that are multiplied and converted to u together: what bounds the memory of a trial.
const STRIDE: usize = 256;
/// From so many keys on, a table of a token's multiples is faster, though it takes a millisecond to build.
const TABLE_PAYS_FROM: usize = 64;

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
/// Its memory is a few hundred bytes a token and one table of 30 KB; a chunk adds a few hundred points. It may be
/// dropped between chunks and made again with [`Matcher::resume`].
pub struct Matcher {
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

    /// Tries a chunk of the day's keys on every token, and gives the hits in order of tokens, then keys.
    pub fn feed(&mut self, keys: &[ReleasedKey]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for ready in &self.tokens {
            let multiples = Multiples::of(&ready.point, keys.len());
            for (stride, keys) in keys.chunks(STRIDE).enumerate() {
                for (place, shared) in multiples.by(keys).iter().enumerate() {
                    if ready.state.tag(shared) != ready.tag {
                        continue;
                    }
                    let Ok(record) = ready.token.open_with_shared(shared) else {
                        self.progress.unopened += 1;
                        continue;
                    };
                    let position = self.progress.position + (stride * STRIDE + place) as u64;
                    hits.push(Hit {
                        token: ready.index,
                        position,
                        key: keys[place],
                        record,
                    });
                }
            }
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

/// How multiples of one token's E are computed. The scalars are published and E is the device's own, so a
/// variable time tells nobody anything; this is the only place where that holds.
enum Multiples<'a> {
    Few(&'a EdwardsPoint),
    Many(Box<EdwardsBasepointTable>),
}

impl<'a> Multiples<'a> {
    fn of(point: &'a Point, keys: usize) -> Self {
        if keys < TABLE_PAYS_FROM {
            Self::Few(point.as_group())
        } else {
            Self::Many(Box::new(EdwardsBasepointTable::create(point.as_group())))
        }
    }

    /// u(s·E) for each key, with one inversion for all. (s and l - s have one u: both would open the token.)
    fn by(&self, keys: &[ReleasedKey]) -> Vec<[u8; 32]> {
        let points: Vec<EdwardsPoint> =
            keys.iter().map(|key| self.times(key.as_scalar())).collect();
        EdwardsPoint::to_montgomery_batch(&points)
            .into_iter()
            .map(|u| u.0)
            .collect()
    }

    fn times(&self, scalar: &Scalar) -> EdwardsPoint {
        match self {
            Self::Few(point) => {
                EdwardsPoint::vartime_double_scalar_mul_basepoint(scalar, point, &Scalar::ZERO)
            }
            Self::Many(table) => table.mul_base(scalar),
        }
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
