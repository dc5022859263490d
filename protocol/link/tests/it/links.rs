//! Links over real loopback sockets: honest peers, and each kind of wrong one.
//! Goes through the crate's public doors only.
//! Specified in specs/protocol.md §13.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot be set up should say so at once"
)]

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt};
use lachan_link::dialer::{parse_address, range};
use lachan_link::exchange::Exchange;
use lachan_link::transport::transport;
use lachan_link::{
    Connection, FrameCodec, FrameError, LinkError, LogExchange, LogReply, LogRequest,
    MailboxExchange, Multiaddr, PART_LIMIT, Refusal, SealedReply, Timeouts, names,
};
use lachan_protocol::id::{AuthorityId, OriginHash};
use lachan_protocol::wire::DecodeError;
use libp2p::identity::Keypair;
use libp2p::request_response::{Behaviour, Codec, Config, Event, Message, ProtocolSupport};
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{StreamProtocol, Swarm, SwarmBuilder, noise, tcp, yamux};
use std::io;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

const TIMEOUTS: Timeouts = Timeouts {
    dial: Duration::from_secs(5),
    answer: Duration::from_secs(5),
};

/// Sends and receives bytes as they are: a peer that can break every rule.
#[derive(Clone, Default)]
struct Raw {
    waits: Duration,
}

impl Codec for Raw {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
    ) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        io.read_to_end(&mut bytes).await?;
        Ok(bytes)
    }

    async fn read_response<T: AsyncRead + Unpin + Send>(
        &mut self,
        protocol: &StreamProtocol,
        io: &mut T,
    ) -> io::Result<Vec<u8>> {
        self.read_request(protocol, io).await
    }

    async fn write_request<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        bytes: Vec<u8>,
    ) -> io::Result<()> {
        io.write_all(&bytes).await
    }

    async fn write_response<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        bytes: Vec<u8>,
    ) -> io::Result<()> {
        tokio::time::sleep(self.waits).await;
        io.write_all(&bytes).await
    }
}

fn swarm<B: NetworkBehaviour>(behaviour: B) -> Swarm<B> {
    SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(
            tcp::Config::default(),
            noise::Config::new,
            yamux::Config::default,
        )
        .unwrap()
        .with_behaviour(|_| behaviour)
        .unwrap_or_else(|_| panic!("the behaviour is ready"))
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(20)))
        .build()
}

/// Answers each request with what `answer` makes of it; ends when the returned task is aborted.
async fn serve<C>(
    codec: C,
    protocol: StreamProtocol,
    mut answer: impl FnMut(C::Request) -> Option<C::Response> + Send + 'static,
) -> (Multiaddr, JoinHandle<()>)
where
    C: Codec<Protocol = StreamProtocol> + Clone + Send + 'static,
    C::Request: std::fmt::Debug,
    C::Response: std::fmt::Debug,
{
    let config = Config::default().with_request_timeout(Duration::from_secs(20));
    let mut swarm = swarm(Behaviour::with_codec(
        codec,
        [(protocol, ProtocolSupport::Full)],
        config,
    ));
    swarm
        .listen_on("/ip4/127.0.0.1/tcp/0".parse().unwrap())
        .unwrap();
    let address = loop {
        if let SwarmEvent::NewListenAddr { address, .. } = swarm.select_next_some().await {
            break address.with_p2p(*swarm.local_peer_id()).unwrap();
        }
    };
    let task = tokio::spawn(async move {
        loop {
            if let SwarmEvent::Behaviour(Event::Message {
                message:
                    Message::Request {
                        request, channel, ..
                    },
                ..
            }) = swarm.select_next_some().await
                && let Some(reply) = answer(request)
            {
                swarm.behaviour_mut().send_response(channel, reply).ok();
            }
        }
    });
    (address, task)
}

fn origin() -> OriginHash {
    OriginHash::of_origin("log.example/hanoi")
}

fn first_bytes() -> LogRequest {
    LogRequest::new(origin(), "checkpoint", 0, 100).unwrap()
}

async fn reply_of(bytes: Vec<u8>) -> Result<LogReply, LinkError> {
    let (address, server) = serve(Raw::default(), names::LOG, move |_| Some(bytes.clone())).await;
    let connection = Connection::dial(&address, TIMEOUTS).await.unwrap();
    let outcome = connection.fetch(first_bytes()).await;
    server.abort();
    outcome
}

