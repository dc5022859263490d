//! sled, without its traps: opened behind a fence, flushed to the disk, its panics turned into errors.
//! Knows stored keys and stored values; does not know trees, checksums or the head.
//! Specified in specs/protocol.md §14.

use std::{
    fs::{File, TryLockError},
    io::ErrorKind,
    ops::Bound,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    thread,
    time::Duration,
};

use crate::{
    durable::{make_private, open_private_file, sync_dir, sync_tree},
    error::StoreError,
    recovery::prepare,
};

const CACHE_BYTES: u64 = 16 << 20;
/// A dropped sled lets go of its own lock when its threads have ended.
const LOCK_TRIES: u32 = 200;
const LOCK_WAIT: Duration = Duration::from_millis(10);

/// A stored key and a stored value.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

/// An open sled database. Dropping it never panics.
pub(crate) struct Database {
    /// `None` only while it is dropped.
    db: Option<sled::Db>,
    /// sled's own file, for the sync that sled's flush leaves out.
    file: File,
}

impl Database {
    /// Opens, or makes, the database in a folder that exists.
    pub(crate) fn open(dir: &Path) -> Result<Self, StoreError> {
        let before = open_private_file(&dir.join("db"))?;
        wait_for_lock(&before)?;
        prepare(dir)?;
        drop(before);
        let mut tries = 0;
        let db = loop {
            match fenced(|| config(dir).open()) {
                // sled reports its lock as an error of no kind.
                Err(StoreError::Io(ErrorKind::Other)) if tries < LOCK_TRIES => tries += 1,
                opened => break opened?,
            }
            thread::sleep(LOCK_WAIT);
        };
        let opened = Self {
            db: Some(db),
            file: File::open(dir.join("db"))?,
        };
        make_private(dir)?;
        // sled renames its snapshot without syncing the folder, and empties segments that only the snapshot explains.
        sync_dir(dir)?;
        Ok(opened)
    }

    /// Closes it and syncs all its files, for a folder about to be renamed into place.
    pub(crate) fn close_synced(self, dir: &Path) -> Result<(), StoreError> {
        drop(self);
        make_private(dir)?;
        sync_tree(dir)
    }

    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let db = self.db()?;
        fenced(|| db.get(key).map(|value| value.map(|value| value.to_vec())))
    }

    /// Applies a batch at once; it is not on the disk before [`Self::sync`].
    pub(crate) fn apply(&self, batch: sled::Batch) -> Result<(), StoreError> {
        let db = self.db()?;
        fenced(|| db.apply_batch(batch))
    }

    /// Brings everything applied so far to the disk.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        let db = self.db()?;
        fenced(|| db.flush())?;
        self.file.sync_data()?;
        Ok(())
    }

    /// At most `limit` pairs in the order of their keys.
    pub(crate) fn range(
        &self,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        let db = self.db()?;
        fenced(|| {
            let range = db.range::<&[u8], _>((from, to)).take(limit);
            range
                .map(|pair| pair.map(|(key, value)| (key.to_vec(), value.to_vec())))
                .collect()
        })
    }

    /// At most `limit` pairs before a key, the last one first.
    pub(crate) fn range_back(
        &self,
        to: Bound<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        let db = self.db()?;
        fenced(|| {
            let range = db
                .range::<&[u8], _>((Bound::Unbounded, to))
                .rev()
                .take(limit);
            range
                .map(|pair| pair.map(|(key, value)| (key.to_vec(), value.to_vec())))
                .collect()
        })
    }

    fn db(&self) -> Result<&sled::Db, StoreError> {
        self.db.as_ref().ok_or(StoreError::Poisoned)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let db = self.db.take();
        if catch_unwind(AssertUnwindSafe(|| drop(db))).is_err() {
            tracing::error!("the database panicked while it was closed");
        }
        if wait_for_lock(&self.file).is_err() {
            tracing::warn!("the database was not let go of when it was closed");
        }
    }
}

/// Waits until no thread of sled holds the file any more.
fn wait_for_lock(file: &File) -> Result<(), StoreError> {
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => thread::sleep(LOCK_WAIT),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
    Err(StoreError::Locked)
}

fn config(dir: &Path) -> sled::Config {
    sled::Config::new()
        .path(dir)
        .cache_capacity(CACHE_BYTES)
        .mode(sled::Mode::LowSpace)
        .flush_every_ms(None)
}

/// Runs sled where its panics end.
fn fenced<T>(work: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => Ok(result?),
        Err(_) => Err(StoreError::DatabaseCorrupt),
    }
}
