//! The number of the next token: never used twice with one device secret, so it is advanced before it is used.
//! Knows one file beside the device secret; its time tells no hour.
//! Specified in specs/protocol.md §14.

use super::{Disk, WalletError};
use lachan_protocol::time::UnixTime;
use std::path::PathBuf;

const COUNTER: &str = "counter";

/// The file `counter` of a folder.
#[derive(Debug)]
pub struct Counter(Disk);

impl Counter {
    /// The counter in this folder.
    #[must_use]
    pub const fn new(dir: PathBuf) -> Self {
        Self(Disk::new(dir))
    }

    /// The next number that was not used.
    ///
    /// # Errors
    /// [`WalletError::DamagedCounter`] (also when it is absent), [`WalletError::Io`].
    pub fn read(&self) -> Result<u64, WalletError> {
        let bytes = self.0.read(COUNTER)?.ok_or(WalletError::DamagedCounter)?;
        let bytes = bytes.as_slice().try_into();
        bytes
            .map(u64::from_be_bytes)
            .map_err(|_| WalletError::DamagedCounter)
    }

    /// Stores durably that all numbers below this one are used.
    ///
    /// # Errors
    /// [`WalletError::Io`].
    pub fn store(&self, next: u64, now: UnixTime) -> Result<(), WalletError> {
        let bytes = next.to_be_bytes();
        self.0
            .replace_erasing(COUNTER, &bytes, now.day().start())
            .map_err(Into::into)
    }
}
