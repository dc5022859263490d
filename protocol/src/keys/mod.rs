//! Key schedules: plans, shares, proofs, registration.
//! Knows secrets and points; does not know where they are kept.
//! Specified in specs/protocol.md §3.

mod types;

pub use types::{KeySchedule, KeyShare, NotificationKey, ReleasedKey, WindowKey, WindowPoint};
