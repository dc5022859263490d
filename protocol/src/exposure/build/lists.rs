//! Filling the lists of a tick, day by day.
//! Knows releases, changes and the history; does not know parts or signatures.
//! Specified in specs/protocol.md §6.2 and §6.6.

use crate::exposure::batch::days_of;
use crate::exposure::build::{BuildError, Change, NewRelease};
use crate::exposure::decoy::DecoySeed;
use crate::exposure::entry::{Entry, ExposureDetail};
use crate::exposure::history::{ActiveCase, Earlier, EarlierEntry};
use crate::exposure::manifest::{
    CaseCause, Cause, EntryRef, ManifestRecord, ReleaseRecord, certificate_hash,
};
use crate::exposure::padding::places;
use crate::exposure::repeats::draw;
use crate::id::BatchId;
use crate::time::{Day, PUBLICATION_LAG_SECONDS, UnixTime};
use crate::wire::Seq8;
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use rand_core::CryptoRng;

/// An entry at its place, with what stands behind it.
pub(super) struct Placed {
    pub(super) entry: Entry,
    pub(super) record: ManifestRecord,
    /// What joins the history, when the scalar stands here for the first time.
    pub(super) fresh: Option<Earlier>,
}

type KeyBytes = [u8; 32];

/// What is still to be placed, by day.
pub(super) struct Filler<'a> {
    batch: BatchId,
    releases: BTreeMap<Day, BTreeMap<KeyBytes, NewRelease>>,
    changes: BTreeMap<EntryRef, (EarlierEntry, Vec<Cause>)>,
    earlier: BTreeMap<Day, Vec<&'a EarlierEntry>>,
    taken: BTreeSet<KeyBytes>,
}

impl<'a> Filler<'a> {
    pub(super) fn new(
        batch: BatchId,
        time: UnixTime,
        releases: Vec<NewRelease>,
        changes: Vec<Change>,
        history: &'a [EarlierEntry],
    ) -> Result<Self, BuildError> {
        let mut days = days_of(time).ok_or(BuildError::TimeOutOfRange(time))?;
        let oldest = days.next().unwrap_or(Day(0));
        let mut filler = Self {
            batch,
            releases: BTreeMap::new(),
            changes: BTreeMap::new(),
            earlier: BTreeMap::new(),
            taken: BTreeSet::new(),
        };
        let mut known = BTreeMap::new();
        for entry in history.iter().filter(|entry| entry.day >= oldest) {
            let damaged = BuildError::HistoryDamaged(entry.first);
            let key = entry.key().ok_or(damaged)?.to_bytes();
            if known.insert(key, entry.first).is_some() {
                return Err(damaged);
            }
            filler.taken.insert(key);
            filler.earlier.entry(entry.day).or_default().push(entry);
        }
        for release in releases {
            if let Some(first) = known.get(&release.key.to_bytes()) {
                return Err(BuildError::ReleasedBefore(*first));
            }
            filler.take_release(release, oldest, time)?;
        }
        filler.take_changes(changes)?;
        Ok(filler)
    }

    fn take_release(
        &mut self,
        release: NewRelease,
        oldest: Day,
        time: UnixTime,
    ) -> Result<(), BuildError> {
        let window = release.window;
        if release.cases.is_empty() {
            return Err(BuildError::CaseMissing(window));
        }
        if window.end().plus(PUBLICATION_LAG_SECONDS) > time {
            return Err(BuildError::WindowInFuture(window));
        }
        let day = window
            .day()
            .filter(|day| *day >= oldest)
            .ok_or(BuildError::WindowTooOld(window))?;
        let key = release.key.to_bytes();
        if let Some(same) = self.releases.entry(day).or_default().get_mut(&key) {
            if same.window != window || same.notice != release.notice {
                return Err(BuildError::KeyOfTwoWindows(window));
            }
            same.cases.extend(release.cases);
            return Ok(());
        }
        if !self.taken.insert(key) {
            return Err(BuildError::KeyOfTwoWindows(window));
        }
        self.releases.entry(day).or_default().insert(key, release);
        Ok(())
    }

    fn take_changes(&mut self, changes: Vec<Change>) -> Result<(), BuildError> {
        let by_ref: BTreeMap<EntryRef, &EarlierEntry> = self
            .earlier
            .values()
            .flatten()
            .map(|entry| (entry.first, *entry))
            .collect();
        for Change { first, cause } in changes {
            let known = by_ref.get(&first).ok_or(BuildError::EntryUnknown(first))?;
            let (entry, causes) = self
                .changes
                .entry(first)
                .or_insert_with(|| ((*known).clone(), Vec::new()));
            apply(entry, &cause)?;
            causes.push(cause);
        }
        Ok(())
    }

