//! Where this node dials: the addresses of its settings, and of what others name only what is vetted, a few at a time.
//! Knows addresses and moments; does not know who is there.
//! Specified in specs/protocol.md §13.1.

use super::buckets::{Buckets, Rate};
use super::counters::{Counters, Refused};
use super::prefix::Prefix;
use lachan_link::Multiaddr;
use lachan_link::address::{Reach, ip_of, is_dialable};
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Addresses that strangers name: so many are dialed, also when they name ever more.
const STRANGERS: Rate = Rate {
    a_second: 2.0,
    burst: 64.0,
};
/// Into one prefix, so that many nodes that are told of a victim do not become a flood.
const INTO_A_PREFIX: Rate = Rate {
    a_second: 0.2,
    burst: 32.0,
};
/// Prefixes that are remembered.
const PREFIXES: usize = 4_096;
/// Addresses that were vetted elsewhere and are let through.
const MOST_VETTED: usize = 128;

/// Every dial of the swarm goes through it, whichever part of libp2p wants it.
#[derive(Clone, Debug)]
pub(super) struct Guard(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    reach: Reach,
    named: BTreeSet<Multiaddr>,
    moving: Mutex<Moving>,
    counters: Arc<Counters>,
}

#[derive(Debug)]
struct Moving {
    vetted: VecDeque<Multiaddr>,
    strangers: Buckets<()>,
    prefixes: Buckets<Prefix>,
}

impl Guard {
    /// Lets through what the settings name, and of the rest what is within reach.
    pub(super) fn new(
        named: impl Iterator<Item = Multiaddr>,
        reach: Reach,
        counters: Arc<Counters>,
    ) -> Self {
        Self(Arc::new(Inner {
            reach,
            named: named.collect(),
            moving: Mutex::new(Moving {
                vetted: VecDeque::new(),
                strangers: Buckets::new(STRANGERS, 1),
                prefixes: Buckets::new(INTO_A_PREFIX, PREFIXES),
            }),
            counters,
        }))
    }

    /// How far it lets through what strangers name.
    pub(super) fn reach(&self) -> Reach {
        self.0.reach
    }

    /// Lets these through as well: they were vetted by another rule (a name's addresses, a neighbour's).
    pub(super) fn let_through(&self, addresses: &[Multiaddr]) {
        let mut moving = self.0.moving.lock().unwrap_or_else(PoisonError::into_inner);
        for address in addresses {
            if moving.vetted.contains(address) {
                continue;
            }
            if moving.vetted.len() >= MOST_VETTED {
                moving.vetted.pop_front();
            }
            moving.vetted.push_back(address.clone());
        }
    }

    /// Whether this address is dialed now.
    pub(super) fn may_dial(&self, address: &Multiaddr, now: Instant) -> bool {
        if self.0.named.contains(address) {
            return true;
        }
        let mut moving = self.0.moving.lock().unwrap_or_else(PoisonError::into_inner);
        if moving.vetted.contains(address) {
            return true;
        }
        let may = is_dialable(address, self.0.reach)
            && moving.prefixes.take(Prefix::of(address), now).is_ok()
            && moving.strangers.take((), now).is_ok();
        if !may {
            self.0.counters.count(Refused::Address);
        }
        may
    }

    /// Whether others are told of this address.
    pub(super) fn may_tell(&self, address: &Multiaddr) -> bool {
        is_dialable(address, self.0.reach)
    }

    /// Which of the addresses that a peer says it has are kept: those at the IP address where it was seen, so that
    /// nobody can name somebody else.
    pub(super) fn of_peer(&self, claimed: &[Multiaddr], seen: &Multiaddr) -> Vec<Multiaddr> {
        let Some(seen) = seen.iter().next() else {
            return Vec::new();
        };
        let at_home = |address: &&Multiaddr| {
            ip_of(address).is_some()
                && address.iter().next() == Some(seen.clone())
                && self.may_tell(address)
        };
        let kept = claimed.iter().filter(at_home);
        kept.take(MOST_OF_A_PEER).cloned().collect()
    }
}

/// Addresses of one peer that are kept.
const MOST_OF_A_PEER: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: &str = "/p2p/12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust";

    fn at(text: &str) -> Multiaddr {
        text.parse().unwrap()
    }

    fn guard(reach: Reach) -> (Guard, Arc<Counters>) {
        let counters = Arc::new(Counters::default());
        let named = at(&format!("/ip4/10.0.0.5/tcp/4001{PEER}"));
        let guard = Guard::new([named].into_iter(), reach, Arc::clone(&counters));
        (guard, counters)
    }

    #[test]
    fn private_addresses_are_dialed_only_when_the_settings_name_them() {
        let (public, counters) = guard(Reach::Public);
        let now = Instant::now();
        let named = at(&format!("/ip4/10.0.0.5/tcp/4001{PEER}"));
        let others = [
            "/ip4/10.0.0.5/tcp/22",
            "/ip4/127.0.0.1/tcp/4001",
            "/ip6/::1/tcp/1",
        ];
        assert!(public.may_dial(&named, now));
        assert!(public.may_dial(&at("/ip4/1.1.1.1/tcp/4001"), now));
        for other in others {
            assert!(!public.may_dial(&at(other), now), "{other}");
            // the control: what the defence stops
            assert!(
                guard(Reach::Anywhere).0.may_dial(&at(other), now),
                "{other}"
            );
        }
        assert_eq!(counters.of(Refused::Address), 3);
        assert!(!public.may_tell(&named));
    }

    #[test]
    fn a_peer_names_only_addresses_where_it_was_seen() {
        let (guard, _) = guard(Reach::Public);
        let seen = at("/ip4/1.1.1.1/tcp/55555");
        let claimed = [
            "/ip4/1.1.1.1/tcp/4001",
            "/ip4/1.1.1.1/udp/4001/quic-v1",
            "/ip4/9.9.9.9/tcp/25",
            "/ip4/10.0.0.1/tcp/4001",
            "/ip6/::ffff:1.1.1.1/tcp/4001",
            "/dns4/victim.example/tcp/4001",
        ];
        let kept = guard.of_peer(&claimed.map(at), &seen);
        assert_eq!(
            kept,
            claimed[..2].iter().map(|text| at(text)).collect::<Vec<_>>()
        );
        let from_inside = at("/ip4/10.0.0.1/tcp/5");
        assert!(guard.of_peer(&claimed.map(at), &from_inside).is_empty());
    }

    #[test]
    fn many_who_name_one_victim_do_not_make_a_flood() {
        let (guard, _) = guard(Reach::Public);
        let now = Instant::now();
        let dials = |from: u16| {
            let addresses = (0..1_000_u16).map(|n| at(&format!("/ip4/1.1.1.1/tcp/{}", from + n)));
            addresses
                .filter(|address| guard.may_dial(address, now))
                .count()
        };
        assert_eq!(dials(1), 32);
        let elsewhere = (0..200_u8).map(|n| at(&format!("/ip4/9.9.{n}.9/tcp/4001")));
        assert_eq!(elsewhere.filter(|at| guard.may_dial(at, now)).count(), 32);
    }
}
