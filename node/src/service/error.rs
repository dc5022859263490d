//! Why a node cannot run.
//! Wraps the errors of its parts; does not judge them.
//! Specified in specs/refusals.md.

use crate::home::HomeError;
use crate::keys::KeyError;
use crate::ledger::LedgerError;
use crate::mirror::MirrorError;
use crate::net::NetError;
use crate::office::LoadError;
use crate::trust::TrustError;
use lachan_shell::clock::ClockError;
use lachan_store::StoreError;
use std::io::ErrorKind;

/// Why a node cannot run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no time.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The control socket cannot be made.
    #[error("the control socket cannot be made: {0}")]
    Control(ErrorKind),
    /// The home cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// A key is not to be had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The log on the disk cannot be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A peer holds more of this office's log than this home: an older copy of the home was put back.
    #[error("a peer holds {there} leaves of this office's log, this home {here}")]
    LogAhead {
        /// Leaves here.
        here: u64,
        /// Leaves there.
        there: u64,
    },
    /// A peer holds another log of this office's: it signed two histories.
    #[error("a peer holds another log of this office, with the same {size} leaves")]
    LogContradicted {
        /// Leaves of both.
        size: u64,
    },
    /// A mirror cannot begin.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
    /// The network cannot be set up.
    #[error(transparent)]
    Net(#[from] NetError),
    /// What the office stored is damaged.
    #[error(transparent)]
    Office(#[from] LoadError),
    /// The home was restored from a backup, and nobody was asked yet how far its log has come.
    #[error("the home was restored from a backup and has not caught up")]
    Restored,
    /// The system gives no threads or signals.
    #[error("the system does not let the node run: {0}")]
    Runtime(ErrorKind),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The trust list does not count.
    #[error(transparent)]
    Trust(#[from] TrustError),
}
