//! Where logs are read from, and sealed messages sent to: a folder, or a node.
//! Knows files, sockets and addresses; does not know what the bytes mean, or any secret.
//! Specified in specs/protocol.md §13.

mod folder;
mod peer;
mod turn;

pub use folder::Folder;
pub use peer::Peer;
pub use turn::Turn;

use lachan_link::LinkError;
use lachan_protocol::id::OriginHash;
use lachan_protocol::log::follow::Request;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

/// Why nothing could be read or sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// A file of the log cannot be read.
    #[error("a file of the log cannot be read: {0}")]
    File(ErrorKind),
    /// Reading over HTTP comes later.
    #[error("reading a log over HTTP is not built yet")]
    HttpNotYet,
    /// The link to the node.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The log is not there.
    #[error("the source does not have this log")]
    NoSuchLog,
    /// No node and no folder is known.
    #[error("no source is known")]
    NoSource,
    /// Neither an address nor a folder.
    #[error("this is neither an address nor a folder")]
    NotASource,
    /// The network could not be started.
    #[error("the network could not be started: {0}")]
    Runtime(ErrorKind),
    /// The source gave too little for the time that it took.
    #[error("the source gave too little for the time that it took")]
    TooSlow,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The bytes from the offset on.
    Bytes(Vec<u8>),
    /// There is no such resource.
    Missing,
}

/// Where logs can be read. `patience` is the most that an answer is waited for.
pub trait Source {
    /// The newest checkpoint's note of a log.
    ///
    /// # Errors
    /// [`NetError`]; [`NetError::NoSuchLog`] when this source does not have the log.
    fn checkpoint(&mut self, origin: &str, patience: Duration) -> Result<Vec<u8>, NetError>;

    /// A range of a resource of a log.
    ///
    /// # Errors
    /// [`NetError`].
    fn fetch(
        &mut self,
        origin: &str,
        request: &Request,
        patience: Duration,
    ) -> Result<Fetched, NetError>;
}

/// Opens what `--from` names: a multiaddress, or a folder.
///
/// # Errors
/// [`NetError`].
pub fn open(from: &str) -> Result<Box<dyn Source>, NetError> {
    if from.starts_with("http://") || from.starts_with("https://") {
        return Err(NetError::HttpNotYet);
    }
    let path = Path::new(from);
    if path.is_dir() {
        return Ok(Box::new(Folder::new(path)));
    }
    if from.starts_with('/') && lachan_link::dialer::parse_address(from).is_ok() {
        return Ok(Box::new(Peer::connect(from)?));
    }
    match lachan_link::dialer::parse_address(from) {
        Err(LinkError::NoPeerId) => Err(LinkError::NoPeerId.into()),
        Ok(_) | Err(_) => Err(NetError::NotASource),
    }
}

fn hash(origin: &str) -> OriginHash {
    OriginHash::of_origin(origin)
}
