//! What goes into a follower and what comes out of it.
//! Knows the questions and answers; does not know the follower's state.
//! Specified in specs/protocol.md §8.6.

use crate::log::checkpoint::CheckpointError;
use crate::log::tile_set::BundleError;
use crate::log::tiles::Resource;
use alloc::vec::Vec;

/// Why a step of following failed. The follower stays as it was, and [`Input::Resume`] asks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FollowError {
    /// The log signed two roots for one size: keep both notes. The log is to blame.
    #[error("the log signed two roots for the size {size}")]
    Equivocation {
        /// Leaves of both trees.
        size: u64,
    },
    /// The checkpoint is refused. Whoever sent it is to blame.
    #[error("{0}")]
    Checkpoint(#[from] CheckpointError),
    /// A resource ended before its last entry. Whoever sent it is to blame.
    #[error("{0} ends too early")]
    EndsEarly(Resource),
    /// A leaf is not the one under the checkpoint. Whoever sent it is to blame.
    #[error("leaf {index} is not the one under the checkpoint")]
    LeafMismatch {
        /// The leaf.
        index: u64,
    },
    /// Nothing was asked for, or less than came.
    #[error("these bytes were not asked for")]
    NotAsked,
    /// The checkpoint is of a smaller tree than known: an old one, or a log that goes back.
    #[error("the checkpoint has {offered} leaves where {known} are known")]
    Smaller {
        /// Leaves known.
        known: u64,
        /// Leaves of the checkpoint.
        offered: u64,
    },
    /// A tile is not one. Whoever sent it is to blame.
    #[error("{0}")]
    Tile(#[from] BundleError),
    /// A tile does not lead to the root: whoever sent it is to blame, or the log, which then goes on with nobody.
    #[error("the tiles do not lead from what is known to the checkpoint's root")]
    TilesMismatch,
    /// The checkpoint is of a tree larger than a log can have grown to: see [`FARTHEST`](super::FARTHEST). The log is
    /// to blame.
    #[error("the checkpoint has {offered} leaves where {given} were given: too far ahead")]
    TooFarAhead {
        /// Leaves given.
        given: u64,
        /// Leaves of the checkpoint.
        offered: u64,
    },
    /// The other side does not have what the checkpoint says there is.
    #[error("{0} is not to be had")]
    Unavailable(Resource),
}

/// A part of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The resource.
    pub resource: Resource,
    /// The first byte wanted.
    pub offset: u64,
    /// Most bytes wanted; fewer may come where the resource ends.
    pub length: u32,
}

/// What the follower is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// What came for the last [`Output::Fetch`]: from its first byte on, at least one unless it ends there.
    Bytes(Vec<u8>),
    /// A checkpoint's note, from anybody.
    Checkpoint(Vec<u8>),
    /// The other side has no such resource.
    Missing,
    /// Ask again: after a start, an error, or a lost answer.
    Resume,
}

/// What the follower wants done, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// All leaves under the newest accepted checkpoint were given.
    CaughtUp,
    /// Fetch this, and answer with [`Input::Bytes`] or [`Input::Missing`]. One request is under way at a time.
    Fetch(Request),
    /// Verified leaves, in order and each once (again only when the state after them was not stored).
    Leaves {
        /// Index of the first one.
        first: u64,
        /// Their bytes.
        leaves: Vec<Vec<u8>>,
    },
    /// Store [`Follower::state`](super::Follower::state) durably, with whatever came of the leaves before it.
    Store,
}
