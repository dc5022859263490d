//! The command line in one language: commands, options, helps.
//! Knows clap's builder; does not know what the commands do.
//! Specified in specs/interfaces.md.

use super::super::UsageError;
use crate::config::Role;
use crate::messages::help::Help;
use crate::messages::{Lang, Speak};
use clap::{Arg, ArgAction, Command as Clap, value_parser};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::id::CodeId;
use lachan_protocol::time::UnixTime;
use std::path::PathBuf;

const PROGRAM: &str = "lachan-node";

/// The whole command line in one language.
#[must_use]
pub fn root(lang: Lang) -> Clap {
    let root = Clap::new(PROGRAM)
        .about(Help::About.say(lang))
        .after_help(Help::ExamplesRoot.say(lang))
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg(
            path("home", "DIR", Help::ArgHome, lang)
                .env("LACHAN_NODE_HOME")
                .display_order(100),
        )
        .arg(path("clock", "FILE", Help::ArgClock, lang).display_order(101))
        .arg(
            option("lang", "vi|en", Help::ArgLang, lang)
                .value_parser(["vi", "en"])
                .display_order(102),
        )
        .arg(flag("json", Help::ArgJson, lang).display_order(103))
        .mut_args(|arg| arg.global(true).help_heading(Help::HeadingGlobal.say(lang)))
        .subcommands([
            init(lang),
            trust(lang),
            command("run", Help::Run, lang).arg(flag(
                "until-stdin-closes",
                Help::ArgUntilStdin,
                lang,
            )),
            command("status", Help::Status, lang),
            command("publish", Help::Publish, lang),
            release(lang),
        ]);
    localise(root, PROGRAM, lang)
}

fn init(lang: Lang) -> Clap {
    let many = |name, value, help| option(name, value, help, lang).action(ArgAction::Append);
    command("init", Help::Init, lang)
        .after_help(Help::ExamplesInit.say(lang))
        .arg(
            Arg::new("role")
                .value_name("ROLE")
                .required(true)
                .num_args(1..)
                .value_parser(|text: &str| text.parse::<Role>())
                .help(Help::ArgRole.say(lang))
                .help_heading(Help::HeadingArguments.say(lang)),
        )
        .arg(many("listen", "MULTIADDR", Help::ArgListen))
        .arg(many("peer", "MULTIADDR", Help::ArgPeer))
        .arg(many("office-at", "MULTIADDR", Help::ArgOfficeAt))
        .arg(path("trust", "FILE", Help::ArgTrust, lang).requires("root"))
        .arg(option("root", "VKEY", Help::ArgRoot, lang).requires("trust"))
        .arg(option("origin", "NAME", Help::ArgOrigin, lang))
        .arg(option("name-vi", "TEXT", Help::ArgNameVi, lang))
        .arg(option("name-en", "TEXT", Help::ArgNameEn, lang))
        .arg(many("region", "N", Help::ArgRegion).value_parser(value_parser!(u16)))
        .arg(option("phone", "TEXT", Help::ArgPhone, lang))
        .arg(flag("test-clock", Help::ArgTestClock, lang))
}

fn trust(lang: Lang) -> Clap {
    command("trust", Help::Trust, lang)
        .subcommand_required(true)
        .subcommands([
            command("root", Help::TrustRoot, lang)
                .arg(path("out", "FILE", Help::ArgOutKey, lang).required(true)),
            command("sign", Help::TrustSign, lang)
                .after_help(Help::ExamplesSign.say(lang))
                .arg(path("root-key", "FILE", Help::ArgRootKey, lang).required(true))
                .arg(
                    option("sequence", "N", Help::ArgSequence, lang)
                        .required(true)
                        .value_parser(value_parser!(u64)),
                )
                .arg(time("until", Help::ArgUntil, lang))
                .arg(
                    path("authority", "FILE", Help::ArgAuthority, lang)
                        .required(true)
                        .action(ArgAction::Append),
                )
                .arg(path("out", "FILE", Help::ArgOutList, lang).required(true)),
            command("install", Help::TrustInstall, lang)
                .arg(path("trust", "FILE", Help::ArgTrust, lang).required(true))
                .arg(option("root", "VKEY", Help::ArgRoot, lang).required(true)),
        ])
}

