//! How to take part from a second terminal while the town stays, up to a warning of one's own.
//! Knows commands to type; runs only what tells it a code's id.
//! Specified in README.md, "The town".

use crate::home::Home;
use crate::programs::Programs;
use crate::say;
use crate::test_clock::real_now;
use crate::town::cast::Cast;
use crate::town::screen::{Say, Screen};

/// Prints what to type to visit the restaurant, to have that hour released, and to be warned.
pub fn how_to_take_part(cast: &Cast, programs: &Programs, screen: &mut Screen) {
    screen.chapter(&say!(
        "Thị trấn vẫn chạy: mời bạn tham gia",
        "The town is still running: take part"
    ));
    let you = Home::new(
        &programs.lachan,
        &cast.folder.join("you"),
        cast.clock.file(),
        screen.language().code(),
    );
    let restaurant = &cast.venues[0];
    let status = restaurant.run(&["venue", "status"]).unwrap_or_default();
    let code = status["plans"][0]["code_id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let vkey = std::fs::read_to_string(cast.folder.join("root.vkey")).unwrap_or_default();
    let (image, list) = (cast.file("now.png"), cast.file("trust.txt"));
    let relay = cast.running.get(1).map_or("", |relay| relay.address());
    let (from, to) = (cast.at(19, 0).to_string(), cast.at(20, 0).to_string());
    let mut tell = |what: Say, commands: &[String]| {
        screen.note(&what);
        for command in commands {
            screen.verbatim(command);
        }
    };
    tell(
        say!(
            "1 · Ở một cửa sổ khác. Quán phở lưu mã của giờ này thành ảnh:",
            "1 · In a second terminal. The restaurant saves this hour's code as an image:"
        ),
        &[restaurant.typed(&["venue", "show", "--png", &image])],
    );
    tell(
        say!("2 · Bạn quét mã rồi rời đi:", "2 · You scan it, and leave:"),
        &[
            you.typed(&[
                "init",
                "--test-clock",
                "--trust",
                &list,
                "--root",
                vkey.trim(),
                "--node",
                relay,
            ]),
            you.typed(&["check-in", &image]),
            you.typed(&["check-out"]),
            you.typed(&["visits"]),
        ],
    );
    tell(
        say!(
            "3 · 20:30: cơ quan xin giờ ấy; chủ quán xem rồi đồng ý (MÃ là mã yêu cầu được in ra):",
            "3 · 20:30: the office asks for that hour; the owner looks and approves (ID is the request's, as printed):"
        ),
        &[
            set_clock(cast, 20, 30),
            cast.office.typed(&[
                "release", "request", "--venue", &code, "--from", &from, "--to", &to, "--advice",
                "2",
            ]),
            restaurant.typed(&["venue", "requests"]),
            restaurant.typed(&["venue", "approve", "ID"]),
        ],
    );
    tell(
        say!(
            "4 · 01:01 hôm sau: lô mới đã công bố; máy của bạn tự so:",
            "4 · 01:01 the next day: the next batch is published; your device matches by itself:"
        ),
        &[
            set_clock(cast, 25, 1),
            cast.office.typed(&["status"]),
            you.typed(&["sync"]),
            you.typed(&["exposures"]),
        ],
    );
    screen.note(&say!(
        "Nhấn Enter ở đây để kết thúc.",
        "Press Enter here to end it."
    ));
}

/// The shell's command that sets the town's clock to an hour of its day.
fn set_clock(cast: &Cast, hour: u64, minute: u64) -> String {
    let offset = i128::from(cast.at(hour, minute).0) - i128::from(real_now().0);
    format!("echo {offset} > {}", cast.clock.file().display())
}
