//! From hits to exposures: which hits count, and what a person is told.
//! Knows records and batches; does not know the wallet or the screen.
//! Specified in specs/protocol.md §7.2 and §7.3.

use crate::exposure::advice::Advice;
use crate::exposure::batch::ExposureBatch;
use crate::exposure::entry::{DetailMeaning, ExposureDetail, MinuteMask};
use crate::exposure::matching::{BEST_CHUNK, Hit, Matcher};
use crate::id::{AuthorityId, CodeId};
use crate::keys::ReleasedKey;
use crate::message;
use crate::time::{Day, PUBLICATION_LAG_SECONDS, UnixTime, Window};
use crate::token::{VisitRecord, VisitToken};
use crate::wire::out_of_range;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use bincode::de::Decoder;
use bincode::enc::Encoder;
use bincode::error::{DecodeError, EncodeError};
use bincode::{Decode, Encode, impl_borrow_decode};
use core::fmt;

/// Why a hit does not count. The authority that published the key is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HitError {
    /// The key does not stand in this batch's list of the day.
    #[error("the batch does not hold the key")]
    NotInBatch,
    /// The record names another authority than the batch's.
    #[error("the record is of another authority")]
    OtherAuthority,
    /// The record's window is of another day than the list.
    #[error("the record is of another day")]
    OtherDay,
    /// The window had not ended 1,800 s before the batch's time.
    #[error("the window had not ended in time")]
    WindowInFuture,
}

/// A hit that counts, with its detail opened: what a client keeps until later entries replace it.
#[derive(Clone, PartialEq, Eq)]
pub struct Finding {
    /// The published key; the last entry in log order for (authority, key) holds.
    pub key: ReleasedKey,
    /// The tick's number.
    pub seq: u64,
    /// The tick's time.
    pub published: UnixTime,
    /// The detail as opened.
    pub detail: ExposureDetail,
    /// What the token said.
    pub record: VisitRecord,
}
message!(Finding, 32 + 8 + 8 + 8 + VisitRecord::LEN);

impl Finding {
    /// Judges a hit against the batch that its key came in, and opens the detail.
    ///
    /// # Errors
    /// [`HitError`].
    pub fn of(hit: &Hit, day: Day, batch: &ExposureBatch) -> Result<Self, HitError> {
        let record = &hit.record;
        if record.authority() != batch.head().authority {
            return Err(HitError::OtherAuthority);
        }
        if record.day() != day {
            return Err(HitError::OtherDay);
        }
        if record.window().end().plus(PUBLICATION_LAG_SECONDS) > batch.head().time {
            return Err(HitError::WindowInFuture);
        }
        let wanted = hit.key.to_bytes();
        let entries = batch.entries_of(day);
        let found = entries.binary_search_by_key(&wanted, |entry| entry.key.to_bytes());
        let entry = found
            .ok()
            .and_then(|at| entries.get(at))
            .ok_or(HitError::NotInBatch)?;
        Ok(Self {
            key: hit.key,
            seq: batch.head().seq,
            published: batch.head().time,
            detail: entry.open(record.notice(), record.window(), &batch.id()),
            record: record.clone(),
        })
    }
}

/// Tries all keys of one batch and day on these tokens; hits that do not count are left out.
#[must_use]
pub fn findings_in(batch: &ExposureBatch, day: Day, tokens: &[VisitToken]) -> Vec<Finding> {
    let mut matcher = Matcher::new(day, tokens);
    let mut findings = Vec::new();
    for entries in batch.entries_of(day).chunks(BEST_CHUNK) {
        let keys: Vec<ReleasedKey> = entries.iter().map(|entry| entry.key).collect();
        let hits = matcher.feed(&keys);
        findings.extend(
            hits.iter()
                .filter_map(|hit| Finding::of(hit, day, batch).ok()),
        );
    }
    findings
}

/// What an exposure says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody ill was there, in other minutes: no exposure, but shown in the details.
    NoneTogether {
        /// The advice that the others get.
        advice: Advice,
    },
    /// The detail makes no sense: an exposure of unknown time.
    TimeUnknown,
    /// So many minutes together, at least one.
    Together {
        /// The minutes.
        minutes: MinuteMask,
        /// The strongest advice.
        advice: Advice,
    },
    /// The warning was taken back.
    Withdrawn,
}

/// One hour at one venue of which a key was published.
#[derive(Clone, PartialEq, Eq)]
pub struct Exposure {
    /// Who published it.
    pub authority: AuthorityId,
    /// The venue code.
    pub code_id: CodeId,
    /// The hour.
    pub window: Window,
    /// The venue kind's number.
    pub venue_kind: u8,
    /// The venue's name; escape it wherever it is shown.
    pub name: String,
    /// The place within; escape it wherever it is shown.
    pub place: String,
    /// The time of the newest batch that says so.
    pub published: UnixTime,
    /// What it says.
    pub outcome: Outcome,
}

