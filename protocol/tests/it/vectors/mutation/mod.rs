//! Every vector whose input is bytes, changed: each bit flipped, cut at each length, lengthened. What was changed is
//! refused, or is read as the very value whose bytes it now is. Knows the doors that bytes come in by.
//! Specified in specs/wire.md §1 and CONTRIBUTING.md, "Tests".
mod doors;
mod memory;

use super::file::folder;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How changed bytes may be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// In no way: all of them are signed, sealed or hashed.
    Never,
    /// As the value whose only bytes they are: nothing of them is signed.
    Canonical,
    /// Where the meaning stays what it was: the door gives the meaning, and some bytes have none.
    Meaning,
}

/// A field of a vector file, and the door that its bytes come in by.
pub(super) struct Row {
    file: &'static str,
    field: &'static str,
    promise: Promise,
    /// The meaning of the bytes, or their only form; none when they are refused.
    door: fn(&Value, &[u8]) -> Option<Vec<u8>>,
}

/// Files without such a field.
const WITHOUT: [(&str, &str); 3] = [
    ("frames", "protocol/link/tests/it/mutation.rs does it"),
    (
        "sealed-file",
        "protocol/store/tests/it/sealed_file.rs does it: the file stands there by its hash",
    ),
    (
        "stamp",
        "a stamp is shown and compared by people, and read by nobody",
    ),
];

/// Bits and lengths that are tried of one field; all of them with LACHAN_MUTATIONS=all.
const MOST: usize = 96;

fn read(file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(folder().join(format!("{file}.json"))).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    let cases = json["cases"].as_array().unwrap().clone();
    match file {
        "merkle" => doors::proofs(&cases),
        _ => cases,
    }
}

/// The bytes of a field: hex in most, the text itself in the files of texts.
fn bytes_of(case: &Value, row: &Row) -> Option<Vec<u8>> {
    let text = case[row.field].as_str()?;
    let is_text = ["note", "path", "request", "text", "url", "vkey"].contains(&row.field);
    if is_text {
        return Some(text.as_bytes().to_vec());
    }
    Some(hex::decode(text).unwrap())
}

/// Numbers below `len`: all, or the first and last and a sample that is the same in every run.
fn places(len: usize, seed: u64) -> BTreeSet<usize> {
    let all = std::env::var_os("LACHAN_MUTATIONS").is_some_and(|value| value == "all");
    if all || len <= MOST {
        return (0..len).collect();
    }
    let mut state = seed;
    let draw = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 1).unwrap() % len
    };
    let ends = (0..16).chain(len - 16..len);
    ends.chain(std::iter::repeat_with(draw).take(MOST - 32))
        .collect()
}

/// The bytes, each time changed in one way, and the name of the change.
fn changed(bytes: &[u8], seed: u64) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    for bit in places(bytes.len() * 8, seed) {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        out.push((format!("bit {bit} flipped"), flipped));
    }
    for len in places(bytes.len(), seed + 1) {
        out.push((format!("cut to {len}"), bytes[..len].to_vec()));
    }
    for more in [&[0][..], &[0xff], b"\n", b"0", &[0; 32]] {
        out.push((format!("{more:?} after it"), [bytes, more].concat()));
        out.push((format!("{more:?} before it"), [more, bytes].concat()));
    }
    out
}

/// Whether the promise is kept when `changed` is read as `found`; `original` is what the bytes before said.
fn is_kept(promise: Promise, changed: &[u8], found: Option<&[u8]>, original: &[u8]) -> bool {
    match (promise, found) {
        (_, None) => true,
        (Promise::Never, Some(_)) => false,
        (Promise::Canonical, Some(form)) => form == changed,
        (Promise::Meaning, Some(meaning)) => meaning == original,
    }
}

/// (accepted cases, changes tried, changes accepted) of a row.
fn try_row(row: &Row) -> (usize, usize, usize) {
    let (mut cases, mut tried, mut accepted) = (0, 0, 0);
    for case in read(row.file) {
        let Some(bytes) = bytes_of(&case, row).filter(|_| case.get("refused").is_none()) else {
            continue;
        };
        let Some(original) = (row.door)(&case, &bytes) else {
            continue;
        };
        cases += 1;
        for (name, changed) in changed(&bytes, bytes.len() as u64) {
            let found = (row.door)(&case, &changed);
            assert!(
                is_kept(row.promise, &changed, found.as_deref(), &original),
                "{}: {}, {} {name}: {:?}",
                row.file,
                case["name"],
                row.field,
                row.promise
            );
            tried += 1;
            accepted += usize::from(found.is_some());
        }
    }
    (cases, tried, accepted)
}

#[test]
fn a_changed_vector_is_refused_or_is_the_value_whose_bytes_it_is() {
    let mut tried_in_all = 0;
    for row in doors::ROWS {
        let at = format!("{} {}", row.file, row.field);
        let (cases, tried, accepted) = try_row(row);
        assert!(cases > 0, "{at}: no case is read by this door");
        match row.promise {
            Promise::Never => assert_eq!(accepted, 0, "{at}"),
            Promise::Canonical | Promise::Meaning => {
                assert!(accepted > 0, "{at}: nothing is accepted, so promise Never");
            }
        }
        tried_in_all += tried;
    }
    assert!(tried_in_all > 10_000, "{tried_in_all} changes");
}

#[test]
fn every_vector_file_is_in_the_table_of_doors() {
    let known: BTreeSet<&str> = doors::ROWS
        .iter()
        .map(|row| row.file)
        .chain(WITHOUT.iter().map(|(file, _)| *file))
        .collect();
    let paths = std::fs::read_dir(folder()).unwrap();
    let missing: Vec<String> = paths
        .filter_map(|entry| {
            Some(
                entry
                    .unwrap()
                    .file_name()
                    .to_str()?
                    .strip_suffix(".json")?
                    .to_owned(),
            )
        })
        .filter(|name| !known.contains(name.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "give {missing:?} a row in protocol/tests/it/vectors/mutation/doors.rs"
    );
}

#[test]
fn a_door_that_believes_is_noticed() {
    // believes the first byte whatever follows; keeps a form that is not the only one; forgets a bit
    type Door = fn(&[u8]) -> Option<Vec<u8>>;
    let careless: [Door; 3] = [
        |bytes| bytes.starts_with(b"ab").then(|| b"abc".to_vec()),
        |bytes| Some(bytes.to_ascii_lowercase()),
        |bytes| (bytes.len() == 3).then(|| bytes.iter().map(|byte| byte & 0x7f).collect()),
    ];
    for (index, door) in careless.into_iter().enumerate() {
        for promise in [Promise::Never, Promise::Canonical, Promise::Meaning] {
            let original = door(b"abc").unwrap();
            let kept = changed(b"abc", 1)
                .iter()
                .all(|(_, bytes)| is_kept(promise, bytes, door(bytes).as_deref(), &original));
            let ignores_the_rest = index == 0 && promise == Promise::Meaning;
            assert_eq!(kept, ignores_the_rest, "door {index}, {promise:?}");
        }
    }
    let of_each_length: BTreeMap<usize, usize> =
        changed(&[7; 40], 2)
            .into_iter()
            .fold(BTreeMap::new(), |mut counts, (_, bytes)| {
                *counts.entry(bytes.len()).or_default() += 1;
                counts
            });
    assert_eq!(
        of_each_length.len(),
        40 + 3,
        "each length, two longer ones, and 40 itself"
    );
}
