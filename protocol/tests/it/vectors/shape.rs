//! The form of all vector files: what another implementation may rely on when it reads them.
use super::file::folder;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::read_to_string;

/// Outputs: a case that is not refused has at least one of them.
const OUTPUTS: [&str; 40] = [
    "accepted",
    "advice",
    "answer",
    "approval",
    "batch_id",
    "bytes",
    "characters",
    "code_id",
    "commitment",
    "contradiction",
    "digest",
    "drawn",
    "entries",
    "entry",
    "exposures",
    "fields",
    "finding",
    "frontier",
    "hash",
    "indices",
    "leaf_hash",
    "message",
    "message_sha256",
    "minutes_together",
    "outcome",
    "payload",
    "poll",
    "proof",
    "read",
    "reply",
    "resources",
    "root",
    "size",
    "sizes",
    "tiles",
    "token",
    "url",
    "windows",
    "withdrawal",
    "words",
];

struct File {
    name: String,
    json: Value,
}

impl File {
    fn cases(&self) -> &[Value] {
        self.json["cases"].as_array().unwrap()
    }
}

fn files() -> Vec<File> {
    let paths = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files: Vec<File> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .map(|path| File {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            json: serde_json::from_str(&read_to_string(&path).unwrap()).unwrap(),
        })
        .collect();
    assert!(files.len() > 20, "the folder of vectors is the right one");
    files
}

/// `Enum::Variant` of every row of specs/refusals.md.
fn refusals() -> BTreeSet<String> {
    let text = read_to_string(folder().join("../refusals.md")).unwrap();
    let row = |line: &str| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_string());
    text.lines().filter_map(row).collect()
}

/// Why a refusal is not one of refusals.md: `Enum::Variant`, or `Enum::Variant(Variant of another enum)`.
fn misnamed(text: &str, known: &BTreeSet<String>) -> Option<String> {
    let (outer, inner) = match text.split_once('(') {
        Some((outer, inner)) => (outer, Some(inner.strip_suffix(')').unwrap_or("?"))),
        None => (text, None),
    };
    let is_variant = |inner: &str| {
        known
            .iter()
            .any(|name| name.split_once("::").is_some_and(|name| name.1 == inner))
    };
    match inner {
        _ if !known.contains(outer) => Some(format!("{outer} is no row of refusals.md")),
        Some(inner) if !is_variant(inner) => Some(format!("{inner} is no variant in refusals.md")),
        _ => None,
    }
}

#[test]
fn every_file_says_what_it_is_about_and_names_each_case_once() {
    for file in files() {
        let keys: Vec<&String> = file.json.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["about", "cases"], "{}", file.name);
        let about = file.json["about"].as_str().unwrap();
        assert!(about.contains("protocol.md"), "{}", file.name);
        let mut names = BTreeSet::new();
        for case in file.cases() {
            let name = case["name"].as_str().unwrap();
            assert!(
                !name.is_empty() && names.insert(name),
                "{}: {name:?} twice",
                file.name
            );
            assert!(
                case["comment"].is_string(),
                "{}: {name} has no comment",
                file.name
            );
        }
    }
}

#[test]
fn every_case_has_outputs_or_a_refusal_that_refusals_md_has() {
    let known = refusals();
    assert_eq!(misnamed("PlanError::BadPoint(SmallOrder)", &known), None);
    assert!(misnamed("PlanError::Bad", &known).is_some(), "the control");
    assert!(
        misnamed("PlanError::BadPoint(5)", &known).is_some(),
        "the control"
    );
    for file in files() {
        for case in file.cases() {
            let at = format!("{}: {}", file.name, case["name"]);
            match case.get("refused") {
                Some(refused) => {
                    assert_eq!(misnamed(refused.as_str().unwrap(), &known), None, "{at}");
                    let both = ["accepted", "outcome", "finding"]
                        .iter()
                        .any(|key| case.get(key).is_some());
                    assert!(!both, "{at} is refused and accepted");
                }
                None => {
                    let some = OUTPUTS.iter().any(|key| case.get(key).is_some());
                    assert!(some, "{at} has no output");
                }
            }
        }
    }
}

#[test]
fn every_file_has_accepted_and_refused_cases_and_a_row_in_the_readme() {
    let readme = read_to_string(folder().join("../README.md")).unwrap();
    for file in files() {
        let refused = file
            .cases()
            .iter()
            .filter(|case| case.get("refused").is_some())
            .count();
        // A stamp is made of any key and time: nothing is refused.
        let may_refuse_nothing = file.name == "stamp.json";
        assert!(0 < refused || may_refuse_nothing, "{}", file.name);
        assert!(refused < file.cases().len(), "{}", file.name);
        assert!(
            readme.contains(&format!("](vectors/{})", file.name)),
            "{}",
            file.name
        );
    }
}
