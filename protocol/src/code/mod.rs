//! The venue code: everything a visitor needs, signed.
//! Knows bytes and signatures; does not know who scans.
//! Specified in specs/protocol.md §4.
