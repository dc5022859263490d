//! The swarm: which libp2p protocols this node speaks, and how they are set.
//! Knows libp2p's settings; does not know what the messages mean.
//! Specified in specs/protocol.md §13.1 and §13.3.

use super::NetError;
use crate::config::Limits;
use lachan_link::exchange::Exchange;
use lachan_link::names::{NETWORK, Topic};
use lachan_link::{FrameCodec, LogExchange, MailboxExchange, PeerId, RegisterExchange};
use lachan_protocol::crypto::hash::sha256;
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::gossipsub::{
    self, IdentTopic, IdentityTransform, Message, MessageAuthenticity, MessageId, PeerScoreParams,
    PeerScoreThresholds, TopicHash, TopicScoreParams, ValidationMode, WhitelistSubscriptionFilter,
};
use libp2p::identity::Keypair;
use libp2p::request_response::{self, ProtocolSupport};
use libp2p::swarm::NetworkBehaviour;
use libp2p::{Swarm, SwarmBuilder, identify, noise, ping, tcp, yamux};
use std::time::Duration;

/// The largest legal batch has 65,535 bytes; its envelope (topic, lengths) fits in the rest.
const LARGEST_GOSSIP: usize = 65_535 + 1_024;
/// A message heard again within this time is not looked at again.
const REMEMBERED: Duration = Duration::from_secs(600);
/// A connection on which nothing happens is closed.
const IDLE: Duration = Duration::from_secs(60);
/// A request is answered within this time or not at all.
const ANSWER: Duration = Duration::from_secs(30);
/// Streams of one connection at once.
const STREAMS: usize = 64;

/// Peers may tell of as many topics as they like; only those of the trust list's logs are remembered.
type Gossipsub = gossipsub::Behaviour<IdentityTransform, WhitelistSubscriptionFilter>;

#[derive(NetworkBehaviour)]
pub(super) struct Node {
    // first, so that a refused connection reaches none of the others
    limits: connection_limits::Behaviour,
    pub(super) gossip: Gossipsub,
    pub(super) identify: identify::Behaviour,
    pub(super) log: request_response::Behaviour<FrameCodec<LogExchange>>,
    pub(super) mailbox: request_response::Behaviour<FrameCodec<MailboxExchange>>,
    pub(super) ping: ping::Behaviour,
    pub(super) register: request_response::Behaviour<FrameCodec<RegisterExchange>>,
}

