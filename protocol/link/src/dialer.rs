//! A connection to one node, for programs that only ask: a small swarm in a task of its own.
//! Knows how to ask and how long to wait; does not know what the answers mean.
//! Specified in specs/protocol.md §13.

mod task;

use crate::address::{Reach, resolve};
use crate::error::LinkError;
use crate::exchange::{LogReply, LogRequest, PART_LIMIT, SealedReply, SealedRequest};
use lachan_protocol::id::{AuthorityId, OriginHash};
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};
use std::time::Duration;
use task::Command;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// How long a connection waits.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the connection itself.
    pub dial: Duration,
    /// For each answer, from the first byte of the request to the last of the reply.
    pub answer: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            dial: Duration::from_secs(10),
            answer: Duration::from_secs(30),
        }
    }
}

/// A connection to one node, under a peer id made for it alone, so that two connections of one
/// person have nothing in common. Dropping it ends it; [`Connection::close`] also waits.
#[derive(Debug)]
pub struct Connection {
    commands: mpsc::Sender<Command>,
    task: JoinHandle<()>,
    peer: PeerId,
}

/// Reads an address; it must end in `/p2p/ID`.
///
/// # Errors
/// [`LinkError::AddressMalformed`], [`LinkError::NoPeerId`].
pub fn parse_address(text: &str) -> Result<Multiaddr, LinkError> {
    let address = text.parse().map_err(|_| LinkError::AddressMalformed)?;
    peer_of(&address).map(|_| address)
}

/// The peer id at the end of an address.
///
/// # Errors
/// [`LinkError::NoPeerId`].
pub fn peer_of(address: &Multiaddr) -> Result<PeerId, LinkError> {
    match address.iter().last() {
        Some(Protocol::P2p(peer)) => Ok(peer),
        _ => Err(LinkError::NoPeerId),
    }
}

impl Connection {
    /// Connects to the node with this address (`/ip4/…/tcp/…/p2p/ID`, `/ip4/…/udp/…/quic-v1/p2p/ID`, or a name in
    /// place of the IP address). Needs a tokio runtime.
    ///
    /// # Errors
    /// [`LinkError::NoPeerId`], [`LinkError::NameNotInReach`], [`LinkError::Unreachable`], [`LinkError::TimedOut`].
    pub async fn dial(address: &Multiaddr, timeouts: Timeouts) -> Result<Self, LinkError> {
        let peer = peer_of(address)?;
        let addresses = resolve(address, Reach::Public).await?;
        let swarm = task::dialing(addresses, peer, timeouts)?;
        let (commands, received) = mpsc::channel(16);
        let (ready, is_ready) = oneshot::channel();
        let task = tokio::spawn(task::run(swarm, peer, received, ready));
        let connection = Self {
            commands,
            task,
            peer,
        };
        match tokio::time::timeout(timeouts.dial, is_ready).await {
            Err(_) => Err(LinkError::TimedOut),
            Ok(Err(_)) => Err(LinkError::Unreachable),
            Ok(Ok(outcome)) => outcome.map(|()| connection),
        }
    }

    /// Who is at the other end.
    #[must_use]
    pub const fn peer(&self) -> PeerId {
        self.peer
    }

    /// Asks for a range of a resource; the answer as it is, also when it is no.
    ///
    /// # Errors
    /// [`LinkError`] when there is no answer, or a malformed one.
    pub async fn fetch(&self, request: LogRequest) -> Result<LogReply, LinkError> {
        let (answer, answered) = oneshot::channel();
        self.ask(Command::Log(request, answer), answered).await
    }

    /// Fetches a whole resource of at most `limit` bytes, in ranges of at most 1 MiB.
    ///
    /// # Errors
    /// [`LinkError`]; nothing is kept of a resource that did not come whole.
    pub async fn fetch_all(
        &self,
        origin: OriginHash,
        path: &str,
        limit: u64,
    ) -> Result<Vec<u8>, LinkError> {
        let mut whole = Whole::new(limit);
        while let Some((offset, length)) = whole.wanted() {
            let request = LogRequest::new(origin, path, offset, length)
                .map_err(LinkError::RequestImpossible)?;
            whole.take(length, self.fetch(request).await?)?;
        }
        Ok(whole.bytes)
    }

    /// Sends a sealed registration; gives the sealed reply.
    ///
    /// # Errors
    /// [`LinkError`].
    pub async fn register(
        &self,
        authority: AuthorityId,
        sealed: Vec<u8>,
    ) -> Result<Vec<u8>, LinkError> {
        let (answer, answered) = oneshot::channel();
        let request = SealedRequest { authority, sealed };
        opened(
            self.ask(Command::Register(request, answer), answered)
                .await?,
        )
    }

