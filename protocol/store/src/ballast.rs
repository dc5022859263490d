//! Space kept in reserve, given up when the disk is full so that the store still opens and reads go on.
//! Knows a file and free bytes; does not know the database.
//! Specified in specs/protocol.md §14.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use crate::{
    durable::{create_private_file, remove_if_there},
    error::StoreError,
};

/// The file that only takes up room.
pub(crate) struct Ballast {
    path: PathBuf,
    len_bytes: u64,
}

impl Ballast {
    pub(crate) fn new(path: PathBuf, len_bytes: u64) -> Self {
        Self { path, len_bytes }
    }

    /// Whether the reserve is there.
    pub(crate) fn is_full(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() >= self.len_bytes)
    }

    /// Takes the reserve again if the disk has four times as much; says whether it is there.
    pub(crate) fn restore(&self) -> Result<bool, StoreError> {
        if self.is_full() {
            return Ok(true);
        }
        if free_bytes(&self.path)? < self.len_bytes.saturating_mul(4) {
            return Ok(false);
        }
        remove_if_there(&self.path)?;
        match self.fill() {
            Ok(()) => Ok(true),
            Err(StoreError::Full) => {
                remove_if_there(&self.path)?;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Gives the reserve up; says whether there was one.
    pub(crate) fn drop_it(&self) -> Result<bool, StoreError> {
        remove_if_there(&self.path)
    }

    fn fill(&self) -> Result<(), StoreError> {
        let mut file = create_private_file(&self.path)?;
        // Not zeros, which a file system may keep as a hole.
        let block = [0x5a; 65_536];
        let mut left = self.len_bytes;
        while left > 0 {
            let part = usize::try_from(left).map_or(block.len(), |left| left.min(block.len()));
            file.write_all(&block[..part])?;
            left -= u64::try_from(part).unwrap_or(left);
        }
        file.sync_all()?;
        Ok(())
    }
}

/// Bytes a user may still write on the disk that holds this path's folder.
pub(crate) fn free_bytes(path: &Path) -> Result<u64, StoreError> {
    let stat = rustix::fs::statvfs(crate::durable::parent(path))?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}
