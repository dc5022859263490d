//! Vectors of door stamps, and what must hold of their table of words.
use super::file::compare;
use lachan_protocol::code::stamp::{DoorStamp, StampStep};
use lachan_protocol::crypto::hash::sha256;
use lachan_protocol::keys::NotificationKey;
use lachan_protocol::time::{UnixTime, Window};
use serde_json::json;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

fn key(name: &str, number: u32) -> NotificationKey {
    let hash = sha256(&[name.as_bytes(), &number.to_be_bytes()]);
    NotificationKey(*hash.first_chunk().expect("16 of 32"))
}

#[test]
fn door_stamps() {
    let noon = 1_795_500_000;
    let times = [
        ("a time", 0, noon),
        ("the last second of its step", 0, noon + 29),
        ("the next step", 0, noon + 30),
        ("the step before", 0, noon - 1),
        ("another key", 1, noon),
        ("the first step", 2, 0),
        ("the last step", 3, u64::MAX),
    ];
    let cases = times.map(|(name, number, time)| {
        let (key, step) = (key("stamp", number), StampStep::at(UnixTime(time)));
        let stamp = DoorStamp::new(&key, step);
        let colour = stamp.colour();
        json!({
            "name": name,
            "key": hex::encode(key.0),
            "time": time.to_string(),
            "step": step.0.to_string(),
            "words": stamp.words(),
            "colour": colour.number,
            "colour_vi": colour.name[0],
            "colour_en": colour.name[1],
        })
    });
    compare(
        "stamp",
        "Door stamps, protocol.md section 2.6: two words and a colour of a key and a time.",
        cases.to_vec(),
    );
}

fn words() -> Vec<&'static str> {
    include_str!("../../../../specs/tables/stamp-words.txt")
        .lines()
        .collect()
}

/// A syllable as it sounds to somebody who hears no tone and no vowel mark and who speaks in any region: protocol.md 2.6.
fn sound(syllable: &str) -> String {
    let mut plain: String = syllable
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect();
    let starts = [
        ("ngh", "ng"),
        ("ng", "ng"),
        ("nh", "nh"),
        ("kh", "kh"),
        ("gh", "g"),
        ("gi", "d"),
        ("tr", "ch"),
        ("qu", "qu"),
        ("n", "l"),
        ("x", "s"),
        ("k", "c"),
        ("r", "d"),
        ("v", "d"),
    ];
    if let Some((from, to)) = starts.iter().find(|(from, _)| plain.starts_with(from)) {
        let rest = &plain[from.len()..];
        // "gì", "giờ": the i of the initial is the vowel where no other follows.
        let vowel = if *from == "gi" && !rest.starts_with(['a', 'e', 'i', 'o', 'u', 'y']) {
            "i"
        } else {
            ""
        };
        plain = format!("{to}{vowel}{rest}");
    }
    let ends = [("nh", "n"), ("ng", "n"), ("ch", "t"), ("c", "t")];
    if let Some((from, to)) = ends.iter().find(|(from, _)| plain.ends_with(from)) {
        plain = format!("{}{to}", &plain[..plain.len() - from.len()]);
    }
    plain.replace('y', "i")
}

fn sounds(word: &str) -> Vec<String> {
    word.split(' ').map(sound).collect()
}

/// Words that sound like another one, in either order of their syllables.
fn confusable<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut heard = BTreeSet::new();
    let confused = words.iter().filter(|word| {
        let mut turned = sounds(word);
        let is_new = heard.insert(turned.clone());
        turned.reverse();
        // A word of twice the same syllable is its own turn.
        let is_turned = turned[0] != turned[1] && heard.contains(&turned);
        !is_new || is_turned
    });
    confused.copied().collect()
}

#[test]
fn no_two_words_of_the_table_can_be_taken_for_each_other() {
    let words = words();
    assert_eq!(words.len(), 1_024);
    assert_eq!(confusable(&words), Vec::<&str>::new());
}

