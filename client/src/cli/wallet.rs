//! `status`, `visits` and `forget`: what the device knows of its own visits, and how to make it forget.
//! Knows the wallet's answers; does not open tokens.
//! Specified in specs/protocol.md §12.6.

use super::CliError;
use super::args::ForgetArgs;
use super::check::open_json;
use super::session::{DEVICE, Session, clock_of, home_dir, place_of};
use super::stamp::stamp_line;
use crate::cli::Done;
use crate::home::Home;
use crate::messages::{CitizenMessage, Message, WalletMessage};
use crate::store::evidence::EvidenceFolder;
use crate::wallet::{Counter, Wallet};
use lachan_protocol::token::DeviceSecret;
use lachan_shell::arguments::Global;
use lachan_shell::arguments::UsageError;
use lachan_shell::moment::{iso_day, rfc3339};
use lachan_shell::terminal::Terminal;
use lachan_store::SecretFile;
use serde_json::{Value, json};

pub(super) fn status(global: &Global, terminal: &Terminal) -> Result<Done, CliError> {
    let session = Session::open(global, terminal)?;
    let citizen = session.citizen()?;
    let mut lines: Vec<Message> = vec![match citizen.visit() {
        None => CitizenMessage::NoOpenVisit.into(),
        Some(visit) => CitizenMessage::OpenVisit {
            venue: place_of(visit),
            arrival: visit.arrival,
            until: visit.expected_end,
        }
        .into(),
    }];
    let stamp = citizen
        .visit()
        .and_then(|visit| stamp_line(visit, session.now, terminal));
    lines.extend(stamp);
    let days = session.wallet.days()?;
    let hours = days.iter().map(|(_, hours)| hours).sum::<usize>();
    let days = days.len();
    lines.push(CitizenMessage::StatusWallet { hours, days }.into());
    let mut authorities = Vec::new();
    for authority in session.trust.list().authorities() {
        let size = session.store.log_state(&authority.id())?.frontier().size();
        let newest = session
            .store
            .last_tick(&authority.id())?
            .map(|(_, time)| time);
        authorities.push(json!({
            "origin": authority.origin(),
            "name_vi": authority.name_vi(),
            "name_en": authority.name_en(),
            "size": size,
            "newest": newest.map(rfc3339),
        }));
        let name = [authority.name_vi().into(), authority.name_en().into()];
        lines.push(CitizenMessage::StatusAuthority { name, size, newest }.into());
    }
    let list = session.trust.list();
    let floor = session.store.floor()?;
    Ok(Done::new(
        json!({
            "open_visit": citizen.visit().map_or(Value::Null, |visit| open_json("open", visit, session.now)),
            "ends_soon": citizen.visit().is_some_and(|visit| visit.ends_soon(session.now)),
            "hours": hours,
            "days": days,
            "authorities": authorities,
            "floor": (floor.0 > 0).then(|| rfc3339(floor)),
            "now": rfc3339(session.now),
            "trust": {"sequence": list.sequence(), "until": rfc3339(list.until()), "expired": list.is_expired(session.now)},
            "test_clock": session.clock.is_test(),
        }),
        lines,
    ))
}

pub(super) fn visits(global: &Global, terminal: &Terminal) -> Result<Done, CliError> {
    let session = Session::open(global, terminal)?;
    let days = session.wallet.days()?;
    let mut lines: Vec<Message> = days
        .iter()
        .map(|(day, hours)| {
            CitizenMessage::VisitsOfDay {
                day: *day,
                hours: *hours,
            }
            .into()
        })
        .collect();
    if lines.is_empty() {
        lines.push(CitizenMessage::NoVisits.into());
    }
    let list: Vec<_> = days
        .iter()
        .map(|(day, hours)| json!({"day": iso_day(*day), "hours": hours}))
        .collect();
    let hours = days.iter().map(|(_, hours)| hours).sum::<usize>();
    Ok(Done::new(json!({"days": list, "hours": hours}), lines))
}

pub(super) fn forget(
    global: &Global,
    args: ForgetArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let Some(day) = args.day else {
        return forget_all(global, args, terminal);
    };
    let session = Session::open(global, terminal)?;
    let mut findings = session.findings()?;
    if !findings.has_day(day) && !session.wallet.has_day(day)? {
        return Ok(Done::new(
            json!({"forgotten": Value::Null}),
            vec![CitizenMessage::NothingToForget { day }.into()],
        ));
    }
    confirm(args, &CitizenMessage::AskForgetDay { day }, terminal)?;
    session.wallet.forget_day(day)?;
    findings.forget_day(day);
    session.keep_findings(&mut findings)?;
    Ok(Done::new(
        json!({"forgotten": iso_day(day)}),
        vec![
            CitizenMessage::ForgottenDay { day }.into(),
            WalletMessage::BackupsRemember.into(),
        ],
    ))
}

/// Also of a wallet that is damaged: nothing is read before.
fn forget_all(global: &Global, args: ForgetArgs, terminal: &Terminal) -> Result<Done, CliError> {
    let dir = home_dir(global)?;
    let home = Home::open(&dir).map_err(|error| CliError::from(error).at(&dir))?;
    let (_, now) = clock_of(global, home.settings().test_clock, terminal)?;
    confirm(args, &CitizenMessage::AskForgetAll, terminal)?;
    Wallet::open_to_forget(home.paths().tokens()).forget_all()?;
    EvidenceFolder::new(home.paths().evidence()).forget_all()?;
    // The counter tells how many hours were ever sealed: it begins anew, with a secret that has sealed nothing.
    let secret = DeviceSecret::random(&mut rand::rng());
    SecretFile::new(home.paths().keys().join(DEVICE)).replace(secret.to_bytes().as_slice())?;
    Counter::new(home.paths().keys()).store(0, now)?;
    Ok(Done::new(
        json!({"forgotten": "all"}),
        vec![
            CitizenMessage::ForgottenAll.into(),
            WalletMessage::BackupsRemember.into(),
        ],
    ))
}

/// What is forgotten cannot be brought back: a person says yes, or `--yes` does.
fn confirm(
    args: ForgetArgs,
    question: &CitizenMessage,
    terminal: &Terminal,
) -> Result<(), UsageError> {
    if args.yes {
        return Ok(());
    }
    match terminal.ask(question, false) {
        None => Err(UsageError::NobodyToAsk),
        Some(false) => Err(UsageError::NotConfirmed),
        Some(true) => Ok(()),
    }
}
