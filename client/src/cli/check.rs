//! `check-in` and `check-out`: a code is read, shown, and sealed only once the person has said yes.
//! Knows where a code can come from and how to ask; the citizen's core decides.
//! Specified in specs/protocol.md §12.

use super::CliError;
use super::args::{CheckInArgs, CheckOutArgs};
use super::evidence;
use super::session::{Session, home_dir, place_of};
use super::stamp::{stamp_json, stamp_line};
use super::venue::shelf;
use crate::citizen::{CitizenError, Event, Input, OpenVisit, Proposal, Step};
use crate::cli::Done;
use crate::home::Settings;
use crate::messages::citizen::Where;
use crate::messages::{CitizenMessage, Message};
use crate::qr::read_image;
use lachan_protocol::code::{UnverifiedVenueCode, VenueUrl, bytes_from_digits};
use lachan_protocol::time::UnixTime;
use lachan_shell::arguments::Global;
use lachan_shell::arguments::UsageError;
use lachan_shell::home::read_settings;
use lachan_shell::moment::rfc3339;
use lachan_shell::output::plain;
use lachan_shell::terminal::Terminal;
use serde_json::{Value, json};
use std::io::{BufRead, IsTerminal, Read};
use std::path::Path;

/// No URL of a code is longer.
const LONGEST_URL: u64 = 16_384;

pub(super) fn check_in(
    global: &Global,
    args: &CheckInArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let settings: Settings = read_settings(&home_dir(global)?)?;
    let text = code_text(&args.code, &settings.host)?;
    let session = Session::open(global, terminal)?;
    let bytes = code_bytes(text.trim(), &settings.host)?;
    // What a venue keeps here hinders nobody from checking in, also when it is damaged.
    if let Ok(shelf) = shelf(&session) {
        evidence::watch(&session, &bytes, &shelf, terminal);
    }
    let code = UnverifiedVenueCode::from_bytes(&bytes)?;
    let mut citizen = session.citizen()?;
    let mut proposal = citizen.look(code, &session.trust, args.at, session.now)?;
    // Who names what the second scan means is not asked again; without a flag `--yes` leaves.
    let is_second = proposal.step() == Step::Leave;
    if args.leave && !is_second {
        return Err(CitizenError::NoOpenVisit.into());
    }
    if args.stay {
        proposal = proposal.staying();
    }
    let is_chosen = is_second && (args.leave || args.stay);
    if !args.yes && !is_chosen {
        proposal = confirmed(proposal, terminal)?;
    }
    let rng = &mut rand::rng();
    let outputs = citizen.handle(Input::Confirmed(proposal), session.now, rng)?;
    let events = session.perform(outputs)?;
    let mut done = answer(&events, session.now);
    if let Some(Event::CheckedIn(visit) | Event::Stayed(visit)) = events.last() {
        done.lines.extend(stamp_line(visit, session.now, terminal));
    }
    Ok(done)
}

pub(super) fn check_out(
    global: &Global,
    args: &CheckOutArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let session = Session::open(global, terminal)?;
    let mut citizen = session.citizen()?;
    let (arrived, at) = (args.arrived, args.at);
    let leave = Input::Leave { arrived, at };
    let outputs = citizen.handle(leave, session.now, &mut rand::rng())?;
    Ok(answer(&session.perform(outputs)?, session.now))
}

/// The bytes of a code: its URL, its digits, on standard input or in an image.
pub(super) fn read_code(argument: &str, session: &Session) -> Result<Vec<u8>, CliError> {
    let host = &session.home.settings().host;
    code_bytes(code_text(argument, host)?.trim(), host)
}

