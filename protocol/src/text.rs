//! Texts that people see: which characters a name may hold.
//! Knows Unicode; does not know languages or screens.
//! Specified in specs/protocol.md §2.

use unicode_normalization::is_nfc;

/// Most bytes of name and place together in a plan and its codes.
pub const NAME_AND_PLACE_MAX: usize = 110;

/// Why a text is not shown to anybody. Whoever wrote it is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// A name has at least one byte.
    #[error("the name is empty")]
    Empty,
    /// A control, invisible or direction character.
    #[error("the character U+{0:04X} is not allowed")]
    ForbiddenCharacter(u32),
    /// Not in the normal form NFC (checked where a plan is made and registered).
    #[error("the text is not in the normal form NFC")]
    NotNormal,
    /// Name and place together are too long.
    #[error(
        "name and place have {len} bytes together where at most {NAME_AND_PLACE_MAX} are allowed"
    )]
    TooLong {
        /// Bytes of both.
        len: usize,
    },
}

/// Whether a character is refused: controls, zero-width, direction marks, tags.
#[must_use]
pub const fn is_forbidden(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// Checks the characters of one text.
///
/// # Errors
/// [`TextError::ForbiddenCharacter`].
pub fn characters(text: &str) -> Result<(), TextError> {
    match text.chars().find(|&c| is_forbidden(c)) {
        Some(c) => Err(TextError::ForbiddenCharacter(u32::from(c))),
        None => Ok(()),
    }
}

/// Checks that a text is in the normal form NFC.
///
/// # Errors
/// [`TextError::NotNormal`].
pub fn normal_form(text: &str) -> Result<(), TextError> {
    if is_nfc(text) {
        Ok(())
    } else {
        Err(TextError::NotNormal)
    }
}

/// Checks the lengths of a name and a place.
///
/// # Errors
/// [`TextError::Empty`] for the name, [`TextError::TooLong`] for both together.
pub fn lengths(name: &str, place: &str) -> Result<(), TextError> {
    if name.is_empty() {
        return Err(TextError::Empty);
    }
    let len = name.len() + place.len();
    if len > NAME_AND_PLACE_MAX {
        return Err(TextError::TooLong { len });
    }
    Ok(())
}