fn release(lang: Lang) -> Clap {
    command("release", Help::Release, lang)
        .subcommand_required(true)
        .subcommands([
            command("request", Help::ReleaseRequest, lang)
                .after_help(Help::ExamplesRequest.say(lang))
                .arg(
                    option("venue", "CODEID", Help::ArgVenue, lang)
                        .required(true)
                        .value_parser(parse_venue),
                )
                .arg(time("from", Help::ArgFrom, lang))
                .arg(time("to", Help::ArgTo, lang))
                .arg(option("advice", "N", Help::ArgAdvice, lang).value_parser(parse_advice)),
            command("list", Help::ReleaseList, lang),
        ])
}

fn command(name: &'static str, help: Help, lang: Lang) -> Clap {
    Clap::new(name).about(help.say(lang))
}

fn option(name: &'static str, value: &'static str, help: Help, lang: Lang) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(value)
        .help(help.say(lang))
        .hide_env(true)
        .hide_possible_values(true)
}

fn path(name: &'static str, value: &'static str, help: Help, lang: Lang) -> Arg {
    option(name, value, help, lang).value_parser(value_parser!(PathBuf))
}

fn time(name: &'static str, help: Help, lang: Lang) -> Arg {
    option(name, "T", help, lang)
        .required(true)
        .value_parser(parse_time)
}

fn flag(name: &'static str, help: Help, lang: Lang) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(help.say(lang))
}

fn bad(argument: &str, value: &str) -> UsageError {
    UsageError::InvalidValue {
        argument: argument.into(),
        value: value.into(),
    }
}

fn parse_venue(text: &str) -> Result<CodeId, UsageError> {
    CodeId::from_hex(text).ok_or_else(|| bad("--venue", text))
}

fn parse_advice(text: &str) -> Result<Advice, UsageError> {
    let number = text.parse().ok();
    number
        .and_then(Advice::from_u8)
        .ok_or_else(|| bad("--advice", text))
}

/// A time as RFC 3339 or in unix seconds.
pub(super) fn parse_time(text: &str) -> Result<UnixTime, UsageError> {
    if let Ok(seconds) = text.parse() {
        return Ok(UnixTime(seconds));
    }
    let time: jiff::Timestamp = text.parse().map_err(|_| bad("T", text))?;
    u64::try_from(time.as_second())
        .map(UnixTime)
        .map_err(|_| bad("T", text))
}

/// Puts clap's own words into the language, for a command and all below it. `called` is how it is called.
fn localise(command: Clap, called: &str, lang: Lang) -> Clap {
    let names: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    let options = Help::HeadingOptions.say(lang);
    let template = format!(
        "{{about}}\n\n{}: {{usage}}\n\n{{all-args}}{{after-help}}",
        Help::HeadingUsage.say(lang)
    );
    let mut command = command
        .bin_name(called)
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .term_width(100)
        .subcommand_help_heading(Help::HeadingCommands.say(lang))
        .subcommand_value_name(Help::WordCommand.say(lang))
        .help_template(template)
        .mut_args(|arg| match arg.get_help_heading() {
            None => arg.help_heading(options.clone()),
            Some(_) => arg,
        })
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help(Help::ArgHelp.say(lang))
                .display_order(104)
                .help_heading(Help::HeadingGlobal.say(lang)),
        );
    if called == PROGRAM {
        command = command.arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help(Help::ArgVersion.say(lang))
                .display_order(105)
                .help_heading(Help::HeadingGlobal.say(lang)),
        );
    }
    for name in names {
        let below = format!("{called} {name}");
        command = command.mut_subcommand(name, |sub| localise(sub, &below, lang));
    }
    let usage = command.clone().render_usage().to_string();
    let words = format!("[{}]", Help::WordOptions.say(lang));
    let usage = usage
        .strip_prefix("Usage: ")
        .unwrap_or(&usage)
        .replace("[OPTIONS]", &words);
    command.override_usage(usage)
}
