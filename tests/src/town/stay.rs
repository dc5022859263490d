//! How to take part from a second terminal while the town stays.
//! Knows commands to type; does not run them.
//! Specified in README.md, "The town".

use crate::home::Home;
use crate::programs::Programs;
use crate::say;
use crate::town::cast::Cast;
use crate::town::screen::Screen;

/// Prints the commands of a new citizen, of the restaurant and of the office.
pub fn how_to_take_part(cast: &Cast, programs: &Programs, screen: &mut Screen) {
    screen.chapter(&say!(
        "Thị trấn vẫn chạy: mời bạn tham gia",
        "The town is still running: take part"
    ));
    let language = screen.language().code();
    let you = Home::new(
        &programs.lachan,
        &cast.folder.join("you"),
        cast.clock.file(),
        language,
    );
    let vkey = std::fs::read_to_string(cast.folder.join("root.vkey")).unwrap_or_default();
    let image = cast.file("now.png");
    let relay = cast
        .running
        .get(1)
        .map_or_else(String::new, |relay| relay.address().to_owned());
    screen.note(&say!(
        "Bạn, ở một cửa sổ khác:",
        "You, in a second terminal:"
    ));
    let list = cast.file("trust.txt");
    for args in [
        vec![
            "init",
            "--test-clock",
            "--trust",
            &list,
            "--root",
            vkey.trim(),
            "--node",
            &relay,
        ],
        vec!["check-in", &image],
        vec!["status"],
        vec!["sync"],
        vec!["exposures"],
    ] {
        screen.verbatim(&you.typed(&args));
    }
    screen.note(&say!(
        "Quán phở cho xem mã của giờ này (cũng lưu thành ảnh):",
        "The restaurant shows this hour's code (and saves it as an image):"
    ));
    screen.verbatim(&cast.venues[0].typed(&["venue", "show", "--png", &image]));
    screen.note(&say!("Cơ quan:", "The office:"));
    screen.verbatim(&cast.office.typed(&["status"]));
    screen.note(&say!(
        "Nhấn Enter ở đây để kết thúc.",
        "Press Enter here to end it."
    ));
}
