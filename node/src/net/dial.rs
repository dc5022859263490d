//! Listening, and staying connected with the nodes of the settings.
//! Knows addresses, what names stand for, and waits between attempts; dials nobody whom the settings do not name.
//! Specified in specs/protocol.md §13.1.

use super::NetError;
use super::behaviour::{Node, NodeEvent};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use lachan_link::address::{Reach, resolve};
use lachan_link::dialer::peer_of;
use lachan_link::{Multiaddr, PeerId};
use libp2p::Swarm;
use libp2p::core::transport::ListenerId;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::SwarmEvent;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv6Addr, TcpListener, UdpSocket};
use std::time::{Duration, Instant};

const LISTEN_PATIENCE: Duration = Duration::from_secs(10);
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What happens while a node begins to listen, and is looked at afterwards.
pub(super) type Missed = Vec<SwarmEvent<NodeEvent>>;

/// Listens everywhere, and gives the addresses with the node's peer id; what else happens meanwhile goes to `missed`.
pub(super) async fn listen(
    swarm: &mut Swarm<Node>,
    addresses: &[(Multiaddr, Option<Multiaddr>)],
    missed: &mut Missed,
) -> Result<Vec<Multiaddr>, NetError> {
    let mut heard = Vec::new();
    for (at, (wanted, last)) in addresses.iter().enumerate() {
        let again = match last {
            Some(last) => listen_at(swarm, last, missed).await,
            None => None,
        };
        let found = match again {
            Some(found) => found,
            None => listen_at(swarm, wanted, missed)
                .await
                .ok_or(NetError::CannotListen(at + 1))?,
        };
        heard.extend(found);
    }
    let peer = *swarm.local_peer_id();
    heard
        .into_iter()
        .map(|address| address.with_p2p(peer).map_err(|_| NetError::Swarm))
        .collect()
}

async fn listen_at(
    swarm: &mut Swarm<Node>,
    address: &Multiaddr,
    missed: &mut Missed,
) -> Option<Vec<Multiaddr>> {
    if !is_free(address) {
        return None;
    }
    let listener = swarm.listen_on(address.clone()).ok()?;
    let first = tokio::time::timeout(LISTEN_PATIENCE, first_address(swarm, listener, missed))
        .await
        .ok()??;
    let mut found = BTreeSet::from([first]);
    found.extend(more_addresses(swarm, listener, missed).await);
    Some(found.into_iter().collect())
}

/// Whether nobody listens there. The swarm shares ports (`SO_REUSEPORT`), so that it would listen beside another
/// process without a word; a plain socket does not. What is no IP and port is left to the swarm.
fn is_free(address: &Multiaddr) -> bool {
    let mut parts = address.iter();
    let ip = match parts.next() {
        Some(Protocol::Ip4(ip)) => IpAddr::from(ip),
        // a plain socket at :: would take IPv4 too, where this node may listen itself
        Some(Protocol::Ip6(ip)) if ip.is_unspecified() => IpAddr::from(Ipv6Addr::LOCALHOST),
        Some(Protocol::Ip6(ip)) => IpAddr::from(ip),
        _ => return true,
    };
    let bound = match parts.next() {
        Some(Protocol::Tcp(port)) if port != 0 => TcpListener::bind((ip, port)).map(drop),
        Some(Protocol::Udp(port)) if port != 0 => UdpSocket::bind((ip, port)).map(drop),
        _ => return true,
    };
    !bound.is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
}

async fn first_address(
    swarm: &mut Swarm<Node>,
    wanted: ListenerId,
    missed: &mut Missed,
) -> Option<Multiaddr> {
    loop {
        match swarm.select_next_some().await {
            SwarmEvent::NewListenAddr {
                listener_id,
                address,
            } if listener_id == wanted => return Some(address),
            SwarmEvent::ListenerClosed { listener_id, .. } if listener_id == wanted => return None,
            other => missed.push(other),
        }
    }
}

