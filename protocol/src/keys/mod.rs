//! Key schedules: plans, shares, proofs, registration.
//! Knows secrets and points; does not know where they are kept.
//! Specified in specs/protocol.md §3.

pub mod answer;
pub mod budget;
pub mod epoch;
mod head;
pub mod kind;
pub mod notice;
pub mod office;
pub mod plan;
pub mod polynomial;
pub mod proof;
pub mod range;
pub mod registered;
pub mod registration;
pub mod release;
mod types;
pub mod venue;

pub use types::{KeySchedule, KeyShare, NotificationKey, ReleasedKey, WindowKey, WindowPoint};
