//! The text of the one QR code in a PNG or JPEG image.
//! Knows pixels; does not know what the text means. Clean images only: photographs come later.
//! Specified in specs/protocol.md §4.

use super::QrError;
use image::{GrayImage, ImageReader, Limits};
use rqrr::PreparedImage;
use std::io::{BufReader, Read};
use std::path::Path;

/// Larger files are no pictures of a code.
const FILE_LIMIT: u64 = 32 << 20;
const SIDE_LIMIT: u32 = 8_192;
const MEMORY_LIMIT: u64 = 256 << 20;

/// Reads the one QR code of an image file.
///
/// # Errors
/// [`QrError`], all but `TooLong`.
pub fn read_image(path: &Path) -> Result<String, QrError> {
    let file = std::fs::File::open(path).map_err(|error| QrError::File(error.kind()))?;
    let mut bytes = Vec::new();
    BufReader::new(file)
        .take(FILE_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| QrError::File(error.kind()))?;
    if u64::try_from(bytes.len()).map_or(true, |len| len > FILE_LIMIT) {
        return Err(QrError::NotAnImage);
    }
    let mut reader = ImageReader::new(std::io::Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| QrError::File(error.kind()))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_LIMIT);
    limits.max_image_height = Some(SIDE_LIMIT);
    limits.max_alloc = Some(MEMORY_LIMIT);
    reader.limits(limits);
    let image = reader.decode().map_err(|_| QrError::NotAnImage)?;
    read_pixels(&image.to_luma8())
}

/// Reads the one QR code of grey pixels.
///
/// # Errors
/// [`QrError::Illegible`], [`QrError::NothingFound`], [`QrError::SeveralFound`].
pub fn read_pixels(image: &GrayImage) -> Result<String, QrError> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let mut prepared =
        PreparedImage::prepare_from_greyscale(width, height, |x, y| image.as_raw()[y * width + x]);
    let grids = prepared.detect_grids();
    if grids.is_empty() {
        return Err(QrError::NothingFound);
    }
    let mut texts: Vec<String> = grids
        .iter()
        .filter_map(|grid| grid.decode().ok().map(|(_, text)| text))
        .collect();
    texts.sort_unstable();
    texts.dedup();
    match texts.len() {
        0 => Err(QrError::Illegible),
        1 => Ok(texts.swap_remove(0)),
        _ => Err(QrError::SeveralFound),
    }
}
