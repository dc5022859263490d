//! What went wrong, for people: for each refusal its stable code, what happened, and what to do.
//! Knows the enums of refusals and words; no wildcard, so that a new refusal without a text does not compile.
//! Specified in specs/refusals.md.
#![deny(clippy::wildcard_enum_match_arm)]

mod catch_up;
mod disk;
mod office;
mod running;
mod shell;
mod trust;

pub(crate) use office::of_build;
