//! Backups of a home: what is in one, its bytes, and the home that is made from it.
//! Knows files and their names; does not know peers, or what an office may do afterwards (`service/catch_up`).
//! Specified in specs/protocol.md §14.8.

mod contents;
mod home;
#[cfg(test)]
mod tests;

pub use contents::{Contents, ContentsError};
pub use home::{collect, restore};

use crate::home::HomeError;
use lachan_store::StoreError;
use std::io::ErrorKind;

/// Why there is no backup, or nothing is restored from it.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The backup's bytes are not those of one.
    #[error("the backup is refused: {0}")]
    Contents(#[from] ContentsError),
    /// The home cannot be read or made.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// A file cannot be read or written.
    #[error("a file cannot be read or written: {0}")]
    Io(ErrorKind),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<std::io::Error> for BackupError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.kind())
    }
}
