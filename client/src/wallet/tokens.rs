//! A day's tokens in a file: nothing but tokens of 250 bytes, sorted by tag, so that their order tells nothing.
//! Knows where day and tag stand in a token; cannot open one.
//! Specified in specs/protocol.md §14.

use lachan_protocol::time::Day;

/// Bytes of a token.
pub const TOKEN_LEN: usize = 250;
/// Bytes of a tag.
pub const TAG_LEN: usize = 16;
const TAG_AT: usize = 34;

/// A token's detection tag: its name in the wallet.
pub type Tag = [u8; TAG_LEN];

/// How a file of tokens is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFileError {
    /// Its length is no multiple of a token's.
    #[error("its length is not that of tokens")]
    BadLength,
    /// It holds a token of another day.
    #[error("it holds a token of another day")]
    OtherDay,
    /// Not sorted by tag, or one tag twice.
    #[error("it is not sorted")]
    Unsorted,
}

/// A token as it lies in the wallet.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredToken(pub [u8; TOKEN_LEN]);

impl std::fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoredToken")
    }
}

impl StoredToken {
    /// The UTC day it is filed under.
    #[must_use]
    pub const fn day(&self) -> Day {
        Day(u16::from_be_bytes([self.0[0], self.0[1]]))
    }

    /// Its tag.
    #[must_use]
    pub fn tag(&self) -> Tag {
        let mut tag = [0; TAG_LEN];
        tag.copy_from_slice(&self.0[TAG_AT..TAG_AT + TAG_LEN]);
        tag
    }
}

/// Reads tokens one after the other.
fn split(bytes: &[u8]) -> Option<Vec<StoredToken>> {
    let (tokens, rest) = bytes.as_chunks::<TOKEN_LEN>();
    rest.is_empty()
        .then(|| tokens.iter().map(|token| StoredToken(*token)).collect())
}

pub(super) fn parse(day: Day, bytes: &[u8]) -> Result<Vec<StoredToken>, TokenFileError> {
    let tokens = split(bytes).ok_or(TokenFileError::BadLength)?;
    if tokens.iter().any(|token| token.day() != day) {
        return Err(TokenFileError::OtherDay);
    }
    if !tokens.is_sorted_by(|a, b| a.tag() < b.tag()) {
        return Err(TokenFileError::Unsorted);
    }
    Ok(tokens)
}

pub(super) fn print(mut tokens: Vec<StoredToken>) -> Vec<u8> {
    tokens.sort_unstable_by_key(StoredToken::tag);
    tokens.iter().flat_map(|token| token.0).collect()
}
