//! What a display says of a door stamp.
//! Knows words only: the two words of the stamp come in, perhaps on a ground of its colour.
//! Specified in specs/protocol.md §2.6.

use super::Speak;

/// A door stamp that visitors may show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StampText {
    /// Two words, perhaps on a ground of the colour.
    pub words: String,
    /// The colour, Vietnamese and English.
    pub colour: [&'static str; 2],
    /// Whether it is of the code shown, not of the one before it.
    pub is_current: bool,
    /// Whether it is of the 30 seconds before.
    pub is_old: bool,
}

impl Speak for StampText {
    fn en(&self) -> String {
        let what = match (self.is_current, self.is_old) {
            (true, false) => "Door stamp now",
            (true, true) => "  30 seconds ago",
            (false, false) => "  of the last code",
            (false, true) => "  of the last code, 30 seconds ago",
        };
        format!("{what}: {} · {}", self.words, self.colour[1])
    }

    fn vi(&self) -> String {
        let what = match (self.is_current, self.is_old) {
            (true, false) => "Dấu cửa lúc này",
            (true, true) => "  30 giây trước",
            (false, false) => "  của mã trước",
            (false, true) => "  của mã trước, 30 giây trước",
        };
        format!("{what}: {} · màu {}", self.words, self.colour[0])
    }
}
