//! What a person wishes to register, and the profile of the plan that follows from it.
//! Knows defaults; does not know secrets, offices or arguments.
//! Specified in specs/protocol.md §3.3.

use lachan_protocol::id::{AuthorityId, Region};
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::kind::VenueKind;
use lachan_protocol::keys::plan::PlanHead;
use lachan_protocol::keys::registration::VenueProfile;
use lachan_protocol::time::{UnixTime, Window};

/// Hours of a screen's plan when the person does not say how many.
pub const SCREEN_HOURS: u16 = 48;
/// Hours of a plan of slips when the person does not say how many: a month's calendar of 31 slips.
pub const SLIP_HOURS: u16 = 744;
/// Hours of a sheet's plan when the person does not say how many: 31 days, the most there is.
pub const SHEET_HOURS: u16 = 744;

/// Hours that the clocks of Vietnam are ahead of UTC.
const LOCAL_HOURS_AHEAD: u32 = 7;

/// The first window of the local day in which `now` lies: a slip lasts from midnight to midnight.
fn local_midnight(now: UnixTime) -> Window {
    let window = now.window().0;
    Window(window - ((window + LOCAL_HOURS_AHEAD) % 24).min(window))
}

/// A wish: name and place as they were typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The authority to register with.
    pub authority: AuthorityId,
    /// One of its regions.
    pub region: Region,
    /// The kind of code.
    pub schedule: KeySchedule,
    /// The kind of venue.
    pub kind: VenueKind,
    /// The name.
    pub name: String,
    /// The place; may be empty.
    pub place: String,
    /// First window; without it the one in which the plan is made, of slips the local midnight before.
    pub first: Option<Window>,
    /// Number of windows; without it the schedule's default.
    pub hours: Option<u16>,
}

impl Wish {
    /// Number of windows.
    #[must_use]
    pub fn count(&self) -> u16 {
        self.hours.unwrap_or(match self.schedule {
            KeySchedule::Screen => SCREEN_HOURS,
            KeySchedule::Slip => SLIP_HOURS,
            KeySchedule::Sheet => SHEET_HOURS,
        })
    }

    /// The profile of a plan made at `now`.
    #[must_use]
    pub fn profile(&self, now: UnixTime) -> VenueProfile {
        VenueProfile {
            authority: self.authority,
            region: self.region,
            schedule: self.schedule,
            kind: self.kind,
            name: self.name.clone(),
            place: self.place.clone(),
            first: self.first.unwrap_or_else(|| match self.schedule {
                KeySchedule::Slip => local_midnight(now),
                KeySchedule::Screen | KeySchedule::Sheet => now.window(),
            }),
            count: self.count(),
        }
    }

    /// Whether a plan that still waits for its answer is the one that this wish asks for again. A wish without
    /// a first window means the plan made before, unless that is over.
    #[must_use]
    pub fn is_for(&self, head: &PlanHead, now: UnixTime) -> bool {
        let first_fits = match self.first {
            Some(first) => first == head.first,
            None => now < head.last().end(),
        };
        first_fits
            && self.authority == head.authority
            && self.region == head.region
            && self.schedule == head.schedule
            && self.kind == head.kind
            && self.name == head.name.as_str()
            && self.place == head.place.as_str()
            && self.count() == head.count
    }
}
