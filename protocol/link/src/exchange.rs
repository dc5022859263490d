//! Exchanges: what is asked and answered under each protocol name.
//! Knows the fields and their limits; does not know streams, logs or what is sealed.
//! Specified in specs/wire.md §10.

use crate::names;
use bincode::{Decode, Encode};
use lachan_protocol::id::{AuthorityId, OriginHash};
use lachan_protocol::wire::{DecodeError, Message, Text8};
use libp2p::StreamProtocol;
use std::time::Duration;

/// Most bytes of a resource in one reply: 1 MiB.
pub const PART_LIMIT: u32 = 1 << 20;

const PART: u8 = 0;
const NOT_FOUND: u8 = 1;
const REFUSED: u8 = 2;
const BUSY: u8 = 3;

/// One protocol: its name, what is asked, what is answered, and the limits of both.
pub trait Exchange: Clone + Default + Send + Sync + 'static {
    /// What is asked.
    type Request: Send + 'static;
    /// What is answered.
    type Reply: Send + 'static;
    /// The protocol's name.
    const NAME: StreamProtocol;
    /// Most bytes of a request's payload.
    const REQUEST_LIMIT: usize;
    /// Most bytes of a reply's payload.
    const REPLY_LIMIT: usize;

    /// Parses a request.
    ///
    /// # Errors
    /// [`DecodeError`]: the sender is to blame.
    fn request(payload: &[u8]) -> Result<Self::Request, DecodeError>;
    /// A request's payload.
    fn request_bytes(request: &Self::Request) -> Vec<u8>;
    /// Parses a reply.
    ///
    /// # Errors
    /// [`DecodeError`]: the sender is to blame.
    fn reply(payload: Vec<u8>) -> Result<Self::Reply, DecodeError>;
    /// A reply's payload.
    fn reply_bytes(reply: &Self::Reply) -> Vec<u8>;
}

/// Why a peer answers a request with no. One byte on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 1: the request's bytes are not a request.
    #[error("the request is malformed")]
    Malformed,
    /// 2: the path is not one of a log's resources.
    #[error("no log has such a path")]
    NotAPath,
    /// 3: the range begins behind the end of the resource.
    #[error("the range begins behind the end of the resource")]
    RangeBehindEnd,
    /// 4: no log here has this origin.
    #[error("the log is unknown here")]
    UnknownOrigin,
    /// 5: no office of this authority is known here.
    #[error("no office of this authority is known here")]
    UnknownAuthority,
    /// 6: the office cannot be reached from here now.
    #[error("the office cannot be reached from here now")]
    OfficeUnreachable,
    /// 7: the message does not open with the keys of today and yesterday.
    #[error("the sealed message does not open")]
    DoesNotOpen,
}

impl Refusal {
    /// All reasons.
    pub const ALL: [Self; 7] = [
        Self::Malformed,
        Self::NotAPath,
        Self::RangeBehindEnd,
        Self::UnknownOrigin,
        Self::UnknownAuthority,
        Self::OfficeUnreachable,
        Self::DoesNotOpen,
    ];

    /// The byte on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Malformed => 1,
            Self::NotAPath => 2,
            Self::RangeBehindEnd => 3,
            Self::UnknownOrigin => 4,
            Self::UnknownAuthority => 5,
            Self::OfficeUnreachable => 6,
            Self::DoesNotOpen => 7,
        }
    }

    fn from_code(code: u8) -> Result<Self, DecodeError> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.code() == code)
            .ok_or(DecodeError::OutOfRange {
                field: "reason",
                found: u32::from(code),
            })
    }
}

/// Asks for a range of a resource of a log: origin hash 8 ‖ offset u64 ‖ length u32 ‖ path (u8 length).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct LogRequest {
    origin: OriginHash,
    offset: u64,
    length: u32,
    path: Text8,
}
lachan_protocol::message!(LogRequest, 8 + 8 + 4 + 1 + 255);

impl LogRequest {
    /// Asks for `length` bytes (1..=1 MiB) from `offset` of the resource with this tlog-tiles path.
    ///
    /// # Errors
    /// [`DecodeError::OutOfRange`] for a length, [`DecodeError::TooLong`] for a path that no request can hold.
    pub fn new(
        origin: OriginHash,
        path: &str,
        offset: u64,
        length: u32,
    ) -> Result<Self, DecodeError> {
        let path = Text8::new(path)?;
        Self {
            origin,
            offset,
            length,
            path,
        }
        .in_range()
    }

