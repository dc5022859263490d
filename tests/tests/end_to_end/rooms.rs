//! The architecture: each line stands in its room, each file says what it is, version floors hold.
//! Knows folders and words; does not know what the code does.
//! Specified in CONTRIBUTING.md, "Where a line belongs".

use std::path::{Path, PathBuf};

/// The longest file that can be read in one sitting.
const MOST_LINES: usize = 500;

/// (folder or file, words that must not stand in it).
const ROOMS: &[(&str, &[&str])] = &[
    (
        "protocol/src",
        &[
            "std::",
            "tokio",
            "sled",
            "libp2p",
            "HashMap",
            "SystemTime",
            "rand::rng",
            "f64",
            "f32",
        ],
    ),
    ("protocol/src/crypto", &["venue", "visit", "Venue", "Visit"]),
    ("client/src/citizen", CORE),
    ("client/src/venue", CORE),
    ("node/src/office", CORE),
    ("node/src/gossip", CORE),
    (
        "protocol/store/src",
        &["lachan_protocol", "libp2p", "tokio"],
    ),
    ("protocol/link/src", &["sled", "SigningKey", "KeyShare"]),
    (
        "protocol/shell/src",
        &["sled", "libp2p", "tokio", "Signing"],
    ),
    ("client/src/cli", &["sled::", "libp2p::"]),
];

/// What a core must not touch: the world.
const CORE: &[&str] = &[
    "async fn",
    "tokio",
    "libp2p",
    "sled",
    "std::fs",
    "std::net",
    "std::time",
    "std::thread",
    "tracing::",
    "println!",
    "rand::rng",
    "SystemTime",
];

/// (crate, lowest version, why): what RustSec does not list stands here.
const FLOORS: &[(&str, &str, &str)] = &[
    ("libp2p", "0.57.1", "the versions below come with it"),
    ("libp2p-gossipsub", "0.50.1", "PRUNE backoff overflow"),
    ("yamux", "0.13.10", "window overflow"),
    ("ring", "0.17.14", "AES panic in 0.17.13 and before"),
    (
        "curve25519-dalek",
        "4.1.3",
        "RUSTSEC-2024-0344: timing of scalar subtraction",
    ),
];

/// The only file that may have unsafe code: the instructions of AVX-512.
const UNSAFE: &str = "protocol/eight/src/ifma.rs";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source file is UTF-8");
                files.push((path, text));
            }
        }
    }
    files.sort();
    files
}

/// The code of a file without comments and without the tests at its bottom.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn is_test(path: &Path) -> bool {
    path.file_stem()
        .is_some_and(|stem| stem.to_string_lossy().contains("test"))
        || path.components().any(|part| part.as_os_str() == "tests")
}

fn offences(folder: &str, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in sources(folder) {
        if is_test(path.strip_prefix(root()).unwrap_or(&path)) {
            continue;
        }
        let code = code(&text);
        for word in words {
            if code.contains(word) {
                found.push(format!("{}: «{word}»", path.display()));
            }
        }
    }
    found
}

#[test]
fn each_line_stands_in_its_room() {
    let found: Vec<String> = ROOMS
        .iter()
        .flat_map(|(folder, words)| offences(folder, words))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_rooms_test_notices_an_offence() {
    assert!(!offences("node/src", &["tokio"]).is_empty());
    for (folder, _) in ROOMS {
        assert!(
            !sources(folder).is_empty(),
            "{folder} is gone: mend the table"
        );
    }
}

#[test]
fn each_file_says_what_it_is_and_can_be_read_in_one_sitting() {
    let mut found = Vec::new();
    for folder in [
        "protocol/src",
        "protocol/eight/src",
        "protocol/store/src",
        "protocol/link/src",
        "protocol/shell/src",
        "client/src",
        "node/src",
        "tests/src",
    ] {
        for (path, text) in sources(folder) {
            let head: Vec<&str> = text
                .lines()
                .take_while(|line| line.starts_with("//!"))
                .collect();
            if head.len() < 2 {
                found.push(format!("{}: no head", path.display()));
            }
            if text.lines().count() > MOST_LINES {
                found.push(format!(
                    "{}: {} lines",
                    path.display(),
                    text.lines().count()
                ));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn unsafe_code_stands_in_one_file_only() {
    let mut found: Vec<PathBuf> = sources(".")
        .into_iter()
        .filter(|(path, text)| !path.components().any(is_built) && code(text).contains("unsafe"))
        .map(|(path, _)| path)
        .collect();
    // This test itself only has the word.
    found.retain(|path| !path.ends_with("tests/tests/end_to_end/rooms.rs"));
    assert_eq!(found, [root().join(".").join(UNSAFE)]);
}

fn is_built(part: std::path::Component<'_>) -> bool {
    ["target", "node_modules"]
        .iter()
        .any(|folder| part.as_os_str() == *folder)
}

/// The lines of a table of lints, up to the next table.
fn lints<'a>(text: &'a str, table: &str) -> Vec<&'a str> {
    text.lines()
        .skip_while(|line| *line != table)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.is_empty())
        .collect()
}

#[test]
fn every_crate_has_the_workspaces_lints_and_one_denies_what_the_others_forbid() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).expect("a manifest");
    let workspace = read("Cargo.toml");
    let own = read("protocol/eight/Cargo.toml");
    for tool in ["rust", "clippy"] {
        let mut wanted = lints(&workspace, &format!("[workspace.lints.{tool}]"));
        assert!(!wanted.is_empty(), "the workspace's table of lints is gone");
        for line in &mut wanted {
            if *line == r#"unsafe_code = "forbid""# {
                *line = r#"unsafe_code = "deny""#;
            }
        }
        assert_eq!(lints(&own, &format!("[lints.{tool}]")), wanted);
    }
    for member in workspace
        .lines()
        .find_map(|line| line.strip_prefix("members = ["))
        .expect("the members in one line")
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|member| *member != "protocol/eight")
    {
        let manifest = read(&format!("{member}/Cargo.toml"));
        assert!(manifest.contains("[lints]\nworkspace = true"), "{member}");
    }
}

#[test]
fn version_floors_hold_in_the_lock_file() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).expect("the lock file");
    for (name, floor, why) in FLOORS {
        let versions: Vec<Vec<u64>> = lock
            .split("[[package]]")
            .filter(|package| package.contains(&format!("\nname = \"{name}\"\n")))
            .filter_map(|package| package.split("version = \"").nth(1)?.split('"').next())
            .map(numbers)
            .collect();
        assert!(
            !versions.is_empty(),
            "{name} is not in the lock file: mend the table"
        );
        for version in versions {
            assert!(
                version >= numbers(floor),
                "{name} {version:?} is below {floor}: {why}"
            );
        }
    }
}

fn numbers(version: &str) -> Vec<u64> {
    version
        .split(['.', '-', '+'])
        .map_while(|part| part.parse().ok())
        .collect()
}
