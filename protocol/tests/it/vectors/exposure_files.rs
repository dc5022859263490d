//! Writing and comparing the vector files of tokens and batches.
use serde_json::{Value, json};
use std::path::PathBuf;

/// `Enum::Variant`, or `Enum::Variant(Inner)` where one refusal wraps another; without numbers.
pub(crate) fn refusal(type_name: &str, error: &impl core::fmt::Debug) -> String {
    let text = format!("{error:?}");
    let mut names = text
        .split('(')
        .map(|part| part.split([' ', ')']).next().unwrap_or_default());
    let mut name = format!("{type_name}::{}", names.next().unwrap_or_default());
    let mut open = 0;
    for inner in names {
        let wraps = ["Malformed", "Damaged", "BadRecord"]
            .iter()
            .any(|outer| name.ends_with(outer));
        if !wraps {
            break;
        }
        name.push('(');
        name.push_str(inner);
        open += 1;
    }
    name.extend(std::iter::repeat_n(')', open));
    name
}

/// Compares the cases with `specs/vectors/NAME.json`, or writes them when `LACHAN_WRITE_VECTORS=1`.
pub(crate) fn compare(name: &str, about: &str, cases: Vec<Value>) {
    let mut text = serde_json::to_string_pretty(&json!({ "about": about, "cases": cases }))
        .expect("values are JSON");
    text.push('\n');
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../specs/vectors");
    let path = folder.join(format!("{name}.json"));
    if std::env::var_os("LACHAN_WRITE_VECTORS").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        std::fs::write(&path, &text).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(&path).expect("the vectors are in the repository");
    assert!(
        kept == text,
        "{} differs from what is computed",
        path.display()
    );
}
