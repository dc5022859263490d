//! `run`: serves until interrupted.
//! Knows signals and standard input; the serving is in `service`.
//! Specified in specs/interfaces.md.

use super::args::RunArgs;
use super::{CliError, Done, clock, paths};
use crate::home::Home;
use crate::messages::Message;
use crate::service::{self, RunError};
use lachan_shell::arguments::Global;
use lachan_shell::terminal::Terminal;
use serde_json::json;
use std::io::Read;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

/// Serves; ends cleanly at Ctrl-C, SIGTERM, and, if asked for, when standard input closes.
pub(super) fn run(global: &Global, args: RunArgs, terminal: &Terminal) -> Result<Done, CliError> {
    let home = Home::open(paths(global)?.dir())?;
    let clock = clock(global, home.settings().test_clock, terminal)?;
    tell_what_happens();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| RunError::Runtime(error.kind()))?;
    let ending = runtime.block_on(async {
        let stop = stop_signal(args.until_stdin_closes)
            .map_err(|error| RunError::Runtime(error.kind()))?;
        service::run(home, clock, stop, |address| {
            terminal.note(&Message::Serving { address });
        })
        .await
    });
    // a thread that still reads a file is not waited for
    runtime.shutdown_background();
    ending?;
    terminal.note(&Message::Stopping);
    Ok(Done::new(json!({}), Vec::new()))
}

fn tell_what_happens() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,lachan_node=info,lachan_link=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .try_init()
        .ok();
}

/// Becomes true when the process is to end.
fn stop_signal(until_stdin_closes: bool) -> std::io::Result<watch::Receiver<bool>> {
    let (stop, stopped) = watch::channel(false);
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let by_signal = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        by_signal.send_replace(true);
    });
    if until_stdin_closes {
        std::thread::spawn(move || {
            let mut bytes = [0; 256];
            let mut stdin = std::io::stdin().lock();
            while matches!(stdin.read(&mut bytes), Ok(1..)) {}
            stop.send_replace(true);
        });
    }
    Ok(stopped)
}