/// A log of one resource, served as nodes do it.
async fn serve_resource(resource: Vec<u8>) -> (Multiaddr, JoinHandle<()>) {
    let codec = FrameCodec::<LogExchange>::default();
    serve(codec, names::LOG, move |request| {
        Some(match request {
            Err(_) => LogReply::Refused(Refusal::Malformed),
            Ok(request) if request.path() != "tile/0/000" => LogReply::NotFound,
            Ok(request) => {
                let start = usize::try_from(request.offset())
                    .unwrap()
                    .min(resource.len());
                let end = resource.len().min(start + request.length() as usize);
                LogReply::Part {
                    total: resource.len() as u64,
                    bytes: resource[start..end].to_vec(),
                }
            }
        })
    })
    .await
}

#[tokio::test]
async fn fetches_a_resource_in_ranges_up_to_the_limit_and_not_beyond() {
    let resource: Vec<u8> = (0..700_000_u32).flat_map(u32::to_be_bytes).collect();
    let (address, server) = serve_resource(resource.clone()).await;
    let connection = Connection::dial(&address, TIMEOUTS).await.unwrap();
    let whole = connection
        .fetch_all(origin(), "tile/0/000", 2_800_000)
        .await;
    assert_eq!(whole.unwrap(), resource);
    let limit = 2_799_999;
    assert_eq!(
        connection.fetch_all(origin(), "tile/0/000", limit).await,
        Err(LinkError::TooLong {
            limit,
            total: 2_800_000
        })
    );
    assert_eq!(
        connection.fetch_all(origin(), "tile/0/001", limit).await,
        Err(LinkError::NotFound)
    );
    let request = LogRequest::new(origin(), "tile/0/000", 4, 4).unwrap();
    assert_eq!(
        connection.fetch(request).await,
        Ok(LogReply::Part {
            total: 2_800_000,
            bytes: vec![0, 0, 0, 1]
        })
    );
    connection.close().await;
    server.abort();
}

#[tokio::test]
async fn an_empty_resource_is_fetched_as_empty() {
    let (address, server) = serve_resource(Vec::new()).await;
    let connection = Connection::dial(&address, TIMEOUTS).await.unwrap();
    assert_eq!(
        connection.fetch_all(origin(), "tile/0/000", 10).await,
        Ok(Vec::new())
    );
    server.abort();
}

#[tokio::test]
async fn the_end_of_the_stream_is_never_an_empty_success() {
    assert_eq!(
        reply_of(Vec::new()).await,
        Err(LinkError::Malformed(FrameError::Ended))
    );
    let empty = vec![1, 0, 0, 0, 0];
    assert_eq!(
        reply_of(empty).await,
        Err(LinkError::Malformed(FrameError::Malformed(
            DecodeError::Truncated
        )))
    );
    // the control: the same harness carries a good reply
    assert_eq!(
        reply_of(vec![1, 0, 0, 0, 1, 1]).await,
        Ok(LogReply::NotFound)
    );
}

#[tokio::test]
async fn refuses_replies_over_long_or_with_bytes_left_over_or_of_another_version() {
    let len = 9 + PART_LIMIT as usize + 1;
    let mut long = vec![1];
    long.extend_from_slice(&u32::try_from(len).unwrap().to_be_bytes());
    let limit = LogExchange::REPLY_LIMIT;
    assert_eq!(
        reply_of(long).await,
        Err(LinkError::Malformed(FrameError::TooLong { limit, len }))
    );
    assert_eq!(
        reply_of(vec![1, 0, 0, 0, 1, 1, 9]).await,
        Err(LinkError::Malformed(FrameError::BytesLeftOver))
    );
    assert_eq!(
        reply_of(vec![9, 0, 0, 0, 1, 1]).await,
        Err(LinkError::Malformed(FrameError::UnknownVersion(9)))
    );
}

