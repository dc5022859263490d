//! The afternoon: a pharmacy that hangs a tear-off calendar, one printed code a day.
//! Knows the commands of venue and citizen; does not know the case.
//! Specified in README.md, "The town".

use crate::say;
use crate::town::cast::{Cast, PHARMACY, PHARMACY_PLACE};
use crate::town::opening::{Codes, citizen, root_vkey, tr};
use crate::town::screen::Screen;
use crate::town::{Checks, TownError};

/// Registers slips, prints them, and lets Giang scan that of today.
pub fn play_slips(
    cast: &Cast,
    codes: &Codes,
    screen: &mut Screen,
    checks: &mut Checks,
) -> Result<(), TownError> {
    cast.set_clock(14, 5)?;
    let pharmacy = cast.venues[1].moved_to(&cast.folder.join("pharmacy"));
    let (list, vkey) = (cast.file("trust.txt"), root_vkey(cast)?);
    let relay = &codes.relays[0];
    let init = [
        "init",
        "--test-clock",
        "--trust",
        &list,
        "--root",
        &vkey,
        "--node",
        relay,
    ];
    pharmacy.run(&init)?;
    pharmacy.run(&[
        "venue",
        "register",
        "--schedule",
        "slip",
        "--name",
        PHARMACY,
        "--place",
        PHARMACY_PLACE,
        "--kind",
        "pharmacy",
        "--hours",
        "48",
        "--from",
        relay,
    ])?;
    let pages = cast.file("slips");
    let printed = pharmacy.run(&["venue", "show", "--all", &pages])?;
    screen.deed(
        "14:05",
        PHARMACY,
        &say!(
            "đăng ký lịch bloc và in: mỗi ngày một tờ, một mã",
            "registers slips and prints them: one page and one code a day"
        ),
    );
    let png = |slip: usize| {
        let file = printed["codes"][slip]["png"].as_str();
        let no = TownError::NoField {
            command: "venue show --all",
            field: "png",
        };
        file.map(str::to_owned).ok_or(no)
    };
    let visitor = &cast.citizens[citizen("Giang")];
    let tomorrow = visitor.run(&["check-in", &png(1)?, "--yes"]);
    let is_refused = tomorrow.is_err_and(|error| error.code() == "VenueCode::NotYetValid");
    cast.set_clock(14, 10)?;
    visitor.run(&["check-in", &png(0)?, "--yes"])?;
    screen.deed(
        "14:10",
        "Giang",
        &say!(
            "quét tờ lịch hôm nay của {PHARMACY}",
            "scans today's slip of {PHARMACY}"
        ),
    );
    cast.set_clock(14, 20)?;
    let left = visitor.run(&["check-out"])?;
    screen.learned(
        &tr(screen, "Ai thấy một tờ lịch", "who sees a slip"),
        &say!(
            "mã của riêng ngày ấy; tờ ngày khác có khoá khác",
            "the code of that day alone; another day's slip has other keys"
        ),
    );
    checks.note(
        screen,
        "slip_of_its_day_only",
        is_refused && left["venue"] == PHARMACY,
        &say!(
            "tờ lịch của ngày mai hôm nay bị từ chối, tờ hôm nay được nhận",
            "tomorrow's slip is refused today, and today's is taken"
        ),
    );
    Ok(())
}
