//! Looking at every record: verify, accept a loss by name, salvage into a new store.
//! Knows checksums and sums; does not know which records matter.
//! Specified in specs/protocol.md §14.

use std::{ops::Bound, path::Path};

use crate::{
    batch::{BATCH_LIMIT, Batch},
    database::{Database, Pair},
    error::{RecordKey, StoreError},
    files::FileName,
    head::{Head, HeadFile, Sequence},
    opening::{head_batch, head_in, random_name},
    record::{Sum, split_key, unwrap_checked},
    store::{Condition, HEAD_KEY, Store},
    sync::lock,
};

const PAGE: usize = 256;

/// A record whose checksum does not fit it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedRecord {
    /// Name of its tree; empty when that cannot be read.
    pub tree: String,
    /// Key inside the tree.
    pub key: RecordKey,
}

/// What [`Store::verify`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The condition of the store now.
    pub condition: Condition,
    /// Records whose checksum fits.
    pub records: u64,
    /// Records whose checksum does not.
    pub damaged: Vec<DamagedRecord>,
    /// Whether sled read all its pages.
    pub readable: bool,
    /// Whether the records are exactly those which the head counts and sums.
    pub complete: bool,
    /// Big values whose hash fits.
    pub files: u64,
    /// Big values whose hash does not.
    pub damaged_files: Vec<FileName>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.condition == Condition::Sound && self.complete && self.damaged_files.is_empty()
    }
}

/// What [`Store::salvage`] carried over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalvageReport {
    /// Records in the new store.
    pub records: u64,
    /// Records that were found but damaged.
    pub damaged: Vec<DamagedRecord>,
    /// Whether the records carried over are all that the head counts; `false` when some are lost without a trace.
    pub complete: bool,
    /// Big values in the new store.
    pub files: u64,
    /// Big values left behind.
    pub damaged_files: Vec<FileName>,
}

/// All records, looked at once.
pub(crate) struct Sweep {
    records: u64,
    sum: Sum,
    damaged: Vec<DamagedRecord>,
    readable: bool,
}

impl Sweep {
    pub(crate) fn fits(&self, head: &Head) -> bool {
        self.readable
            && self.damaged.is_empty()
            && self.records == head.count
            && self.sum == head.sum
    }
}

/// Reads every record and sums it; goes on from the other end when a page cannot be read.
pub(crate) fn sweep(database: &Database) -> Sweep {
    let mut sweep = Sweep {
        records: 0,
        sum: Sum::default(),
        damaged: Vec::new(),
        readable: true,
    };
    sweep.readable = each_pair(database, |pair| {
        sweep.look_at(pair);
        Ok(())
    })
    .unwrap_or(false);
    sweep
}

impl Sweep {
    fn look_at(&mut self, (key, stored): &Pair) {
        match unwrap_checked(key, stored) {
            Ok((_, digest)) => {
                self.records += 1;
                self.sum.add(&digest);
            }
            Err(_) => {
                let (tree, key) = split_key(key);
                self.damaged.push(DamagedRecord {
                    tree: tree.to_owned(),
                    key: RecordKey::new(key),
                });
            }
        }
    }
}

/// Calls `work` with every record that sled can read, each once; says whether there was none it cannot.
fn each_pair(
    database: &Database,
    mut work: impl FnMut(&Pair) -> Result<(), StoreError>,
) -> Result<bool, StoreError> {
    let mut from = Bound::Unbounded;
    let readable = loop {
        let Ok(pairs) = database.range(borrow(&from), Bound::Unbounded, PAGE) else {
            break false;
        };
        for pair in pairs.iter().filter(|(key, _)| key != HEAD_KEY) {
            work(pair)?;
        }
        match pairs.last() {
            Some((key, _)) => from = Bound::Excluded(key.clone()),
            None => break true,
        }
    };
    if !readable {
        each_pair_back(database, &from, work)?;
    }
    Ok(readable)
}

/// Calls `work` with the records after `met`, from the end until a page cannot be read.
fn each_pair_back(
    database: &Database,
    met: &Bound<Vec<u8>>,
    mut work: impl FnMut(&Pair) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut to = Bound::Unbounded;
    loop {
        // One at a time, so that nothing before the unreadable page is left out.
        let Ok(pairs) = database.range_back(borrow(&to), 1) else {
            return Ok(());
        };
        let Some(pair) = pairs.first() else {
            return Ok(());
        };
        if matches!(met, Bound::Excluded(met) if pair.0 <= *met) {
            return Ok(());
        }
        if pair.0 != HEAD_KEY {
            work(pair)?;
        }
        to = Bound::Excluded(pair.0.clone());
    }
}

fn borrow(bound: &Bound<Vec<u8>>) -> Bound<&[u8]> {
    match bound {
        Bound::Included(key) => Bound::Included(key),
        Bound::Excluded(key) => Bound::Excluded(key),
        Bound::Unbounded => Bound::Unbounded,
    }
}