/// The exposures behind all findings, by window, code and authority: only the last entry for (authority, s) holds, and
/// findings of one code and window are one exposure with the union of their minutes. What another authority says under
/// the id of a foreign code stays apart.
#[must_use]
pub fn exposures_of(findings: &[Finding]) -> Vec<Exposure> {
    let mut newest: BTreeMap<(AuthorityId, [u8; 32]), u64> = BTreeMap::new();
    for finding in findings {
        let seq = newest.entry(name_of(finding)).or_insert(finding.seq);
        *seq = (*seq).max(finding.seq);
    }
    let mut exposures: BTreeMap<(Window, CodeId, AuthorityId), Exposure> = BTreeMap::new();
    for finding in findings {
        if newest.get(&name_of(finding)) != Some(&finding.seq) {
            continue;
        }
        let one = Exposure::of(finding);
        exposures
            .entry((one.window, one.code_id, one.authority))
            .and_modify(|all| all.join(&one))
            .or_insert(one);
    }
    exposures.into_values().collect()
}

fn name_of(finding: &Finding) -> (AuthorityId, [u8; 32]) {
    (finding.record.authority(), finding.key.to_bytes())
}

impl Exposure {
    fn of(finding: &Finding) -> Self {
        let record = &finding.record;
        Self {
            authority: record.authority(),
            code_id: record.code_id(),
            window: record.window(),
            venue_kind: record.venue_kind(),
            name: record.name().into(),
            place: record.place().into(),
            published: finding.published,
            outcome: Outcome::of(finding),
        }
    }

    fn join(&mut self, other: &Self) {
        self.published = self.published.max(other.published);
        self.outcome = self.outcome.or(other.outcome);
    }
}

impl Outcome {
    fn of(finding: &Finding) -> Self {
        match finding.detail.meaning() {
            DetailMeaning::TimeUnknown => Self::TimeUnknown,
            DetailMeaning::Withdrawn => Self::Withdrawn,
            DetailMeaning::Minutes(detail) => {
                let own = MinuteMask::from(finding.record.minutes());
                let (minutes, advice) = (detail.minutes().and(own), detail.advice());
                if minutes.is_empty() {
                    Self::NoneTogether { advice }
                } else {
                    Self::Together { minutes, advice }
                }
            }
        }
    }

    /// What both say together: minutes add up; what is known to have happened outweighs what is not.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (
                Self::Together { minutes, advice },
                Self::Together {
                    minutes: more,
                    advice: other,
                },
            ) => Self::Together {
                minutes: minutes.or(more),
                advice: advice.max(other),
            },
            (Self::Together { minutes, advice }, Self::NoneTogether { advice: other })
            | (Self::NoneTogether { advice: other }, Self::Together { minutes, advice }) => {
                Self::Together {
                    minutes,
                    advice: advice.max(other),
                }
            }
            (known @ Self::Together { .. }, Self::TimeUnknown | Self::Withdrawn)
            | (Self::TimeUnknown | Self::Withdrawn, known @ Self::Together { .. }) => known,
            (
                Self::TimeUnknown,
                Self::NoneTogether { .. } | Self::TimeUnknown | Self::Withdrawn,
            )
            | (Self::NoneTogether { .. } | Self::Withdrawn, Self::TimeUnknown) => Self::TimeUnknown,
            (Self::NoneTogether { advice }, Self::NoneTogether { advice: other }) => {
                Self::NoneTogether {
                    advice: advice.max(other),
                }
            }
            (known @ Self::NoneTogether { .. }, Self::Withdrawn)
            | (Self::Withdrawn, known @ Self::NoneTogether { .. }) => known,
            (Self::Withdrawn, Self::Withdrawn) => Self::Withdrawn,
        }
    }
}

impl Encode for Finding {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        (self.key.to_bytes(), self.seq, self.published, self.detail).encode(encoder)?;
        self.record
            .to_bytes()
            .as_slice()
            .iter()
            .try_for_each(|byte| byte.encode(encoder))
    }
}

impl<C> Decode<C> for Finding {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
        Ok(Self {
            key: ReleasedKey::from_bytes(&Decode::decode(decoder)?)
                .map_err(|_| out_of_range("released key", 0))?,
            seq: Decode::decode(decoder)?,
            published: Decode::decode(decoder)?,
            detail: Decode::decode(decoder)?,
            record: VisitRecord::from_bytes(&<[u8; VisitRecord::LEN]>::decode(decoder)?)
                .map_err(|_| out_of_range("record", 0))?,
        })
    }
}

impl_borrow_decode!(Finding);

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Finding")
    }
}

impl fmt::Debug for Exposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exposure")
    }
}
