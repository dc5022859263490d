//! A copy of another's log: verified leaves are written as they come, the checkpoint when all of them are there.
//! Knows files and what the follower verified; does not know peers.
//! Specified in specs/protocol.md §8.6 and §14.4.

use super::disk::STATE;
use super::folder::{Folder, WIDTH};
use super::{Disk, FsDisk, LedgerError};
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::log::follow::FollowState;
use lachan_protocol::log::note::SignedNote;
use std::path::Path;

/// A copy of another's log.
#[derive(Debug)]
pub struct Mirror<D = FsDisk>(Folder<D>);

impl Mirror {
    /// Takes the copy in this folder up, and says what is known of the log; what is known beyond the checkpoint
    /// lies in the file `state`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn open(dir: &Path, state: &Path) -> Result<(Self, FollowState), LedgerError> {
        let disk = FsDisk::new(dir).with_state(state);
        disk.remove_leftovers()?;
        Self::on(disk)
    }
}

impl<D: Disk> Mirror<D> {
    /// The same on any disk.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn on(disk: D) -> Result<(Self, FollowState), LedgerError> {
        let folder = Folder::open(disk)?;
        let stored = folder.disk().read(STATE)?;
        let stored = stored.and_then(|bytes| FollowState::from_bytes(&bytes).ok());
        let (folder, state) = match stored {
            Some(state) => further(folder, state)?,
            None => at_checkpoint(folder),
        };
        folder.truncate()?;
        Ok((Self(folder), state))
    }

    /// Adds verified leaves.
    ///
    /// # Errors
    /// [`LedgerError`]; then the copy is to be opened again.
    pub fn append(&mut self, first: u64, leaves: &[Vec<u8>]) -> Result<(), LedgerError> {
        let wanted = self.0.size();
        if first != wanted {
            return Err(LedgerError::Gap { first, wanted });
        }
        self.0.grow(leaves)
    }

    /// Makes durable what the follower knows: at the end of each bundle, and with the checkpoint when all its
    /// leaves are there. In between nothing is lost but the bundle that is under way.
    ///
    /// # Errors
    /// [`LedgerError`]; then the copy is to be opened again.
    pub fn store(&mut self, state: &FollowState) -> Result<(), LedgerError> {
        let Some(note) = state.note() else {
            return Ok(());
        };
        let (first, wanted) = (state.frontier().size(), self.0.size());
        if first != wanted {
            return Err(LedgerError::Gap { first, wanted });
        }
        let checkpoint = Checkpoint::from_text(SignedNote::from_bytes(note)?.text())?;
        let (complete, settled) = (checkpoint.size == wanted, self.0.settled().size());
        if !complete && wanted != settled && !wanted.is_multiple_of(WIDTH) {
            return Ok(());
        }
        if wanted != settled {
            self.0.settle()?;
        }
        if self.0.settled() != state.frontier() {
            return Err(LedgerError::Damaged);
        }
        if complete {
            self.0.commit(checkpoint, note.to_vec())?;
        }
        Ok(self.0.disk().write(STATE, &state.to_bytes())?)
    }
}

/// What the copy itself says: all of its checkpoint.
fn at_checkpoint<D: Disk>(folder: Folder<D>) -> (Folder<D>, FollowState) {
    let state = match folder.committed() {
        None => FollowState::default(),
        Some((_, note)) => {
            FollowState::of_copy(folder.settled().clone(), folder.offset(), note.to_vec())
        }
    };
    (folder, state)
}

/// Takes up what lies beyond the checkpoint, if it is there as the state says.
fn further<D: Disk>(
    mut folder: Folder<D>,
    state: FollowState,
) -> Result<(Folder<D>, FollowState), LedgerError> {
    let (known, size) = (folder.settled().size(), state.frontier().size());
    let Some(note) = state.note() else {
        return Ok(at_checkpoint(folder));
    };
    let target = Checkpoint::from_text(SignedNote::from_bytes(note)?.text())?;
    if size > known && folder.take_up(size).is_ok() && folder.settled() == state.frontier() {
        return Ok((folder, state));
    }
    if size > known {
        // What was said to be there is not: begin at the checkpoint again, which was whole a moment ago.
        folder = Folder::open(folder.into_disk())?;
    }
    let (folder, copy) = at_checkpoint(folder);
    if target.size < known {
        return Ok((folder, copy));
    }
    // The newer of two notes: it may have more leaves than are there, or a later time.
    let note = note.to_vec();
    let state = FollowState::of_copy(folder.settled().clone(), folder.offset(), note);
    Ok((folder, state))
}
