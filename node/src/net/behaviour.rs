//! The swarm: which libp2p protocols this node speaks, and how they are set.
//! Knows libp2p's settings; does not know what the messages mean.
//! Specified in specs/protocol.md §13.1 and §13.3.

use super::NetError;
use super::discover;
use super::gate::Gate;
use super::guard::Guard;
use super::known::KnownTopics;
use crate::config::{Limits, NetworkSection};
use lachan_link::exchange::Exchange;
use lachan_link::names::{NETWORK, Topic};
use lachan_link::transport::transport;
use lachan_link::{FrameCodec, LogExchange, MailboxExchange, PeerId, RegisterExchange};
use lachan_protocol::crypto::hash::sha256;
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::gossipsub::{
    self, IdentTopic, Message, MessageAuthenticity, MessageId, PeerScoreParams,
    PeerScoreThresholds, TopicHash, TopicScoreParams, ValidationMode, WhitelistSubscriptionFilter,
};
use libp2p::identity::Keypair;
use libp2p::memory_connection_limits;
use libp2p::request_response::{self, ProtocolSupport};
use libp2p::swarm::NetworkBehaviour;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{Swarm, identify, mdns, ping, swarm};
use std::collections::HashSet;
use std::num::NonZeroU8;
use std::time::{Duration, Instant};

/// The largest legal batch has 65,535 bytes; its envelope (topic, lengths) fits in the rest.
const LARGEST_GOSSIP: usize = 65_535 + 1_024;
/// gossipsub holds its general limit against all that lies in the stream's buffer, so against a message and the piece
/// that was read with its end; without room for that piece two large parts, one after the other, break the stream.
const READ_WITH_IT: usize = 8 * 1_024;
/// A message heard again within this time is not looked at again.
const REMEMBERED: Duration = Duration::from_secs(600);
/// Messages that wait for a slow reader of gossip.
const GOSSIP_QUEUE: usize = 256;
/// A connection on which nothing happens is closed.
const IDLE: Duration = Duration::from_secs(60);
/// A request is answered within this time or not at all.
const ANSWER: Duration = Duration::from_secs(30);
/// Streams of one connection at once, of one exchange; and those whose protocol is not agreed yet.
const STREAMS: usize = 64;
/// Connections on their way, in each direction.
const PENDING: u32 = 128;
/// How often a peer is asked whether it is there, and how long it may take.
const PING: (Duration, Duration) = (Duration::from_secs(15), Duration::from_secs(20));

/// Peers may tell of as many topics as they like; only those of the trust list's logs are remembered.
type Gossipsub = gossipsub::Behaviour<KnownTopics, WhitelistSubscriptionFilter>;

#[derive(NetworkBehaviour)]
pub(super) struct Node {
    // these three first, so that a refused connection reaches none of the others
    pub(super) gate: Gate,
    limits: connection_limits::Behaviour,
    memory: memory_connection_limits::Behaviour,
    pub(super) gossip: Gossipsub,
    pub(super) identify: identify::Behaviour,
    pub(super) kad: Toggle<discover::Kad>,
    pub(super) log: request_response::Behaviour<FrameCodec<LogExchange>>,
    pub(super) mailbox: request_response::Behaviour<FrameCodec<MailboxExchange>>,
    pub(super) mdns: Toggle<mdns::tokio::Behaviour>,
    pub(super) ping: ping::Behaviour,
    pub(super) register: request_response::Behaviour<FrameCodec<RegisterExchange>>,
}

/// How a swarm is made.
pub(super) struct Making<'a> {
    pub(super) key: &'a Keypair,
    pub(super) limits: &'a Limits,
    pub(super) network: &'a NetworkSection,
    pub(super) topics: &'a [Topic],
    pub(super) friends: &'a [PeerId],
    pub(super) guard: Guard,
}

/// A swarm that listens to these topics.
pub(super) fn swarm(making: Making<'_>) -> Result<Swarm<Node>, NetError> {
    let Making {
        key,
        limits,
        network,
        topics,
        friends,
        guard,
    } = making;
    let me = key.public().to_peer_id();
    // addresses that strangers tell are not kept here: what is dialed the guard says, what is told on `discover`
    let identify = identify::Config::new(NETWORK.into(), key.public())
        .with_agent_version(concat!("lachan-node/", env!("CARGO_PKG_VERSION")).into())
        .with_cache_size(0)
        .with_hide_listen_addrs(true);
    let ping = ping::Config::new()
        .with_interval(PING.0)
        .with_timeout(PING.1);
    let node = Node {
        gate: Gate::new(limits.connections_of_a_prefix, friends),
        limits: connection_limits(limits, friends),
        memory: memory_connection_limits::Behaviour::with_max_bytes(memory(limits)),
        gossip: gossip(topics, INVALID_WEIGHT)?,
        identify: identify::Behaviour::new(identify),
        kad: network.discovery.then(|| discover::kad(me)).into(),
        log: exchange(),
        mailbox: exchange(),
        mdns: discover::mdns(network.mdns, me)?.into(),
        ping: ping::Behaviour::new(ping),
        register: exchange(),
    };
    let config = swarm::Config::with_tokio_executor()
        .with_idle_connection_timeout(IDLE)
        .with_max_negotiating_inbound_streams(STREAMS)
        .with_dial_concurrency_factor(NonZeroU8::MIN.saturating_add(3));
    let transport = transport(key, move |address| guard.may_dial(address, Instant::now()));
    let transport = transport.map_err(|_| NetError::Swarm)?;
    Ok(Swarm::new(transport, node, me, config))
}

