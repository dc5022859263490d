//! sled, without its traps: opened behind a fence, flushed to the disk, its panics turned into errors.
//! Knows stored keys and stored values; does not know trees, checksums or the head.
//! Specified in specs/protocol.md §14.

use std::{
    fs::{self, File},
    io::ErrorKind,
    ops::Bound,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    thread,
    time::Duration,
};

use crate::{
    durable::{make_private, sync_tree, write_durably},
    error::StoreError,
};

/// What sled 0.34.7 keeps in `conf` for the settings used here. It panics or refuses when the file is torn.
const CONF: &[u8] = b"segment_size: 524288\nuse_compression: false\nversion: 0.34\n";
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
        remove_snapshots(dir)?;
        write_conf(dir)?;
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
    }
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

/// A snapshot only speeds recovery up; one that is half written or damaged makes every open fail.
fn remove_snapshots(dir: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with("snap."))
        {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn write_conf(dir: &Path) -> Result<(), StoreError> {
    let path = dir.join("conf");
    let mut expected = CONF.to_vec();
    expected.extend_from_slice(&crc32fast::hash(CONF).to_le_bytes());
    match fs::read(&path) {
        Ok(found) if found == expected => Ok(()),
        Ok(_) => {
            tracing::warn!("the database's settings were torn and are written again");
            write_durably(&path, &expected)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => write_durably(&path, &expected),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conf_is_what_sled_itself_writes() {
        let dir = tempfile::tempdir().unwrap();
        drop(config(dir.path()).open().unwrap());
        let written = fs::read(dir.path().join("conf")).unwrap();
        fs::write(dir.path().join("conf"), b"torn").unwrap();
        write_conf(dir.path()).unwrap();
        assert_eq!(fs::read(dir.path().join("conf")).unwrap(), written);
    }
}
