//! The home: one private folder with settings, a layout's version, and a lock.
//! Knows the folder's frame; what settings and files mean is each program's.
//! Specified in specs/protocol.md §14.

use lachan_store::{
    StoreError, create_private_dir, erase_leftovers, remove_temporaries, write_durably,
};
use std::fmt::Debug;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Secrets, one file each: what a killed process left there is erased.
const KEYS: &str = "keys";
/// The file that holds the layout's version, written last.
const FORMAT: &str = "format";

/// Why a home cannot be used; `E` is why its settings cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HomeError<E> {
    /// There is no home in this folder.
    #[error("there is no home in this folder")]
    Absent,
    /// There is a home in this folder already.
    #[error("there is a home in this folder already")]
    AlreadyMade,
    /// Another process works on it.
    #[error("another process uses this home")]
    InUse,
    /// The operating system failed.
    #[error("the home cannot be read or written: {0}")]
    Io(ErrorKind),
    /// Neither `--home` nor `HOME` say where it is.
    #[error("nothing says where the home is")]
    Nowhere,
    /// Made by an older program: whoever opens it under its lock migrates it.
    #[error("the layout of this home is an older one")]
    OlderFormat,
    /// The file of settings does not say what it must.
    #[error("the settings: {0}")]
    Settings(E),
    /// Made by a program with another layout.
    #[error("the layout of this home is unknown")]
    UnknownFormat,
}

impl<E> From<std::io::Error> for HomeError<E> {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.kind())
    }
}

impl<E> From<StoreError> for HomeError<E> {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::Io(ErrorKind::StorageFull),
            StoreError::Io(kind) => Self::Io(kind),
            _ => Self::Io(ErrorKind::Other),
        }
    }
}

/// (what happened, what to do), in Vietnamese and in English.
pub type Words = [(&'static str, &'static str); 2];

/// A step from one layout to the next.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// What the file `format` held before.
    pub from: &'static str,
    /// Changes the folder. A process may be killed in it, and then it is done again from its beginning.
    pub step: fn(&Path) -> Result<(), StoreError>,
}

/// How the home of one program is laid out, and what its people are told about it.
#[derive(Debug)]
pub struct Layout {
    /// What the file `format` holds.
    pub format: &'static str,
    /// Folders that every home has, `keys` among them.
    pub folders: &'static [&'static str],
    /// From older layouts to this one, oldest first: each leads to the next one's `from`, the last to `format`.
    pub migrations: &'static [Migration],
    /// How long a command waits for another one that works on the same home.
    pub patience: Duration,
    /// Folders, beside the home's own, in which single files are written durably: opening removes what a killed
    /// process left there.
    pub written: &'static [&'static str],
    /// How the program is called, which is also the folder's name in the user's data.
    pub program: &'static str,
    /// The file of settings.
    pub settings: &'static str,
    /// The environment variable that names the folder.
    pub variable: &'static str,
    /// When there is no home.
    pub absent: Words,
    /// When another process has the lock.
    pub in_use: Words,
}

/// What a program's file of settings says.
pub trait Settings: Sized {
    /// Why a text is not that.
    type Error;
    /// Where the program's files lie.
    type Paths: Debug + for<'a> From<&'a Path>;
    /// How its home is laid out.
    const LAYOUT: Layout;

    /// Reads the file.
    ///
    /// # Errors
    /// When it does not say what it must.
    fn from_toml(text: &str) -> Result<Self, Self::Error>;

    /// The file, complete and commented.
    fn to_toml(&self) -> String;
}

