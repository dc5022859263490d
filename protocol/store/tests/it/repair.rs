//! What was lost or put back: rolled back, head lost, records damaged; accepted and salvaged.
//! Knows only the public doors, and sled itself to do the damage.
//! Specified in specs/protocol.md §14.

use std::fs;

use lachan_store::{Batch, Condition, Store, StoreError};

use crate::{SMALL, TREE, copy_dir, new_store, put, spoil};

#[test]
fn an_older_database_under_a_newer_head_is_rolled_back() {
    let (home, dir, store) = new_store();
    put(&store, "used", "1");
    drop(store);
    let old = home.path().join("old");
    copy_dir(&dir.join("db"), &old);
    let store = Store::open_with(&dir, SMALL).unwrap();
    store
        .commit_head_first(&Batch::new().put(TREE, "used", "2"))
        .unwrap();
    drop(store);
    fs::remove_dir_all(dir.join("db")).unwrap();
    copy_dir(&old, &dir.join("db"));
    let store = Store::open_with(&dir, SMALL).unwrap();
    let Condition::RolledBack { head, database } = store.condition() else {
        panic!("{:?}", store.condition())
    };
    assert_eq!((head.get(), database.get()), (2, 1));
    let refused = StoreError::RolledBack { head, database };
    assert_eq!(store.commit(&Batch::new()), Err(refused.clone()));
    assert_eq!(store.commit_head_first(&Batch::new()), Err(refused));
    assert_eq!(
        store.read(TREE, "used").unwrap(),
        Some(b"1".to_vec()),
        "reading goes on"
    );
    drop(store);
    let store = Store::open_with(&dir, SMALL).unwrap();
    assert!(
        matches!(store.condition(), Condition::RolledBack { .. }),
        "opening again does not repair"
    );
    assert_eq!(store.accept_rollback().unwrap().get(), 3);
    assert_eq!((store.condition(), store.repairs()), (Condition::Sound, 1));
    put(&store, "used", "15");
    drop(store);
    let store = Store::open_with(&dir, SMALL).unwrap();
    assert_eq!(
        (store.condition(), store.sequence().get()),
        (Condition::Sound, 4)
    );
}

#[test]
fn another_history_of_the_same_length_is_rolled_back() {
    let (home, dir, store) = new_store();
    put(&store, "a", "1");
    drop(store);
    let fork = home.path().join("fork");
    copy_dir(&dir, &fork);
    for (dir, value) in [(&dir, "x"), (&fork, "y")] {
        put(&Store::open_with(dir, SMALL).unwrap(), "a", value);
    }
    fs::copy(fork.join("head"), dir.join("head")).unwrap();
    let store = Store::open_with(&dir, SMALL).unwrap();
    assert!(matches!(store.condition(), Condition::RolledBack { .. }));
}

#[test]
fn a_database_ahead_of_its_head_is_a_killed_writer_and_sound() {
    let (home, dir, store) = new_store();
    put(&store, "a", "1");
    let head = home.path().join("head");
    fs::copy(dir.join("head"), &head).unwrap();
    put(&store, "a", "2");
    drop(store);
    fs::copy(&head, dir.join("head")).unwrap();
    drop(Store::open_with(&dir, SMALL).unwrap());
    assert_ne!(
        fs::read(dir.join("head")).unwrap(),
        fs::read(&head).unwrap(),
        "the head catches up"
    );
    assert_eq!(
        Store::open_with(&dir, SMALL).unwrap().condition(),
        Condition::Sound
    );
}

#[test]
fn a_lost_head_refuses_commits_until_repaired() {
    let (_home, dir, store) = new_store();
    put(&store, "a", "1");
    drop(store);
    fs::remove_file(dir.join("head")).unwrap();
    let store = Store::open_with(&dir, SMALL).unwrap();
    assert_eq!(store.commit(&Batch::new()), Err(StoreError::HeadLost));
    assert_eq!(store.read(TREE, "a").unwrap(), Some(b"1".to_vec()));
    store.accept_rollback().unwrap();
    put(&store, "a", "2");
    drop(store);
    assert_eq!(
        Store::open_with(&dir, SMALL).unwrap().condition(),
        Condition::Sound
    );
}

#[test]
fn a_changed_value_is_corrupt_and_salvage_leaves_only_it_behind() {
    let (home, dir, store) = new_store();
    for number in 0..300 {
        put(&store, &format!("{number:03}"), &"v".repeat(number));
    }
    let (kept, lost) = (
        store.put_file(b"kept").unwrap(),
        store.put_file(b"lost").unwrap(),
    );
    drop(store);
    spoil(&dir, "150");
    fs::write(dir.join("files").join(lost.to_string()), b"LOST").unwrap();
    let store = Store::open_with(&dir, SMALL).unwrap();
    assert_eq!(store.condition(), Condition::Incomplete);
    let Err(StoreError::Corrupt { tree, key }) = store.read(TREE, "150") else {
        panic!("not noticed")
    };
    assert_eq!((tree.as_str(), key.as_bytes()), ("things", &b"150"[..]));
    assert_eq!(store.read(TREE, "151").unwrap().unwrap().len(), 151);
    assert_eq!(store.scan(TREE, b"").filter(Result::is_err).count(), 1);
    assert_eq!(store.commit(&Batch::new()), Err(StoreError::Incomplete));
    assert!(matches!(
        store.accept_rollback(),
        Err(StoreError::Corrupt { .. })
    ));
    assert_eq!(
        store.read_file(lost),
        Err(StoreError::FileCorrupt { name: lost })
    );
    let report = store.verify().unwrap();
    assert_eq!(
        (report.records, report.damaged.len(), report.complete),
        (299, 1, false)
    );
    assert_eq!((report.files, report.damaged_files), (1, vec![lost]));
    let into = home.path().join("salvaged");
    let salvaged = store.salvage(&into).unwrap();
    assert_eq!(
        (salvaged.records, salvaged.damaged.len(), salvaged.files),
        (299, 1, 1)
    );
    assert!(!salvaged.complete);
    let new = Store::open_with(&into, SMALL).unwrap();
    assert_eq!((new.condition(), new.count()), (Condition::Sound, 299));
    assert!(new.sequence() > store.sequence());
    assert_eq!(new.read_file(kept).unwrap(), b"kept");
    put(&new, "150", "again");
}

#[test]
fn salvage_of_a_sound_store_is_complete() {
    let (home, _dir, store) = new_store();
    put(&store, "a", "1");
    assert!(store.salvage(&home.path().join("new")).unwrap().complete);
}
