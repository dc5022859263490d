//! An authority's own log: leaves are appended, and a checkpoint is signed over what was read back.
//! Knows its key; does not know what leaves mean.
//! Specified in specs/protocol.md §14.4.

use super::folder::Folder;
use super::{Disk, FsDisk, LedgerError};
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::log::note::NoteSigner;
use std::path::Path;

/// An authority's own log.
#[derive(Debug)]
pub struct Writer<D = FsDisk> {
    pub(super) folder: Folder<D>,
    signer: NoteSigner,
    /// An append failed: what lies on the disk is not known before it is taken up again.
    failed: bool,
}

impl Writer {
    /// Takes the log up, or begins it with a checkpoint of nothing.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn open(dir: &Path, signer: NoteSigner) -> Result<Self, LedgerError> {
        let disk = FsDisk::new(dir);
        disk.remove_leftovers()?;
        Self::on(disk, signer)
    }
}

impl<D: Disk + Clone> Writer<D> {
    /// The same on any disk.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn on(disk: D, signer: NoteSigner) -> Result<Self, LedgerError> {
        let mut writer = Self {
            folder: own(disk)?,
            signer,
            failed: false,
        };
        if writer.folder.committed().is_none() {
            writer.sign()?;
        }
        Ok(writer)
    }

    /// Takes the log up again after a failure.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn reopen(&mut self) -> Result<(), LedgerError> {
        self.folder = own(self.folder.disk().clone())?;
        self.failed = false;
        Ok(())
    }

    /// Appends leaves durably, reads them back, and signs the new checkpoint.
    ///
    /// # Errors
    /// [`LedgerError`]; the next append takes the log up again first.
    pub fn append(&mut self, leaves: &[Vec<u8>]) -> Result<(), LedgerError> {
        if self.failed {
            self.reopen()?;
        }
        self.failed = true;
        self.folder.grow(leaves)?;
        self.folder.settle()?;
        self.sign()?;
        self.failed = false;
        Ok(())
    }

    /// Signs the tree as it was read from the disk.
    pub(super) fn sign(&mut self) -> Result<(), LedgerError> {
        let settled = self.folder.settled();
        let checkpoint = Checkpoint {
            origin: self.signer.vkey().name().to_owned(),
            size: settled.size(),
            root: settled.root(),
        };
        let newest = self.folder.committed();
        if newest.is_some_and(|(newest, _)| *newest == checkpoint) {
            return Ok(());
        }
        let note = checkpoint.sign(&self.signer)?.to_bytes();
        self.folder.commit(checkpoint, note)
    }

    /// Whether the newest leaves are these.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn ends_with(&self, leaves: &[Vec<u8>]) -> Result<bool, LedgerError> {
        Ok(self.folder.newest(leaves.len() as u64)? == leaves)
    }

    /// The newest `count` leaves, or all when there are fewer.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn newest(&self, count: u64) -> Result<Vec<Vec<u8>>, LedgerError> {
        self.folder.newest(count)
    }

    /// Shows every leaf under the newest checkpoint, in order.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn visit(&self, show: impl FnMut(&[u8])) -> Result<(), LedgerError> {
        self.folder.visit(show)
    }

    /// The newest checkpoint.
    ///
    /// # Panics
    /// Never: a writer begins with a checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        let committed = self.folder.committed();
        committed.expect("a writer begins with a checkpoint").0
    }

    /// Its note.
    ///
    /// # Panics
    /// Never: a writer begins with a checkpoint.
    #[must_use]
    pub fn note(&self) -> &[u8] {
        let committed = self.folder.committed();
        committed.expect("a writer begins with a checkpoint").1
    }
}

fn own<D: Disk>(disk: D) -> Result<Folder<D>, LedgerError> {
    let folder = Folder::open(disk)?;
    folder.truncate()?;
    Ok(folder)
}
