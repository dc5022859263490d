//! Finding further nodes: kad for addresses only, and mDNS when it is asked for.
//! Knows where nodes are said to be; what they say in their logs is verified elsewhere.
//! Specified in specs/protocol.md §13.6.

use super::NetError;
use super::counters::Refused;
use super::events::Task;
use super::prefix::Prefix;
use lachan_link::address::{Reach, is_dialable};
use lachan_link::names::{ADDRESSES, LOG};
use lachan_link::{Multiaddr, PeerId};
use libp2p::kad::store::{MemoryStore, MemoryStoreConfig};
use libp2p::kad::{self, BucketInserts, Event, InboundRequest, Mode, StoreInserts};
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::{identify, mdns};
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

/// A look round for further addresses.
const LOOK_ROUND: Duration = Duration::from_secs(300);
/// How often a node that knows too few others dials some.
const DIAL: Duration = Duration::from_secs(5);
/// Nodes of one bucket of the table, of which there are 256.
const OF_A_BUCKET: NonZeroUsize = NonZeroUsize::new(16).expect("not zero");
/// Nodes of one prefix in the whole table, so that one house cannot fill it.
const OF_A_PREFIX: usize = 16;
/// Most nodes in the table.
const MOST: usize = 1_024;
/// Nodes that are dialed at once.
const AT_ONCE: usize = 3;
/// Addresses of nodes of the local network that are kept and dialed.
const NEIGHBOURS: usize = 32;

pub(super) type Kad = kad::Behaviour<MemoryStore>;

/// The table of addresses: it answers where nodes are, and stores nothing that others put.
pub(super) fn kad(me: PeerId) -> Kad {
    let mut config = kad::Config::new(ADDRESSES);
    config
        .set_kbucket_inserts(BucketInserts::Manual)
        .set_kbucket_size(OF_A_BUCKET)
        .set_record_filtering(StoreInserts::FilterBoth)
        .set_record_ttl(None)
        .set_replication_interval(None)
        .set_publication_interval(None)
        .set_provider_publication_interval(None)
        .set_periodic_bootstrap_interval(Some(LOOK_ROUND))
        .set_query_timeout(Duration::from_secs(20))
        .set_substreams_timeout(Duration::from_secs(10))
        .set_max_packet_size(16_384);
    let nothing = MemoryStoreConfig {
        max_records: 0,
        max_value_bytes: 0,
        max_providers_per_key: 0,
        max_provided_keys: 0,
    };
    let store = MemoryStore::with_config(me, nothing);
    let mut kad = Kad::with_config(me, store, config);
    kad.set_mode(Some(Mode::Server));
    kad
}

/// mDNS, if it is asked for.
pub(super) fn mdns(
    is_wanted: bool,
    me: PeerId,
) -> Result<Option<mdns::tokio::Behaviour>, NetError> {
    let made = is_wanted.then(|| mdns::tokio::Behaviour::new(mdns::Config::default(), me));
    made.transpose().map_err(|_| NetError::Swarm)
}

/// When nodes are dialed next.
#[derive(Debug)]
pub(super) struct Seeking {
    pub(super) wanted: usize,
    next: Instant,
    turn: usize,
    /// Nodes of the local network and where they said they are.
    neighbours: Vec<(PeerId, Multiaddr)>,
}

impl Seeking {
    pub(super) fn new(wanted: u32, now: Instant) -> Self {
        Self {
            wanted: usize::try_from(wanted).unwrap_or(usize::MAX),
            next: now,
            turn: 0,
            neighbours: Vec::new(),
        }
    }
}

impl Task {
    /// A peer said what it speaks and where it is reached: a node is put into the table where it was seen.
    pub(super) fn identified(
        &mut self,
        peer: PeerId,
        seen: Option<Multiaddr>,
        info: &identify::Info,
    ) {
        let speaks = info.protocols.contains(&ADDRESSES) && info.protocols.contains(&LOG);
        let Some(seen) = seen.filter(|_| speaks) else {
            return;
        };
        for address in self.guard.of_peer(&info.listen_addrs, &seen) {
            self.insert(peer, address);
        }
    }

