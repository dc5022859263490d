//! The clock: the system's, or the system's moved by a file in a home made for tests.
//! The only place that asks what time it is; knows nothing else.
//! Specified in specs/protocol.md §12.

use lachan_protocol::time::UnixTime;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Why there is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// The system's clock stands before 1970.
    #[error("the system's clock stands before 1970")]
    Before1970,
    /// The file of a test clock does not hold a number of seconds.
    #[error("the clock file does not hold a number of seconds")]
    NotANumber,
    /// A clock file was given, but the home was not made for tests.
    #[error("this home does not obey a test clock")]
    NotATestHome,
    /// The file of a test clock cannot be read.
    #[error("the clock file cannot be read: {0}")]
    Unreadable(std::io::ErrorKind),
}

/// Where the time comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The system's clock.
    System,
    /// The system's clock plus the seconds in this file, which is read again at each use.
    Moved(PathBuf),
}

impl Clock {
    /// The clock of a home: a file is obeyed only by homes made for tests.
    ///
    /// # Errors
    /// [`ClockError::NotATestHome`].
    pub fn new(file: Option<&Path>, test_home: bool) -> Result<Self, ClockError> {
        match file {
            None => Ok(Self::System),
            Some(path) if test_home => Ok(Self::Moved(path.to_owned())),
            Some(_) => Err(ClockError::NotATestHome),
        }
    }

    /// Whether it is a test clock.
    #[must_use]
    pub const fn is_test(&self) -> bool {
        matches!(self, Self::Moved(_))
    }

    /// What time it is.
    ///
    /// # Errors
    /// [`ClockError`], all but `NotATestHome`.
    pub fn now(&self) -> Result<UnixTime, ClockError> {
        let system = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_err(|_| ClockError::Before1970)?
            .as_secs();
        let Self::Moved(path) = self else {
            return Ok(UnixTime(system));
        };
        let text =
            std::fs::read_to_string(path).map_err(|error| ClockError::Unreadable(error.kind()))?;
        let offset: i64 = text.trim().parse().map_err(|_| ClockError::NotANumber)?;
        system
            .checked_add_signed(offset)
            .map(UnixTime)
            .ok_or(ClockError::Before1970)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_file_is_read_at_each_use_and_only_in_a_test_home() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("clock");
        assert_eq!(
            Clock::new(Some(&file), false),
            Err(ClockError::NotATestHome)
        );
        let clock = Clock::new(Some(&file), true).unwrap();
        assert_eq!(
            clock.now(),
            Err(ClockError::Unreadable(std::io::ErrorKind::NotFound))
        );
        std::fs::write(&file, "0\n").unwrap();
        let before = clock.now().unwrap();
        std::fs::write(&file, "7200").unwrap();
        let after = clock.now().unwrap();
        assert!((7_200..7_260).contains(&(after.0 - before.0)));
        std::fs::write(&file, "-3600").unwrap();
        assert!(clock.now().unwrap() < before);
        std::fs::write(&file, "soon").unwrap();
        assert_eq!(clock.now(), Err(ClockError::NotANumber));
        std::fs::write(&file, "-9000000000").unwrap();
        assert_eq!(clock.now(), Err(ClockError::Before1970));
    }
}