/// A swarm that listens to these topics.
pub(super) fn swarm(
    key: Keypair,
    limits: &Limits,
    topics: &[Topic],
    friends: &[PeerId],
) -> Result<Swarm<Node>, NetError> {
    let mut gossip = gossip(topics)?;
    for topic in topics {
        let topic = IdentTopic::new(topic.name());
        gossip.subscribe(&topic).map_err(|_| NetError::Swarm)?;
        gossip
            .set_topic_params(topic, topic_score())
            .map_err(|_| NetError::Swarm)?;
    }
    let connections = ConnectionLimits::default()
        .with_max_pending_incoming(Some(64))
        .with_max_pending_outgoing(Some(64))
        .with_max_established(Some(limits.connections))
        .with_max_established_per_peer(Some(limits.connections_of_a_peer));
    let mut connections = connection_limits::Behaviour::new(connections);
    // strangers who take all the room must not part this node from those whom its settings name
    for friend in friends {
        connections.bypass_peer_id(friend);
    }
    // addresses that strangers tell are neither kept nor dialed
    let identify = identify::Config::new(NETWORK.into(), key.public())
        .with_agent_version(concat!("lachan-node/", env!("CARGO_PKG_VERSION")).into())
        .with_cache_size(0)
        .with_hide_listen_addrs(true);
    let swarm = SwarmBuilder::with_existing_identity(key)
        .with_tokio()
        .with_tcp(
            tcp::Config::default().nodelay(true),
            noise::Config::new,
            yamux::Config::default,
        )
        .map_err(|_| NetError::Swarm)?
        .with_behaviour(|_| Node {
            limits: connections,
            gossip,
            identify: identify::Behaviour::new(identify),
            log: exchange(),
            mailbox: exchange(),
            ping: ping::Behaviour::default(),
            register: exchange(),
        })
        .map_err(|_| NetError::Swarm)?
        .with_swarm_config(|config| config.with_idle_connection_timeout(IDLE))
        .build();
    Ok(swarm)
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

fn gossip(topics: &[Topic]) -> Result<Gossipsub, NetError> {
    let known = topics.iter().map(|topic| TopicHash::from_raw(topic.name()));
    let filter = WhitelistSubscriptionFilter(known.collect());
    let config = gossipsub::ConfigBuilder::default()
        .validate_messages()
        .validation_mode(ValidationMode::Anonymous)
        .message_id_fn(id_of)
        .flood_publish(false)
        .max_transmit_size(LARGEST_GOSSIP)
        .duplicate_cache_time(REMEMBERED)
        .max_ihave_messages_heartbeat(32)
        .build()
        .map_err(|_| NetError::Swarm)?;
    let author = MessageAuthenticity::Anonymous;
    let mut gossip = Gossipsub::new_with_subscription_filter(author, config, filter)
        .map_err(|_| NetError::Swarm)?;
    gossip
        .with_peer_score(score(), PeerScoreThresholds::default())
        .map_err(|_| NetError::Swarm)?;
    Ok(gossip)
}

/// Many nodes of one house share an address, so addresses cost nothing; lies do.
fn score() -> PeerScoreParams {
    PeerScoreParams {
        ip_colocation_factor_weight: 0.0,
        ..PeerScoreParams::default()
    }
}

/// Messages are rare (a few a day), so silence costs nothing; a handful of lies leads to the gray list for an hour.
fn topic_score() -> TopicScoreParams {
    TopicScoreParams {
        topic_weight: 1.0,
        time_in_mesh_weight: 0.0,
        first_message_deliveries_weight: 0.0,
        mesh_message_deliveries_weight: 0.0,
        mesh_failure_penalty_weight: 0.0,
        invalid_message_deliveries_weight: -10.0,
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
    #[tokio::test]
    async fn the_largest_legal_batch_passes_between_two_nodes() {
        use futures::StreamExt;
        use lachan_protocol::id::OriginHash;
        use libp2p::swarm::SwarmEvent;
        let topic = Topic {
            kind: lachan_link::names::TopicKind::Batch,
            origin: OriginHash::of_origin("log.example/hanoi"),
        };
        let node = || {
            let key = Keypair::generate_ed25519();
            swarm(key, &Limits::default(), &[topic], &[]).unwrap()
        };
        let (mut one, mut two) = (node(), node());
        one.listen_on("/ip4/127.0.0.1/tcp/0".parse().unwrap())
            .unwrap();
        let largest = vec![7; 65_535];
        let named = || IdentTopic::new(topic.name());
        let passes = async {
            loop {
                tokio::select! {
                    event = one.select_next_some() => match event {
                        SwarmEvent::NewListenAddr { address, .. } => two.dial(address).unwrap(),
                        SwarmEvent::Behaviour(NodeEvent::Gossip(gossipsub::Event::Subscribed { .. })) => {
                            let gossip = &mut one.behaviour_mut().gossip;
                            assert!(gossip.publish(named(), vec![7; 65_535 + 1_025]).is_err());
                            gossip.publish(named(), largest.clone()).unwrap();
                        }
                        _ => {}
                    },
                    event = two.select_next_some() => {
                        if let SwarmEvent::Behaviour(NodeEvent::Gossip(gossipsub::Event::Message { message, .. })) = event {
                            break message.data;
                        }
                    }
                }
            }
        };
        let came = tokio::time::timeout(Duration::from_secs(20), passes).await;
        assert_eq!(came.unwrap(), largest);
    }
}
