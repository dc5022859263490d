//! The way to an office: its prekey of today out of the log, and a node that hands sealed messages on.
//! Knows where both come from; does not know what is sealed.
//! Specified in specs/protocol.md §10.1 and §13.2.

use super::desk::Carrier;
use super::error::VenueToolError;
use crate::cli::CliError;
use crate::cli::session::Session;
use crate::cli::sync_each;
use crate::net::{NetError, Peer};
use lachan_protocol::crypto::exchange::ExchangeKey;
use lachan_protocol::id::AuthorityId;
use lachan_shell::terminal::Terminal;

/// Reads the logs, so that prekeys are fresh. Without a network the keys of an earlier sync may still serve. The log of
/// another authority that breaks the rules is nothing to a venue; when no log can be read, the first refusal is told.
pub(super) fn freshen(
    session: &mut Session,
    from: Option<&str>,
    terminal: &Terminal,
) -> Result<Option<NetError>, CliError> {
    match sync_each(session, from, terminal) {
        Ok((reports, Some(refused))) if reports.is_empty() => Err(refused),
        Ok(_) => Ok(None),
        Err(CliError::Net(error)) => Ok(Some(error)),
        Err(error) => Err(error),
    }
}

/// The newest prekey of an office, today's or yesterday's.
pub(super) fn prekey_of(
    session: &Session,
    authority: AuthorityId,
    offline: Option<NetError>,
) -> Result<ExchangeKey, CliError> {
    let keys = session
        .store
        .newest_prekeys(&authority, session.now.day())?;
    match (keys.first(), offline) {
        (Some(leaf), _) => Ok(leaf.key),
        (None, Some(error)) => Err(error.into()),
        (None, None) => Err(VenueToolError::NoPrekey.into()),
    }
}

/// A node that was named, or the first of the settings that can be reached. Each call is a connection of its own,
/// under a peer id of its own.
pub(super) fn connect(session: &Session, from: Option<&str>) -> Result<Peer, NetError> {
    if let Some(from) = from {
        return Peer::connect(from);
    }
    let mut failure = NetError::NoSource;
    for node in &session.home.settings().nodes {
        match Peer::connect(node) {
            Ok(peer) => return Ok(peer),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

impl Carrier for Peer {
    fn register(&mut self, authority: AuthorityId, sealed: &[u8]) -> Result<Vec<u8>, NetError> {
        Self::register(self, authority, sealed)
    }

    fn mailbox(&mut self, authority: AuthorityId, sealed: &[u8]) -> Result<Vec<u8>, NetError> {
        Self::mailbox(self, authority, sealed)
    }
}