impl Store {
    /// Reads every record and every file and compares the records with the head. Commits wait meanwhile.
    /// A store that turns out incomplete refuses commits from then on.
    ///
    /// # Errors
    /// [`StoreError::Io`] of the folder of files, [`StoreError::Poisoned`].
    pub fn verify(&self) -> Result<Report, StoreError> {
        let mut writer = lock(&self.writer);
        self.group.alive()?;
        let head = writer.head;
        let sweep = self.with_database(|database| Ok(sweep(database)))?;
        let complete = sweep.fits(&head);
        if matches!(writer.condition, Condition::Sound | Condition::Unswept) {
            writer.condition = if complete {
                Condition::Sound
            } else {
                Condition::Incomplete
            };
        }
        let condition = writer.condition;
        drop(writer);
        let (mut files, mut damaged_files) = (0, Vec::new());
        for name in self.files.names()? {
            match self.files.read(name) {
                Ok(_) => files += 1,
                // Removed meanwhile.
                Err(StoreError::FileAbsent { .. }) => {}
                Err(_) => damaged_files.push(name),
            }
        }
        let Sweep {
            records,
            damaged,
            readable,
            ..
        } = sweep;
        Ok(Report {
            condition,
            records,
            damaged,
            readable,
            complete,
            files,
            damaged_files,
        })
    }

    /// The named repair: takes the records that are there for the whole truth and allows commits again. What was lost
    /// stays lost; whoever counts releases must treat them all as spent. Numbers of commits go on above all seen.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when a record is damaged, [`StoreError::DatabaseCorrupt`] when a page is unreadable:
    /// then only [`Self::salvage`] helps. [`StoreError::Poisoned`], [`StoreError::Full`], [`StoreError::Io`].
    pub fn accept_rollback(&self) -> Result<Sequence, StoreError> {
        let mut writer = lock(&self.writer);
        self.group.alive()?;
        let sweep = self.with_database(|database| Ok(sweep(database)))?;
        if let Some(record) = sweep.damaged.first() {
            return Err(StoreError::Corrupt {
                tree: record.tree.clone(),
                key: record.key.clone(),
            });
        }
        if !sweep.readable {
            return Err(StoreError::DatabaseCorrupt);
        }
        let known = match writer.condition {
            Condition::RolledBack { head, database } => head.max(database).get(),
            Condition::Sound | Condition::Unswept | Condition::HeadLost | Condition::Incomplete => {
                0
            }
        };
        let sequence = known.max(writer.head.sequence) + 1;
        let mut head = writer.head.after(sequence, &[0; 32]);
        (head.count, head.sum, head.repairs) =
            (sweep.records, sweep.sum, head.repairs.saturating_add(1));
        let path = self.dir.join("head");
        let repaired = self.with_database(|database| {
            database.apply(head_batch(&head))?;
            database.sync()?;
            HeadFile::create(&path, &head)?;
            HeadFile::open(&path)?.ok_or(StoreError::HeadLost)
        });
        let (file, _) = repaired.map_err(|error| self.poison(error))?;
        *lock(&self.head_file) = Some(file);
        writer.head = head;
        writer.condition = Condition::Sound;
        tracing::warn!(%sequence, "a rollback was accepted");
        Ok(Sequence::new(sequence))
    }

    /// Carries every sound record and file into a new store in another folder. Works in every [`Condition`]; the
    /// numbers of commits go on above all seen.
    ///
    /// # Errors
    /// As [`Self::create`] and [`Self::commit`] for the new store; [`StoreError::Poisoned`] for this one.
    pub fn salvage(&self, into: &Path) -> Result<SalvageReport, StoreError> {
        let writer = lock(&self.writer);
        self.group.alive()?;
        let known = match writer.condition {
            Condition::RolledBack { head, database } => head.max(database).get(),
            Condition::Sound | Condition::Unswept | Condition::HeadLost | Condition::Incomplete => {
                0
            }
        };
        let mut first = Head::first(random_name()?);
        first.sequence = known.max(writer.head.sequence);
        first.repairs = writer.head.repairs.saturating_add(1);
        let new = Self::create_from(into, self.settings, first)?;
        let (mut files, mut damaged_files) = (0, Vec::new());
        for name in self.files.names()? {
            match self.files.read(name) {
                Ok(bytes) => {
                    new.put_file(&bytes)?;
                    files += 1;
                }
                Err(_) => damaged_files.push(name),
            }
        }
        let (mut batch, mut damaged) = (Batch::new(), Vec::new());
        let counted = self.with_database(|database| {
            each_pair(database, |(key, stored)| {
                match unwrap_checked(key, stored) {
                    Ok((value, _)) => {
                        if batch.len_bytes() + key.len() + value.len() > BATCH_LIMIT {
                            new.commit(&std::mem::take(&mut batch))?;
                        }
                        batch.put_stored(key.clone(), value.to_vec());
                    }
                    Err(_) => {
                        let (tree, key) = split_key(key);
                        damaged.push(DamagedRecord {
                            tree: tree.to_owned(),
                            key: RecordKey::new(key),
                        });
                    }
                }
                Ok(())
            })?;
            Ok(head_in(database))
        })?;
        new.commit_head_first(&batch)?;
        let carried = lock(&new.writer).head;
        let complete = counted
            .is_some_and(|head| head.count == carried.count && head.sum == carried.sum)
            && matches!(
                writer.condition,
                Condition::Sound | Condition::Unswept | Condition::HeadLost
            );
        Ok(SalvageReport {
            records: carried.count,
            damaged,
            complete,
            files,
            damaged_files,
        })
    }
}
