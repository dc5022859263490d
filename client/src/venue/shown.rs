//! The codes that a venue shows: which are laid out for displays, and which of them is shown now.
//! Knows codes as URLs; does not know secrets, files, terminals or who scans.
//! Specified in specs/protocol.md §3.1, §4.1 and §4.3.

use lachan_protocol::code::body::CodeHead;
use lachan_protocol::code::stamp::{DoorStamp, StampKey, StampStep};
use lachan_protocol::code::{UnverifiedVenueCode, UrlError, VenueCodeError, VenueUrl};
use lachan_protocol::id::CodeId;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::registered::{Registered, SCREEN_SLACK_SECONDS};
use lachan_protocol::time::{UnixTime, Window};

/// So many codes of a screen are laid out at a time: a display also holds their notification keys, so not the whole plan.
pub const PRELOADED: usize = 12;
/// Of slips, whose days are printed, that of today and the next one.
pub const PRELOADED_SLIPS: usize = 2;

/// Why a file of `codes/` is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShownError {
    /// The URL is none of ours.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// The code is not one.
    #[error(transparent)]
    Code(#[from] VenueCodeError),
}

/// A code of one's own, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCode {
    url: String,
    head: CodeHead,
    stamp: Option<StampKey>,
}

impl ShownCode {
    /// Takes the bytes of a code, for URLs of this host.
    ///
    /// # Errors
    /// [`ShownError::Code`].
    pub fn from_bytes(bytes: &[u8], host: &str) -> Result<Self, ShownError> {
        let code = UnverifiedVenueCode::from_bytes(bytes)?;
        Ok(Self {
            url: VenueUrl::new(host, bytes).to_string(),
            head: code.body().head.clone(),
            stamp: StampKey::of_body(code.body()),
        })
    }

    /// Reads the text of a file of `codes/`.
    ///
    /// # Errors
    /// [`ShownError`].
    pub fn from_text(text: &str, host: &str) -> Result<Self, ShownError> {
        Self::from_bytes(VenueUrl::parse(text.trim_end(), host)?.as_bytes(), host)
    }

    /// The URL: what the QR code says.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The plan.
    #[must_use]
    pub const fn code_id(&self) -> CodeId {
        self.head.code_id
    }

    /// What the code says of itself.
    #[must_use]
    pub const fn head(&self) -> &CodeHead {
        &self.head
    }

    /// First window.
    #[must_use]
    pub const fn first(&self) -> Window {
        self.head.first
    }

    /// Last window.
    #[must_use]
    pub fn last(&self) -> Window {
        self.head.last()
    }

    /// The first second at which another code takes its place, or none does.
    #[must_use]
    pub fn shown_until(&self) -> UnixTime {
        match self.head.schedule {
            KeySchedule::Screen => self.head.first.end(),
            KeySchedule::Slip | KeySchedule::Sheet => self.head.last().end(),
        }
    }

    /// Its door stamp at a step; none of a slip or a sheet.
    #[must_use]
    pub fn stamp(&self, step: StampStep) -> Option<DoorStamp> {
        self.stamp.as_ref().map(|key| key.stamp(step))
    }

    /// Whether it is the one to show at `now`. A sheet is printed before its time.
    #[must_use]
    pub fn is_shown_at(&self, now: UnixTime) -> bool {
        let from = match self.head.schedule {
            KeySchedule::Screen | KeySchedule::Slip => self.head.first.start(),
            KeySchedule::Sheet => UnixTime(0),
        };
        from <= now && now < self.shown_until()
    }
}

/// The codes to lay out at `now`: the one to show and the next few; the whole of a sheet. In the first 10 minutes of a
/// code also the one before it: visitors who scanned that one show its stamp.
#[must_use]
pub fn to_lay_out(registered: &Registered, host: &str, now: UnixTime) -> Vec<ShownCode> {
    let (from, most) = match registered.plan().head().schedule {
        KeySchedule::Screen => (now.minus(SCREEN_SLACK_SECONDS), PRELOADED),
        KeySchedule::Sheet => (now, PRELOADED),
        KeySchedule::Slip => (now, PRELOADED_SLIPS),
    };
    codes_from(registered, host, from, most)
}

/// At most `most` codes from the one to show at `now` on.
#[must_use]
pub fn codes_from(
    registered: &Registered,
    host: &str,
    now: UnixTime,
    most: usize,
) -> Vec<ShownCode> {
    let codes = registered.codes_from(now, most).into_iter();
    codes
        .filter_map(|(_, bytes)| ShownCode::from_bytes(&bytes, host).ok())
        .collect()
}

/// The code to show at `now`, of one plan's codes; a screen's first one also in the 10 minutes before its hour.
#[must_use]
pub fn at(codes: &[ShownCode], now: UnixTime) -> Option<&ShownCode> {
    let soon = now.plus(SCREEN_SLACK_SECONDS);
    let exactly = codes.iter().find(|code| code.is_shown_at(now));
    exactly.or_else(|| codes.iter().find(|code| code.is_shown_at(soon)))
}

/// The door stamps that a display shows with a code at `now`: this step's and the one before, and in the first 10 minutes
/// of a code those of the code before it, if it is among `codes`. Each with whether it is of the code shown, newest first.
#[must_use]
pub fn stamps(codes: &[ShownCode], code: &ShownCode, now: UnixTime) -> Vec<(bool, DoorStamp)> {
    let steps = [StampStep::at(now), StampStep::at(now).before()];
    let is_new = now < code.first().start().plus(SCREEN_SLACK_SECONDS);
    let is_before = |other: &&ShownCode| {
        is_new
            && other.code_id() == code.code_id()
            && other.first().plus(1) == Some(code.first())
            && code.first().start() <= now
    };
    let before = codes.iter().find(is_before);
    let of = |code: &ShownCode, is_current: bool| {
        let stamps = steps.into_iter().filter_map(|step| code.stamp(step));
        stamps.map(|stamp| (is_current, stamp)).collect::<Vec<_>>()
    };
    let mut shown = of(code, true);
    shown.extend(before.into_iter().flat_map(|code| of(code, false)));
    shown
}
