//! Evidence against signers of codes: a few small files in a folder of their own.
//! Knows names and bytes; does not judge codes. Whoever reads such a file learns that this device saw its venue's code.
//! Specified in specs/protocol.md §4.4 and §14.2.

use lachan_protocol::code::{bytes_from_digits, digits_from_bytes};
use lachan_protocol::crypto::hash::sha256;
use lachan_store::{StoreError, create_private_dir, write_durably};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// So many pieces of evidence are kept; one signer can make any number.
pub const MOST_KEPT: usize = 16;
/// Bytes of a name.
const ID_BYTES: usize = 8;
/// No file of evidence is longer: two codes of at most 1,200 bytes as digits.
const LONGEST: u64 = 16_384;
const HEADER: &str = "lachan-evidence/v1";
const SUFFIX: &str = ".txt";

/// Why evidence is not kept or not found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceFileError {
    /// Several pieces of evidence begin with what was given.
    #[error("several pieces of evidence begin with this id")]
    Ambiguous,
    /// The file does not hold two codes.
    #[error("the file holds no two codes")]
    Damaged,
    /// As many are kept as may be.
    #[error("{MOST_KEPT} pieces of evidence are kept already")]
    Full,
    /// A file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such evidence.
    #[error("there is no such evidence")]
    Unknown,
}

