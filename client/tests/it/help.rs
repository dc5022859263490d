//! The help of every command, in both languages, as people see it.
//! Knows the parser's public door.
//! Specified in specs/protocol.md §12.

use lachan_client::cli::args::{Parsed, parse};
use lachan_client::messages::Lang;
use std::ffi::OsString;

fn help(words: &[&str], lang: Lang) -> String {
    let words: Vec<OsString> = ["lachan"]
        .iter()
        .chain(words)
        .chain(&["--help"])
        .map(OsString::from)
        .collect();
    match parse(&words, lang).unwrap() {
        Parsed::Text(text) => text,
        Parsed::Command(..) => panic!("--help runs no command"),
    }
}

fn all(lang: Lang) -> String {
    let commands: [&[&str]; 9] = [
        &[],
        &["init"],
        &["check-in"],
        &["check-out"],
        &["status"],
        &["sync"],
        &["exposures"],
        &["visits"],
        &["forget"],
    ];
    commands
        .iter()
        .map(|words| {
            format!(
                "$ lachan {} --help\n{}\n",
                words.join(" "),
                help(words, lang)
            )
        })
        .collect()
}

#[test]
fn help_in_english() {
    insta::assert_snapshot!(all(Lang::En));
}

#[test]
fn help_in_vietnamese() {
    insta::assert_snapshot!(all(Lang::Vi));
}
