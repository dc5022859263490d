//! A node, asked over libp2p: for parts of logs, and to hand on sealed messages.
//! Knows the link and waits for it; does not know what is sealed.
//! Specified in specs/protocol.md §13.2.

use super::{Fetched, NetError, Source, hash};
use lachan_link::dialer::{parse_address, range};
use lachan_link::{Connection, LinkError, LogReply, LogRequest, Timeouts};
use lachan_protocol::id::{AuthorityId, OriginHash};
use lachan_protocol::log::checkpoint::LONGEST_CHECKPOINT;
use lachan_protocol::log::follow::Request;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How often a busy node is asked again.
const TRIES: u32 = 5;
/// The longest a busy node is waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A connection to one node, used from a program that waits for each answer.
#[derive(Debug)]
pub struct Peer {
    connection: Option<Connection>,
    runtime: Runtime,
    /// The resource that was read last, and its length.
    length: Option<((OriginHash, String), u64)>,
}

impl Peer {
    /// Connects to the node at this address, which ends in `/p2p/ID`.
    ///
    /// # Errors
    /// [`NetError::Link`], [`NetError::Runtime`].
    pub fn connect(address: &str) -> Result<Self, NetError> {
        let address = parse_address(address)?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| NetError::Runtime(error.kind()))?;
        let connection = runtime.block_on(Connection::dial(&address, Timeouts::default()))?;
        Ok(Self {
            connection: Some(connection),
            runtime,
            length: None,
        })
    }

    /// Sends a sealed registration; gives the sealed reply.
    ///
    /// # Errors
    /// [`NetError::Link`].
    pub fn register(&self, authority: AuthorityId, sealed: &[u8]) -> Result<Vec<u8>, NetError> {
        self.patiently(async |connection| connection.register(authority, sealed.to_vec()).await)
    }

    /// Sends a sealed poll; gives the sealed reply.
    ///
    /// # Errors
    /// [`NetError::Link`].
    pub fn mailbox(&self, authority: AuthorityId, sealed: &[u8]) -> Result<Vec<u8>, NetError> {
        self.patiently(async |connection| connection.mailbox(authority, sealed.to_vec()).await)
    }

    fn patiently<T>(
        &self,
        ask: impl AsyncFn(&Connection) -> Result<T, LinkError>,
    ) -> Result<T, NetError> {
        Ok(self.runtime.block_on(self.again(ask))?)
    }

    fn within<T>(
        &self,
        patience: Duration,
        ask: impl AsyncFn(&Connection) -> Result<T, LinkError>,
    ) -> Result<T, NetError> {
        // the timer is made inside: it needs the runtime
        let answer = async { tokio::time::timeout(patience, self.again(ask)).await };
        let answer = self.runtime.block_on(answer);
        Ok(answer.map_err(|_| NetError::TooSlow)??)
    }

    /// Asks again when the node says that it is busy.
    async fn again<T>(
        &self,
        ask: impl AsyncFn(&Connection) -> Result<T, LinkError>,
    ) -> Result<T, LinkError> {
        let connection = self.connection.as_ref().ok_or(LinkError::Closed)?;
        let mut tries = 1;
        loop {
            match ask(connection).await {
                Err(LinkError::Busy { after }) if tries < TRIES => {
                    tries += 1;
                    tokio::time::sleep(after.min(LONGEST_WAIT)).await;
                }
                other => return other,
            }
        }
    }
}

impl Source for Peer {
    fn checkpoint(&mut self, origin: &str, patience: Duration) -> Result<Vec<u8>, NetError> {
        let limit = LONGEST_CHECKPOINT as u64;
        let fetched = self.within(patience, async |connection| {
            connection
                .fetch_all(hash(origin), "checkpoint", limit)
                .await
        });
        match fetched {
            Err(NetError::Link(LinkError::NotFound)) => Err(NetError::NoSuchLog),
            Err(NetError::Link(LinkError::Refused {
                why: lachan_link::Refusal::UnknownOrigin,
            })) => Err(NetError::NoSuchLog),
            other => other,
        }
    }

    fn fetch(
        &mut self,
        origin: &str,
        request: &Request,
        patience: Duration,
    ) -> Result<Fetched, NetError> {
        let path = request.resource.to_path();
        let asked = LogRequest::new(hash(origin), &path, request.offset, request.length)
            .map_err(LinkError::RequestImpossible)?;
        let (total, bytes) = self.within(patience, async |connection| {
            let reply = connection.fetch(asked.clone()).await?;
            let total = match reply {
                LogReply::Part { total, .. } => Some(total),
                LogReply::Busy(_) | LogReply::NotFound | LogReply::Refused(_) => None,
            };
            Ok((total, range(&asked, reply)?))
        })?;
        if let Some(total) = total {
            self.is_as_long_as_before(origin, path, total)?;
        }
        Ok(bytes.map_or(Fetched::Missing, Fetched::Bytes))
    }
}

impl Peer {
    /// A tile or a bundle has one length: who names another one at each range has no end. Ranges of one resource are
    /// asked one after the other.
    fn is_as_long_as_before(
        &mut self,
        origin: &str,
        path: String,
        total: u64,
    ) -> Result<(), LinkError> {
        let resource = (hash(origin), path);
        let known = self.length.take();
        let is_other = known.is_some_and(|(known, before)| known == resource && before != total);
        if is_other {
            return Err(LinkError::ResourceChanged);
        }
        self.length = Some((resource, total));
        Ok(())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.runtime.block_on(connection.close());
        }
    }
}
