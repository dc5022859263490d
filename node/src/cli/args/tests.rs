//! Tests of the arguments: what is understood, and how each help reads in both languages.
//! Knows the module's public doors.
//! Specified in specs/interfaces.md.

use super::*;

fn parse_words(words: &[&str]) -> Result<Command, UsageError> {
    let args: Vec<OsString> = std::iter::once(&"lachan-node")
        .chain(words)
        .map(OsString::from)
        .collect();
    match parse(&args, Lang::En)? {
        Parsed::Command(_, command) => Ok(command),
        Parsed::Text(text) => panic!("{text}"),
    }
}

fn help(words: &[&str], lang: Lang) -> String {
    let args: Vec<OsString> = std::iter::once(&"lachan-node")
        .chain(words)
        .chain(&["--help"])
        .map(OsString::from)
        .collect();
    match parse(&args, lang) {
        Ok(Parsed::Text(text)) => text,
        other => panic!("{other:?}"),
    }
}

const COMMANDS: [&[&str]; 14] = [
    &[],
    &["init"],
    &["publish"],
    &["release"],
    &["release", "list"],
    &["release", "request"],
    &["repair"],
    &["rotate-key"],
    &["run"],
    &["status"],
    &["trust"],
    &["trust", "install"],
    &["trust", "root"],
    &["trust", "sign"],
];

#[test]
fn helps_read_as_kept_in_both_languages() {
    for lang in [Lang::Vi, Lang::En] {
        let all: Vec<String> = COMMANDS
            .iter()
            .map(|words| {
                format!(
                    "$ lachan-node {} --help\n{}",
                    words.join(" "),
                    help(words, lang)
                )
            })
            .collect();
        insta::assert_snapshot!(format!("help_{}", lang.code()), all.join("\n"));
    }
}

#[test]
fn each_help_has_an_example_of_its_own_command() {
    for words in COMMANDS {
        let wanted = format!("lachan-node {}", words.join(" "));
        for lang in [Lang::Vi, Lang::En] {
            let text = help(words, lang);
            let (_, examples) = text
                .split_once(lang.choose("\nVí dụ", "\nExample"))
                .unwrap_or_else(|| panic!("no example: {words:?}"));
            let named = examples.contains(wanted.trim_end());
            assert!(named, "{words:?}: {examples}");
        }
    }
}

#[test]
fn an_office_needs_what_stands_on_the_trust_list() {
    let office = [
        "init",
        "office",
        "--origin",
        "log.example",
        "--name-vi",
        "Hà Nội",
        "--name-en",
        "Hanoi",
        "--region",
        "1",
        "--region",
        "2",
        "--phone",
        "1900",
    ];
    let Ok(Command::Init(args)) = parse_words(&office) else {
        panic!("understood");
    };
    assert_eq!(args.roles, [Role::Office]);
    let authority = args.authority.unwrap();
    assert_eq!(authority.regions, [Region(1), Region(2)]);
    assert_eq!(
        parse_words(&office[..12]),
        Err(UsageError::MissingArgument("--phone".into()))
    );
    assert!(parse_words(&["init", "palace"]).is_err());
    assert!(parse_words(&["init", "relay", "--trust", "x"]).is_err());
}

#[test]
fn times_are_rfc_3339_or_unix_seconds() {
    let id = "00112233445566778899aabbccddeeff";
    let request = |from: &str| {
        parse_words(&[
            "release",
            "request",
            "--venue",
            id,
            "--from",
            from,
            "--to",
            "1764000000",
        ])
    };
    let Ok(Command::ReleaseRequest(args)) = request("2026-11-24T09:10:00Z") else {
        panic!("understood");
    };
    assert_eq!(args.from, UnixTime(1_795_511_400));
    assert_eq!(args.to, UnixTime(1_764_000_000));
    assert!(request("yesterday").is_err());
}
