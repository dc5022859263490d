//! All tests of the protocol from outside, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy takes the helpers of tests for no tests; they may fail where they stand"
)]
mod properties;
mod published;
mod vectors;
