//! Kinds of venues: how long a visit is expected to last, and so how far a screen's code looks ahead.
//! Knows one table; does not know any venue.
//! Specified in specs/protocol.md §2.4.

use alloc::vec::Vec;
use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// The kind of a venue: one byte. Every number is accepted; unknown ones are treated like [`VenueKind::OTHER`].
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
pub struct VenueKind(pub u8);

/// One row of the table of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindRow {
    /// The number on the wire.
    pub number: u8,
    /// The name in English, which is also what a command line takes (spaces as hyphens).
    pub en: &'static str,
    /// The name in Vietnamese.
    pub vi: &'static str,
    /// Expected stay in minutes.
    pub stay_minutes: u16,
}

/// Most windows that a screen's code lists.
pub const MOST_LISTED: u8 = 12;

const fn row(number: u8, en: &'static str, vi: &'static str, stay_minutes: u16) -> KindRow {
    KindRow {
        number,
        en,
        vi,
        stay_minutes,
    }
}

const OTHER: KindRow = row(255, "other", "khác", 60);

/// All kinds, by number.
pub const TABLE: [KindRow; 25] = [
    row(1, "restaurant", "nhà hàng, quán ăn", 90),
    row(2, "café", "quán cà phê", 60),
    row(3, "street food stall", "quán vỉa hè", 45),
    row(4, "market", "chợ", 60),
    row(5, "supermarket", "siêu thị", 60),
    row(6, "shop", "cửa hàng", 30),
    row(7, "clinic", "phòng khám", 120),
    row(8, "hospital", "bệnh viện", 240),
    row(9, "pharmacy", "nhà thuốc", 15),
    row(10, "school", "trường học", 480),
    row(11, "office", "văn phòng", 540),
    row(12, "place of worship", "cơ sở tôn giáo", 120),
    row(13, "cinema", "rạp chiếu phim", 150),
    row(14, "karaoke", "quán karaoke", 120),
    row(15, "gym", "phòng tập", 90),
    row(16, "hairdresser", "tiệm cắt tóc", 60),
    row(17, "bus", "xe buýt, xe khách", 60),
    row(18, "train", "tàu hoả", 300),
    row(19, "hotel", "khách sạn", 660),
    row(20, "event hall", "hội trường, nhà tiệc", 180),
    row(21, "factory", "nhà máy", 540),
    row(22, "care home", "cơ sở chăm sóc", 180),
    row(23, "public office", "cơ quan hành chính", 60),
    row(24, "bar", "quán bar", 150),
    OTHER,
];

impl VenueKind {
    /// What no other kind describes.
    pub const OTHER: Self = Self(255);

    /// This kind's row; that of [`VenueKind::OTHER`] for a number that is not in the table.
    #[must_use]
    pub fn row(self) -> &'static KindRow {
        TABLE
            .iter()
            .find(|row| row.number == self.0)
            .unwrap_or(&OTHER)
    }

    /// Expected stay in minutes.
    #[must_use]
    pub fn stay_minutes(self) -> u16 {
        self.row().stay_minutes
    }

    /// Windows that a screen's code lists: the expected stay in hours, rounded up, plus one; 1..=12.
    #[must_use]
    pub fn windows_listed(self) -> u8 {
        let hours = self.stay_minutes().div_ceil(60) + 1;
        u8::try_from(hours).map_or(MOST_LISTED, |hours| hours.min(MOST_LISTED))
    }

    /// Reads a number, or a name in English or Vietnamese, or one of the names between commas: case ignored, hyphens or
    /// underscores for spaces, `cafe` for `café`.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let spaced = text.to_lowercase().replace(['-', '_'], " ");
        let wanted = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Ok(number) = wanted.parse() {
            return Some(Self(number));
        }
        let is_wanted = |row: &&KindRow| {
            let mut parts = row.en.split(", ").chain(row.vi.split(", "));
            row.vi == wanted || parts.any(|part| part == wanted || part.replace('é', "e") == wanted)
        };
        TABLE.iter().find(is_wanted).map(|row| Self(row.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_in_order_and_a_screen_lists_what_the_specification_says() {
        assert!(TABLE.windows(2).all(|pair| pair[0].number < pair[1].number));
        let listed = TABLE.map(|row| VenueKind(row.number).windows_listed());
        assert_eq!(
            listed,
            [
                3, 2, 2, 2, 2, 2, 3, 5, 2, 9, 10, 3, 4, 3, 3, 2, 2, 6, 12, 4, 10, 4, 2, 4, 2
            ]
        );
    }

    #[test]
    fn reads_names_of_both_languages_and_treats_unknown_numbers_as_other() {
        for text in ["cafe", "Café", "quán cà phê", "2"] {
            assert_eq!(VenueKind::from_text(text), Some(VenueKind(2)), "{text}");
        }
        assert_eq!(
            VenueKind::from_text("place-of-worship"),
            Some(VenueKind(12))
        );
        for (text, number) in [
            ("nhà hàng", 1),
            ("Quán-Ăn", 1),
            (" QUÁN  ĂN ", 1),
            ("nhà hàng, quán ăn", 1),
            ("nhà_tiệc", 20),
        ] {
            assert_eq!(
                VenueKind::from_text(text),
                Some(VenueKind(number)),
                "{text}"
            );
        }
        for text in ["castle", "coffee", "nhà", "", ","] {
            assert_eq!(VenueKind::from_text(text), None, "{text}");
        }
        assert_eq!(VenueKind(200).row().number, 255);
    }
}
