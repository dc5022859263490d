//! The home: one private folder with settings, keys, state, tokens and codes, and a lock.
//! Knows paths and the layout's version; does not know what the files mean.
//! Specified in specs/protocol.md §14.

use lachan_store::{StoreError, erase_leftovers, remove_temporaries};
use serde::{Deserialize, Serialize};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What the file `format` holds: the version of this layout.
const FORMAT: &str = "lachan-client 1\n";
/// How long a command waits for another one that works on the same home.
const PATIENCE: Duration = Duration::from_secs(10);
const FOLDERS: [&str; 4] = ["codes", "keys", "state", "tokens"];

/// Why a home cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HomeError {
    /// There is no home in this folder.
    #[error("there is no home in this folder")]
    Absent,
    /// There is a home in this folder already.
    #[error("there is a home in this folder already")]
    AlreadyMade,
    /// `client.toml` does not say what it must.
    #[error("the settings cannot be understood")]
    BadSettings,
    /// Another command works on it.
    #[error("another command uses this home")]
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

/// What `client.toml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The key that signs the trust list, as a vkey.
    pub root: String,
    /// The host of venue URLs that are accepted.
    #[serde(default = "default_host")]
    pub host: String,
    /// Nodes that are asked when a command does not say which: multiaddresses with a peer id.
    #[serde(default)]
    pub nodes: Vec<String>,
    /// Whether `--clock FILE` is obeyed.
    #[serde(default)]
    pub test_clock: bool,
}

fn default_host() -> String {
    lachan_protocol::code::DEFAULT_HOST.to_owned()
}

/// A home that this process holds the lock of.
#[derive(Debug)]
pub struct Home {
    dir: PathBuf,
    settings: Settings,
    _lock: File,
}

impl Home {
    /// Makes a home in a folder that holds none. A making that was interrupted is begun anew.
    ///
    /// # Errors
    /// [`HomeError::AlreadyMade`], [`HomeError::InUse`], [`HomeError::Io`].
    pub fn create(dir: &Path, settings: Settings) -> Result<NewHome, HomeError> {
        private_folder(dir)?;
        let lock = lock(dir)?;
        if dir.join("format").exists() {
            return Err(HomeError::AlreadyMade);
        }
        for folder in FOLDERS {
            private_folder(&dir.join(folder))?;
        }
        write_private(&dir.join("client.toml"), render(&settings).as_bytes())?;
        Ok(NewHome(Self {
            dir: dir.to_owned(),
            settings,
            _lock: lock,
        }))
    }

    /// Opens a home and takes its lock, waiting a moment for another command.
    ///
    /// # Errors
    /// [`HomeError`], all but `AlreadyMade`.
    pub fn open(dir: &Path) -> Result<Self, HomeError> {
        let settings = read_settings(dir)?;
        let home = Self {
            dir: dir.to_owned(),
            settings,
            _lock: lock(dir)?,
        };
        // what a killed command left: a secret among it is erased
        remove_temporaries(&home.dir)?;
        remove_temporaries(&home.codes())?;
        erase_leftovers(&home.keys())?;
        Ok(home)
    }

    /// What its settings say.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The folder itself.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Secrets, one file each.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.dir.join("keys")
    }

    /// The store's folder.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.dir.join("state")
    }

    /// The wallet's folder.
    #[must_use]
    pub fn tokens(&self) -> PathBuf {
        self.dir.join("tokens")
    }

    /// A venue's public codes. Displays read only this folder, without the lock.
    #[must_use]
    pub fn codes(&self) -> PathBuf {
        self.dir.join("codes")
    }

    /// The newest trust list, a signed note.
    #[must_use]
    pub fn trust(&self) -> PathBuf {
        self.dir.join("trust.txt")
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
        write_private(&self.0.dir.join("format"), FORMAT.as_bytes())?;
        Ok(self.0)
    }
}

/// Makes everything this process creates from now on private to its user (umask 077). Programs call it first.
pub fn private_umask() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// The settings of a home, without its lock: for displays, which read only `codes/`.
///
/// # Errors
/// [`HomeError::Absent`], [`HomeError::BadSettings`], [`HomeError::Io`], [`HomeError::UnknownFormat`].
pub fn read_settings(dir: &Path) -> Result<Settings, HomeError> {
    let format = fs::read_to_string(dir.join("format")).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => HomeError::Absent,
        ErrorKind::InvalidData => HomeError::UnknownFormat,
        kind => HomeError::Io(kind),
    })?;
    if format != FORMAT {
        return Err(HomeError::UnknownFormat);
    }
    let text = fs::read_to_string(dir.join("client.toml")).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::InvalidData => HomeError::BadSettings,
        kind => HomeError::Io(kind),
    })?;
    toml::from_str(&text).map_err(|_| HomeError::BadSettings)
}

