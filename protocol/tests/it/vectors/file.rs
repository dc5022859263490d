//! Writing and comparing the vector files, and the names of refusals in them.
use serde_json::{Value, json};
use std::fmt::Debug;
use std::path::PathBuf;

/// The folder of the vectors.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../specs/vectors")
}

/// Compares the cases with `specs/vectors/NAME.json`, or writes them when `LACHAN_WRITE_VECTORS=1`.
pub(crate) fn compare(name: &str, about: &str, mut cases: Vec<Value>) {
    for case in &mut cases {
        let case = case.as_object_mut().expect("a case is an object");
        case.entry("comment").or_insert_with(|| json!(""));
    }
    let mut text = serde_json::to_string_pretty(&json!({ "about": about, "cases": cases }))
        .expect("values are JSON");
    text.push('\n');
    let path = folder().join(format!("{name}.json"));
    if std::env::var_os("LACHAN_WRITE_VECTORS").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(folder()).expect("the folder can be made");
        std::fs::write(&path, &text).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(&path).expect("the vectors are in the repository");
    assert!(
        kept == text,
        "{} differs from what the code makes",
        path.display()
    );
}

/// Values that a refusal may hold; what else begins with a capital is the refusal inside it.
const VALUES: [&str; 7] = [
    "AuthorityId",
    "Day",
    "IssuerId",
    "MinutesError",
    "Region",
    "UnixTime",
    "Window",
];

/// `Enum::Variant`, with the refusal inside where there is one, without numbers: `PlanError::BadPoint(TorsionPart)`.
pub(crate) fn refusal(kind: &str, error: &impl Debug) -> String {
    let text = format!("{error:?}");
    let variant = text.split([' ', '(']).next().unwrap_or_default();
    let inner = |after: &str| {
        let at = text.find(after)? + after.len();
        let word = text[at..].split([' ', '(', ')', ',']).next()?;
        let is_refusal = word.starts_with(|c: char| c.is_ascii_uppercase());
        (is_refusal && !VALUES.contains(&word)).then_some(word)
    };
    match inner("why: ").or_else(|| inner(&format!("{variant}("))) {
        Some(inner) => format!("{kind}::{variant}({inner})"),
        None => format!("{kind}::{variant}"),
    }
}
