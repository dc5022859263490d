//! The node's own keys: one secret file each under `keys/`.
//! Knows names and bytes; does not know what is signed with them.
//! Specified in specs/protocol.md §14 and specs/interfaces.md.

use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::log::note::{NoteSigner, SignatureType, VkeyError};
use lachan_store::{SecretFile, StoreError};
use rand_core::CryptoRng;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The file is not there.
    #[error("the key {0} is not there")]
    Absent(KeyName),
    /// There is a file already, and keys are never written over.
    #[error("there is a file already where the key {0} would go")]
    AlreadyThere(KeyName),
    /// The file does not hold such a key.
    #[error("the key {0} is damaged")]
    Damaged(KeyName),
    /// The operating system failed.
    #[error("the key {0} cannot be read or written: {1}")]
    Io(KeyName, ErrorKind),
}

/// What a key is for; the name of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyName {
    /// Signs batches and other leaves.
    Batch,
    /// Signs venue codes.
    Code,
    /// Issues report codes.
    Issuer,
    /// Signs checkpoints.
    Log,
    /// The node's identity among its peers.
    Network,
    /// Signs trust lists; not in a home.
    Root,
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Batch => "batch",
            Self::Code => "code",
            Self::Issuer => "issuer",
            Self::Log => "log",
            Self::Network => "network",
            Self::Root => "root",
        })
    }
}

fn failed(name: KeyName) -> impl FnOnce(StoreError) -> KeyError {
    move |error| match error {
        StoreError::Absent => KeyError::Absent(name),
        StoreError::AlreadyThere => KeyError::AlreadyThere(name),
        StoreError::Full => KeyError::Io(name, ErrorKind::StorageFull),
        StoreError::Io(kind) => KeyError::Io(name, kind),
        _ => KeyError::Damaged(name),
    }
}

/// The folder `keys/` of a home.
#[derive(Clone, Debug)]
pub struct KeyFolder(PathBuf);

impl KeyFolder {
    /// That of this path.
    #[must_use]
    pub const fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn file(&self, name: KeyName) -> SecretFile {
        SecretFile::new(self.0.join(name.to_string()))
    }

    /// Draws a key and writes it, unless one is there from a making that was interrupted.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn make(&self, name: KeyName, rng: &mut impl CryptoRng) -> Result<SigningKey, KeyError> {
        if self.file(name).exists() {
            return self.signing_key(name);
        }
        let key = SigningKey::random(rng);
        let seed = key.to_seed();
        self.file(name)
            .create(seed.as_slice())
            .map_err(failed(name))?;
        Ok(key)
    }

    /// Draws a key in place of the one that is there, which is erased.
    ///
    /// # Errors
    /// [`KeyError`]; the old key is then still there.
    pub fn replace(&self, name: KeyName, rng: &mut impl CryptoRng) -> Result<(), KeyError> {
        self.seed(name)?;
        let seed = SigningKey::random(rng).to_seed();
        self.file(name)
            .replace(seed.as_slice())
            .map_err(failed(name))
    }

    /// A key's 32 bytes.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn seed(&self, name: KeyName) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let bytes = self.file(name).read().map_err(failed(name))?;
        let seed = bytes
            .as_slice()
            .try_into()
            .map_err(|_| KeyError::Damaged(name))?;
        Ok(Zeroizing::new(seed))
    }

    /// A key that signs.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn signing_key(&self, name: KeyName) -> Result<SigningKey, KeyError> {
        Ok(SigningKey::from_seed(&*self.seed(name)?))
    }
}

/// The name under which root keys sign.
const ROOT_NAME: &str = "lachan-root";

/// Draws a root key and writes it to a new file.
///
/// # Errors
/// [`KeyError`].
pub fn make_root(file: &Path, rng: &mut impl CryptoRng) -> Result<NoteSigner, KeyError> {
    let key = SigningKey::random(rng);
    let signer = NoteSigner::new(ROOT_NAME, SignatureType::Ed25519, key)
        .map_err(|_: VkeyError| KeyError::Damaged(KeyName::Root))?;
    let text = Zeroizing::new(format!("{}\n", signer.to_secret_text().as_str()));
    SecretFile::new(file)
        .create(text.as_bytes())
        .map_err(failed(KeyName::Root))?;
    Ok(signer)
}

/// Reads what [`make_root`] wrote.
///
/// # Errors
/// [`KeyError`].
pub fn read_root(file: &Path) -> Result<NoteSigner, KeyError> {
    let damaged = KeyError::Damaged(KeyName::Root);
    let bytes = SecretFile::new(file)
        .read()
        .map_err(failed(KeyName::Root))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| damaged)?;
    NoteSigner::from_secret_text(text.trim_end()).map_err(|_| damaged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_key_that_is_not_to_be_had_is_named_with_the_reason() {
        let dir = tempfile::tempdir().unwrap();
        let keys = KeyFolder::new(dir.path().to_owned());
        let of = |name| keys.seed(name).map(|_| ());
        assert_eq!(of(KeyName::Batch), Err(KeyError::Absent(KeyName::Batch)));
        let made = keys.make(KeyName::Batch, &mut rand::rng()).unwrap();
        assert_eq!(
            *keys.seed(KeyName::Batch).unwrap(),
            *made.to_seed(),
            "the control"
        );
        SecretFile::new(dir.path().join("log"))
            .create(&[7; 31])
            .unwrap();
        assert_eq!(of(KeyName::Log), Err(KeyError::Damaged(KeyName::Log)));
        fs::create_dir(dir.path().join("code")).unwrap();
        let unread = of(KeyName::Code);
        assert!(
            matches!(unread, Err(KeyError::Io(KeyName::Code, _))),
            "{unread:?}"
        );
    }

    #[test]
    fn a_root_key_is_never_written_over_and_read_only_where_it_stands() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("root.key");
        let read = |file: &Path| read_root(file).map(|signer| signer.vkey().to_string());
        assert_eq!(read(&file), Err(KeyError::Absent(KeyName::Root)));
        let made = make_root(&file, &mut rand::rng()).unwrap();
        let again = make_root(&file, &mut rand::rng()).map(|_| ());
        assert_eq!(again, Err(KeyError::AlreadyThere(KeyName::Root)));
        assert_eq!(read(&file), Ok(made.vkey().to_string()), "the control");
    }
}
