//! The architecture: each line stands in its room, each file says what it is.
//! Knows folders and words; does not know what the code does.
//! Specified in CONTRIBUTING.md, "Where a line belongs".

use std::path::{Path, PathBuf};

/// The longest file that can be read in one sitting.
const MOST_LINES: usize = 500;

/// What must not stand in a folder.
struct Room {
    folder: &'static str,
    /// Files and folders below it that may.
    but: &'static [&'static str],
    words: &'static [&'static str],
}

const fn room(folder: &'static str, words: &'static [&'static str]) -> Room {
    Room {
        folder,
        but: &[],
        words,
    }
}

const ROOMS: &[Room] = &[
    room(
        "protocol/src",
        &[
            "std::",
            "tokio",
            "sled",
            "libp2p",
            "clap",
            "HashMap",
            "SystemTime",
            "rand::rng",
            "f64",
            "f32",
        ],
    ),
    room("protocol/src/crypto", &["venue", "visit", "Venue", "Visit"]),
    Room {
        folder: "protocol/src",
        but: &["protocol/src/crypto"],
        words: &["ring::", "hkdf::", "hmac::", "sha2::", "x25519_dalek"],
    },
    Room {
        folder: "protocol/src",
        but: &[
            "protocol/src/crypto/point.rs",
            "protocol/src/exposure/matching",
            "protocol/src/keys",
        ],
        words: &["curve25519_dalek"],
    },
    Room {
        folder: "protocol",
        but: &["protocol/src/wire.rs"],
        words: BINCODE,
    },
    room("client/src", BINCODE),
    room("node/src", BINCODE),
    room("client/src/citizen", CORE),
    room("client/src/venue", CORE),
    room("client/src/sync.rs", CORE),
    room("node/src/office", CORE),
    room("node/src/gossip", CORE),
    room("node/src/witness", CORE),
    room(
        "protocol/store/src",
        &["lachan_protocol", "libp2p", "tokio"],
    ),
    room("protocol/link/src", &["sled", "SigningKey", "KeyShare"]),
    room(
        "protocol/shell/src",
        &["sled", "libp2p", "tokio", "Signing"],
    ),
    room("client/src/store", &["libp2p"]),
    room("client/src/wallet", &["libp2p", "tokio"]),
    room("node/src/ledger", &["libp2p", "tokio"]),
    room("client/src/net", &["sled", "SigningKey", "KeyShare"]),
    room("node/src/net", &["sled", "SigningKey", "KeyShare"]),
    room("client/src/cli", &["sled::", "libp2p::"]),
    room("node/src/cli", &["sled::", "libp2p::"]),
    room("client/src", &["sled::"]),
    room("node/src", &["sled::"]),
    // one clock, one place that prints, no exit but main's, nothing that the compiler does not check
    Room {
        folder: "",
        but: &["protocol/shell/src/clock.rs", "tests"],
        words: &["SystemTime::now", "Zoned::now", "Timestamp::now"],
    },
    Room {
        folder: "",
        but: &[
            "protocol/shell/src/terminal.rs",
            "protocol/benches",
            "tests",
        ],
        words: &["println!", "print!", "eprintln!", "eprint!", "dbg!"],
    },
    Room {
        folder: "",
        but: &["tests"],
        words: &["process::exit"],
    },
    room("", &["todo!", "unimplemented!"]),
    // the instructions of AVX-512, each with its reason
    Room {
        folder: "",
        but: &["protocol/eight/src/ifma.rs"],
        words: &["unsafe"],
    },
];

/// Who alone calls bincode: its other settings accept what the wire refuses.
const BINCODE: &[&str] = &[
    "bincode::decode",
    "bincode::encode",
    "bincode::config",
    "bincode::serde",
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

/// (crate, packages that must not stand among its dependencies).
const CRATES: &[(&str, &[&str])] = &[
    (
        "protocol",
        &["tokio", "sled", "libp2p", "clap", "rand", "tracing"],
    ),
    ("protocol/eight", &["lachan-protocol", "tokio", "rand"]),
    (
        "protocol/store",
        &["lachan-protocol", "libp2p", "tokio", "clap"],
    ),
    ("protocol/link", &["sled", "lachan-store", "clap"]),
    ("protocol/shell", &["sled", "libp2p", "tokio"]),
    (
        "client",
        &["sled", "lachan-node", "ring", "curve25519-dalek"],
    ),
    (
        "node",
        &["sled", "lachan-client", "ring", "curve25519-dalek"],
    ),
    ("tests", &["sled", "libp2p", "lachan-client", "lachan-node"]),
];

/// Files whose matches name every refusal: a new one must not fall into a wildcard.
const WITHOUT_WILDCARDS: [&str; 4] = [
    "client/src/messages/errors/mod.rs",
    "node/src/gossip/verdict.rs",
    "node/src/messages/errors.rs",
    "protocol/shell/src/errors/mod.rs",
];

const SOURCES: [&str; 8] = [
    "protocol/src",
    "protocol/eight/src",
    "protocol/store/src",
    "protocol/link/src",
    "protocol/shell/src",
    "client/src",
    "node/src",
    "tests/src",
];

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Paths from the root and their texts: all Rust files below a folder, or one file.
pub(crate) fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let (root, mut files) = (root(), Vec::new());
    let mut waiting = vec![root.join(folder)];
    while let Some(path) = waiting.pop() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && name != "target" && !name.starts_with('.') || path == root.join("") {
            let entries = std::fs::read_dir(&path).expect("a folder of the repository");
            waiting.extend(entries.flatten().map(|entry| entry.path()));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).expect("a source file is UTF-8");
            let path = path.strip_prefix(&root).expect("below the root");
            files.push((path.to_owned(), text));
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

fn offences(room: &Room) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in sources(room.folder) {
        if is_test(&path) || room.but.iter().any(|but| path.starts_with(but)) {
            continue;
        }
        let code = code(&text);
        for word in room.words {
            if stands_in(&code, word) {
                found.push(format!("{}: «{word}»", path.display()));
            }
        }
    }
    found
}

/// Whether the word stands there and does not merely end a longer one.
fn stands_in(code: &str, word: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word)
        .any(|(at, _)| !word.starts_with(goes_on) || !code[..at].ends_with(goes_on))
}

