//! The store: a folder opened, records committed and read.
//! Knows heads, limits and the order of syncs; does not know what the records mean.
//! Specified in specs/protocol.md §14.

use std::{
    fmt,
    fs::{self, File, TryLockError},
    ops::Bound,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError, RwLock},
};

use ring::rand::{SecureRandom, SystemRandom};

use crate::{
    ballast::{Ballast, free_bytes},
    batch::Batch,
    database::{Database, Pair},
    durable::{create_private_dir, open_private_file, parent, remove_temporaries, sync_dir},
    error::StoreError,
    files::{FileName, Files},
    head::{Head, HeadFile, Sequence},
    record::{Tree, unwrap_checked, wrap},
    repair::sweep,
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
    database: RwLock<Option<Database>>,
    pub(crate) head_file: Mutex<Option<HeadFile>>,
    pub(crate) group: GroupSync,
    pub(crate) files: Files,
    ballast: Ballast,
    /// Holds the lock until it is dropped.
    _lock: File,
}

impl Store {
    /// Makes a store in a folder (made too if absent) and opens it.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`], [`StoreError::DatabaseMissing`] when a head file tells of a lost database,
    /// [`StoreError::Locked`], [`StoreError::Full`], [`StoreError::Io`], [`StoreError::DatabaseCorrupt`].
    pub fn create(dir: &Path) -> Result<Self, StoreError> {
        Self::create_with(dir, Settings::default())
    }

    /// [`Self::create`] with settings of one's own.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub fn create_with(dir: &Path, settings: Settings) -> Result<Self, StoreError> {
        Self::create_from(dir, settings, Head::first(random_name()?))
    }

    pub(crate) fn create_from(
        dir: &Path,
        settings: Settings,
        first: Head,
    ) -> Result<Self, StoreError> {
        create_private_dir(dir)?;
        let lock = take_lock(dir)?;
        if dir.join("db").exists() {
            return Err(StoreError::AlreadyThere);
        }
        refuse_missing_database(dir)?;
        let new = dir.join("db.new");
        remove_dir_if_there(&new)?;
        create_private_dir(&new)?;
        let database = Database::open(&new)?;
        database.apply(head_batch(&first))?;
        database.sync()?;
        database.close_synced(&new)?;
        HeadFile::create(&dir.join("head"), &first)?;
        fs::rename(&new, dir.join("db"))?;
        sync_dir(dir)?;
        Self::open_locked(dir, settings, lock)
    }

    /// Opens a store. One that lost something opens too, with a [`Condition`] that refuses commits.
    ///
    /// # Errors
    /// [`StoreError::Absent`], [`StoreError::DatabaseMissing`], [`StoreError::Locked`], [`StoreError::DatabaseCorrupt`],
    /// [`StoreError::Full`] when even without its ballast there is no room to open, [`StoreError::Io`].
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_with(dir, Settings::default())
    }

    /// [`Self::open`] with settings of one's own.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with(dir: &Path, settings: Settings) -> Result<Self, StoreError> {
        if !dir.is_dir() {
            return Err(StoreError::Absent);
        }
        let lock = take_lock(dir)?;
        if !dir.join("db").is_dir() {
            refuse_missing_database(dir)?;
            return Err(StoreError::Absent);
        }
        Self::open_locked(dir, settings, lock)
    }

    fn open_locked(dir: &Path, settings: Settings, lock: File) -> Result<Self, StoreError> {
        remove_dir_if_there(&dir.join("db.new"))?;
        remove_temporaries(dir)?;
        let ballast = Ballast::new(dir.join("ballast"), settings.ballast_bytes);
        let database = open_with_ballast(dir, &ballast)?;
        let (writer, head_file) = examine(dir, &database, settings)?;
        ballast.restore()?;
        let group = GroupSync::default();
        group.revive(writer.head.sequence);
        Ok(Self {
            dir: dir.to_owned(),
            settings,
            writer: Mutex::new(writer),
            database: RwLock::new(Some(database)),
            head_file: Mutex::new(head_file),
            group,
            files: Files::open(dir.join("files"))?,
            ballast,
            _lock: lock,
        })
    }

    /// Closes and opens the database again after a failure: shows what really is on the disk, ends the poisoning.
    ///
    /// # Errors
    /// As [`Self::open`]; the store then stays poisoned.
    pub fn reopen(&self) -> Result<(), StoreError> {
        let mut writer = lock(&self.writer);
        self.group.poison();
        let mut database = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *database = None;
        let opened = open_with_ballast(&self.dir, &self.ballast)?;
        let (found, head_file) = examine(&self.dir, &opened, self.settings)?;
        self.ballast.restore()?;
        self.group.revive(found.head.sequence);
        *writer = found;
        *lock(&self.head_file) = head_file;
        *database = Some(opened);
        Ok(())
    }

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

