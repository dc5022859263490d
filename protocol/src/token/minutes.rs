//! The minutes of a visit within each of its windows.
//! Knows arrival and departure as numbers; does not know who comes or where.
//! Specified in specs/protocol.md §5.3.

use crate::time::{UnixTime, Window};

/// Minutes that no visit has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the minutes {from} to {to} are not within a window")]
pub struct MinutesError {
    /// The first minute.
    pub from: u8,
    /// The minute after the last.
    pub to: u8,
}

/// The minutes from..to of one window, half-open: from 0..59, to 1..60, from < to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Minutes {
    from: u8,
    to: u8,
}

impl Minutes {
    /// The whole window.
    pub const ALL: Self = Self { from: 0, to: 60 };

    /// Takes two minutes.
    ///
    /// # Errors
    /// [`MinutesError`].
    pub const fn new(from: u8, to: u8) -> Result<Self, MinutesError> {
        if from < to && to <= 60 {
            Ok(Self { from, to })
        } else {
            Err(MinutesError { from, to })
        }
    }

    /// The minutes that a visit from `arrival` to `departure` spends in `window`; none when it does not touch it.
    /// The begun minute counts on both sides, and a visit lasts at least a minute.
    #[must_use]
    pub fn of_visit(window: Window, arrival: UnixTime, departure: UnixTime) -> Option<Self> {
        let (start, end) = (window.start(), window.end());
        if start >= departure.max(arrival.plus(1)) || end <= arrival {
            return None;
        }
        let minute = |seconds: u64| u8::try_from(seconds).expect("an hour has 60 minutes");
        let from = if arrival < start {
            0
        } else {
            minute((arrival.0 - start.0) / 60)
        };
        let to = if departure >= end {
            60
        } else {
            minute(departure.0.saturating_sub(start.0).div_ceil(60))
        };
        Some(Self {
            from,
            to: to.max(from + 1),
        })
    }

    /// The first minute.
    #[must_use]
    pub const fn from(self) -> u8 {
        self.from
    }

    /// The minute after the last.
    #[must_use]
    pub const fn to(self) -> u8 {
        self.to
    }
}

/// Every window that a visit touches, in order, with its minutes there.
pub fn windows_of_visit(
    arrival: UnixTime,
    departure: UnixTime,
) -> impl Iterator<Item = (Window, Minutes)> {
    let last = departure.max(arrival).window();
    (arrival.window().0..=last.0)
        .map(Window)
        .filter_map(move |window| Some((window, Minutes::of_visit(window, arrival, departure)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(arrival: u64, departure: u64) -> alloc::vec::Vec<(u32, u8, u8)> {
        windows_of_visit(UnixTime(arrival), UnixTime(departure))
            .map(|(window, minutes)| (window.0, minutes.from, minutes.to))
            .collect()
    }

    #[test]
    fn counts_begun_minutes_on_both_sides() {
        assert_eq!(all(3_600, 3_600), [(1, 0, 1)]);
        assert_eq!(all(3_659, 3_661), [(1, 0, 2)]);
        assert_eq!(all(3_600, 7_200), [(1, 0, 60)]);
        assert_eq!(all(3_600, 7_201), [(1, 0, 60), (2, 0, 1)]);
        assert_eq!(all(7_199, 10_799), [(1, 59, 60), (2, 0, 60)]);
        assert_eq!(
            all(5_400, 4_000),
            [(1, 30, 31)],
            "a departure before the arrival"
        );
    }

    #[test]
    fn refuses_minutes_that_no_window_has() {
        for (from, to) in [(0, 0), (5, 5), (6, 5), (60, 61), (0, 61)] {
            assert_eq!(Minutes::new(from, to), Err(MinutesError { from, to }));
        }
        assert!(Minutes::new(59, 60).is_ok());
    }
}
