//! The day's visits: codes shown as images, scanned from those images, left.
//! Knows the commands of venue and citizen; does not know the case.
//! Specified in README.md, "The town".

use crate::photos::{Distortion, photograph};
use crate::say;
use crate::town::cast::{Cast, MARKET, RESTAURANT};
use crate::town::opening::{Codes, citizen, tr};
use crate::town::screen::Screen;
use crate::town::{Checks, TownError};
use std::path::{Path, PathBuf};

/// What happens at one time of the day.
enum Event {
    Arrives(&'static str, Venue),
    Leaves(&'static str, Venue),
}

#[derive(Clone, Copy)]
enum Venue {
    Restaurant,
    Market,
}

use Event::{Arrives, Leaves};
use Venue::{Market, Restaurant};

/// The day, as (hour, minute, event).
const DAY: [(u64, u64, Event); 12] = [
    (9, 10, Arrives("An", Restaurant)),
    (9, 15, Arrives("Giang", Market)),
    (9, 40, Arrives("Bình", Restaurant)),
    (10, 5, Leaves("Giang", Market)),
    (10, 25, Leaves("An", Restaurant)),
    (10, 40, Arrives("An", Market)),
    (10, 45, Arrives("Chi", Market)),
    (10, 50, Leaves("Bình", Restaurant)),
    (11, 20, Leaves("An", Market)),
    (11, 30, Leaves("Chi", Market)),
    (13, 10, Arrives("Dũng", Restaurant)),
    (13, 50, Leaves("Dũng", Restaurant)),
];

/// Who takes a photograph where the others save the image.
const PHOTOGRAPHER: &str = "Bình";

/// Hours that each citizen was somewhere, in the order of the cast; an hour at two venues counts twice.
const HOURS: [u64; 5] = [4, 2, 2, 1, 2];

/// Plays all visits.
pub fn play_visits(
    cast: &Cast,
    codes: &Codes,
    screen: &mut Screen,
    checks: &mut Checks,
) -> Result<(), TownError> {
    screen.chapter(&say!(
        "Trong ngày: quét mã và rời đi",
        "The day: scanning and leaving"
    ));
    for (hour, minute, event) in &DAY {
        cast.set_clock(*hour, *minute)?;
        let time = format!("{hour:02}:{minute:02}");
        match event {
            Arrives(who, venue) => arrive(cast, codes, who, *venue, &time, screen)?,
            Leaves(who, venue) => {
                cast.citizens[citizen(who)].run(&["check-out"])?;
                let venue = name(*venue);
                screen.deed(&time, who, &say!("rời {venue}", "leaves {venue}"));
            }
        }
    }
    screen.learned(
        &tr(screen, "Điện thoại", "a phone"),
        &say!(
            "chỉ số giờ của ngày hôm nay; chính nó không mở lại được",
            "only how many hours of today it keeps; it cannot open them again itself"
        ),
    );
    screen.learned(
        &tr(screen, "Địa điểm, cơ quan, nút", "venues, office, relays"),
        &say!(
            "không gì cả: quét mã không gửi đi đâu",
            "nothing: a scan sends nothing anywhere"
        ),
    );
    let expected = HOURS.map(|hours| hours * 250);
    checks.note(
        screen,
        "token_250_bytes",
        token_bytes(cast)? == expected,
        &say!(
            "mỗi giờ ghé thăm nằm trong đúng 250 byte",
            "each visited hour takes exactly 250 bytes"
        ),
    );
    Ok(())
}

fn arrive(
    cast: &Cast,
    codes: &Codes,
    who: &'static str,
    venue: Venue,
    time: &str,
    screen: &mut Screen,
) -> Result<(), TownError> {
    let (home, id) = match venue {
        Restaurant => (&cast.venues[0], &codes.restaurant),
        Market => (&cast.venues[1], &codes.market),
    };
    let image = cast.file(&format!("code-{}.png", time.replace(':', "")));
    let shown = home.run(&["venue", "show", id, "--png", &image])?;
    let venue = name(venue);
    let (image, what) = if who == PHOTOGRAPHER {
        let url = shown["url"].as_str().unwrap_or_default();
        let (picture, format) = photograph(url, Distortion::Mixed, 7);
        let path = cast.file(&format!(
            "photo-{}.{}",
            time.replace(':', ""),
            format.ending()
        ));
        std::fs::write(&path, picture)?;
        let what = say!(
            "chụp mã của {venue}: ảnh nghiêng, hơi nhoè, thiếu sáng, và quét từ ảnh ấy",
            "photographs the code of {venue}, tilted, a little blurred, in poor light, and scans that"
        );
        (path, what)
    } else {
        let what = say!(
            "quét mã của {venue} từ ảnh PNG",
            "scans the code of {venue} from a PNG image"
        );
        (image, what)
    };
    cast.citizens[citizen(who)].run(&["check-in", &image, "--yes"])?;
    screen.deed(time, who, &what);
    Ok(())
}

const fn name(venue: Venue) -> &'static str {
    match venue {
        Restaurant => RESTAURANT,
        Market => MARKET,
    }
}

/// The files with tokens of a phone: one a day, named by the day.
///
/// # Errors
/// Those of the file system.
pub fn token_files(phone: &Path) -> std::io::Result<Vec<PathBuf>> {
    let is_day = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().parse::<jiff::civil::Date>().is_ok())
    };
    let mut files = files_below(&phone.join("tokens"))?;
    files.retain(is_day);
    Ok(files)
}

/// Bytes of tokens that each citizen keeps.
fn token_bytes(cast: &Cast) -> Result<Vec<u64>, TownError> {
    let mut bytes = Vec::new();
    for phone in &cast.citizens {
        let mut kept = 0;
        for file in token_files(phone.folder())? {
            kept += std::fs::metadata(file)?.len();
        }
        bytes.push(kept);
    }
    Ok(bytes)
}

/// All files below a folder; none when there is no such folder.
///
/// # Errors
/// Those of the file system.
pub fn files_below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(files),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            files.extend(files_below(&entry.path())?);
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}
