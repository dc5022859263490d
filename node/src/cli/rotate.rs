//! `rotate-key`: a new network key, and with it a new peer id.
//! Knows the key's file and the answer; does not know who wrote the old id down.
//! Specified in specs/protocol.md §13.6.

use super::{CliError, Done, paths};
use crate::home::Home;
use crate::keys::{KeyFolder, KeyName};
use crate::messages::Message;
use crate::net;
use crate::service::RunError;
use lachan_shell::arguments::Global;
use serde_json::json;

/// Gives a home that no node runs in a new network key.
pub(super) fn rotate_key(global: &Global) -> Result<Done, CliError> {
    let home = Home::open(paths(global)?.dir())?;
    let keys = KeyFolder::new(home.paths().keys());
    let peer_id = || -> Result<String, CliError> {
        let id = net::peer_id(&*keys.seed(KeyName::Network)?).map_err(RunError::from)?;
        Ok(id.to_string())
    };
    let old = peer_id()?;
    keys.replace(KeyName::Network, &mut rand::rng())?;
    let new = peer_id()?;
    let data = json!({"old": old, "peer_id": new});
    Ok(Done::new(data, vec![Message::KeyRotated { old, new }]))
}

#[cfg(test)]
mod tests {
    use super::super::args::Command;
    use super::super::tests::work;
    use super::*;
    use crate::config::{Config, Role};

    #[test]
    fn a_rotated_key_gives_another_peer_id_and_a_home_in_use_keeps_its_own() {
        let base = tempfile::tempdir().unwrap();
        let config = Config::new(vec![Role::Relay]);
        let home = Home::create(base.path(), config).unwrap().finish().unwrap();
        let keys = KeyFolder::new(home.paths().keys());
        keys.make(KeyName::Network, &mut rand::rng()).unwrap();
        let seed = || *keys.seed(KeyName::Network).unwrap();
        let global = Global {
            clock: None,
            home: Some(base.path().to_owned()),
        };
        let before = seed();
        assert!(rotate_key(&global).is_err(), "the home is in use");
        assert_eq!(seed(), before);
        drop(home);
        work(base.path(), Command::RotateKey);
        assert_ne!(net::peer_id(&seed()), net::peer_id(&before));
    }
}
