//! The codec of every exchange: frames on libp2p streams.
//! Knows streams; hands malformed requests on as values, so that quotas see them.
//! Specified in specs/wire.md §10.

use crate::exchange::Exchange;
use crate::frame::{FrameError, ReadError, read_frame, write_frame};
use futures::{AsyncRead, AsyncWrite};
use libp2p::StreamProtocol;
use libp2p::request_response::Codec;
use std::io;
use std::marker::PhantomData;
use std::time::Duration;

/// A request comes within this time.
const REQUEST: Duration = Duration::from_secs(10);

/// The libp2p codec of the exchange `X`.
///
/// An incoming request is a `Result`: libp2p says nothing to the responder when a codec fails, so a
/// malformed request is not a failure here. A reply that is not one reaches the requester as an
/// [`io::Error`] of kind `InvalidData` that holds the [`FrameError`].
#[derive(Clone, Copy, Debug, Default)]
pub struct FrameCodec<X>(PhantomData<X>);

impl<X: Exchange> Codec for FrameCodec<X> {
    type Protocol = StreamProtocol;
    type Request = Result<X::Request, FrameError>;
    type Response = X::Reply;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Self::Request>
    where
        T: AsyncRead + Unpin + Send,
    {
        let frame = tokio::time::timeout(REQUEST, read_frame(io, X::REQUEST_LIMIT)).await;
        Ok(match frame {
            Err(_) => Err(FrameError::TooSlow),
            Ok(Ok(payload)) => X::request(&payload).map_err(FrameError::Malformed),
            Ok(Err(ReadError::Frame(error))) => Err(error),
            // a stream that is broken off costs as much as one that ends
            Ok(Err(ReadError::Broken(_))) => Err(FrameError::Ended),
        })
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<X::Reply>
    where
        T: AsyncRead + Unpin + Send,
    {
        let payload = match read_frame(io, X::REPLY_LIMIT).await {
            Ok(payload) => payload,
            Err(ReadError::Frame(error)) => return Err(invalid(error)),
            Err(ReadError::Broken(error)) => return Err(error),
        };
        X::reply(payload).map_err(|error| invalid(FrameError::Malformed(error)))
    }

    async fn write_request<T>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        request: Self::Request,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        let request = request.map_err(invalid)?;
        write_frame(io, &X::request_bytes(&request)).await
    }

    async fn write_response<T>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        reply: X::Reply,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        let bytes = X::reply_bytes(&reply);
        // a slow reader keeps one copy here, not two
        drop(reply);
        write_frame(io, &bytes).await
    }
}

fn invalid(error: FrameError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
