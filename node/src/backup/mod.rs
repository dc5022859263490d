//! Backups of a home: what is in one, its bytes, and the home that is made from it.
//! Knows files and their names; does not know peers, or what an office may do afterwards (`service/catch_up`).
//! Specified in specs/protocol.md §14.9.

mod contents;
mod home;
#[cfg(test)]
mod tests;

pub use contents::{Contents, ContentsError};
pub use home::{collect, restore, stored_registrations};

use crate::home::HomeError;
use crate::office::LoadError;
use lachan_store::StoreError;
use std::io::ErrorKind;

/// Why there is no backup, or nothing is restored from it.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is a file already where the backup would go.
    #[error("there is a file already where the backup would go")]
    AlreadyThere,
    /// The backup's bytes are not those of one.
    #[error("the backup is refused: {0}")]
    Contents(#[from] ContentsError),
    /// The home cannot be read or made.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// A file cannot be read or written.
    #[error("a file cannot be read or written: {0}")]
    Io(ErrorKind),
    /// A record of the store is damaged.
    #[error(transparent)]
    Record(#[from] LoadError),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<std::io::Error> for BackupError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.kind())
    }
}
