//! The disk under a ledger: whole files that are durable when a write returns.
//! Knows paths and bytes; does not know what they mean.
//! Specified in specs/protocol.md §14.4.

use lachan_store::{StoreError, create_private_dir, remove_temporaries, write_durably};
use rustix::fs::{Advice, fadvise};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Files below one folder, by paths with `/` between their parts.
pub trait Disk {
    /// The whole file, or none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// The same as it lies on the medium, as far as the system lets us past its cache.
    ///
    /// # Errors
    /// [`StoreError`].
    fn read_back(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Replaces the file whole; durable on return, with the folders above it.
    ///
    /// # Errors
    /// [`StoreError`]; then the file is the old or the new one.
    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError>;

    /// Removes a file that nobody needs; it may come back after a power cut.
    ///
    /// # Errors
    /// [`StoreError`].
    fn remove(&self, path: &str) -> Result<(), StoreError>;

    /// All files below a folder.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list(&self, folder: &str) -> Result<Vec<String>, StoreError>;
}

/// What is known of a followed log beyond the checkpoint that is served.
pub(super) const STATE: &str = "following";

/// A folder of the file system.
#[derive(Clone, Debug)]
pub struct FsDisk {
    folder: PathBuf,
    state: Option<PathBuf>,
}

impl FsDisk {
    /// Works below this folder.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            state: None,
        }
    }

    /// Keeps the state of following in this file instead: the folder then holds the log and nothing else, and is
    /// equal, byte for byte, to every other copy's.
    #[must_use]
    pub fn with_state(self, file: &Path) -> Self {
        Self {
            state: Some(file.to_owned()),
            ..self
        }
    }

    /// Removes what a killed writer left in any of the log's folders, so that they hold the log and nothing else.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) fn remove_leftovers(&self) -> Result<(), StoreError> {
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            if found(folder.read_dir())?.is_none() {
                continue;
            }
            remove_temporaries(&folder)?;
            for entry in folder.read_dir()? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    folders.push(entry.path());
                }
            }
        }
        Ok(())
    }

    fn place(&self, path: &str) -> PathBuf {
        match &self.state {
            Some(file) if path == STATE => file.clone(),
            Some(_) | None => self.folder.join(path),
        }
    }

    fn make_folders(&self, path: &str) -> Result<(), StoreError> {
        create_if_missing(&self.folder)?;
        let mut folder = self.folder.clone();
        let parts: Vec<&str> = path.split('/').collect();
        for part in parts.iter().take(parts.len() - 1) {
            // One by one: each new folder's own entry is synced too.
            folder.push(part);
            create_if_missing(&folder)?;
        }
        Ok(())
    }
}

impl Disk for FsDisk {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        found(std::fs::read(self.place(path)))
    }

    fn read_back(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(mut file) = found(File::open(self.place(path)))? else {
            return Ok(None);
        };
        // A file system without it just reads its cache.
        let _ = fadvise(&file, 0, None, Advice::DontNeed);
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.make_folders(path)?;
        write_durably(&self.place(path), bytes)
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        let file = self.place(path);
        found(std::fs::remove_file(&file))?;
        if let Some(folder) = file.parent().filter(|folder| *folder != self.folder) {
            // Fails while something else is in it.
            std::fs::remove_dir(folder).ok();
        }
        Ok(())
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
        while let Some(folder) = folders.pop() {
            let Some(entries) = found(std::fs::read_dir(self.folder.join(&folder)))? else {
                continue;
            };
            for entry in entries {
                let entry = entry?;
                // A name that is not UTF-8 is none of ours.
                let Some(name) = entry
                    .file_name()
                    .to_str()
                    .map(|name| format!("{folder}/{name}"))
                else {
                    continue;
                };
                if entry.file_type()?.is_dir() {
                    folders.push(name);
                } else {
                    files.push(name);
                }
            }
        }
        Ok(files)
    }
}

fn create_if_missing(folder: &Path) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    create_private_dir(folder)
}

fn found<T>(result: std::io::Result<T>) -> Result<Option<T>, StoreError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
