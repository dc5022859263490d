//! Settings: what `node.toml` says, complete and commented, and what it may not say.
//! Knows keys and values; does not know sockets or files.
//! Specified in specs/interfaces.md.

mod network;
mod render;

pub use network::{Limits, NetworkSection};

use lachan_link::Multiaddr;
use lachan_link::dialer::parse_address;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Why settings cannot be obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// An address is not a multiaddr.
    #[error("address {0} of {1} is not a multiaddr")]
    BadAddress(usize, Setting),
    /// Not TOML, an unknown key, or a value of another kind.
    #[error("line {line} is not understood")]
    Malformed {
        /// The line, from 1; 0 when the file as a whole lacks something.
        line: usize,
    },
    /// A node needs at least one role, and each once.
    #[error("the roles are empty or say one twice")]
    Roles,
    /// Something that this version cannot do yet.
    #[error("{0} cannot be used in this version")]
    NotYet(Setting),
    /// An office needs an origin.
    #[error("an office needs an origin")]
    OriginMissing,
    /// An address without `/p2p/ID` at its end.
    #[error("address {0} of {1} does not end in /p2p/ID")]
    NoPeerId(usize, Setting),
}

/// A setting that an error speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// `[network] announce`
    Announce,
    /// `[http.*] listen`
    Http,
    /// `listen`
    Listen,
    /// `[relay] office-at`
    OfficeAt,
    /// `peers`
    Peers,
    /// The role `witness`
    Witness,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Announce => "[network] announce",
            Self::Http => "[http.*] listen",
            Self::Listen => "listen",
            Self::OfficeAt => "[relay] office-at",
            Self::Peers => "peers",
            Self::Witness => "the role witness",
        })
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A health authority's office: registers venues, asks for releases, publishes batches, signs its log.
    Office,
    /// Mirrors logs, gossips, serves clients, forwards sealed messages.
    Relay,
    /// Cosigns checkpoints (later).
    Witness,
}

/// Not the name of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a role: office or relay")]
pub struct NotARole;

impl Role {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::Relay => "relay",
            Self::Witness => "witness",
        }
    }
}

impl FromStr for Role {
    type Err = NotARole;

    fn from_str(text: &str) -> Result<Self, NotARole> {
        [Self::Office, Self::Relay, Self::Witness]
            .into_iter()
            .find(|role| role.name() == text)
            .ok_or(NotARole)
    }
}

/// All settings of a node.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// What this node is.
    pub roles: Vec<Role>,
    /// Where it listens; port 0 lets the system choose.
    pub listen: Vec<String>,
    /// Nodes that it stays connected with; each with its peer id.
    pub peers: Vec<String>,
    /// Whether `--clock FILE` is obeyed.
    pub test_clock: bool,
    /// Limits against those who take too much.
    pub limits: Limits,
    /// How nodes are found.
    #[serde(default)]
    pub network: NetworkSection,
    /// Of the role relay.
    pub relay: RelayConfig,
    /// Of the role office.
    pub office: OfficeSection,
    /// Of the role witness (later).
    pub witness: WitnessSection,
    /// Of the web listeners (later).
    pub http: HttpSection,
}

/// `[relay]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RelayConfig {
    /// Where sealed messages go: offices, tried in this order.
    pub office_at: Vec<String>,
}

/// `[office]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OfficeSection {
    /// The origin of its log; the rest stands on the trust list.
    pub origin: String,
}

/// `[witness]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WitnessSection {}

/// `[http]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HttpSection {
    /// `[http.public]`
    pub public: Listener,
    /// `[http.panel]`
    pub panel: Listener,
    /// `[http.metrics]`
    pub metrics: Listener,
}

/// A web listener.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Listener {
    /// `IP:PORT`, or nothing.
    pub listen: String,
}

impl Config {
    /// Settings of a node with these roles, everything else as it is by default.
    #[must_use]
    pub fn new(roles: Vec<Role>) -> Self {
        Self {
            roles,
            listen: vec![
                "/ip4/0.0.0.0/tcp/4001".into(),
                "/ip4/0.0.0.0/udp/4001/quic-v1".into(),
            ],
            peers: Vec::new(),
            test_clock: false,
            limits: Limits::default(),
            network: NetworkSection::default(),
            relay: RelayConfig::default(),
            office: OfficeSection::default(),
            witness: WitnessSection {},
            http: HttpSection::default(),
        }
    }

