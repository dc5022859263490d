//! `catch-up`: an office asks others how far its log has come, before it signs again.
//! Knows arguments and answers; the work is done in `service`.
//! Specified in specs/protocol.md §14.9.

use super::args::CatchUpArgs;
use super::{CliError, Done, clock, paths, rfc3339};
use crate::home::Home;
use crate::messages::Message;
use crate::service::RunError;
use crate::service::catch_up::{Asking, catch_up as catch};
use lachan_link::dialer::parse_address;
use lachan_shell::arguments::{Global, UsageError};
use lachan_shell::terminal::Terminal;
use serde_json::json;

pub(super) fn catch_up(
    global: &Global,
    args: &CatchUpArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let mut from = Vec::new();
    for text in &args.from {
        let address = parse_address(text);
        from.push(address.map_err(|_| UsageError::invalid("--from MULTIADDR/p2p/ID", text))?);
    }
    let home = Home::open(paths(global)?.dir())?;
    let now = clock(global, home.settings().test_clock, terminal)?.now()?;
    let asking = Asking {
        from,
        despite_silent: args.despite_silent,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| RunError::Runtime(error.kind()))?;
    let done = runtime.block_on(catch(&home, &asking, now))?;
    let data = json!({
        "size": done.size,
        "seq": done.seq,
        "time": (done.seq > 0).then_some(done.time.0),
        "registrations": done.registrations,
        "answered": done.answered,
        "silent": done.silent,
    });
    let line = Message::CaughtUp {
        size: done.size,
        seq: done.seq,
        time: rfc3339(done.time.0),
        answered: done.answered,
    };
    Ok(Done::new(data, vec![line]))
}
