//! What a running node does for itself: says once a day what ends soon, and takes a newer trust list out of a log.
//! Knows the home's trust list and the time; the node starts anew with a list, so that every part goes by it.
//! Specified in specs/protocol.md §9.4 and §14.10.

use crate::doctor::ending;
use crate::expiry::Expiry;
use crate::home::Paths;
use crate::ledger;
use crate::trust::{self, TrustError};
use lachan_protocol::log::leaf::TRUST_LIST;
use lachan_protocol::time::{Day, UnixTime};
use lachan_shell::clock::Clock;
use serde_json::Value;

/// What was said, and when.
#[derive(Debug, Default)]
pub(super) struct Upkeep {
    told: Option<Day>,
}

impl Upkeep {
    /// Says what ends within thirty days: at the start, and once each day.
    pub(super) fn tell(&mut self, paths: &Paths, clock: &Clock) {
        let Ok(now) = clock.now() else {
            return;
        };
        if self.told == Some(now.day()) {
            return;
        }
        self.told = Some(now.day());
        for Expiry { what, at, soon } in expiring(paths, now) {
            tracing::warn!(what = what.code(), %at, ?soon, "this ends soon: see `lachan-node doctor`");
        }
    }
}

fn expiring(paths: &Paths, now: UnixTime) -> Vec<Expiry> {
    let list = trust::read(paths);
    list.map(|(list, _)| ending(paths, &list, now))
        .unwrap_or_default()
}

/// What ends soon, for `status`.
pub(super) fn expiring_json(paths: &Paths, clock: &Clock) -> Vec<Value> {
    let Ok(now) = clock.now() else {
        return Vec::new();
    };
    let expiring = expiring(paths, now);
    expiring.iter().map(|one| one.to_json(now)).collect()
}

/// Takes lists that stand near the end of the logs here: a node may have ended before it took them.
///
/// # Errors
/// [`TrustError`] when the home has no list.
pub(super) fn take_from_logs(paths: &Paths, clock: &Clock) -> Result<(), TrustError> {
    let (trust, _) = trust::read(paths)?;
    for authority in trust.authorities() {
        let folder = paths.log().join(authority.origin_hash().to_string());
        // whoever uses the log says what is wrong with it
        let edge = ledger::edge(&folder).ok().flatten();
        for leaf in edge.map(|edge| edge.leaves).unwrap_or_default() {
            if let Some(note) = list_in(&leaf) {
                take_list(paths, clock, note);
            }
        }
    }
    Ok(())
}

/// The note of a trust list, if that is what a leaf carries.
fn list_in(leaf: &[u8]) -> Option<&[u8]> {
    match leaf {
        [TRUST_LIST, 1, note @ ..] => Some(note),
        _ => None,
    }
}

/// The notes of the trust lists among these leaves.
pub(crate) fn lists_in(leaves: &[Vec<u8>]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let notes = leaves.iter().filter_map(|leaf| list_in(leaf));
    notes.map(<[u8]>::to_vec)
}

/// Takes a list that a log carries, if the root signed it and it is newer; says whether it did.
pub(super) fn take_list(paths: &Paths, clock: &Clock, note: &[u8]) -> bool {
    let now = match clock.now() {
        Ok(now) => now,
        Err(error) => {
            tracing::warn!(%error, "a trust list is not taken");
            return false;
        }
    };
    match trust::update(paths, note, now) {
        Ok(None) => false,
        Ok(Some(list)) => {
            tracing::info!(sequence = list.sequence(), "a newer trust list is taken");
            true
        }
        // an old one in an old leaf is what a log is full of
        Err(TrustError::List(error)) => {
            tracing::debug!(%error, "a trust list in a log changes nothing");
            false
        }
        Err(error) => {
            tracing::error!(%error, "a newer trust list could not be kept");
            false
        }
    }
}
