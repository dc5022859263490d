//! `init`: makes a home, once the trust list is verified under the root key that the person gave.
//! Knows which files a new home has; does not decide whom to trust.
//! Specified in specs/protocol.md §12.

use super::args::InitArgs;
use super::session::{DEVICE, clock_of, home_dir};
use super::{CliError, TrustFileError};
use crate::cli::Done;
use crate::home::{Home, Settings};
use crate::messages::CitizenMessage;
use crate::net::NetError;
use crate::store::ClientStore;
use crate::wallet::Counter;
use lachan_protocol::code::DEFAULT_HOST;
use lachan_protocol::log::note::Vkey;
use lachan_protocol::token::DeviceSecret;
use lachan_protocol::trust::TrustList;
use lachan_shell::arguments::Global;
use lachan_shell::output::plain;
use lachan_shell::terminal::Terminal;
use lachan_store::{SecretFile, write_durably};
use serde_json::json;

pub(super) fn init(global: &Global, args: InitArgs, terminal: &Terminal) -> Result<Done, CliError> {
    let (_, now) = clock_of(global, args.test_clock, terminal)?;
    let root = Vkey::from_text(&args.root).map_err(TrustFileError::Root)?;
    let note = std::fs::read(&args.trust).map_err(|error| {
        CliError::from(TrustFileError::Unreadable(error.kind())).at(&args.trust)
    })?;
    let list = TrustList::verify(&note, &root, now).map_err(TrustFileError::List)?;
    for node in &args.nodes {
        lachan_link::dialer::parse_address(node).map_err(NetError::Link)?;
    }
    let dir = home_dir(global)?;
    let new = Home::create(
        &dir,
        Settings {
            root: args.root,
            host: DEFAULT_HOST.to_owned(),
            nodes: args.nodes,
            test_clock: args.test_clock,
        },
    )?;
    let home = new.home();
    write_durably(&home.paths().trust(), &note)?;
    let secret = DeviceSecret::random(&mut rand::rng());
    SecretFile::new(home.paths().keys().join(DEVICE)).replace(secret.to_bytes().as_slice())?;
    Counter::new(home.paths().keys()).store(0, now)?;
    if home.paths().state().exists() {
        // Of a making that was interrupted: it holds nothing yet.
        std::fs::remove_dir_all(home.paths().state()).map_err(crate::home::HomeError::from)?;
    }
    drop(ClientStore::create(&home.paths().state())?);
    new.finish()?;
    let dir = plain(&dir.to_string_lossy());
    let origins: Vec<_> = list.authorities().iter().map(|a| a.origin()).collect();
    let line = CitizenMessage::HomeMade {
        dir: dir.clone(),
        authorities: origins.len(),
    };
    Ok(Done::new(
        json!({"home": dir, "authorities": origins, "trust_sequence": list.sequence(), "test_clock": args.test_clock}),
        vec![line.into()],
    ))
}