    /// The list of one day, sorted.
    pub(super) fn fill(
        &mut self,
        day: Day,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Placed>, BuildError> {
        let releases = self.releases.remove(&day).unwrap_or_default();
        let earlier = self.earlier.remove(&day).unwrap_or_default();
        let (changed, others): (Vec<&EarlierEntry>, Vec<&EarlierEntry>) = earlier
            .iter()
            .copied()
            .partition(|entry| self.changes.contains_key(&entry.first));
        let places = places(releases.len(), changed.len(), earlier.len())
            .ok_or(BuildError::TooManyEntries)?;

        let mut list = Vec::new();
        for release in releases.into_values() {
            list.push(self.release(release)?);
        }
        for entry in &changed {
            list.push(self.change(entry.first)?);
        }
        for entry in draw(others, places.repeats - changed.len(), rng) {
            let repeated = entry
                .entry(&self.batch)
                .ok_or(BuildError::HistoryDamaged(entry.first))?;
            let record = ManifestRecord::Repeat(entry.first);
            list.push(Placed {
                entry: repeated,
                record,
                fresh: None,
            });
        }
        for _ in 0..places.decoys {
            list.push(self.decoy(rng));
        }
        list.sort_by_key(|placed| placed.entry.key.to_bytes());
        Ok(list)
    }

    fn release(&self, release: NewRelease) -> Result<Placed, BuildError> {
        let NewRelease {
            key,
            window,
            notice,
            backing,
            cases,
        } = release;
        let active: Vec<ActiveCase> = cases.iter().map(active).collect();
        let causes = cases
            .into_iter()
            .map(|case| Cause::Case(Box::new(case)))
            .collect();
        let detail = ExposureDetail::of_cases(active.iter().map(|case| case.own));
        let entry = Entry::seal(key, detail, &notice, window, &self.batch);
        let causes = counted(causes)?;
        let record = ReleaseRecord {
            backing,
            window,
            notice: notice.clone(),
            detail,
            causes,
        };
        Ok(Placed {
            entry,
            record: ManifestRecord::Release(Box::new(record)),
            fresh: Some(Earlier::Released {
                key,
                window,
                notice,
                cases: counted(active)?,
            }),
        })
    }

    fn change(&self, first: EntryRef) -> Result<Placed, BuildError> {
        let unknown = BuildError::EntryUnknown(first);
        let (entry, causes) = self.changes.get(&first).ok_or(unknown)?;
        let detail = entry.detail().ok_or(BuildError::ChangeOfDecoy(first))?;
        let causes = counted(causes.clone())?;
        Ok(Placed {
            entry: entry.entry(&self.batch).ok_or(unknown)?,
            record: ManifestRecord::Change {
                first,
                detail,
                causes,
            },
            fresh: None,
        })
    }

    fn decoy(&mut self, rng: &mut impl CryptoRng) -> Placed {
        loop {
            let seed = DecoySeed::random(rng);
            let Some(entry) = seed.entry(&self.batch) else {
                continue;
            };
            if self.taken.insert(entry.key.to_bytes()) {
                let record = ManifestRecord::Decoy(seed.clone());
                return Placed {
                    entry,
                    record,
                    fresh: Some(Earlier::Decoy(seed)),
                };
            }
        }
    }

    /// The changed entries as they are now, once all days are filled.
    pub(super) fn into_changed(self) -> Result<Vec<EarlierEntry>, BuildError> {
        if let Some(entry) = self.earlier.values().flatten().next() {
            return Err(BuildError::EntryUnknown(entry.first));
        }
        if let Some(release) = self.releases.values().flat_map(BTreeMap::values).next() {
            return Err(BuildError::WindowInFuture(release.window));
        }
        Ok(self.changes.into_values().map(|(entry, _)| entry).collect())
    }
}

fn active(case: &CaseCause) -> ActiveCase {
    ActiveCase {
        certificate: certificate_hash(&case.certificate),
        own: case.own,
    }
}

fn counted<T>(values: Vec<T>) -> Result<Seq8<T>, BuildError> {
    Seq8::new(values).map_err(|_| BuildError::TooManyCases)
}

/// A further case joins; a withdrawal takes its case away.
fn apply(entry: &mut EarlierEntry, cause: &Cause) -> Result<(), BuildError> {
    let first = entry.first;
    let Earlier::Released { cases, .. } = &mut entry.what else {
        return Err(BuildError::ChangeOfDecoy(first));
    };
    let mut left = core::mem::take(cases).into_inner();
    match cause {
        Cause::Case(case) => left.push(active(case)),
        Cause::Withdrawal(withdrawal) => {
            let before = left.len();
            let withdrawn = certificate_hash(&withdrawal.certificate);
            left.retain(|case| case.certificate != withdrawn);
            if left.len() == before {
                return Err(BuildError::CaseNotActive(first));
            }
        }
    }
    *cases = counted(left)?;
    Ok(())
}
