//! The addresses of the last run: a node that lets the system choose its port keeps it over a restart.
//! Knows one small file; without it nothing breaks.
//! Specified in specs/interfaces.md.

use crate::config::Config;
use crate::home::Paths;
use lachan_link::Multiaddr;
use libp2p::multiaddr::Protocol;
use std::collections::BTreeMap;

/// Where to listen, and the port of the last run where the settings say 0.
pub(super) fn wanted(config: &Config, paths: &Paths) -> Vec<(Multiaddr, Option<Multiaddr>)> {
    let last: BTreeMap<String, u16> = std::fs::read(paths.ports())
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let addresses = config.listen_addresses().unwrap_or_default();
    addresses
        .into_iter()
        .map(|address| {
            let again = match port_of(&address) {
                Some(0) => last
                    .get(&address.to_string())
                    .map(|port| with_port(&address, *port)),
                _ => None,
            };
            (address, again)
        })
        .collect()
}

/// Keeps the ports of this run: the first heard address fits the first setting with its address.
pub(super) fn keep(config: &Config, paths: &Paths, heard: &[Multiaddr]) {
    let mut ports = BTreeMap::new();
    for wanted in config.listen_addresses().unwrap_or_default() {
        let taken = |port: &u16| ports.values().any(|other| other == port);
        let found = heard
            .iter()
            .filter(|address| fits(&wanted, address))
            .find_map(|address| port_of(address).filter(|port| !taken(port)));
        if let (Some(0), Some(port)) = (port_of(&wanted), found) {
            ports.insert(wanted.to_string(), port);
        }
    }
    let kept =
        serde_json::to_vec(&ports).map(|bytes| lachan_store::write_durably(&paths.ports(), &bytes));
    if !matches!(kept, Ok(Ok(()))) {
        tracing::warn!("the ports of this run could not be kept");
    }
}

fn fits(wanted: &Multiaddr, heard: &Multiaddr) -> bool {
    let host = match (wanted.iter().next(), heard.iter().next()) {
        (Some(Protocol::Ip4(a)), Some(Protocol::Ip4(b))) => a.is_unspecified() || a == b,
        (Some(Protocol::Ip6(a)), Some(Protocol::Ip6(b))) => a.is_unspecified() || a == b,
        _ => false,
    };
    let is_udp = |address: &Multiaddr| address.iter().any(|part| matches!(part, Protocol::Udp(_)));
    host && is_udp(wanted) == is_udp(heard)
}

fn port_of(address: &Multiaddr) -> Option<u16> {
    address.iter().find_map(|part| match part {
        Protocol::Tcp(port) | Protocol::Udp(port) => Some(port),
        _ => None,
    })
}

fn with_port(address: &Multiaddr, port: u16) -> Multiaddr {
    address
        .iter()
        .map(|part| match part {
            Protocol::Tcp(_) => Protocol::Tcp(port),
            Protocol::Udp(_) => Protocol::Udp(port),
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Role;

    #[test]
    fn a_chosen_port_is_tried_again_and_a_fixed_one_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::new(dir.path());
        let mut config = Config::new(vec![Role::Relay]);
        config.listen = vec![
            "/ip4/0.0.0.0/tcp/0".into(),
            "/ip4/127.0.0.1/tcp/4001".into(),
            "/ip4/0.0.0.0/udp/0/quic-v1".into(),
        ];
        assert!(
            wanted(&config, &paths)
                .iter()
                .all(|(_, last)| last.is_none())
        );
        let heard: Vec<Multiaddr> = vec![
            "/ip4/10.0.0.1/tcp/777".parse().unwrap(),
            "/ip4/127.0.0.1/tcp/4001".parse().unwrap(),
            "/ip4/10.0.0.1/udp/888/quic-v1".parse().unwrap(),
        ];
        keep(&config, &paths, &heard);
        let again = wanted(&config, &paths);
        assert_eq!(again[0].1, Some("/ip4/0.0.0.0/tcp/777".parse().unwrap()));
        assert_eq!(again[1].1, None);
        let quic = "/ip4/0.0.0.0/udp/888/quic-v1".parse().unwrap();
        assert_eq!(again[2].1, Some(quic));
    }
}
