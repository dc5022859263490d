//! The door stamp as people see it: two words on a ground of its colour, and the colour's name.
//! Knows stamps and terminals; the protocol says which stamp it is.
//! Specified in specs/protocol.md §2.6.

use crate::citizen::OpenVisit;
use crate::messages::{CitizenMessage, Message};
use lachan_protocol::code::stamp::{DoorStamp, StampStep, visitor_stamp};
use lachan_protocol::time::UnixTime;
use lachan_shell::moment::rfc3339;
use lachan_shell::terminal::Terminal;
use serde_json::{Value, json};

/// Colour of the letters and of the ground in a terminal of 256 colours, by the number of the colour.
const PAINT: [(u8, u8); 8] = [
    (231, 160),
    (16, 208),
    (16, 226),
    (231, 28),
    (231, 26),
    (231, 92),
    (231, 94),
    (16, 231),
];

/// The words of a stamp, on its colour where the terminal has colours.
pub(super) fn words(stamp: DoorStamp, terminal: &Terminal) -> String {
    let words = stamp.words().join(" · ");
    let paint = PAINT.get(usize::from(stamp.colour().number));
    match paint {
        Some((ink, ground)) if terminal.has_colour() => {
            format!("\u{1b}[1;38;5;{ink};48;5;{ground}m {words} \u{1b}[0m")
        }
        Some(_) | None => words,
    }
}

/// A stamp in JSON: the words, the colour's English name, the first second at which the next one takes its place.
pub(super) fn to_json(stamp: DoorStamp, now: UnixTime) -> Value {
    let [_, colour] = stamp.colour().name;
    json!({
        "words": stamp.words(),
        "colour": colour,
        "until": rfc3339(StampStep::at(now).end()),
    })
}

/// The stamp of an open visit in JSON; null when there is none to show.
pub(super) fn stamp_json(visit: &OpenVisit, now: UnixTime) -> Value {
    visitor_stamp(&visit.code, now).map_or(Value::Null, |stamp| to_json(stamp, now))
}

/// The stamp of an open visit for the staff; none when the screen no longer shows the code that was scanned.
pub(super) fn stamp_line(visit: &OpenVisit, now: UnixTime, terminal: &Terminal) -> Option<Message> {
    let stamp = visitor_stamp(&visit.code, now)?;
    let message = CitizenMessage::DoorStamp {
        words: words(stamp, terminal),
        colour: stamp.colour().name,
    };
    Some(message.into())
}
