//! Where a peer comes from, so roughly that a new address costs something: /24 of IPv4, /56 of IPv6.
//! Knows addresses; does not know peers.
//! Specified in specs/protocol.md §13.2.

use lachan_link::Multiaddr;
use libp2p::multiaddr::Protocol;
use std::net::Ipv6Addr;

/// The first bits of an IP address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Prefix {
    /// No IP address.
    None,
    /// The first 24 bits, also of an address that is IPv4 in the dress of IPv6.
    V4([u8; 3]),
    /// The first 56 bits.
    V6([u8; 7]),
}

impl Prefix {
    /// Of an address, by its first part.
    #[must_use]
    pub fn of(address: &Multiaddr) -> Self {
        match address.iter().next() {
            Some(Protocol::Ip4(ip)) => {
                let [a, b, c, _] = ip.octets();
                Self::V4([a, b, c])
            }
            Some(Protocol::Ip6(ip)) => Self::of_v6(ip),
            _ => Self::None,
        }
    }

    fn of_v6(ip: Ipv6Addr) -> Self {
        if let Some(ip) = ip.to_ipv4_mapped() {
            let [a, b, c, _] = ip.octets();
            return Self::V4([a, b, c]);
        }
        let [a, b, c, d, e, f, g, ..] = ip.octets();
        Self::V6([a, b, c, d, e, f, g])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_a_prefix_and_strangers_do_not() {
        let of = |ip: &str| Prefix::of(&format!("{ip}/tcp/1").parse().unwrap());
        assert_eq!(of("/ip4/192.0.2.1"), of("/ip4/192.0.2.255"));
        assert_ne!(of("/ip4/192.0.2.1"), of("/ip4/192.0.3.1"));
        assert_eq!(of("/ip4/192.0.2.1"), of("/ip6/::ffff:192.0.2.9"));
        assert_eq!(of("/ip6/2001:db8:0:1200::1"), of("/ip6/2001:db8:0:12ff::2"));
        assert_ne!(of("/ip6/2001:db8:0:1200::1"), of("/ip6/2001:db8:0:1300::1"));
        assert_eq!(Prefix::of(&"/memory/1".parse().unwrap()), Prefix::None);
    }
}
