//! Making and opening a store: the lock, leftovers, the head in sled against the head outside.
//! Knows the order in which files come to be; does not know what the records mean.
//! Specified in specs/protocol.md §14.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
    sync::{Mutex, PoisonError, RwLock},
};

use ring::rand::{SecureRandom, SystemRandom};

use crate::{
    ballast::Ballast,
    database::Database,
    durable::{create_private_dir, open_private_file, parent, remove_temporaries, sync_dir},
    error::StoreError,
    files::Files,
    head::{Head, HeadFile, Sequence},
    record::{unwrap_checked, wrap},
    repair::sweep,
    store::{Condition, HEAD_KEY, Settings, Store, Writer},
    sync::{GroupSync, lock},
};

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