    /// Reads `node.toml`.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| ConfigError::Malformed {
            line: error
                .span()
                .and_then(|span| text.get(..span.start))
                .map_or(0, |before| before.lines().count().max(1)),
        })?;
        config.checked()
    }

    /// The settings, if they can be obeyed.
    ///
    /// # Errors
    /// [`ConfigError`], all but `Malformed`.
    pub fn checked(self) -> Result<Self, ConfigError> {
        let mut roles = self.roles.clone();
        roles.sort_unstable();
        roles.dedup();
        if roles.is_empty() || roles.len() != self.roles.len() {
            return Err(ConfigError::Roles);
        }
        if self.is(Role::Witness) {
            return Err(ConfigError::NotYet(Setting::Witness));
        }
        let http = [&self.http.public, &self.http.panel, &self.http.metrics];
        if http.iter().any(|listener| !listener.listen.is_empty()) {
            return Err(ConfigError::NotYet(Setting::Http));
        }
        if self.is(Role::Office) && self.office.origin.is_empty() {
            return Err(ConfigError::OriginMissing);
        }
        self.listen_addresses()?;
        self.peer_addresses()?;
        self.office_addresses()?;
        self.announced_addresses()?;
        Ok(self)
    }

    /// Whether the node has this role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Where it listens.
    ///
    /// # Errors
    /// [`ConfigError::BadAddress`].
    pub fn listen_addresses(&self) -> Result<Vec<Multiaddr>, ConfigError> {
        bare_addresses(&self.listen, Setting::Listen)
    }

    /// Where others reach it, as the settings say.
    ///
    /// # Errors
    /// [`ConfigError::BadAddress`].
    pub fn announced_addresses(&self) -> Result<Vec<Multiaddr>, ConfigError> {
        bare_addresses(&self.network.announce, Setting::Announce)
    }

    /// Nodes that it stays connected with.
    ///
    /// # Errors
    /// [`ConfigError::BadAddress`], [`ConfigError::NoPeerId`].
    pub fn peer_addresses(&self) -> Result<Vec<Multiaddr>, ConfigError> {
        addresses(&self.peers, Setting::Peers)
    }

    /// Offices that sealed messages go to.
    ///
    /// # Errors
    /// [`ConfigError::BadAddress`], [`ConfigError::NoPeerId`].
    pub fn office_addresses(&self) -> Result<Vec<Multiaddr>, ConfigError> {
        addresses(&self.relay.office_at, Setting::OfficeAt)
    }

    /// `node.toml`, complete and commented.
    #[must_use]
    pub fn to_toml(&self) -> String {
        render::render(self)
    }
}

fn bare_addresses(texts: &[String], of: Setting) -> Result<Vec<Multiaddr>, ConfigError> {
    let parse = |(index, text): (usize, &String)| {
        text.parse()
            .map_err(|_| ConfigError::BadAddress(index + 1, of))
    };
    texts.iter().enumerate().map(parse).collect()
}

fn addresses(texts: &[String], of: Setting) -> Result<Vec<Multiaddr>, ConfigError> {
    let parse = |(index, text): (usize, &String)| {
        parse_address(text).map_err(|error| match error {
            lachan_link::LinkError::NoPeerId => ConfigError::NoPeerId(index + 1, of),
            _ => ConfigError::BadAddress(index + 1, of),
        })
    };
    texts.iter().enumerate().map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Config {
        let mut config = Config::new(vec![Role::Office, Role::Relay]);
        config.office.origin = "log.example/\"hanoi\"".into();
        config.listen.push("/ip6/::1/tcp/0".into());
        let peer = "/ip4/127.0.0.1/tcp/1/p2p/12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust";
        config.peers.push(peer.into());
        config.relay.office_at.push(peer.into());
        config.test_clock = true;
        config
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        for config in [full(), Config::new(vec![Role::Relay])] {
            assert_eq!(Config::from_toml(&config.to_toml()), Ok(config));
        }
    }

    #[test]
    fn refuses_unknown_keys_and_missing_ones_with_their_line() {
        let text = full().to_toml();
        assert_eq!(
            Config::from_toml(&format!("surprise = 1\n{text}")),
            Err(ConfigError::Malformed { line: 1 })
        );
        let without: String = text
            .lines()
            .filter(|line| !line.starts_with("peers"))
            .map(|line| format!("{line}\n"))
            .collect();
        assert!(matches!(
            Config::from_toml(&without),
            Err(ConfigError::Malformed { .. })
        ));
    }

    #[test]
    fn refuses_what_cannot_be_obeyed() {
        let change = |edit: fn(&mut Config)| {
            let mut config = full();
            edit(&mut config);
            config.checked().err()
        };
        assert_eq!(change(|_| ()), None);
        assert_eq!(change(|c| c.roles.clear()), Some(ConfigError::Roles));
        assert_eq!(
            change(|c| c.office.origin.clear()),
            Some(ConfigError::OriginMissing)
        );
        assert_eq!(
            change(|c| c.peers.push("/ip4/127.0.0.1/tcp/1".into())),
            Some(ConfigError::NoPeerId(2, Setting::Peers))
        );
        assert_eq!(
            change(|c| c.listen.push("here".into())),
            Some(ConfigError::BadAddress(4, Setting::Listen))
        );
        assert_eq!(
            change(|c| c.network.announce.push("there".into())),
            Some(ConfigError::BadAddress(1, Setting::Announce))
        );
        assert_eq!(
            change(|c| c.http.panel.listen.push_str("127.0.0.1:80")),
            Some(ConfigError::NotYet(Setting::Http))
        );
    }
}
