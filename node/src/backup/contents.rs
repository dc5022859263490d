//! The bytes of a backup before they are sealed: a few named files, in one order.
//! Knows names and lengths; does not know folders.
//! Specified in specs/protocol.md §14.9.

use crate::office::SecretName;
use lachan_protocol::time::UnixTime;
use std::collections::BTreeMap;
use std::fmt;
use zeroize::Zeroizing;

const MAGIC: &[u8] = b"lachan-node-backup/1\n";
/// Settings and public files.
const PLAIN: [&str; 4] = ["authority.txt", "node.toml", "root.vkey", "trust.txt"];
/// The order of an office's registrations.
const REGISTRATIONS: &str = "registrations";
const KEYS: &str = "keys/";
/// A key file is never longer.
const LONGEST_KEY: usize = 4_096;

/// Why bytes are not a backup's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentsError {
    /// A file that no backup holds, or not at this place, or too long.
    #[error("file {0} of the backup is none that belongs into one")]
    BadFile(usize),
    /// Bytes follow the last file.
    #[error("bytes follow the last file")]
    LeftOver,
    /// The settings are not there.
    #[error("the settings are missing")]
    NoSettings,
    /// It ends too early.
    #[error("it ends too early")]
    Truncated,
    /// Another version, or something else.
    #[error("it is not a backup of a node, or one of another version")]
    UnknownVersion,
}

/// What a backup holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Contents {
    made: UnixTime,
    files: BTreeMap<String, Zeroizing<Vec<u8>>>,
}

impl fmt::Debug for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contents")
    }
}

impl Contents {
    /// Nothing yet.
    #[must_use]
    pub const fn new(made: UnixTime) -> Self {
        Self {
            made,
            files: BTreeMap::new(),
        }
    }

    /// When it was made.
    #[must_use]
    pub const fn made(&self) -> UnixTime {
        self.made
    }

    /// Whether a file of this name belongs into a backup.
    #[must_use]
    pub fn holds(name: &str) -> bool {
        belongs(name, 0)
    }

    /// Adds a file, if one of its name belongs into a backup: no secret that has an end does.
    pub fn add(&mut self, name: &str, bytes: Zeroizing<Vec<u8>>) {
        if belongs(name, bytes.len()) {
            self.files.insert(name.to_owned(), bytes);
        }
    }

    /// Adds the order of an office's registrations.
    pub fn add_registrations(&mut self, bytes: Vec<u8>) {
        self.add(REGISTRATIONS, Zeroizing::new(bytes));
    }

    /// A file of the home.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(|bytes| bytes.as_slice())
    }

    /// The order of an office's registrations.
    #[must_use]
    pub fn registrations(&self) -> &[u8] {
        self.file(REGISTRATIONS).unwrap_or_default()
    }

    /// Files of the home, by their names.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let files = self.files.iter();
        files
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .filter(|(name, _)| *name != REGISTRATIONS)
    }

    /// magic ‖ made 8 ‖ number of files u16 ‖ for each, by name: name length u16 ‖ name ‖ length u32 ‖ bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let length: usize = self.files.iter().map(|(n, b)| 6 + n.len() + b.len()).sum();
        // room for all from the start: a vector that grows leaves secrets behind
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAGIC.len() + 10 + length));
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.made.0.to_be_bytes());
        let count = u16::try_from(self.files.len()).unwrap_or(u16::MAX);
        bytes.extend_from_slice(&count.to_be_bytes());
        for (name, file) in self.files.iter().take(usize::from(count)) {
            let name_len = u16::try_from(name.len()).expect("names are short: `belongs`");
            let file_len = u32::try_from(file.len()).expect("files are short: `belongs`");
            bytes.extend_from_slice(&name_len.to_be_bytes());
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(&file_len.to_be_bytes());
            bytes.extend_from_slice(file);
        }
        bytes
    }

    /// Reads what [`Contents::to_bytes`] wrote, and nothing else.
    ///
    /// # Errors
    /// [`ContentsError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ContentsError> {
        let rest = bytes
            .strip_prefix(MAGIC)
            .ok_or(ContentsError::UnknownVersion)?;
        let (made, rest) = rest.split_first_chunk().ok_or(ContentsError::Truncated)?;
        let (count, mut rest) = rest.split_first_chunk().ok_or(ContentsError::Truncated)?;
        let mut contents = Self::new(UnixTime(u64::from_be_bytes(*made)));
        for index in 1..=usize::from(u16::from_be_bytes(*count)) {
            let (name, file, tail) = piece(rest).ok_or(ContentsError::Truncated)?;
            rest = tail;
            let bad = ContentsError::BadFile(index);
            let name = std::str::from_utf8(name).map_err(|_| bad)?;
            let last = contents.files.last_key_value();
            if !belongs(name, file.len()) || last.is_some_and(|(last, _)| last.as_str() >= name) {
                return Err(bad);
            }
            contents.add(name, Zeroizing::new(file.to_vec()));
        }
        if !rest.is_empty() {
            return Err(ContentsError::LeftOver);
        }
        if contents.file("node.toml").is_none() {
            return Err(ContentsError::NoSettings);
        }
        Ok(contents)
    }
}

/// A name, its file, and what follows.
fn piece(rest: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (length, rest) = rest.split_first_chunk()?;
    let (name, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let (length, rest) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (file, rest) = rest.split_at_checked(length)?;
    Some((name, file, rest))
}

/// Whether a file of this name and length belongs into a backup. A name says where the file goes: it has no other
/// way to write than the plain ones.
fn belongs(name: &str, length: usize) -> bool {
    let Some(key) = name.strip_prefix(KEYS) else {
        let is_known = PLAIN.contains(&name) || name == REGISTRATIONS;
        return is_known && u32::try_from(length).is_ok();
    };
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_name = (1..=64).contains(&key.len()) && key.bytes().all(is_plain);
    is_name && length <= LONGEST_KEY && key.parse::<SecretName>().is_err()
}