    fn insert(&mut self, peer: PeerId, address: Multiaddr) {
        let prefix = Prefix::of(&address);
        let Some(kad) = self.swarm.behaviour_mut().kad.as_mut() else {
            return;
        };
        let (mut all, mut near, mut known) = (0, 0, false);
        for bucket in kad.kbuckets() {
            for entry in bucket.iter() {
                all += 1;
                known |= *entry.node.key.preimage() == peer;
                let shares = |address: &Multiaddr| Prefix::of(address) == prefix;
                near += usize::from(entry.node.value.iter().any(shares));
            }
        }
        if known || (all < MOST && near < OF_A_PREFIX) {
            kad.add_address(&peer, address);
        }
    }

    pub(super) fn on_kad_event(&mut self, event: Event) {
        match event {
            Event::InboundRequest { request } => match request {
                InboundRequest::AddProvider { .. } | InboundRequest::PutRecord { .. } => {
                    self.counters.count(Refused::Record);
                }
                InboundRequest::FindNode { .. }
                | InboundRequest::GetProvider { .. }
                | InboundRequest::GetRecord { .. } => {}
            },
            // an address that was dialed because the settings name it is not told on
            Event::RoutingUpdated {
                peer, addresses, ..
            } => {
                let guard = self.guard.clone();
                let Some(kad) = self.swarm.behaviour_mut().kad.as_mut() else {
                    return;
                };
                for address in addresses.iter().filter(|address| !guard.may_tell(address)) {
                    kad.remove_address(&peer, address);
                }
            }
            Event::ModeChanged { .. }
            | Event::OutboundQueryProgressed { .. }
            | Event::PendingRoutablePeer { .. }
            | Event::RoutablePeer { .. }
            | Event::UnroutablePeer { .. } => {}
        }
    }

    /// Neighbours told where they are; the one at the address must have the peer id, like everywhere.
    pub(super) fn on_mdns_event(&mut self, event: mdns::Event) {
        let found = match event {
            mdns::Event::Discovered(found) => found,
            mdns::Event::Expired(gone) => {
                self.seeking.neighbours.retain(|one| !gone.contains(one));
                return;
            }
        };
        for (peer, address) in found {
            // not this machine: who asks for neighbours does not ask for that
            if !is_dialable(&address, self.guard.reach().max(Reach::Site)) {
                self.counters.count(Refused::Address);
                continue;
            }
            let known = &mut self.seeking.neighbours;
            if known.len() < NEIGHBOURS && !known.iter().any(|one| *one == (peer, address.clone()))
            {
                known.push((peer, address));
            }
        }
        self.dial_neighbours();
    }

    /// mDNS tells of a neighbour once; it is dialed until it is connected or gone.
    fn dial_neighbours(&mut self) {
        for (peer, address) in self.seeking.neighbours.clone() {
            if self.swarm.is_connected(&peer) {
                continue;
            }
            let whole = address.clone().with_p2p(peer).unwrap_or(address);
            self.guard.let_through(std::slice::from_ref(&whole));
            self.dial(peer, vec![whole]);
        }
    }

    /// Dials a few of the nodes in the table while this node is connected with fewer than it wants.
    pub(super) fn seek(&mut self, now: Instant) {
        if now < self.seeking.next {
            return;
        }
        self.seeking.next = now + DIAL;
        self.dial_neighbours();
        let missing = self.seeking.wanted.saturating_sub(self.serving.len());
        let Some(kad) = self.swarm.behaviour_mut().kad.as_mut() else {
            return;
        };
        let mut nodes: Vec<PeerId> = Vec::new();
        for bucket in kad.kbuckets() {
            nodes.extend(bucket.iter().map(|entry| *entry.node.key.preimage()));
        }
        self.known = nodes.len();
        nodes.retain(|peer| !self.swarm.is_connected(peer));
        if nodes.is_empty() {
            return;
        }
        // others at each turn: some may be gone
        self.seeking.turn = self.seeking.turn.wrapping_add(AT_ONCE) % nodes.len();
        nodes.rotate_left(self.seeking.turn);
        for peer in nodes.into_iter().take(missing.min(AT_ONCE)) {
            self.dial(peer, Vec::new());
        }
    }

    /// Dials a peer at these addresses and at those that the table has.
    fn dial(&mut self, peer: PeerId, addresses: Vec<Multiaddr>) {
        let options = DialOpts::peer_id(peer)
            .condition(PeerCondition::DisconnectedAndNotDialing)
            .addresses(addresses)
            .extend_addresses_through_behaviour()
            .build();
        if let Err(error) = self.swarm.dial(options) {
            tracing::debug!(%peer, %error, "does not dial");
        }
    }
}
