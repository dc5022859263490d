//! What the log holds, and the store that is told of it.
//! Knows leaves and records; does not know peers.
//! Specified in specs/protocol.md §14.9.

use super::{CatchUpError, RunError, io};
use crate::home::Home;
use crate::ledger::Writer;
use crate::office::{
    Change, Registrations, Shelf, revoked_from_log, rooted_from_log, tick_from_log,
};
use lachan_protocol::exposure::batch::{BatchRules, UnverifiedBatchPart};
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
    /// The newest tick; 0 and no time before the first.
    pub(super) fn last_tick(&self) -> (u64, UnixTime) {
        let last = self.ticks.last_key_value();
        last.map_or((0, UnixTime(0)), |(seq, time)| (*seq, *time))
    }
}

/// Reads the own log.
pub(super) fn logged(log: &Writer, authority: &TrustedAuthority) -> Result<Logged, CatchUpError> {
    let rules = BatchRules {
        authority: authority.id(),
        region: authority.first_region(),
        batch_key: authority.batch_key(),
        clock_seconds: authority.clock(),
        latest: UnixTime(u64::MAX),
    };
    let mut found = Logged::default();
    let visited = log.visit(|leaf| {
        match Leaf::verify(leaf, &authority.id(), authority.batch_key()) {
            Ok(Leaf::Batch(bytes)) => {
                let part = UnverifiedBatchPart::from_bytes(bytes);
                if let Ok(part) = part
                    && let Ok(part) = part.verify(&rules)
                {
                    found.ticks.insert(part.head().seq, part.head().time);
                }
            }
            Ok(Leaf::Registrations(root)) => found.registrations = Some(root),
            Ok(Leaf::Revocation(leaf)) => {
                let from = found.revoked.entry(leaf.code).or_insert(leaf.from);
                *from = leaf.from.min(*from);
            }
            // says nothing of what the store must know
            Ok(Leaf::Helper(_) | Leaf::Prekey(_) | Leaf::Skipped(_) | Leaf::TrustList(_))
            | Err(_) => {}
        }
    });
    visited.map_err(RunError::from)?;
    Ok(found)
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
