//! specs/refusals.md and the enums in the code name the same refusals.
//! Knows how an enum is written; does not know what is refused.
//! Specified in specs/refusals.md.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub(crate) const FOLDERS: [&str; 6] = [
    "protocol/src",
    "protocol/link/src",
    "protocol/shell/src",
    "protocol/store/src",
    "client/src",
    "node/src",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(std::fs::read_to_string(&path).expect("a source file is UTF-8"));
        }
    }
}

/// `Enum::Variant` of every public enum whose name ends in Error or Refusal.
fn refusals_of(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut current: Option<(String, i32)> = None;
    let mut open_in_attribute = 0;
    for line in text.lines() {
        let code = line.trim();
        if code.starts_with("//") {
            continue;
        }
        // an attribute may go on over several lines
        if code.starts_with('#') || open_in_attribute > 0 {
            open_in_attribute += depth_of(code);
            continue;
        }
        if let Some(rest) = code.strip_prefix("pub enum ") {
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
            if name.ends_with("Error") || name.ends_with("Refusal") {
                current = Some((name, 1));
            }
            continue;
        }
        let Some((name, depth)) = &mut current else {
            continue;
        };
        if *depth == 1 && code.starts_with(|c: char| c.is_ascii_uppercase()) {
            let variant: String = code.chars().take_while(|c| c.is_alphanumeric()).collect();
            found.insert(format!("{name}::{variant}"));
        }
        *depth += depth_of(code);
        if *depth <= 0 {
            current = None;
        }
    }
    found
}

/// Brackets that a line opens, less those that it closes.
fn depth_of(line: &str) -> i32 {
    line.chars()
        .map(|c| match c {
            '{' | '(' | '[' => 1,
            '}' | ')' | ']' => -1,
            _ => 0,
        })
        .sum()
}

pub(crate) fn in_code() -> BTreeSet<String> {
    let mut texts = Vec::new();
    for folder in FOLDERS {
        sources(&root().join(folder), &mut texts);
    }
    texts.iter().flat_map(|text| refusals_of(text)).collect()
}

fn in_specs() -> BTreeSet<String> {
    let text =
        std::fs::read_to_string(root().join("specs/refusals.md")).expect("specs/refusals.md");
    text.lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(|name| name.contains("::"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn specs_and_code_name_the_same_refusals() {
    let (code, specs) = (in_code(), in_specs());
    let missing: Vec<_> = code.difference(&specs).collect();
    let stale: Vec<_> = specs.difference(&code).collect();
    assert!(missing.is_empty(), "not in specs/refusals.md: {missing:#?}");
    assert!(stale.is_empty(), "only in specs/refusals.md: {stale:#?}");
}

#[test]
fn the_reader_of_enums_sees_each_form_of_a_variant() {
    let text = "pub enum SampleError {\n    /// A doc.\n    #[error(\"x\")]\n    One,\n    #[error(\n        \"{x}\"\n    )]\n    Two(u8),\n    Three {\n        Field: u8,\n    },\n}\npub enum Other {\n    No,\n}\n";
    let names: Vec<String> = refusals_of(text).into_iter().collect();
    assert_eq!(
        names,
        ["SampleError::One", "SampleError::Three", "SampleError::Two"]
    );
}