/// A random name for a store.
pub(crate) fn random_name() -> Result<[u8; 16], StoreError> {
    let mut name = [0; 16];
    SystemRandom::new()
        .fill(&mut name)
        .map_err(|_| StoreError::Io(std::io::ErrorKind::Other))?;
    Ok(name)
}

/// A batch with nothing but the head.
pub(crate) fn head_batch(head: &Head) -> sled::Batch {
    let mut batch = sled::Batch::default();
    batch.insert(HEAD_KEY, wrap(HEAD_KEY, &head.to_bytes()).0);
    batch
}

/// The head in the database; `None` when it is absent or damaged.
pub(crate) fn head_in(database: &Database) -> Option<Head> {
    let stored = database.get(HEAD_KEY).ok()??;
    Head::from_bytes(unwrap_checked(HEAD_KEY, &stored).ok()?.0)
}

fn take_lock(dir: &Path) -> Result<File, StoreError> {
    let lock = open_private_file(&dir.join("lock"))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn refuse_missing_database(dir: &Path) -> Result<(), StoreError> {
    match HeadFile::open(&dir.join("head"))? {
        Some((_, head)) if head.sequence > 0 => Err(StoreError::DatabaseMissing),
        Some(_) | None => Ok(()),
    }
}

fn remove_dir_if_there(dir: &Path) -> Result<(), StoreError> {
    if dir.exists() {
        fs::remove_dir_all(dir)?;
        sync_dir(parent(dir))?;
    }
    Ok(())
}

fn open_with_ballast(dir: &Path, ballast: &Ballast) -> Result<Database, StoreError> {
    match Database::open(&dir.join("db")) {
        Err(StoreError::Full) if ballast.drop_it()? => {
            tracing::warn!("the disk is full: the ballast was removed to open the store");
            Database::open(&dir.join("db"))
        }
        opened => opened,
    }
}

/// Compares the database with the head file, and its records with its head.
fn examine(
    dir: &Path,
    database: &Database,
    settings: Settings,
) -> Result<(Writer, Option<HeadFile>), StoreError> {
    let in_database = head_in(database);
    let opened = HeadFile::open(&dir.join("head"))?;
    let in_file = opened.as_ref().map(|(_, head)| *head);
    let mut head_file = opened.map(|(file, _)| file);
    let condition = match (in_file, in_database) {
        (None, _) => Condition::HeadLost,
        (Some(file), Some(head)) if continues(&file, &head) => {
            let len = fs::metadata(dir.join("db").join("db"))?.len();
            match len <= settings.sweep_at_open_bytes {
                true if sweep(database).fits(&head) => Condition::Sound,
                true => Condition::Incomplete,
                false => Condition::Unswept,
            }
        }
        (Some(file), head) => Condition::RolledBack {
            head: Sequence::new(file.sequence),
            database: Sequence::new(head.map_or(0, |head| head.sequence)),
        },
    };
    match condition.allows_commits() {
        Err(error) => tracing::error!(%error, "the store opened for reading only"),
        // A killed writer left the file behind the database.
        Ok(()) => {
            if let (Some(file), Some(head)) = (head_file.as_mut(), in_database)
                && in_file != in_database
            {
                file.write(&head, true)?;
            }
        }
    }
    let head = match in_database {
        Some(head) => head,
        None => Head::first(random_name()?),
    };
    Ok((Writer { head, condition }, head_file))
}

/// Whether the database is of the file's history and not before it.
fn continues(file: &Head, database: &Head) -> bool {
    file.store == database.store
        && (file.sequence < database.sequence
            || (file.sequence == database.sequence && file == database))
}
