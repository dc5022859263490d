//! What a store no longer needs: files that no record names, and positions that must not count any more.
//! Knows which records name files; does not know what lists say.
//! Specified in specs/protocol.md §14.7 and §14.8.

use super::{ClientStore, ClientStoreError, FLOOR, LISTS, LOGS, PARTS, TICKS};
use lachan_protocol::crypto::tree::Frontier;
use lachan_protocol::log::follow::FollowState;
use lachan_protocol::time::UnixTime;
use lachan_store::{Batch, FileName, StoreError, spare_named};
use std::collections::BTreeSet;

impl ClientStore {
    /// Reading of every log begins anew, and the floor is at least this: what is restored was not tried on what was read
    /// before. The newest known checkpoint of each log stays known: nothing moves back behind it.
    ///
    /// # Errors
    /// [`ClientStoreError`].
    pub fn read_anew(&self, floor: UnixTime) -> Result<(), ClientStoreError> {
        let floor = floor.max(self.floor()?);
        let mut batch = Batch::new().put(FLOOR, b"floor", floor.0.to_be_bytes());
        for record in self.0.scan(LOGS, b"") {
            let record = record?;
            let known = self.blob(LOGS, &record.value)?;
            let known = FollowState::from_bytes(&known)
                .map_err(|_| ClientStoreError::NotUnderstood(LOGS.name()))?;
            let note = known.note().map(<[u8]>::to_vec);
            let state = note.map_or_else(FollowState::default, |note| {
                FollowState::of_copy(Frontier::default(), 0, note)
            });
            batch = batch
                .put(LOGS, &record.key, self.to_blob(&state.to_bytes())?)
                .delete(TICKS, &record.key)
                .delete(PARTS, &record.key);
            batch = self.flushed(batch)?;
        }
        // A tick or a part without a position, as a damaged store may hold it, would not fit what is read.
        for tree in [TICKS, PARTS] {
            for record in self.0.scan(tree, b"") {
                batch = self.flushed(batch.delete(tree, record?.key))?;
            }
        }
        if !batch.is_empty() {
            self.0.commit(&batch)?;
        }
        Ok(())
    }

    /// Removes the files that neither a record nor a file of names names: replaced states of logs, what a killed command
    /// left. A store that lost records keeps them all.
    ///
    /// # Errors
    /// [`ClientStoreError`].
    pub fn remove_unnamed_files(&self) -> Result<(), ClientStoreError> {
        if self.0.condition().allows_commits().is_err() {
            return Ok(());
        }
        let mut unnamed: BTreeSet<FileName> = self.0.unnamed_files()?.into_iter().collect();
        for tree in [LISTS, PARTS] {
            if unnamed.is_empty() {
                return Ok(());
            }
            for record in self.0.scan(tree, b"") {
                match self.blob(tree, &record?.value) {
                    Ok(names) => spare_named(&mut unnamed, &names),
                    // It names what nobody can know: all are kept.
                    Err(ClientStoreError::Store(StoreError::FileAbsent { .. })) => return Ok(()),
                    Err(error) => return Err(error),
                }
            }
        }
        for name in unnamed {
            self.0.remove_file(name)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{KeptTick, Progress};
    use lachan_protocol::id::AuthorityId;

    const HERE: AuthorityId = AuthorityId([7; 8]);
    const NOW: UnixTime = UnixTime(1_795_485_600);

    fn keep(store: &ClientStore, note: u8, waiting: &[u8], ticks: &[u8]) {
        let parts = |seeds: &[u8]| seeds.iter().map(|seed| vec![*seed; 60_000]).collect();
        let tick = |seed: &u8| KeptTick {
            seq: u64::from(*seed),
            time: NOW,
            parts: parts(&[*seed]),
        };
        let progress = Progress {
            state: FollowState::of_copy(Frontier::default(), 0, vec![note; 9_000]),
            waiting: parts(waiting),
            ticks: ticks.iter().map(tick).collect(),
            ..Progress::default()
        };
        store.keep(&HERE, &progress, NOW).unwrap();
    }

    fn files(store: &ClientStore) -> usize {
        store.inner().file_names().unwrap().len()
    }

    #[test]
    fn files_that_no_record_names_any_more_are_removed_and_no_others() {
        let dir = tempfile::tempdir().unwrap();
        let store = ClientStore::create(&dir.path().join("state")).unwrap();
        keep(&store, 1, &[1, 2], &[]);
        keep(&store, 2, &[], &[1]);
        // A venue's plan: its record is of another room.
        let plan = store.inner().put_file(b"a plan").unwrap();
        let named = Batch::new().put(lachan_store::Tree::new("plans"), b"x", plan.to_bytes());
        store.inner().commit(&named).unwrap();
        assert_eq!(
            files(&store),
            5,
            "control: two states, two parts and the plan"
        );
        store.drop_old(NOW).unwrap();
        assert_eq!(files(&store), 3);
        let kept = store.kept_ticks(&HERE).unwrap();
        assert_eq!(kept[0].parts, [vec![1; 60_000]]);
        assert_eq!(store.log_state(&HERE).unwrap().note().unwrap()[0], 2);
        assert_eq!(store.inner().read_file(plan).unwrap(), b"a plan");
    }

    #[test]
    fn reading_anew_keeps_the_checkpoint_and_the_later_floor() {
        let dir = tempfile::tempdir().unwrap();
        let store = ClientStore::create(&dir.path().join("state")).unwrap();
        keep(&store, 3, &[1], &[]);
        for (given, floor) in [(5, 5), (4, 5), (6, 6)] {
            store.read_anew(UnixTime(given)).unwrap();
            assert_eq!(store.floor(), Ok(UnixTime(floor)));
        }
        let state = store.log_state(&HERE).unwrap();
        assert_eq!(state.note(), Some([3; 9_000].as_slice()));
        assert_eq!((state.frontier().size(), state.offset()), (0, 0));
        assert_eq!(store.waiting(&HERE), Ok(vec![]));
    }
}
