//! What went wrong, for people: for each refusal its stable code, what happened, and what to do. Errors of other crates are told by functions `of_…`.
//! Knows the enums of refusals and words; no wildcard, so that a new refusal without a text does not compile.
//! Specified in specs/refusals.md.
#![deny(clippy::wildcard_enum_match_arm)]

mod citizen;
mod code;
mod evidence;
mod hand_over;
mod log;
mod net;
mod shell;
mod store;
mod trust;
mod venue;
mod venue_refusals;
mod wallet_copy;

pub(crate) use code::{of_code, of_url};
pub(crate) use evidence::of_evidence;
pub(crate) use log::of_follow;
