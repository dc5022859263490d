//! Tests of the client as a program: real processes, real files, a log in a folder.
//! Knows the command line and the protocol's public doors.
//! Specified in specs/protocol.md §12.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests: a panic is how they fail"
)]

mod backup;
mod clock;
mod codes;
mod help;
mod kit;
mod privacy;
mod properties;
mod qr;
mod sources;
mod stamp;
mod story;
mod venue;
