//! Catching up: an office whose home may be an older one reads from others how far its log has come, before it signs.
//! Knows peers' answers, the own log and the store; does not run the office, and signs nothing.
//! Specified in specs/protocol.md §14.9.

mod fetch;
mod known;

use super::{RunError, start};
use crate::config::Role;
use crate::home::{Home, HomeError};
use crate::keys::KeyFolder;
use crate::ledger::Writer;
use crate::office::LoadError;
use crate::trust::{self, TrustError};
use lachan_link::{LinkError, Multiaddr};
use lachan_protocol::exposure::batch::BatchError;
use lachan_protocol::log::checkpoint::CheckpointError;
use lachan_protocol::log::follow::FollowError;
use lachan_protocol::log::leaf::LeafError;
use lachan_protocol::time::UnixTime;
use lachan_protocol::trust::{TrustList, TrustedAuthority};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::PathBuf;

/// A tick may be so many seconds ahead of the own clock.
const TOLERANCE_SECONDS: u64 = 300;

/// Why an office may not go on.
#[derive(Debug, thiserror::Error)]
pub enum CatchUpError {
    /// The log has a tick that this clock has not reached.
    #[error("the log has a tick of {0}, which this clock has not reached")]
    ClockBehind(UnixTime),
    /// Two peers hold this log with one size and two roots: it signed two histories.
    #[error("peers {} and {} hold two logs of {size} leaves", peers[0], peers[1])]
    Contradicted {
        /// Which, from 1: first those of the settings, then those of the command.
        peers: [usize; 2],
        /// Leaves of both.
        size: u64,
    },
    /// What a peer holds of this log does not follow from what is here: two histories, or a lie of the peer.
    #[error("what a peer holds of this log is refused: {0}")]
    Follow(#[from] FollowError),
    /// A leaf of the log does not count: how far the log has come cannot be said.
    #[error("a leaf of the log does not count: {0}")]
    Leaf(#[from] LeafError),
    /// The leaves could not be fetched.
    #[error("the leaves could not be fetched: {0}")]
    Link(#[from] LinkError),
    /// No peer that answered holds this log.
    #[error("nobody who answered holds this log")]
    NobodyHoldsIt,
    /// There is nobody to ask.
    #[error("there is no peer to ask")]
    NobodyToAsk,
    /// A relay has nothing to catch up with.
    #[error("this node is no office")]
    NotAnOffice,
    /// A batch part of the log is not one.
    #[error("a batch part of the log is refused: {0}")]
    Part(#[from] BatchError),
    /// The registrations under the log's root are not those that are known here.
    #[error("the registrations under the log's root are not those that are known here")]
    RegistrationsDiffer,
    /// The log counts registrations that nothing here knows of.
    #[error("the log counts {logged} registrations where {known} are known")]
    RegistrationsLost {
        /// How many are known here.
        known: u64,
        /// How many the log counts.
        logged: u64,
    },
    /// A part of the home cannot be used.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A peer did not answer: it may hold the newest.
    #[error("peer {peer} did not answer: {why}")]
    Silent {
        /// Which, from 1: first those of the settings, then those of the command.
        peer: usize,
        /// Why.
        why: LinkError,
    },
    /// A peer shows a checkpoint that this log never signed.
    #[error("peer {peer} shows a checkpoint that is refused: {why}")]
    Untrue {
        /// Which, from 1: first those of the settings, then those of the command.
        peer: usize,
        /// Why.
        why: CheckpointError,
    },
}

impl From<LoadError> for CatchUpError {
    fn from(error: LoadError) -> Self {
        Self::Run(error.into())
    }
}

fn io(error: &std::io::Error) -> CatchUpError {
    CatchUpError::Run(RunError::Home(HomeError::Io(error.kind())))
}

/// Whom to ask, and whether somebody who is silent may be left out.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    /// Beside the peers of the settings.
    pub from: Vec<Multiaddr>,
    /// Whether to go on although somebody did not answer.
    pub despite_silent: bool,
}

/// How far the office is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaughtUp {
    /// Leaves of the log.
    pub size: u64,
    /// The newest tick; 0 when there is none.
    pub seq: u64,
    /// Its time.
    pub time: UnixTime,
    /// Registrations that are known.
    pub registrations: u64,
    /// How many peers answered.
    pub answered: u64,
    /// How many did not.
    pub silent: u64,
}

/// That no peer holds more of this office's log than this home does: else an older copy of the home was put back, and
/// the office would sign a second time what it signed. Peers that do not answer do not keep it from starting.
///
/// # Errors
/// [`RunError::Restored`], [`RunError::LogAhead`], [`RunError::LogContradicted`].
pub(super) async fn not_behind(home: &Home, trust: &TrustList) -> Result<(), RunError> {
    if !home.settings().is(Role::Office) {
        return Ok(());
    }
    if home.paths().restored().exists() {
        return Err(RunError::Restored);
    }
    let own = own_of(home, trust.clone())?;
    let peers = home
        .settings()
        .peer_addresses()
        .map_err(HomeError::Settings)?;
    let (held, _) = fetch::holders(&own, &peers, fetch::IMPATIENT).await;
    let signer = start::signer(own.authority.origin(), &KeyFolder::new(home.paths().keys()))?;
    let here = Writer::open(&own.folder, signer)?.checkpoint().clone();
    for there in held.into_iter().map(|held| held.checkpoint) {
        if there.size > here.size {
            let (here, there) = (here.size, there.size);
            return Err(RunError::LogAhead { here, there });
        }
        if there.size == here.size && there.root != here.root {
            return Err(RunError::LogContradicted { size: here.size });
        }
    }
    Ok(())
}

/// An office's things that its catching up needs.
struct Own {
    authority: TrustedAuthority,
    trust: TrustList,
    folder: PathBuf,
}

/// Asks the peers, takes what they hold and is newer, and tells the store. The mark of a restored home goes last.
///
/// # Errors
/// [`CatchUpError`]; then the office may still not sign.
pub async fn catch_up(
    home: &Home,
    asking: &Asking,
    now: UnixTime,
) -> Result<CaughtUp, CatchUpError> {
    let own = own(home)?;
    let mut peers = home
        .settings()
        .peer_addresses()
        .map_err(|error| RunError::Home(HomeError::Settings(error)))?;
    for one in &asking.from {
        if !peers.contains(one) {
            peers.push(one.clone());
        }
    }
    if peers.is_empty() {
        return Err(CatchUpError::NobodyToAsk);
    }
    let (held, silent) = fetch::holders(&own, &peers, fetch::PATIENT).await;
    let number_silent = silent.len() as u64;
    if let Some(why) = silent.into_iter().next()
        && !asking.despite_silent
    {
        return Err(why);
    }
    let answered = peers.len() as u64 - number_silent;
    let newest = fetch::newest(held)?;
    let state = home.paths().spool().join("catching-up");
    fetch::follow(&own, &state, &newest).await?;
    remove(&state).map_err(|error| io(&error))?;

    let signer = start::signer(own.authority.origin(), &KeyFolder::new(home.paths().keys()))?;
    let log = Writer::open(&own.folder, signer).map_err(RunError::from)?;
    let logged = known::logged(&log, &own.authority)?;
    let (seq, time) = logged.last_tick();
    if time.0 > now.0.saturating_add(TOLERANCE_SECONDS) {
        return Err(CatchUpError::ClockBehind(time));
    }
    let registrations = known::tell_store(home, &logged)?;
    let marked = home.paths().restored();
    remove(&marked).map_err(|error| io(&error))?;
    let synced = File::open(home.dir()).and_then(|folder| folder.sync_all());
    synced.map_err(|error| io(&error))?;
    Ok(CaughtUp {
        size: log.checkpoint().size,
        seq,
        time,
        registrations,
        answered,
        silent: number_silent,
    })
}

fn own(home: &Home) -> Result<Own, CatchUpError> {
    if !home.settings().is(Role::Office) {
        return Err(CatchUpError::NotAnOffice);
    }
    let (trust, _) = trust::read(home.paths()).map_err(RunError::from)?;
    Ok(own_of(home, trust)?)
}

fn own_of(home: &Home, trust: TrustList) -> Result<Own, RunError> {
    let origin = &home.settings().office.origin;
    let authority = trust.authority_of_origin(origin).cloned();
    let authority = authority.ok_or_else(|| {
        let origin = origin.clone();
        TrustError::Unlisted { origin }
    })?;
    let folder = home.paths().log().join(authority.origin_hash().to_string());
    lachan_store::create_private_dir(&folder)?;
    Ok(Own {
        authority,
        trust,
        folder,
    })
}

fn remove(file: &std::path::Path) -> std::io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
