//! A code as text: a URL whose fragment carries the bytes as decimal digits, so that a QR code can pack them.
//! Knows digits and a host; opening the URL never checks in by itself.
//! Specified in specs/protocol.md §4.3.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The host in the URLs of a deployment that does not set its own: at most 14 characters keep a sheet at version 22-M.
pub const DEFAULT_HOST: &str = "lachan.example";

/// Bytes of a whole chunk.
const CHUNK: usize = 7;
/// Digits of a chunk of so many bytes.
const DIGITS: [usize; CHUNK + 1] = [0, 3, 5, 8, 10, 13, 15, 17];
const WHOLE: usize = DIGITS[CHUNK];

/// Why a text is not the URL of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// No bytes have so many digits.
    #[error("{0} digits do not stand for whole bytes")]
    BadLength(usize),
    /// There is no `#` in the URL.
    #[error("the URL has no fragment")]
    FragmentMissing,
    /// A character of the fragment is not one of 0..9.
    #[error("character {at} of the fragment is not a digit")]
    NotADigit {
        /// Its place in bytes, from 0.
        at: usize,
    },
    /// The URL is of another host, or has a port or user.
    #[error("the URL belongs to another host")]
    NotOurHost,
    /// The URL does not begin with `https://`.
    #[error("the text is no https URL")]
    NotHttps,
    /// The path is not `/`, or there is a query.
    #[error("the URL has a path or query")]
    PathNotEmpty,
    /// The digits of a chunk are more than its bytes can hold.
    #[error("the digits of chunk {chunk} are too large for its bytes")]
    ValueTooLarge {
        /// Which chunk, from 0.
        chunk: usize,
    },
}

/// A code's URL: a host and the code's bytes, of which nothing is known yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenueUrl {
    host: String,
    bytes: Vec<u8>,
}

impl VenueUrl {
    /// The URL of a code at a host.
    #[must_use]
    pub fn new(host: &str, code: &[u8]) -> Self {
        Self {
            host: host.to_ascii_lowercase(),
            bytes: code.into(),
        }
    }

    /// Reads a URL of this host.
    ///
    /// # Errors
    /// [`UrlError`].
    pub fn parse(text: &str, host: &str) -> Result<Self, UrlError> {
        let (address, fragment) = match text.split_once('#') {
            Some((address, fragment)) => (address, Some(fragment)),
            None => (text, None),
        };
        let rest = strip_prefix_ignoring_case(address, "https://").ok_or(UrlError::NotHttps)?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (found, path) = rest.split_at(end);
        if !found.eq_ignore_ascii_case(host) {
            return Err(UrlError::NotOurHost);
        }
        if path != "/" {
            return Err(UrlError::PathNotEmpty);
        }
        // Last: a link of somebody else's lacks nothing, it is just not ours.
        let fragment = fragment.ok_or(UrlError::FragmentMissing)?;
        Ok(Self::new(host, &bytes_from_digits(fragment)?))
    }

    /// The code's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What stands before the digits: `https://HOST/#`.
    #[must_use]
    pub fn head(&self) -> String {
        format!("https://{}/#", self.host)
    }

    /// The digits, for the numeric mode of a QR code.
    #[must_use]
    pub fn digits(&self) -> String {
        digits_from_bytes(&self.bytes)
    }
}

impl fmt::Display for VenueUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.head(), self.digits())
    }
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Bytes as decimal digits: chunks of 7, each a little-endian number of fixed width.
#[must_use]
pub fn digits_from_bytes(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len().div_ceil(CHUNK) * WHOLE);
    for chunk in bytes.chunks(CHUNK) {
        let mut number = [0; 8];
        number[..chunk.len()].copy_from_slice(chunk);
        let (value, width) = (u64::from_le_bytes(number), DIGITS[chunk.len()]);
        digits.push_str(&format!("{value:0width$}"));
    }
    digits
}

/// The bytes that digits stand for.
///
/// # Errors
/// [`UrlError::NotADigit`], [`UrlError::BadLength`], [`UrlError::ValueTooLarge`].
pub fn bytes_from_digits(digits: &str) -> Result<Vec<u8>, UrlError> {
    if let Some(at) = digits.bytes().position(|byte| !byte.is_ascii_digit()) {
        return Err(UrlError::NotADigit { at });
    }
    let tail = digits.len() % WHOLE;
    if !DIGITS[..CHUNK].contains(&tail) {
        return Err(UrlError::BadLength(digits.len()));
    }
    let mut bytes = Vec::with_capacity(digits.len().div_ceil(WHOLE) * CHUNK);
    for (chunk, text) in digits.as_bytes().chunks(WHOLE).enumerate() {
        let value = text
            .iter()
            .fold(0_u64, |value, digit| value * 10 + u64::from(digit - b'0'));
        let len = DIGITS
            .iter()
            .position(|&width| width == text.len())
            .ok_or(UrlError::BadLength(digits.len()))?;
        let number = value.to_le_bytes();
        if number[len..].iter().any(|&byte| byte != 0) {
            return Err(UrlError::ValueTooLarge { chunk });
        }
        bytes.extend_from_slice(&number[..len]);
    }
    Ok(bytes)
}
