//! Messages between venue and office.
//! Knows sealed bytes; does not know who carries them.
//! Specified in specs/protocol.md §10 and §11.
