//! Time as the protocol counts it: seconds, windows of an hour, UTC days.
//! Knows arithmetic only; nobody here asks a clock.
//! Specified in specs/protocol.md §2.

use bincode::{Decode, Encode};
use core::fmt;
use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
pub struct UnixTime(pub u64);

/// One hour: hours since 1970. `Window(w)` is [w·3600, (w+1)·3600) in unix seconds.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
pub struct Window(pub u32);

/// One UTC day: days since 1970. The index of tokens and batches.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
pub struct Day(pub u16);

/// Seconds of a window.
pub const WINDOW_SECONDS: u64 = 3_600;
/// Seconds of a day.
pub const DAY_SECONDS: u64 = 86_400;
/// Tokens, keys and batches are kept for this many days before the current one.
pub const RETENTION_DAYS: u16 = 28;
/// A window is published only when it ended this many seconds before the batch's time.
pub const PUBLICATION_LAG_SECONDS: u64 = 1_800;

impl UnixTime {
    /// The window that holds this second; the last one there is for a time beyond it.
    #[must_use]
    pub fn window(self) -> Window {
        Window(u32::try_from(self.0 / WINDOW_SECONDS).unwrap_or(u32::MAX))
    }

    /// The UTC day that holds this second; the last one there is for a time beyond it.
    #[must_use]
    pub fn day(self) -> Day {
        Day(u16::try_from(self.0 / DAY_SECONDS).unwrap_or(u16::MAX))
    }

    /// So many seconds later.
    #[must_use]
    pub const fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// So many seconds earlier, not before 1970.
    #[must_use]
    pub const fn minus(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }
}

impl Window {
    /// The last window that has a [`Day`]: windows after day 65,535 are refused everywhere.
    pub const LAST: Self = Self(65_535 * 24 + 23);

    /// Its first second.
    #[must_use]
    pub const fn start(self) -> UnixTime {
        UnixTime(self.0 as u64 * WINDOW_SECONDS)
    }

    /// The first second after it.
    #[must_use]
    pub const fn end(self) -> UnixTime {
        UnixTime((self.0 as u64 + 1) * WINDOW_SECONDS)
    }

    /// Its UTC day, or none for a window after day 65,535.
    #[must_use]
    pub fn day(self) -> Option<Day> {
        u16::try_from(self.0 / 24).ok().map(Day)
    }

    /// `count` windows later, or none beyond [`Window::LAST`].
    #[must_use]
    pub fn plus(self, count: u32) -> Option<Self> {
        let window = self.0.checked_add(count)?;
        (window <= Self::LAST.0).then_some(Self(window))
    }
}

impl Day {
    /// Its first second.
    #[must_use]
    pub const fn start(self) -> UnixTime {
        UnixTime(self.0 as u64 * DAY_SECONDS)
    }

    /// The windows of this day, in order.
    pub fn windows(self) -> impl Iterator<Item = Window> {
        let first = u32::from(self.0) * 24;
        (first..first + 24).map(Window)
    }

    /// What is kept for this day is destroyed when `now` is at or after this second (day + 29 begins).
    #[must_use]
    pub const fn kept_until(self) -> UnixTime {
        UnixTime((self.0 as u64 + RETENTION_DAYS as u64 + 1) * DAY_SECONDS)
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
