//! `init`: makes a home, its keys, and an office's block of a trust list.
//! Knows the home's first files; does not know how they are used.
//! Specified in specs/interfaces.md.

use super::args::{AuthorityArgs, InitArgs};
use super::{CliError, Done, clock, paths};
use crate::config::{Config, ConfigError, Role, Setting};
use crate::home::{Home, HomeError, Paths};
use crate::keys::{KeyError, KeyFolder, KeyName};
use crate::messages::Message;
use crate::trust::{TrustError, install};
use lachan_protocol::code::CodeKey;
use lachan_protocol::log::note::{SignatureType, Vkey};
use lachan_protocol::time::UnixTime;
use lachan_protocol::trust::{AuthorityEntry, TrustedAuthority};
use lachan_shell::arguments::{Global, UsageError};
use lachan_shell::clock::Clock;
use lachan_shell::terminal::Terminal;
use lachan_store::write_durably;
use serde_json::json;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

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
    let config = config(args);
    let config = config.checked().map_err(|error| blamed(error, args))?;
    let before = before(paths.dir());
    let new = Home::create(paths.dir(), config)?;
    let made = fill(&paths, args, &clock);
    if made.is_err() {
        // still under the lock; what cannot be removed is begun anew by the next making
        clear(paths.dir(), before).ok();
    }
    let done = made?;
    new.finish()?;
    Ok(done)
}

/// What was in the folder before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Absent,
    Empty,
    Other,
}

fn before(dir: &Path) -> Before {
    match fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => Before::Absent,
        Err(_) => Before::Other,
        Ok(mut entries) => match entries.next() {
            None => Before::Empty,
            Some(_) => Before::Other,
        },
    }
}

/// Leaves the folder as it was: a making that failed leaves nothing behind.
fn clear(dir: &Path, before: Before) -> std::io::Result<()> {
    match before {
        Before::Other => Ok(()),
        Before::Absent => fs::remove_dir_all(dir),
        Before::Empty => {
            for entry in fs::read_dir(dir)? {
                let path = entry?.path();
                if path.is_dir() {
                    fs::remove_dir_all(path)?;
                } else {
                    fs::remove_file(path)?;
                }
            }
            Ok(())
        }
    }
}

/// Settings come from options here: the refusal names the option, not a file that is not there yet.
fn blamed(error: ConfigError, args: &InitArgs) -> CliError {
    let value = |name: &str, values: &[String], at: usize| {
        let value = values.get(at - 1).map_or("", String::as_str);
        UsageError::invalid(name, value)
    };
    let usage = match error {
        ConfigError::BadAddress(at, Setting::Listen) => value("--listen", &args.listen, at),
        ConfigError::BadAddress(at, Setting::Peers) => value("--peer", &args.peers, at),
        ConfigError::BadAddress(at, Setting::OfficeAt) => value("--office-at", &args.office_at, at),
        ConfigError::NoPeerId(at, Setting::Peers) => {
            value("--peer MULTIADDR/p2p/ID", &args.peers, at)
        }
        ConfigError::NoPeerId(at, Setting::OfficeAt) => {
            value("--office-at MULTIADDR/p2p/ID", &args.office_at, at)
        }
        ConfigError::NotYet(Setting::Witness) => UsageError::invalid("ROLE", Role::Witness.name()),
        ConfigError::OriginMissing => UsageError::invalid("--origin", ""),
        ConfigError::Roles => {
            let roles: Vec<&str> = args.roles.iter().map(|role| role.name()).collect();
            UsageError::invalid("ROLE", &roles.join(" "))
        }
        ConfigError::BadAddress(..)
        | ConfigError::Malformed { .. }
        | ConfigError::NoPeerId(..)
        | ConfigError::NotYet(_) => return HomeError::Settings(error).into(),
    };
    usage.into()
}

fn fill(paths: &Paths, args: &InitArgs, clock: &Clock) -> Result<Done, CliError> {
    let keys = KeyFolder::new(paths.keys());
    keys.make(KeyName::Network, &mut rand::rng())?;
    let home = paths.dir().display().to_string();
    let mut lines = vec![Message::HomeMade { home: home.clone() }];
    let mut data = json!({"home": home});
    if let Some(authority) = &args.authority {
        let block = authority_block(authority, &keys, clock)?;
        let text = block.to_string();
        write_durably(&paths.authority(), text.as_bytes()).map_err(HomeError::from)?;
        let file = paths.authority().display().to_string();
        data["authority"] = json!(file);
        lines.push(Message::AuthorityWritten { file });
    }
    if let Some(trust) = &args.trust {
        install(paths, &trust.trust, &trust.root, clock.now()?)?;
    }
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
    // a home for tests lives on one machine
    config.network.private_addresses = args.test_clock;
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

#[cfg(test)]
mod tests {
    use super::*;
    use lachan_shell::words::Lang;

    fn args(roles: Vec<Role>) -> InitArgs {
        InitArgs {
            roles,
            listen: Vec::new(),
            peers: Vec::new(),
            office_at: Vec::new(),
            test_clock: false,
            trust: None,
            authority: None,
        }
    }

    fn making(dir: &Path, args: &InitArgs) -> Result<(), String> {
        let global = Global {
            clock: None,
            home: Some(dir.to_owned()),
        };
        let made = init(&global, args, &Terminal::new(Lang::En, true));
        made.map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn a_refused_setting_names_its_option_and_leaves_no_home() {
        let base = tempfile::tempdir().unwrap();
        let dir = base.path().join("home");
        let relay = || args(vec![Role::Relay]);
        let mut here = relay();
        here.listen.push("here".into());
        let mut peer = relay();
        peer.peers.push("/ip4/127.0.0.1/tcp/1".into());
        let mut office_at = relay();
        office_at.office_at.push("there".into());
        let twice = args(vec![Role::Relay, Role::Relay]);
        for (args, option) in [
            (here, "--listen"),
            (peer, "--peer"),
            (office_at, "--office-at"),
            (twice, "ROLE"),
            (args(vec![Role::Witness]), "ROLE"),
        ] {
            let error = making(&dir, &args).unwrap_err();
            assert!(error.contains(option), "{option}: {error}");
            assert!(!dir.exists(), "{option}");
        }
        assert_eq!(making(&dir, &relay()), Ok(()));
    }

    #[test]
    fn a_making_that_fails_late_leaves_the_folder_as_it_was() {
        let base = tempfile::tempdir().unwrap();
        let absent = base.path().join("absent");
        let empty = base.path().join("empty");
        fs::create_dir(&empty).unwrap();
        let mut late = args(vec![Role::Relay]);
        late.trust = Some(crate::cli::args::TrustArgs {
            trust: base.path().join("nofile"),
            root: "no vkey".into(),
        });
        for dir in [&absent, &empty] {
            making(dir, &late).unwrap_err();
        }
        assert!(!absent.exists());
        assert_eq!(before(&empty), Before::Empty);
        let full = base.path().join("full");
        fs::create_dir(&full).unwrap();
        fs::write(full.join("mine"), "kept").unwrap();
        making(&full, &late).unwrap_err();
        assert!(full.join("mine").exists());
    }
}
