//! Exposures: batches of released keys, and matching.
//! Knows entries and tokens; does not know where either is kept.
//! Specified in specs/protocol.md §6 and §7.
