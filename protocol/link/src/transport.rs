//! How bytes travel: TCP with noise and yamux, and QUIC; dialing only where the caller's guard lets it.
//! Knows libp2p's transports and their bounds; does not know what is said.
//! Specified in specs/protocol.md §13.1.

use crate::error::LinkError;
use futures::future::Either;
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::{Boxed, DialOpts, ListenerId, TransportError, TransportEvent};
use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::{Multiaddr, PeerId, Transport, noise, quic, tcp, yamux};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// A connection is ready within this time, or given up.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Streams of one connection, both ways together.
const STREAMS: u32 = 128;
/// Bytes that came on one stream of QUIC and were not read yet; one reply (1 MiB) fits.
const UNREAD_OF_A_STREAM: u32 = 2 << 20;
/// The same of all streams of one connection.
const UNREAD: u32 = 4 << 20;

/// A connection that is ready: who is at the other end, and its streams.
pub type Ready = (PeerId, StreamMuxerBox);

/// TCP and QUIC under this key. Whatever part of the program wants to dial an address: only those that `guard`
/// lets through are dialed.
///
/// # Errors
/// [`LinkError::Unreachable`] when the key cannot be used.
pub fn transport(
    key: &Keypair,
    guard: impl FnMut(&Multiaddr) -> bool + Send + Unpin + 'static,
) -> Result<Boxed<Ready>, LinkError> {
    let mut streams = yamux::Config::default();
    streams.set_max_num_streams(STREAMS as usize);
    let tcp = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .upgrade(Version::V1Lazy)
        .authenticate(noise::Config::new(key).map_err(|_| LinkError::Unreachable)?)
        .multiplex(streams)
        .timeout(HANDSHAKE)
        .map(|(peer, streams), _| (peer, StreamMuxerBox::new(streams)));
    let mut config = quic::Config::new(key);
    config.handshake_timeout = HANDSHAKE;
    config.max_concurrent_stream_limit = STREAMS;
    config.max_stream_data = UNREAD_OF_A_STREAM;
    config.max_connection_data = UNREAD;
    let quic = quic::tokio::Transport::new(config)
        .map(|(peer, streams), _| (peer, StreamMuxerBox::new(streams)));
    let both = tcp.or_transport(quic).map(|ready, _| match ready {
        Either::Left(ready) | Either::Right(ready) => ready,
    });
    let inner = both.boxed();
    Ok(Guarded { inner, guard }.boxed())
}

/// A transport that dials only where its guard lets it.
struct Guarded<F> {
    inner: Boxed<Ready>,
    guard: F,
}

impl<F: FnMut(&Multiaddr) -> bool + Unpin> Transport for Guarded<F> {
    type Output = Ready;
    type Error = <Boxed<Ready> as Transport>::Error;
    type ListenerUpgrade = <Boxed<Ready> as Transport>::ListenerUpgrade;
    type Dial = <Boxed<Ready> as Transport>::Dial;

    fn listen_on(
        &mut self,
        id: ListenerId,
        address: Multiaddr,
    ) -> Result<(), TransportError<Self::Error>> {
        self.inner.listen_on(id, address)
    }

    fn remove_listener(&mut self, id: ListenerId) -> bool {
        self.inner.remove_listener(id)
    }

    fn dial(
        &mut self,
        address: Multiaddr,
        options: DialOpts,
    ) -> Result<Self::Dial, TransportError<Self::Error>> {
        if (self.guard)(&address) {
            return self.inner.dial(address, options);
        }
        Err(TransportError::MultiaddrNotSupported(address))
    }

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<TransportEvent<Self::ListenerUpgrade, Self::Error>> {
        Pin::new(&mut self.inner).poll(context)
    }
}
