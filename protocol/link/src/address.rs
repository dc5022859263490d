//! Which addresses a program may dial: how far each one reaches, and what a name may stand for.
//! Knows addresses; does not know who named them, or what is behind them.
//! Specified in specs/protocol.md §13.1.

use crate::error::LinkError;
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// A name that has not been looked up in this time stands for nothing.
const LOOK_UP: Duration = Duration::from_secs(5);
/// Most addresses that a name may stand for.
const MOST_OF_A_NAME: usize = 8;

/// How far a program may go to an address that nobody configured; each includes the ones before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// What can be reached from everywhere.
    Public,
    /// Private networks as well (RFC 1918, RFC 4193, RFC 6598), not this machine.
    Site,
    /// Loopback, link-local and reserved ranges as well: for tests.
    Anywhere,
}

/// Whether this address may be dialed: an IP address within reach, then TCP or QUIC, then at most a peer id.
/// A name is never dialed as such; see [`resolve`].
#[must_use]
pub fn is_dialable(address: &Multiaddr, reach: Reach) -> bool {
    ip_of(address).is_some_and(|ip| reach_of(ip).is_some_and(|needed| needed <= reach))
}

/// The IP address, if this is one followed by a port of TCP or QUIC and at most a peer id.
#[must_use]
pub fn ip_of(address: &Multiaddr) -> Option<IpAddr> {
    let mut parts = address.iter();
    let ip = match parts.next()? {
        Protocol::Ip4(ip) => IpAddr::V4(ip),
        Protocol::Ip6(ip) => IpAddr::V6(ip),
        _ => return None,
    };
    let rest: Vec<Protocol<'_>> = parts.collect();
    is_port(&rest).then_some(ip)
}

fn is_port(parts: &[Protocol<'_>]) -> bool {
    let ([Protocol::Tcp(1..), rest @ ..] | [Protocol::Udp(1..), Protocol::QuicV1, rest @ ..]) =
        parts
    else {
        return false;
    };
    matches!(rest, [] | [Protocol::P2p(_)])
}

/// How far one must go for an IP address; none for what is nobody's: groups, unspecified and reserved ones.
fn reach_of(ip: IpAddr) -> Option<Reach> {
    match ip {
        IpAddr::V4(ip) => reach_of_v4(ip),
        IpAddr::V6(ip) => reach_of_v6(ip),
    }
}

fn reach_of_v4(ip: Ipv4Addr) -> Option<Reach> {
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        // "this network", groups, reserved, broadcast
        (0 | 224..=255, _, _) => None,
        // RFC 1918 and carriers' NAT (RFC 6598)
        (10, _, _) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) => Some(Reach::Site),
        // this machine, link-local (and clouds' metadata), protocol assignments, documentation, benchmarks, 6to4 relays
        (127, _, _)
        | (169, 254, _)
        | (192, 0, 0 | 2)
        | (192, 88, 99)
        | (198, 18 | 19, _)
        | (198, 51, 100)
        | (203, 0, 113) => Some(Reach::Anywhere),
        _ => Some(Reach::Public),
    }
}

fn reach_of_v6(ip: Ipv6Addr) -> Option<Reach> {
    let parts = ip.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        reach_of_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        [0, 0, 0, 0, 0, 0, 0, 0] => None,
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(Reach::Anywhere),
        // IPv4 in another dress: mapped, compatible, translated (RFC 6052), 6to4
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            embedded(high, low)
        }
        [0x2002, high, low, ..] => embedded(high, low),
        // groups
        [0xff00..=0xffff, ..] => None,
        // unique local, site-local
        [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => Some(Reach::Site),
        // protocol assignments with Teredo and ORCHID, documentation
        [0x2001, 0..=0x01ff, ..] | [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => {
            Some(Reach::Anywhere)
        }
        [0x2000..=0x3fff, ..] => Some(Reach::Public),
        _ => Some(Reach::Anywhere),
    }
}

/// What a configured address stands for. An IP address is taken as it is: somebody wrote it. A name (`/dns/…`,
/// `/dns4/…`, `/dns6/…`) is looked up by the system, and what it stands for must be within `reach`: who answers
/// for the name did not write the settings.
///
/// # Errors
/// [`LinkError::NameNotInReach`]; [`LinkError::Unreachable`] when the name stands for nothing.
pub async fn resolve(address: &Multiaddr, reach: Reach) -> Result<Vec<Multiaddr>, LinkError> {
    let Some((name, port)) = name_of(address) else {
        return Ok(vec![address.clone()]);
    };
    let found = tokio::time::timeout(LOOK_UP, tokio::net::lookup_host((name.as_str(), port)));
    let found = found.await.map_err(|_| LinkError::Unreachable)?;
    let found = found.map_err(|_| LinkError::Unreachable)?;
    within(address, found.map(|socket| socket.ip()), reach)
}

/// The addresses that a name stands for, those within reach.
fn within(
    address: &Multiaddr,
    ips: impl Iterator<Item = IpAddr>,
    reach: Reach,
) -> Result<Vec<Multiaddr>, LinkError> {
    let fits = |ip: &IpAddr| match address.iter().next() {
        Some(Protocol::Dns4(_)) => ip.is_ipv4(),
        Some(Protocol::Dns6(_)) => ip.is_ipv6(),
        _ => true,
    };
    let all: Vec<Multiaddr> = ips
        .filter(fits)
        .map(|ip| {
            std::iter::once(ip.into())
                .chain(address.iter().skip(1))
                .collect()
        })
        .collect();
    if all.is_empty() {
        return Err(LinkError::Unreachable);
    }
    let mut reached: Vec<Multiaddr> = all
        .into_iter()
        .filter(|address| is_dialable(address, reach))
        .collect();
    reached.dedup();
    reached.truncate(MOST_OF_A_NAME);
    if reached.is_empty() {
        return Err(LinkError::NameNotInReach);
    }
    Ok(reached)
}

fn name_of(address: &Multiaddr) -> Option<(String, u16)> {
    let mut parts = address.iter();
    let name = match parts.next()? {
        Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name) => name.into_owned(),
        _ => return None,
    };
    match parts.next()? {
        Protocol::Tcp(port) | Protocol::Udp(port) => Some((name, port)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
