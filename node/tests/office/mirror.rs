//! A real disk for the harness: what the core asks for, on the storage module.

use lachan_node::office::{Change, FileHash, Files, Output, Saved, SecretName, Shelf};
use lachan_store::{
    Batch, FileName, SecretFile, Store, StoreError, Tree, create_private_dir, erase_leftovers,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The tree of each compartment.
const fn tree(shelf: Shelf) -> Tree {
    Tree::new(shelf.name())
}

/// Records and files of an office in a store, secrets in a folder of key files.
#[derive(Clone)]
pub(crate) struct OfficeStore {
    store: Arc<Store>,
    keys: PathBuf,
}

impl OfficeStore {
    /// Uses an open store and the folder of key files, which is made if absent.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the folder cannot be used.
    pub(crate) fn new(store: Arc<Store>, keys: &Path) -> Result<Self, StoreError> {
        create_private_dir(keys)?;
        erase_leftovers(keys)?;
        Ok(Self {
            store,
            keys: keys.to_owned(),
        })
    }

    /// Everything that the office stored, for `Office::load`.
    ///
    /// # Errors
    /// [`StoreError`] of the first record or key file that cannot be read: an office does not start with a part.
    pub(crate) fn saved(&self) -> Result<Saved, StoreError> {
        let mut saved = Saved::default();
        for shelf in Shelf::ALL {
            for record in self.store.scan(tree(shelf), []) {
                let record = record?;
                saved.records.push((shelf, record.key, record.value));
            }
        }
        for entry in fs::read_dir(&self.keys)? {
            let name = entry?.file_name();
            let name = name.to_str().and_then(|name| name.parse().ok());
            if let Some(name) = name {
                saved.secrets.insert(name, self.secret(name).read()?);
            }
        }
        Ok(saved)
    }

    /// Performs an output that is about the disk; all others are left to the rest of the shell.
    ///
    /// # Errors
    /// [`StoreError`]: what comes after this output must not happen.
    pub(crate) fn perform(&self, output: &Output) -> Result<(), StoreError> {
        match output {
            Output::CreateSecret { name, secret } => self.create(*name, secret),
            Output::EraseSecret(name) => match self.secret(*name).erase() {
                Err(StoreError::Absent) => Ok(()),
                done => done,
            },
            Output::PutFile(bytes) => self.store.put_file(bytes).map(drop),
            Output::RemoveFile(name) => self
                .store
                .remove_file(FileName::from_bytes(name.0))
                .map(drop),
            Output::Store(changes) => self.store.commit_head_first(&batch(changes)).map(drop),
            Output::AppendLeaves { .. }
            | Output::Note(_)
            | Output::Published { .. }
            | Output::Refuse { .. }
            | Output::Reply { .. }
            | Output::Requested { .. }
            | Output::Revoked { .. } => Ok(()),
        }
    }

    fn create(&self, name: SecretName, secret: &Zeroizing<[u8; 32]>) -> Result<(), StoreError> {
        self.secret(name).create(secret.as_slice())
    }

    fn secret(&self, name: SecretName) -> SecretFile {
        SecretFile::new(self.keys.join(name.to_string()))
    }
}

impl Files for OfficeStore {
    fn read(&self, name: &FileHash) -> Option<Vec<u8>> {
        self.store.read_file(FileName::from_bytes(name.0)).ok()
    }
}

impl std::fmt::Debug for OfficeStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OfficeStore")
    }
}

fn batch(changes: &[Change]) -> Batch {
    changes
        .iter()
        .fold(Batch::new(), |batch, change| match change {
            Change::Delete { shelf, key } => batch.delete(tree(*shelf), key),
            Change::Put { shelf, key, value } => batch.put(tree(*shelf), key, value.clone()),
        })
}
