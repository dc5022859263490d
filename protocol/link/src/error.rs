//! Why something could not be had over a link.
//! Knows refusals and broken links; does not know what was asked.
//! Specified in specs/protocol.md §13.

use crate::exchange::Refusal;
use crate::frame::FrameError;
use lachan_protocol::wire::DecodeError;
use libp2p::request_response::OutboundFailure;
use std::time::Duration;

/// Why something could not be had over a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The address is not a multiaddr.
    #[error("the address is not a multiaddr")]
    AddressMalformed,
    /// The peer asks for time.
    #[error("the peer is busy; ask again in {} s", after.as_secs())]
    Busy {
        /// Ask again after this time.
        after: Duration,
    },
    /// The link was closed before the answer came.
    #[error("the link was closed before the answer came")]
    Closed,
    /// The peer's reply is not one.
    #[error("the peer's reply is wrong: {0}")]
    Malformed(FrameError),
    /// The name of the address stands only for addresses that are not in reach: private ones, or this machine.
    #[error("the name stands only for addresses that are not public")]
    NameNotInReach,
    /// The address does not end in /p2p/ID: without it nobody could say who answers.
    #[error("the address does not end in /p2p/ID")]
    NoPeerId,
    /// The peer has no such resource.
    #[error("the peer has no such resource")]
    NotFound,
    /// The peer does not speak this protocol.
    #[error("the peer does not speak this protocol")]
    NotSpoken,
    /// The peer said no.
    #[error("the peer refused: {why}")]
    Refused {
        /// Why.
        why: Refusal,
    },
    /// The resource's length changed between two of its parts.
    #[error("the resource changed while it was read")]
    ResourceChanged,
    /// This program's own request breaks a limit.
    #[error("no request can say this: {0}")]
    RequestImpossible(DecodeError),
    /// The peer sent fewer or more bytes than the range has.
    #[error("the peer sent another range than was asked")]
    RangeWrong,
    /// No answer came in time.
    #[error("no answer came in time")]
    TimedOut,
    /// The resource is longer than its kind may be.
    #[error("{total} bytes where at most {limit} are allowed")]
    TooLong {
        /// Most bytes.
        limit: u64,
        /// Bytes that the peer says it has.
        total: u64,
    },
    /// Nobody answered at the address, or somebody else did.
    #[error("nobody with this peer id answers at the address")]
    Unreachable,
}

impl From<OutboundFailure> for LinkError {
    fn from(failure: OutboundFailure) -> Self {
        match failure {
            OutboundFailure::DialFailure => Self::Unreachable,
            OutboundFailure::Timeout => Self::TimedOut,
            OutboundFailure::ConnectionClosed => Self::Closed,
            OutboundFailure::UnsupportedProtocols => Self::NotSpoken,
            OutboundFailure::Io(error) => error
                .get_ref()
                .and_then(|inner| inner.downcast_ref())
                .map_or(Self::Closed, |inner| Self::Malformed(*inner)),
        }
    }
}
