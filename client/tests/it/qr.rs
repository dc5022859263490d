//! QR codes there and back: through PNG with two decoders, and through what a terminal shows.
//! Knows images; zbarimg is asked when it is installed.
//! Specified in specs/protocol.md §4.

use image::{GrayImage, Luma};
use lachan_client::qr::{
    Modules, QrError, Terminal, read_image, read_pixels, to_png, to_svg, to_terminal,
};
use lachan_protocol::code::VenueUrl;
use proptest::prelude::*;
use std::path::Path;
use std::process::Command;

fn url(len: usize) -> String {
    let bytes: Vec<u8> = (0..len).map(|i| (i * 151 % 251) as u8).collect();
    VenueUrl::new("lachan.example", &bytes).to_string()
}

#[test]
fn png_is_read_back_by_two_decoders_within_the_size_bars() {
    let dir = tempfile::tempdir().unwrap();
    for (len, bar) in [(1, 40), (356, 15), (740, 22)] {
        let url = url(len);
        let code = Modules::of_url(&url).unwrap();
        assert!(code.version() <= bar, "{len}: version {}", code.version());
        let path = dir.path().join(format!("{len}.png"));
        std::fs::write(&path, to_png(&code).unwrap()).unwrap();
        assert_eq!(read_image(&path).unwrap(), url);
        if let Some(text) = zbar(&path) {
            assert_eq!(text, url);
        }
    }
}

/// What zbarimg reads; none, loudly, when it is not installed and nobody requires it.
fn zbar(path: &Path) -> Option<String> {
    let required = std::env::var("LACHAN_REQUIRE").unwrap_or_default();
    let command = Command::new("zbarimg")
        .args(["-q", "--raw", "-Sdisable", "-Sqrcode.enable"])
        .arg(path)
        .output();
    let Ok(output) = command else {
        assert!(
            !required.contains("zbar"),
            "LACHAN_REQUIRE=zbar, and zbarimg is not installed"
        );
        eprintln!("SKIPPED: zbarimg is not installed (zbar-tools); no second decoder was asked");
        return None;
    };
    Some(
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned(),
    )
}

#[test]
fn terminal_shows_a_code_that_can_be_read() {
    let url = url(356);
    let code = Modules::of_url(&url).unwrap();
    for terminal in [Terminal::Plain, Terminal::Colour] {
        let shown = to_terminal(&code, terminal);
        assert_eq!(read_pixels(&screen(&shown, terminal)).unwrap(), url);
    }
}

/// What an eye sees: ink is light on a plain dark terminal, dark on the white of a coloured one.
fn screen(shown: &str, terminal: Terminal) -> GrayImage {
    let lines: Vec<String> = shown
        .lines()
        .map(|line| {
            let line = line
                .strip_prefix("\u{1b}[38;5;16;48;5;231m")
                .unwrap_or(line);
            line.strip_suffix("\u{1b}[0m").unwrap_or(line).to_owned()
        })
        .collect();
    let wide = lines[0].chars().count() as u32;
    let ink_is_dark = terminal == Terminal::Colour;
    let rows: Vec<Vec<char>> = lines.iter().map(|line| line.chars().collect()).collect();
    GrayImage::from_fn(wide * 4, lines.len() as u32 * 8, |x, y| {
        let c = rows[y as usize / 8][x as usize / 4];
        let upper = y % 8 < 4;
        let ink = c == '█' || (upper && c == '▀') || (!upper && c == '▄');
        Luma([if ink == ink_is_dark { 0 } else { 255 }])
    })
}

#[test]
fn svg_has_each_dark_module_once() {
    let code = Modules::of_url(&url(20)).unwrap();
    let dark = (0..code.side())
        .flat_map(|y| (0..code.side()).map(move |x| (x, y)))
        .filter(|(x, y)| code.is_dark(*x, *y))
        .count();
    assert_eq!(to_svg(&code).matches("h1v1h-1z").count(), dark);
}

#[test]
fn refuses_images_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("image.png");
    assert_eq!(
        read_image(&path),
        Err(QrError::File(std::io::ErrorKind::NotFound))
    );
    std::fs::write(&path, b"not an image").unwrap();
    assert_eq!(read_image(&path), Err(QrError::NotAnImage));
    GrayImage::from_pixel(300, 300, Luma([255]))
        .save(&path)
        .unwrap();
    assert_eq!(read_image(&path), Err(QrError::NothingFound));
    let mut both = GrayImage::from_pixel(1200, 500, Luma([255]));
    for (text, x) in [("https://a/#1", 20), ("https://b/#2", 620)] {
        let code = lachan_client::qr::to_image(&Modules::of_url(text).unwrap());
        image::imageops::overlay(&mut both, &code, x, 20);
    }
    assert_eq!(read_pixels(&both), Err(QrError::SeveralFound));
    assert_eq!(
        Modules::of_url(&format!("https://a/#{}", "1".repeat(9_000))),
        Err(QrError::TooLong)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_code_survives_the_way_through_pixels(bytes in proptest::collection::vec(any::<u8>(), 1..700)) {
        let url = VenueUrl::new("lachan.example", &bytes).to_string();
        let code = Modules::of_url(&url).unwrap();
        prop_assert_eq!(read_pixels(&lachan_client::qr::to_image(&code)).unwrap(), url);
    }
}
