//! Who may connect: connections of one prefix are limited, in number and in how fast they come; liars stay outside.
//! Knows prefixes and connections; does not know what is said on them.
//! Specified in specs/protocol.md §13.1.

use super::buckets::{Buckets, QuotaExceeded, Rate};
use super::prefix::Prefix;
use lachan_link::{Multiaddr, PeerId};
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::swarm::{
    ConnectionClosed, ConnectionDenied, ConnectionId, DialFailure, FromSwarm, ListenFailure,
    NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm, dummy,
};
use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::task::{Context, Poll};
use std::time::Instant;

/// Connections that come from one prefix.
const COMING: Rate = Rate {
    a_second: 20.0,
    burst: 400.0,
};
/// Prefixes that are remembered.
const PREFIXES: usize = 16_384;

/// One prefix has as many connections as it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many connections of one prefix")]
pub(super) struct PrefixFull;

/// Peers that are shut out at most; the one that may come back first gives way.
const MOST_SHUNNED: usize = 4_096;

/// The peer lied too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the peer lied too often")]
pub(super) struct Shunned;

/// The behaviour that stands before all others.
#[derive(Debug)]
pub(super) struct Gate {
    most_of_a_prefix: usize,
    friends: BTreeSet<PeerId>,
    coming: Buckets<Prefix>,
    /// Connections that are ready or on their way in, and where they come from.
    connections: HashMap<ConnectionId, Prefix>,
    of_prefix: HashMap<Prefix, usize>,
    /// Peers that are shut out, and until when.
    shunned: HashMap<PeerId, Instant>,
}

impl Gate {
    pub(super) fn new(most_of_a_prefix: u32, friends: &[PeerId]) -> Self {
        Self {
            most_of_a_prefix: usize::try_from(most_of_a_prefix).unwrap_or(usize::MAX),
            friends: friends.iter().copied().collect(),
            coming: Buckets::new(COMING, PREFIXES),
            connections: HashMap::new(),
            of_prefix: HashMap::new(),
            shunned: HashMap::new(),
        }
    }

    /// Where a connection comes from.
    pub(super) fn prefix_of(&self, connection: ConnectionId) -> Prefix {
        let known = self.connections.get(&connection);
        known.copied().unwrap_or(Prefix::None)
    }

    /// Connections that are ready or on their way in.
    pub(super) fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Whether the settings name this peer.
    pub(super) fn is_friend(&self, peer: &PeerId) -> bool {
        self.friends.contains(peer)
    }

    /// Shuts a peer out; not one of the settings.
    pub(super) fn shun(&mut self, peer: PeerId, until: Instant) -> bool {
        if self.is_friend(&peer) {
            return false;
        }
        if self.shunned.len() >= MOST_SHUNNED && !self.shunned.contains_key(&peer) {
            let first = self.shunned.iter().min_by_key(|(_, until)| **until);
            if let Some(first) = first.map(|(peer, _)| *peer) {
                self.shunned.remove(&first);
            }
        }
        self.shunned.insert(peer, until);
        true
    }

    /// Lets those back in whose time is over.
    pub(super) fn let_back(&mut self, now: Instant) {
        self.shunned.retain(|_, until| *until > now);
    }

    /// How many peers are shut out.
    pub(super) fn shunned(&self) -> usize {
        self.shunned.len()
    }

    fn not_shunned(&self, peer: &PeerId) -> Result<(), ConnectionDenied> {
        match self.shunned.contains_key(peer) {
            true => Err(ConnectionDenied::new(Shunned)),
            false => Ok(()),
        }
    }

    fn come(&mut self, connection: ConnectionId, prefix: Prefix) {
        if self.connections.insert(connection, prefix).is_none() {
            *self.of_prefix.entry(prefix).or_default() += 1;
        }
    }

    fn go(&mut self, connection: ConnectionId) {
        let Some(prefix) = self.connections.remove(&connection) else {
            return;
        };
        if let Some(count) = self.of_prefix.get_mut(&prefix) {
            *count -= 1;
            if *count == 0 {
                self.of_prefix.remove(&prefix);
            }
        }
    }

    fn room(&mut self, prefix: Prefix, now: Instant) -> Result<(), PrefixFull> {
        let count = self.of_prefix.get(&prefix).copied().unwrap_or(0);
        if count >= self.most_of_a_prefix {
            return Err(PrefixFull);
        }
        let taken = self.coming.take(prefix, now);
        taken.map_err(|QuotaExceeded { .. }| PrefixFull)
    }
}

