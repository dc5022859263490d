//! The two languages, what can be said in both, and errors told to a person under a stable code.
//! Knows words; does not know terminals or files.
//! Specified in specs/refusals.md.

use std::any::type_name;
use std::fmt::Debug;
use std::io::ErrorKind;

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

    /// The language that `LC_ALL` or `LANG` say.
    #[must_use]
    pub fn of_environment() -> Self {
        ["LC_ALL", "LANG"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty())
            .map_or(Self::Vi, |value| Self::from_locale(&value))
    }

    /// One of two, Vietnamese first.
    #[must_use]
    pub fn choose<T>(self, vi: T, en: T) -> T {
        match self {
            Self::En => en,
            Self::Vi => vi,
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
    /// [`code_of`] the error: stable, for programs.
    pub code: String,
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

/// Makes the explanation of an error out of (what, hint) in Vietnamese and the same in English.
#[must_use]
pub fn told<E: Debug>(
    lang: Lang,
    error: &E,
    vi: (impl Into<String>, impl Into<String>),
    en: (impl Into<String>, impl Into<String>),
) -> Explanation {
    let (what, hint) = match lang {
        Lang::En => (en.0.into(), en.1.into()),
        Lang::Vi => (vi.0.into(), vi.1.into()),
    };
    Explanation {
        code: code_of(error),
        hint,
        what,
    }
}

/// `Enum::Variant` of an error: its enum's name without the ending `Error`, and the variant as `#[derive(Debug)]`
/// begins. No code is made elsewhere.
#[must_use]
pub fn code_of<E: Debug>(error: &E) -> String {
    let path = type_name::<E>();
    let path = path.split('<').next().unwrap_or(path);
    let name = path.rsplit("::").next().unwrap_or(path);
    let name = name.strip_suffix("Error").unwrap_or(name);
    let variant: String = format!("{error:?}")
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    format!("{name}::{variant}")
}

/// What an operating system says, in this language; English words of its own for what is rare.
#[must_use]
pub fn io_words(kind: ErrorKind, lang: Lang) -> String {
    let (vi, en) = match kind {
        ErrorKind::AlreadyExists => ("đã có rồi", "it is there already"),
        ErrorKind::IsADirectory => ("đây là một thư mục", "it is a folder"),
        ErrorKind::NotADirectory => ("đây không phải thư mục", "it is no folder"),
        ErrorKind::NotFound => (
            "không có tệp hay thư mục này",
            "there is no such file or folder",
        ),
        ErrorKind::PermissionDenied => ("không có quyền truy cập", "access is not permitted"),
        ErrorKind::StorageFull => ("đĩa đã đầy", "the disk is full"),
        other => return other.to_string(),
    };
    lang.choose(vi, en).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_of_the_system_are_said_in_both_languages() {
        assert_eq!(
            io_words(ErrorKind::NotFound, Lang::Vi),
            "không có tệp hay thư mục này"
        );
        assert_eq!(
            io_words(ErrorKind::NotFound, Lang::En),
            "there is no such file or folder"
        );
        // Control: what has no words of ours keeps the system's.
        let rare = ErrorKind::BrokenPipe;
        assert_eq!(io_words(rare, Lang::Vi), rare.to_string());
    }

    #[derive(Debug)]
    enum SampleError<E> {
        Bare,
        Named { _why: u8 },
        Wrapped(E),
    }

    #[derive(Debug)]
    enum SampleRefusal {
        TooLate,
    }

    #[test]
    fn a_code_is_the_enum_without_error_and_the_variant_without_what_it_carries() {
        assert_eq!(code_of(&SampleError::<u8>::Bare), "Sample::Bare");
        let named = SampleError::<SampleRefusal>::Named { _why: 1 };
        assert_eq!(code_of(&named), "Sample::Named");
        let wrapped = SampleError::Wrapped(SampleRefusal::TooLate);
        assert_eq!(code_of(&wrapped), "Sample::Wrapped");
        assert_eq!(code_of(&SampleRefusal::TooLate), "SampleRefusal::TooLate");
    }

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
