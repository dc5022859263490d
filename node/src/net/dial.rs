//! Listening, and staying connected with the nodes of the settings.
//! Knows addresses and waits between attempts; dials nobody whom the settings do not name.
//! Specified in specs/protocol.md §13.1.

use super::NetError;
use super::behaviour::Node;
use futures::StreamExt;
use lachan_link::dialer::peer_of;
use lachan_link::{Multiaddr, PeerId};
use libp2p::Swarm;
use libp2p::core::transport::ListenerId;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::SwarmEvent;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv6Addr, TcpListener};
use std::time::{Duration, Instant};

const LISTEN_PATIENCE: Duration = Duration::from_secs(10);
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Listens everywhere, and gives the addresses with the node's peer id.
pub(super) async fn listen(
    swarm: &mut Swarm<Node>,
    addresses: &[(Multiaddr, Option<Multiaddr>)],
) -> Result<Vec<Multiaddr>, NetError> {
    let mut heard = Vec::new();
    for (at, (wanted, last)) in addresses.iter().enumerate() {
        let again = match last {
            Some(last) => listen_at(swarm, last).await,
            None => None,
        };
        let found = match again {
            Some(found) => found,
            None => listen_at(swarm, wanted)
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

async fn listen_at(swarm: &mut Swarm<Node>, address: &Multiaddr) -> Option<Vec<Multiaddr>> {
    if !is_free(address) {
        return None;
    }
    let listener = swarm.listen_on(address.clone()).ok()?;
    let first = tokio::time::timeout(LISTEN_PATIENCE, first_address(swarm, listener))
        .await
        .ok()??;
    let mut found = BTreeSet::from([first]);
    found.extend(more_addresses(swarm, listener).await);
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
    match parts.next() {
        Some(Protocol::Tcp(port)) if port != 0 => {
            let bound = TcpListener::bind((ip, port));
            !bound.is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
        }
        _ => true,
    }
}

async fn first_address(swarm: &mut Swarm<Node>, wanted: ListenerId) -> Option<Multiaddr> {
    loop {
        match swarm.select_next_some().await {
            SwarmEvent::NewListenAddr {
                listener_id,
                address,
            } if listener_id == wanted => return Some(address),
            SwarmEvent::ListenerClosed { listener_id, .. } if listener_id == wanted => return None,
            _ => {}
        }
    }
}

/// An address such as 0.0.0.0 stands for several; they are told at once.
async fn more_addresses(swarm: &mut Swarm<Node>, listener: ListenerId) -> Vec<Multiaddr> {
    let mut found = Vec::new();
    let soon = Duration::from_millis(20);
    while let Ok(Some(address)) = tokio::time::timeout(soon, first_address(swarm, listener)).await {
        found.push(address);
    }
    found
}

/// Nodes that this one stays connected with.
#[derive(Debug)]
pub(super) struct Friends(Vec<Friend>);

#[derive(Debug)]
struct Friend {
    peer: PeerId,
    address: Multiaddr,
    next: Instant,
    wait: Duration,
}

impl Friends {
    pub(super) fn new<'a>(addresses: impl Iterator<Item = &'a Multiaddr>, now: Instant) -> Self {
        let mut friends: Vec<Friend> = Vec::new();
        for address in addresses {
            if let Ok(peer) = peer_of(address)
                && friends.iter().all(|friend| friend.address != *address)
            {
                friends.push(Friend {
                    peer,
                    address: address.clone(),
                    next: now,
                    wait: FIRST_WAIT,
                });
            }
        }
        Self(friends)
    }

    /// Dials those who are not connected and whose wait is over.
    pub(super) fn dial(&mut self, swarm: &mut Swarm<Node>, now: Instant) {
        let own = *swarm.local_peer_id();
        for friend in &mut self.0 {
            if friend.peer == own || swarm.is_connected(&friend.peer) || friend.next > now {
                continue;
            }
            friend.next = now + friend.wait;
            friend.wait = (friend.wait * 2).min(LONGEST_WAIT);
            let options = DialOpts::peer_id(friend.peer)
                .condition(PeerCondition::DisconnectedAndNotDialing)
                .addresses(vec![friend.address.clone()])
                .build();
            if let Err(error) = swarm.dial(options) {
                tracing::debug!(peer = %friend.peer, %error, "does not dial");
            }
        }
    }

    /// A peer is connected: the next wait begins short again.
    pub(super) fn connected(&mut self, peer: PeerId) {
        for friend in self.0.iter_mut().filter(|friend| friend.peer == peer) {
            friend.wait = FIRST_WAIT;
        }
    }
}
