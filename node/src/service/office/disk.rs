//! The office's disk: records in the store, secrets in key files, leaves in the ledger.
//! Performs; does not decide, and knows no socket.
//! Specified in specs/protocol.md §14.

use crate::keys::{KeyFolder, KeyName};
use crate::ledger::Writer;
use crate::office::{
    Change, FileHash, Files, Office, OfficeConfig, OfficeKeys, Output, Saved, SecretName, Shelf,
};
use crate::service::RunError;
use lachan_protocol::id::OriginHash;
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::log::leaf::Leaf;
use lachan_protocol::log::note::NoteSigner;
use lachan_store::{Batch, FileName, SecretFile, Store, StoreError, Tree, erase_leftovers};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Where an office's things are, and who it is.
#[derive(Debug)]
pub struct OfficeHome {
    /// What the trust list says of it.
    pub config: OfficeConfig,
    /// Its key files.
    pub keys: KeyFolder,
    /// A newer trust list that is to stand in its log, if the file is there.
    pub list: PathBuf,
    /// The folder of its log.
    pub log: PathBuf,
    /// Signs its checkpoints.
    pub signer: NoteSigner,
    /// The folder of its store.
    pub state: PathBuf,
}

/// A record: compartment, key, value.
type Kept = (Shelf, Vec<u8>, Vec<u8>);

/// The office's disk.
#[derive(Debug)]
pub(super) struct Disk {
    config: OfficeConfig,
    keys: KeyFolder,
    store: Arc<Store>,
    ledger: Writer,
    list: PathBuf,
    origin: OriginHash,
}

/// Files of the store, by their hash.
#[derive(Clone, Debug)]
pub(super) struct StoredFiles(Arc<Store>);

impl Files for StoredFiles {
    fn read(&self, name: &FileHash) -> Option<Vec<u8>> {
        self.0.read_file(FileName::from_bytes(name.0)).ok()
    }
}

impl Disk {
    pub(super) fn open(home: OfficeHome) -> Result<Self, RunError> {
        let store = open_store(&home.state)?;
        store.condition().allows_commits()?;
        erase_leftovers(home.keys.path())?;
        let origin = OriginHash::of_origin(home.signer.vkey().name());
        let ledger = Writer::open(&home.log, home.signer)?;
        Ok(Self {
            config: home.config,
            keys: home.keys,
            store: Arc::new(store),
            ledger,
            list: home.list,
            origin,
        })
    }

    pub(super) fn load(&mut self) -> Result<(Office<StoredFiles>, Vec<Output>), RunError> {
        let keys = OfficeKeys {
            batch: self.keys.signing_key(KeyName::Batch)?,
            code: self.keys.signing_key(KeyName::Code)?,
            issuer: self.keys.signing_key(KeyName::Issuer)?,
        };
        let saved = Saved {
            records: self.records()?,
            secrets: self.secrets()?,
        };
        let files = StoredFiles(Arc::clone(&self.store));
        Ok(Office::load(self.config.clone(), keys, saved, files)?)
    }

    pub(super) fn reload(&mut self) -> Result<(Office<StoredFiles>, Vec<Output>), RunError> {
        self.store.reopen()?;
        self.store.condition().allows_commits()?;
        self.ledger.reopen()?;
        self.load()
    }

    fn records(&self) -> Result<Vec<Kept>, StoreError> {
        let mut records = Vec::new();
        for shelf in Shelf::ALL {
            for record in self.store.scan(tree(shelf), []) {
                let record = record?;
                records.push((shelf, record.key, record.value));
            }
        }
        Ok(records)
    }

    fn secrets(
        &self,
    ) -> Result<std::collections::BTreeMap<SecretName, Zeroizing<Vec<u8>>>, RunError> {
        let mut secrets = std::collections::BTreeMap::new();
        for entry in std::fs::read_dir(self.keys.path()).map_err(StoreError::from)? {
            let entry = entry.map_err(StoreError::from)?;
            let name = entry.file_name();
            // other names are those of the node's own keys
            if let Some(name) = name.to_str().and_then(|name| name.parse().ok()) {
                secrets.insert(name, SecretFile::new(entry.path()).read()?);
            }
        }
        Ok(secrets)
    }

    fn secret(&self, name: SecretName) -> SecretFile {
        SecretFile::new(self.keys.path().join(name.to_string()))
    }

    pub(super) fn create_secret(
        &self,
        name: SecretName,
        secret: &[u8; 32],
    ) -> Result<(), RunError> {
        Ok(self.secret(name).create(secret)?)
    }

    pub(super) fn erase_secret(&self, name: SecretName) -> Result<(), RunError> {
        match self.secret(name).erase() {
            // erased before a crash
            Ok(()) | Err(StoreError::Absent) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn put_file(&self, bytes: &[u8]) -> Result<(), RunError> {
        self.store.put_file(bytes)?;
        Ok(())
    }

    pub(super) fn remove_file(&self, name: FileHash) -> Result<(), RunError> {
        self.store.remove_file(FileName::from_bytes(name.0))?;
        Ok(())
    }

    pub(super) fn store(&self, changes: Vec<Change>) -> Result<(), RunError> {
        let batch = changes
            .into_iter()
            .fold(Batch::new(), |batch, change| match change {
                Change::Delete { shelf, key } => batch.delete(tree(shelf), key),
                Change::Put { shelf, key, value } => batch.put(tree(shelf), key, value),
            });
        if !batch.is_empty() {
            self.store.commit_head_first(&batch)?;
        }
        Ok(())
    }

    /// Appends, unless a start finds that a crash came after the append.
    pub(super) fn append(
        &mut self,
        leaves: &[Vec<u8>],
        again: bool,
    ) -> Result<Checkpoint, RunError> {
        if !(again && self.ledger.ends_with(leaves)?) {
            self.ledger.append(leaves)?;
        }
        Ok(self.ledger.checkpoint().clone())
    }

    /// The leaf of a newer trust list that is to stand in the log.
    pub(super) fn list_leaf(&self) -> Result<Option<Vec<u8>>, RunError> {
        match std::fs::read(&self.list) {
            Ok(note) => Ok(Some(Leaf::of_trust_list(&note))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::from(error).into()),
        }
    }

    /// It stands there, or never can.
    pub(super) fn forget_list(&self) -> Result<(), RunError> {
        Ok(std::fs::remove_file(&self.list).map_err(StoreError::from)?)
    }

    pub(super) fn head(&self) -> Option<Checkpoint> {
        Some(self.ledger.checkpoint().clone())
    }

    pub(super) fn note(&self) -> Option<Vec<u8>> {
        Some(self.ledger.note().to_vec())
    }

    pub(super) const fn origin(&self) -> OriginHash {
        self.origin
    }
}

fn open_store(dir: &Path) -> Result<Store, StoreError> {
    match Store::open(dir) {
        Err(StoreError::Absent) => Store::create(dir),
        opened => opened,
    }
}

const fn tree(shelf: Shelf) -> Tree {
    Tree::new(shelf.name())
}