impl From<std::io::Error> for EvidenceFileError {
    fn from(error: std::io::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Two codes as they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePair {
    /// Their exact bytes, the smaller first.
    pub codes: [Vec<u8>; 2],
}

impl CodePair {
    /// Takes two codes in either order.
    #[must_use]
    pub fn new(one: &[u8], other: &[u8]) -> Self {
        let mut codes = [one.to_vec(), other.to_vec()];
        codes.sort();
        Self { codes }
    }

    /// Its name: the same for the same two codes.
    #[must_use]
    pub fn id(&self) -> String {
        let hash = sha256(&[self.to_text().as_bytes()]);
        let digits = hash[..ID_BYTES].iter();
        digits.map(|byte| format!("{byte:02x}")).collect()
    }

    /// The text of its file: a header and the digits of both codes, a line each.
    #[must_use]
    pub fn to_text(&self) -> String {
        let [one, other] = &self.codes;
        let (one, other) = (digits_from_bytes(one), digits_from_bytes(other));
        format!("{HEADER}\n{one}\n{other}\n")
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// [`EvidenceFileError::Damaged`].
    pub fn from_text(text: &str) -> Result<Self, EvidenceFileError> {
        let lines: Vec<&str> = text.lines().collect();
        let [HEADER, one, other] = lines.as_slice() else {
            return Err(EvidenceFileError::Damaged);
        };
        let read = |digits: &str| bytes_from_digits(digits).map_err(|_| EvidenceFileError::Damaged);
        Ok(Self::new(&read(one)?, &read(other)?))
    }

    /// Reads a file that somebody brought.
    ///
    /// # Errors
    /// [`EvidenceFileError::Damaged`], [`EvidenceFileError::Store`].
    pub fn read(path: &Path) -> Result<Self, EvidenceFileError> {
        if std::fs::metadata(path)?.len() > LONGEST {
            return Err(EvidenceFileError::Damaged);
        }
        let bytes = std::fs::read(path)?;
        Self::from_text(std::str::from_utf8(&bytes).map_err(|_| EvidenceFileError::Damaged)?)
    }
}

/// The folder `evidence/` of a home.
#[derive(Debug)]
pub struct EvidenceFolder(PathBuf);

impl EvidenceFolder {
    /// The folder at this path; it need not be there.
    #[must_use]
    pub const fn new(dir: PathBuf) -> Self {
        Self(dir)
    }

    /// Keeps a pair durably; says whether it is new.
    ///
    /// # Errors
    /// [`EvidenceFileError::Full`], [`EvidenceFileError::Store`].
    pub fn keep(&self, pair: &CodePair) -> Result<bool, EvidenceFileError> {
        let ids = self.ids()?;
        if ids.contains(&pair.id()) {
            return Ok(false);
        }
        if ids.len() >= MOST_KEPT {
            return Err(EvidenceFileError::Full);
        }
        create_private_dir(&self.0)?;
        write_durably(&self.path(&pair.id()), pair.to_text().as_bytes())?;
        Ok(true)
    }

    /// The names of all that is kept, ascending.
    ///
    /// # Errors
    /// [`EvidenceFileError::Store`].
    pub fn ids(&self) -> Result<Vec<String>, EvidenceFileError> {
        let entries = match std::fs::read_dir(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut ids = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(SUFFIX));
            ids.extend(id.filter(|id| id.len() == 2 * ID_BYTES).map(str::to_owned));
        }
        ids.sort();
        Ok(ids)
    }

    /// The name that begins so.
    ///
    /// # Errors
    /// [`EvidenceFileError::Ambiguous`], [`EvidenceFileError::Unknown`], [`EvidenceFileError::Store`].
    pub fn find(&self, begin: &str) -> Result<String, EvidenceFileError> {
        let mut ids = self.ids()?;
        ids.retain(|id| id.starts_with(&begin.to_lowercase()));
        match ids.as_slice() {
            [one] => Ok(one.clone()),
            [] => Err(EvidenceFileError::Unknown),
            _ => Err(EvidenceFileError::Ambiguous),
        }
    }

    /// What is kept under a name.
    ///
    /// # Errors
    /// [`EvidenceFileError::Damaged`], [`EvidenceFileError::Store`].
    pub fn get(&self, id: &str) -> Result<CodePair, EvidenceFileError> {
        CodePair::read(&self.path(id))
    }

    /// Removes what is kept under a name.
    ///
    /// # Errors
    /// [`EvidenceFileError::Store`].
    pub fn forget(&self, id: &str) -> Result<(), EvidenceFileError> {
        Ok(std::fs::remove_file(self.path(id))?)
    }

    /// Removes all.
    ///
    /// # Errors
    /// [`EvidenceFileError::Store`].
    pub fn forget_all(&self) -> Result<(), EvidenceFileError> {
        self.ids()?.iter().try_for_each(|id| self.forget(id))
    }

    fn path(&self, id: &str) -> PathBuf {
        self.0.join(format!("{id}{SUFFIX}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_has_one_name_in_either_order_and_is_read_back() {
        let pair = CodePair::new(b"one code", b"another code");
        assert_eq!(pair, CodePair::new(b"another code", b"one code"));
        assert_eq!(CodePair::from_text(&pair.to_text()), Ok(pair.clone()));
        assert_ne!(pair.id(), CodePair::new(b"one code", b"a third").id());
        for text in [
            "",
            "lachan-evidence/v1\n12\n",
            "lachan-evidence/v1\n003\nx\n",
        ] {
            assert_eq!(CodePair::from_text(text), Err(EvidenceFileError::Damaged));
        }
    }

    #[test]
    fn evidence_outlives_its_folder_object_and_has_a_bound() {
        let base = tempfile::tempdir().unwrap();
        let folder = || EvidenceFolder::new(base.path().join("evidence"));
        let pair = |n: usize| CodePair::new(b"a", &n.to_be_bytes());
        for n in 0..MOST_KEPT {
            assert_eq!(folder().keep(&pair(n)), Ok(true));
            assert_eq!(folder().keep(&pair(n)), Ok(false), "once is enough");
        }
        assert_eq!(folder().keep(&pair(99)), Err(EvidenceFileError::Full));
        assert_eq!(folder().ids().unwrap().len(), MOST_KEPT);
        let id = folder().find(&pair(3).id()[..12]).unwrap();
        assert_eq!(folder().get(&id), Ok(pair(3)));
        assert_eq!(folder().find(""), Err(EvidenceFileError::Ambiguous));
        folder().forget(&id).unwrap();
        assert_eq!(folder().find(&id), Err(EvidenceFileError::Unknown));
        assert_eq!(folder().keep(&pair(99)), Ok(true));
    }
}