/// Says where the files of a home lie: one method a file, on a struct `Paths` made from the home's folder.
#[macro_export]
macro_rules! paths {
    ($($(#[$doc:meta])* $name:ident = $file:literal;)*) => {
        /// Where things lie in a home.
        #[derive(Clone, Debug)]
        pub struct Paths(::std::path::PathBuf);

        impl From<&::std::path::Path> for Paths {
            fn from(dir: &::std::path::Path) -> Self {
                Self(dir.to_owned())
            }
        }

        impl Paths {
            /// Those of the home in this folder.
            #[must_use]
            pub fn new(dir: &::std::path::Path) -> Self {
                dir.into()
            }

            /// The folder itself.
            #[must_use]
            pub fn dir(&self) -> &::std::path::Path {
                &self.0
            }

            $($(#[$doc])* #[must_use] pub fn $name(&self) -> ::std::path::PathBuf { self.0.join($file) })*
        }
    };
}

/// A home that this process holds the lock of.
#[derive(Debug)]
pub struct Home<S: Settings> {
    dir: PathBuf,
    paths: S::Paths,
    settings: S,
    _lock: File,
}

impl<S: Settings> Home<S> {
    /// Makes a home in a folder that holds none. A making that was interrupted is begun anew.
    ///
    /// # Errors
    /// [`HomeError::AlreadyMade`], [`HomeError::InUse`], [`HomeError::Io`].
    pub fn create(dir: &Path, settings: S) -> Result<NewHome<S>, HomeError<S::Error>> {
        create_private_dir(dir)?;
        let lock = lock(dir, S::LAYOUT.patience)?;
        if dir.join(FORMAT).exists() {
            return Err(HomeError::AlreadyMade);
        }
        for folder in S::LAYOUT.folders {
            create_private_dir(&dir.join(folder))?;
        }
        let file = dir.join(S::LAYOUT.settings);
        write_durably(&file, settings.to_toml().as_bytes())?;
        Ok(NewHome(Self::locked(dir, settings, lock)))
    }

    /// Opens a home and takes its lock; waits for another command as long as the layout says. What a killed process
    /// left goes.
    ///
    /// # Errors
    /// [`HomeError`], all but `AlreadyMade`, `Nowhere` and `OlderFormat`.
    pub fn open(dir: &Path) -> Result<Self, HomeError<S::Error>> {
        // what is no home is left alone, without a lock file
        step_of(dir, &S::LAYOUT)?;
        let lock = lock(dir, S::LAYOUT.patience)?;
        migrate(dir, &S::LAYOUT)?;
        let settings = read_settings(dir)?;
        remove_temporaries(dir)?;
        for folder in S::LAYOUT.written {
            remove_temporaries(&dir.join(folder))?;
        }
        erase_leftovers(&dir.join(KEYS))?;
        Ok(Self::locked(dir, settings, lock))
    }

    fn locked(dir: &Path, settings: S, lock: File) -> Self {
        Self {
            dir: dir.to_owned(),
            paths: dir.into(),
            settings,
            _lock: lock,
        }
    }

    /// The folder itself.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where its files lie.
    #[must_use]
    pub const fn paths(&self) -> &S::Paths {
        &self.paths
    }

    /// What its settings say.
    #[must_use]
    pub const fn settings(&self) -> &S {
        &self.settings
    }
}

/// A home that counts only once [`NewHome::finish`] has been called.
#[derive(Debug)]
pub struct NewHome<S: Settings>(Home<S>);

impl<S: Settings> NewHome<S> {
    /// The home, to write its first files.
    #[must_use]
    pub const fn home(&self) -> &Home<S> {
        &self.0
    }

    /// Writes the file `format`: from here on the folder is a home.
    ///
    /// # Errors
    /// [`HomeError::Io`].
    pub fn finish(self) -> Result<Home<S>, HomeError<S::Error>> {
        write_durably(&self.0.dir.join(FORMAT), S::LAYOUT.format.as_bytes())?;
        Ok(self.0)
    }
}

/// The settings of a home, without its lock: for what may run beside another process.
///
/// # Errors
/// [`HomeError::Absent`], [`HomeError::Io`], [`HomeError::OlderFormat`], [`HomeError::Settings`],
/// [`HomeError::UnknownFormat`].
pub fn read_settings<S: Settings>(dir: &Path) -> Result<S, HomeError<S::Error>> {
    if step_of(dir, &S::LAYOUT)?.is_some() {
        return Err(HomeError::OlderFormat);
    }
    // A file that is gone, or is no text, says nothing; the settings themselves tell what is missing.
    let text = match fs::read(dir.join(S::LAYOUT.settings)) {
        Ok(bytes) => String::from_utf8(bytes).unwrap_or_default(),
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error.into()),
    };
    S::from_toml(&text).map_err(HomeError::Settings)
}

/// The folder that `--home` names, else `$XDG_DATA_HOME/PROGRAM`, else `~/.local/share/PROGRAM`.
///
/// # Errors
/// [`HomeError::Nowhere`].
pub fn dir_of<S: Settings>(named: Option<&Path>) -> Result<PathBuf, HomeError<S::Error>> {
    if let Some(dir) = named {
        return Ok(dir.to_owned());
    }
    let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    folder("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| folder("HOME").map(|home| PathBuf::from(home).join(".local/share")))
        .map(|base| base.join(S::LAYOUT.program))
        .ok_or(HomeError::Nowhere)
}

/// The migration that an older home needs first; none for one of this layout.
fn step_of<E>(dir: &Path, layout: &Layout) -> Result<Option<usize>, HomeError<E>> {
    let format = fs::read(dir.join(FORMAT)).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => HomeError::Absent,
        kind => HomeError::Io(kind),
    })?;
    if format == layout.format.as_bytes() {
        return Ok(None);
    }
    let mut steps = layout.migrations.iter();
    let first = steps.position(|step| format == step.from.as_bytes());
    first.map(Some).ok_or(HomeError::UnknownFormat)
}

/// Leads a home to this layout, step by step, each made durable by its own `format`. Its lock is held.
fn migrate<E>(dir: &Path, layout: &Layout) -> Result<(), HomeError<E>> {
    while let Some(at) = step_of(dir, layout)? {
        let after = layout.migrations.get(at + 1);
        let after = after.map_or(layout.format, |next| next.from);
        if let Some(migration) = layout.migrations.get(at) {
            (migration.step)(dir)?;
        }
        write_durably(&dir.join(FORMAT), after.as_bytes())?;
    }
    Ok(())
}

fn lock<E>(dir: &Path, patience: Duration) -> Result<File, HomeError<E>> {
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
            Err(TryLockError::WouldBlock) if began.elapsed() < patience => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => return Err(HomeError::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
