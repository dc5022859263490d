//! The links between nodes and their clients: protocol names, frames, exchanges, and a dialer.
//! Knows libp2p streams and lengths; does not know what a log, an office or a visit is.
//! Specified in specs/protocol.md §13; bytes in specs/wire.md §10.

pub mod address;
pub mod codec;
pub mod dialer;
pub mod error;
pub mod exchange;
pub mod frame;
pub mod names;
pub mod transport;

pub use codec::FrameCodec;
pub use dialer::{Connection, Timeouts};
pub use error::LinkError;
pub use exchange::{
    LogExchange, LogReply, LogRequest, MailboxExchange, PART_LIMIT, Refusal, RegisterExchange,
    SealedReply, SealedRequest,
};
pub use frame::FrameError;
pub use libp2p::{Multiaddr, PeerId};
