//! The venue's core against an office in memory that is made of the protocol's own functions.
//! Knows both halves; no disk, no socket.
//! Specified in specs/protocol.md §3, §10.4 and §11.

pub(crate) mod office;
mod registering;
mod releasing;

use crate::venue::wish::Wish;
use lachan_protocol::id::Region;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::kind::VenueKind;
use lachan_protocol::time::{UnixTime, Window};
use rand::SeedableRng;
use rand::rngs::StdRng;

/// 2026-11-24T02:05:00Z
pub(crate) const NOW: UnixTime = UnixTime(1_795_485_900);

pub(crate) fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

pub(crate) fn wish(schedule: KeySchedule) -> Wish {
    Wish {
        authority: office::authority(),
        region: Region(1),
        schedule,
        kind: VenueKind(1),
        name: "Phở Thìn".into(),
        place: "13 Lò Đúc".into(),
        first: None,
        hours: Some(30),
    }
}

/// The window so many hours after the plan's first one.
pub(crate) fn hour(index: u32) -> Window {
    Window(NOW.window().0 + index)
}