/// The text of a code: given as it is, on standard input, or in an image.
fn code_text(argument: &str, host: &str) -> Result<String, CliError> {
    let unreadable = |error: std::io::Error| UsageError::UnreadableInput(error.kind());
    if argument == "-" {
        let mut text = String::new();
        let is_typed = std::io::stdin().is_terminal();
        let mut input = std::io::stdin().lock().take(LONGEST_URL);
        // A person who pastes ends with the line, not with the input.
        let read = if is_typed {
            input.read_line(&mut text)
        } else {
            input.read_to_string(&mut text)
        };
        read.map_err(unreadable)?;
        return Ok(text);
    }
    let looks_like_text = argument.contains("://") || is_digits(argument);
    if looks_like_text && !Path::new(argument).exists() {
        return Ok(argument.to_owned());
    }
    let path = Path::new(argument);
    let is_ours = |text: &str| VenueUrl::parse(text, host).is_ok();
    read_image(path, is_ours).map_err(|error| CliError::from(error).at(path))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn code_bytes(text: &str, host: &str) -> Result<Vec<u8>, CliError> {
    if is_digits(text) {
        return Ok(bytes_from_digits(text)?);
    }
    Ok(VenueUrl::parse(text, host)?.as_bytes().to_vec())
}

fn confirmed(proposal: Proposal, terminal: &Terminal) -> Result<Proposal, CliError> {
    let venue = Where {
        name: plain(proposal.code().name()),
        place: plain(proposal.code().place()),
    };
    let leaving = proposal.step() == Step::Leave;
    let question = if leaving {
        CitizenMessage::AskLeave { venue }
    } else {
        let arrival = proposal.arrival();
        CitizenMessage::AskCheckIn { venue, arrival }
    };
    match terminal.ask(&question, leaving) {
        None => Err(UsageError::NobodyToAsk.into()),
        Some(true) => Ok(proposal),
        Some(false) if leaving => Ok(proposal.staying()),
        Some(false) => Err(UsageError::NotConfirmed.into()),
    }
}

/// The last event is the answer; one before it is the visit that ended because another began.
fn answer(events: &[Event], now: UnixTime) -> Done {
    let lines = events.iter().map(line).collect();
    let mut data = events
        .last()
        .map_or_else(|| json!({}), |event| to_json(event, now));
    if let [before, _] = events {
        data["before"] = to_json(before, now);
    }
    Done::new(data, lines)
}

fn line(event: &Event) -> Message {
    let message = match event {
        Event::CheckedIn(visit) => CitizenMessage::CheckedIn {
            venue: place_of(visit),
            arrival: visit.arrival,
            until: visit.expected_end,
        },
        Event::CheckedOut { visit, departure } => CitizenMessage::CheckedOut {
            venue: place_of(visit),
            arrival: visit.arrival,
            departure: *departure,
        },
        Event::EndedByItself(visit) => CitizenMessage::EndedByItself {
            venue: place_of(visit),
            at: visit.expected_end,
        },
        Event::Stayed(visit) => CitizenMessage::Stayed {
            venue: place_of(visit),
            until: visit.expected_end,
        },
    };
    message.into()
}

fn to_json(event: &Event, now: UnixTime) -> Value {
    match event {
        Event::CheckedIn(visit) => open_json("checked-in", visit, now),
        Event::CheckedOut { visit, departure } => closed_json("checked-out", visit, *departure),
        Event::EndedByItself(visit) => closed_json("ended-by-itself", visit, visit.expected_end),
        Event::Stayed(visit) => open_json("stayed", visit, now),
    }
}

/// An open visit in JSON, at a time.
pub(super) fn open_json(action: &str, visit: &OpenVisit, now: UnixTime) -> Value {
    json!({
        "action": action,
        "venue": plain(visit.code.name()),
        "place": plain(visit.code.place()),
        "kind": visit.code.kind().0,
        "code_id": visit.code.code_id().to_string(),
        "arrival": rfc3339(visit.arrival),
        "until": rfc3339(visit.expected_end),
        "hours": visit.tags.len(),
        "stamp": stamp_json(visit, now),
    })
}

fn closed_json(action: &str, visit: &OpenVisit, departure: UnixTime) -> Value {
    json!({
        "action": action,
        "venue": plain(visit.code.name()),
        "place": plain(visit.code.place()),
        "kind": visit.code.kind().0,
        "code_id": visit.code.code_id().to_string(),
        "arrival": rfc3339(visit.arrival),
        "departure": rfc3339(departure),
    })
}