    fn in_range(self) -> Result<Self, DecodeError> {
        if (1..=PART_LIMIT).contains(&self.length) {
            return Ok(self);
        }
        Err(DecodeError::OutOfRange {
            field: "length",
            found: self.length,
        })
    }

    /// Which log.
    #[must_use]
    pub const fn origin(&self) -> OriginHash {
        self.origin
    }

    /// The first byte wanted.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Most bytes wanted.
    #[must_use]
    pub const fn length(&self) -> u32 {
        self.length
    }

    /// The resource's path, as it came: parse it, never join it to a folder.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path.as_str()
    }
}

/// The answer to a [`LogRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogReply {
    /// Ask again after this many seconds.
    Busy(Duration),
    /// There is no such resource here.
    NotFound,
    /// A range: total length of the resource, and the bytes from the offset (fewer than asked only at its end).
    Part {
        /// Length of the whole resource, in bytes.
        total: u64,
        /// The range.
        bytes: Vec<u8>,
    },
    /// No, and why.
    Refused(Refusal),
}

/// The log's protocol.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogExchange;

impl Exchange for LogExchange {
    type Request = LogRequest;
    type Reply = LogReply;
    const NAME: StreamProtocol = names::LOG;
    const REQUEST_LIMIT: usize = LogRequest::LIMIT;
    const REPLY_LIMIT: usize = 1 + 8 + PART_LIMIT as usize;

    fn request(payload: &[u8]) -> Result<LogRequest, DecodeError> {
        LogRequest::from_bytes(payload)?.in_range()
    }

    fn request_bytes(request: &LogRequest) -> Vec<u8> {
        request.to_bytes()
    }

    fn reply(mut payload: Vec<u8>) -> Result<LogReply, DecodeError> {
        match payload.split_first() {
            None => Err(DecodeError::Truncated),
            Some((&PART, rest)) => {
                let (total, _) = rest.split_first_chunk().ok_or(DecodeError::Truncated)?;
                let total = u64::from_be_bytes(*total);
                payload.drain(..9);
                Ok(LogReply::Part {
                    total,
                    bytes: payload,
                })
            }
            Some((&NOT_FOUND, rest)) => exactly(rest).map(|[]| LogReply::NotFound),
            Some((&REFUSED, rest)) => refusal(rest).map(LogReply::Refused),
            Some((&BUSY, rest)) => busy(rest).map(LogReply::Busy),
            Some((&other, _)) => Err(unknown_status(other)),
        }
    }

    fn reply_bytes(reply: &LogReply) -> Vec<u8> {
        match reply {
            LogReply::Busy(after) => busy_bytes(*after),
            LogReply::NotFound => vec![NOT_FOUND],
            LogReply::Part { total, bytes } => {
                let mut payload = Vec::with_capacity(9 + bytes.len());
                payload.push(PART);
                payload.extend_from_slice(&total.to_be_bytes());
                payload.extend_from_slice(bytes);
                payload
            }
            LogReply::Refused(reason) => vec![REFUSED, reason.code()],
        }
    }
}

/// A sealed message for an authority's office: authority id 8 ‖ message.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedRequest {
    /// For whom.
    pub authority: AuthorityId,
    /// The whole sealed message.
    pub sealed: Vec<u8>,
}

impl std::fmt::Debug for SealedRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedRequest")
            .field("authority", &self.authority)
            .finish_non_exhaustive()
    }
}

/// The answer to a [`SealedRequest`].
#[derive(Clone, PartialEq, Eq)]
pub enum SealedReply {
    /// Ask again after this many seconds.
    Busy(Duration),
    /// No, and why.
    Refused(Refusal),
    /// The whole sealed reply.
    Sealed(Vec<u8>),
}

impl std::fmt::Debug for SealedReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Busy(after) => f.debug_tuple("Busy").field(after).finish(),
            Self::Refused(reason) => f.debug_tuple("Refused").field(reason).finish(),
            Self::Sealed(bytes) => write!(f, "Sealed({} bytes)", bytes.len()),
        }
    }
}

