//! QR codes there and back: through PNG with two decoders, and through what a terminal shows.
//! Knows images; zbarimg is asked when it is installed.
//! Specified in specs/protocol.md §4.

use image::{GrayImage, ImageFormat, Luma};
use lachan_client::qr::{
    FILE_LIMIT, Modules, QrError, Terminal, read_bytes, read_image, read_pixels, to_png, to_svg,
    to_terminal,
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
        assert_eq!(read_image(&path, |_| true).unwrap(), url);
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
        assert_eq!(
            read_pixels(&screen(&shown, terminal), |_| true).unwrap(),
            url
        );
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

fn pasted(texts: &[&str]) -> GrayImage {
    let mut all = GrayImage::from_pixel(600 * texts.len() as u32, 500, Luma([255]));
    for (text, x) in texts.iter().zip((20..).step_by(600)) {
        let code = lachan_client::qr::to_image(&Modules::of_url(text).unwrap());
        image::imageops::overlay(&mut all, &code, x, 20);
    }
    all
}

fn file_of(image: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn of_several_codes_the_one_that_is_ours_counts() {
    let ours = |text: &str| text.starts_with("https://a/");
    let read = |texts: &[&str]| read_pixels(&pasted(texts), ours);
    let (one, other) = ("https://a/#1", "https://a/#2");
    assert_eq!(read(&["https://b/#1", one]).unwrap(), one);
    assert_eq!(read(&[one, one]).unwrap(), one);
    assert_eq!(read(&[one, other]), Err(QrError::SeveralOfOurs));
    assert_eq!(
        read(&["https://b/#1", "https://c/#1"]),
        Err(QrError::SeveralFound)
    );
    // Whoever parses it says what is wrong with it.
    assert_eq!(read(&["https://b/#1"]).unwrap(), "https://b/#1");
}

#[test]
fn refuses_images_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("image.png");
    let read = || read_image(&path, |_| true);
    assert_eq!(read(), Err(QrError::File(std::io::ErrorKind::NotFound)));
    for other in [
        &b"not an image"[..],
        b"",
        b"GIF89a\x01\0\x01\0\0\0\0",
        b"%PDF-1.7",
    ] {
        std::fs::write(&path, other).unwrap();
        assert_eq!(read(), Err(QrError::NotAnImage), "{other:?}");
    }
    let empty = GrayImage::from_pixel(300, 300, Luma([255]));
    empty.save(&path).unwrap();
    assert_eq!(read(), Err(QrError::NothingFound));
    assert_eq!(
        Modules::of_url(&format!("https://a/#{}", "1".repeat(9_000))),
        Err(QrError::TooLong)
    );
}

#[test]
fn files_that_are_cut_off_are_damaged_or_show_no_code() {
    let code = pasted(&["https://a/#1"]);
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let whole = file_of(&code, format);
        assert!(read_bytes(whole.clone(), |_| true).is_ok());
        for part in 1..16 {
            let cut = whole[..whole.len() * part / 16].to_vec();
            match read_bytes(cut, |_| true) {
                // A JPEG is shown as far as it goes.
                Ok(text) => {
                    assert_eq!((text.as_str(), format), ("https://a/#1", ImageFormat::Jpeg))
                }
                Err(error) => assert!(
                    matches!(
                        error,
                        QrError::Damaged | QrError::Illegible | QrError::NothingFound
                    ),
                    "{format:?} {part}: {error}"
                ),
            }
        }
        assert_eq!(
            read_bytes(whole[..40].to_vec(), |_| true),
            Err(QrError::Damaged)
        );
    }
}

#[test]
fn bombs_are_refused_before_they_are_decoded() {
    let code = pasted(&["https://a/#1"]);
    let mut png = file_of(&code, ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 0, 0xf0, 0, 0, 0, 0xf0, 0]);
    let crc = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(read_bytes(png, |_| true), Err(QrError::TooManyPixels));
    let mut jpeg = file_of(&code, ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    assert_eq!(read_bytes(jpeg, |_| true), Err(QrError::TooManyPixels));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.jpg");
    std::fs::File::create(&path)
        .unwrap()
        .set_len(FILE_LIMIT + 1)
        .unwrap();
    assert_eq!(read_image(&path, |_| true), Err(QrError::TooLarge));
}

/// The checksum of PNG chunks, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    };
    !bytes.iter().fold(!0, step)
}

#[test]
fn pictures_are_read_however_the_phone_was_held() {
    let code = pasted(&["https://a/#1"]);
    for held in 0..=9_u8 {
        let mut jpeg = file_of(&code, ImageFormat::Jpeg);
        let tiff = [
            b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0",
            &[held][..],
            b"\0\0\0\0\0\0",
        ]
        .concat();
        let length = (tiff.len() + 8) as u16;
        let chunk = [&[0xff, 0xe1][..], &length.to_be_bytes(), b"Exif\0\0", &tiff].concat();
        jpeg.splice(2..2, chunk);
        assert_eq!(
            read_bytes(jpeg, |_| true).unwrap(),
            "https://a/#1",
            "{held}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_code_survives_the_way_through_pixels(bytes in proptest::collection::vec(any::<u8>(), 1..700)) {
        let url = VenueUrl::new("lachan.example", &bytes).to_string();
        let code = Modules::of_url(&url).unwrap();
        prop_assert_eq!(read_pixels(&lachan_client::qr::to_image(&code), |_| true).unwrap(), url);
    }
}
