//! The help of every command, in both languages, as people see it.
//! Knows the parser's public door.
//! Specified in specs/protocol.md §12.

use clap::Command;
use lachan_client::cli::args::{parse, root};
use lachan_client::messages::Lang;
use lachan_shell::arguments::Parsed;
use std::ffi::OsString;

fn help(words: &[String], lang: Lang) -> String {
    let words: Vec<OsString> = [&["lachan".to_owned()], words, &["--help".to_owned()]]
        .concat()
        .into_iter()
        .map(OsString::from)
        .collect();
    match parse(&words, lang).unwrap() {
        Parsed::Text(text) => text,
        Parsed::Command(..) => panic!("--help runs no command"),
    }
}

/// How a command and all below it are called.
fn calls(command: &Command, above: &[String]) -> Vec<Vec<String>> {
    let mut all = vec![above.to_vec()];
    for below in command.get_subcommands() {
        let words = [above, &[below.get_name().to_owned()]].concat();
        all.extend(calls(below, &words));
    }
    all
}

fn all(lang: Lang) -> String {
    calls(&root(lang), &[])
        .iter()
        .map(|words| {
            let call = [&["lachan".to_owned()], words.as_slice()]
                .concat()
                .join(" ");
            format!("$ {call} --help\n{}\n", help(words, lang))
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
