//! Group commit: one thread syncs for all that wait.
//! Knows numbers of commits and who waits; does not know what is synced.
//! Specified in specs/protocol.md §14.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::StoreError;

/// Locks although a thread panicked meanwhile: what is guarded here is whole after every single assignment.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a commit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// The records are on the disk.
    Records,
    /// The head file is on the disk too.
    Head,
}

/// How far a sync came: the number of the last commit it covers, and whether it covers the head file.
pub(crate) struct Synced {
    pub(crate) sequence: u64,
    pub(crate) head: bool,
}

/// A life of the database handle: what one life promised, the next does not keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Life(u64);

#[derive(Default)]
struct State {
    records_to: u64,
    head_to: u64,
    /// The largest commit whose committer waits for the head file.
    head_wanted: u64,
    syncing: bool,
    poisoned: bool,
    life: u64,
}

/// The queue before the disk.
#[derive(Default)]
pub(crate) struct GroupSync {
    state: Mutex<State>,
    changed: Condvar,
}

impl GroupSync {
    /// The present life, unless it has ended.
    pub(crate) fn alive(&self) -> Result<Life, StoreError> {
        let state = lock(&self.state);
        if state.poisoned {
            Err(StoreError::Poisoned)
        } else {
            Ok(Life(state.life))
        }
    }

    /// Ends the life: everybody who waits gets [`StoreError::Poisoned`]. Says whether it was this call that ended it.
    pub(crate) fn poison(&self) -> bool {
        let mut state = lock(&self.state);
        let first = !state.poisoned;
        state.poisoned = true;
        state.life += u64::from(first);
        self.changed.notify_all();
        first
    }

    /// Begins a new life after everything up to `sequence` was read back from the disk.
    pub(crate) fn revive(&self, sequence: u64) {
        let mut state = lock(&self.state);
        let life = state.life + u64::from(!state.poisoned);
        let syncing = state.syncing;
        *state = State {
            records_to: sequence,
            head_to: 0,
            life,
            syncing,
            ..State::default()
        };
        self.changed.notify_all();
    }

    /// Waits until commit `sequence` of this life is on the disk. One of those who wait does the work with `sync`, for
    /// all; it is told whether somebody wants the head file synced.
    pub(crate) fn wait(
        &self,
        life: Life,
        sequence: u64,
        wait: Wait,
        sync: impl Fn(bool) -> Result<Synced, StoreError>,
    ) -> Result<(), StoreError> {
        let mut state = lock(&self.state);
        if wait == Wait::Head {
            state.head_wanted = state.head_wanted.max(sequence);
        }
        loop {
            if state.life != life.0 || state.poisoned {
                return Err(StoreError::Poisoned);
            }
            let reached = match wait {
                Wait::Records => state.records_to,
                Wait::Head => state.head_to,
            };
            if reached >= sequence {
                return Ok(());
            }
            if state.syncing {
                state = self
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            state.syncing = true;
            let head = state.head_wanted > state.head_to;
            drop(state);
            let synced = sync(head);
            if synced.is_err() {
                self.poison();
            }
            state = lock(&self.state);
            state.syncing = false;
            self.changed.notify_all();
            let synced = synced?;
            if state.life == life.0 {
                state.records_to = state.records_to.max(synced.sequence);
                if synced.head {
                    state.head_to = state.head_to.max(synced.sequence);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn one_sync_serves_all_that_wait() {
        let (group, syncs, applied) = (GroupSync::default(), AtomicU64::new(0), AtomicU64::new(0));
        let life = group.alive().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let mine = applied.fetch_add(1, Ordering::SeqCst) + 1;
                        let sync = |head| {
                            let sequence = applied.load(Ordering::SeqCst);
                            std::thread::sleep(std::time::Duration::from_millis(1));
                            syncs.fetch_add(1, Ordering::SeqCst);
                            Ok(Synced { sequence, head })
                        };
                        group.wait(life, mine, Wait::Head, sync).unwrap();
                    }
                });
            }
        });
        assert!(
            syncs.load(Ordering::SeqCst) < 160,
            "{syncs:?} syncs for 160 commits"
        );
    }

    #[test]
    fn who_waited_in_an_older_life_is_not_told_it_is_done() {
        let group = GroupSync::default();
        let life = group.alive().unwrap();
        assert_eq!(
            group.wait(life, 1, Wait::Records, |_| Err(StoreError::Full)),
            Err(StoreError::Full)
        );
        assert_eq!(group.alive(), Err(StoreError::Poisoned));
        group.revive(5);
        let done = |head| Ok(Synced { sequence: 9, head });
        assert_eq!(
            group.wait(life, 1, Wait::Records, done),
            Err(StoreError::Poisoned)
        );
        assert_eq!(
            group.wait(group.alive().unwrap(), 1, Wait::Records, done),
            Ok(())
        );
    }

    #[test]
    fn a_sync_without_the_head_does_not_answer_who_wants_the_head() {
        let group = GroupSync::default();
        let life = group.alive().unwrap();
        group
            .wait(life, 3, Wait::Records, |head| {
                Ok(Synced { sequence: 3, head })
            })
            .unwrap();
        let wanted = AtomicU64::new(0);
        let sync = |head| {
            wanted.fetch_add(u64::from(head), Ordering::SeqCst);
            Ok(Synced { sequence: 3, head })
        };
        group.wait(life, 3, Wait::Head, sync).unwrap();
        assert_eq!(wanted.load(Ordering::SeqCst), 1);
    }
}
