//! What the commands of the node print for people, in both languages, where no node runs: success and refusal.
//! Knows the command line only; what differs from run to run is redacted.
//! Specified in specs/interfaces.md.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops where its own input is wrong"
)]
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// 2026-11-24T02:00:10Z.
const NOW: u64 = 1_795_485_610;
const ORIGIN: &str = "office.example/log";

struct Told<'a> {
    folder: &'a Path,
    lang: &'a str,
    text: String,
}

impl Told<'_> {
    fn output(&self, home: &str, args: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_lachan-node"))
            .args(args)
            .args(["--lang", self.lang, "--clock", "clock", "--home", home])
            .current_dir(self.folder)
            .env_remove("RUST_LOG")
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let exit = output.status.code().unwrap();
        (exit, text(output.stdout), text(output.stderr))
    }

    /// Runs a command in a home, writes down what it said, and gives its standard output.
    fn run(&mut self, home: &str, args: &[&str]) -> String {
        let (exit, out, err) = self.output(home, args);
        let said = format!(
            "$ lachan-node {} --home {home}\n{out}[to standard error]\n{err}[exit {exit}]\n\n",
            args.join(" ")
        );
        self.text += &redacted(&said);
        out
    }

    /// The code of a refusal.
    fn code(&self, home: &str, args: &[&str]) -> String {
        let (exit, out, _) = self.output(home, &[args, &["--json"]].concat());
        assert_eq!(exit, 2, "{out}");
        let start = out.find("\"code\":\"").unwrap() + 8;
        out[start..].split('"').next().unwrap().to_owned()
    }
}

/// Keys and ids are not the same in two runs.
fn redacted(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_inclusive([' ', '\n']) {
        let core = word.trim_end().trim_end_matches(['.', ',', ';', ')']);
        let is_id = core.len() >= 16 && core.chars().all(|c| c.is_ascii_hexdigit());
        let name = match core.split_once('+') {
            Some((name, rest)) if rest.len() > 40 => format!("{name}+KEY"),
            _ if is_id => "ID".into(),
            _ if core.starts_with("2026-11-24T02:0") => "NOW".into(),
            _ if core.starts_with("12D3Koo") => "PEER".into(),
            _ => core.into(),
        };
        out.push_str(&name);
        out.push_str(&word[core.len()..]);
    }
    out
}

fn life(lang: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let system = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    fs::write(
        dir.path().join("clock"),
        format!("{}", NOW as i64 - system as i64),
    )
    .unwrap();
    let mut told = Told {
        folder: dir.path(),
        lang,
        text: String::new(),
    };
    let init = [
        "init",
        "office",
        "--test-clock",
        "--listen",
        "/ip4/127.0.0.1/tcp/0",
        "--origin",
        ORIGIN,
        "--name-vi",
        "Trung tâm Y tế",
        "--name-en",
        "Health Centre",
        "--region",
        "1",
        "--phone",
        "1900 0000",
    ];
    told.run("office", &["status"]);
    told.run("office", &init);
    told.run("office", &init);
    let root = told.run("office", &["trust", "root", "--out", "root.key"]);
    let vkey = root
        .split_whitespace()
        .find(|word| word.starts_with("lachan-root+"));
    let vkey = vkey
        .expect("the root's vkey is told")
        .trim_end_matches(['.', ','])
        .to_owned();
    told.run("office", &["trust", "root", "--out", "root.key"]);
    told.run("office", &["run"]);
    let sign = |authority| {
        [
            "trust",
            "sign",
            "--root-key",
            "root.key",
            "--sequence",
            "1",
            "--until",
            "2027-11-24T00:00:00Z",
            "--authority",
            authority,
            "--out",
            "trust.txt",
        ]
    };
    told.run("office", &sign("clock"));
    told.run("office", &sign("office/authority.txt"));
    told.run(
        "office",
        &["trust", "install", "--trust", "clock", "--root", &vkey],
    );
    told.run(
        "office",
        &["trust", "install", "--trust", "trust.txt", "--root", &vkey],
    );
    told.run("office", &["status"]);
    told.run(
        "relay",
        &[
            "init",
            "relay",
            "--test-clock",
            "--listen",
            "/ip4/127.0.0.1/tcp/0",
        ],
    );
    told.run("relay", &["repair"]);
    // the same by their codes
    let code = |home: &str, args: &[&str]| told.code(home, args);
    assert_eq!(code("nowhere", &["status"]), "Home::Absent");
    assert_eq!(code("clock", &init), "Home::Io");
    assert_eq!(code("relay", &["repair"]), "Repair::NoStore");
    assert_eq!(code("relay", &["run"]), "Trust::Absent");
    assert_eq!(code("office", &["status"]), "Control::NotRunning");
    fs::write(dir.path().join("office/keys/network"), b"short").unwrap();
    let refused = code("office", &["run"]);
    assert!(
        ["Net::BadKey", "Key::Damaged"].contains(&refused.as_str()),
        "{refused}"
    );
    // another office than those on the list
    let other: Vec<&str> = init
        .iter()
        .map(|word| {
            if *word == ORIGIN {
                "other.example/log"
            } else {
                word
            }
        })
        .collect();
    told.output("other", &other);
    told.output(
        "other",
        &["trust", "install", "--trust", "trust.txt", "--root", &vkey],
    );
    assert_eq!(code("other", &["run"]), "Trust::Unlisted");
    told.text
}

#[test]
fn a_life_in_english() {
    insta::assert_snapshot!(life("en"));
}

#[test]
fn a_life_in_vietnamese() {
    insta::assert_snapshot!(life("vi"));
}
