//! Files and folders that are private from their first moment and whole after a power cut.
//! Knows paths and bytes; does not know what they mean.
//! Specified in specs/protocol.md §14.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use crate::error::StoreError;

const FILE_MODE: u32 = 0o600;
const DIR_MODE: u32 = 0o700;

/// Makes everything this process creates from now on private to its user (umask 077). Programs call it first.
pub fn private_umask() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// Creates a folder of mode 0700, with the folders above it, and syncs the one that holds it.
/// One that exists is left, and made private.
///
/// # Errors
/// [`StoreError::Full`], [`StoreError::Io`].
pub fn create_private_dir(dir: &Path) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(DIR_MODE)
        .create(dir)?;
    fs::set_permissions(dir, Permissions::from_mode(DIR_MODE))?;
    sync_dir(parent(dir))
}

/// Replaces a file whole: written beside it with mode 0600, synced, renamed over it, folder synced. After a power cut
/// the file is the old or the new one.
///
/// # Errors
/// [`StoreError::Full`], [`StoreError::Io`]; the old file is then still there.
pub fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let temporary = write_beside(path, bytes)?;
    if let Err(error) = fs::rename(&temporary, path) {
        remove_if_there(&temporary)?;
        return Err(error.into());
    }
    sync_dir(parent(path))
}

/// Writes a file that must not exist yet, mode 0600, synced with its folder. It is written under its own name, so that
/// this works on memory sticks too: a power cut may leave a part of it.
///
/// # Errors
/// [`StoreError::AlreadyThere`]; [`StoreError::Full`], [`StoreError::Io`], after which there is no file.
pub fn write_new_durably(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut file = match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(path)
    {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(StoreError::AlreadyThere);
        }
        Err(error) => return Err(error.into()),
    };
    if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
        remove_if_there(path)?;
        return Err(error.into());
    }
    sync_dir(parent(path))
}

/// Writes and syncs a new file in the folder of `path`, under a name [`is_temporary`] knows.
pub(crate) fn write_beside(path: &Path, bytes: &[u8]) -> Result<PathBuf, StoreError> {
    let (temporary, mut file) = create_temporary(path)?;
    if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
        remove_if_there(&temporary)?;
        return Err(error.into());
    }
    Ok(temporary)
}

/// Creates a file that must not exist, mode 0600, for reading and writing.
pub(crate) fn create_private_file(path: &Path) -> Result<File, StoreError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(path)?;
    Ok(file)
}

/// Opens or creates a file of mode 0600 without changing what it holds.
pub(crate) fn open_private_file(path: &Path) -> Result<File, StoreError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(FILE_MODE)
        .open(path)?;
    Ok(file)
}

/// Whether a name is one that [`write_durably`] leaves behind when killed.
pub(crate) fn is_temporary(name: &str) -> bool {
    name.starts_with(".tmp-")
}

/// A new file beside `path`. A killed process of the same number may have left files: in a container all have one.
fn create_temporary(path: &Path) -> Result<(PathBuf, File), StoreError> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let temporary = parent(path).join(format!(".tmp-{}-{number}", std::process::id()));
        match create_private_file(&temporary) {
            Err(StoreError::Io(ErrorKind::AlreadyExists)) => {}
            created => return Ok((temporary, created?)),
        }
    }
}

/// The folder that holds `path`.
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Makes the names in a folder durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    File::open(dir)?.sync_all()?;
    Ok(())
}

/// Syncs every file and folder below, then the folder itself.
pub(crate) fn sync_tree(dir: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        } else {
            File::open(entry.path())?.sync_all()?;
        }
    }
    sync_dir(dir)
}

/// Gives every file below mode 0600 and every folder 0700: sled creates its own with the process's umask.
pub(crate) fn make_private(dir: &Path) -> Result<(), StoreError> {
    fs::set_permissions(dir, Permissions::from_mode(DIR_MODE))?;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            make_private(&entry.path())?;
        } else {
            match fs::set_permissions(entry.path(), Permissions::from_mode(FILE_MODE)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
                Ok(()) | Err(_) => {}
            }
        }
    }
    Ok(())
}

/// Removes a file; one that is absent is fine.
pub(crate) fn remove_if_there(path: &Path) -> Result<bool, StoreError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Removes what killed writers of [`write_durably`] left in a folder. Secrets are not kept there: see
/// [`erase_leftovers`](crate::erase_leftovers). Nobody may be writing there.
///
/// # Errors
/// [`StoreError::Io`].
pub fn remove_temporaries(dir: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_temporary) {
            remove_if_there(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_beside_what_a_killed_process_of_the_same_number_left() {
        let dir = tempfile::tempdir().unwrap();
        let left = |number: u64| {
            let name = format!(".tmp-{}-{number}", std::process::id());
            dir.path().join(name)
        };
        for number in 0..1_000 {
            fs::write(left(number), b"left").unwrap();
        }
        let file = dir.path().join("file");
        write_durably(&file, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        remove_temporaries(dir.path()).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