impl NetworkBehaviour for Gate {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        id: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        let prefix = Prefix::of(remote);
        // who it is shows later: a friend whose prefix is full is dialed from here
        self.room(prefix, Instant::now())
            .map_err(ConnectionDenied::new)?;
        self.come(id, prefix);
        Ok(())
    }

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.not_shunned(&peer)?;
        self.come(id, Prefix::of(remote));
        Ok(dummy::ConnectionHandler)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: Option<PeerId>,
        _: &[Multiaddr],
        _: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        peer.map_or(Ok(()), |peer| self.not_shunned(&peer))?;
        Ok(vec![])
    }

    fn handle_established_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.not_shunned(&peer)?;
        // those whom the settings name take no room from others of their prefix
        let is_friend = self.is_friend(&peer);
        self.come(
            id,
            if is_friend {
                Prefix::None
            } else {
                Prefix::of(address)
            },
        );
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionClosed(ConnectionClosed { connection_id, .. })
            | FromSwarm::DialFailure(DialFailure { connection_id, .. })
            | FromSwarm::ListenFailure(ListenFailure { connection_id, .. }) => {
                self.go(connection_id);
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        _: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_prefix_that_is_full_leaves_room_for_others_and_finds_room_again() {
        let mut gate = Gate::new(3, &[]);
        let own: Multiaddr = "/ip4/192.0.2.1/tcp/4001".parse().unwrap();
        let from = |third: u8| {
            format!("/ip4/198.51.{third}.7/tcp/9")
                .parse::<Multiaddr>()
                .unwrap()
        };
        let mut at = 0;
        let mut comes = |gate: &mut Gate, third| {
            at += 1;
            let id = ConnectionId::new_unchecked(at);
            gate.handle_pending_inbound_connection(id, &own, &from(third))
                .is_ok()
        };
        for _ in 0..3 {
            assert!(comes(&mut gate, 1));
        }
        assert!(!comes(&mut gate, 1));
        assert!(comes(&mut gate, 2));
        gate.go(ConnectionId::new_unchecked(1));
        assert!(comes(&mut gate, 1));
        assert!(!comes(&mut gate, 1));
        assert_eq!(gate.connections(), 4);
        // the control: without the limit all of them come
        let mut open = Gate::new(u32::MAX, &[]);
        assert!((0..100).all(|_| comes(&mut open, 1)));
    }

    #[test]
    fn connections_of_one_prefix_come_only_so_fast() {
        let mut gate = Gate::new(u32::MAX, &[]);
        let (prefix, now) = (Prefix::V4([192, 0, 2]), Instant::now());
        let came = (0..5_000)
            .filter(|_| gate.room(prefix, now).is_ok())
            .count();
        assert_eq!(came, 400);
        assert!(gate.room(Prefix::V4([192, 0, 3]), now).is_ok());
    }

    #[test]
    fn who_is_shut_out_comes_by_no_way_until_its_time_is_over() {
        let (liar, friend) = (PeerId::random(), PeerId::random());
        let mut gate = Gate::new(u32::MAX, &[friend]);
        let at: Multiaddr = "/ip4/192.0.2.1/tcp/4001".parse().unwrap();
        let ways = |gate: &mut Gate, peer| {
            let id = ConnectionId::new_unchecked(1);
            let incoming = gate.handle_established_inbound_connection(id, peer, &at, &at);
            let (listener, port) = (Endpoint::Listener, PortUse::New);
            let dial = gate.handle_pending_outbound_connection(id, Some(peer), &[], listener);
            let outgoing =
                gate.handle_established_outbound_connection(id, peer, &at, listener, port);
            [incoming.is_ok(), dial.is_ok(), outgoing.is_ok()]
        };
        let (now, second) = (Instant::now(), Duration::from_secs(1));
        assert_eq!(ways(&mut gate, liar), [true; 3], "the control");
        assert!(gate.shun(liar, now + second));
        assert!(!gate.shun(friend, now + second));
        assert_eq!(ways(&mut gate, liar), [false; 3]);
        assert_eq!(ways(&mut gate, friend), [true; 3]);
        gate.let_back(now);
        assert_eq!((gate.shunned(), ways(&mut gate, liar)), (1, [false; 3]));
        gate.let_back(now + second);
        assert_eq!((gate.shunned(), ways(&mut gate, liar)), (0, [true; 3]));
    }

    #[test]
    fn many_liars_do_not_fill_the_memory() {
        let mut gate = Gate::new(u32::MAX, &[]);
        let now = Instant::now();
        let first = PeerId::random();
        assert!(gate.shun(first, now));
        for _ in 0..MOST_SHUNNED {
            assert!(gate.shun(PeerId::random(), now + Duration::from_secs(1)));
        }
        assert_eq!(gate.shunned(), MOST_SHUNNED);
        assert!(gate.not_shunned(&first).is_ok());
    }
}