#[tokio::test]
async fn a_slow_peer_times_out() {
    let slow = Raw {
        waits: Duration::from_secs(15),
    };
    let (address, server) = serve(slow, names::LOG, |_| Some(vec![1, 0, 0, 0, 1, 1])).await;
    let timeouts = Timeouts {
        answer: Duration::from_millis(500),
        ..TIMEOUTS
    };
    let connection = Connection::dial(&address, timeouts).await.unwrap();
    assert_eq!(
        connection.fetch(first_bytes()).await,
        Err(LinkError::TimedOut)
    );
    server.abort();
}

#[tokio::test]
async fn a_closed_port_and_a_stranger_at_the_port_are_unreachable() {
    let (address, server) = serve_resource(vec![1]).await;
    let stranger = Keypair::generate_ed25519().public().to_peer_id();
    let mut other = address.clone();
    other.pop();
    let other = other.with_p2p(stranger).unwrap();
    assert_eq!(
        Connection::dial(&other, TIMEOUTS).await.err(),
        Some(LinkError::Unreachable)
    );
    let closed = format!("/ip4/127.0.0.1/tcp/1/p2p/{stranger}");
    let closed = parse_address(&closed).unwrap();
    assert_eq!(
        Connection::dial(&closed, TIMEOUTS).await.err(),
        Some(LinkError::Unreachable)
    );
    assert!(Connection::dial(&address, TIMEOUTS).await.is_ok());
    server.abort();
}

#[test]
fn half_an_answer_and_more_than_was_asked_are_another_range() {
    let request = LogRequest::new(origin(), "checkpoint", 10, 100).unwrap();
    let reply = |total, len| {
        range(
            &request,
            LogReply::Part {
                total,
                bytes: vec![0; len],
            },
        )
    };
    assert_eq!(reply(1_000, 100), Ok(Some(vec![0; 100])));
    assert_eq!(reply(60, 50), Ok(Some(vec![0; 50])));
    assert_eq!(reply(10, 0), Ok(Some(Vec::new())));
    for (total, len) in [(1_000, 99), (1_000, 0), (60, 51), (60, 49), (9, 0), (10, 1)] {
        assert_eq!(
            reply(total, len),
            Err(LinkError::RangeWrong),
            "{total} {len}"
        );
    }
    assert_eq!(range(&request, LogReply::NotFound), Ok(None));
}

#[tokio::test]
async fn a_node_is_asked_over_quic_as_over_tcp() {
    let listening = |at: &str| {
        let key = Keypair::generate_ed25519();
        let me = key.public().to_peer_id();
        let codec = FrameCodec::<LogExchange>::default();
        let all = [(names::LOG, ProtocolSupport::Full)];
        let behaviour = Behaviour::with_codec(codec, all, Config::default());
        let config = libp2p::swarm::Config::with_tokio_executor();
        let mut swarm = Swarm::new(transport(&key, |_| true).unwrap(), behaviour, me, config);
        swarm.listen_on(at.parse().unwrap()).unwrap();
        swarm
    };
    for at in ["/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"] {
        let mut node = listening(at);
        let address = loop {
            if let SwarmEvent::NewListenAddr { address, .. } = node.select_next_some().await {
                break address.with_p2p(*node.local_peer_id()).unwrap();
            }
        };
        let server = tokio::spawn(async move {
            loop {
                if let SwarmEvent::Behaviour(Event::Message {
                    message: Message::Request { channel, .. },
                    ..
                }) = node.select_next_some().await
                {
                    let (total, bytes) = (100, vec![7; 100]);
                    let reply = LogReply::Part { total, bytes };
                    node.behaviour_mut().send_response(channel, reply).ok();
                }
            }
        });
        let link = Connection::dial(&address, TIMEOUTS).await.unwrap();
        let reply = range(&first_bytes(), link.fetch(first_bytes()).await.unwrap());
        assert_eq!(reply, Ok(Some(vec![7; 100])), "{at}");
        server.abort();
    }
}

#[tokio::test]
async fn a_transport_dials_only_where_its_guard_lets_it() {
    let (address, server) = serve_resource(vec![1]).await;
    for lets in [true, false] {
        let key = Keypair::generate_ed25519();
        let me = key.public().to_peer_id();
        let config = libp2p::swarm::Config::with_tokio_executor();
        let transport = transport(&key, move |_| lets).unwrap();
        let mut swarm = Swarm::new(transport, libp2p::swarm::dummy::Behaviour, me, config);
        swarm.dial(address.clone()).unwrap();
        let is_connected = loop {
            match swarm.select_next_some().await {
                SwarmEvent::ConnectionEstablished { .. } => break true,
                SwarmEvent::OutgoingConnectionError { .. } => break false,
                _ => {}
            }
        };
        assert_eq!(is_connected, lets);
    }
    server.abort();
}

