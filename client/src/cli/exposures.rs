//! `exposures`: the warnings that were found, what to do, and whom to call.
//! Knows how a finding is told; what counts as an exposure is decided in the protocol and the citizen's core.
//! Specified in specs/protocol.md §12.6.

use super::CliError;
use super::args::ExposuresArgs;
use super::session::Session;
use crate::citizen::{Shown, may_say_nothing_found};
use crate::cli::Done;
use crate::messages::advice::AdviceText;
use crate::messages::citizen::Where;
use crate::messages::{CitizenMessage, Message};
use lachan_protocol::exposure::exposures::Outcome;
use lachan_protocol::time::{PUBLICATION_LAG_SECONDS, UnixTime};
use lachan_protocol::trust::TrustedAuthority;
use lachan_shell::arguments::Global;
use lachan_shell::moment::{iso_day, rfc3339};
use lachan_shell::output::{Exit, plain};
use lachan_shell::terminal::Terminal;
use serde_json::{Value, json};

pub(super) fn exposures(
    global: &Global,
    args: &ExposuresArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let session = Session::open(global, terminal)?;
    let shown = session.findings()?.shown();
    let (warnings, details): (Vec<Shown>, Vec<Shown>) =
        shown.into_iter().partition(Shown::is_warning);
    let newest = newest_lists(&session, terminal)?;
    let fresh = may_say_nothing_found(newest, session.store.floor()?, session.now);
    let mut lines: Vec<Message> = Vec::new();
    if warnings.is_empty() {
        let newest = fresh?;
        lines.push(CitizenMessage::NoExposures { newest }.into());
    }
    tell_warnings(&session, &warnings, &mut lines);
    lines.extend(details.iter().filter_map(detail));
    let all = |list: &[Shown]| -> Vec<Value> {
        list.iter().map(|shown| to_json(&session, shown)).collect()
    };
    let exit = if args.exit_code && !warnings.is_empty() {
        Exit::BadNews
    } else {
        Exit::Done
    };
    Ok(Done {
        data: json!({
            "exposures": all(&warnings),
            "details": all(&details),
            "newest": fresh.ok().map(rfc3339),
        }),
        lines,
        exit,
    })
}

/// The warnings that were found and that nobody has forgotten.
pub(super) fn warnings(session: &Session) -> Result<Vec<Shown>, CliError> {
    let mut shown = session.findings()?.shown();
    shown.retain(Shown::is_warning);
    Ok(shown)
}

/// How many there are, and for each where and when, what to do, and whom to call; nothing when there is none.
pub(super) fn tell_warnings(session: &Session, warnings: &[Shown], lines: &mut Vec<Message>) {
    if warnings.is_empty() {
        return;
    }
    let count = warnings.len();
    lines.push(CitizenMessage::ExposuresFound { count }.into());
    for warning in warnings {
        tell(session, warning, lines);
    }
}

/// Each authority's newest list; says which are older than they should be.
fn newest_lists(session: &Session, terminal: &Terminal) -> Result<Vec<Option<UnixTime>>, CliError> {
    let mut all = Vec::new();
    for authority in session.trust.list().authorities() {
        let newest = session
            .store
            .last_tick(&authority.id())?
            .map(|(_, time)| time);
        let due = u64::from(authority.clock()) + PUBLICATION_LAG_SECONDS;
        if let Some(newest) = newest.filter(|newest| newest.plus(due) < session.now) {
            let authority = names(authority);
            terminal.note(&CitizenMessage::StaleLists { authority, newest });
        }
        all.push(newest);
    }
    Ok(all)
}

/// Minutes together (none: unknown) and the number of the advice.
const fn numbers(outcome: Outcome) -> (Option<u32>, u8) {
    match outcome {
        Outcome::NoneTogether { advice } => (Some(0), advice.to_u8()),
        Outcome::TimeUnknown => (None, 0),
        Outcome::Together { minutes, advice } => (Some(minutes.count()), advice.to_u8()),
        Outcome::Withdrawn => (Some(0), 15),
    }
}

fn venue(shown: &Shown) -> Where {
    Where {
        name: plain(&shown.exposure.name),
        place: plain(&shown.exposure.place),
    }
}

fn names(authority: &TrustedAuthority) -> [String; 2] {
    [authority.name_vi().into(), authority.name_en().into()]
}

fn tell(session: &Session, shown: &Shown, lines: &mut Vec<Message>) {
    let (minutes, advice) = numbers(shown.exposure.outcome);
    let exposed = CitizenMessage::Exposed {
        venue: venue(shown),
        hour: shown.exposure.window.start(),
        from: shown.from,
        to: shown.to,
        minutes,
    };
    lines.push(exposed.into());
    lines.push(CitizenMessage::Advice(AdviceText::from_number(advice)).into());
    let list = session.trust.list();
    if let Some(authority) = list.authority(&shown.exposure.authority) {
        let call = CitizenMessage::CallPhone {
            authority: names(authority),
            phone: authority.phone().into(),
        };
        lines.push(call.into());
    }
}

fn detail(shown: &Shown) -> Option<Message> {
    let (venue, hour) = (venue(shown), shown.exposure.window.start());
    match shown.exposure.outcome {
        Outcome::NoneTogether { .. } => {
            Some(CitizenMessage::NoMinutesTogether { venue, hour }.into())
        }
        Outcome::Withdrawn => Some(CitizenMessage::ExposureWithdrawn { venue, hour }.into()),
        Outcome::Together { .. } | Outcome::TimeUnknown => None,
    }
}

fn to_json(session: &Session, shown: &Shown) -> Value {
    let exposure = &shown.exposure;
    let (minutes, advice) = numbers(exposure.outcome);
    let authority = session.trust.list().authority(&exposure.authority);
    json!({
        "venue": plain(&exposure.name),
        "place": plain(&exposure.place),
        "code_id": exposure.code_id.to_string(),
        "window": exposure.window.0,
        "from": shown.from,
        "to": shown.to,
        "minutes": minutes,
        "advice": advice,
        "withdrawn": exposure.outcome == Outcome::Withdrawn,
        "authority": authority.map(TrustedAuthority::origin),
        "phone": authority.map(TrustedAuthority::phone),
        "day": exposure.window.day().map(iso_day),
    })
}