#[test]
fn the_test_of_words_notices_two_that_sound_alike() {
    for (first, second) in [
        ("con sông", "con sóng"),
        ("lá chè", "nả tre"),
        ("xôi gấc", "sôi gất"),
        ("hoa lan", "làng hoa"),
        ("giá đỗ", "rá đồ"),
    ] {
        assert_eq!(confusable(&[first, second]), [second], "{first}");
    }
}

#[test]
fn words_are_two_short_vietnamese_syllables_in_nfc() {
    const LETTERS: &str = "aăâbcdđeêghiklmnoôơpqrstuưvxy";
    for word in words() {
        assert!(word.nfc().eq(word.chars()), "{word}");
        assert_eq!(word.split(' ').count(), 2, "{word}");
        assert!(word.chars().count() <= 12, "{word}");
        let is_tone = |c: &char| "\u{300}\u{301}\u{303}\u{309}\u{323}".contains(*c);
        let toneless: String = word.nfd().filter(|c| !is_tone(c)).nfc().collect();
        let other = toneless
            .chars()
            .find(|c| *c != ' ' && !LETTERS.contains(*c));
        assert_eq!(other, None, "{word}");
    }
}

/// Of 10,000 pairs of different hours, venues or steps, how many show the same.
fn alike(shown: impl Fn(u32, u32, u64) -> DoorStamp) -> [usize; 3] {
    let hour = 480_000;
    let step = StampStep::at(Window(hour).start()).0 + 7;
    let mut same = [0; 3];
    for n in 0..10_000 {
        let one = shown(n, hour, step);
        let others = [
            shown(n, hour + 1, step),
            shown(n + 10_000, hour, step),
            shown(n, hour, step + 1 + u64::from(n) % 119),
        ];
        for (same, other) in same.iter_mut().zip(others) {
            *same += usize::from(one == other);
        }
    }
    same
}

/// Notification keys of venues and hours are independent (a KDF of each), so a hash stands for them here.
fn stamp(venue: u32, hour: u32, step: u64) -> DoorStamp {
    let hash = sha256(&[b"venue", &venue.to_be_bytes(), &hour.to_be_bytes()]);
    let key = NotificationKey(*hash.first_chunk().expect("16 of 32"));
    DoorStamp::new(&key, StampStep(step))
}

/// 2^23 stamps: 10,000 pairs have 0.0012 alike on average, and two of them alike once in a million runs.
#[test]
fn a_stamp_of_another_hour_venue_or_step_differs_but_for_chance() {
    for (same, what) in alike(stamp).into_iter().zip(["hour", "venue", "step"]) {
        assert!(same <= 1, "{same} of 10,000 of another {what}");
    }
}

#[test]
fn the_test_of_stamps_notices_one_that_does_not_change() {
    let [hours, venues, steps] = alike(|venue, _, step| stamp(venue, 1, step));
    assert!(hours == 10_000 && venues <= 1 && steps <= 1);
    let [hours, venues, steps] = alike(|_, hour, step| stamp(1, hour, step));
    assert!(hours <= 10_000 && venues == 10_000 && steps <= 10_000);
    let [_, _, steps] = alike(|venue, hour, _| stamp(venue, hour, 1));
    assert_eq!(steps, 10_000);
}

/// Each colour comes up 1,250 times of 10,000, give or take 33; five times that is no chance.
#[test]
fn each_colour_and_nearly_each_word_comes_up() {
    let drawn: Vec<DoorStamp> = (0..10_000).map(|n| stamp(n, 1, 1)).collect();
    for colour in 0..8 {
        let is_it = |shown: &&DoorStamp| shown.colour().number == colour;
        let times = drawn.iter().filter(is_it).count();
        assert!((1_085..=1_415).contains(&times), "{colour}: {times}");
    }
    for place in 0..2 {
        let words: BTreeSet<&str> = drawn.iter().map(|shown| shown.words()[place]).collect();
        assert!(words.len() > 1_015, "{}", words.len());
    }
}
