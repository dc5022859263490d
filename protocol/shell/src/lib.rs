//! What both programs need of a terminal, a home and a clock.
//! Knows people, files and the system's time; does not know what a program's commands do, nor sockets or databases.
//! Specified in specs/protocol.md §12 and §14.
//!
//! Without the feature `cli` only words and dates are left: they build for wasm32.

#[cfg(feature = "cli")]
pub mod arguments;
#[cfg(feature = "cli")]
pub mod clock;
pub mod errors;
#[cfg(feature = "cli")]
pub mod home;
pub mod moment;
#[cfg(feature = "cli")]
pub mod output;
#[cfg(feature = "cli")]
pub mod passphrase;
#[cfg(feature = "cli")]
pub mod terminal;
pub mod words;
