//! The record inside a token: which venue, which window, which minutes.
//! Knows its 120 bytes; does not know keys or seals.
//! Specified in specs/protocol.md §5.3; bytes in specs/wire.md §4.2.

use crate::id::{AuthorityId, CodeId};
use crate::keys::NotificationKey;
use crate::time::{Day, Window};
use crate::token::minutes::{Minutes, MinutesError};
use alloc::string::String;
use core::fmt;
use zeroize::{Zeroize, Zeroizing};

/// Why 120 bytes are not a record, or why a record cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The text's length goes beyond its field.
    #[error("a text of {0} bytes in a field of 72")]
    LengthOverField(u8),
    /// The minutes are not those of a visit.
    #[error(transparent)]
    MinutesOutOfRange(#[from] MinutesError),
    /// The text is not UTF-8.
    #[error("the text is not UTF-8")]
    NotText,
    /// Bytes after the text are not 0.
    #[error("the bytes after the text are not zero")]
    NotZeroAfterText,
    /// The window has no day.
    #[error("the window {0} lies after the last day")]
    WindowAfterLastDay(Window),
    /// A record has exactly 120 bytes.
    #[error("a record has 120 bytes, not {0}")]
    WrongLength(usize),
}

/// What a token says to the one who can open it.
#[derive(Clone, PartialEq, Eq)]
pub struct VisitRecord {
    code_id: CodeId,
    authority: AuthorityId,
    window: Window,
    day: Day,
    minutes: Minutes,
    venue_kind: u8,
    notice: NotificationKey,
    text: String,
}

impl VisitRecord {
    /// Bytes of a record.
    pub const LEN: usize = 120;
    /// Most bytes of name ‖ 0x0A ‖ place in a record.
    pub const TEXT_MAX: usize = 72;

    /// Makes a record; `notice` is n_w of the window. The text is cut at a character.
    ///
    /// # Errors
    /// [`RecordError::WindowAfterLastDay`].
    #[expect(
        clippy::too_many_arguments,
        reason = "a record has so many fields, each of its own type"
    )]
    pub fn new(
        code_id: CodeId,
        authority: AuthorityId,
        window: Window,
        minutes: Minutes,
        venue_kind: u8,
        notice: NotificationKey,
        name: &str,
        place: &str,
    ) -> Result<Self, RecordError> {
        let day = day_of(window)?;
        let whole = Zeroizing::new([name, "\n", place].concat());
        let text = longest_prefix(&whole).into();
        Ok(Self {
            code_id,
            authority,
            window,
            day,
            minutes,
            venue_kind,
            notice,
            text,
        })
    }

    /// Reads a record and checks its rules.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecordError> {
        let bytes: &[u8; Self::LEN] = bytes
            .try_into()
            .map_err(|_| RecordError::WrongLength(bytes.len()))?;
        let window = Window(u32::from_be_bytes(part(bytes, 24)));
        let day = day_of(window)?;
        let minutes = Minutes::new(bytes[28], bytes[29])?;
        let length = usize::from(bytes[47]);
        if length > Self::TEXT_MAX {
            return Err(RecordError::LengthOverField(bytes[47]));
        }
        let (text, rest) = bytes[48..].split_at(length);
        if rest.iter().any(|&byte| byte != 0) {
            return Err(RecordError::NotZeroAfterText);
        }
        Ok(Self {
            code_id: CodeId(part(bytes, 0)),
            authority: AuthorityId(part(bytes, 16)),
            window,
            day,
            minutes,
            venue_kind: bytes[30],
            notice: NotificationKey(part(bytes, 31)),
            text: core::str::from_utf8(text)
                .map_err(|_| RecordError::NotText)?
                .into(),
        })
    }

    /// The record's only 120 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; Self::LEN]> {
        let mut out = Zeroizing::new([0; Self::LEN]);
        out[..16].copy_from_slice(&self.code_id.0);
        out[16..24].copy_from_slice(&self.authority.0);
        out[24..28].copy_from_slice(&self.window.0.to_be_bytes());
        out[28..31].copy_from_slice(&[self.minutes.from(), self.minutes.to(), self.venue_kind]);
        out[31..47].copy_from_slice(&self.notice.0);
        out[47] = u8::try_from(self.text.len()).expect("a record's text has at most 72 bytes");
        out[48..48 + self.text.len()].copy_from_slice(self.text.as_bytes());
        out
    }

    /// The venue code's id.
    #[must_use]
    pub const fn code_id(&self) -> CodeId {
        self.code_id
    }

    /// The authority whose code was scanned.
    #[must_use]
    pub const fn authority(&self) -> AuthorityId {
        self.authority
    }

    /// The hour.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// The hour's UTC day.
    #[must_use]
    pub const fn day(&self) -> Day {
        self.day
    }

    /// The minutes of the visit in this hour.
    #[must_use]
    pub const fn minutes(&self) -> Minutes {
        self.minutes
    }

    /// The venue kind's number (a number that is not in the table counts as 255).
    #[must_use]
    pub const fn venue_kind(&self) -> u8 {
        self.venue_kind
    }

    /// n_w of the hour: it opens the detail of a published key.
    #[must_use]
    pub const fn notice(&self) -> &NotificationKey {
        &self.notice
    }

    /// The venue's name as far as 72 bytes went. Escape it wherever it is shown.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text
            .split_once('\n')
            .map_or(self.text.as_str(), |(name, _)| name)
    }

    /// The place within the venue as far as 72 bytes went; may be empty. Escape it wherever it is shown.
    #[must_use]
    pub fn place(&self) -> &str {
        self.text.split_once('\n').map_or("", |(_, place)| place)
    }
}

impl Drop for VisitRecord {
    fn drop(&mut self) {
        self.code_id.0.zeroize();
        self.text.zeroize();
    }
}

impl fmt::Debug for VisitRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VisitRecord")
    }
}

fn day_of(window: Window) -> Result<Day, RecordError> {
    window.day().ok_or(RecordError::WindowAfterLastDay(window))
}

fn longest_prefix(text: &str) -> &str {
    &text[..text.floor_char_boundary(VisitRecord::TEXT_MAX)]
}

fn part<const N: usize>(bytes: &[u8; VisitRecord::LEN], at: usize) -> [u8; N] {
    *bytes[at..]
        .first_chunk()
        .expect("the field lies inside the record")
}
