//! The named repair of an office's store: looks at every record, and accepts a loss when the log allows it.
//! Knows the store and the office's own log; does not run the office.
//! Specified in specs/protocol.md §14.

use super::{RunError, start};
use crate::config::Role;
use crate::home::Home;
use crate::keys::KeyFolder;
use crate::ledger::Writer;
use crate::office::Shelf;
use crate::trust::{self, TrustError};
use lachan_protocol::exposure::batch::{BatchError, UnverifiedBatchPart};
use lachan_protocol::log::leaf::{Leaf, LeafError};
use lachan_protocol::trust::TrustedAuthority;
use lachan_store::{Condition, Report, Store, StoreError, Tree};

/// Why a loss is not accepted, or nothing can be looked at.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    /// A leaf of the log does not count: how far the log has come cannot be said.
    #[error("a leaf of the log does not count: {0}")]
    Leaf(#[from] LeafError),
    /// The log holds more than the store knows of: an office that went on from here would contradict its own log.
    #[error("the log holds more than the store knows of")]
    LogAhead,
    /// Only an office has a store.
    #[error("this node is no office")]
    NoStore,
    /// A batch part of the log is not one.
    #[error("a batch part of the log is refused: {0}")]
    Part(#[from] BatchError),
    /// A part of the home cannot be used.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl From<StoreError> for RepairError {
    fn from(error: StoreError) -> Self {
        Self::Run(error.into())
    }
}

/// Looks at the store of a home; with `accept`, takes what is left of a store that lost something for the whole. Says
/// what was found, and whether a loss was accepted.
///
/// # Errors
/// [`RepairError`].
pub fn repair(home: &Home, accept: bool) -> Result<(Report, bool), RepairError> {
    if !home.settings().is(Role::Office) {
        return Err(RepairError::NoStore);
    }
    if home.paths().restored().exists() {
        return Err(RunError::Restored.into());
    }
    let store = Store::open(&home.paths().state())?;
    let report = store.verify()?;
    if !accept || report.condition.allows_commits().is_ok() {
        return Ok((report, false));
    }
    let known = known(&store)?;
    if known.is_behind(&logged(home)?) {
        return Err(RepairError::LogAhead);
    }
    store.accept_rollback()?;
    Ok((report, true))
}

/// The stable word for a condition, as JSON has it.
#[must_use]
pub const fn word(condition: Condition) -> &'static str {
    match condition {
        Condition::HeadLost => "head-lost",
        Condition::Incomplete => "incomplete",
        Condition::RolledBack { .. } => "rolled-back",
        Condition::Sound | Condition::Unswept => "sound",
    }
}

/// How far an office has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Progress {
    /// Registered plans.
    plans: u64,
    /// The newest day with a prekey, from 1; 0 when there is none.
    prekey: u64,
    /// The newest tick.
    tick: u64,
}

impl Progress {
    const fn is_behind(&self, log: &Self) -> bool {
        self.plans < log.plans || self.prekey < log.prekey || self.tick < log.tick
    }
}

/// What the store knows of.
fn known(store: &Store) -> Result<Progress, RepairError> {
    let newest = |shelf: Shelf| -> Result<(u64, u64), StoreError> {
        let (mut count, mut newest) = (0, 0);
        for record in store.scan(Tree::new(shelf.name()), []) {
            let key = record?.key;
            let number = key
                .iter()
                .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
            (count, newest) = (count + 1, number.max(newest));
        }
        Ok((count, newest))
    };
    let (days, day) = newest(Shelf::Prekeys)?;
    Ok(Progress {
        plans: newest(Shelf::Plans)?.0,
        prekey: if days == 0 { 0 } else { day + 1 },
        tick: newest(Shelf::Ticks)?.1,
    })
}

/// What the log holds.
fn logged(home: &Home) -> Result<Progress, RepairError> {
    let (trust, _) = trust::read(home.paths()).map_err(RunError::from)?;
    let origin = &home.settings().office.origin;
    let authority = trust.authority_of_origin(origin);
    let authority = authority.ok_or_else(|| {
        let origin = origin.clone();
        RunError::from(TrustError::Unlisted { origin })
    })?;
    let signer = start::signer(origin, &KeyFolder::new(home.paths().keys()))?;
    let folder = home.paths().log().join(authority.origin_hash().to_string());
    lachan_store::create_private_dir(&folder)?;
    let log = Writer::open(&folder, signer).map_err(RunError::from)?;
    let leaves = log.newest(log.checkpoint().size).map_err(RunError::from)?;
    progress(&leaves, authority)
}

fn progress(leaves: &[Vec<u8>], authority: &TrustedAuthority) -> Result<Progress, RepairError> {
    let mut found = Progress::default();
    for leaf in leaves {
        match Leaf::verify(leaf, &authority.id(), authority.batch_key())? {
            Leaf::Batch(bytes) => {
                let seq = UnverifiedBatchPart::from_bytes(bytes)?.seq();
                found.tick = found.tick.max(seq);
            }
            Leaf::Prekey(prekey) => {
                found.prekey = found.prekey.max(u64::from(prekey.day.0) + 1);
            }
            Leaf::Registrations(root) => found.plans = found.plans.max(root.count),
            // says nothing of what the store must know
            Leaf::Helper(_) | Leaf::Revocation(_) | Leaf::Skipped(_) | Leaf::TrustList(_) => {}
        }
    }
    Ok(found)
}

#[cfg(test)]
pub(super) mod tests;
