//! `[network]` and `[limits]`: how nodes are found, and what strangers may take.
//! Knows keys and values; does not know sockets.
//! Specified in specs/interfaces.md.

use lachan_link::address::Reach;
use serde::Deserialize;

/// `[network]`; a `node.toml` of an older version has none, and gets what stands here by default.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NetworkSection {
    /// Where others reach this node; nothing: where it listens, if strangers can reach that.
    pub announce: Vec<String>,
    /// Whether further nodes are looked for (kad).
    pub discovery: bool,
    /// Whether nodes of the local network are looked for (mDNS).
    pub mdns: bool,
    /// Whether private addresses that others name are dialed and told on.
    pub private_addresses: bool,
    /// Nodes to be connected with: when there are fewer, further ones are dialed.
    pub wanted_nodes: u32,
}

/// `[limits]`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Most connections at once.
    pub connections: u32,
    /// Most connections of one peer.
    pub connections_of_a_peer: u32,
    /// Most connections of one prefix: /24 of IPv4, /56 of IPv6.
    #[serde(default = "of_a_prefix")]
    pub connections_of_a_prefix: u32,
    /// Ranges of logs that one peer may read a second, in the long run.
    pub log_requests_a_second: u32,
    /// Sealed messages that one peer may send a second, in the long run.
    pub sealed_messages_a_second: u32,
    /// All peers of one prefix together may ask as much as so many peers.
    #[serde(default = "peers_of_a_prefix")]
    pub peers_of_a_prefix: u32,
    /// No new connection while this process holds more MiB of memory.
    #[serde(default = "memory")]
    pub memory_mib: u32,
}

impl Default for NetworkSection {
    fn default() -> Self {
        Self {
            announce: Vec::new(),
            discovery: true,
            mdns: false,
            private_addresses: false,
            wanted_nodes: 8,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1_024,
            connections_of_a_peer: 8,
            connections_of_a_prefix: of_a_prefix(),
            log_requests_a_second: 200,
            sealed_messages_a_second: 20,
            peers_of_a_prefix: peers_of_a_prefix(),
            memory_mib: memory(),
        }
    }
}

impl NetworkSection {
    /// How far addresses that nobody configured may reach; a home for tests lives on one machine.
    #[must_use]
    pub fn reach(&self, test_clock: bool) -> Reach {
        match (self.private_addresses, test_clock) {
            (false, _) => Reach::Public,
            (true, false) => Reach::Site,
            (true, true) => Reach::Anywhere,
        }
    }
}

fn of_a_prefix() -> u32 {
    256
}

fn peers_of_a_prefix() -> u32 {
    10
}

fn memory() -> u32 {
    1_024
}
