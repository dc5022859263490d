//! Texts that people see: which characters a name may hold.
//! Knows Unicode; does not know languages or screens.
//! Specified in specs/protocol.md §2.

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::is_nfc;
use unicode_script::{Script, ScriptExtension, UnicodeScript};

/// Most combining marks on one base, in a text in NFC.
pub const MOST_MARKS: usize = 2;
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
    /// Letters of scripts that are not written together: one may look like another.
    #[error("the text mixes scripts")]
    MixedScripts,
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
    /// More combining marks on one base than anybody writes, or a mark without a base.
    #[error("more than {MOST_MARKS} combining marks stand on one base")]
    TooManyMarks,
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

/// Whether a character is refused in a plan beyond [`is_forbidden`]: what shows nothing, or what only a font decides.
#[must_use]
pub const fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0080}'..='\u{10ffff}')
}

/// Checks a text that stands in a plan, when it is made and when it is registered: normal form, nothing unseen, at most
/// two marks on a base, one script; in this order.
///
/// # Errors
/// [`TextError::NotNormal`], [`TextError::ForbiddenCharacter`], [`TextError::TooManyMarks`],
/// [`TextError::MixedScripts`].
pub fn written(text: &str) -> Result<(), TextError> {
    normal_form(text)?;
    characters(text)?;
    if let Some(c) = text.chars().find(|&c| is_unseen(c)) {
        return Err(TextError::ForbiddenCharacter(u32::from(c)));
    }
    marks(text)?;
    one_script(text)
}

fn marks(text: &str) -> Result<(), TextError> {
    // A mark at the very beginning has no base: it counts as if the base were full.
    let mut on_base = MOST_MARKS;
    for c in text.chars() {
        on_base = if is_combining_mark(c) { on_base + 1 } else { 0 };
        if on_base > MOST_MARKS {
            return Err(TextError::TooManyMarks);
        }
    }
    Ok(())
}

/// Scripts that are written together: Latin letters beside Chinese, Japanese or Korean ones.
const TOGETHER: [&[Script]; 3] = [
    &[Script::Latin, Script::Han, Script::Bopomofo],
    &[
        Script::Latin,
        Script::Han,
        Script::Hiragana,
        Script::Katakana,
    ],
    &[Script::Latin, Script::Han, Script::Hangul],
];

/// Digits, punctuation and marks belong to every script.
fn one_script(text: &str) -> Result<(), TextError> {
    let scripts = || text.chars().map(|c| c.script_extension());
    let common = scripts().fold(ScriptExtension::default(), ScriptExtension::intersection);
    let is_together = |set: &[Script]| {
        // the extension of a common character contains every script
        scripts().all(|of| set.iter().any(|one| of.contains_script(*one)))
    };
    if !common.is_empty() || TOGETHER.iter().any(|set| is_together(set)) {
        Ok(())
    } else {
        Err(TextError::MixedScripts)
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
