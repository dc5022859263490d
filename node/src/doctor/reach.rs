//! Who can be reached, and whether others can reach this node.
//! Knows addresses; says nothing but a greeting.
//! Specified in specs/protocol.md §14.10.

use super::{Finding, Visit};
use lachan_link::Multiaddr;
use lachan_link::dialer::{Connection, Timeouts};
use libp2p::multiaddr::Protocol;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(3);

/// Free while no node runs; answering while one does.
pub(super) fn ports(visit: &Visit<'_>) -> Vec<Finding> {
    match visit.running {
        Some(status) => {
            let addresses = status["addresses"].as_array().cloned().unwrap_or_default();
            let addresses = addresses.iter().filter_map(|one| one.as_str());
            addresses.map(answers).collect()
        }
        None => {
            let wanted = visit.config.listen_addresses().unwrap_or_default();
            wanted.iter().map(free).collect()
        }
    }
}

#[derive(Clone, Copy)]
enum Socket {
    Tcp(SocketAddr),
    Udp(SocketAddr),
}

fn socket(address: &Multiaddr) -> Option<Socket> {
    let mut parts = address.iter();
    let ip = match parts.next()? {
        Protocol::Ip4(ip) => IpAddr::V4(ip),
        Protocol::Ip6(ip) => IpAddr::V6(ip),
        _ => return None,
    };
    match parts.next()? {
        Protocol::Tcp(port) => Some(Socket::Tcp(SocketAddr::new(ip, port))),
        Protocol::Udp(port) => Some(Socket::Udp(SocketAddr::new(ip, port))),
        _ => None,
    }
}

fn free(address: &Multiaddr) -> Finding {
    let text = address.to_string();
    let bound = match socket(address) {
        Some(Socket::Tcp(at)) => TcpListener::bind(at).map(drop),
        Some(Socket::Udp(at)) => UdpSocket::bind(at).map(drop),
        None => Ok(()),
    };
    match bound {
        Ok(()) => Finding::PortFits { address: text },
        Err(_) => Finding::PortTaken { address: text },
    }
}

fn answers(address: &str) -> Finding {
    let parsed = address.parse().ok();
    let address = address.to_owned();
    let connected = match parsed.as_ref().and_then(socket) {
        Some(Socket::Tcp(at)) => TcpStream::connect_timeout(&at, PATIENCE).is_ok(),
        // no handshake is needed to hear that UDP is open: the node said that it listens
        Some(Socket::Udp(_)) | None => true,
    };
    if connected {
        Finding::PortFits { address }
    } else {
        Finding::PortDead { address }
    }
}

/// A running node knows how many it is connected with; else each is asked to greet.
pub(super) fn peers(visit: &Visit<'_>) -> Vec<Finding> {
    let peers = visit.config.peer_addresses().unwrap_or_default();
    let offices = visit.config.office_addresses().unwrap_or_default();
    let mut all = peers;
    all.extend(offices);
    all.sort();
    all.dedup();
    if all.is_empty() {
        return vec![Finding::PeersNone];
    }
    let wanted = all.len() as u64;
    let Some(reached) = greet(&all) else {
        return Vec::new();
    };
    vec![if reached == wanted {
        Finding::PeersReached { reached }
    } else {
        Finding::PeersMissing { reached, wanted }
    }]
}

/// How many of them answer; none when this system gives no runtime.
fn greet(peers: &[Multiaddr]) -> Option<u64> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .ok()?;
    let timeouts = Timeouts {
        dial: PATIENCE,
        answer: PATIENCE,
    };
    Some(runtime.block_on(async {
        let dialed = peers.iter().map(|peer| Connection::dial(peer, timeouts));
        let dialed = futures::future::join_all(dialed).await;
        let mut reached = 0;
        for connection in dialed.into_iter().flatten() {
            reached += 1;
            connection.close().await;
        }
        reached
    }))
}
