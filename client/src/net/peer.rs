//! A node, asked over libp2p: for parts of logs, and to hand on sealed messages.
//! Knows the link and waits for it; does not know what is sealed.
//! Specified in specs/protocol.md §13.2.

use super::{Fetched, NetError, Source, hash};
use lachan_link::dialer::{parse_address, range};
use lachan_link::{Connection, LinkError, LogRequest, Timeouts};
use lachan_protocol::id::AuthorityId;
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
        })
    }

    /// Sends a sealed registration; gives the sealed reply.
    ///
    /// # Errors
    /// [`NetError::Link`].
    pub fn register(&self, authority: AuthorityId, sealed: &[u8]) -> Result<Vec<u8>, NetError> {
        self.patiently(|connection| {
            self.runtime
                .block_on(connection.register(authority, sealed.to_vec()))
        })
    }

    /// Sends a sealed poll; gives the sealed reply.
    ///
    /// # Errors
    /// [`NetError::Link`].
    pub fn mailbox(&self, authority: AuthorityId, sealed: &[u8]) -> Result<Vec<u8>, NetError> {
        self.patiently(|connection| {
            self.runtime
                .block_on(connection.mailbox(authority, sealed.to_vec()))
        })
    }

    /// Asks again when the node says that it is busy.
    fn patiently<T>(
        &self,
        ask: impl Fn(&Connection) -> Result<T, LinkError>,
    ) -> Result<T, NetError> {
        let connection = self.connection.as_ref().ok_or(LinkError::Closed)?;
        let mut tries = 1;
        loop {
            match ask(connection) {
                Err(LinkError::Busy { after }) if tries < TRIES => {
                    tries += 1;
                    let wait = after.min(LONGEST_WAIT);
                    // the timer is made inside: it needs the runtime
                    self.runtime
                        .block_on(async { tokio::time::sleep(wait).await });
                }
                other => return other.map_err(Into::into),
            }
        }
    }
}

impl Source for Peer {
    fn checkpoint(&mut self, origin: &str) -> Result<Vec<u8>, NetError> {
        let limit = LONGEST_CHECKPOINT as u64;
        let fetched = self.patiently(|connection| {
            self.runtime
                .block_on(connection.fetch_all(hash(origin), "checkpoint", limit))
        });
        match fetched {
            Err(NetError::Link(LinkError::NotFound)) => Err(NetError::NoSuchLog),
            Err(NetError::Link(LinkError::Refused {
                why: lachan_link::Refusal::UnknownOrigin,
            })) => Err(NetError::NoSuchLog),
            other => other,
        }
    }

    fn fetch(&mut self, origin: &str, request: &Request) -> Result<Fetched, NetError> {
        let path = request.resource.to_path();
        let asked = LogRequest::new(hash(origin), &path, request.offset, request.length)
            .map_err(LinkError::RequestImpossible)?;
        let bytes = self.patiently(|connection| {
            let reply = self.runtime.block_on(connection.fetch(asked.clone()))?;
            range(&asked, reply)
        })?;
        Ok(bytes.map_or(Fetched::Missing, Fetched::Bytes))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.runtime.block_on(connection.close());
        }
    }
}
