//! The film: focus, movement, light, grain, and the file that comes of it.
//! Knows brightness and files; does not know what is in the picture.
//! Specified in specs/performance.md, "Photographs".

use super::camera::Exposure;
use super::{Dice, Distortion};
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};

/// The format of a picture's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// PNG.
    Png,
    /// JPEG of this quality.
    Jpeg(u8),
}

impl Format {
    /// The ending of its name.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg(_) => "jpg",
        }
    }
}

/// How the picture is taken.
#[derive(Clone, Debug)]
pub(super) struct Film {
    /// Spread of the lens, in pixels.
    blur: f32,
    /// Way of the hand, in pixels, and its direction.
    shake: f32,
    direction: f32,
    /// Brightness at the darkest corner against the brightest.
    falloff: f32,
    light_from: f32,
    /// How much light a shadow leaves, and where its edge lies (0 to 1 of the width).
    shadow: f32,
    edge: f32,
    /// How bright a lamp's reflection is, and where.
    glare: f32,
    glare_at: (f32, f32),
    /// What is left of the contrast.
    contrast: f32,
    /// Spread of the grain, of 256 steps.
    grain: f32,
    format: Format,
}

impl Film {
    pub(super) fn of(distortion: Distortion, module: f32, dice: &mut Dice) -> Self {
        use Distortion as D;
        let blur = match distortion {
            D::Blurred => module * dice.between(0.25, 0.45),
            D::Mixed => module * dice.between(0.1, 0.25),
            _ => 0.5,
        };
        let shake = match distortion {
            D::Shaken => module * dice.between(0.5, 1.0),
            D::Mixed => module * dice.between(0.0, 0.3),
            _ => 0.0,
        };
        let (falloff, shadow, glare) = match distortion {
            D::Uneven => (
                dice.between(0.35, 0.6),
                dice.between(0.3, 0.6),
                dice.between(0.2, 0.5),
            ),
            D::Mixed => (dice.between(0.6, 0.9), dice.between(0.6, 1.0), 0.1),
            _ => (dice.between(0.85, 1.0), 1.0, 0.0),
        };
        let (contrast, quality) = match distortion {
            D::Faded => (dice.between(0.2, 0.4), dice.between(25.0, 45.0)),
            D::Mixed => (dice.between(0.5, 0.9), dice.between(55.0, 85.0)),
            _ => (dice.between(0.8, 1.0), dice.between(70.0, 92.0)),
        };
        let grain = match distortion {
            D::Noisy => dice.between(14.0, 32.0),
            D::Mixed => dice.between(5.0, 12.0),
            _ => dice.between(1.0, 4.0),
        };
        let is_png = dice.next().is_multiple_of(5) && distortion != D::Faded;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "25 to 92"
        )]
        let quality = quality as u8;
        Self {
            blur,
            shake,
            direction: dice.between(0.0, 3.2),
            falloff,
            light_from: dice.between(0.0, 6.3),
            shadow,
            edge: dice.between(0.35, 0.65),
            glare,
            glare_at: (dice.between(0.2, 0.8), dice.between(0.2, 0.8)),
            contrast,
            grain,
            format: if is_png {
                Format::Png
            } else {
                Format::Jpeg(quality)
            },
        }
    }

    pub(super) const fn format(&self) -> Format {
        self.format
    }

    /// The file of a picture.
    pub(super) fn develop(&self, exposure: &Exposure, dice: &mut Dice) -> Vec<u8> {
        let (width, height) = (exposure.width, exposure.height);
        let mut pixels = exposure.pixels.clone();
        if self.shake > 0.5 {
            pixels = self.shaken(&pixels, width, height);
        }
        pixels = blurred(&pixels, width, height, self.blur);
        let mut rgb = Vec::with_capacity(pixels.len() * 3);
        for (at, pixel) in pixels.iter().enumerate() {
            let (x, y) = (
                (at % width) as f32 / width as f32,
                (at / width) as f32 / height as f32,
            );
            let faded = 0.5 + (pixel - 0.5) * self.contrast;
            let bright = faded * self.light(x, y) + self.lamp(x, y);
            let grey = bright * 255.0 + dice.normal() * self.grain;
            // The light of a room is a little warm.
            rgb.extend([grey, grey * 0.97, grey * 0.92].map(step));
        }
        self.file(&rgb, width, height)
    }

    fn light(&self, x: f32, y: f32) -> f32 {
        let along = (x - 0.5) * self.light_from.cos() + (y - 0.5) * self.light_from.sin();
        let even = self.falloff + (1.0 - self.falloff) * (along + 0.7) / 1.4;
        // The edge of a shadow is a little soft.
        let inside = ((self.edge - x + 0.2 * (y - 0.5)) * 60.0).clamp(0.0, 1.0);
        even * (1.0 - (1.0 - self.shadow) * inside)
    }

    fn lamp(&self, x: f32, y: f32) -> f32 {
        let (dx, dy) = (x - self.glare_at.0, y - self.glare_at.1);
        self.glare * (-(dx * dx + dy * dy) * 60.0).exp()
    }

    fn shaken(&self, pixels: &[f32], width: usize, height: usize) -> Vec<f32> {
        const STEPS: i16 = 9;
        let (dx, dy) = (self.direction.cos(), self.direction.sin());
        let mut out = vec![0.0; pixels.len()];
        for step in 0..STEPS {
            let way = self.shake * (f32::from(step) / f32::from(STEPS - 1) - 0.5);
            let (dx, dy) = (nearest(dx * way), nearest(dy * way));
            for y in 0..height {
                for x in 0..width {
                    let from = moved(y, dy, height) * width + moved(x, dx, width);
                    out[y * width + x] += pixels[from] / f32::from(STEPS);
                }
            }
        }
        out
    }

    fn file(&self, rgb: &[u8], width: usize, height: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        let (width, height) = (
            u32::try_from(width).expect("a picture's width"),
            u32::try_from(height).expect("a picture's height"),
        );
        let written = match self.format {
            Format::Png => image::codecs::png::PngEncoder::new(&mut bytes).write_image(
                rgb,
                width,
                height,
                ExtendedColorType::Rgb8,
            ),
            Format::Jpeg(quality) => JpegEncoder::new_with_quality(&mut bytes, quality)
                .write_image(rgb, width, height, ExtendedColorType::Rgb8),
        };
        written.expect("a picture can be written into memory");
        bytes
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped"
)]
fn step(value: f32) -> u8 {
    value.clamp(0.0, 255.0) as u8
}

