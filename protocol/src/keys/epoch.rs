//! The epoch of an office's seeds: one calendar month.
//! Knows the calendar; does not know the seeds.
//! Specified in specs/protocol.md §2.1 and §3.4.

use crate::keys::range::MOST_WINDOWS;
use crate::time::{DAY_SECONDS, Day, RETENTION_DAYS, UnixTime, WINDOW_SECONDS, Window};
use core::fmt;
use core::num::ParseIntError;
use core::str::FromStr;

/// The UTC month of a plan's first window + 12 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch {
    year: u16,
    month: u8,
}

/// A text that is not `YYYY-MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a month like 2026-11")]
pub struct NotAnEpoch;

/// Half a day: Vietnam's month begins 7 hours before the UTC one, so its plans fall into the month they are meant for.
const HALF_A_DAY: u32 = 12;

impl Epoch {
    /// The epoch of a plan that begins with `first`.
    #[must_use]
    pub fn of(first: Window) -> Self {
        let hours = first.0.saturating_add(HALF_A_DAY);
        Self::of_day(u64::from(hours / 24))
    }

    /// The month that holds a day since 1970 (Howard Hinnant's civil_from_days, years from March on).
    fn of_day(day: u64) -> Self {
        let shifted = day + 719_468;
        let era = shifted / 146_097;
        let day_of_era = shifted % 146_097;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = (month_from_march + 2) % 12 + 1;
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        Self {
            year: u16::try_from(year).unwrap_or(u16::MAX),
            month: u8::try_from(month).unwrap_or(12),
        }
    }

    /// First second of the month (days_from_civil, the inverse).
    fn start(self) -> UnixTime {
        let month = u64::from(self.month);
        let year = u64::from(self.year) - u64::from(month <= 2);
        let (era, year_of_era) = (year / 400, year % 400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        UnixTime((era * 146_097 + day_of_era).saturating_sub(719_468) * DAY_SECONDS)
    }

    /// The month after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.month == 12 {
            Self {
                year: self.year.saturating_add(1),
                month: 1,
            }
        } else {
            Self {
                year: self.year,
                month: self.month + 1,
            }
        }
    }

    /// When no plan of this epoch can need its seeds any more: 28 days after the last window of the latest one.
    #[must_use]
    pub fn seeds_needed_until(self) -> UnixTime {
        let latest_first = self
            .next()
            .start()
            .minus(u64::from(HALF_A_DAY + 1) * WINDOW_SECONDS);
        latest_first
            .plus(u64::from(MOST_WINDOWS) * WINDOW_SECONDS)
            .plus(u64::from(RETENTION_DAYS) * DAY_SECONDS)
    }

    /// The first day of the month, if it is within the days that there are.
    #[must_use]
    pub fn first_day(self) -> Option<Day> {
        u16::try_from(self.start().0 / DAY_SECONDS).ok().map(Day)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Epoch {
    type Err = NotAnEpoch;

    fn from_str(text: &str) -> Result<Self, NotAnEpoch> {
        let parse = || -> Option<Self> {
            let (year, month) = text.split_once('-')?;
            let read = |digits: &str| -> Result<u16, ParseIntError> { digits.parse() };
            let month = u8::try_from(read(month).ok()?).ok()?;
            Some(Self {
                year: read(year).ok()?,
                month,
            })
        };
        let epoch = parse().ok_or(NotAnEpoch)?;
        let in_range = epoch.year >= 1970 && (1..=12).contains(&epoch.month);
        let is_canonical = alloc::format!("{epoch}") == text;
        if in_range && is_canonical {
            Ok(epoch)
        } else {
            Err(NotAnEpoch)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn begins_half_a_day_before_its_month() {
        // 2026-12-01T00:00:00Z is 1,796,083,200.
        let december = UnixTime(1_796_083_200).window().0;
        assert_eq!(Epoch::of(Window(december - 13)).to_string(), "2026-11");
        assert_eq!(Epoch::of(Window(december - 12)).to_string(), "2026-12");
        assert_eq!(Epoch::of(Window(0)).to_string(), "1970-01");
        assert_eq!(Epoch::of(Window(11_016 * 24)).to_string(), "2000-02");
        assert_eq!(Epoch::of(Window(11_017 * 24 - 13)).to_string(), "2000-02");
        assert_eq!(Epoch::of(Window(11_017 * 24 - 12)).to_string(), "2000-03");
    }

    #[test]
    fn names_are_read_back_and_starts_agree_with_the_calendar() {
        let mut day = 0;
        let mut epoch = Epoch::of_day(0);
        while epoch.year < 2150 {
            assert_eq!(epoch.start(), UnixTime(day * DAY_SECONDS), "{epoch}");
            assert_eq!(epoch.to_string().parse(), Ok(epoch));
            while Epoch::of_day(day) == epoch {
                day += 1;
            }
            assert_eq!(Epoch::of_day(day), epoch.next());
            epoch = epoch.next();
        }
        for bad in ["", "2026", "2026-13", "2026-1", "+2026-01", "1969-12"] {
            assert_eq!(bad.parse::<Epoch>(), Err(NotAnEpoch), "{bad}");
        }
    }

    #[test]
    fn seeds_outlive_the_latest_plan_by_28_days() {
        let november: Epoch = "2026-11".parse().unwrap();
        let latest_first = UnixTime(1_796_083_200).window().0 - 13;
        assert_eq!(Epoch::of(Window(latest_first)), november);
        assert_eq!(Epoch::of(Window(latest_first + 1)), november.next());
        let end = Window(latest_first + 743).end();
        assert_eq!(november.seeds_needed_until(), end.plus(28 * DAY_SECONDS));
    }
}
