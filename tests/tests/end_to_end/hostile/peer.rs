//! A raw peer: opens streams under any protocol's name, and sends and reads bytes as it likes.
//! Knows streams; keeps no rule of any protocol.
//! Specified in specs/protocol.md §13.

use super::rpc::GOSSIPSUB;
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt};
use lachan_link::{Multiaddr, names};
use libp2p::identity::Keypair;
use libp2p::request_response::{
    Behaviour, Codec, Config, Event, Message, OutboundRequestId, ProtocolSupport,
};
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{StreamProtocol, Swarm, SwarmBuilder, noise, tcp, yamux};
use std::collections::HashMap;
use std::io;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// A protocol that no node speaks.
const STRANGE: StreamProtocol = StreamProtocol::new("/lachan/strange/1");
/// Longer than any test.
const PATIENCE: Duration = Duration::from_secs(120);
const LONGEST_ANSWER: u64 = 4 << 20;

/// What a stream is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Door {
    Gossip,
    Log,
    Mailbox,
    Register,
    Strange,
}

/// Makes bytes as fast as they are taken, until there are none.
pub(super) type Flood = Box<dyn FnMut() -> Option<Vec<u8>> + Send>;

/// Bytes to send as they come, then a flood, and whether the answer is read.
pub(super) struct Script {
    bytes: mpsc::UnboundedReceiver<Vec<u8>>,
    flood: Option<Flood>,
    reads: bool,
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Script")
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Raw {
    reads: bool,
}

impl Codec for Raw {
    type Protocol = StreamProtocol;
    type Request = Script;
    type Response = Vec<u8>;

    /// What nodes send unasked (gossip) is read and forgotten.
    async fn read_request<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
    ) -> io::Result<Script> {
        futures::io::copy(io, &mut futures::io::sink()).await?;
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    async fn read_response<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
    ) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match self.reads {
            true => io.take(LONGEST_ANSWER).read_to_end(&mut bytes).await?,
            false => std::future::pending().await,
        };
        Ok(bytes)
    }

    async fn write_request<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        mut script: Script,
    ) -> io::Result<()> {
        self.reads = script.reads;
        while let Some(bytes) = script.bytes.recv().await {
            io.write_all(&bytes).await?;
            io.flush().await?;
        }
        while let Some(bytes) = script.flood.as_mut().and_then(|next| next()) {
            io.write_all(&bytes).await?;
        }
        io.flush().await
    }

    async fn write_response<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        _: &mut T,
        _: Vec<u8>,
    ) -> io::Result<()> {
        Ok(())
    }
}

#[derive(NetworkBehaviour)]
struct Streams {
    gossip: Behaviour<Raw>,
    log: Behaviour<Raw>,
    mailbox: Behaviour<Raw>,
    register: Behaviour<Raw>,
    strange: Behaviour<Raw>,
}

fn speaks(name: StreamProtocol, support: ProtocolSupport) -> Behaviour<Raw> {
    let config = Config::default()
        .with_request_timeout(PATIENCE)
        .with_max_concurrent_streams(10_000);
    Behaviour::with_codec(Raw::default(), [(name, support)], config)
}

fn swarm(key: Keypair) -> Swarm<Streams> {
    let asks = |name| speaks(name, ProtocolSupport::Outbound);
    SwarmBuilder::with_existing_identity(key)
        .with_tokio()
        .with_tcp(
            tcp::Config::default().nodelay(true),
            noise::Config::new,
            yamux::Config::default,
        )
        .expect("TCP can be had")
        .with_behaviour(|_| Streams {
            gossip: speaks(StreamProtocol::new(GOSSIPSUB), ProtocolSupport::Full),
            log: asks(names::LOG),
            mailbox: asks(names::MAILBOX),
            register: asks(names::REGISTER),
            strange: asks(STRANGE),
        })
        .expect("the behaviour is ready")
        .with_swarm_config(|config| config.with_idle_connection_timeout(PATIENCE))
        .build()
}

/// What a node answered, or why there is no answer.
pub(super) type Answer = Result<Vec<u8>, String>;

type Opening = (Door, Script, oneshot::Sender<Answer>);

/// A peer of its own identity, connected with one node.
#[derive(Debug)]
pub(super) struct Peer {
    /// Who it is.
    pub(super) key: Keypair,
    open: mpsc::UnboundedSender<Opening>,
    connected: watch::Receiver<Option<bool>>,
    task: JoinHandle<()>,
}

/// A stream to write on; dropping `bytes` ends this half of it.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) bytes: mpsc::UnboundedSender<Vec<u8>>,
    pub(super) answer: oneshot::Receiver<Answer>,
}

impl Stream {
    pub(super) fn send(&self, bytes: Vec<u8>) {
        // a node may have ended the stream
        self.bytes.send(bytes).ok();
    }

