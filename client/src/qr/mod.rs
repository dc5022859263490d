//! QR codes: a venue's URL as modules, and back from an image.
//! Knows text and modules; does not know what a code says or who shows it.
//! Specified in specs/protocol.md §4.

mod decode;
mod paint;
mod read;

pub use paint::{Terminal, to_image, to_png, to_svg, to_terminal};
pub use read::{FILE_LIMIT, PIXEL_LIMIT, read_bytes, read_image, read_pixels};

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

/// Why there is no QR code, or nothing in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// The file begins like an image and does not go on like one, or is cut off.
    #[error("the image is damaged or cut off")]
    Damaged,
    /// The image cannot be read or written: the file.
    #[error("the file cannot be read or written: {0}")]
    File(std::io::ErrorKind),
    /// The image holds a QR code that cannot be decoded.
    #[error("the QR code in the image cannot be decoded")]
    Illegible,
    /// The file is no PNG or JPEG image.
    #[error("the file is no image that can be read")]
    NotAnImage,
    /// No QR code in the image.
    #[error("there is no QR code in the image")]
    NothingFound,
    /// Several different QR codes in the image, and none of them is ours.
    #[error("there is more than one QR code in the image")]
    SeveralFound,
    /// Several different codes of ours in the image: which one is meant, only the person knows.
    #[error("there is more than one venue code in the image")]
    SeveralOfOurs,
    /// The file has more bytes than pictures have.
    #[error("the file is too large for a picture")]
    TooLarge,
    /// The text does not fit into a QR code.
    #[error("the text is too long for a QR code")]
    TooLong,
    /// The image has more pixels than are decoded.
    #[error("the image has too many pixels")]
    TooManyPixels,
}

/// A QR code at error correction level M.
#[derive(Clone, PartialEq, Eq)]
pub struct Modules(QrCode);

impl std::fmt::Debug for Modules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Modules(version {})", self.version())
    }
}

impl Modules {
    /// Codes a URL: what stands before `#` (and it) as bytes, the digits after it in numeric mode.
    ///
    /// # Errors
    /// [`QrError::TooLong`].
    pub fn of_url(url: &str) -> Result<Self, QrError> {
        let (head, digits) = match url.split_once('#') {
            Some((head, digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                (&url[..=head.len()], digits)
            }
            Some(_) | None => (url, ""),
        };
        let mut segments = vec![QrSegment::make_bytes(head.as_bytes())];
        if !digits.is_empty() {
            segments.push(QrSegment::make_numeric(digits));
        }
        QrCode::encode_segments_advanced(
            &segments,
            QrCodeEcc::Medium,
            Version::MIN,
            Version::MAX,
            None,
            false,
        )
        .map(Self)
        .map_err(|_| QrError::TooLong)
    }

    /// The QR version, 1 to 40.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.0.version().value()
    }

    /// Modules on a side, without the quiet zone.
    #[must_use]
    pub fn side(&self) -> i32 {
        self.0.size()
    }

    /// Whether the module is dark; all outside the code is light.
    #[must_use]
    pub fn is_dark(&self, x: i32, y: i32) -> bool {
        self.0.get_module(x, y)
    }
}
