//! The report code that a testing site hands to an ill person: 65 random bits that people can read out.
//! Knows Crockford's base32 and two hashes; does not know cases, and no log may print a code.
//! Specified in specs/protocol.md §11.

use crate::crypto::hash::sha256;
use crate::label::Label;
use alloc::string::String;
use core::fmt;
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Crockford's 32 symbols, then the 5 that only a check character may be.
const SYMBOLS: &[u8; 37] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";
const LEN: usize = 13;
const BITS: u32 = 65;

/// Why a text is not a report code. It says where, never what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportCodeError {
    /// The check character belongs to another code: something was misread.
    #[error("the check character does not belong to these 13 characters")]
    CheckDiffers,
    /// A character that no code has at this place.
    #[error("the character at place {index} is not one of a report code")]
    UnknownCharacter {
        /// Its place among the characters that count, from 0.
        index: usize,
    },
    /// Not 13 characters and a check character.
    #[error("{found} characters where a report code has 14")]
    WrongLength {
        /// Characters that count.
        found: usize,
    },
}

/// The public name of a report: evidence of presence is bound to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportId(pub [u8; 16]);

/// A report code: who holds it may report once.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct ReportCode([u8; LEN]);

impl ReportCode {
    /// Draws a fresh code.
    #[must_use]
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 16]);
        rng.fill_bytes(&mut bytes[7..]);
        Self::of_value(u128::from_be_bytes(*bytes) & ((1 << BITS) - 1))
    }

    fn of_value(value: u128) -> Self {
        let mut characters = [0; LEN];
        let mut rest = value;
        for place in characters.iter_mut().rev() {
            *place = symbol(rest % 32);
            rest /= 32;
        }
        Self(characters)
    }

    /// Reads what a person typed: case, spaces and hyphens do not count, I and L are 1, O is 0.
    ///
    /// # Errors
    /// [`ReportCodeError`].
    pub fn from_text(text: &str) -> Result<Self, ReportCodeError> {
        let read = text.chars().filter(|c| !matches!(c, ' ' | '-')).map(plain);
        let found = read.clone().count();
        if found != LEN + 1 {
            return Err(ReportCodeError::WrongLength { found });
        }
        let mut code = Self([0; LEN]);
        let mut value: u128 = 0;
        for (index, c) in read.enumerate() {
            let unknown = ReportCodeError::UnknownCharacter { index };
            let place = SYMBOLS.iter().position(|&s| char::from(s) == c);
            let place = place.ok_or(unknown)?;
            if index == LEN {
                if value % 37 != place as u128 {
                    return Err(ReportCodeError::CheckDiffers);
                }
            } else if place < 32 {
                code.0[index] = SYMBOLS[place];
                value = value * 32 + place as u128;
            } else {
                return Err(unknown);
            }
        }
        Ok(code)
    }

    /// As people write it: 13 characters and the check character, in groups of five, five and four.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(16));
        for (index, &byte) in self.0.iter().chain([&self.check()]).enumerate() {
            if index == 5 || index == 10 {
                text.push('-');
            }
            text.push(char::from(byte));
        }
        text
    }

    /// The 13 characters that hashes take.
    #[must_use]
    pub const fn as_characters(&self) -> &[u8; LEN] {
        &self.0
    }

    /// SHA-256(label ‖ code): what the certificate says of the code.
    #[must_use]
    pub fn to_hash(&self) -> [u8; 32] {
        sha256(&[Label::CODE.as_bytes(), &self.0])
    }

    /// The report's id, 16 bytes.
    #[must_use]
    pub fn to_report_id(&self) -> ReportId {
        let hash = sha256(&[Label::REPORT_ID.as_bytes(), &self.0]);
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        ReportId(id)
    }

    fn check(&self) -> u8 {
        let value = self.0.iter().fold(0_u128, |value, byte| {
            let place = SYMBOLS.iter().position(|symbol| symbol == byte);
            value * 32 + place.expect("a code holds symbols only") as u128
        });
        symbol(value % 37)
    }
}

impl fmt::Debug for ReportCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReportCode")
    }
}

fn symbol(place: u128) -> u8 {
    let place = usize::try_from(place).expect("a place is below 37");
    SYMBOLS[place]
}

fn plain(c: char) -> char {
    match c.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    }
}
