//! Files of the wallet: written whole, with a time that tells no hour, and erased by overwriting.
//! Knows names and bytes; does not know what they hold.
//! Specified in specs/protocol.md §14.

use lachan_protocol::time::{DAY_SECONDS, UnixTime};
use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

const TEMPORARY: &str = ".new";

/// One folder. Each primitive step can be the last one before a crash: tests count them.
#[derive(Debug)]
pub(super) struct Disk {
    dir: PathBuf,
    #[cfg(test)]
    pub(super) steps_left: std::cell::Cell<Option<u32>>,
}

impl Disk {
    pub(super) const fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            #[cfg(test)]
            steps_left: std::cell::Cell::new(None),
        }
    }

    /// The bytes of a file, or none when it is absent.
    pub(super) fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.dir.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Names of all files, in no order.
    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            names.extend(entry?.file_name().into_string());
        }
        Ok(names)
    }

    /// Writes a file whole: beside it, synced, renamed over it, folder synced. What it held is overwritten.
    pub(super) fn replace_erasing(
        &self,
        name: &str,
        bytes: &[u8],
        mtime: UnixTime,
    ) -> io::Result<()> {
        let temporary = self.dir.join(format!("{name}{TEMPORARY}"));
        self.step()?;
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&temporary)?;
        self.step()?;
        file.write_all(bytes)?;
        file.set_times(times(mtime))?;
        self.step()?;
        file.sync_all()?;
        let old = match OpenOptions::new().write(true).open(self.dir.join(name)) {
            Ok(old) => Some(old),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        self.step()?;
        fs::rename(&temporary, self.dir.join(name))?;
        self.step()?;
        self.sync_folder(mtime)?;
        self.step()?;
        old.map_or(Ok(()), |old| overwrite(&old))
    }

    /// Overwrites, syncs and unlinks a file; an absent one is fine.
    pub(super) fn erase(&self, name: &str) -> io::Result<()> {
        let path = self.dir.join(name);
        let file = match OpenOptions::new().write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let mtime = file.metadata()?.modified()?;
        self.step()?;
        // Only then the name goes away: a crash leaves either a file of zeros, whose erasing goes on, or none.
        fs::rename(&path, self.dir.join(format!("{name}{TEMPORARY}")))?;
        self.step()?;
        overwrite(&file)?;
        self.step()?;
        fs::remove_file(self.dir.join(format!("{name}{TEMPORARY}")))?;
        self.step()?;
        let since = mtime.duration_since(SystemTime::UNIX_EPOCH);
        self.sync_folder(UnixTime(since.map_or(0, |since| since.as_secs())))
    }

    /// Erases what a killed command left beside the files.
    pub(super) fn remove_leftovers(&self) -> io::Result<()> {
        for name in self.names()? {
            if name.ends_with(TEMPORARY) {
                let path = self.dir.join(&name);
                overwrite(&OpenOptions::new().write(true).open(&path)?)?;
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// The folder's own time would tell the hour of the last change: it gets the start of the day, too.
    fn sync_folder(&self, mtime: UnixTime) -> io::Result<()> {
        let folder = File::open(&self.dir)?;
        folder.set_times(times(UnixTime(mtime.0 - mtime.0 % DAY_SECONDS)))?;
        folder.sync_all()
    }

    #[cfg(test)]
    fn step(&self) -> io::Result<()> {
        match self.steps_left.get() {
            Some(0) => Err(ErrorKind::Interrupted.into()),
            Some(left) => {
                self.steps_left.set(Some(left - 1));
                Ok(())
            }
            None => Ok(()),
        }
    }

    #[cfg(not(test))]
    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "tests stop here"
    )]
    const fn step(&self) -> io::Result<()> {
        Ok(())
    }
}

fn times(time: UnixTime) -> FileTimes {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(time.0);
    FileTimes::new().set_accessed(time).set_modified(time)
}

fn overwrite(mut file: &File) -> io::Result<()> {
    let len = file.metadata()?.len();
    let zeros = vec![0; usize::try_from(len).unwrap_or(0)];
    file.write_all(&zeros)?;
    file.sync_all()
}
