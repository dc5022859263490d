//! `trust root`, `trust sign`, `trust install`.
//! Knows arguments and answers; the work is done in `keys` and `trust`.
//! Specified in specs/protocol.md §9.

use super::args::{TrustArgs, TrustSignArgs};
use super::{CliError, Done, clock, paths};
use crate::config::{Config, Role};
use crate::home::{Home, HomeError};
use crate::keys::make_root;
use crate::messages::Message;
use crate::trust::read_root;
use lachan_protocol::trust::TrustListHead;
use lachan_shell::arguments::Global;
use lachan_shell::home::read_settings;
use lachan_shell::terminal::Terminal;
use lachan_store::write_durably;
use serde_json::json;
use std::path::Path;

/// A new root key.
pub(super) fn root(out: &Path) -> Result<Done, CliError> {
    let signer = make_root(out, &mut rand::rng())?;
    let vkey = signer.vkey().to_string();
    let file = out.display().to_string();
    let data = json!({"vkey": vkey});
    Ok(Done::new(
        data,
        vec![Message::RootMade { file }, Message::Verbatim(vkey)],
    ))
}

/// A signed list.
pub(super) fn sign(
    global: &Global,
    args: &TrustSignArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    // a home is needed only to be allowed a test clock
    let test_home = match global.clock {
        None => false,
        Some(_) => read_settings::<Config>(paths(global)?.dir())?.test_clock,
    };
    let clock = clock(global, test_home, terminal)?;
    let signer = read_root(&args.root_key)?;
    let head = TrustListHead {
        sequence: args.sequence,
        made: clock.now()?,
        until: args.until,
    };
    let list = crate::trust::sign(&signer, &head, &args.authorities, &args.out)?;
    let authorities = list.authorities().len() as u64;
    let file = args.out.display().to_string();
    let data = json!({"sequence": args.sequence, "authorities": authorities, "file": file});
    let line = Message::TrustSigned { authorities, file };
    Ok(Done::new(data, vec![line]))
}

/// A list for this home.
pub(super) fn install(
    global: &Global,
    args: &TrustArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let home = Home::open(paths(global)?.dir())?;
    let clock = clock(global, home.settings().test_clock, terminal)?;
    let known = crate::trust::read(home.paths());
    let list = crate::trust::install(home.paths(), &args.trust, &args.root, clock.now()?)?;
    let sequence = list.sequence();
    let is_newer = known.is_ok_and(|(known, _)| known.sequence() < sequence);
    if is_newer && home.settings().is(Role::Office) {
        // the next run lets it stand in the log, from where clients and other nodes take it
        write_durably(&home.paths().list(), list.note()).map_err(HomeError::from)?;
    }
    let data = json!({"sequence": sequence});
    Ok(Done::new(data, vec![Message::TrustInstalled { sequence }]))
}
