//! Big values: files named by the SHA-256 of their bytes, durable before a record may name them.
//! Knows bytes and their hash; does not know which record names them.
//! Specified in specs/protocol.md §14.

use std::{
    fmt,
    fs::{self, File},
    io::ErrorKind,
    path::PathBuf,
};

use ring::digest::{SHA256, digest};

use crate::{
    durable::{create_private_dir, remove_if_there, remove_temporaries, sync_dir, write_durably},
    error::StoreError,
};

/// The name of a big value: the SHA-256 of its bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName([u8; 32]);

impl FileName {
    /// The name these bytes have.
    pub fn of(bytes: &[u8]) -> Self {
        let mut name = [0; 32];
        name.copy_from_slice(digest(&SHA256, bytes).as_ref());
        Self(name)
    }

    /// A name kept in a record.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash.
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    fn from_hex(text: &str) -> Option<Self> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut name = [0; 32];
        if !rest.is_empty() || pairs.len() != name.len() {
            return None;
        }
        for (byte, pair) in name.iter_mut().zip(pairs) {
            let digit = |digit: u8| match digit {
                b'0'..=b'9' => Some(digit - b'0'),
                b'a'..=b'f' => Some(digit - b'a' + 10),
                _ => None,
            };
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(name))
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The folder of big values.
pub(crate) struct Files {
    dir: PathBuf,
}

impl Files {
    /// Opens or makes the folder and removes what killed writers left.
    pub(crate) fn open(dir: PathBuf) -> Result<Self, StoreError> {
        create_private_dir(&dir)?;
        remove_temporaries(&dir)?;
        Ok(Self { dir })
    }

    pub(crate) fn put(&self, bytes: &[u8]) -> Result<FileName, StoreError> {
        let name = FileName::of(bytes);
        let path = self.path(name);
        // One that is there may be from a writer killed before its syncs.
        if fs::read(&path).is_ok_and(|found| found == bytes) {
            File::open(&path)?.sync_all()?;
            sync_dir(&self.dir)?;
        } else {
            write_durably(&path, bytes)?;
        }
        Ok(name)
    }

    pub(crate) fn read(&self, name: FileName) -> Result<Vec<u8>, StoreError> {
        let bytes = fs::read(self.path(name)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => StoreError::FileAbsent { name },
            _ => error.into(),
        })?;
        if FileName::of(&bytes) == name {
            Ok(bytes)
        } else {
            Err(StoreError::FileCorrupt { name })
        }
    }

    pub(crate) fn remove(&self, name: FileName) -> Result<bool, StoreError> {
        let removed = remove_if_there(&self.path(name))?;
        sync_dir(&self.dir)?;
        Ok(removed)
    }

    /// The names of all files, sorted; files with other names are not of this store.
    pub(crate) fn names(&self) -> Result<Vec<FileName>, StoreError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            names.extend(entry?.file_name().to_str().and_then(FileName::from_hex));
        }
        names.sort_unstable();
        Ok(names)
    }

    fn path(&self, name: FileName) -> PathBuf {
        self.dir.join(name.to_string())
    }
}