#[test]
fn refuses_addresses_without_peer_id() {
    assert_eq!(
        parse_address("/ip4/127.0.0.1/tcp/1"),
        Err(LinkError::NoPeerId)
    );
    assert_eq!(
        parse_address("127.0.0.1:1"),
        Err(LinkError::AddressMalformed)
    );
}

#[tokio::test]
async fn a_peer_that_does_not_speak_the_protocol_is_named_so() {
    let (address, server) = serve_resource(vec![1]).await;
    let connection = Connection::dial(&address, TIMEOUTS).await.unwrap();
    let authority = AuthorityId([7; 8]);
    assert_eq!(
        connection.mailbox(authority, vec![0; 4_096]).await,
        Err(LinkError::NotSpoken)
    );
    server.abort();
}

#[tokio::test]
async fn sealed_messages_travel_and_refusals_come_back_by_name() {
    let codec = FrameCodec::<MailboxExchange>::default();
    let (address, server) = serve(codec, names::MAILBOX, |request| {
        Some(match request {
            Ok(request) if request.authority == AuthorityId([7; 8]) => {
                SealedReply::Sealed(request.sealed)
            }
            Ok(request) if request.authority == AuthorityId([8; 8]) => {
                SealedReply::Busy(Duration::from_secs(9))
            }
            Ok(_) => SealedReply::Refused(Refusal::UnknownAuthority),
            Err(_) => SealedReply::Refused(Refusal::Malformed),
        })
    })
    .await;
    let connection = Connection::dial(&address, TIMEOUTS).await.unwrap();
    let ask = |byte, sealed| connection.mailbox(AuthorityId([byte; 8]), sealed);
    assert_eq!(ask(7, vec![5; 4_096]).await, Ok(vec![5; 4_096]));
    let after = Duration::from_secs(9);
    assert_eq!(ask(8, vec![5; 4_096]).await, Err(LinkError::Busy { after }));
    let why = Refusal::UnknownAuthority;
    assert_eq!(
        ask(9, vec![5; 4_096]).await,
        Err(LinkError::Refused { why })
    );
    let why = Refusal::Malformed;
    assert_eq!(
        ask(7, vec![5; 4_095]).await,
        Err(LinkError::Refused { why })
    );
    server.abort();
}

#[tokio::test]
async fn malformed_requests_reach_the_responder_so_that_it_can_count_them() {
    let (seen, mut is_seen) = mpsc::unbounded_channel();
    let codec = FrameCodec::<LogExchange>::default();
    let (address, server) = serve(codec, names::LOG, move |request| {
        seen.send(request).ok();
        Some(LogReply::Refused(Refusal::Malformed))
    })
    .await;
    let config = Config::default();
    let mut hostile = swarm(Behaviour::with_codec(
        Raw::default(),
        [(names::LOG, ProtocolSupport::Full)],
        config,
    ));
    let peer = lachan_link::dialer::peer_of(&address).unwrap();
    hostile.dial(address).unwrap();
    let too_long = FrameError::TooLong {
        limit: LogExchange::REQUEST_LIMIT,
        len: 0x0001_0000,
    };
    let sent = [
        (Vec::new(), FrameError::Ended),
        (vec![1, 0, 1, 0, 0], too_long),
        (vec![2, 0, 0, 0, 0], FrameError::UnknownVersion(2)),
        (
            vec![1, 0, 0, 0, 1, 7],
            FrameError::Malformed(DecodeError::Truncated),
        ),
    ];
    for (bytes, want) in sent {
        hostile.behaviour_mut().send_request(&peer, bytes);
        let found = loop {
            tokio::select! {
                _ = hostile.select_next_some() => {}
                found = is_seen.recv() => break found,
            }
        };
        assert_eq!(found, Some(Err(want)));
    }
    server.abort();
}