#[expect(clippy::cast_possible_truncation, reason = "a few pixels")]
fn nearest(value: f32) -> isize {
    value.round() as isize
}

fn moved(at: usize, by: isize, end: usize) -> usize {
    at.saturating_add_signed(by).min(end - 1)
}

/// Gauss, rows then columns.
fn blurred(pixels: &[f32], width: usize, height: usize, spread: f32) -> Vec<f32> {
    let reach = nearest(spread * 2.5).max(1);
    let weights: Vec<f32> = (-reach..=reach)
        .map(|at| (-((at * at) as f32) / (2.0 * spread * spread)).exp())
        .collect();
    let sum: f32 = weights.iter().sum();
    let weights: Vec<f32> = weights.iter().map(|weight| weight / sum).collect();
    let mut across = vec![0.0; pixels.len()];
    for (from, to) in pixels.chunks(width).zip(across.chunks_mut(width)) {
        for (by, weight) in (-reach..=reach).zip(&weights) {
            for (x, value) in to.iter_mut().enumerate() {
                *value += from[moved(x, by, width)] * weight;
            }
        }
    }
    let mut down = vec![0.0; pixels.len()];
    for (y, to) in down.chunks_mut(width).enumerate() {
        for (by, weight) in (-reach..=reach).zip(&weights) {
            let from = moved(y, by, height) * width;
            for (value, from) in to.iter_mut().zip(&across[from..from + width]) {
                *value += from * weight;
            }
        }
    }
    down
}
