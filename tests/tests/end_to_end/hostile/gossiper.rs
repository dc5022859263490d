//! A peer that gossips as the library does: honest, an observer, or a victim that forwards whatever comes.
//! Knows topics and bytes; judges nothing.
//! Specified in specs/protocol.md §13.3.

use futures::StreamExt;
use lachan_link::Multiaddr;
use libp2p::gossipsub::{
    Behaviour, ConfigBuilder, Event, IdentTopic, MessageAuthenticity, MessageId, ValidationMode,
};
use libp2p::swarm::SwarmEvent;
use libp2p::{Swarm, SwarmBuilder, noise, tcp, yamux};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// Much more than a node takes.
const LARGEST: usize = 1 << 20;

/// What was heard, by message, in order.
type Heard = Arc<Mutex<Vec<Vec<u8>>>>;

/// A gossiping peer in this process.
#[derive(Debug)]
pub(super) struct Gossiper {
    publish: mpsc::UnboundedSender<(String, Vec<u8>)>,
    heard: Heard,
    task: JoinHandle<()>,
}

fn swarm(topics: &[String]) -> Swarm<Behaviour> {
    let config = ConfigBuilder::default()
        .validation_mode(ValidationMode::Anonymous)
        .message_id_fn(|message| {
            let topic = message.topic.as_str().as_bytes();
            let id = lachan_protocol::crypto::hash::sha256(&[topic, &[0], &message.data]);
            MessageId::from(id[..20].to_vec())
        })
        .max_transmit_size(LARGEST)
        .build()
        .expect("the settings agree");
    let mut gossip =
        Behaviour::new(MessageAuthenticity::Anonymous, config).expect("the settings agree");
    for topic in topics {
        let topic = IdentTopic::new(topic.clone());
        gossip.subscribe(&topic).expect("a topic");
    }
    SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(
            tcp::Config::default().nodelay(true),
            noise::Config::new,
            yamux::Config::default,
        )
        .expect("TCP can be had")
        .with_behaviour(|_| gossip)
        .expect("the behaviour is ready")
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(120)))
        .build()
}

impl Gossiper {
    /// Joins a node, and waits until it has told that it listens to all these topics.
    pub(super) async fn join(address: &str, topics: &[String]) -> Self {
        let mut swarm = swarm(topics);
        let address: Multiaddr = address.parse().expect("a multiaddr");
        swarm.dial(address).expect("the address can be dialed");
        let (told, mut ready) = watch::channel(BTreeSet::new());
        let gossiper = Self::begin(swarm, told);
        let all = ready.wait_for(|known: &BTreeSet<String>| known.len() >= topics.len());
        tokio::time::timeout(Duration::from_secs(20), all)
            .await
            .expect("the node subscribes")
            .expect("the swarm runs");
        gossiper
    }

    /// A victim: validates nothing, keeps no score, and forwards whatever comes. With its address.
    pub(super) async fn victim(topics: &[String]) -> (Self, String) {
        let mut swarm = swarm(topics);
        let anywhere = "/ip4/127.0.0.1/tcp/0".parse().expect("a multiaddr");
        swarm.listen_on(anywhere).expect("loopback can be had");
        let address = loop {
            if let SwarmEvent::NewListenAddr { address, .. } = swarm.select_next_some().await {
                let own = *swarm.local_peer_id();
                break address.with_p2p(own).expect("an address without an id");
            }
        };
        let (told, _) = watch::channel(BTreeSet::new());
        (Self::begin(swarm, told), address.to_string())
    }

    fn begin(swarm: Swarm<Behaviour>, told: watch::Sender<BTreeSet<String>>) -> Self {
        let (publish, published) = mpsc::unbounded_channel();
        let heard = Heard::default();
        let task = tokio::spawn(run(swarm, published, Arc::clone(&heard), told));
        Self {
            publish,
            heard,
            task,
        }
    }

    pub(super) fn publish(&self, topic: &str, data: &[u8]) {
        let sent = self.publish.send((topic.to_owned(), data.to_vec()));
        sent.expect("the swarm runs");
    }

    pub(super) fn has_heard(&self, data: &[u8]) -> bool {
        let heard = self.heard.lock().expect("nobody panics with it");
        heard.iter().any(|one| one == data)
    }
}

impl Drop for Gossiper {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(
    mut swarm: Swarm<Behaviour>,
    mut published: mpsc::UnboundedReceiver<(String, Vec<u8>)>,
    heard: Heard,
    told: watch::Sender<BTreeSet<String>>,
) {
    loop {
        tokio::select! {
            message = published.recv() => {
                let Some((topic, data)) = message else { break };
                // whether somebody hears it is for the test to see
                swarm.behaviour_mut().publish(IdentTopic::new(topic), data).ok();
            }
            event = swarm.select_next_some() => match event {
                SwarmEvent::Behaviour(Event::Message { message, .. }) => {
                    heard.lock().expect("nobody panics with it").push(message.data);
                }
                SwarmEvent::Behaviour(Event::Subscribed { topic, .. }) => {
                    told.send_modify(|known| { known.insert(topic.into_string()); });
                }
                _ => {}
            },
        }
    }
}