#[test]
fn each_line_stands_in_its_room() {
    let found: Vec<String> = ROOMS.iter().flat_map(offences).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_rooms_test_notices_an_offence() {
    let control = |folder, words| !offences(&room(folder, words)).is_empty();
    assert!(control("node/src", &["tokio"]));
    assert!(
        control("", &["SystemTime::now"]),
        "what is excepted stands there"
    );
    assert!(control("", &["println!"]));
    assert!(control("protocol/src", &["ring::", "curve25519_dalek"]));
    assert!(
        control("protocol/src/wire.rs", BINCODE),
        "a room of one file"
    );
    assert!(stands_in("a ring::aead", "ring::") && !stands_in("String::new", "ring::"));
    assert!(!stands_in(
        &code("// unsafe\nfn f() {}\n#[cfg(test)]\nmod tests { unsafe }"),
        "unsafe"
    ));
    for room in ROOMS {
        for place in room.but.iter().chain([&room.folder]) {
            assert!(
                !sources(place).is_empty(),
                "{place} is gone: mend the table"
            );
        }
    }
}

/// The names in the tables of a crate's file whose names end so.
fn packages(manifest: &str, tables: &str) -> Vec<String> {
    let manifest: toml::Table = manifest.parse().expect("a manifest");
    let mut found = Vec::new();
    let mut look = |name: &str, table: &toml::Value| {
        if name.ends_with(tables) && !name.starts_with("dev-") {
            found.extend(
                table
                    .as_table()
                    .into_iter()
                    .flat_map(|table| table.keys().cloned()),
            );
        }
    };
    manifest.iter().for_each(|(name, table)| look(name, table));
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    for target in targets.into_iter().flat_map(|targets| targets.values()) {
        let tables = target.as_table().into_iter().flatten();
        tables.for_each(|(name, table)| look(name, table));
    }
    found
}

#[test]
fn each_crate_depends_on_what_its_room_allows_and_takes_the_workspaces_lints() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).expect(path);
    let workspace: toml::Table = read("Cargo.toml").parse().expect("a manifest");
    let members = workspace["workspace"]["members"]
        .as_array()
        .expect("members");
    assert_eq!(members.len(), CRATES.len(), "mend the table");
    let lints = &workspace["workspace"]["lints"];
    assert_eq!(lints["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for (name, forbidden) in CRATES {
        assert!(
            members.iter().any(|member| member.as_str() == Some(name)),
            "{name}"
        );
        let text = read(&format!("{name}/Cargo.toml"));
        let found = packages(&text, "dependencies");
        assert!(!found.is_empty(), "{name} has dependencies");
        let offending: Vec<_> = found
            .iter()
            .filter(|n| forbidden.contains(&n.as_str()))
            .collect();
        assert!(offending.is_empty(), "{name}: {offending:?}");
        let manifest: toml::Table = text.parse().expect("a manifest");
        if *name == "protocol/eight" {
            // cargo cannot change one line of an inherited table: all others are the workspace's, word for word
            let mut own = manifest["lints"].clone();
            assert_eq!(own["rust"]["unsafe_code"].as_str(), Some("deny"));
            own["rust"]["unsafe_code"] = "forbid".into();
            assert_eq!(&own, lints);
            continue;
        }
        assert_eq!(
            manifest["lints"]["workspace"].as_bool(),
            Some(true),
            "{name}"
        );
    }
    let control = "[dependencies]\na = \"1\"\n[dev-dependencies]\nb = \"1\"\n[target.'cfg(unix)'.dependencies]\nc = \"1\"";
    assert_eq!(packages(control, "dependencies"), ["a", "c"]);
}

