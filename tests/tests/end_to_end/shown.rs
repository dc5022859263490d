//! Each refusal is shown: a vector says it, or a test names it where it comes out.
//! Knows how vectors and tests name refusals; does not know what is refused.
//! Specified in specs/refusals.md.

use super::refusals::{FOLDERS, in_code};
use super::rooms::{root, sources};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What no vector and no test brings out, and why.
const NOT_SHOWN: &[(&str, &str)] = &[
    ("BuildError::TooManyEntries", "it takes 2^32 entries"),
    (
        "HomeError::Nowhere",
        "a process without HOME; the programs are always given a home in tests",
    ),
    (
        "NetError::Runtime",
        "the system would have to refuse threads",
    ),
    (
        "NetError::Swarm",
        "the system would have to refuse sockets of any kind",
    ),
    ("PassphraseError::Different", "it needs a terminal"),
    (
        "PassphraseError::NobodyToAsk",
        "it needs a terminal that is then taken away",
    ),
    (
        "PlanningError::Secrets",
        "the secrets of a fresh plan cover it: they are made for it",
    ),
    (
        "RunError::Runtime",
        "the system would have to refuse threads",
    ),
    (
        "RunError::Control",
        "the socket's path would have to be taken between two steps",
    ),
    (
        "SealedFileError::NoMemory",
        "the system would have to refuse 64 MiB",
    ),
    (
        "SealedFileError::NoRandomness",
        "the system would have to refuse randomness",
    ),
    ("SealedFileError::TooLong", "it takes 4 GiB"),
];

/// Where a refusal was seen.
type Places = BTreeMap<String, BTreeSet<String>>;

/// `Enum::Variant` and the enum of refusals that it carries alone, if it does.
fn wrappers(names: &BTreeSet<String>) -> BTreeMap<String, String> {
    let enums: BTreeSet<&str> = names
        .iter()
        .filter_map(|name| Some(name.split_once("::")?.0))
        .collect();
    let mut found = BTreeMap::new();
    for (_, text) in FOLDERS.into_iter().flat_map(sources) {
        let mut current = "";
        for line in text.lines().map(str::trim) {
            if let Some(rest) = line.strip_prefix("pub enum ") {
                current = rest.split([' ', '<']).next().unwrap_or("");
            }
            let Some((variant, payload)) = line
                .strip_suffix("),")
                .and_then(|line| line.split_once('('))
            else {
                continue;
            };
            let payload = payload.strip_prefix("#[from] ").unwrap_or(payload);
            let payload = payload.rsplit("::").next().unwrap_or(payload);
            let name = format!("{current}::{variant}");
            if names.contains(&name) && enums.contains(payload) {
                found.insert(name, payload.to_owned());
            }
        }
    }
    found
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != ':' && c != '_')
        .collect()
}

/// The tests of a file: all of it, or what stands below `#[cfg(test)]`.
fn tests_of<'a>(path: &str, text: &'a str) -> &'a str {
    if path.contains("tests/") || path.ends_with("tests.rs") {
        return text;
    }
    text.split_once("#[cfg(test)]")
        .map_or("", |(_, tests)| tests)
}

fn in_tests(names: &BTreeSet<String>) -> Places {
    let mut places = Places::new();
    for (path, text) in sources("") {
        let path = path.display().to_string();
        // these name refusals without bringing them out
        if path.starts_with("tests/tests/end_to_end/shown.rs") || path.contains("/texts") {
            continue;
        }
        let words = words(tests_of(&path, &text));
        for name in names {
            let code = name.replacen("Error::", "::", 1);
            if words.contains(name.as_str()) || words.contains(code.as_str()) {
                places.entry(name.clone()).or_default().insert(path.clone());
            }
        }
    }
    places
}

/// Every `refused` of a value, however deep.
fn refused(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            into.extend(
                fields
                    .get("refused")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            fields.values().for_each(|value| refused(value, into));
        }
        Value::Array(values) => values.iter().for_each(|value| refused(value, into)),
        _ => {}
    }
}

