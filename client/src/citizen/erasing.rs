//! By which time old things are erased: that of the clock, unless what was verified says otherwise.
//! Knows times only; does not know what is erased or where it lies.
//! Specified in specs/protocol.md §12.2.

use lachan_protocol::time::{DAY_SECONDS, UnixTime};

/// A clock this much later than the newest verified time erases nothing by its own word: tokens of the last two weeks
/// outlive every jump of a clock. A phone that is synced once a fortnight never comes here.
pub const FAR_AHEAD_SECONDS: u64 = 14 * DAY_SECONDS;

/// Whether the clock is far ahead of the newest of the verified times.
#[must_use]
pub fn is_far_ahead(now: UnixTime, verified: [UnixTime; 2]) -> bool {
    now > newest(verified).plus(FAR_AHEAD_SECONDS)
}

/// What is over at this time may be erased: now; the newest verified time when the clock is far ahead of it, or behind
/// it, since that time is over whatever the clock says.
#[must_use]
pub fn erasing_time(now: UnixTime, verified: [UnixTime; 2]) -> UnixTime {
    let newest = newest(verified);
    if is_far_ahead(now, verified) {
        newest
    } else {
        now.max(newest)
    }
}

fn newest([one, other]: [UnixTime; 2]) -> UnixTime {
    one.max(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOOR: UnixTime = UnixTime(1_795_000_000);
    const MADE: UnixTime = UnixTime(1_790_000_000);

    #[test]
    fn a_clock_far_ahead_of_all_that_was_verified_erases_nothing_more() {
        let last = FLOOR.plus(FAR_AHEAD_SECONDS);
        for verified in [[FLOOR, MADE], [MADE, FLOOR]] {
            assert_eq!(erasing_time(last.plus(1), verified), FLOOR);
            assert!(is_far_ahead(last.plus(1), verified));
            // Control: one second less, and the clock is believed.
            assert_eq!(erasing_time(last, verified), last);
            assert!(!is_far_ahead(last, verified));
        }
    }

    #[test]
    fn a_clock_behind_what_was_verified_keeps_nothing_longer() {
        for behind in [1, 400 * DAY_SECONDS] {
            assert_eq!(erasing_time(MADE.minus(behind), [FLOOR, MADE]), FLOOR);
        }
        assert_eq!(erasing_time(FLOOR.plus(1), [FLOOR, MADE]), FLOOR.plus(1));
    }
}
