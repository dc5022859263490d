//! Where a passphrase comes from: a person who types it unseen, or the first line of a file.
//! Knows the terminal and a path; does not know what the passphrase opens.
//! Specified in specs/protocol.md §14.6.

use crate::terminal::Terminal;
use crate::words::Speak;
use lachan_store::sealed_file::Passphrase;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// A new passphrase has at least so many characters.
pub const FEWEST_CHARACTERS: usize = 12;
/// Most bytes of a passphrase.
const MOST_BYTES: usize = 1_024;

/// Why there is no passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    /// What was typed twice is not the same.
    #[error("the two are not the same")]
    Different,
    /// Nobody is there to type it, and no file holds it.
    #[error("nobody is there to type it")]
    NobodyToAsk,
    /// Its file does not hold text.
    #[error("it is not text")]
    NotText,
    /// Longer than a passphrase may be.
    #[error("it is longer than {MOST_BYTES} bytes")]
    TooLong,
    /// Too short to keep anybody out.
    #[error("it has fewer than {FEWEST_CHARACTERS} characters")]
    TooShort,
    /// Its file cannot be read.
    #[error("its file cannot be read: {0}")]
    Unreadable(ErrorKind),
}

/// Which passphrase is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// One that is still to be chosen: long enough, and typed twice.
    New,
    /// One that seals something already.
    Known,
}

/// The passphrase from this file, or from the person at the terminal.
///
/// # Errors
/// [`PassphraseError`].
pub fn passphrase(
    terminal: &Terminal,
    file: Option<&Path>,
    asked: Asked,
) -> Result<Passphrase, PassphraseError> {
    let passphrase = match file {
        Some(path) => in_file(path)?,
        None => typed(terminal, asked)?,
    };
    if asked == Asked::New && passphrase.characters() < FEWEST_CHARACTERS {
        return Err(PassphraseError::TooShort);
    }
    Ok(passphrase)
}

fn typed(terminal: &Terminal, asked: Asked) -> Result<Passphrase, PassphraseError> {
    let line = |question: Question| {
        let line = terminal.ask_unseen(&question);
        let line = line.ok_or(PassphraseError::NobodyToAsk)?;
        if line.len() > MOST_BYTES {
            return Err(PassphraseError::TooLong);
        }
        Ok(Passphrase::new(&line))
    };
    match asked {
        Asked::Known => line(Question::Passphrase),
        Asked::New => {
            let first = line(Question::NewPassphrase)?;
            if first.is(&line(Question::Again)?) {
                Ok(first)
            } else {
                Err(PassphraseError::Different)
            }
        }
    }
}

fn in_file(path: &Path) -> Result<Passphrase, PassphraseError> {
    let unreadable = |error: std::io::Error| PassphraseError::Unreadable(error.kind());
    let file = File::open(path).map_err(unreadable)?;
    // Never grows: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_BYTES + 64));
    file.take(MOST_BYTES as u64 + 2)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    let line = bytes.split_inclusive(|byte| *byte == b'\n').next();
    let line = line.unwrap_or_default();
    if line.len() > MOST_BYTES {
        return Err(PassphraseError::TooLong);
    }
    let text = std::str::from_utf8(line).map_err(|_| PassphraseError::NotText)?;
    Ok(Passphrase::new(text))
}

enum Question {
    Again,
    NewPassphrase,
    Passphrase,
}

impl Speak for Question {
    fn en(&self) -> String {
        match self {
            Self::Again => "The same passphrase again:",
            Self::NewPassphrase => "A new passphrase (at least 12 characters; not shown):",
            Self::Passphrase => "The passphrase of this file (not shown):",
        }
        .into()
    }

    fn vi(&self) -> String {
        match self {
            Self::Again => "Nhập lại mật khẩu đó:",
            Self::NewPassphrase => "Đặt mật khẩu mới (ít nhất 12 ký tự; không hiện ra):",
            Self::Passphrase => "Mật khẩu của tệp này (không hiện ra):",
        }
        .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    fn of(text: &[u8], asked: Asked) -> Result<Passphrase, PassphraseError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        passphrase(&Terminal::new(Lang::En, false), Some(file.path()), asked)
    }

    #[test]
    fn the_first_line_of_a_file_counts_without_its_break() {
        let plain = of("rau muống xào tỏi".as_bytes(), Asked::New).unwrap();
        for text in ["rau muống xào tỏi\n", "rau muống xào tỏi\r\nthird line\n"] {
            assert!(of(text.as_bytes(), Asked::New).unwrap().is(&plain));
        }
        assert!(!of(b"rau muong xao toi", Asked::New).unwrap().is(&plain));
    }

    #[test]
    fn a_new_passphrase_is_long_enough_and_an_old_one_is_taken_as_it_is() {
        let refused = |text: &[u8]| of(text, Asked::New).unwrap_err();
        assert_eq!(refused("mười một ký".as_bytes()), PassphraseError::TooShort);
        assert_eq!(refused(b""), PassphraseError::TooShort);
        assert!(of("mười một ký".as_bytes(), Asked::Known).is_ok());
        assert_eq!(refused(&[b'a'; 1_025]), PassphraseError::TooLong);
        assert!(of(&[b'a'; 1_024], Asked::New).is_ok());
        assert_eq!(refused(&[0xff; 20]), PassphraseError::NotText);
    }

    #[test]
    fn without_a_file_and_a_person_there_is_none() {
        let terminal = Terminal::new(Lang::En, false);
        let absent = passphrase(&terminal, Some(Path::new("/nowhere/at/all")), Asked::Known);
        let absent = absent.unwrap_err();
        assert_eq!(absent, PassphraseError::Unreadable(ErrorKind::NotFound));
    }
}
