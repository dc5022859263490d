//! What was found: kept as findings, told as exposures with one's own minutes.
//! Knows findings and how newer ones replace older ones; does not know where they are kept.
//! Specified in specs/protocol.md §7.

use lachan_protocol::exposure::exposures::{Exposure, Finding, Outcome, exposures_of};
use lachan_protocol::id::{AuthorityId, CodeId};
use lachan_protocol::time::{Day, UnixTime, Window};
use lachan_protocol::wire::{DecodeError, Message};
use std::collections::BTreeSet;

/// An exposure, and when the person was there in that hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What was published.
    pub exposure: Exposure,
    /// First minute of one's own stay, 0 to 59.
    pub from: u8,
    /// First minute after it, 1 to 60.
    pub to: u8,
}

impl Shown {
    /// Whether the person is warned by it; else it is a detail.
    #[must_use]
    pub const fn is_warning(&self) -> bool {
        is_warning(self.exposure.outcome)
    }
}

const fn is_warning(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Together { .. } | Outcome::TimeUnknown => true,
        Outcome::NoneTogether { .. } | Outcome::Withdrawn => false,
    }
}

/// All findings of the last 29 days, and those of older warnings that nobody has forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Reads what [`Findings::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let pieces = bytes.chunks(Finding::LIMIT).map(Finding::from_bytes);
        pieces.collect::<Result<_, _>>().map(Self)
    }

    /// One finding after the other, all of one length.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(Finding::to_bytes).collect()
    }

    /// Adds a finding; of two of one key and one stay the later tick's holds.
    pub fn add(&mut self, finding: Finding) {
        let name = |finding: &Finding| {
            let record = &finding.record;
            let stay = (record.window(), record.minutes());
            (record.authority(), finding.key.to_bytes(), stay)
        };
        match self
            .0
            .iter_mut()
            .find(|known| name(known) == name(&finding))
        {
            Some(known) if known.seq <= finding.seq => *known = finding,
            Some(_) => {}
            None => self.0.push(finding),
        }
    }

    /// Drops the findings whose time is over, but for those of a warning: it stays until the person forgets it.
    pub fn drop_old(&mut self, now: UnixTime) {
        let name = |exposure: &Exposure| (exposure.window, exposure.code_id, exposure.authority);
        let warnings: BTreeSet<(Window, CodeId, AuthorityId)> = exposures_of(&self.0)
            .iter()
            .filter(|exposure| is_warning(exposure.outcome))
            .map(name)
            .collect();
        self.0.retain(|finding| {
            let record = &finding.record;
            let of = (record.window(), record.code_id(), record.authority());
            now < record.day().kept_until() || warnings.contains(&of)
        });
    }

    /// Adds the findings of a backup.
    pub fn join(&mut self, others: Self) {
        for finding in others.0 {
            self.add(finding);
        }
    }

    /// Drops what was found in these hours of a plan, because their tokens were sealed anew.
    pub fn drop_hours(&mut self, code: CodeId, windows: &BTreeSet<Window>) {
        self.0.retain(|finding| {
            let record = &finding.record;
            record.code_id() != code || !windows.contains(&record.window())
        });
    }

    /// Drops the findings of a day.
    pub fn forget_day(&mut self, day: Day) {
        self.0.retain(|finding| finding.record.day() != day);
    }

    /// Whether anything was found of a day.
    #[must_use]
    pub fn has_day(&self, day: Day) -> bool {
        self.0.iter().any(|finding| finding.record.day() == day)
    }

    /// The exposures, oldest hour first.
    #[must_use]
    pub fn shown(&self) -> Vec<Shown> {
        let with_minutes = |exposure: Exposure| {
            let stays = self
                .0
                .iter()
                .map(|finding| &finding.record)
                .filter(|record| {
                    let of = (record.window(), record.code_id(), record.authority());
                    of == (exposure.window, exposure.code_id, exposure.authority)
                });
            let (from, to) = stays.fold((59, 1), |(from, to), record| {
                let minutes = record.minutes();
                (from.min(minutes.from()), to.max(minutes.to()))
            });
            Shown { exposure, from, to }
        };
        exposures_of(&self.0)
            .into_iter()
            .map(with_minutes)
            .collect()
    }
}
