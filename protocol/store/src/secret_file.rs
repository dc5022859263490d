//! One secret in one file, so that it can really be erased.
//! Knows bytes and a path; does not know what the secret opens, and never shows it.
//! Specified in specs/protocol.md §14.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use crate::{
    durable::{is_temporary, parent, remove_if_there, sync_dir, write_beside},
    error::StoreError,
};

/// Most bytes read as a secret.
const SECRET_LIMIT: u64 = 1 << 20;

/// A file of mode 0600 that holds a secret.
///
/// Erasing overwrites it in place before the name goes. That holds on file systems that overwrite in place (ext4, xfs);
/// not on those that copy on write, nor against the spare cells of a flash disk.
pub struct SecretFile {
    path: PathBuf,
}

impl SecretFile {
    /// The secret at this path, whether it exists or not.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file exists.
    pub fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Writes a new secret durably: it is whole on the disk, or absent.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] when the file exists; [`StoreError::Full`], [`StoreError::Io`].
    pub fn create(&self, secret: &[u8]) -> Result<(), StoreError> {
        let temporary = write_beside(&self.path, secret)?;
        // A hard link refuses an existing name, which a rename would replace.
        let linked = fs::hard_link(&temporary, &self.path);
        if let Err(error) = linked {
            erase_file(&temporary)?;
            return Err(match error.kind() {
                ErrorKind::AlreadyExists => StoreError::AlreadyThere,
                _ => error.into(),
            });
        }
        remove_if_there(&temporary)?;
        sync_dir(parent(&self.path))
    }

    /// Writes the secret durably in place of an older one, which is erased. After a power cut the file is the old or
    /// the new one, whole; the old one's blocks may then not have been overwritten.
    ///
    /// # Errors
    /// [`StoreError::Full`], [`StoreError::Io`]; the old secret is then still there.
    pub fn replace(&self, secret: &[u8]) -> Result<(), StoreError> {
        let old = match OpenOptions::new().write(true).open(&self.path) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        let temporary = write_beside(&self.path, secret)?;
        if let Err(error) = fs::rename(&temporary, &self.path) {
            erase_file(&temporary)?;
            return Err(error.into());
        }
        sync_dir(parent(&self.path))?;
        old.map_or(Ok(()), overwrite)
    }

    /// The secret.
    ///
    /// # Errors
    /// [`StoreError::Absent`]; [`StoreError::ValueTooBig`] beyond 1 MiB; [`StoreError::Io`].
    pub fn read(&self) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let mut file = File::open(&self.path).map_err(absent)?;
        let len = file.metadata()?.len();
        let size = usize::try_from(len).unwrap_or(usize::MAX);
        if len > SECRET_LIMIT {
            return Err(StoreError::ValueTooBig {
                limit: 1 << 20,
                len: size,
            });
        }
        // Exactly as long as the file: growing would leave copies behind.
        let mut secret = Zeroizing::new(vec![0; size]);
        file.read_exact(&mut secret)?;
        Ok(secret)
    }

    /// Overwrites the secret with random bytes and then zeros, each synced, and removes the file durably.
    ///
    /// # Errors
    /// [`StoreError::Absent`]; [`StoreError::Io`], after which the file may be overwritten and still be there.
    pub fn erase(&self) -> Result<(), StoreError> {
        erase_file(&self.path)?;
        sync_dir(parent(&self.path))
    }
}

/// Erases what killed writers of secrets left in a folder. A leftover that shares its blocks with a secret in use only
/// loses its name.
///
/// # Errors
/// [`StoreError::Io`].
pub fn erase_leftovers(dir: &Path) -> Result<(), StoreError> {
    let mut found = false;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if !entry.file_name().to_str().is_some_and(is_temporary) {
            continue;
        }
        found = true;
        if entry.metadata()?.nlink() > 1 {
            fs::remove_file(entry.path())?;
        } else {
            erase_file(&entry.path())?;
        }
    }
    if found {
        sync_dir(dir)?;
    }
    Ok(())
}

impl fmt::Debug for SecretFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretFile")
    }
}

fn absent(error: std::io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::NotFound => StoreError::Absent,
        _ => error.into(),
    }
}

fn erase_file(path: &Path) -> Result<(), StoreError> {
    overwrite(OpenOptions::new().write(true).open(path).map_err(absent)?)?;
    fs::remove_file(path)?;
    Ok(())
}

fn overwrite(mut file: File) -> Result<(), StoreError> {
    let len = file.metadata()?.len();
    let random = SystemRandom::new();
    for pass in 0..2 {
        file.seek(SeekFrom::Start(0))?;
        let mut left = len;
        while left > 0 {
            let mut block = [0; 4096];
            if pass == 0 {
                random
                    .fill(&mut block)
                    .map_err(|_| StoreError::Io(ErrorKind::Other))?;
            }
            let part = usize::try_from(left).map_or(block.len(), |left| left.min(block.len()));
            file.write_all(&block[..part])?;
            left -= u64::try_from(part).unwrap_or(left);
        }
        file.sync_data()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overwrites_every_byte_behind_another_name() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other) = (dir.path().join("key"), dir.path().join("other"));
        let secret = SecretFile::new(&path);
        secret.create(&[7; 5000]).unwrap();
        fs::hard_link(&path, &other).unwrap();
        assert_eq!(
            fs::read(&other).unwrap(),
            vec![7; 5000],
            "control: the other name shows the same blocks"
        );
        secret.erase().unwrap();
        assert_eq!(fs::read(&other).unwrap(), vec![0; 5000]);
        assert_eq!(secret.read(), Err(StoreError::Absent));
    }

    #[test]
    fn replacing_overwrites_the_older_secret() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other) = (dir.path().join("key"), dir.path().join("other"));
        let secret = SecretFile::new(&path);
        secret.replace(b"first").unwrap();
        fs::hard_link(&path, &other).unwrap();
        secret.replace(b"second").unwrap();
        assert_eq!(secret.read().unwrap().as_slice(), b"second");
        assert_eq!(fs::read(&other).unwrap(), vec![0; 5]);
    }

    #[test]
    fn creating_refuses_to_lose_an_older_secret() {
        let dir = tempfile::tempdir().unwrap();
        let secret = SecretFile::new(dir.path().join("key"));
        secret.create(b"first").unwrap();
        assert_eq!(secret.create(b"second"), Err(StoreError::AlreadyThere));
        assert_eq!(secret.read().unwrap().as_slice(), b"first");
        assert_eq!(
            fs::read_dir(dir.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
        assert_eq!(format!("{secret:?}"), "SecretFile");
    }

    #[test]
    fn leftovers_are_erased_but_not_a_secret_in_use() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        SecretFile::new(&path).create(b"in use").unwrap();
        fs::hard_link(&path, dir.path().join(".tmp-1-1")).unwrap();
        fs::write(dir.path().join(".tmp-1-2"), b"left").unwrap();
        let mut left = File::open(dir.path().join(".tmp-1-2")).unwrap();
        erase_leftovers(dir.path()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"in use");
        let mut bytes = Vec::new();
        left.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, vec![0; 4]);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
