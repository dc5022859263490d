//! The store: records committed and read.
//! Knows heads, limits and the order of syncs; does not know what the records mean.
//! Specified in specs/protocol.md §14.

use std::{
    fmt,
    fs::File,
    ops::Bound,
    path::PathBuf,
    sync::{Mutex, PoisonError, RwLock},
};

use crate::{
    ballast::{Ballast, free_bytes},
    batch::Batch,
    database::{Database, Pair},
    error::StoreError,
    files::{FileName, Files},
    head::{Head, HeadFile, Sequence},
    record::{Tree, unwrap_checked, wrap},
    sync::{GroupSync, Life, Synced, Wait, lock},
};

/// Where the head lies in sled: no tree has an empty name.
pub(crate) const HEAD_KEY: &[u8] = b"\0head";

/// What a store reserves and looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Bytes of the ballast file.
    pub ballast_bytes: u64,
    /// Free bytes below which commits are refused as [`StoreError::Full`], before sled meets the full disk.
    pub reserve_bytes: u64,
    /// The largest database file whose records are all read and summed at open, in bytes.
    pub sweep_at_open_bytes: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ballast_bytes: 2 << 20,
            reserve_bytes: 2 << 20,
            sweep_at_open_bytes: 64 << 20,
        }
    }
}

/// What opening found. Everything but the first two refuses commits until [`Store::accept_rollback`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// The records are those that were committed.
    Sound,
    /// The head fits; the database is too large to have been swept. [`Store::verify`] decides.
    Unswept,
    /// See [`StoreError::HeadLost`].
    HeadLost,
    /// See [`StoreError::Incomplete`].
    Incomplete,
    /// See [`StoreError::RolledBack`].
    RolledBack {
        /// What the head file says.
        head: Sequence,
        /// What the database says; zero when it has no head.
        database: Sequence,
    },
}

impl Condition {
    /// Refuses with the error of the same name.
    ///
    /// # Errors
    /// [`StoreError::HeadLost`], [`StoreError::Incomplete`], [`StoreError::RolledBack`].
    pub fn allows_commits(self) -> Result<(), StoreError> {
        match self {
            Self::Sound | Self::Unswept => Ok(()),
            Self::HeadLost => Err(StoreError::HeadLost),
            Self::Incomplete => Err(StoreError::Incomplete),
            Self::RolledBack { head, database } => Err(StoreError::RolledBack { head, database }),
        }
    }
}

/// What only one thread at a time may change.
pub(crate) struct Writer {
    /// The head of the last batch applied.
    pub(crate) head: Head,
    pub(crate) condition: Condition,
}

/// An open store. Shared by threads as it is; one process at a time has it open.
pub struct Store {
    pub(crate) dir: PathBuf,
    pub(crate) settings: Settings,
    pub(crate) writer: Mutex<Writer>,
    /// Absent when reopening failed.
    pub(crate) database: RwLock<Option<Database>>,
    pub(crate) head_file: Mutex<Option<HeadFile>>,
    pub(crate) group: GroupSync,
    pub(crate) files: Files,
    pub(crate) ballast: Ballast,
    /// Holds the lock until it is dropped.
    pub(crate) _lock: File,
}

impl Store {
    /// What opening, verifying or repairing found last.
    pub fn condition(&self) -> Condition {
        lock(&self.writer).condition
    }

    /// The number of the last commit applied.
    pub fn sequence(&self) -> Sequence {
        Sequence::new(lock(&self.writer).head.sequence)
    }

    /// How often a rollback was accepted in this store's life.
    pub fn repairs(&self) -> u32 {
        lock(&self.writer).head.repairs
    }

    /// Number of records.
    pub fn count(&self) -> u64 {
        lock(&self.writer).head.count
    }

    /// Applies a batch and answers when it is on the disk. The head file follows with the system's own writing.
    ///
    /// # Errors
    /// Refused, nothing changed: [`StoreError::BatchTooBig`], [`StoreError::KeyTooLong`], [`StoreError::ValueTooBig`],
    /// [`StoreError::Corrupt`] (an older value is damaged), [`StoreError::Full`], [`StoreError::HeadLost`],
    /// [`StoreError::Incomplete`], [`StoreError::RolledBack`], [`StoreError::Poisoned`].
    /// Failed, and the store is poisoned; whether the batch holds is known after [`Self::reopen`]:
    /// [`StoreError::DatabaseCorrupt`], [`StoreError::Full`], [`StoreError::Io`], [`StoreError::Poisoned`].
    pub fn commit(&self, batch: &Batch) -> Result<Sequence, StoreError> {
        self.commit_waiting(batch, Wait::Records)
    }

