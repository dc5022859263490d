//! The file of the open visit: the code, the arrival, the tags of its tokens, and tokens on their way to their days.
//! In clear while the visit is open; knows bytes only, not what a code says.
//! Specified in specs/protocol.md §14.

use super::tokens::{StoredToken, TAG_LEN, TOKEN_LEN, Tag};
use lachan_protocol::time::{UnixTime, Window};

const VERSION: u8 = 1;

/// How the file of the open visit is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VisitFileError {
    /// Its fields do not end where the file ends.
    #[error("its fields do not fit its length")]
    BadLength,
    /// It was written by another version of this program.
    #[error("its version is unknown")]
    UnknownVersion,
}

/// What happens to the file when the pending tokens are in their days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Checked out: it is erased.
    Close,
    /// Checked in, or staying longer: it is kept without the tokens.
    StayOpen,
}

/// An open visit.
#[derive(Clone, PartialEq, Eq)]
pub struct VisitFile {
    /// When the visitor came, unix seconds.
    pub arrival: UnixTime,
    /// When the visit ends by itself, unix seconds.
    pub expected_end: UnixTime,
    /// The venue code's bytes.
    pub code: Vec<u8>,
    /// The tokens of this visit that lie in the days, or did before a change that is under way.
    pub tags: Vec<(Window, Tag)>,
    /// Tokens that take their place, and what then.
    pub pending: Option<(Vec<(Window, StoredToken)>, Then)>,
}

impl std::fmt::Debug for VisitFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VisitFile")
    }
}

impl VisitFile {
    /// The file once its pending tokens are in their days.
    #[must_use]
    pub fn settled(&self) -> Self {
        let tags = match &self.pending {
            Some((tokens, _)) => tokens
                .iter()
                .map(|(window, token)| (*window, token.tag()))
                .collect(),
            None => self.tags.clone(),
        };
        Self {
            tags,
            pending: None,
            ..self.clone()
        }
    }

    /// The file's time: the start of the arrival's day, so that it does not tell more than the days' files.
    pub(super) const fn mtime(&self) -> UnixTime {
        UnixTime(self.arrival.0 - self.arrival.0 % lachan_protocol::time::DAY_SECONDS)
    }

    /// version 1 ‖ then 1 (0 nothing pending, 1 stay open, 2 close) ‖ arrival 8 ‖ expected end 8 ‖ u16 length ‖ code ‖
    /// u16 number of tags ‖ tags of {window 4, tag 16} ‖ pending {window 4, token 250}.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let then = match &self.pending {
            None => 0,
            Some((_, Then::StayOpen)) => 1,
            Some((_, Then::Close)) => 2,
        };
        let length = |len: usize| u16::try_from(len).unwrap_or(u16::MAX).to_be_bytes();
        let mut bytes = vec![VERSION, then];
        bytes.extend(self.arrival.0.to_be_bytes());
        bytes.extend(self.expected_end.0.to_be_bytes());
        bytes.extend(length(self.code.len()));
        bytes.extend(&self.code);
        bytes.extend(length(self.tags.len()));
        for (window, tag) in &self.tags {
            bytes.extend(window.0.to_be_bytes());
            bytes.extend(tag);
        }
        for (window, token) in self.pending.iter().flat_map(|(tokens, _)| tokens) {
            bytes.extend(window.0.to_be_bytes());
            bytes.extend(token.0);
        }
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, VisitFileError> {
        if bytes.first().is_some_and(|version| *version != VERSION) {
            return Err(VisitFileError::UnknownVersion);
        }
        Self::parse(bytes).ok_or(VisitFileError::BadLength)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let [_, then] = take(&mut rest)?;
        let arrival = UnixTime(u64::from_be_bytes(take(&mut rest)?));
        let expected_end = UnixTime(u64::from_be_bytes(take(&mut rest)?));
        let code_len = u16::from_be_bytes(take(&mut rest)?);
        let (code, after) = rest.split_at_checked(usize::from(code_len))?;
        rest = after;
        let count = u16::from_be_bytes(take(&mut rest)?);
        let mut tags = Vec::new();
        for _ in 0..count {
            let window = Window(u32::from_be_bytes(take(&mut rest)?));
            tags.push((window, take::<TAG_LEN>(&mut rest)?));
        }
        let mut tokens = Vec::new();
        while !rest.is_empty() {
            let window = Window(u32::from_be_bytes(take(&mut rest)?));
            tokens.push((window, StoredToken(take::<TOKEN_LEN>(&mut rest)?)));
        }
        let pending = match then {
            0 if tokens.is_empty() => None,
            1 => Some((tokens, Then::StayOpen)),
            2 => Some((tokens, Then::Close)),
            _ => return None,
        };
        Some(Self {
            arrival,
            expected_end,
            code: code.to_vec(),
            tags,
            pending,
        })
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*head)
}