/// Where the home is when nothing else says it: `$XDG_DATA_HOME/lachan` or `~/.local/share/lachan`.
///
/// # Errors
/// [`HomeError::Nowhere`].
pub fn default_dir() -> Result<PathBuf, HomeError> {
    let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    folder("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| folder("HOME").map(|home| PathBuf::from(home).join(".local/share")))
        .map(|base| base.join("lachan"))
        .ok_or(HomeError::Nowhere)
}

fn render(settings: &Settings) -> String {
    let string = |text: &str| toml::Value::from(text).to_string();
    let nodes: Vec<String> = settings.nodes.iter().map(|node| string(node)).collect();
    format!(
        "# Lá Chắn, settings of this client\n\n\
         # The key that signs the trust list. It stands on posters and in the README of your deployment.\n\
         root = {}\n\n\
         # The host of the URLs in venue codes.\n\
         host = {}\n\n\
         # Nodes to ask for lists of keys, as multiaddresses: [\"/ip4/203.0.113.5/tcp/4001/p2p/12D3...\"]\n\
         nodes = [{}]\n\n\
         # A home for tests: it obeys --clock FILE. Never true for a real person.\n\
         test-clock = {}\n",
        string(&settings.root),
        string(&settings.host),
        nodes.join(", "),
        settings.test_clock,
    )
}

fn private_folder(dir: &Path) -> Result<(), HomeError> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    Ok(())
}

fn write_private(path: &Path, bytes: &[u8]) -> Result<(), HomeError> {
    let temporary = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    File::open(folder)?.sync_all()?;
    Ok(())
}

fn lock(dir: &Path) -> Result<File, HomeError> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(dir.join("lock"))?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => return Err(HomeError::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn settings() -> Settings {
        Settings {
            root: "lachan-root+01234567+AA==".into(),
            host: "lachan.example".into(),
            nodes: vec!["/ip4/127.0.0.1/tcp/4001/p2p/\"quoted\"".into()],
            test_clock: true,
        }
    }

    #[test]
    fn a_home_is_private_and_opens_with_the_same_settings() {
        let base = tempfile::tempdir().unwrap();
        let dir = base.path().join("a/b");
        assert_eq!(Home::open(&dir).unwrap_err(), HomeError::Absent);
        Home::create(&dir, settings()).unwrap().finish().unwrap();
        assert_eq!(Home::open(&dir).unwrap().settings(), &settings());
        assert_eq!(
            Home::create(&dir, settings()).unwrap_err(),
            HomeError::AlreadyMade
        );
        for entry in fs::read_dir(&dir)
            .unwrap()
            .chain(fs::read_dir(base.path().join("a")).unwrap())
        {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o077;
            assert_eq!(mode, 0, "{:?}", entry.path());
        }
    }

    #[test]
    fn a_making_that_was_interrupted_is_begun_anew() {
        let base = tempfile::tempdir().unwrap();
        drop(Home::create(base.path(), settings()).unwrap());
        assert_eq!(Home::open(base.path()).unwrap_err(), HomeError::Absent);
        Home::create(base.path(), settings())
            .unwrap()
            .finish()
            .unwrap();
        Home::open(base.path()).unwrap();
    }

    #[test]
    fn refuses_an_unknown_format_and_unknown_settings() {
        let base = tempfile::tempdir().unwrap();
        let dir = base.path();
        drop(Home::create(dir, settings()).unwrap().finish().unwrap());
        let toml = dir.join("client.toml");
        let text = fs::read_to_string(&toml).unwrap();
        fs::write(&toml, format!("{text}surprise = 1\n")).unwrap();
        assert_eq!(Home::open(dir).unwrap_err(), HomeError::BadSettings);
        fs::write(&toml, text).unwrap();
        Home::open(dir).unwrap();
        fs::write(dir.join("format"), "lachan-client 2\n").unwrap();
        assert_eq!(Home::open(dir).unwrap_err(), HomeError::UnknownFormat);
    }
    #[test]
    fn what_a_killed_command_left_goes_when_the_home_is_opened() {
        let base = tempfile::tempdir().unwrap();
        let dir = base.path().join("home");
        let new = Home::create(&dir, Settings::default()).unwrap();
        drop(new.finish().unwrap());
        let left = ["", "codes", "keys"].map(|folder| dir.join(folder).join(".tmp-1-1"));
        for file in &left {
            fs::write(file, b"left").unwrap();
        }
        Home::open(&dir).unwrap();
        assert!(left.iter().all(|file| !file.exists()));
    }
}
