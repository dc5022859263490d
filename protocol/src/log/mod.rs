//! The log: notes, checkpoints, Merkle trees, tiles, leaves.
//! Knows bytes of a log; does not know folders or peers.
//! Specified in specs/protocol.md §8.

pub mod checkpoint;
pub mod evidence;
pub mod follow;
pub mod leaf;
pub mod note;
pub mod policy;
pub mod proof;
pub mod tile_set;
pub mod tiles;
pub mod tlog_proof;
pub mod witness;
