//! The venue's commands as people type them: help in both languages, and what is said when nothing is there yet.
//! Knows the parser's public door and the program.
//! Specified in specs/protocol.md §12.

use crate::kit::World;
use lachan_client::cli::args::parse;
use lachan_client::messages::Lang;
use lachan_shell::arguments::Parsed;
use std::ffi::OsString;

fn help(command: &str, lang: Lang) -> String {
    let words = ["lachan", "venue", command, "--help"].into_iter();
    let words: Vec<OsString> = words
        .filter(|word| !word.is_empty())
        .map(OsString::from)
        .collect();
    match parse(&words, lang).unwrap() {
        Parsed::Text(text) => format!("$ lachan venue {command} --help\n{text}\n"),
        Parsed::Command(..) => panic!("--help runs no command"),
    }
}

fn all(lang: Lang) -> String {
    let commands = [
        "", "register", "show", "requests", "approve", "decline", "status",
    ];
    commands.iter().map(|command| help(command, lang)).collect()
}

#[test]
fn venue_help_in_english() {
    insta::assert_snapshot!(all(Lang::En));
}

#[test]
fn venue_help_in_vietnamese() {
    insta::assert_snapshot!(all(Lang::Vi));
}

#[test]
fn a_kind_that_is_not_known_is_told_which_there_are() {
    let world = World::new();
    world.init("owner");
    let told = |kind: &str, lang: &str| {
        let words = ["venue", "register", "--schedule", "screen", "--name", "Phở"];
        let more = ["--kind", kind, "--lang", lang];
        world.run_with("owner", &[&words[..], &more].concat(), "")
    };
    let en = told("castle", "en").stderr;
    assert!(en.contains("place of worship"), "{en}");
    let vi = told("castle", "vi").stderr;
    assert!(vi.contains("cơ sở tôn giáo"), "{vi}");
    // Control: one of the names of a kind goes on to the network.
    for kind in ["quán ăn", "Quán-Ăn", "nhà hàng", "restaurant"] {
        let en = told(kind, "en").stderr;
        assert!(en.contains("No node to ask"), "{en}");
    }
}

#[test]
fn refuses_by_name_what_cannot_be_done() {
    let world = World::new();
    world.init("owner");
    let empty = world.run("owner", &["venue", "status"]).data();
    assert_eq!(empty["plans"], serde_json::json!([]));
    let empty = world.run("owner", &["venue", "requests"]).data();
    assert_eq!(empty["requests"], serde_json::json!([]));
    let shown = world.run("owner", &["venue", "show"]);
    assert_eq!(shown.error(), "VenueTool::NoPlan");
    let approved = world.run("owner", &["venue", "approve", "00"]);
    assert_eq!(approved.error(), "VenueTool::UnknownRequest");
    let register = |more: &[&str]| {
        let words = ["venue", "register", "--schedule", "screen", "--name", "Phở"];
        world.run("owner", &[&words, more].concat()).error()
    };
    assert_eq!(register(&["--kind", "castle"]), "Usage::InvalidValue");
    assert_eq!(
        register(&["--kind", "bar", "--hours", "745"]),
        "Usage::InvalidValue"
    );
    let foreign = ["--kind", "bar", "--authority", "elsewhere.example"];
    assert_eq!(register(&foreign), "VenueTool::UnknownAuthority");
    assert_eq!(register(&["--kind", "bar"]), "Net::NoSource");
}
