//! Dates and times as people in Vietnam read them (UTC+7, no summer time), and as machines do (UTC).
//! Knows the calendar; does not know what time it is.
//! Specified in specs/protocol.md §2.

use lachan_protocol::time::{DAY_SECONDS, Day, UnixTime};

/// Vietnam is seven hours ahead of UTC all year.
const VIETNAM_SECONDS: u64 = 7 * 3_600;

/// Year, month, day of a count of days since 1970 (proleptic Gregorian calendar).
const fn civil(days: u64) -> (u64, u64, u64) {
    let z = days + 719_468;
    let era = z / 146_097;
    let day_of_era = z % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// `2026-11-24`: a UTC day, as in JSON, in file names and after `--day`.
#[must_use]
pub fn iso_day(day: Day) -> String {
    let (year, month, day) = civil(u64::from(day.0));
    format!("{year:04}-{month:02}-{day:02}")
}

/// The UTC day that [`iso_day`] writes so.
#[must_use]
pub fn day_from_iso(text: &str) -> Option<Day> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<u64>().ok());
    let (year, month) = (parts.next()??, parts.next()??);
    // At most 366 days a year: the guess is early by at most half a year.
    let guess = (year.checked_sub(1970)? * 365_2425 / 10_000 + (month.checked_sub(1)?) * 30)
        .saturating_sub(40);
    (guess..guess + 120)
        .filter_map(|days| u16::try_from(days).ok().map(Day))
        .find(|day| iso_day(*day) == text)
}

/// `2026-11-24T02:05:00Z`.
#[must_use]
pub fn rfc3339(time: UnixTime) -> String {
    let (year, month, day) = civil(time.0 / DAY_SECONDS);
    let (hour, minute) = (time.0 / 3_600 % 24, time.0 / 60 % 60);
    let second = time.0 % 60;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// `09:05`, Vietnam's time.
#[must_use]
pub fn clock(time: UnixTime) -> String {
    let local = time.0.saturating_add(VIETNAM_SECONDS);
    format!("{:02}:{:02}", local / 3_600 % 24, local / 60 % 60)
}

/// `24/11/2026`, Vietnam's date.
#[must_use]
pub fn date(time: UnixTime) -> String {
    let (year, month, day) = civil(time.0.saturating_add(VIETNAM_SECONDS) / DAY_SECONDS);
    format!("{day:02}/{month:02}/{year:04}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_right_at_the_edges() {
        assert_eq!(iso_day(Day(0)), "1970-01-01");
        assert_eq!(iso_day(Day(11_016)), "2000-02-29");
        assert_eq!(iso_day(Day(20_781)), "2026-11-24");
        assert_eq!(iso_day(Day(u16::MAX)), "2149-06-06");
        assert_eq!(rfc3339(UnixTime(1_795_511_100)), "2026-11-24T09:05:00Z");
        assert_eq!(clock(UnixTime(1_795_511_100)), "16:05");
        assert_eq!(date(UnixTime(1_795_539_600)), "25/11/2026");
    }

    #[test]
    fn every_day_reads_back_and_nonsense_does_not() {
        for day in 0..=u16::MAX {
            assert_eq!(day_from_iso(&iso_day(Day(day))), Some(Day(day)));
        }
        for text in [
            "",
            "2026",
            "2026-13-01",
            "2026-02-30",
            "2026-2-3",
            "24-11-2026",
            "1969-12-31",
            "x-y-z",
            "2026-11-24x",
        ] {
            assert_eq!(day_from_iso(text), None, "{text}");
        }
    }
}
