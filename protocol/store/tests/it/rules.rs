//! The rules one by one: locks, limits, modes, rollback, repair, leftovers.
//! Knows only the public doors.
//! Specified in specs/protocol.md §14.

use std::{fs, os::unix::fs::PermissionsExt};

use lachan_store::{
    BATCH_LIMIT, Batch, Condition, FileName, KEY_LIMIT, RecordKey, Settings, Store, StoreError,
    Tree, VALUE_LIMIT, write_durably,
};

use crate::{SMALL, TREE, fast_dir, new_store, put, spoil};

const OTHER: Tree = Tree::new("things2");

#[test]
fn records_come_back_in_order_and_only_of_their_tree() {
    let (_home, dir, store) = new_store();
    for number in 0..200u8 {
        store
            .commit(
                &Batch::new()
                    .put(TREE, [1, number], [number])
                    .put(OTHER, [number], b"other"),
            )
            .unwrap();
    }
    store
        .commit(
            &Batch::new()
                .put(TREE, [0xff, 0xff], b"last")
                .delete(TREE, [1, 7]),
        )
        .unwrap();
    drop(store);
    let store = Store::open_with(&dir, SMALL).unwrap();
    let keys: Vec<_> = store
        .scan(TREE, [1, 5])
        .map(|record| record.unwrap().key)
        .collect();
    assert_eq!(keys.len(), 195);
    assert!(keys.is_sorted() && keys[0] == [1, 5] && !keys.contains(&vec![1, 7]));
    assert_eq!(store.scan_prefix(TREE, [1]).count(), 199);
    assert_eq!(store.scan_prefix(TREE, [0xff]).count(), 1);
    assert_eq!(store.scan_prefix(TREE, b"").count(), 200);
    assert_eq!(store.scan(OTHER, b"").take(3).count(), 3);
    assert_eq!(store.read(TREE, [1, 7]).unwrap(), None);
    assert_eq!(store.read(TREE, [1, 8]).unwrap(), Some(vec![8]));
    assert_eq!(store.count(), 400);
}

#[test]
fn second_opener_is_refused() {
    let (_home, dir, store) = new_store();
    assert_eq!(
        Store::open_with(&dir, SMALL).err(),
        Some(StoreError::Locked)
    );
    drop(store);
    assert!(
        Store::open_with(&dir, SMALL).is_ok(),
        "control: alone it opens"
    );
}

#[test]
fn creating_refuses_an_existing_store_and_opening_an_absent_one() {
    let (home, dir, store) = new_store();
    drop(store);
    assert_eq!(
        Store::create_with(&dir, SMALL).err(),
        Some(StoreError::AlreadyThere)
    );
    assert_eq!(
        Store::open(&home.path().join("none")).err(),
        Some(StoreError::Absent)
    );
}

#[test]
fn a_lost_database_is_not_begun_anew() {
    let (_home, dir, store) = new_store();
    put(&store, "key", "value");
    drop(store);
    fs::remove_dir_all(dir.join("db")).unwrap();
    assert_eq!(
        Store::open_with(&dir, SMALL).err(),
        Some(StoreError::DatabaseMissing)
    );
    assert_eq!(
        Store::create_with(&dir, SMALL).err(),
        Some(StoreError::DatabaseMissing)
    );
}

#[test]
fn refuses_what_sled_must_not_be_given_and_takes_the_largest_allowed() {
    let (_home, _dir, store) = new_store();
    let value = Batch::new().put(TREE, b"k", vec![0; VALUE_LIMIT + 1]);
    let refused = StoreError::ValueTooBig {
        limit: VALUE_LIMIT,
        len: VALUE_LIMIT + 1,
    };
    assert_eq!(store.commit(&value), Err(refused));
    let key = Batch::new().put(TREE, [0; KEY_LIMIT], b"");
    assert_eq!(
        store.commit(&key),
        Err(StoreError::KeyTooLong {
            limit: KEY_LIMIT,
            len: KEY_LIMIT + 7
        })
    );
    let full = |count: u8| {
        (0..count).fold(Batch::new(), |batch, key| {
            batch.put(TREE, [key], vec![1; VALUE_LIMIT])
        })
    };
    let len = full(16).len_bytes();
    assert_eq!(
        store.commit(&full(16)),
        Err(StoreError::BatchTooBig {
            limit: BATCH_LIMIT,
            len
        })
    );
    assert_eq!(store.sequence().get(), 0);
    store.commit(&full(15)).unwrap();
    store
        .commit(&Batch::new().put(TREE, [9; KEY_LIMIT - 7], b""))
        .unwrap();
    assert_eq!(store.count(), 16);
}

