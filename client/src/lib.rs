//! Lá Chắn for citizens and venues: cores that decide, and, with the feature `cli`, the shells around them.
//! The cores know no socket, disk, clock or terminal: without `cli` they build for wasm32.
//! Specified in specs/protocol.md §12.

pub mod citizen;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod home;
pub mod messages;
#[cfg(feature = "cli")]
pub mod net;
#[cfg(feature = "cli")]
pub mod qr;
#[cfg(feature = "cli")]
pub mod store;
pub mod sync;
pub mod trust;
pub mod venue;
#[cfg(feature = "cli")]
pub mod wallet;
