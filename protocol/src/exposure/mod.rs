//! Exposures: batches of released keys, and matching.
//! Knows entries and tokens; does not know where either is kept.
//! Specified in specs/protocol.md §6 and §7.

pub mod advice;
pub mod batch;
pub mod build;
pub mod cutting;
pub mod decoy;
pub mod entry;
pub mod exposures;
pub mod history;
pub mod manifest;
pub mod matching;
pub mod padding;
pub mod repeats;
pub mod warning;