fn in_vectors(wrappers: &BTreeMap<String, String>) -> Places {
    let mut places = Places::new();
    let folder = root().join("specs/vectors");
    for entry in std::fs::read_dir(folder).expect("the vectors").flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|end| end != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a vector file");
        let file = entry.file_name().to_string_lossy().into_owned();
        let mut found = Vec::new();
        refused(&serde_json::from_str(&text).expect("JSON"), &mut found);
        for refusal in found {
            let (outer, inner) = refusal.split_once('(').unwrap_or((&refusal, ")"));
            let mut see = |name: String| places.entry(name).or_default().insert(file.clone());
            see(outer.to_owned());
            if let Some(of) = wrappers.get(outer) {
                see(format!("{of}::{}", inner.trim_end_matches(')')));
            }
            // enums that stand inside structured variants
            let inner = inner.trim_end_matches(')');
            for of in ["PointError", "RangeError", "DecodeError"] {
                see(format!("{of}::{inner}"));
            }
        }
    }
    places
}

/// Names that nothing shows: neither vector nor test, nor, for one that only wraps another enum, any of that.
fn not_shown(
    names: &BTreeSet<String>,
    places: &Places,
    wrappers: &BTreeMap<String, String>,
) -> BTreeSet<String> {
    let is_shown = |name: &String| places.contains_key(name);
    let some_of = |inner: &String| {
        let start = format!("{inner}::");
        names
            .iter()
            .any(|name| name.starts_with(&start) && is_shown(name))
    };
    let not = |name: &&String| !is_shown(name) && !wrappers.get(*name).is_some_and(some_of);
    names.iter().filter(not).cloned().collect()
}

#[test]
fn every_refusal_is_shown_by_a_vector_or_a_test() {
    let names = in_code();
    let wrappers = wrappers(&names);
    let mut places = in_tests(&names);
    for (name, files) in in_vectors(&wrappers) {
        places.entry(name).or_default().extend(files);
    }
    let excepted: BTreeSet<String> = NOT_SHOWN
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    let missing = not_shown(&names, &places, &wrappers);
    let forgotten: Vec<_> = missing.difference(&excepted).collect();
    assert!(
        forgotten.is_empty(),
        "no vector says these and no test names them (a test names `Enum::Variant` or the code where it comes out): {forgotten:#?}"
    );
    for name in &excepted {
        assert!(names.contains(name), "NOT_SHOWN: {name} is gone");
        let files = places.get(name).cloned().unwrap_or_default();
        let elsewhere: Vec<_> = files
            .iter()
            .filter(|file| !file.ends_with("properties/refusals.rs"))
            .collect();
        assert!(
            elsewhere.is_empty(),
            "NOT_SHOWN: {name} is shown by {elsewhere:?}"
        );
    }
    if let Some(file) = std::env::var_os("LACHAN_REFUSALS_SHOWN") {
        let lines: Vec<String> = names
            .iter()
            .map(|name| match (places.get(name), wrappers.get(name)) {
                (Some(files), _) => format!(
                    "{name}: {}",
                    files.iter().cloned().collect::<Vec<_>>().join(", ")
                ),
                (None, Some(inner)) => format!("{name}: by {inner}"),
                (None, None) => format!("{name}: not shown"),
            })
            .collect();
        std::fs::write(file, lines.join("\n") + "\n").expect("the list can be written");
    }
}

#[test]
fn a_refusal_that_nothing_shows_is_noticed() {
    let set = |names: &[&str]| -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    };
    let mut names = in_code();
    assert!(names.len() > 400);
    let wrappers = wrappers(&names);
    assert_eq!(
        wrappers.get("CliError::Wallet").map(String::as_str),
        Some("WalletError")
    );
    assert_eq!(
        wrappers.get("PlanError::Malformed").map(String::as_str),
        Some("DecodeError")
    );
    names.insert("VenueCodeError::Unheard".into());
    let mut places = in_tests(&names);
    places.extend(in_vectors(&wrappers));
    assert!(not_shown(&names, &places, &wrappers).contains("VenueCodeError::Unheard"));
    // a wrapper of which nothing is shown, and one of which something is
    let wraps: BTreeMap<String, String> = [("AError::B".into(), "BError".into())].into();
    let names = set(&["AError::B", "BError::One", "BError::Two"]);
    assert_eq!(not_shown(&names, &Places::new(), &wraps).len(), 3);
    let one: Places = [("BError::One".into(), set(&["x"]))].into();
    assert_eq!(not_shown(&names, &one, &wraps), set(&["BError::Two"]));
    assert_eq!(tests_of("a/src/b.rs", "VenueCodeError::Altered"), "");
}
