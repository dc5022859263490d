//! What both programs can fail at, told to a person: for each refusal what happened, and what to do.
//! Knows enums and words; no wildcard, so that a new refusal without a text does not compile.
//! Specified in specs/refusals.md.
#![deny(clippy::wildcard_enum_match_arm)]

#[cfg(feature = "cli")]
mod clock;
#[cfg(feature = "cli")]
mod home;
#[cfg(feature = "cli")]
mod sealed;
#[cfg(feature = "cli")]
mod store;
mod system;
mod trust;
#[cfg(feature = "cli")]
mod usage;

#[cfg(feature = "cli")]
pub use home::of_home;
#[cfg(feature = "cli")]
pub use store::{StoreHints, of_store};
pub use system::of_system;
#[cfg(feature = "cli")]
pub use usage::of_usage;
