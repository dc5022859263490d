//! Every text that a person sees, in Vietnamese and English, by total matches: a missing translation does not compile.
//! Knows words; does not know terminals or files.
//! Specified in specs/protocol.md §13 and specs/interfaces.md.

mod answers;
pub mod errors;
pub mod help;

pub use answers::{Message, RequestWord};

use std::borrow::Cow;

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    En,
    /// Vietnamese, which is spoken when nothing says otherwise.
    #[default]
    Vi,
}

impl Lang {
    /// The language with this code, `vi` or `en`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "en" => Some(Self::En),
            "vi" => Some(Self::Vi),
            _ => None,
        }
    }

    /// Its code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Vi => "vi",
        }
    }

    /// The language of a locale such as `en_GB.UTF-8`; Vietnamese for all but English.
    #[must_use]
    pub fn from_locale(locale: &str) -> Self {
        let english = locale.strip_prefix("en");
        match english.map(|rest| rest.chars().next()) {
            Some(None | Some('_' | '-' | '.' | '@')) => Self::En,
            Some(Some(_)) | None => Self::Vi,
        }
    }
}

/// What can be said in both languages.
pub trait Speak {
    /// In English.
    fn en(&self) -> String;
    /// In Vietnamese.
    fn vi(&self) -> String;

    /// In this language.
    fn say(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.en(),
            Lang::Vi => self.vi(),
        }
    }
}

/// What happened, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// `Enum::Variant`: stable, for programs.
    pub code: Cow<'static, str>,
    /// What to do about it.
    pub hint: String,
    /// What happened.
    pub what: String,
}

/// An error that can be told to a person.
pub trait Explain {
    /// What happened and what to do, in this language.
    fn explain(&self, lang: Lang) -> Explanation;
}

/// Makes an explanation out of (what, hint) in Vietnamese and the same in English.
#[must_use]
pub fn told(
    lang: Lang,
    code: &'static str,
    vi: (impl Into<String>, impl Into<String>),
    en: (impl Into<String>, impl Into<String>),
) -> Explanation {
    let (what, hint) = match lang {
        Lang::En => (en.0.into(), en.1.into()),
        Lang::Vi => (vi.0.into(), vi.1.into()),
    };
    Explanation {
        code: code.into(),
        hint,
        what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_that_is_not_english_gets_vietnamese() {
        for english in ["en", "en_GB.UTF-8", "en-US", "en.utf8"] {
            assert_eq!(Lang::from_locale(english), Lang::En, "{english}");
        }
        for other in ["", "C", "C.UTF-8", "vi_VN.UTF-8", "eng", "fr_FR"] {
            assert_eq!(Lang::from_locale(other), Lang::Vi, "{other}");
        }
    }
}
