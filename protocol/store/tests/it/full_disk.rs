//! A full disk: said before sled meets it, and survived when sled does meet it.
//! Knows only the public doors; mounts small disks, which needs root.
//! Specified in specs/protocol.md §14.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use lachan_store::{Batch, Condition, Store, StoreError};

use crate::{SMALL, TREE, copy_dir, new_store, put};

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
