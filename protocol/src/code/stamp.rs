//! The door stamp: two words and a colour that follow from a screen's code and the time.
//! Knows codes, steps of 30 seconds and tables of words; does not know who looks.
//! Specified in specs/protocol.md §2.6.

use crate::code::VenueCode;
use crate::code::body::CodeBody;
use crate::crypto::hash::HmacKey;
use crate::keys::registered::SCREEN_SLACK_SECONDS;
use crate::keys::{KeySchedule, NotificationKey};
use crate::label::Label;
use crate::time::UnixTime;
use core::fmt;

/// A stamp changes this often.
pub const STAMP_SECONDS: u64 = 30;

/// 1,024 lines, one word each.
const WORDS: &str = include_str!("../../../specs/tables/stamp-words.txt");
/// 8 lines, Vietnamese and English name of a colour.
const COLOURS: &str = include_str!("../../../specs/tables/stamp-colours.txt");

/// The number of a time of 30 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StampStep(pub u64);

impl StampStep {
    /// The step in which a time lies.
    #[must_use]
    pub const fn at(now: UnixTime) -> Self {
        Self(now.0 / STAMP_SECONDS)
    }

    /// The step before.
    #[must_use]
    pub const fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// First second after the step.
    #[must_use]
    pub const fn end(self) -> UnixTime {
        UnixTime(self.0.saturating_add(1).saturating_mul(STAMP_SECONDS))
    }
}

/// A colour of a stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StampColour {
    /// Its number, 0 to 7.
    pub number: u8,
    /// Its name, Vietnamese and English.
    pub name: [&'static str; 2],
}

/// Two words and a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoorStamp(u32);

impl DoorStamp {
    /// The stamp of a notification key at a step.
    #[must_use]
    pub fn new(key: &NotificationKey, step: StampStep) -> Self {
        let tag = HmacKey::new(&[&key.0]).tag(&[Label::STAMP.as_bytes(), &step.0.to_be_bytes()]);
        let [a, b, c, d, ..] = tag;
        Self(u32::from_be_bytes([a, b, c, d]) >> 9)
    }

    /// Its words.
    #[must_use]
    pub fn words(self) -> [&'static str; 2] {
        [self.0 >> 13, (self.0 >> 3) & 1023].map(|index| line(WORDS, index))
    }

    /// Its colour.
    #[must_use]
    pub fn colour(self) -> StampColour {
        let index = self.0 & 7;
        let (vi, en) = line(COLOURS, index).split_once('|').unwrap_or_default();
        StampColour {
            number: u8::try_from(index).unwrap_or_default(),
            name: [vi, en],
        }
    }
}

/// A line of a table; the tables have as many lines as there are numbers.
fn line(table: &'static str, index: u32) -> &'static str {
    let index = usize::try_from(index).unwrap_or_default();
    table.lines().nth(index).unwrap_or_default()
}

/// What stamps of one code follow from: n_w of the first window of a screen's code.
#[derive(Clone, PartialEq, Eq)]
pub struct StampKey(NotificationKey);

impl fmt::Debug for StampKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StampKey")
    }
}

impl StampKey {
    /// Of a screen's code; none of a slip's or a sheet's.
    #[must_use]
    pub fn of_body(body: &CodeBody) -> Option<Self> {
        match body.head.schedule {
            KeySchedule::Screen => body.notification_keys.first().cloned().map(Self),
            KeySchedule::Slip | KeySchedule::Sheet => None,
        }
    }

    /// The stamp at a step.
    #[must_use]
    pub fn stamp(&self, step: StampStep) -> DoorStamp {
        DoorStamp::new(&self.0, step)
    }
}

/// The stamp that a visitor shows at `now`: while the code scanned may be on the screen, and only of a screen.
#[must_use]
pub fn visitor_stamp(code: &VenueCode, now: UnixTime) -> Option<DoorStamp> {
    let until = code.first().end().plus(SCREEN_SLACK_SECONDS);
    let is_shown = code.accepted_from() <= now && now < until;
    let key = StampKey::of_body(code.body()).filter(|_| is_shown)?;
    Some(key.stamp(StampStep::at(now)))
}
