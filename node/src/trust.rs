//! The trust list of a home: made, signed, installed, read.
//! Knows files and lists; does not know sockets.
//! Specified in specs/protocol.md §9.

use crate::home::Paths;
use crate::keys::KeyError;
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
    #[error("a file cannot be read or written: {kind}")]
    Io {
        /// Which.
        file: PathBuf,
        /// Why.
        kind: ErrorKind,
    },
    /// The list is refused.
    #[error(transparent)]
    List(#[from] TrustListError),
    /// The file of the root key holds something else.
    #[error("the file of the root key holds no root key")]
    NotARootKey {
        /// Which.
        file: PathBuf,
    },
    /// The keys of this office are not those on the list.
    #[error("the keys of {origin} on the trust list are not those of this office")]
    OtherKeys {
        /// The office's origin.
        origin: String,
    },
    /// The list would be over before it is signed.
    #[error("the list would end at {until}, which is over")]
    Over {
        /// When it would end.
        until: UnixTime,
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

fn unread(file: &Path) -> impl FnOnce(std::io::Error) -> TrustError {
    let file = file.to_owned();
    move |error| TrustError::Io {
        file,
        kind: error.kind(),
    }
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), TrustError> {
    write_durably(file, bytes).map_err(|error| TrustError::Io {
        file: file.to_owned(),
        kind: match error {
            StoreError::Io(kind) => kind,
            StoreError::Full => ErrorKind::StorageFull,
            _ => ErrorKind::Other,
        },
    })
}

/// The key that signs lists.
///
/// # Errors
/// [`TrustError::Io`], [`TrustError::NotARootKey`].
pub fn read_root(file: &Path) -> Result<NoteSigner, TrustError> {
    crate::keys::read_root(file).map_err(|error| {
        let io = |kind| TrustError::Io {
            file: file.to_owned(),
            kind,
        };
        match error {
            KeyError::Absent(_) => io(ErrorKind::NotFound),
            KeyError::AlreadyThere(_) => io(ErrorKind::AlreadyExists),
            KeyError::Damaged(_) => TrustError::NotARootKey {
                file: file.to_owned(),
            },
            KeyError::Io(_, kind) => io(kind),
        }
    })
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
    if head.until <= head.made {
        return Err(TrustError::Over { until: head.until });
    }
    let mut authorities = Vec::new();
    for (at, file) in blocks.iter().enumerate() {
        let text = std::fs::read_to_string(file).map_err(unread(file))?;
        let index = at + 1;
        let authority = TrustedAuthority::from_text(&text)
            .map_err(|why| TrustError::BadBlock { index, why })?;
        authorities.push(authority);
    }
    let logs = authorities.iter().map(|one| one.log_key().clone());
    let policy = WitnessPolicy::none(logs.collect());
    let list = TrustList::sign(head, &authorities, &policy, root)?;
    write(out, list.note())?;
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
    let note = std::fs::read(list).map_err(unread(list))?;
    let list = match read(paths) {
        Ok((known, known_root)) if known_root == root => {
            TrustList::verify_update(&note, &root, &known, now)?
        }
        Ok(_) | Err(TrustError::Absent) => TrustList::verify(&note, &root, now)?,
        Err(error) => return Err(error),
    };
    write(&paths.root(), format!("{root}\n").as_bytes())?;
    write(&paths.trust(), list.note())?;
    Ok(list)
}

/// Takes a note for the home's list if the home's root signed it, it still counts, and it is newer; none when it is
/// the list that is there.
///
/// # Errors
/// [`TrustError`].
pub fn update(paths: &Paths, note: &[u8], now: UnixTime) -> Result<Option<TrustList>, TrustError> {
    let (known, root) = read(paths)?;
    let list = TrustList::verify_update(note, &root, &known, now)?;
    if !list.replaces(&known)? {
        return Ok(None);
    }
    write(&paths.trust(), list.note())?;
    Ok(Some(list))
}

/// The list of a home, and the key that signs it. A list whose time is over is still read.
///
/// # Errors
/// [`TrustError`].
pub fn read(paths: &Paths) -> Result<(TrustList, Vkey), TrustError> {
    let there = |file: PathBuf| {
        std::fs::read(&file).map_err(|error| match error.kind() {
            ErrorKind::NotFound => TrustError::Absent,
            kind => TrustError::Io { file, kind },
        })
    };
    let root = there(paths.root())?;
    let root = String::from_utf8(root).map_err(|_| TrustError::Root(VkeyError::Malformed))?;
    let root = Vkey::from_text(root.trim())?;
    let note = there(paths.trust())?;
    Ok((TrustList::read(&note, &root)?, root))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::make_root;
    use crate::messages::{Explain, Lang};

    #[test]
    fn refuses_list_that_is_over_before_it_is_signed() {
        let dir = tempfile::tempdir().unwrap();
        let signer = make_root(&dir.path().join("root.key"), &mut rand::rng()).unwrap();
        let now = UnixTime(1_795_511_400);
        let out = dir.path().join("trust.txt");
        let of = |until| {
            let (sequence, made) = (1, now);
            let head = TrustListHead {
                sequence,
                made,
                until,
            };
            sign(&signer, &head, &[dir.path().join("nofile")], &out).unwrap_err()
        };
        assert_eq!(of(now), TrustError::Over { until: now });
        let io = of(now.plus(1));
        assert!(matches!(io, TrustError::Io { .. }), "{io}");
        let told = io.explain(Lang::En).what;
        assert!(
            told.contains("nofile") && told.contains("no such file"),
            "{told}"
        );
        assert!(!out.exists());
    }

    #[test]
    fn refuses_file_that_holds_no_root_key_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("trust.txt");
        write_durably(&file, b"not a key").unwrap();
        let error = read_root(&file).err();
        assert_eq!(error, Some(TrustError::NotARootKey { file: file.clone() }));
        let absent = dir.path().join("absent");
        let kind = ErrorKind::NotFound;
        let error = read_root(&absent).err();
        assert_eq!(error, Some(TrustError::Io { file: absent, kind }));
    }

    #[test]
    fn refuses_what_is_no_list_no_root_and_no_block_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::new(dir.path());
        assert_eq!(read(&paths).map(|_| ()), Err(TrustError::Absent));
        let signer = make_root(&dir.path().join("root.key"), &mut rand::rng()).unwrap();
        let file = dir.path().join("block");
        write_durably(&file, b"not a block").unwrap();
        let (now, root) = (UnixTime(1_795_511_400), signer.vkey().to_string());
        let head = TrustListHead {
            sequence: 1,
            made: now,
            until: now.plus(1),
        };
        let out = dir.path().join("trust.txt");
        let block = sign(&signer, &head, std::slice::from_ref(&file), &out).unwrap_err();
        assert!(
            matches!(block, TrustError::BadBlock { index: 1, .. }),
            "{block}"
        );
        let of = |root: &str| install(&paths, &file, root, now).map(|_| ());
        assert!(matches!(of(&root), Err(TrustError::List(_))));
        assert!(matches!(
            of("no vkey"),
            Err(TrustError::Root(VkeyError::Malformed))
        ));
        assert_eq!(
            read(&paths).map(|_| ()),
            Err(TrustError::Absent),
            "nothing was installed"
        );
    }
}
