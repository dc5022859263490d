//! A log in memory, and a server of logs that may say anything.
//! Knows tiles, bundles and frames; does not know who asks.
//! Specified in specs/protocol.md §8.3 and §13.2.

use super::peer::Answer;
use futures::{AsyncRead, AsyncWrite, AsyncWriteExt, StreamExt};
use lachan_link::exchange::Exchange;
use lachan_link::frame::read_frame;
use lachan_link::{LogExchange, LogReply, LogRequest, names};
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::log::tile_set::{TileBuilder, push_entry};
use lachan_protocol::log::tiles::{Resource, TILE_WIDTH, bundle_in};
use lachan_tests::world::{Authority, ORIGIN};
use libp2p::request_response::{Behaviour, Codec, Config, Event, Message, ProtocolSupport};
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{StreamProtocol, SwarmBuilder, identify, noise, tcp, yamux};
use std::collections::BTreeMap;
use std::io;
use std::time::Duration;
use tokio::task::JoinHandle;

/// The files of a log, by path.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// The note of a checkpoint of the authority's log.
pub(super) fn signed(authority: &Authority, size: u64, root: Hash) -> Vec<u8> {
    let origin = ORIGIN.into();
    let note = Checkpoint { origin, size, root }.sign(&authority.log_key);
    note.expect("the key is the log's").to_bytes()
}

/// The files of the authority's log with these leaves.
pub(super) fn files(authority: &Authority, leaves: &[Vec<u8>]) -> Files {
    let (mut files, mut tiles) = (Files::new(), TileBuilder::default());
    for leaf in leaves {
        let full = tiles.push(Hash::of_leaf(leaf));
        files.extend(full.into_iter().map(|(at, bytes)| (at.to_path(), bytes)));
    }
    let partial = tiles.partial().into_iter();
    files.extend(partial.map(|(at, bytes)| (at.to_path(), bytes)));
    for (index, chunk) in (0..).zip(leaves.chunks(usize::from(TILE_WIDTH))) {
        let at = bundle_in(index, tiles.size()).expect("there are leaves in it");
        let mut bundle = Vec::new();
        for leaf in chunk {
            push_entry(&mut bundle, leaf).expect("a leaf fits");
        }
        files.insert(at.to_path(), bundle);
    }
    let note = signed(authority, tiles.size(), tiles.root());
    files.insert(Resource::Checkpoint.to_path(), note);
    files
}

/// What a server says to one request.
#[derive(Debug)]
pub(super) enum Said {
    /// These bytes, and the end of the stream.
    Bytes(Vec<u8>),
    /// After a while, a whole frame.
    Late(Duration, LogReply),
    /// These bytes, and the stream stays open.
    Open(Vec<u8>),
}

impl Said {
    /// A whole frame.
    pub(super) fn reply(reply: &LogReply) -> Self {
        Self::Bytes(framed(&LogExchange::reply_bytes(reply)))
    }
}

/// A frame around a payload.
pub(super) fn framed(payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a payload is short");
    [&[1], length.to_be_bytes().as_slice(), payload].concat()
}

/// What an honest node answers.
pub(super) fn honest(files: &Files, request: &LogRequest) -> LogReply {
    let Some(file) = files.get(request.path()) else {
        return LogReply::NotFound;
    };
    let offset = usize::try_from(request.offset()).unwrap_or(usize::MAX);
    let start = offset.min(file.len());
    let end = file.len().min(start + request.length() as usize);
    LogReply::Part {
        total: file.len() as u64,
        bytes: file[start..end].to_vec(),
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Says;

impl Codec for Says {
    type Protocol = StreamProtocol;
    type Request = LogRequest;
    type Response = Said;

    async fn read_request<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
    ) -> io::Result<LogRequest> {
        let payload = read_frame(io, LogExchange::REQUEST_LIMIT)
            .await
            .map_err(io::Error::other)?;
        LogExchange::request(&payload).map_err(io::Error::other)
    }

    async fn read_response<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        _: &mut T,
    ) -> io::Result<Said> {
        Err(io::ErrorKind::Unsupported.into())
    }

    async fn write_request<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        _: &mut T,
        _: LogRequest,
    ) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    async fn write_response<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        said: Said,
    ) -> io::Result<()> {
        match said {
            Said::Bytes(bytes) => io.write_all(&bytes).await,
            Said::Late(after, reply) => {
                tokio::time::sleep(after).await;
                io.write_all(&framed(&LogExchange::reply_bytes(&reply)))
                    .await
            }
            Said::Open(bytes) => {
                io.write_all(&bytes).await?;
                io.flush().await?;
                std::future::pending().await
            }
        }
    }
}

#[derive(NetworkBehaviour)]
struct Serving {
    identify: identify::Behaviour,
    log: Behaviour<Says>,
}

/// A server of logs in this process.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: String,
    task: JoinHandle<()>,
}

impl Server {
    /// Answers each request with what `says` says.
    pub(super) async fn start(mut says: impl FnMut(&LogRequest) -> Said + Send + 'static) -> Self {
        let config = Config::default()
            .with_request_timeout(Duration::from_secs(120))
            .with_max_concurrent_streams(1_000);
        let log = Behaviour::with_codec(Says, [(names::LOG, ProtocolSupport::Inbound)], config);
        let mut swarm = SwarmBuilder::with_new_identity()
            .with_tokio()
            .with_tcp(
                tcp::Config::default().nodelay(true),
                noise::Config::new,
                yamux::Config::default,
            )
            .expect("TCP can be had")
            .with_behaviour(|key| Serving {
                identify: identify::Behaviour::new(identify::Config::new(
                    names::NETWORK.into(),
                    key.public(),
                )),
                log,
            })
            .expect("the behaviour is ready")
            .with_swarm_config(|config| {
                config.with_idle_connection_timeout(Duration::from_secs(120))
            })
            .build();
        let anywhere = "/ip4/127.0.0.1/tcp/0".parse().expect("a multiaddr");
        swarm.listen_on(anywhere).expect("loopback can be had");
        let address = loop {
            if let SwarmEvent::NewListenAddr { address, .. } = swarm.select_next_some().await {
                let own = *swarm.local_peer_id();
                break address.with_p2p(own).expect("an address without an id");
            }
        };
        let task = tokio::spawn(async move {
            loop {
                if let SwarmEvent::Behaviour(ServingEvent::Log(Event::Message {
                    message:
                        Message::Request {
                            request, channel, ..
                        },
                    ..
                })) = swarm.select_next_some().await
                {
                    let said = says(&request);
                    // who asked may have gone
                    swarm.behaviour_mut().log.send_response(channel, said).ok();
                }
            }
        });
        Self {
            address: address.to_string(),
            task,
        }
    }

    /// An honest server of these files.
    pub(super) async fn honest(files: Files) -> Self {
        Self::start(move |request| Said::reply(&honest(&files, request))).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The payload of a whole frame that a node answered.
pub(super) fn payload(answer: Answer) -> Result<Vec<u8>, String> {
    let frame = answer?;
    match frame.split_first_chunk::<5>() {
        Some((_, payload)) if framed(payload) == frame => Ok(payload.to_vec()),
        _ => Err("no whole frame".into()),
    }
}
