//! Commands that the running process answers: `status`, `publish`, `release`.
//! Knows the control socket and the answers' fields; does not know the office.
//! Specified in specs/interfaces.md.

use super::args::ReleaseRequestArgs;
use super::{CliError, Done, clock, paths, rfc3339};
use crate::config::Config;
use crate::control::{Ask, ask};
use crate::messages::{Message, RequestWord};
use lachan_protocol::time::Window;
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
    Ok(Done::new(data, lines))
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
    let hour = |window: Option<&Value>| {
        let window = window.and_then(Value::as_u64);
        let window = window.and_then(|window| u32::try_from(window).ok());
        window.map_or_else(String::new, |window| rfc3339(Window(window).start().0))
    };
    let word = text(&request["state"]);
    Message::Request {
        request: text(&request["request"]),
        hours: format!("{}..{}", hour(windows.first()), hour(windows.last())),
        state: RequestWord::ALL
            .into_iter()
            .find(|one| one.code() == word)
            .unwrap_or(RequestWord::Waiting),
    }
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
