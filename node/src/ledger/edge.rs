//! The edge of a log as it lies on the disk, read without changing anything: for whoever looks beside a running node.
//! Knows files and hashes; does not know what leaves mean.
//! Specified in specs/protocol.md §14.10.

use super::folder::Folder;
use super::{FsDisk, LedgerError};
use lachan_protocol::log::checkpoint::Checkpoint;
use std::path::Path;

/// So many leaves are read.
const LEAVES: u64 = 512;

/// A checkpoint, and the newest leaves under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The newest leaves, hashed again and found under it, as far as the last bundle goes.
    pub leaves: Vec<Vec<u8>>,
}

/// Hashes the tiles and the bundle at the edge of a log again; none when nothing of the log is there.
///
/// # Errors
/// [`LedgerError`].
pub fn edge(folder: &Path) -> Result<Option<Edge>, LedgerError> {
    let log = Folder::open(FsDisk::new(folder))?;
    let Some((checkpoint, _)) = log.committed() else {
        return Ok(None);
    };
    Ok(Some(Edge {
        checkpoint: checkpoint.clone(),
        leaves: log.newest(LEAVES)?,
    }))
}