/// The registration's protocol.
#[derive(Clone, Copy, Debug, Default)]
pub struct RegisterExchange;

/// The mailbox's protocol.
#[derive(Clone, Copy, Debug, Default)]
pub struct MailboxExchange;

macro_rules! sealed_exchange {
    ($exchange:ty, $name:expr, up $up:expr, down $down:expr) => {
        impl Exchange for $exchange {
            type Request = SealedRequest;
            type Reply = SealedReply;
            const NAME: StreamProtocol = $name;
            const REQUEST_LIMIT: usize = AuthorityId::LEN + longest(&$up);
            const REPLY_LIMIT: usize = 1 + longest(&$down);

            fn request(payload: &[u8]) -> Result<SealedRequest, DecodeError> {
                let (id, sealed) = payload.split_first_chunk().ok_or(DecodeError::Truncated)?;
                one_of(sealed.len(), &$up)?;
                Ok(SealedRequest {
                    authority: AuthorityId(*id),
                    sealed: sealed.to_vec(),
                })
            }

            fn request_bytes(request: &SealedRequest) -> Vec<u8> {
                [&request.authority.0, request.sealed.as_slice()].concat()
            }

            fn reply(payload: Vec<u8>) -> Result<SealedReply, DecodeError> {
                sealed_reply(payload, &$down)
            }

            fn reply_bytes(reply: &SealedReply) -> Vec<u8> {
                match reply {
                    SealedReply::Busy(after) => busy_bytes(*after),
                    SealedReply::Refused(reason) => vec![REFUSED, reason.code()],
                    SealedReply::Sealed(sealed) => [&[PART], sealed.as_slice()].concat(),
                }
            }
        }
    };
}

sealed_exchange!(RegisterExchange, names::REGISTER, up [4_096, 32_768], down [4_096, 131_072]);
sealed_exchange!(MailboxExchange, names::MAILBOX, up[4_096], down[4_096]);

const fn longest(sizes: &[usize]) -> usize {
    sizes[sizes.len() - 1]
}

fn one_of(len: usize, sizes: &[usize]) -> Result<(), DecodeError> {
    if sizes.contains(&len) {
        return Ok(());
    }
    Err(DecodeError::OutOfRange {
        field: "sealed length",
        found: u32::try_from(len).unwrap_or(u32::MAX),
    })
}

fn sealed_reply(mut payload: Vec<u8>, sizes: &[usize]) -> Result<SealedReply, DecodeError> {
    match payload.split_first() {
        None => Err(DecodeError::Truncated),
        Some((&PART, rest)) => {
            one_of(rest.len(), sizes)?;
            payload.remove(0);
            Ok(SealedReply::Sealed(payload))
        }
        Some((&REFUSED, rest)) => refusal(rest).map(SealedReply::Refused),
        Some((&BUSY, rest)) => busy(rest).map(SealedReply::Busy),
        Some((&other, _)) => Err(unknown_status(other)),
    }
}

fn unknown_status(status: u8) -> DecodeError {
    DecodeError::OutOfRange {
        field: "status",
        found: u32::from(status),
    }
}

fn exactly<const N: usize>(rest: &[u8]) -> Result<[u8; N], DecodeError> {
    match rest.split_first_chunk() {
        None => Err(DecodeError::Truncated),
        Some((head, [])) => Ok(*head),
        Some((_, over)) => Err(DecodeError::BytesLeftOver(over.len())),
    }
}

fn refusal(rest: &[u8]) -> Result<Refusal, DecodeError> {
    let [code] = exactly(rest)?;
    Refusal::from_code(code)
}

fn busy(rest: &[u8]) -> Result<Duration, DecodeError> {
    let seconds = u32::from_be_bytes(exactly(rest)?);
    Ok(Duration::from_secs(u64::from(seconds)))
}

fn busy_bytes(after: Duration) -> Vec<u8> {
    let seconds = u32::try_from(after.as_secs()).unwrap_or(u32::MAX);
    [&[BUSY], seconds.to_be_bytes().as_slice()].concat()
}

#[cfg(test)]
mod tests;
