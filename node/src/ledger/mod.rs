//! The ledger: a log as a folder of tiles and bundles, written in the safe order, read back before it is signed.
//! Knows files and hashes; does not know what leaves mean, or who asks for them.
//! Specified in specs/protocol.md §8.3 and §14.4.

mod disk;
mod edge;
mod folder;
mod mirror;
#[cfg(test)]
mod tests;
mod writer;

pub use disk::{Disk, FsDisk};
pub use edge::{Edge, edge};
pub use mirror::Mirror;
pub use writer::Writer;

use lachan_protocol::log::checkpoint::CheckpointError;
use lachan_protocol::log::note::NoteError;
use lachan_protocol::log::tile_set::BundleError;
use lachan_protocol::log::tiles::Resource;
use lachan_store::StoreError;

/// Why the ledger cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// A leaf is too long, or a bundle on the disk is not one.
    #[error("{0}")]
    Bundle(#[from] BundleError),
    /// The checkpoint on the disk is not one.
    #[error("the checkpoint on the disk is refused: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The files do not have the checkpoint's root.
    #[error("the files on the disk do not have the checkpoint's root")]
    Damaged,
    /// Leaves that do not follow the ones that are there.
    #[error("leaf {first} was given where {wanted} is next")]
    Gap {
        /// The first leaf given.
        first: u64,
        /// The next leaf.
        wanted: u64,
    },
    /// What was read back is not what was written: nothing was signed.
    #[error("{0} does not read as it was written")]
    NotAsWritten(Resource),
    /// The note on the disk is not one.
    #[error("the checkpoint's note on the disk is refused: {0}")]
    Note(#[from] NoteError),
    /// The disk failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}
