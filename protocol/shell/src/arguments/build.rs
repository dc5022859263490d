//! Pieces of the command line: options, flags, arguments, times, and clap's own words in both languages.
//! Knows clap; does not know which command has which option.
//! Specified in specs/protocol.md §12.

use super::UsageError;
use crate::words::{Lang, Speak};
use clap::{Arg, ArgAction, Command as Clap, value_parser};
use lachan_protocol::time::UnixTime;
use std::path::PathBuf;

/// What a program adds to the frame that all command lines share.
#[derive(Debug)]
pub struct Frame<H> {
    /// What the program is.
    pub about: H,
    /// The help of `--home`.
    pub home: H,
    /// How the program is called.
    pub program: &'static str,
    /// The environment variable that names the home.
    pub variable: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl<H: Speak> Frame<H> {
    /// The whole command line: the options of all commands, and these commands, in one language.
    #[must_use]
    pub fn around(self, commands: impl IntoIterator<Item = Clap>, lang: Lang) -> Clap {
        let root = Clap::new(self.program)
            .about(self.about.say(lang))
            .version(self.version)
            .subcommand_required(true)
            .arg(
                path("home", "DIR", self.home, lang)
                    .env(self.variable)
                    .display_order(100),
            )
            .arg(path("clock", "FILE", Word::Clock, lang).display_order(101))
            .arg(
                option("lang", "vi|en", Word::Lang, lang)
                    .value_parser(["vi", "en"])
                    .display_order(102),
            )
            .arg(flag("json", Word::Json, lang).display_order(103))
            .mut_args(|arg| arg.global(true).help_heading(Word::Global.of(lang)))
            .subcommands(commands);
        localise(root, self.program, lang).arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help(Word::Version.of(lang))
                .display_order(105)
                .help_heading(Word::Global.of(lang)),
        )
    }
}

/// A command with its help.
#[must_use]
pub fn command(name: &'static str, help: impl Speak, lang: Lang) -> Clap {
    Clap::new(name).about(help.say(lang))
}

/// `--name VALUE`
#[must_use]
pub fn option(name: &'static str, value: &'static str, help: impl Speak, lang: Lang) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(value)
        .help(help.say(lang))
        .hide_env(true)
        .hide_possible_values(true)
}

/// `--name PATH`
#[must_use]
pub fn path(name: &'static str, value: &'static str, help: impl Speak, lang: Lang) -> Arg {
    option(name, value, help, lang).value_parser(value_parser!(PathBuf))
}

/// `--name T`
#[must_use]
pub fn time(name: &'static str, help: impl Speak, lang: Lang) -> Arg {
    option(name, "T", help, lang).value_parser(parse_time)
}

/// `--name`
#[must_use]
pub fn flag(name: &'static str, help: impl Speak, lang: Lang) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(help.say(lang))
}

/// `--passphrase-file FILE`: where a passphrase stands, when no person types it.
#[must_use]
pub fn passphrase_file(lang: Lang) -> Arg {
    path("passphrase-file", "FILE", Word::PassphraseFile, lang)
}

/// `--test-clock` of `init`.
#[must_use]
pub fn test_clock(lang: Lang) -> Arg {
    flag("test-clock", Word::TestClock, lang)
}

/// A word without a name, which must be there.
#[must_use]
pub fn positional(name: &'static str, value: &'static str, help: impl Speak, lang: Lang) -> Arg {
    Arg::new(name)
        .value_name(value)
        .required(true)
        .help(help.say(lang))
        .help_heading(Word::Arguments.of(lang))
}

/// A time as RFC 3339 or in unix seconds.
///
/// # Errors
/// A text that is neither; clap names the argument.
pub fn parse_time(text: &str) -> Result<UnixTime, UsageError> {
    let bad = || UsageError::invalid("T", text);
    if let Ok(seconds) = text.parse() {
        return Ok(UnixTime(seconds));
    }
    let time: jiff::Timestamp = text.parse().map_err(|_| bad())?;
    u64::try_from(time.as_second())
        .map(UnixTime)
        .map_err(|_| bad())
}

