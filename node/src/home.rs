//! The home: one private folder with settings, keys, state, logs, and a lock.
//! Knows paths and the layout's version; does not know what the files mean.
//! Specified in specs/protocol.md §14 and specs/interfaces.md.

use crate::config::{Config, ConfigError};
use lachan_store::{
    StoreError, create_private_dir, erase_leftovers, remove_temporaries, write_durably,
};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What the file `format` holds: the version of this layout.
const FORMAT: &str = "lachan-node 1\n";
const FOLDERS: [&str; 4] = ["keys", "log", "spool", "state"];

/// Why a home cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HomeError {
    /// There is no home in this folder.
    #[error("there is no home in this folder")]
    Absent,
    /// There is a home in this folder already.
    #[error("there is a home in this folder already")]
    AlreadyMade,
    /// `node.toml` does not say what it must.
    #[error("node.toml: {0}")]
    Config(#[from] ConfigError),
    /// Another process works on it.
    #[error("another process uses this home")]
    InUse,
    /// The operating system failed.
    #[error("the home cannot be read or written: {0}")]
    Io(ErrorKind),
    /// Neither `--home` nor `HOME` say where it is.
    #[error("nothing says where the home is")]
    Nowhere,
    /// Made by a program with another layout.
    #[error("the layout of this home is unknown")]
    UnknownFormat,
}

impl From<std::io::Error> for HomeError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.kind())
    }
}

impl From<StoreError> for HomeError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::Io(ErrorKind::StorageFull),
            StoreError::Io(kind) => Self::Io(kind),
            _ => Self::Io(ErrorKind::Other),
        }
    }
}

/// What `ready.json` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// The process.
    pub pid: u32,
    /// Its peer id.
    pub peer_id: String,
    /// Where it listens, each with its peer id.
    pub addresses: Vec<String>,
    /// What it is.
    pub roles: Vec<String>,
}

/// Where things lie in a home.
#[derive(Clone, Debug)]
pub struct Paths(PathBuf);

macro_rules! paths {
    ($($(#[$doc:meta])* $name:ident = $file:literal;)*) => {
        impl Paths {
            $($(#[$doc])* #[must_use] pub fn $name(&self) -> PathBuf { self.0.join($file) })*
        }
    };
}

paths! {
    /// An office's block of a trust list.
    authority = "authority.txt";
    /// Where a running process answers commands.
    control = "control.sock";
    /// The version of the layout.
    format = "format";
    /// Secrets, one file each.
    keys = "keys";
    /// Logs, by origin hash.
    log = "log";
    /// Held by the process that uses the home.
    lock = "lock";
    /// Settings.
    config = "node.toml";
    /// Ports of the last run, taken again when the settings say port 0.
    ports = "ports.json";
    /// Written when serving.
    ready = "ready.json";
    /// The key that signs the trust list.
    root = "root.vkey";
    /// Append-only files.
    spool = "spool";
    /// The store.
    state = "state";
    /// The trust list.
    trust = "trust.txt";
}

impl Paths {
    /// Those of the home in this folder.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        Self(dir.to_owned())
    }

    /// The folder itself.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.0
    }
}

/// A home that this process holds the lock of.
#[derive(Debug)]
pub struct Home {
    paths: Paths,
    config: Config,
    _lock: File,
}

impl Home {
    /// Makes a home in a folder that holds none. A making that was interrupted is begun anew.
    ///
    /// # Errors
    /// [`HomeError::AlreadyMade`], [`HomeError::InUse`], [`HomeError::Io`].
    pub fn create(dir: &Path, config: Config) -> Result<NewHome, HomeError> {
        let paths = Paths::new(dir);
        create_private_dir(dir)?;
        let lock = lock(&paths)?;
        if paths.format().exists() {
            return Err(HomeError::AlreadyMade);
        }
        for folder in FOLDERS {
            create_private_dir(&dir.join(folder))?;
        }
        write_durably(&paths.config(), config.to_toml().as_bytes())?;
        Ok(NewHome(Self {
            paths,
            config,
            _lock: lock,
        }))
    }

    /// Opens a home and takes its lock.
    ///
    /// # Errors
    /// [`HomeError`], all but `AlreadyMade`.
    pub fn open(dir: &Path) -> Result<Self, HomeError> {
        let paths = Paths::new(dir);
        let config = read_config(&paths)?;
        let lock = lock(&paths)?;
        for folder in [paths.dir().to_owned(), paths.spool()] {
            remove_temporaries(&folder)?;
        }
        erase_leftovers(&paths.keys())?;
        Ok(Self {
            paths,
            config,
            _lock: lock,
        })
    }

    /// What its settings say.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Where its files lie.
    #[must_use]
    pub const fn paths(&self) -> &Paths {
        &self.paths
    }

    /// Says that this process serves, and where.
    ///
    /// # Errors
    /// [`HomeError::Io`].
    pub fn write_ready(&self, ready: &Ready) -> Result<(), HomeError> {
        let text = serde_json::to_vec(ready).map_err(|_| HomeError::Io(ErrorKind::InvalidData))?;
        write_durably(&self.paths.ready(), &text)?;
        Ok(())
    }

    /// Takes back what [`Home::write_ready`] said.
    pub fn remove_ready(&self) {
        // absent is what is wanted
        fs::remove_file(self.paths.ready()).ok();
    }
}

/// A home that counts only once [`NewHome::finish`] has been called.
#[derive(Debug)]
pub struct NewHome(Home);

impl NewHome {
    /// The home, to write its first files.
    #[must_use]
    pub const fn home(&self) -> &Home {
        &self.0
    }

    /// Writes the file `format`: from here on the folder is a home.
    ///
    /// # Errors
    /// [`HomeError::Io`].
    pub fn finish(self) -> Result<Home, HomeError> {
        write_durably(&self.0.paths.format(), FORMAT.as_bytes())?;
        Ok(self.0)
    }
}

/// The settings of a home, without its lock: for commands that a running process answers.
///
/// # Errors
/// [`HomeError::Absent`], [`HomeError::Config`], [`HomeError::Io`], [`HomeError::UnknownFormat`].
pub fn read_config(paths: &Paths) -> Result<Config, HomeError> {
    let format = fs::read(paths.format()).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => HomeError::Absent,
        kind => HomeError::Io(kind),
    })?;
    if format != FORMAT.as_bytes() {
        return Err(HomeError::UnknownFormat);
    }
    let text = fs::read_to_string(paths.config())?;
    Ok(Config::from_toml(&text)?)
}

