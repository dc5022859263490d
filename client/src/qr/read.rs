//! The text of the QR code that counts in a photograph: a PNG or JPEG as people take them.
//! Knows files and pixels; is told which texts are ours, and does not know what they mean.
//! Specified in specs/protocol.md §4.3; measured in specs/performance.md, "Photographs".

use super::QrError;
use super::decode::{self, Sight};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::path::Path;

/// Larger files are no pictures of a code: the largest photographs of phones have about 25 MB.
pub const FILE_LIMIT: u64 = 32 << 20;
/// More pixels are refused before one is decoded: phones take 12 to 50 million.
pub const PIXEL_LIMIT: u64 = 52_000_000;
/// A decoder may ask for so much memory beside the pixels themselves.
const MEMORY_LIMIT: u64 = 256 << 20;

/// Reads the QR code of an image file. Of several codes the one that is ours counts.
///
/// # Errors
/// [`QrError`], all but `TooLong`.
pub fn read_image(path: &Path, is_ours: impl Fn(&str) -> bool) -> Result<String, QrError> {
    let unreadable = |error: std::io::Error| QrError::File(error.kind());
    let file = std::fs::File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(QrError::File(std::io::ErrorKind::IsADirectory));
    }
    let mut bytes = Vec::new();
    file.take(FILE_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    read_bytes(bytes, is_ours)
}

/// Reads the QR code of the bytes of an image file.
///
/// # Errors
/// [`QrError`], all but `TooLong`.
pub fn read_bytes(bytes: Vec<u8>, is_ours: impl Fn(&str) -> bool) -> Result<String, QrError> {
    if u64::try_from(bytes.len()).map_or(true, |len| len > FILE_LIMIT) {
        return Err(QrError::TooLarge);
    }
    read_pixels(&grey(bytes)?, is_ours)
}

/// The grey pixels of a file, upright, small enough for the decoders. The large picture is gone when this returns.
fn grey(bytes: Vec<u8>) -> Result<GrayImage, QrError> {
    let format = image::guess_format(&bytes).map_err(|_| QrError::NotAnImage)?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg) {
        return Err(QrError::NotAnImage);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_LIMIT);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXEL_LIMIT {
        return Err(QrError::TooManyPixels);
    }
    limits.reserve(decoder.total_bytes()).map_err(refused)?;
    decoder.set_limits(limits).map_err(refused)?;
    // A picture that says nothing sensible of how it was held is taken as it is.
    let held = decoder.orientation().ok();
    let image = DynamicImage::from_decoder(decoder).map_err(refused)?;
    let grey = DynamicImage::ImageLuma8(image.into_luma8());
    let mut small = DynamicImage::ImageLuma8(decode::shrunk(grey.into_luma8(), decode::LARGE));
    if let Some(held) = held {
        small.apply_orientation(held);
    }
    Ok(small.into_luma8())
}

fn refused(error: ImageError) -> QrError {
    match error {
        ImageError::Limits(_) => QrError::TooManyPixels,
        ImageError::Unsupported(_) => QrError::NotAnImage,
        ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::IoError(_) => QrError::Damaged,
    }
}

/// Reads the QR code of grey pixels: one way of looking after the other, until one of them shows a code of ours.
///
/// # Errors
/// [`QrError::Illegible`], [`QrError::NothingFound`], [`QrError::SeveralFound`], [`QrError::SeveralOfOurs`].
pub fn read_pixels(image: &GrayImage, is_ours: impl Fn(&str) -> bool) -> Result<String, QrError> {
    let mut foreign = BTreeSet::new();
    let mut has_seen = false;
    for look in decode::LOOKS {
        let Sight { texts, is_code } = look(image);
        has_seen |= is_code;
        let (ours, others): (BTreeSet<String>, BTreeSet<String>) =
            texts.into_iter().partition(|text| is_ours(text));
        foreign.extend(others);
        match ours.len() {
            0 => {}
            1 => return ours.into_iter().next().ok_or(QrError::NothingFound),
            _ => return Err(QrError::SeveralOfOurs),
        }
    }
    match foreign.len() {
        0 if has_seen => Err(QrError::Illegible),
        0 => Err(QrError::NothingFound),
        // What it is, whoever parses it says.
        1 => foreign.into_iter().next().ok_or(QrError::NothingFound),
        _ => Err(QrError::SeveralFound),
    }
}
