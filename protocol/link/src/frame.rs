//! Frames: version ‖ length ‖ payload, one in each direction of a stream, then the end of the stream.
//! Knows lengths and ends; does not know what a payload means.
//! Specified in specs/wire.md §10.

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use lachan_protocol::wire::DecodeError;
use std::io;

/// Bytes before the payload: u8 version ‖ u32 length.
pub const HEADER_LEN: usize = 5;
const VERSION: u8 = 1;
/// Payloads are read in pieces of this many bytes, so that a mere claim of length allocates nothing.
const PIECE: usize = 65_536;

/// Why what came on a stream is not a frame of its kind. The sender is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The stream went on after the frame.
    #[error("bytes came after the frame")]
    BytesLeftOver,
    /// The stream ended before a whole frame came; also when nothing came at all.
    #[error("the stream ended before the frame did")]
    Ended,
    /// The frame is whole and its payload is not a message of this protocol.
    #[error("the payload is malformed: {0}")]
    Malformed(DecodeError),
    /// The header claims more than this protocol allows.
    #[error("{len} bytes where at most {limit} are allowed")]
    TooLong {
        /// Most bytes of a payload.
        limit: usize,
        /// Bytes that the header claims.
        len: usize,
    },
    /// The frame did not come within the time for it.
    #[error("the frame did not come in time")]
    TooSlow,
    /// A version of frames that this program does not know.
    #[error("frame version {0} is unknown")]
    UnknownVersion(u8),
}

/// What can go wrong while a frame is read: the sender's fault, or the stream's.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The stream broke.
    #[error("the stream broke: {0}")]
    Broken(#[from] io::Error),
    /// What came is not a frame.
    #[error(transparent)]
    Frame(#[from] FrameError),
}

/// Reads one frame of at most `limit` bytes of payload, and the end of the stream after it.
///
/// # Errors
/// [`ReadError::Frame`] when the sender is to blame, [`ReadError::Broken`] when the stream failed.
pub async fn read_frame<T: AsyncRead + Unpin>(
    io: &mut T,
    limit: usize,
) -> Result<Vec<u8>, ReadError> {
    let mut header = [0; HEADER_LEN];
    fill(io, &mut header).await?;
    let [version, length @ ..] = header;
    if version != VERSION {
        return Err(FrameError::UnknownVersion(version).into());
    }
    let len = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if len > limit {
        return Err(FrameError::TooLong { limit, len }.into());
    }
    let payload = read_payload(io, len).await?;
    match io.read(&mut [0]).await? {
        0 => Ok(payload),
        _ => Err(FrameError::BytesLeftOver.into()),
    }
}

async fn read_payload<T: AsyncRead + Unpin>(io: &mut T, len: usize) -> Result<Vec<u8>, ReadError> {
    let mut payload = Vec::new();
    while payload.len() < len {
        let start = payload.len();
        payload.resize(len.min(start + PIECE), 0);
        fill(io, &mut payload[start..]).await?;
    }
    Ok(payload)
}

async fn fill<T: AsyncRead + Unpin>(io: &mut T, bytes: &mut [u8]) -> Result<(), ReadError> {
    io.read_exact(bytes)
        .await
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => FrameError::Ended.into(),
            _ => error.into(),
        })
}

/// Writes one frame.
///
/// # Errors
/// Those of the stream; `InvalidInput` for a payload of 4 GiB or more.
pub async fn write_frame<T: AsyncWrite + Unpin>(io: &mut T, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(payload.len())
        .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?
        .to_be_bytes();
    let [a, b, c, d] = length;
    io.write_all(&[VERSION, a, b, c, d]).await?;
    io.write_all(payload).await?;
    io.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use futures::io::Cursor;

    fn read(bytes: &[u8], limit: usize) -> Result<Vec<u8>, FrameError> {
        match block_on(read_frame(&mut Cursor::new(bytes), limit)) {
            Ok(payload) => Ok(payload),
            Err(ReadError::Frame(error)) => Err(error),
            Err(ReadError::Broken(error)) => panic!("{error}"),
        }
    }

    #[test]
    fn frames_read_back_and_every_other_form_is_refused_by_name() {
        let mut bytes = Vec::new();
        block_on(write_frame(&mut bytes, b"abc")).unwrap();
        assert_eq!(bytes, [1, 0, 0, 0, 3, b'a', b'b', b'c']);
        assert_eq!(read(&bytes, 3), Ok(b"abc".to_vec()));
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end], 3), Err(FrameError::Ended));
        }
        assert_eq!(
            read(&bytes, 2),
            Err(FrameError::TooLong { limit: 2, len: 3 })
        );
        bytes.push(0);
        assert_eq!(read(&bytes, 3), Err(FrameError::BytesLeftOver));
        bytes[0] = 2;
        assert_eq!(read(&bytes, 3), Err(FrameError::UnknownVersion(2)));
    }

    #[test]
    fn a_long_payload_comes_back_whole() {
        let payload: Vec<u8> = (0..200_000_u32).flat_map(u32::to_be_bytes).collect();
        let mut bytes = Vec::new();
        block_on(write_frame(&mut bytes, &payload)).unwrap();
        assert_eq!(read(&bytes, payload.len()), Ok(payload));
    }
}
