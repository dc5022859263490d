//! The open visit: which of its hours may still change, and which codes are of its venue.
//! Knows codes, hours and tags; does not seal.
//! Specified in specs/protocol.md §12.3.

use super::{CitizenError, FLOOR_SLACK_SECONDS};
use lachan_protocol::code::VenueCode;
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::token::DetectionTag;

/// The visit that is open.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenVisit {
    /// The code, verified when the visit began.
    pub code: VenueCode,
    /// When the visitor came.
    pub arrival: UnixTime,
    /// When the visit ends by itself.
    pub expected_end: UnixTime,
    /// Its tokens in the wallet that may still change; those of other hours are final.
    pub tags: Vec<(Window, DetectionTag)>,
}

/// So long before the end of what was sealed the person is reminded, by every command.
pub const REMINDER_SECONDS: u64 = 1_200;

impl OpenVisit {
    /// Whether it ends by itself soon: who stays longer should scan the code again.
    #[must_use]
    pub fn ends_soon(&self, now: UnixTime) -> bool {
        now < self.expected_end && self.expected_end.minus(REMINDER_SECONDS) <= now
    }

    /// Whether a code is of this visit's venue: the same plan, or another plan of the same place.
    #[must_use]
    pub fn is_at(&self, code: &VenueCode) -> bool {
        let same_plan = self.code.code_id() == code.code_id();
        let named = |code: &VenueCode| {
            (
                code.authority(),
                code.name().to_owned(),
                code.place().to_owned(),
            )
        };
        same_plan || named(&self.code) == named(code)
    }

    /// The second from which its minutes are not final: the arrival, or the first hour that has a tag and a point.
    pub(super) fn open_from(&self) -> UnixTime {
        let first = self.tags.iter().map(|(window, _)| *window).min();
        let first = first.unwrap_or(self.code.first()).max(self.code.first());
        self.arrival.max(first.start())
    }

    /// The visit with another arrival: an earlier one lies within the code's time and not below the floor, since it may
    /// seal hours that were not sealed before. One with final hours stays as it is.
    pub(super) fn arrived(self, arrival: UnixTime, floor: UnixTime) -> Result<Self, CitizenError> {
        let first = self.tags.iter().map(|(window, _)| *window).min();
        let sealed_from = self.code.sealing_start(self.arrival).window();
        if self.arrival < self.code.accepted_from() || first != Some(sealed_from) {
            return Err(CitizenError::HoursAreFinal);
        }
        let (from, until) = (self.code.accepted_from(), self.code.accepted_until());
        if arrival < from || arrival >= until {
            return Err(CitizenError::ArrivalOutsideCode { from, until });
        }
        if arrival < self.arrival && arrival < floor.minus(FLOOR_SLACK_SECONDS) {
            return Err(CitizenError::BelowFloor { floor });
        }
        Ok(Self { arrival, ..self })
    }

    /// Whether a code is of the same plan and gives the open hours before `scan` the same points and keys, if any.
    pub(super) fn agrees_before(&self, scan: Window, code: &VenueCode) -> bool {
        let (old, first) = (&self.code, self.open_from().window());
        old.code_id() == code.code_id()
            && (first.0..scan.0).map(Window).all(|window| {
                code.point_of(window).is_none()
                    || code.point_of(window) == old.point_of(window)
                        && code.notification_key_of(window) == old.notification_key_of(window)
            })
    }

    /// Keeps only the tags of hours from this second on: the other tokens are final.
    pub(super) fn final_before(mut self, start: UnixTime) -> Self {
        self.tags.retain(|(window, _)| *window >= start.window());
        self
    }
}

impl std::fmt::Debug for OpenVisit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpenVisit")
    }
}