fn connection_limits(limits: &Limits, friends: &[PeerId]) -> connection_limits::Behaviour {
    let connections = ConnectionLimits::default()
        .with_max_pending_incoming(Some(PENDING))
        .with_max_pending_outgoing(Some(PENDING))
        .with_max_established(Some(limits.connections))
        .with_max_established_per_peer(Some(limits.connections_of_a_peer));
    let mut connections = connection_limits::Behaviour::new(connections);
    // strangers who take all the room must not part this node from those whom its settings name
    for friend in friends {
        connections.bypass_peer_id(friend);
    }
    connections
}

fn memory(limits: &Limits) -> usize {
    usize::try_from(limits.memory_mib)
        .unwrap_or(usize::MAX)
        .saturating_mul(1 << 20)
}

fn exchange<X: Exchange>() -> request_response::Behaviour<FrameCodec<X>> {
    let config = request_response::Config::default()
        .with_request_timeout(ANSWER)
        .with_max_concurrent_streams(STREAMS);
    request_response::Behaviour::new([(X::NAME, ProtocolSupport::Full)], config)
}

/// What a message is called: its content under its topic, whoever sent it.
fn id_of(message: &Message) -> MessageId {
    let topic = message.topic.as_str().as_bytes();
    MessageId::from(sha256(&[topic, &[0], &message.data])[..20].to_vec())
}

/// Gossip over these topics; what an invalid message weighs is a parameter for the control of its test alone.
pub(super) fn gossip(topics: &[Topic], invalid: f64) -> Result<Gossipsub, NetError> {
    let known = topics.iter().map(|topic| TopicHash::from_raw(topic.name()));
    let known: HashSet<TopicHash> = known.collect();
    let mut config = gossipsub::ConfigBuilder::default();
    for topic in &known {
        config.max_transmit_size_for_topic(LARGEST_GOSSIP, topic.clone());
    }
    let config = config
        .validate_messages()
        .validation_mode(ValidationMode::Anonymous)
        .message_id_fn(id_of)
        .flood_publish(false)
        .max_transmit_size(LARGEST_GOSSIP + READ_WITH_IT)
        .duplicate_cache_time(REMEMBERED)
        .max_ihave_messages_heartbeat(32)
        .connection_handler_queue_len(GOSSIP_QUEUE)
        .build()
        .map_err(|_| NetError::Swarm)?;
    let author = MessageAuthenticity::Anonymous;
    let filter = WhitelistSubscriptionFilter(known.clone());
    let known = KnownTopics(known);
    let gossip =
        Gossipsub::new_with_subscription_filter_and_transform(author, config, filter, known);
    let mut gossip = gossip.map_err(|_| NetError::Swarm)?;
    gossip
        .with_peer_score(score(), thresholds())
        .map_err(|_| NetError::Swarm)?;
    for topic in topics {
        let topic = IdentTopic::new(topic.name());
        gossip.subscribe(&topic).map_err(|_| NetError::Swarm)?;
        gossip
            .set_topic_params(topic, topic_score(invalid))
            .map_err(|_| NetError::Swarm)?;
    }
    Ok(gossip)
}

/// Many nodes of one house share an address, so addresses cost nothing; lies do.
fn score() -> PeerScoreParams {
    PeerScoreParams {
        ip_colocation_factor_weight: 0.0,
        ..PeerScoreParams::default()
    }
}

/// Below the last of them a peer is on the gray list: nothing that it gossips is looked at.
pub(super) fn thresholds() -> PeerScoreThresholds {
    PeerScoreThresholds {
        gossip_threshold: -10.0,
        publish_threshold: -50.0,
        graylist_threshold: -80.0,
        ..PeerScoreThresholds::default()
    }
}

/// Invalid messages count squared: the third one leads to the gray list.
const INVALID_WEIGHT: f64 = -10.0;

/// Messages are rare (a few a day), so silence costs nothing; a handful of lies leads to the gray list for an hour.
/// Nothing that a peer does raises its score, so nothing makes up for lies (CVE-2022-47547).
pub(super) fn topic_score(invalid: f64) -> TopicScoreParams {
    TopicScoreParams {
        topic_weight: 1.0,
        time_in_mesh_weight: 0.0,
        first_message_deliveries_weight: 0.0,
        mesh_message_deliveries_weight: 0.0,
        mesh_failure_penalty_weight: 0.0,
        invalid_message_deliveries_weight: invalid,
        invalid_message_deliveries_decay: 0.999,
        ..TopicScoreParams::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_ids_are_hashes_of_topic_and_content() {
        let message = |topic: &str, data: &[u8]| Message {
            source: None,
            data: data.to_vec(),
            sequence_number: None,
            topic: TopicHash::from_raw(topic),
        };
        let id = id_of(&message("a", b"b"));
        assert_eq!(id.0, sha256(&[b"a\0b"])[..20].to_vec());
        assert_ne!(id, id_of(&message("a", b"c")));
        assert_ne!(id, id_of(&message("b", b"b")));
    }
}