    /// Ends this half and waits for what the node says.
    pub(super) async fn answer(self) -> Answer {
        drop(self.bytes);
        self.answer.await.unwrap_or_else(|_| Err("ended".into()))
    }
}

impl Peer {
    /// Connects; fails when the node refuses.
    pub(super) async fn dial(address: &str) -> Option<Self> {
        Self::dial_as(address, Keypair::generate_ed25519()).await
    }

    /// Connects as somebody.
    pub(super) async fn dial_as(address: &str, key: Keypair) -> Option<Self> {
        let address: Multiaddr = address.parse().expect("a multiaddr");
        let (open, opened) = mpsc::unbounded_channel();
        let (told, mut connected) = watch::channel(None);
        let mut swarm = swarm(key.clone());
        let dialed = swarm.dial(DialOpts::from(address.clone()));
        dialed.expect("the address can be dialed");
        let node = lachan_link::dialer::peer_of(&address).expect("an address with a peer id");
        let task = tokio::spawn(run(swarm, node, opened, told));
        let first = connected.wait_for(Option::is_some).await;
        let is_connected = first.is_ok_and(|state| *state == Some(true));
        let peer = Self {
            key,
            open,
            connected,
            task,
        };
        is_connected.then_some(peer)
    }

    /// Opens a stream.
    pub(super) fn open(&self, door: Door, reads: bool) -> Stream {
        self.open_with(door, reads, None)
    }

    /// Opens a stream and floods it; the answer comes when it was taken or the stream broke.
    pub(super) async fn flood(&self, door: Door, flood: Flood) -> Answer {
        self.open_with(door, true, Some(flood)).answer().await
    }

    fn open_with(&self, door: Door, reads: bool, flood: Option<Flood>) -> Stream {
        let (bytes, received) = mpsc::unbounded_channel();
        let (answer, answered) = oneshot::channel();
        let script = Script {
            bytes: received,
            flood,
            reads,
        };
        self.open.send((door, script, answer)).ok();
        Stream {
            bytes,
            answer: answered,
        }
    }

    /// Sends bytes, ends the own half, and reads the answer.
    pub(super) async fn ask(&self, door: Door, bytes: Vec<u8>) -> Answer {
        let stream = self.open(door, true);
        stream.send(bytes);
        stream.answer().await
    }

    pub(super) fn is_connected(&self) -> bool {
        *self.connected.borrow() == Some(true)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(
    mut swarm: Swarm<Streams>,
    node: lachan_link::PeerId,
    mut opened: mpsc::UnboundedReceiver<Opening>,
    connected: watch::Sender<Option<bool>>,
) {
    let mut waiting: HashMap<(Door, OutboundRequestId), oneshot::Sender<Answer>> = HashMap::new();
    loop {
        tokio::select! {
            opening = opened.recv() => {
                let Some((door, script, answer)) = opening else { break };
                let id = door_of(&mut swarm, door).send_request(&node, script);
                waiting.insert((door, id), answer);
            }
            event = swarm.select_next_some() => match event {
                SwarmEvent::ConnectionEstablished { .. } => { connected.send_replace(Some(true)); }
                SwarmEvent::OutgoingConnectionError { .. } => { connected.send_replace(Some(false)); }
                SwarmEvent::ConnectionClosed { num_established: 0, .. } => {
                    connected.send_replace(Some(false));
                }
                SwarmEvent::Behaviour(event) => {
                    if let Some((door, id, answer)) = answer_in(event)
                        && let Some(waits) = waiting.remove(&(door, id))
                    {
                        waits.send(answer).ok();
                    }
                }
                _ => {}
            },
        }
    }
}

fn door_of(swarm: &mut Swarm<Streams>, door: Door) -> &mut Behaviour<Raw> {
    let streams = swarm.behaviour_mut();
    match door {
        Door::Gossip => &mut streams.gossip,
        Door::Log => &mut streams.log,
        Door::Mailbox => &mut streams.mailbox,
        Door::Register => &mut streams.register,
        Door::Strange => &mut streams.strange,
    }
}

fn answer_in(event: StreamsEvent) -> Option<(Door, OutboundRequestId, Answer)> {
    let (door, event) = match event {
        StreamsEvent::Gossip(event) => (Door::Gossip, event),
        StreamsEvent::Log(event) => (Door::Log, event),
        StreamsEvent::Mailbox(event) => (Door::Mailbox, event),
        StreamsEvent::Register(event) => (Door::Register, event),
        StreamsEvent::Strange(event) => (Door::Strange, event),
    };
    match event {
        Event::Message {
            message:
                Message::Response {
                    request_id,
                    response,
                },
            ..
        } => Some((door, request_id, Ok(response))),
        Event::OutboundFailure {
            request_id, error, ..
        } => Some((door, request_id, Err(error.to_string()))),
        Event::Message { .. } | Event::InboundFailure { .. } | Event::ResponseSent { .. } => None,
    }
}
