//! sled, without its traps: opened behind a fence, flushed to the disk, its panics turned into errors.
//! Knows stored keys and stored values; does not know trees, checksums or the head.
//! Specified in specs/protocol.md §14.

use std::{
    fs::{File, TryLockError},
    io::ErrorKind,
    ops::Bound,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Once,
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

    /// At most `limit` pairs in the order of their keys; fewer only if there are no more.
    ///
    /// Over a damaged database sled's iterator may end early without a word: it is begun again after the last pair
    /// until it has nothing, and the pair it finds from the other end must have been met.
    pub(crate) fn range(
        &self,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        let db = self.db()?;
        let mut pairs: Vec<Pair> = Vec::new();
        while pairs.len() < limit {
            let met = pairs.last().map(|(key, _)| key.clone());
            let start = met.as_deref().map_or(from, Bound::Excluded);
            if starts_after_end(start, to) {
                break;
            }
            let left = limit - pairs.len();
            let more = fenced(|| {
                let range = db.range::<&[u8], _>((start, to)).take(left);
                range
                    .map(|pair| pair.map(into_pair))
                    .collect::<sled::Result<Vec<_>>>()
            })?;
            if more.is_empty() {
                let last = fenced(|| db.range::<&[u8], _>((start, to)).next_back().transpose())?;
                if last.is_some() {
                    return Err(StoreError::DatabaseCorrupt);
                }
                break;
            }
            pairs.extend(more);
        }
        Ok(pairs)
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
            range.map(|pair| pair.map(into_pair)).collect()
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

fn into_pair((key, value): (sled::IVec, sled::IVec)) -> Pair {
    (key.to_vec(), value.to_vec())
}

/// Bounds that sled must not be asked for.
fn starts_after_end(start: Bound<&[u8]>, end: Bound<&[u8]>) -> bool {
    match (start, end) {
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
        (Bound::Included(start), Bound::Included(end)) => start > end,
        (
            Bound::Included(start) | Bound::Excluded(start),
            Bound::Included(end) | Bound::Excluded(end),
        ) => start >= end,
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

/// Silences what the panics of sled would print: their messages may show whole trees, values and all. Only that and
/// where sled panicked is printed; other panics are printed as before. Programs call it first.
pub fn hush_database_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| match info.location() {
            Some(place) if place.file().contains("sled-0.34") => {
                tracing::error!(line = place.line(), "the database panicked");
            }
            Some(_) | None => usual(info),
        }));
    });
}

/// Runs sled where its panics end.
fn fenced<T>(work: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => Ok(result?),
        Err(_) => Err(StoreError::DatabaseCorrupt),
    }
}