/// Where the home is when nothing else says it: `$XDG_DATA_HOME/lachan-node` or `~/.local/share/lachan-node`.
///
/// # Errors
/// [`HomeError::Nowhere`].
pub fn default_dir() -> Result<PathBuf, HomeError> {
    let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    folder("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| folder("HOME").map(|home| PathBuf::from(home).join(".local/share")))
        .map(|base| base.join("lachan-node"))
        .ok_or(HomeError::Nowhere)
}

fn lock(paths: &Paths) -> Result<File, HomeError> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(paths.lock())?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(HomeError::InUse),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Role;
    use std::os::unix::fs::PermissionsExt;

    fn config() -> Config {
        Config::new(vec![Role::Relay])
    }

    #[test]
    fn a_home_is_private_and_opens_with_the_same_settings() {
        let base = tempfile::tempdir().unwrap();
        let dir = base.path().join("a/b");
        assert_eq!(Home::open(&dir).unwrap_err(), HomeError::Absent);
        let new = Home::create(&dir, config()).unwrap();
        assert_eq!(Home::open(&dir).unwrap_err(), HomeError::Absent);
        let home = new.finish().unwrap();
        assert_eq!(Home::open(&dir).unwrap_err(), HomeError::InUse);
        drop(home);
        assert_eq!(Home::open(&dir).unwrap().config(), &config());
        assert_eq!(
            Home::create(&dir, config()).unwrap_err(),
            HomeError::AlreadyMade
        );
        for name in FOLDERS {
            let mode = fs::metadata(dir.join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{name}");
        }
    }

    #[test]
    fn refuses_an_unknown_format_and_unknown_settings() {
        let base = tempfile::tempdir().unwrap();
        let dir = base.path();
        drop(Home::create(dir, config()).unwrap().finish().unwrap());
        let paths = Paths::new(dir);
        let text = fs::read_to_string(paths.config()).unwrap();
        fs::write(paths.config(), format!("surprise = 1\n{text}")).unwrap();
        let error = Home::open(dir).unwrap_err();
        assert!(matches!(error, HomeError::Config(_)), "{error}");
        fs::write(paths.config(), text).unwrap();
        Home::open(dir).unwrap();
        fs::write(paths.format(), "lachan-node 2\n").unwrap();
        assert_eq!(Home::open(dir).unwrap_err(), HomeError::UnknownFormat);
    }
}
