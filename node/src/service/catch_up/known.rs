//! What the log holds, and the store that is told of it.
//! Knows leaves and records; does not know peers.
//! Specified in specs/protocol.md §14.9.

use super::{CatchUpError, RunError, io};
use crate::home::Home;
use crate::ledger::Writer;
use crate::office::{
    Change, Registrations, Shelf, revoked_from_log, rooted_from_log, tick_from_log,
};
use lachan_protocol::exposure::batch::UnverifiedBatchPart;
use lachan_protocol::id::CodeId;
use lachan_protocol::log::leaf::{Leaf, RegistrationsLeaf};
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::trust::TrustedAuthority;
use lachan_store::{Batch, Store, StoreError, Tree};
use std::collections::BTreeMap;
use std::io::ErrorKind;

/// Records in one batch: a batch has at most 64 KiB, a record 4.
const AT_ONCE: usize = 14;

/// What the own log holds of what an office must know.
#[derive(Debug, Default)]
pub(super) struct Logged {
    ticks: BTreeMap<u64, UnixTime>,
    registrations: Option<RegistrationsLeaf>,
    /// Codes that do not count, each from the earliest window of its leaves.
    revoked: BTreeMap<CodeId, Window>,
}

impl Logged {
    /// The log's tree vouches for the leaf. A tick counts as its leaf says it, whatever today's trust list says of
    /// regions and clock: its number is in the log.
    fn take(&mut self, leaf: &[u8], authority: &TrustedAuthority) -> Result<(), CatchUpError> {
        match Leaf::verify(leaf, &authority.id(), authority.batch_key())? {
            Leaf::Batch(bytes) => {
                let part = UnverifiedBatchPart::from_bytes(bytes)?;
                self.ticks.insert(part.seq(), part.time());
            }
            Leaf::Registrations(root) => self.registrations = Some(root),
            Leaf::Revocation(leaf) => {
                let from = self.revoked.entry(leaf.code).or_insert(leaf.from);
                *from = leaf.from.min(*from);
            }
            // says nothing of what the store must know
            Leaf::Helper(_) | Leaf::Prekey(_) | Leaf::Skipped(_) | Leaf::TrustList(_) => {}
        }
        Ok(())
    }

    /// The newest tick; 0 and no time before the first.
    pub(super) fn last_tick(&self) -> (u64, UnixTime) {
        let last = self.ticks.last_key_value();
        last.map_or((0, UnixTime(0)), |(seq, time)| (*seq, *time))
    }
}

/// Reads the own log.
pub(super) fn logged(log: &Writer, authority: &TrustedAuthority) -> Result<Logged, CatchUpError> {
    let mut found = Logged::default();
    let mut refused = None;
    let visited = log.visit(|leaf| {
        if let Err(why) = found.take(leaf, authority) {
            refused.get_or_insert(why);
        }
    });
    visited.map_err(RunError::from)?;
    refused.map_or(Ok(found), Err)
}

/// Tells the store of what the log holds; a restored home has no store yet. Gives the number of registrations.
pub(super) fn tell_store(home: &Home, logged: &Logged) -> Result<u64, CatchUpError> {
    let (marked, state) = (home.paths().restored(), home.paths().state());
    match std::fs::read(&marked) {
        Ok(kept) => {
            let registrations = Registrations::from_bytes(&kept)?;
            fits(&registrations, logged)?;
            // from a catching up that was interrupted: nothing is in it that would not be made again
            std::fs::remove_dir_all(&state).map_err(|error| io(&error))?;
            lachan_store::create_private_dir(&state).map_err(RunError::from)?;
            let store = Store::create(&state).map_err(RunError::from)?;
            let changes = registrations.to_changes();
            tell(
                &store,
                changes.into_iter().chain(news(logged, &BTreeMap::new())),
            )?;
            Ok(registrations.count())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let store = match Store::open(&state) {
                Err(StoreError::Absent) => Store::create(&state),
                opened => opened,
            };
            let store = store.map_err(RunError::from)?;
            store.condition().allows_commits().map_err(RunError::from)?;
            let records = |shelf: Shelf| -> Result<Vec<_>, RunError> {
                let records = store.scan(Tree::new(shelf.name()), []);
                let records = records.map(|record| record.map(|one| (one.key, one.value)));
                Ok(records.collect::<Result<_, StoreError>>()?)
            };
            let registrations = Registrations::of_records(records(Shelf::Plans)?)?;
            fits(&registrations, logged)?;
            let known = records(Shelf::Ticks)?.into_iter().collect();
            tell(&store, news(logged, &known))?;
            Ok(registrations.count())
        }
        Err(error) => Err(io(&error)),
    }
}