/// An address such as 0.0.0.0 stands for several; they are told at once.
async fn more_addresses(
    swarm: &mut Swarm<Node>,
    listener: ListenerId,
    missed: &mut Missed,
) -> Vec<Multiaddr> {
    let mut found = Vec::new();
    let soon = Duration::from_millis(20);
    while let Ok(Some(address)) =
        tokio::time::timeout(soon, first_address(swarm, listener, missed)).await
    {
        found.push(address);
    }
    found
}

/// Nodes that this one stays connected with.
#[derive(Debug)]
pub(super) struct Friends {
    all: Vec<Friend>,
    reach: Reach,
}

#[derive(Debug)]
struct Friend {
    peer: PeerId,
    /// As the settings have them, names as names.
    named: Vec<Multiaddr>,
    /// What they stood for last.
    at: Vec<Multiaddr>,
    next: Instant,
    wait: Duration,
}

/// What a friend's addresses stand for.
pub(super) type Found = BoxFuture<'static, (PeerId, Vec<Multiaddr>)>;

impl Friends {
    pub(super) fn new<'a>(
        addresses: impl Iterator<Item = &'a Multiaddr>,
        reach: Reach,
        now: Instant,
    ) -> Self {
        let mut all: Vec<Friend> = Vec::new();
        for address in addresses {
            let Ok(peer) = peer_of(address) else {
                continue;
            };
            match all.iter_mut().find(|friend| friend.peer == peer) {
                Some(friend) if friend.named.contains(address) => {}
                Some(friend) => friend.named.push(address.clone()),
                None => all.push(Friend {
                    peer,
                    named: vec![address.clone()],
                    at: Vec::new(),
                    next: now,
                    wait: FIRST_WAIT,
                }),
            }
        }
        Self { all, reach }
    }

    /// Looks up those who are not connected and whose wait is over.
    pub(super) fn due(&mut self, swarm: &Swarm<Node>, now: Instant) -> Vec<Found> {
        let mut due = Vec::new();
        for friend in &mut self.all {
            let peer = friend.peer;
            if peer == *swarm.local_peer_id() || swarm.is_connected(&peer) || friend.next > now {
                continue;
            }
            friend.next = now + friend.wait;
            friend.wait = (friend.wait * 2).min(LONGEST_WAIT);
            let (named, reach) = (friend.named.clone(), self.reach);
            let found = async move { (peer, resolve_all(&named, reach).await) };
            due.push(found.boxed());
        }
        due
    }

    /// Dials a friend at what its addresses stand for.
    pub(super) fn found(&mut self, swarm: &mut Swarm<Node>, peer: PeerId, at: Vec<Multiaddr>) {
        let Some(friend) = self.all.iter_mut().find(|friend| friend.peer == peer) else {
            return;
        };
        friend.at.clone_from(&at);
        let options = DialOpts::peer_id(peer)
            .condition(PeerCondition::DisconnectedAndNotDialing)
            .addresses(at)
            .build();
        if let Err(error) = swarm.dial(options) {
            tracing::debug!(%peer, %error, "does not dial");
        }
    }

    /// What the addresses of a friend stood for last.
    pub(super) fn at(&self, peer: PeerId) -> Vec<Multiaddr> {
        let friend = self.all.iter().find(|friend| friend.peer == peer);
        friend.map(|friend| friend.at.clone()).unwrap_or_default()
    }

    /// A peer is connected: the next wait begins short again.
    pub(super) fn connected(&mut self, peer: PeerId) {
        for friend in self.all.iter_mut().filter(|friend| friend.peer == peer) {
            friend.wait = FIRST_WAIT;
        }
    }
}

async fn resolve_all(named: &[Multiaddr], reach: Reach) -> Vec<Multiaddr> {
    let mut all = Vec::new();
    for address in named {
        match resolve(address, reach).await {
            Ok(found) => all.extend(found),
            Err(error) => tracing::warn!(%address, %error, "an address of the settings"),
        }
    }
    all
}
