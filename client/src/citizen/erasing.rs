//! By which time old things are erased: that of the clock, unless it is far ahead of all that was verified.
//! Knows times only; does not know what is erased or where it lies.
//! Specified in specs/protocol.md §12.2.

use lachan_protocol::time::{DAY_SECONDS, UnixTime};

/// A clock this much later than the newest verified time erases nothing by its own word. A phone that is synced now and
/// then never comes here; one jump of a clock must not destroy what cannot be brought back.
pub const FAR_AHEAD_SECONDS: u64 = 45 * DAY_SECONDS;

/// Whether the clock is far ahead of the newest of the verified times.
#[must_use]
pub fn is_far_ahead(now: UnixTime, verified: [UnixTime; 2]) -> bool {
    now > newest(verified).plus(FAR_AHEAD_SECONDS)
}

/// What is over at this time may be erased: now, or the newest verified time when the clock is far ahead of it.
#[must_use]
pub fn erasing_time(now: UnixTime, verified: [UnixTime; 2]) -> UnixTime {
    if is_far_ahead(now, verified) {
        newest(verified)
    } else {
        now
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
    fn a_clock_behind_what_was_verified_erases_by_its_own_time() {
        assert_eq!(erasing_time(MADE.minus(1), [FLOOR, MADE]), MADE.minus(1));
    }
}
