//! The trust list: whose keys count.
//! Knows a signed text; does not know where it came from.
//! Specified in specs/protocol.md §9.