#[test]
fn no_refusal_falls_into_a_wildcard() {
    for path in WITHOUT_WILDCARDS {
        let text = std::fs::read_to_string(root().join(path)).expect(path);
        assert!(
            text.contains("#![deny(clippy::wildcard_enum_match_arm)]"),
            "{path}"
        );
    }
    let excepted = |(path, text): (PathBuf, String)| {
        text.contains("wildcard_enum_match_arm,\n")
            .then(|| path.display().to_string())
    };
    let excepted: Vec<String> = sources("").into_iter().filter_map(excepted).collect();
    let allowed = ["protocol/shell/src/errors/system.rs"];
    assert_eq!(
        excepted, allowed,
        "error kinds of std, to which anything may be added"
    );
}

/// The lines `//!` that a file begins with.
fn head(text: &str) -> Vec<&str> {
    text.lines()
        .take_while(|line| line.starts_with("//!"))
        .collect()
}

/// What is wrong with the form of a file.
fn misshapen(text: &str) -> Option<String> {
    let head = head(text);
    let names_its_place = head.iter().any(|line| {
        line.contains("Specified in")
            && (line.contains('§') || line.contains("specs/") || line.contains(".md"))
    });
    let lines = text.lines().count();
    if head.len() < 3 {
        Some(format!("a head of {} lines", head.len()))
    } else if !names_its_place {
        Some("the head does not say where it is specified".into())
    } else if lines > MOST_LINES {
        Some(format!("{lines} lines"))
    } else {
        None
    }
}

#[test]
fn each_file_says_what_it_is_and_can_be_read_in_one_sitting() {
    let files = SOURCES.into_iter().flat_map(sources);
    let found: Vec<String> = files
        .filter_map(|(path, text)| Some(format!("{}: {}", path.display(), misshapen(&text)?)))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    let good = "//! A thing.\n//! Knows; does not know.\n//! Specified in specs/protocol.md §1.\n";
    assert_eq!(misshapen(good), None);
    assert!(misshapen(&good.replace("Specified in", "See")).is_some());
    assert!(misshapen("//! A thing.\n//! Specified in specs/protocol.md §1.\n").is_some());
    assert!(misshapen(&(good.to_owned() + &"\n".repeat(MOST_LINES))).is_some());
}

#[test]
fn test_files_have_a_head_too() {
    for folder in [
        "client/tests",
        "node/tests",
        "protocol/tests",
        "protocol/link/tests",
        "protocol/store/tests",
        "tests/tests",
    ] {
        for (path, text) in sources(folder) {
            assert!(!head(&text).is_empty(), "{}", path.display());
        }
    }
}
