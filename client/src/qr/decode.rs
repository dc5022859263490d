//! Ways of looking at grey pixels: two decoders, each with what the other lacks.
//! Knows rxing, rqrr and filters; does not know files or which texts are ours.
//! Specified in specs/performance.md, "Photographs".

use image::imageops::FilterType;
use image::{DynamicImage, GrayImage};
use rqrr::PreparedImage;
use rxing::common::{GlobalHistogramBinarizer, HybridBinarizer};
use rxing::multi::MultipleBarcodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BarcodeFormat, Binarizer, BinaryBitmap, DecodeHints, Luma8LuminanceSource};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The longer side at the first look, in pixels: 8 a module of the largest code that fills the picture.
pub(super) const LARGE: u32 = 1_600;
/// The longer side at the second look: grain is averaged away.
const SMALL: u32 = 1_000;

/// What one way of looking shows.
#[derive(Debug, Default)]
pub(super) struct Sight {
    /// The texts that could be read.
    pub(super) texts: Vec<String>,
    /// Whether there is a code at all, legible or not, as far as this way tells.
    pub(super) is_code: bool,
}

type Look = fn(&GrayImage) -> Sight;

/// In the order in which they are tried: what reads most comes first, what it misses after it.
pub(super) const LOOKS: [Look; 4] = [
    |image| local(&shrunk(image.clone(), LARGE)),
    |image| local(&shrunk(image.clone(), SMALL)),
    |image| global(&softened(&shrunk(image.clone(), LARGE), 1.5)),
    |image| grids(&softened(&shrunk(image.clone(), LARGE), 1.0)),
];

/// The picture with its longer side at most so long.
pub(super) fn shrunk(image: GrayImage, longest: u32) -> GrayImage {
    if image.width().max(image.height()) <= longest {
        return image;
    }
    DynamicImage::ImageLuma8(image)
        .resize(longest, longest, FilterType::Triangle)
        .into_luma8()
}

fn softened(image: &GrayImage, spread: f32) -> GrayImage {
    DynamicImage::ImageLuma8(image.clone())
        .fast_blur(spread)
        .into_luma8()
}

/// rxing, each part of the picture against its own brightness: shadows, lamps.
fn local(image: &GrayImage) -> Sight {
    rxing_with(image, HybridBinarizer::new)
}

/// rxing, one threshold for all: faint and soft pictures in even light.
fn global(image: &GrayImage) -> Sight {
    rxing_with(image, GlobalHistogramBinarizer::new)
}

fn rxing_with<B: Binarizer>(
    image: &GrayImage,
    binarizer: impl FnOnce(Luma8LuminanceSource) -> B,
) -> Sight {
    let hints = DecodeHints {
        PossibleFormats: Some([BarcodeFormat::QR_CODE].into()),
        TryHarder: Some(true),
        ..DecodeHints::default()
    };
    let read = || {
        let (width, height) = image.dimensions();
        let source = Luma8LuminanceSource::new(image.as_raw().clone(), width, height)?;
        let mut bitmap = BinaryBitmap::new(binarizer(source));
        QrReader.decode_multiple_with_hints(&mut bitmap, &hints)
    };
    let found = guarded(read).and_then(Result::ok).unwrap_or_default();
    let texts = found.iter().map(|one| one.getText().to_owned()).collect();
    Sight {
        is_code: !found.is_empty(),
        texts,
    }
}

/// rqrr: also tells of codes that it cannot read.
fn grids(image: &GrayImage) -> Sight {
    let read = || {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let mut prepared = PreparedImage::prepare_from_greyscale(width, height, |x, y| {
            image.as_raw()[y * width + x]
        });
        let grids = prepared.detect_grids();
        let texts = grids.iter().filter_map(|grid| grid.decode().ok());
        Sight {
            texts: texts.map(|(_, text)| text).collect(),
            is_code: !grids.is_empty(),
        }
    };
    guarded(read).unwrap_or_default()
}

/// A decoder that stumbles over a picture has read nothing; the next one is asked.
fn guarded<T>(read: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(read)).ok()
}
