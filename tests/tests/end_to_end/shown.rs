//! Each refusal is shown: a vector says it, or a test names it where it comes out.
//! Knows how vectors and tests name refusals; does not know what is refused.
//! Specified in specs/refusals.md.

use super::refusals::{FOLDERS, in_code};
use super::rooms::{root, sources};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What no test here can bring out, and why.
const NOT_SHOWN: &[(&str, &str)] = &[
    (
        "CitizenError::NoPoint",
        "one case of 2^252 for a sheet; every other code has the points of its hours",
    ),
    (
        "CliError::Remote",
        "it carries the code of what the running process said",
    ),
    (
        "CliError::WithFile",
        "it carries the code of what is wrong with the file",
    ),
    (
        "HomeError::Nowhere",
        "a process without HOME: tests always name a home",
    ),
    (
        "NetError::Runtime",
        "the system would have to refuse threads",
    ),
    (
        "NetError::Swarm",
        "the system would have to refuse sockets of any kind",
    ),
    (
        "PassphraseError::Different",
        "client/tests/it/backup.rs types two under `script`, and reads the words",
    ),
    (
        "RegistrationRefusal::IdKnown",
        "two plans whose digests begin with the same 128 bits",
    ),
    (
        "RunError::Control",
        "the socket's path would have to be taken between two steps",
    ),
    (
        "RunError::Runtime",
        "the system would have to refuse threads",
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

/// What a test could bring out and none does yet. Nothing is added here: a new variant comes with its test.
const AWAITED: &[&str] = &[
    "BackupError::Io",
    "CatchUpError::ClockBehind",
    "CatchUpError::NobodyHoldsIt",
    "CatchUpError::NobodyToAsk",
    "CatchUpError::NotAnOffice",
    "CatchUpError::RegistrationsDiffer",
    "CatchUpError::Silent",
    "CatchUpError::Untrue",
    "ClientStoreError::NotUnderstood",
    "ContentsError::Truncated",
    "ControlError::Broken",
    "ControlError::NotAnOffice",
    "ControlError::Stopping",
    "HandOverError::AlreadyHere",
    "LinkError::Closed",
    "RegisteringError::ByOffice",
    "RevokeRefusal::PlanGone",
    "RunError::LogContradicted",
    "StoreError::DatabaseCorrupt",
    "UsageError::NotConfirmed",
    "VenueToolError::CodesRanOut",
    "VenueToolError::NotShownThen",
    "WalletCopyError::DamagedFindings",
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
        if path == "tests/tests/end_to_end/shown.rs" {
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
    let mut shown: BTreeSet<&String> = names
        .iter()
        .filter(|name| places.contains_key(*name))
        .collect();
    loop {
        let before = shown.len();
        for (name, inner) in wrappers {
            let start = format!("{inner}::");
            if shown.iter().any(|name| name.starts_with(&start)) {
                shown.extend(names.get(name));
            }
        }
        if shown.len() == before {
            break;
        }
    }
    names
        .iter()
        .filter(|name| !shown.contains(name))
        .cloned()
        .collect()
}

#[test]
fn every_refusal_is_shown_by_a_vector_or_a_test() {
    let names = in_code();
    let wrappers = wrappers(&names);
    let mut places = in_tests(&names);
    for (name, files) in in_vectors(&wrappers) {
        places.entry(name).or_default().extend(files);
    }
    let excepted = NOT_SHOWN
        .iter()
        .map(|(name, _)| *name)
        .chain(AWAITED.iter().copied());
    let excepted: BTreeSet<String> = excepted.map(str::to_owned).collect();
    let missing = not_shown(&names, &places, &wrappers);
    let forgotten: Vec<_> = missing.difference(&excepted).collect();
    assert!(
        forgotten.is_empty(),
        "no vector says these and no test names them (a test names `Enum::Variant` or the code where it comes out): {forgotten:#?}"
    );
    let stale: Vec<_> = excepted.difference(&missing).collect();
    assert!(
        stale.is_empty(),
        "these are shown, or gone: take them off the lists above: {stale:#?}"
    );
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