/// Puts clap's own words into the language, for a command and all below it. `called` is how it is called.
fn localise(command: Clap, called: &str, lang: Lang) -> Clap {
    let names: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    let options = Word::Options.of(lang);
    let mut command = command
        .bin_name(called)
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .term_width(100)
        .subcommand_help_heading(Word::Commands.of(lang))
        .subcommand_value_name(Word::Command.of(lang))
        .help_template(format!(
            "{{about}}\n\n{}: {{usage}}\n\n{{all-args}}{{after-help}}",
            Word::Usage.of(lang)
        ))
        .mut_args(|arg| {
            if arg.get_help_heading().is_none() {
                arg.help_heading(options)
            } else {
                arg
            }
        })
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help(Word::Help.of(lang))
                .display_order(104)
                .help_heading(Word::Global.of(lang)),
        );
    for name in names {
        let below = format!("{called} {name}");
        command = command.mut_subcommand(name, |sub| localise(sub, &below, lang));
    }
    // On a copy: rendering builds a command, and a built one no longer takes the options of all commands.
    let usage = command.clone().render_usage().to_string();
    let usage = usage
        .strip_prefix("Usage: ")
        .unwrap_or(&usage)
        .replace("[OPTIONS]", &format!("[{}]", Word::SomeOptions.of(lang)));
    command.override_usage(usage)
}

/// A fixed text of every help: headings, words of a usage line, and options that both programs have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// Over arguments without a name.
    Arguments,
    /// `--clock`
    Clock,
    /// For a command in a usage line.
    Command,
    /// Over commands.
    Commands,
    /// Over options that all commands have.
    Global,
    /// `--help`
    Help,
    /// `--json`
    Json,
    /// `--lang`
    Lang,
    /// Over options.
    Options,
    /// `--passphrase-file`
    PassphraseFile,
    /// For options in a usage line.
    SomeOptions,
    /// `--test-clock`
    TestClock,
    /// Before the usage line.
    Usage,
    /// `--version`
    Version,
}

impl Word {
    /// The word in this language.
    #[must_use]
    pub fn of(self, lang: Lang) -> &'static str {
        let (vi, en) = match self {
            Self::Arguments => ("Tham số", "Arguments"),
            Self::Clock => (
                "Đồng hồ thử nghiệm: tệp chứa độ lệch tính bằng giây",
                "A test clock: a file with an offset in seconds",
            ),
            Self::Command => ("LỆNH", "COMMAND"),
            Self::Commands => ("Lệnh", "Commands"),
            Self::Global => ("Tuỳ chọn của mọi lệnh", "Options of all commands"),
            Self::Help => ("Hiện trợ giúp này", "Show this help"),
            Self::Json => (
                "Trả lời bằng một đối tượng JSON",
                "Answer with one JSON object",
            ),
            Self::Lang => ("Ngôn ngữ: vi hoặc en", "Language: vi or en"),
            Self::Options => ("Tuỳ chọn", "Options"),
            Self::PassphraseFile => (
                "Tệp có mật khẩu ở dòng đầu; không có thì hỏi trên màn hình",
                "A file with the passphrase in its first line; without it a person is asked",
            ),
            Self::SomeOptions => ("TUỲ CHỌN", "OPTIONS"),
            Self::TestClock => (
                "Tạo thư mục thử nghiệm, nghe theo --clock",
                "Make a home for tests, which obeys --clock",
            ),
            Self::Usage => ("Cách dùng", "Usage"),
            Self::Version => ("Hiện phiên bản", "Show the version"),
        };
        lang.choose(vi, en)
    }
}

impl Speak for Word {
    fn en(&self) -> String {
        self.of(Lang::En).to_owned()
    }

    fn vi(&self) -> String {
        self.of(Lang::Vi).to_owned()
    }
}
