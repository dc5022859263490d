//! The decoders that are compared, each as it is: no scaling, no second try.
//! Knows their interfaces; does not know what the pictures show.
//! Specified in specs/performance.md, "Photographs".

use image::GrayImage;
use rxing::common::HybridBinarizer;
use rxing::multi::MultipleBarcodeReader;
use rxing::qrcode::QRCodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BinaryBitmap, DecodeHints, Luma8LuminanceSource, Reader};
use std::path::Path;
use std::process::Command;

/// All texts that rqrr reads.
#[must_use]
pub fn rqrr(image: &GrayImage) -> Vec<String> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        image.as_raw()[y * width + x]
    });
    let grids = prepared.detect_grids();
    grids
        .iter()
        .filter_map(|grid| grid.decode().ok().map(|(_, text)| text))
        .collect()
}

/// All texts that rxing's port of the C++ reader reads.
#[must_use]
pub fn rxing_cpp(image: &GrayImage) -> Vec<String> {
    let read = bitmap(image)
        .and_then(|mut bitmap| QrReader.decode_multiple_with_hints(&mut bitmap, &harder()));
    read.map(texts).unwrap_or_default()
}

/// The one text that rxing's port of the Java reader reads.
#[must_use]
pub fn rxing_java(image: &GrayImage) -> Vec<String> {
    let read =
        bitmap(image).and_then(|mut bitmap| QRCodeReader.decode_with_hints(&mut bitmap, &harder()));
    read.map(|result| texts(vec![result])).unwrap_or_default()
}

fn harder() -> DecodeHints {
    DecodeHints {
        TryHarder: Some(true),
        ..DecodeHints::default()
    }
}

type Bitmap = BinaryBitmap<HybridBinarizer<Luma8LuminanceSource>>;

fn bitmap(image: &GrayImage) -> rxing::common::Result<Bitmap> {
    let source = Luma8LuminanceSource::new(image.as_raw().clone(), image.width(), image.height())?;
    Ok(BinaryBitmap::new(HybridBinarizer::new(source)))
}

fn texts(results: Vec<rxing::RXingResult>) -> Vec<String> {
    let texts = results.into_iter();
    texts.map(|result| result.getText().to_owned()).collect()
}

/// All texts that zbarimg reads; none when it is not installed.
///
/// # Errors
/// Those of starting it.
pub fn zbar(path: &Path) -> std::io::Result<Vec<String>> {
    let output = Command::new("zbarimg")
        .args(["-q", "--raw", "-Sdisable", "-Sqrcode.enable"])
        .arg(path)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().map(str::to_owned).collect())
}
