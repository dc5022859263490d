//! The head of a plan: what it says in clear, and where a window stands in it.
//! Knows fields and arithmetic on windows; does not know secrets or points.
//! Specified in specs/protocol.md §3.3; bytes in specs/wire.md §2.

use crate::crypto::point::Point;
use crate::id::{AuthorityId, Region};
use crate::keys::epoch::Epoch;
use crate::keys::kind::VenueKind;
use crate::keys::polynomial::{Abscissa, evaluate_points};
use crate::keys::range::{MOST_WINDOWS, RangeError, ShownText, Stated, points_of};
use crate::keys::types::{KeySchedule, WindowPoint};
use crate::time::Window;
use crate::wire::Version1;
use bincode::{Decode, Encode};

/// The head of a plan: everything but the secret of notices and the points.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PlanHead {
    /// Version 1.
    pub version: Version1,
    /// The authority whose office adds its shares.
    pub authority: AuthorityId,
    /// One of its regions.
    pub region: Region,
    /// How the windows get their points.
    pub schedule: KeySchedule,
    /// What kind of venue it is.
    pub kind: VenueKind,
    /// The venue's name.
    pub name: ShownText,
    /// Where it is, or which room; may be empty.
    pub place: ShownText,
    /// The venue's Ed25519 key, as it came.
    pub venue_key: [u8; 32],
    /// First window.
    pub first: Window,
    /// Number of windows, 1..=744.
    pub count: u16,
    /// q: 15 for a sheet, else 0.
    pub degree: u8,
    /// Makes equal plans different.
    pub nonce: [u8; 16],
}

impl PlanHead {
    /// Most bytes of a head: name and place may have 510 bytes before their range is checked.
    pub const MOST_BYTES: usize = 70 + 2 + 510;

    /// Number of points that belong to this head.
    #[must_use]
    pub fn points_len(&self) -> usize {
        points_of(self.schedule, self.count, self.degree)
    }

    /// Place of a window in the plan, from 0; none outside the plan.
    #[must_use]
    pub fn index_of(&self, window: Window) -> Option<u16> {
        let index = u16::try_from(window.0.checked_sub(self.first.0)?).ok()?;
        (index < self.count).then_some(index)
    }

    /// The plan's windows in order.
    pub fn windows(&self) -> impl DoubleEndedIterator<Item = Window> + use<> {
        let first = self.first.0;
        (0..u32::from(self.count)).map(move |index| Window(first.saturating_add(index)))
    }

    /// The plan's last window.
    #[must_use]
    pub fn last(&self) -> Window {
        Window(
            self.first
                .0
                .saturating_add(u32::from(self.count.max(1)) - 1),
        )
    }

    /// The month whose seeds the office uses.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        Epoch::of(self.first)
    }

    /// The point of a window, from points in the order of this plan; none outside it, or for the identity.
    #[must_use]
    pub fn point_of(&self, points: &[Point], window: Window) -> Option<WindowPoint> {
        let point = match self.schedule {
            KeySchedule::Screen | KeySchedule::Slip => {
                *points.get(usize::from(self.index_of(window)?))?
            }
            KeySchedule::Sheet => evaluate_points(points, Abscissa::of(self, window).ok()?).ok()?,
        };
        Some(WindowPoint(point))
    }

    pub(crate) fn check_range(&self) -> Result<(), RangeError> {
        Stated {
            schedule: self.schedule,
            first: self.first,
            count: self.count,
            most: MOST_WINDOWS,
            degree: self.degree,
            name: &self.name,
            place: &self.place,
        }
        .check()
    }
}
