//! The rules one by one: locks, limits, modes, rollback, repair, leftovers, a full disk.
//! Knows only the public doors.
//! Specified in specs/protocol.md §14.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use lachan_store::{
    BATCH_LIMIT, Batch, Condition, FileName, KEY_LIMIT, RecordKey, Settings, Store, StoreError,
    Tree, VALUE_LIMIT, write_durably,
};

use crate::{SMALL, TREE, copy_dir, fast_dir};

const OTHER: Tree = Tree::new("things2");

fn new_store() -> (tempfile::TempDir, PathBuf, Store) {
    let home = fast_dir();
    let dir = home.path().join("store");
    let store = Store::create_with(&dir, SMALL).unwrap();
    (home, dir, store)
}

fn put(store: &Store, key: &str, value: &str) {
    store.commit(&Batch::new().put(TREE, key, value)).unwrap();
}

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

/// Changes a stored value behind the store's back.
fn spoil(dir: &Path, key: &str) {
    let db = sled::open(dir.join("db")).unwrap();
    let key = [TREE.name().as_bytes(), &[0], key.as_bytes()].concat();
    let mut value = db.get(&key).unwrap().unwrap().to_vec();
    *value.last_mut().unwrap() ^= 1;
    db.insert(key, value).unwrap();
    db.flush().unwrap();
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

/// A file system of its own, of 12 MiB; `None` where it may not be mounted.
struct SmallDisk {
    _home: tempfile::TempDir,
    dir: PathBuf,
}

impl SmallDisk {
    fn new() -> Option<Self> {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().to_owned();
        mount(&dir, 12).then_some(Self { _home: home, dir })
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        unmount(&self.dir);
    }
}

#[allow(clippy::print_stderr, reason = "a skipped test says so")]
fn mount(dir: &Path, mib: u32) -> bool {
    let size = format!("size={mib}m");
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", &size, "none"])
        .arg(dir)
        .output();
    if mounted.is_ok_and(|output| output.status.success()) {
        return true;
    }
    assert!(
        !std::env::var("LACHAN_REQUIRE").is_ok_and(|names| names.contains("root")),
        "cannot mount"
    );
    eprintln!("SKIPPED: a full disk needs root to mount one");
    false
}

fn unmount(dir: &Path) {
    let _ = Command::new("umount").arg(dir).output();
}

/// Fills a file system to the last byte.
fn fill(dir: &Path) -> PathBuf {
    let path = dir.join("filler");
    let mut file = fs::File::create(&path).unwrap();
    for block in [65_536, 4096, 1] {
        while std::io::Write::write_all(&mut file, &vec![1; block]).is_ok() {}
    }
    path
}

#[test]
fn a_full_disk_refuses_commits_and_reads_go_on_even_after_a_restart() {
    let Some(disk) = SmallDisk::new() else { return };
    let dir = disk.dir.join("store");
    let store = Store::create(&dir).unwrap();
    put(&store, "a", "1");
    let filler = fill(&disk.dir);
    assert_eq!(
        store.commit(&Batch::new().put(TREE, "a", "2")),
        Err(StoreError::Full)
    );
    assert_eq!(store.put_file(b"more"), Err(StoreError::Full));
    assert_eq!(store.read(TREE, "a").unwrap(), Some(b"1".to_vec()));
    drop(store);
    let store = Store::open(&dir).unwrap();
    assert_eq!(store.condition(), Condition::Sound);
    assert_eq!(store.read(TREE, "a").unwrap(), Some(b"1".to_vec()));
    assert_eq!(
        store.commit(&Batch::new().put(TREE, "a", "2")),
        Err(StoreError::Full)
    );
    fs::remove_file(filler).unwrap();
    put(&store, "a", "3");
    assert_eq!(store.read(TREE, "a").unwrap(), Some(b"3".to_vec()));
    assert!(dir.join("ballast").exists(), "the ballast is back");
}

#[test]
fn a_disk_that_fills_up_under_sled_poisons_and_loses_nothing() {
    let (home, dir, store) = new_store();
    put(&store, "a", "1");
    drop(store);
    // The database alone on a small disk: the reserve is measured on the large one.
    let (database, aside) = (dir.join("db"), home.path().join("aside"));
    copy_dir(&database, &aside);
    if !mount(&database, 3) {
        return;
    }
    copy_dir(&aside, &database);
    let store = Store::open_with(&dir, SMALL).unwrap();
    let filler = fill(&database);
    fs::File::options()
        .write(true)
        .open(&filler)
        .unwrap()
        .set_len(1 << 20)
        .unwrap();
    let mut acknowledged = 0u32;
    let failed = loop {
        match store.commit(&Batch::new().put(TREE, acknowledged.to_be_bytes(), vec![1; 4096])) {
            Ok(_) => acknowledged += 1,
            Err(error) => break error,
        }
        assert!(acknowledged < 5000, "the disk never fills up");
    };
    let poisoned = (store.commit(&Batch::new()), store.read(TREE, "a"));
    fs::remove_file(filler).unwrap();
    let reopened = store.reopen();
    let condition = store.condition();
    let found = (0..acknowledged)
        .filter(|number| store.read(TREE, number.to_be_bytes()) == Ok(Some(vec![1; 4096])));
    let found = found.count();
    let committed = store.commit(&Batch::new().put(TREE, "a", "2"));
    drop(store);
    unmount(&database);
    assert_eq!(failed, StoreError::Full);
    assert_eq!(
        poisoned,
        (Err(StoreError::Poisoned), Err(StoreError::Poisoned))
    );
    assert_eq!((reopened, condition), (Ok(()), Condition::Sound));
    assert!(
        acknowledged > 10 && found == usize::try_from(acknowledged).unwrap(),
        "{found} of {acknowledged}"
    );
    assert!(committed.is_ok());
}
