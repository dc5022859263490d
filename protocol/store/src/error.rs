//! What a store refuses or fails at.
//! Knows names of trees; never shows a value, a key or a path.
//! Specified in specs/protocol.md §14.

use std::{fmt, io};

use crate::{files::FileName, head::Sequence};

/// The key of a record inside its tree. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordKey(Vec<u8>);

impl RecordKey {
    pub(crate) fn new(key: &[u8]) -> Self {
        Self(key.to_vec())
    }

    /// The bytes of the key.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordKey")
    }
}

/// Why a store did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no store, or no such secret file, at this place.
    #[error("there is nothing stored at this place")]
    Absent,
    /// There is a store, or a file of this name, already.
    #[error("there is something stored at this place already")]
    AlreadyThere,
    /// A batch beyond its limit; bytes.
    #[error("a batch of {len} bytes is larger than {limit}")]
    BatchTooBig {
        /// Most bytes a batch may have.
        limit: usize,
        /// Bytes it had.
        len: usize,
    },
    /// A record whose checksum does not fit it.
    #[error("a record of tree {tree} is damaged")]
    Corrupt {
        /// Name of the tree; empty when even that cannot be read.
        tree: String,
        /// Key inside the tree.
        key: RecordKey,
    },
    /// sled refuses its own files or panicked over them.
    #[error("the database is damaged")]
    DatabaseCorrupt,
    /// The head file tells of a database that is not there.
    #[error("the database is gone, its head file is there")]
    DatabaseMissing,
    /// A big value that is not there.
    #[error("file {name} is absent")]
    FileAbsent {
        /// Its name.
        name: FileName,
    },
    /// A big value whose bytes do not have its name as hash.
    #[error("file {name} is damaged")]
    FileCorrupt {
        /// Its name.
        name: FileName,
    },
    /// The disk, or this user's share of it, is full.
    #[error("the disk is full")]
    Full,
    /// The head file is absent or unreadable: a rollback could not be noticed. Committing is refused until repaired.
    #[error("the head file is lost")]
    HeadLost,
    /// The records in the database are not those its head counts. Committing is refused until repaired.
    #[error("records of the database are lost")]
    Incomplete,
    /// The operating system failed.
    #[error("input or output failed: {0}")]
    Io(io::ErrorKind),
    /// A key (with its tree's name) beyond its limit; bytes.
    #[error("a key of {len} bytes is longer than {limit}")]
    KeyTooLong {
        /// Most bytes.
        limit: usize,
        /// Bytes it had.
        len: usize,
    },
    /// Another process, or another handle of this one, has the store open.
    #[error("the store is in use")]
    Locked,
    /// Something failed before; [`crate::Store::reopen`] looks again.
    #[error("the store stopped after an earlier failure")]
    Poisoned,
    /// The head file is ahead of the database, or of another history. Committing is refused until repaired.
    #[error("the database is at {database}, its head file at {head}: an older copy was put back")]
    RolledBack {
        /// What the head file says.
        head: Sequence,
        /// What the database says.
        database: Sequence,
    },
    /// A value beyond its limit; bytes. Big values are files.
    #[error("a value of {len} bytes is larger than {limit}")]
    ValueTooBig {
        /// Most bytes.
        limit: usize,
        /// Bytes it had.
        len: usize,
    },
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            kind => Self::Io(kind),
        }
    }
}

impl From<rustix::io::Errno> for StoreError {
    fn from(error: rustix::io::Errno) -> Self {
        io::Error::from(error).into()
    }
}

impl From<sled::Error> for StoreError {
    fn from(error: sled::Error) -> Self {
        match error {
            sled::Error::Io(error) => error.into(),
            sled::Error::CollectionNotFound(_)
            | sled::Error::Unsupported(_)
            | sled::Error::ReportableBug(_)
            | sled::Error::Corruption { .. } => Self::DatabaseCorrupt,
        }
    }
}
