//! The network: one swarm in one task, and a handle for everybody else in the node.
//! Knows libp2p, quotas and who waits for what; does not know disks or keys of the office.
//! Specified in specs/protocol.md §13.

mod behaviour;
pub mod buckets;
pub mod counters;
mod dial;
mod discover;
mod events;
mod forward;
mod gate;
mod guard;
mod known;
mod outgoing;
pub mod prefix;
pub mod quota;
mod serve;

use crate::config::{Limits, NetworkSection};
use crate::gossip::Gossip;
use behaviour::Making;
use counters::Counters;
use guard::Guard;
use lachan_link::address::Reach;
use lachan_link::dialer::peer_of;
use lachan_link::names::Topic;
use lachan_link::{LinkError, LogReply, LogRequest, Multiaddr, PeerId, SealedReply, SealedRequest};
use lachan_protocol::id::{AuthorityId, OriginHash};
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_shell::clock::Clock;
use libp2p::identity::Keypair;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

/// Why there is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// The node's network key is damaged.
    #[error("the network key is damaged")]
    BadKey,
    /// None of the addresses can be listened at.
    #[error("cannot listen at address {0} of the settings")]
    CannotListen(usize),
    /// libp2p refuses its settings.
    #[error("the network cannot be set up")]
    Swarm,
}

/// How long an office may take, so that whoever waits behind a relay is told before it stops waiting (30 s).
pub const OFFICE_PATIENCE: Duration = Duration::from_secs(10);

/// How the network is set.
pub struct NetSettings {
    /// The seed of the node's network key.
    pub key: Zeroizing<[u8; 32]>,
    /// Where to listen, and the port of the last run, tried first where the setting is 0.
    pub listen: Vec<(Multiaddr, Option<Multiaddr>)>,
    /// Nodes to stay connected with.
    pub peers: Vec<Multiaddr>,
    /// Offices that sealed messages are handed to.
    pub offices: Vec<Multiaddr>,
    /// How long each of them may take to reply.
    pub office_patience: Duration,
    /// Limits.
    pub limits: Limits,
    /// How nodes are found.
    pub network: NetworkSection,
    /// Where others reach this node; nothing: where it listens.
    pub announce: Vec<Multiaddr>,
    /// How far addresses that nobody configured may reach.
    pub reach: Reach,
}

impl fmt::Debug for NetSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NetSettings")
    }
}

/// Reads resources of logs, from the disk.
pub trait LogSource: Send + Sync + 'static {
    /// The answer to a request; may block on the disk.
    fn read(&self, request: &LogRequest) -> LogReply;
}

/// Which door a sealed message came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A venue looks into its mailbox.
    Mailbox,
    /// A venue registers.
    Register,
}

/// A sealed message for the office of this node.
#[derive(Debug)]
pub struct SealedAsk {
    /// To which door it came.
    pub door: Door,
    /// The whole sealed message.
    pub sealed: Vec<u8>,
    /// Where the reply goes.
    pub reply: oneshot::Sender<SealedReply>,
}

/// The office of this node.
#[derive(Clone, Debug)]
pub struct OfficeDoor {
    /// Whose office it is.
    pub authority: AuthorityId,
    /// Takes messages, as many as its queue holds.
    pub messages: mpsc::Sender<SealedAsk>,
}

/// What the network tells the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetEvent {
    /// A peer said that it has a newer checkpoint of a log.
    Newer {
        /// Of which log.
        origin: OriginHash,
        /// The checkpoint's note.
        note: Vec<u8>,
        /// Who said it.
        peer: PeerId,
    },
    /// A peer that serves logs is connected.
    PeerReady(PeerId),
    /// A log signed two histories.
    TwoHistories {
        /// Which log.
        origin: OriginHash,
        /// The note that contradicts the known one.
        note: Vec<u8>,
    },
}

/// How the network is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetStatus {
    /// Where it listens, each with the node's peer id.
    pub addresses: Vec<Multiaddr>,
    /// Peers that are connected and serve logs.
    pub peers: Vec<PeerId>,
}

enum Command {
    Fetch(
        PeerId,
        LogRequest,
        oneshot::Sender<Result<LogReply, LinkError>>,
    ),
    Known(Checkpoint),
    Publish(Topic, Vec<u8>),
}

/// What the node needs from its parts to serve others.
#[derive(Clone)]
pub struct Parts {
    /// The clock.
    pub clock: Clock,
    /// Where events go; a full queue loses them, and polling makes good for it.
    pub events: mpsc::Sender<NetEvent>,
    /// Logs to serve.
    pub logs: Arc<dyn LogSource>,
    /// The office of this node, if it is one.
    pub office: Option<OfficeDoor>,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parts")
    }
}