    /// Sends a sealed poll; gives the sealed reply.
    ///
    /// # Errors
    /// [`LinkError`].
    pub async fn mailbox(
        &self,
        authority: AuthorityId,
        sealed: Vec<u8>,
    ) -> Result<Vec<u8>, LinkError> {
        let (answer, answered) = oneshot::channel();
        let request = SealedRequest { authority, sealed };
        opened(
            self.ask(Command::Mailbox(request, answer), answered)
                .await?,
        )
    }

    /// Ends the connection and waits until its socket is closed.
    pub async fn close(self) {
        let Self { commands, task, .. } = self;
        drop(commands);
        // the task ends by itself once nobody can ask any more
        task.await.ok();
    }

    async fn ask<T>(
        &self,
        command: Command,
        answered: oneshot::Receiver<Result<T, LinkError>>,
    ) -> Result<T, LinkError> {
        self.commands
            .send(command)
            .await
            .map_err(|_| LinkError::Closed)?;
        answered.await.map_err(|_| LinkError::Closed)?
    }
}

fn opened(reply: SealedReply) -> Result<Vec<u8>, LinkError> {
    match reply {
        SealedReply::Busy(after) => Err(LinkError::Busy { after }),
        SealedReply::Refused(why) => Err(LinkError::Refused { why }),
        SealedReply::Sealed(bytes) => Ok(bytes),
    }
}

/// The bytes of the range that was asked for, exactly as many as the peer says there are; none when it has no such
/// resource. Half an answer is not one.
///
/// # Errors
/// [`LinkError`] when the answer is no, or another range.
pub fn range(request: &LogRequest, reply: LogReply) -> Result<Option<Vec<u8>>, LinkError> {
    match reply {
        LogReply::Busy(after) => Err(LinkError::Busy { after }),
        LogReply::NotFound => Ok(None),
        LogReply::Part { total, bytes } => {
            let left = total.checked_sub(request.offset());
            let want = left.map(|left| left.min(u64::from(request.length())));
            if want == Some(bytes.len() as u64) {
                Ok(Some(bytes))
            } else {
                Err(LinkError::RangeWrong)
            }
        }
        LogReply::Refused(why) => Err(LinkError::Refused { why }),
    }
}

/// A resource that comes part by part: which range is next, and whether a part fits.
/// Shared with nodes, whose own swarm asks the same way.
#[derive(Debug)]
pub struct Whole {
    limit: u64,
    total: Option<u64>,
    bytes: Vec<u8>,
}

impl Whole {
    /// A resource of at most `limit` bytes, of which nothing came yet.
    #[must_use]
    pub const fn new(limit: u64) -> Self {
        Self {
            limit,
            total: None,
            bytes: Vec::new(),
        }
    }

    /// The next range to ask for (offset, length); none when all is there.
    #[must_use]
    pub fn wanted(&self) -> Option<(u64, u32)> {
        let offset = self.bytes.len() as u64;
        let left = self
            .total
            .map_or(u64::from(PART_LIMIT), |total| total - offset);
        match u32::try_from(left).unwrap_or(PART_LIMIT).min(PART_LIMIT) {
            0 => None,
            length => Some((offset, length)),
        }
    }

    /// Takes the answer for the range that was asked with this `length`.
    ///
    /// # Errors
    /// [`LinkError`] when it is no, too long, another range, or of a resource that changed.
    pub fn take(&mut self, length: u32, reply: LogReply) -> Result<(), LinkError> {
        let (total, part) = match reply {
            LogReply::Busy(after) => return Err(LinkError::Busy { after }),
            LogReply::NotFound => return Err(LinkError::NotFound),
            LogReply::Part { total, bytes } => (total, bytes),
            LogReply::Refused(why) => return Err(LinkError::Refused { why }),
        };
        if total > self.limit {
            let limit = self.limit;
            return Err(LinkError::TooLong { limit, total });
        }
        if self.total.is_some_and(|before| before != total) {
            return Err(LinkError::ResourceChanged);
        }
        let offset = self.bytes.len() as u64;
        let left = total.checked_sub(offset).ok_or(LinkError::RangeWrong)?;
        if part.len() as u64 != left.min(u64::from(length)) {
            return Err(LinkError::RangeWrong);
        }
        self.total = Some(total);
        self.bytes.extend_from_slice(&part);
        Ok(())
    }

    /// The bytes that came.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests;
