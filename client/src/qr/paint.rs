//! A QR code as a picture: on a terminal, as PNG, as SVG.
//! Knows modules and pixels; does not know files or screens.
//! Specified in specs/protocol.md §4.

use super::{Modules, QrError};
use image::{GrayImage, ImageFormat, Luma};
use std::fmt::Write;
use std::io::Cursor;

/// Light modules around the code: less, and readers miss it.
const QUIET: i32 = 4;
/// A PNG has at least so many pixels a module.
const PIXELS: u32 = 8;

/// What a terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminal {
    /// Colours: black on white, whatever its own colours are.
    Colour,
    /// Only characters: right on a dark background.
    Plain,
}

/// Two modules a character, by half blocks, with the quiet zone.
#[must_use]
pub fn to_terminal(code: &Modules, terminal: Terminal) -> String {
    let mut out = String::new();
    for y in (-QUIET..code.side() + QUIET).step_by(2) {
        if terminal == Terminal::Colour {
            out.push_str("\u{1b}[38;5;16;48;5;231m");
        }
        for x in -QUIET..code.side() + QUIET {
            out.push(half_block(
                code.is_dark(x, y),
                code.is_dark(x, y + 1),
                terminal,
            ));
        }
        if terminal == Terminal::Colour {
            out.push_str("\u{1b}[0m");
        }
        out.push('\n');
    }
    out
}

/// The ink is dark in colour, and light on a plain dark terminal.
const fn half_block(upper_dark: bool, lower_dark: bool, terminal: Terminal) -> char {
    let ink_is_dark = matches!(terminal, Terminal::Colour);
    match (upper_dark == ink_is_dark, lower_dark == ink_is_dark) {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        (false, false) => ' ',
    }
}

/// Grey pixels: 8 a module, with the quiet zone.
#[must_use]
pub fn to_image(code: &Modules) -> GrayImage {
    let side = u32::try_from(code.side() + 2 * QUIET).unwrap_or(0) * PIXELS;
    GrayImage::from_fn(side, side, |x, y| {
        let module = |pixel: u32| i32::try_from(pixel / PIXELS).map_or(-1, |at| at - QUIET);
        Luma([if code.is_dark(module(x), module(y)) {
            0
        } else {
            255
        }])
    })
}

/// A PNG file.
///
/// # Errors
/// [`QrError::File`].
pub fn to_png(code: &Modules) -> Result<Vec<u8>, QrError> {
    let mut bytes = Cursor::new(Vec::new());
    to_image(code)
        .write_to(&mut bytes, ImageFormat::Png)
        .map_err(|_| QrError::File(std::io::ErrorKind::Other))?;
    Ok(bytes.into_inner())
}

/// An SVG file: one unit a module.
#[must_use]
pub fn to_svg(code: &Modules) -> String {
    let side = code.side() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.side() {
        for x in (0..code.side()).filter(|&x| code.is_dark(x, y)) {
            // Writing into a string does not fail.
            let _ = write!(path, "M{},{}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>\n"
    )
}
