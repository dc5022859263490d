//! What plans and codes have in common: their texts and the ranges of their numbers.
//! Knows limits; does not know points or signatures.
//! Specified in specs/protocol.md §3.3 and §4.2.

use crate::keys::types::KeySchedule;
use crate::text::{self, TextError};
use crate::time::Window;
use crate::wire::{DecodeError, Text8, out_of_range};
use bincode::de::Decoder;
use bincode::error::DecodeError as BincodeDecodeError;
use bincode::{Decode, Encode, impl_borrow_decode};

/// Most windows of a plan: 31 days.
pub const MOST_WINDOWS: u16 = 744;
/// Degree of a sheet's polynomials: its release budget.
pub const SHEET_DEGREE: u8 = 15;

/// Why numbers or lengths of a plan or code are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// The number of windows is 0 or above the limit.
    #[error("{0} windows are not allowed here")]
    Count(u16),
    /// q is not 15 for a sheet, or not 0 else.
    #[error("the release budget {0} is not allowed here")]
    Degree(u8),
    /// No name, or name and place too long.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A window after day 65,535.
    #[error("a window lies after the last day there is")]
    WindowBeyondLastDay,
}

/// A text that people see: at most 255 bytes of UTF-8 without refused characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode)]
pub struct ShownText(Text8);

impl ShownText {
    /// Takes a text.
    ///
    /// # Errors
    /// [`DecodeError::TooLong`] above 255 bytes, [`DecodeError::OutOfRange`] for a refused character.
    pub fn new(text: &str) -> Result<Self, DecodeError> {
        let text = Text8::new(text)?;
        match text::characters(text.as_str()) {
            Err(TextError::ForbiddenCharacter(found)) => Err(DecodeError::OutOfRange {
                field: CHARACTER,
                found,
            }),
            _ => Ok(Self(text)),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// The field that a [`DecodeError::OutOfRange`] names for a refused character.
pub const CHARACTER: &str = "character";

impl<C> Decode<C> for ShownText {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, BincodeDecodeError> {
        let text = Text8::decode(decoder)?;
        match text::characters(text.as_str()) {
            Err(TextError::ForbiddenCharacter(found)) => Err(out_of_range(CHARACTER, found)),
            _ => Ok(Self(text)),
        }
    }
}

impl_borrow_decode!(ShownText);

/// The q that a schedule has: 15 for a sheet, else 0.
#[must_use]
pub const fn degree_of(schedule: KeySchedule) -> u8 {
    match schedule {
        KeySchedule::Screen | KeySchedule::Slip => 0,
        KeySchedule::Sheet => SHEET_DEGREE,
    }
}

/// Points that follow from schedule, count and q as they stand.
#[must_use]
pub fn points_of(schedule: KeySchedule, count: u16, degree: u8) -> usize {
    match schedule {
        KeySchedule::Screen | KeySchedule::Slip => usize::from(count),
        KeySchedule::Sheet => usize::from(degree) + 1,
    }
}

/// The numbers that a plan or a code states.
pub(crate) struct Stated<'a> {
    pub(crate) schedule: KeySchedule,
    pub(crate) first: Window,
    pub(crate) count: u16,
    pub(crate) most: u16,
    pub(crate) degree: u8,
    pub(crate) name: &'a ShownText,
    pub(crate) place: &'a ShownText,
}

impl Stated<'_> {
    /// Checks count, q, name, lengths and last window, in this order.
    pub(crate) fn check(&self) -> Result<(), RangeError> {
        if self.count == 0 || self.count > self.most {
            return Err(RangeError::Count(self.count));
        }
        if self.degree != degree_of(self.schedule) {
            return Err(RangeError::Degree(self.degree));
        }
        text::lengths(self.name.as_str(), self.place.as_str())?;
        match self.first.plus(u32::from(self.count) - 1) {
            Some(_) => Ok(()),
            None => Err(RangeError::WindowBeyondLastDay),
        }
    }
}
