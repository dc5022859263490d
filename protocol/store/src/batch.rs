//! What is written together or not at all.
//! Knows limits; does not know the database.
//! Specified in specs/protocol.md §14.

use std::{collections::BTreeMap, fmt};

use ring::digest::{Context, SHA256};

use crate::{error::StoreError, record::Tree};

/// Most bytes of a value. sled moves pages of such values to files which it never syncs.
pub const VALUE_LIMIT: usize = 4096;
/// Most bytes of a batch: names, keys and values together.
pub const BATCH_LIMIT: usize = 65_536;
/// Most bytes of a key together with its tree's name.
pub const KEY_LIMIT: usize = 256;

/// Changes that are applied together or not at all. Of several for one key the last one holds.
#[derive(Default)]
pub struct Batch {
    changes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl Batch {
    /// Without changes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a record. Limits are checked when the batch is committed.
    #[must_use]
    pub fn put(mut self, tree: Tree, key: impl AsRef<[u8]>, value: impl Into<Vec<u8>>) -> Self {
        self.changes
            .insert(tree.stored_key(key.as_ref()), Some(value.into()));
        self
    }

    /// Removes a record, if it is there.
    #[must_use]
    pub fn delete(mut self, tree: Tree, key: impl AsRef<[u8]>) -> Self {
        self.changes.insert(tree.stored_key(key.as_ref()), None);
        self
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Bytes that count against [`BATCH_LIMIT`].
    pub fn len_bytes(&self) -> usize {
        self.changes
            .iter()
            .map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len))
            .sum()
    }

    pub(crate) fn changes(&self) -> &BTreeMap<Vec<u8>, Option<Vec<u8>>> {
        &self.changes
    }

    /// Sets a record of another store again.
    pub(crate) fn put_stored(&mut self, stored_key: Vec<u8>, value: Vec<u8>) {
        self.changes.insert(stored_key, Some(value));
    }

    /// Refuses what sled must not be given.
    pub(crate) fn within_limits(&self) -> Result<(), StoreError> {
        for (key, value) in &self.changes {
            if key.len() > KEY_LIMIT {
                return Err(StoreError::KeyTooLong {
                    limit: KEY_LIMIT,
                    len: key.len(),
                });
            }
            let len = value.as_ref().map_or(0, Vec::len);
            if len > VALUE_LIMIT {
                return Err(StoreError::ValueTooBig {
                    limit: VALUE_LIMIT,
                    len,
                });
            }
        }
        match self.len_bytes() {
            len if len > BATCH_LIMIT => Err(StoreError::BatchTooBig {
                limit: BATCH_LIMIT,
                len,
            }),
            _ => Ok(()),
        }
    }

    /// SHA-256 over all changes, for the running hash of the head.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut context = Context::new(&SHA256);
        context.update(b"lachan/store/batch/1");
        let mut part = |bytes: &[u8]| {
            context.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(bytes);
        };
        for (key, value) in &self.changes {
            part(key);
            part(&[u8::from(value.is_some())]);
            part(value.as_deref().unwrap_or_default());
        }
        let mut out = [0; 32];
        out.copy_from_slice(context.finish().as_ref());
        out
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("changes", &self.changes.len())
            .finish()
    }
}