/// Whether what is known of registrations is at least what the log's newest root counts.
fn fits(known: &Registrations, logged: &Logged) -> Result<(), CatchUpError> {
    let Some(root) = &logged.registrations else {
        return Ok(());
    };
    if known.count() < root.count {
        return Err(CatchUpError::RegistrationsLost {
            known: known.count(),
            logged: root.count,
        });
    }
    if known.root_of(root.count) == root.root {
        Ok(())
    } else {
        Err(CatchUpError::RegistrationsDiffer)
    }
}

/// Ticks that are not known, and the number of registrations under the newest root.
fn news(logged: &Logged, known: &BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<Change> {
    let ticks = logged.ticks.iter();
    let missing = ticks.filter(|(seq, _)| !known.contains_key(seq.to_be_bytes().as_slice()));
    let mut changes: Vec<Change> = missing
        .map(|(seq, time)| tick_from_log(*seq, *time))
        .collect();
    let root = logged.registrations.as_ref();
    changes.extend(root.map(|root| rooted_from_log(root.count)));
    let revoked = logged.revoked.iter();
    changes.extend(revoked.map(|(code, from)| revoked_from_log(*code, *from)));
    changes
}

fn tell(store: &Store, changes: impl IntoIterator<Item = Change>) -> Result<(), CatchUpError> {
    let changes: Vec<Change> = changes.into_iter().collect();
    for some in changes.chunks(AT_ONCE) {
        let batch = some
            .iter()
            .fold(Batch::new(), |batch, change| match change {
                Change::Delete { shelf, key } => batch.delete(Tree::new(shelf.name()), key),
                Change::Put { shelf, key, value } => {
                    batch.put(Tree::new(shelf.name()), key, value.as_slice())
                }
            });
        store.commit_head_first(&batch).map_err(RunError::from)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::repair::tests::{authority, office};
    use lachan_protocol::crypto::sign::SigningKey;
    use lachan_protocol::crypto::tree::Hash;
    use lachan_protocol::exposure::build::{BatchPlan, Tick};
    use lachan_protocol::id::Region;
    use lachan_protocol::log::leaf::{LeafError, SignedLeaf};

    #[test]
    fn a_tick_of_a_region_that_the_list_no_longer_has_keeps_its_number() {
        let dir = tempfile::tempdir().unwrap();
        let authority = authority(&office(dir.path()));
        let time = UnixTime(1_795_478_400);
        let tick = Tick {
            authority: authority.id(),
            region: Region(9),
            seq: 5,
            time,
            unlocks: 0,
            certificates: 0,
        };
        let plan = BatchPlan::new(&tick, Vec::new(), Vec::new(), &[], &mut rand::rng()).unwrap();
        let key = SigningKey::from_seed(&[7; 32]);
        let mut found = Logged::default();
        for leaf in plan.sign(&key).unwrap() {
            found.take(&leaf, &authority).unwrap();
        }
        assert_eq!(found.last_tick(), (5, time));
    }

    #[test]
    fn a_leaf_that_another_key_signed_is_refused_and_not_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let authority = authority(&office(dir.path()));
        let leaf = RegistrationsLeaf {
            authority: authority.id(),
            count: 3,
            root: Hash([1; 32]),
        };
        let leaf = leaf.sign(&SigningKey::from_seed(&[7; 32]));
        let refused = Logged::default().take(&leaf, &authority);
        let expected = LeafError::BadSignature;
        assert!(matches!(refused, Err(CatchUpError::Leaf(why)) if why == expected));
    }
}