    /// [`Self::commit`] that answers only when the head file, too, is on the disk: an older copy of the database put
    /// back later will be noticed. For release counters and witnesses.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn commit_head_first(&self, batch: &Batch) -> Result<Sequence, StoreError> {
        self.commit_waiting(batch, Wait::Head)
    }

    fn commit_waiting(&self, batch: &Batch, wait: Wait) -> Result<Sequence, StoreError> {
        batch.within_limits()?;
        let (life, sequence) = self.apply(batch)?;
        self.group
            .wait(life, sequence, wait, |head| self.sync(head))?;
        Ok(Sequence::new(sequence))
    }

    fn apply(&self, batch: &Batch) -> Result<(Life, u64), StoreError> {
        let mut writer = lock(&self.writer);
        let life = self.group.alive()?;
        writer.condition.allows_commits()?;
        self.room_for(batch.len_bytes())?;
        let mut next = writer.head.after(writer.head.sequence + 1, &batch.digest());
        self.with_database(|database| {
            let mut changes = sled::Batch::default();
            for (key, value) in batch.changes() {
                if let Some(old) = database.get(key)? {
                    next.sum.subtract(&unwrap_checked(key, &old)?.1);
                    next.count = next.count.saturating_sub(1);
                }
                if let Some(value) = value {
                    let (stored, digest) = wrap(key, value);
                    next.sum.add(&digest);
                    next.count += 1;
                    changes.insert(key.as_slice(), stored);
                } else {
                    changes.remove(key.as_slice());
                }
            }
            changes.insert(HEAD_KEY, wrap(HEAD_KEY, &next.to_bytes()).0);
            database.apply(changes).map_err(|error| self.poison(error))
        })?;
        writer.head = next;
        Ok((life, next.sequence))
    }

    /// Brings everything applied so far to the disk: database first, then the head file, which is never ahead.
    pub(crate) fn sync(&self, head_too: bool) -> Result<Synced, StoreError> {
        let head = lock(&self.writer).head;
        let write_head = || match lock(&self.head_file).as_mut() {
            Some(file) => file.write(&head, head_too),
            None => Err(StoreError::HeadLost),
        };
        self.with_database(Database::sync)
            .and_then(|()| write_head())
            .map_err(|error| self.poison(error))?;
        Ok(Synced {
            sequence: head.sequence,
            head: head_too,
        })
    }

    /// The value of a record, its checksum verified.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]; [`StoreError::DatabaseCorrupt`], [`StoreError::Io`], which leave other records
    /// readable; [`StoreError::Poisoned`].
    pub fn read(&self, tree: Tree, key: impl AsRef<[u8]>) -> Result<Option<Vec<u8>>, StoreError> {
        let key = tree.stored_key(key.as_ref());
        self.group.alive()?;
        let Some(stored) = self.with_database(|database| database.get(&key))? else {
            return Ok(None);
        };
        unwrap_checked(&key, &stored).map(|(value, _)| Some(value.to_vec()))
    }

    /// Stores a big value as a file, durably. To be done before committing the record that names it.
    ///
    /// # Errors
    /// [`StoreError::Full`], [`StoreError::Io`], [`StoreError::Poisoned`].
    pub fn put_file(&self, bytes: &[u8]) -> Result<FileName, StoreError> {
        self.group.alive()?;
        self.room_for(bytes.len())?;
        self.files.put(bytes)
    }

    /// A big value, its hash verified.
    ///
    /// # Errors
    /// [`StoreError::FileAbsent`], [`StoreError::FileCorrupt`], [`StoreError::Io`].
    pub fn read_file(&self, name: FileName) -> Result<Vec<u8>, StoreError> {
        self.files.read(name)
    }

    /// Removes a big value durably; says whether it was there. To be done after committing away the record that names
    /// it.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn remove_file(&self, name: FileName) -> Result<bool, StoreError> {
        self.files.remove(name)
    }

    /// The names of all big values, sorted: to remove those which no record names.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn file_names(&self) -> Result<Vec<FileName>, StoreError> {
        self.files.names()
    }

    pub(crate) fn range(
        &self,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        self.group.alive()?;
        self.with_database(|database| database.range(from, to, limit))
    }

    pub(crate) fn with_database<T>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        work(database.as_ref().ok_or(StoreError::Poisoned)?)
    }

    /// Refuses before sled would meet a full disk.
    fn room_for(&self, len: usize) -> Result<(), StoreError> {
        let needed = self
            .settings
            .reserve_bytes
            .saturating_add(u64::try_from(len).unwrap_or(u64::MAX));
        if free_bytes(&self.dir.join("db"))? < needed {
            return Err(StoreError::Full);
        }
        if self.ballast.restore()? {
            Ok(())
        } else {
            Err(StoreError::Full)
        }
    }

    pub(crate) fn poison(&self, error: StoreError) -> StoreError {
        if self.group.poison() {
            tracing::error!(%error, "the store stops until it is opened again");
        }
        if error == StoreError::Full
            && let Err(error) = self.ballast.drop_it()
        {
            tracing::error!(%error, "the ballast could not be removed");
        }
        error
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}
