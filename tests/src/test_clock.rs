//! The test clock: a file with an offset in seconds that every program of a town rereads at each use.
//! Knows the file's form; does not know what happens at which time.
//! Specified in specs/protocol.md §12.

use lachan_protocol::time::UnixTime;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// A clock that a test sets.
#[derive(Debug)]
pub struct TestClock {
    file: PathBuf,
}

impl TestClock {
    /// Makes the file; the clock shows the real time until it is set.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn create(file: &Path) -> io::Result<Self> {
        std::fs::write(file, "0\n")?;
        Ok(Self { file: file.into() })
    }

    /// The file to hand to `--clock`.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Sets the clock; from there it runs at the pace of the real one.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn set(&self, time: UnixTime) -> io::Result<()> {
        let offset = i128::from(time.0) - i128::from(real_now().0);
        let fresh = self.file.with_extension("fresh");
        std::fs::write(&fresh, format!("{offset}\n"))?;
        std::fs::rename(fresh, &self.file)
    }
}

/// The real time.
#[must_use]
pub fn real_now() -> UnixTime {
    UnixTime(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs()),
    )
}