/// The network, for everybody in the node.
#[derive(Clone, Debug)]
pub struct Net {
    commands: mpsc::Sender<Command>,
    status: watch::Receiver<NetStatus>,
    counters: Arc<Counters>,
    peer_id: PeerId,
}

/// Starts the network and waits until it listens.
///
/// # Errors
/// [`NetError`].
pub async fn start(
    settings: &NetSettings,
    gossip: Gossip,
    parts: Parts,
) -> Result<(Net, JoinHandle<()>), NetError> {
    let key = keypair(&settings.key)?;
    let peer_id = key.public().to_peer_id();
    let topics: Vec<Topic> = gossip.topics().collect();
    let named = || settings.peers.iter().chain(&settings.offices);
    let friends: Vec<PeerId> = named().filter_map(|at| peer_of(at).ok()).collect();
    let counters = Arc::new(Counters::default());
    let guard = Guard::new(named().cloned(), settings.reach, Arc::clone(&counters));
    let mut swarm = behaviour::swarm(Making {
        key: &key,
        limits: &settings.limits,
        network: &settings.network,
        topics: &topics,
        friends: &friends,
        guard: guard.clone(),
    })?;
    let mut missed = Vec::new();
    let addresses = dial::listen(&mut swarm, &settings.listen, &mut missed).await?;
    for address in announced(settings, &addresses, &guard) {
        swarm.add_external_address(address);
    }
    let (commands, received) = mpsc::channel(256);
    let (tell_status, status) = watch::channel(NetStatus {
        addresses,
        peers: Vec::new(),
    });
    let told = Arc::clone(&counters);
    let task = events::Task::new(swarm, settings, guard, told, gossip, parts, tell_status);
    let net = Net {
        commands,
        status,
        counters,
        peer_id,
    };
    Ok((net, tokio::spawn(task.run(received, missed))))
}

fn keypair(seed: &[u8; 32]) -> Result<Keypair, NetError> {
    // libp2p wipes what it is given
    let mut seed = *seed;
    Keypair::ed25519_from_bytes(&mut seed[..]).map_err(|_| NetError::BadKey)
}

/// The peer id of a node whose network key has this seed.
///
/// # Errors
/// [`NetError::BadKey`].
pub fn peer_id(seed: &[u8; 32]) -> Result<PeerId, NetError> {
    keypair(seed).map(|key| key.public().to_peer_id())
}

/// Where others are told that this node is: as configured, or where it listens if they can reach that.
fn announced(settings: &NetSettings, heard: &[Multiaddr], guard: &Guard) -> Vec<Multiaddr> {
    if !settings.announce.is_empty() {
        return settings.announce.clone();
    }
    let heard = heard.iter().filter(|address| guard.may_tell(address));
    heard.cloned().collect()
}

impl Net {
    /// What was refused since the start, and how the network is now.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// This node's peer id.
    #[must_use]
    pub const fn peer_id(&self) -> PeerId {
        self.peer_id
    }

    /// How the network is now.
    #[must_use]
    pub fn status(&self) -> NetStatus {
        self.status.borrow().clone()
    }

    /// Waits until the network is in a state that the test accepts, or the time is over.
    pub async fn wait_for(&self, patience: Duration, test: impl Fn(&NetStatus) -> bool) -> bool {
        let mut status = self.status.clone();
        let changed = async { status.wait_for(test).await.is_ok() };
        tokio::time::timeout(patience, changed)
            .await
            .unwrap_or(false)
    }

    /// Asks a peer for a range of a log.
    ///
    /// # Errors
    /// [`LinkError`] when there is no answer.
    pub async fn fetch(&self, peer: PeerId, request: LogRequest) -> Result<LogReply, LinkError> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::Fetch(peer, request, answer)).await?;
        answered.await.map_err(|_| LinkError::Closed)?
    }

    /// Tells the gossip core what this node holds.
    pub async fn know(&self, checkpoint: Checkpoint) {
        // a network that ended needs to know nothing
        self.send(Command::Known(checkpoint)).await.ok();
    }

    /// Gossips.
    pub async fn publish(&self, topic: Topic, bytes: Vec<u8>) {
        self.send(Command::Publish(topic, bytes)).await.ok();
    }

    async fn send(&self, command: Command) -> Result<(), LinkError> {
        self.commands
            .send(command)
            .await
            .map_err(|_| LinkError::Closed)
    }
}

/// A sealed request on its way through a relay.
#[derive(Debug)]
struct Passing {
    door: Door,
    request: SealedRequest,
    /// Offices that were not tried yet, by their place in the settings.
    next: usize,
}

#[cfg(test)]
mod tests;