#[test]
fn everything_is_private_whatever_the_umask() {
    let (_home, dir, store) = new_store();
    put(&store, "key", "value");
    store.put_file(b"file").unwrap();
    drop(store);
    let store = Store::open_with(&dir, SMALL).unwrap();
    let mut seen = 0;
    let mut left = vec![dir];
    while let Some(path) = left.pop() {
        let metadata = fs::metadata(&path).unwrap();
        let expected = if metadata.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(
            metadata.permissions().mode() & 0o777,
            expected,
            "{}",
            path.display()
        );
        if metadata.is_dir() {
            left.extend(
                fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
        seen += 1;
    }
    assert!(seen >= 9, "{seen} files and folders");
    drop(store);
}

#[test]
fn leftovers_of_killed_writers_do_not_stop_an_open() {
    let (_home, dir, store) = new_store();
    put(&store, "a", "1");
    drop(store);
    let torn = dir.join("db").join("snap.0000000000000ABC.generating");
    fs::write(&torn, b"half").unwrap();
    fs::write(dir.join("db").join("snap.0000000000000ABD"), [0xff; 64]).unwrap();
    fs::write(dir.join("db").join("conf"), b"segm").unwrap();
    fs::create_dir(dir.join("db.new")).unwrap();
    fs::write(dir.join("files").join(".tmp-1-1"), b"half").unwrap();
    let store = Store::open_with(&dir, SMALL).unwrap();
    assert_eq!(store.condition(), Condition::Sound);
    assert_eq!(store.read(TREE, "a").unwrap(), Some(b"1".to_vec()));
    assert!(!torn.exists() && !dir.join("db.new").exists());
    assert_eq!(fs::read_dir(dir.join("files")).unwrap().count(), 0);
}

#[test]
fn control_sled_alone_does_not_open_after_a_torn_snapshot() {
    let (_home, dir, store) = new_store();
    put(&store, "a", "1");
    drop(store);
    fs::write(
        dir.join("db").join("snap.0000000000000ABC.generating"),
        b"half",
    )
    .unwrap();
    assert!(
        std::panic::catch_unwind(|| sled::open(dir.join("db")))
            .map_or(true, |opened| opened.is_err())
    );
}

#[test]
fn big_values_are_named_by_their_hash() {
    let (_home, dir, store) = new_store();
    let name = store.put_file(&[5; 100_000]).unwrap();
    assert_eq!(name, FileName::of(&[5; 100_000]));
    assert_eq!(
        store.put_file(&[5; 100_000]).unwrap(),
        name,
        "twice is fine"
    );
    assert_eq!(fs::read_dir(dir.join("files")).unwrap().count(), 1);
    assert_eq!(FileName::from_bytes(name.to_bytes()), name);
    store
        .commit(&Batch::new().put(TREE, b"file", name.to_bytes()))
        .unwrap();
    assert_eq!(store.read_file(name).unwrap(), vec![5; 100_000]);
    assert_eq!(store.file_names().unwrap(), vec![name]);
    assert!(store.remove_file(name).unwrap() && !store.remove_file(name).unwrap());
    assert_eq!(store.read_file(name), Err(StoreError::FileAbsent { name }));
}

#[test]
fn a_large_database_is_unswept_until_verified() {
    let (_home, dir, store) = new_store();
    put(&store, "a", "1");
    drop(store);
    let store = Store::open_with(
        &dir,
        Settings {
            sweep_at_open_bytes: 0,
            ..SMALL
        },
    )
    .unwrap();
    assert_eq!(store.condition(), Condition::Unswept);
    put(&store, "a", "2");
    assert!(store.verify().unwrap().is_sound());
    assert_eq!(store.condition(), Condition::Sound);
}

#[test]
fn reopening_shows_what_is_on_the_disk() {
    let (_home, _dir, store) = new_store();
    put(&store, "a", "1");
    store.reopen().unwrap();
    assert_eq!(
        (store.condition(), store.sequence().get()),
        (Condition::Sound, 1)
    );
    put(&store, "a", "2");
    assert_eq!(store.read(TREE, "a").unwrap(), Some(b"2".to_vec()));
}

#[test]
fn writes_durably_and_leaves_nothing_beside() {
    let home = fast_dir();
    let path = home.path().join("file");
    write_durably(&path, b"one").unwrap();
    write_durably(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    assert!(matches!(
        write_durably(&home.path().join("none").join("file"), b""),
        Err(StoreError::Io(_))
    ));
}

#[test]
fn nothing_that_is_printed_shows_a_value_or_a_key() {
    let (_home, _dir, store) = new_store();
    let batch = Batch::new().put(TREE, "kkkk", "vvvv");
    store.commit(&batch).unwrap();
    let record = store.scan(TREE, b"").next();
    let error = StoreError::Corrupt {
        tree: "things".to_owned(),
        key: key_of("kkkk"),
    };
    let printed = format!(
        "{batch:?} {store:?} {record:?} {:?} {error:?} {error}",
        store.scan(TREE, b"")
    );
    assert!(
        !printed.contains("kkkk") && !printed.contains("vvvv") && !printed.contains("118"),
        "{printed}"
    );
    assert!(!printed.contains("107"), "{printed}");
}

/// A key as an error carries it.
fn key_of(key: &str) -> RecordKey {
    let (_home, dir, store) = new_store();
    put(&store, key, "value");
    drop(store);
    spoil(&dir, key);
    let Err(StoreError::Corrupt { key, .. }) =
        Store::open_with(&dir, SMALL).unwrap().read(TREE, key)
    else {
        panic!("not noticed")
    };
    key
}
