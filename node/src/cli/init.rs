//! `init`: makes a home, its keys, and an office's block of a trust list.
//! Knows the home's first files; does not know how they are used.
//! Specified in specs/interfaces.md.

use super::args::{AuthorityArgs, InitArgs};
use super::{CliError, Done, clock, paths};
use crate::config::Config;
use crate::home::{Home, HomeError};
use crate::keys::{KeyError, KeyFolder, KeyName};
use crate::messages::Message;
use crate::trust::{TrustError, install};
use lachan_protocol::code::CodeKey;
use lachan_protocol::log::note::{SignatureType, Vkey};
use lachan_protocol::time::UnixTime;
use lachan_protocol::trust::{AuthorityEntry, TrustedAuthority};
use lachan_shell::arguments::Global;
use lachan_shell::clock::Clock;
use lachan_shell::terminal::Terminal;
use lachan_store::write_durably;
use serde_json::json;

/// An office's code key serves so long; then the trust list names another.
const CODE_KEY_SECONDS: u64 = 400 * 86_400;
/// Seconds from tick to tick: 00, 06, 12, 18 UTC.
const BATCH_CLOCK: u32 = 21_600;

/// Makes the home.
pub(super) fn init(
    global: &Global,
    args: &InitArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let paths = paths(global)?;
    let clock = clock(global, args.test_clock, terminal)?;
    let config = config(args).checked().map_err(HomeError::Settings)?;
    let new = Home::create(paths.dir(), config)?;
    let keys = KeyFolder::new(paths.keys());
    keys.make(KeyName::Network, &mut rand::rng())?;
    let home = paths.dir().display().to_string();
    let mut lines = vec![Message::HomeMade { home: home.clone() }];
    let mut data = json!({"home": home});
    if let Some(authority) = &args.authority {
        let block = authority_block(authority, &keys, &clock)?;
        let text = block.to_string();
        write_durably(&paths.authority(), text.as_bytes()).map_err(HomeError::from)?;
        let file = paths.authority().display().to_string();
        data["authority"] = json!(file);
        lines.push(Message::AuthorityWritten { file });
    }
    if let Some(trust) = &args.trust {
        install(&paths, &trust.trust, &trust.root, clock.now()?)?;
    }
    new.finish()?;
    Ok(Done::new(data, lines))
}

fn config(args: &InitArgs) -> Config {
    let mut config = Config::new(args.roles.clone());
    if !args.listen.is_empty() {
        config.listen.clone_from(&args.listen);
    }
    config.peers.clone_from(&args.peers);
    config.relay.office_at.clone_from(&args.office_at);
    config.test_clock = args.test_clock;
    if let Some(authority) = &args.authority {
        config.office.origin.clone_from(&authority.origin);
    }
    config
}

fn authority_block(
    args: &AuthorityArgs,
    keys: &KeyFolder,
    clock: &Clock,
) -> Result<TrustedAuthority, CliError> {
    let make = |name| -> Result<_, KeyError> {
        let key = keys.make(name, &mut rand::rng())?;
        Ok(key.verifying_key())
    };
    let until: UnixTime = clock.now()?.plus(CODE_KEY_SECONDS);
    let log_key = Vkey::new(&args.origin, SignatureType::Ed25519, make(KeyName::Log)?)
        .map_err(TrustError::Root)?;
    let block = TrustedAuthority::new(AuthorityEntry {
        name_vi: args.name_vi.clone(),
        name_en: args.name_en.clone(),
        regions: args.regions.clone(),
        phone: args.phone.clone(),
        clock: BATCH_CLOCK,
        log_key,
        batch_key: make(KeyName::Batch)?,
        code_keys: vec![CodeKey::Current {
            key: make(KeyName::Code)?,
            last: until.window(),
        }],
        issuers: vec![make(KeyName::Issuer)?],
    });
    block.map_err(|why| TrustError::BadBlock { index: 1, why }.into())
}
