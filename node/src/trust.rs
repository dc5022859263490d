//! The trust list of a home: made, signed, installed, read.
//! Knows files and lists; does not know sockets.
//! Specified in specs/protocol.md §9.

use crate::home::Paths;
use lachan_protocol::log::note::{NoteSigner, Vkey, VkeyError};
use lachan_protocol::log::policy::WitnessPolicy;
use lachan_protocol::time::UnixTime;
use lachan_protocol::trust::{TrustList, TrustListError, TrustListHead, TrustedAuthority};
use lachan_store::{StoreError, write_durably};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Why there is no trust list that counts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// None is installed.
    #[error("no trust list is installed")]
    Absent,
    /// A file is not an authority's block.
    #[error("authority file {index} is refused: {why}")]
    BadBlock {
        /// Which of the files, from 1.
        index: usize,
        /// Why.
        why: TrustListError,
    },
    /// A file cannot be read or written.
    #[error("a file cannot be read or written: {0}")]
    Io(ErrorKind),
    /// The list is refused.
    #[error(transparent)]
    List(#[from] TrustListError),
    /// The keys of this office are not those on the list.
    #[error("the keys of {origin} on the trust list are not those of this office")]
    OtherKeys {
        /// The office's origin.
        origin: String,
    },
    /// The root key is not a vkey.
    #[error("the root key is refused: {0}")]
    Root(#[from] VkeyError),
    /// This office is not on the list.
    #[error("{origin} is not on the trust list")]
    Unlisted {
        /// The office's origin.
        origin: String,
    },
}

impl From<std::io::Error> for TrustError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.kind())
    }
}

impl From<StoreError> for TrustError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Io(kind) => Self::Io(kind),
            StoreError::Full => Self::Io(ErrorKind::StorageFull),
            _ => Self::Io(ErrorKind::Other),
        }
    }
}

/// Signs a list of the authorities whose blocks stand in these files. There is no witness yet.
///
/// # Errors
/// [`TrustError`].
pub fn sign(
    root: &NoteSigner,
    head: &TrustListHead,
    blocks: &[PathBuf],
    out: &Path,
) -> Result<TrustList, TrustError> {
    let mut authorities = Vec::new();
    for (at, file) in blocks.iter().enumerate() {
        let text = std::fs::read_to_string(file)?;
        let index = at + 1;
        let authority = TrustedAuthority::from_text(&text)
            .map_err(|why| TrustError::BadBlock { index, why })?;
        authorities.push(authority);
    }
    let logs = authorities.iter().map(|one| one.log_key().clone());
    let policy = WitnessPolicy::none(logs.collect());
    let list = TrustList::sign(head, &authorities, &policy, root)?;
    write_durably(out, list.note())?;
    Ok(list)
}

/// Gives a home its list, or a newer one.
///
/// # Errors
/// [`TrustError`].
pub fn install(
    paths: &Paths,
    list: &Path,
    root: &str,
    now: UnixTime,
) -> Result<TrustList, TrustError> {
    let root = Vkey::from_text(root.trim())?;
    let note = std::fs::read(list)?;
    let list = match read(paths) {
        Ok((known, known_root)) if known_root == root => {
            TrustList::verify_update(&note, &root, &known, now)?
        }
        Ok(_) | Err(TrustError::Absent) => TrustList::verify(&note, &root, now)?,
        Err(error) => return Err(error),
    };
    write_durably(&paths.root(), format!("{root}\n").as_bytes())?;
    write_durably(&paths.trust(), list.note())?;
    Ok(list)
}

/// The list of a home, and the key that signs it. A list whose time is over is still read.
///
/// # Errors
/// [`TrustError`].
pub fn read(paths: &Paths) -> Result<(TrustList, Vkey), TrustError> {
    let there = |result: std::io::Result<Vec<u8>>| {
        result.map_err(|error| match error.kind() {
            ErrorKind::NotFound => TrustError::Absent,
            kind => TrustError::Io(kind),
        })
    };
    let root = there(std::fs::read(paths.root()))?;
    let root = String::from_utf8(root).map_err(|_| TrustError::Root(VkeyError::Malformed))?;
    let root = Vkey::from_text(root.trim())?;
    let note = there(std::fs::read(paths.trust()))?;
    Ok((TrustList::read(&note, &root)?, root))
}
