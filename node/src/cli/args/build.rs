//! The command line in one language: commands, options, helps.
//! Knows clap's builder; does not know what the commands do.
//! Specified in specs/interfaces.md.

use crate::config::{Config, Role};
use crate::messages::help::Help;
use crate::messages::{Lang, Speak};
use clap::{ArgAction, Command as Clap, value_parser};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::id::CodeId;
use lachan_shell::arguments::{
    Frame, UsageError, command, flag, option, passphrase_file, path, positional, test_clock, time,
};
use lachan_shell::home::Settings;

/// The whole command line in one language.
#[must_use]
pub fn root(lang: Lang) -> Clap {
    let frame = Frame {
        about: Help::About,
        home: Help::ArgHome,
        program: Config::LAYOUT.program,
        variable: Config::LAYOUT.variable,
        version: env!("CARGO_PKG_VERSION"),
    };
    let commands = [
        init(lang),
        trust(lang),
        command("run", Help::Run, lang)
            .after_help(Help::ExamplesRun.say(lang))
            .arg(flag("until-stdin-closes", Help::ArgUntilStdin, lang)),
        command("status", Help::Status, lang).after_help(Help::ExamplesStatus.say(lang)),
        command("publish", Help::Publish, lang).after_help(Help::ExamplesPublish.say(lang)),
        release(lang),
        command("revoke", Help::Revoke, lang)
            .after_help(Help::ExamplesRevoke.say(lang))
            .arg(
                option("venue", "CODEID", Help::ArgVenue, lang)
                    .required(true)
                    .value_parser(parse_venue),
            )
            .arg(time("from", Help::ArgRevokedFrom, lang).required(true))
            .arg(flag("foreign", Help::ArgForeign, lang)),
        command("repair", Help::Repair, lang)
            .after_help(Help::ExamplesRepair.say(lang))
            .arg(flag("accept-rollback", Help::ArgAcceptRollback, lang)),
        command("doctor", Help::Doctor, lang).after_help(Help::ExamplesDoctor.say(lang)),
        command("backup", Help::Backup, lang)
            .after_help(Help::ExamplesBackup.say(lang))
            .arg(path("out", "FILE", Help::ArgOutBackup, lang).required(true))
            .arg(passphrase_file(lang)),
        command("restore", Help::Restore, lang)
            .after_help(Help::ExamplesRestore.say(lang))
            .arg(path("from", "FILE", Help::ArgRestoreFrom, lang).required(true))
            .arg(passphrase_file(lang)),
        command("catch-up", Help::CatchUp, lang)
            .after_help(Help::ExamplesCatchUp.say(lang))
            .arg(option("from", "MULTIADDR", Help::ArgCatchUpFrom, lang).action(ArgAction::Append))
            .arg(flag("despite-silent", Help::ArgDespiteSilent, lang)),
        command("rotate-key", Help::RotateKey, lang).after_help(Help::ExamplesRotateKey.say(lang)),
    ];
    frame
        .around(commands, lang)
        .after_help(Help::ExamplesRoot.say(lang))
}

fn init(lang: Lang) -> Clap {
    let many = |name, value, help| option(name, value, help, lang).action(ArgAction::Append);
    command("init", Help::Init, lang)
        .after_help(Help::ExamplesInit.say(lang))
        .arg(
            positional("role", "ROLE", Help::ArgRole, lang)
                .num_args(1..)
                .value_parser(|text: &str| text.parse::<Role>()),
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
        .arg(test_clock(lang))
}

fn trust(lang: Lang) -> Clap {
    command("trust", Help::Trust, lang)
        .after_help(Help::ExamplesTrust.say(lang))
        .subcommand_required(true)
        .subcommands([
            command("root", Help::TrustRoot, lang)
                .after_help(Help::ExamplesTrustRoot.say(lang))
                .arg(path("out", "FILE", Help::ArgOutKey, lang).required(true)),
            command("sign", Help::TrustSign, lang)
                .after_help(Help::ExamplesSign.say(lang))
                .arg(path("root-key", "FILE", Help::ArgRootKey, lang).required(true))
                .arg(
                    option("sequence", "N", Help::ArgSequence, lang)
                        .required(true)
                        .value_parser(value_parser!(u64)),
                )
                .arg(time("until", Help::ArgUntil, lang).required(true))
                .arg(
                    path("authority", "FILE", Help::ArgAuthority, lang)
                        .required(true)
                        .action(ArgAction::Append),
                )
                .arg(path("out", "FILE", Help::ArgOutList, lang).required(true)),
            command("install", Help::TrustInstall, lang)
                .after_help(Help::ExamplesInstall.say(lang))
                .arg(path("trust", "FILE", Help::ArgTrust, lang).required(true))
                .arg(option("root", "VKEY", Help::ArgRoot, lang).required(true)),
        ])
}

fn release(lang: Lang) -> Clap {
    command("release", Help::Release, lang)
        .after_help(Help::ExamplesRelease.say(lang))
        .subcommand_required(true)
        .subcommands([
            command("request", Help::ReleaseRequest, lang)
                .after_help(format!(
                    "{}\n\n{}",
                    advice_list(lang),
                    Help::ExamplesRequest.say(lang)
                ))
                .arg(
                    option("venue", "CODEID", Help::ArgVenue, lang)
                        .required(true)
                        .value_parser(parse_venue),
                )
                .arg(time("from", Help::ArgFrom, lang).required(true))
                .arg(time("to", Help::ArgTo, lang).required(true))
                .arg(option("advice", "N", Help::ArgAdvice, lang).value_parser(parse_advice)),
            command("list", Help::ReleaseList, lang).after_help(Help::ExamplesList.say(lang)),
        ])
}

/// What each number after `--advice` says to people.
fn advice_list(lang: Lang) -> String {
    let lines = Advice::ALL.map(|advice| {
        let text = lang.choose(advice.text_vi(), advice.text_en());
        format!("  {}  {text}", advice.to_u8())
    });
    format!("{}\n{}", Help::AdviceList.say(lang), lines.join("\n"))
}

fn parse_venue(text: &str) -> Result<CodeId, UsageError> {
    CodeId::from_hex(text).ok_or_else(|| UsageError::invalid("--venue", text))
}

fn parse_advice(text: &str) -> Result<Advice, UsageError> {
    let number = text.parse().ok();
    number
        .and_then(Advice::from_u8)
        .ok_or_else(|| UsageError::invalid("--advice", text))
}
