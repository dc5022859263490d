//! The log: notes, checkpoints, Merkle trees, tiles, leaves.
//! Knows bytes of a log; does not know folders or peers.
//! Specified in specs/protocol.md §8.
