//! Commands that the running process answers: `status`, `publish`, `release`.
//! Knows the control socket and the answers' fields; does not know the office.
//! Specified in specs/interfaces.md.

use super::args::{ReleaseRequestArgs, RevokeArgs};
use super::{CliError, Done, clock, paths, rfc3339};
use crate::config::Config;
use crate::control::{Ask, ask};
use crate::expiry::{Ending, Expiry, Soon};
use crate::messages::{Message, RequestLine, RequestWord};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::time::{UnixTime, Window};
use lachan_shell::arguments::Global;
use lachan_shell::home::read_settings;
use lachan_shell::terminal::Terminal;
use serde_json::Value;

fn answer(global: &Global, terminal: &Terminal, question: Ask) -> Result<Value, CliError> {
    let paths = paths(global)?;
    let config: Config = read_settings(paths.dir())?;
    clock(global, config.test_clock, terminal)?;
    ask(&paths.control(), terminal.lang(), question)?.map_err(CliError::Remote)
}

/// How the node is.
pub(super) fn status(global: &Global, terminal: &Terminal) -> Result<Done, CliError> {
    let data = answer(global, terminal, Ask::Status)?;
    let roles: Vec<String> = texts(&data["roles"]);
    let mut lines = vec![Message::Node {
        peer_id: text(&data["peer_id"]),
        roles: roles.join(", "),
        peers: number(&data["peers"]),
    }];
    let addresses = texts(&data["addresses"]);
    lines.extend(
        addresses
            .into_iter()
            .map(|address| Message::Serving { address }),
    );
    let logs = data["logs"].as_array().cloned().unwrap_or_default();
    if logs.is_empty() {
        lines.push(Message::NoLogs);
    }
    lines.extend(logs.iter().map(|log| Message::Log {
        origin: text(&log["origin"]),
        size: number(&log["size"]),
    }));
    let office = &data["office"];
    if !office.is_null() {
        let requests = &office["requests"];
        lines.push(Message::Office {
            registrations: number(&office["registrations"]),
            waiting: number(&requests["waiting"]),
            answered: number(&requests["answered"]),
            declined: number(&requests["declined"]),
            seq: number(&office["seq"]),
            next_tick: rfc3339(number(&office["next_tick"])),
        });
    }
    let expiring = data["expiring"].as_array().cloned().unwrap_or_default();
    lines.extend(expiring.iter().filter_map(ending).map(Message::Ends));
    Ok(Done::new(data, lines))
}

fn ending(one: &Value) -> Option<Expiry> {
    let what = Ending::ALL
        .into_iter()
        .find(|what| one["what"] == what.code())?;
    let soon = match one["days"].as_u64()? {
        _ if one["over"] == true => Soon::Over,
        0 => Soon::Day,
        1..7 => Soon::Week,
        _ => Soon::Month,
    };
    let at = UnixTime(number(&one["at"]));
    Some(Expiry { what, at, soon })
}

/// Publishes what is due.
pub(super) fn publish(global: &Global, terminal: &Terminal) -> Result<Done, CliError> {
    let data = answer(global, terminal, Ask::Publish)?;
    let line = if data["seq"].is_null() {
        Message::NothingDue
    } else {
        Message::Published {
            seq: number(&data["seq"]),
            time: rfc3339(number(&data["time"])),
            entries: number(&data["entries"]),
            released: number(&data["released"]),
            parts: number(&data["parts"]),
        }
    };
    Ok(Done::new(data, vec![line]))
}

/// Asks a venue.
pub(super) fn release_request(
    global: &Global,
    args: ReleaseRequestArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let question = Ask::ReleaseRequest {
        venue: args.venue.to_string(),
        from: args.from.0,
        to: args.to.0,
        advice: args.advice.to_u8(),
    };
    let data = answer(global, terminal, question)?;
    let line = Message::Requested {
        request: text(&data["request"]),
        windows: data["windows"].as_array().map_or(0, Vec::len) as u64,
    };
    Ok(Done::new(data, vec![line]))
}

/// Revokes a code.
pub(super) fn revoke(
    global: &Global,
    args: RevokeArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let question = Ask::Revoke {
        venue: args.venue.to_string(),
        from: args.from.0,
        foreign: args.foreign,
    };
    let data = answer(global, terminal, question)?;
    let line = Message::Revoked {
        venue: text(&data["venue"]),
        from: rfc3339(number(&data["from"])),
        again: data["again"] == true,
    };
    Ok(Done::new(data, vec![line]))
}

/// All requests.
pub(super) fn release_list(global: &Global, terminal: &Terminal) -> Result<Done, CliError> {
    let data = answer(global, terminal, Ask::ReleaseList)?;
    let requests = data["requests"].as_array().cloned().unwrap_or_default();
    let mut lines: Vec<Message> = requests.iter().map(request_line).collect();
    if lines.is_empty() {
        lines.push(Message::NoRequests);
    }
    Ok(Done::new(data, lines))
}

fn request_line(request: &Value) -> Message {
    let windows = request["windows"].as_array().cloned().unwrap_or_default();
    let window = |value: Option<&Value>| {
        let number = value.and_then(Value::as_u64);
        Window(
            number
                .and_then(|number| u32::try_from(number).ok())
                .unwrap_or(0),
        )
    };
    let advice = request["advice"].as_u64();
    let word = text(&request["state"]);
    Message::Request(Box::new(RequestLine {
        request: text(&request["request"]),
        venue: text(&request["venue"]),
        from: rfc3339(window(windows.first()).start().0),
        to: rfc3339(window(windows.last()).end().0),
        expiry: rfc3339(number(&request["expiry"])),
        advice: advice
            .and_then(|number| u8::try_from(number).ok())
            .and_then(Advice::from_u8),
        state: RequestWord::ALL
            .into_iter()
            .find(|one| one.code() == word)
            .unwrap_or(RequestWord::Waiting),
    }))
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map(lachan_shell::output::plain)
        .unwrap_or_default()
}

fn texts(value: &Value) -> Vec<String> {
    value
        .as_array()
        .map(|values| values.iter().map(text).collect())
        .unwrap_or_default()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Speak;
    use serde_json::json;

    #[test]
    fn nothing_that_is_listed_steers_the_terminal() {
        let request = json!({
            "request": "0a\u{1b}[31m", "venue": "0c\u{202e}0d", "windows": [500_000],
            "expiry": 1_800_604_800, "advice": 2, "state": "waiting",
        });
        let told = request_line(&request).en();
        assert!(told.contains("0a\u{fffd}[31m"), "{told}");
        assert!(told.contains("0c\u{fffd}0d"), "{told}");
    }

    #[test]
    fn a_request_is_told_with_its_venue_whole_hours_advice_and_state() {
        let mut request = json!({
            "request": "0a0b", "venue": "0c0d", "windows": [500_000, 500_001],
            "expiry": 1_800_604_800, "advice": 2, "state": "waiting",
        });
        let told = request_line(&request).en();
        for part in [
            "0a0b",
            "0c0d",
            "2027-01-15T08:00:00Z to 2027-01-15T10:00:00Z",
            "waiting for the venue until 2027-01-22T08:00:00Z",
            Advice::TakeTest.text_en(),
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
        request["advice"] = Value::Null;
        request["state"] = json!("declined");
        let told = request_line(&request).vi();
        assert!(
            told.contains("từ chối") && !told.contains("Lời khuyên"),
            "{told}"
        );
    }
}
