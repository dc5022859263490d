//! The store from outside: killed, damaged, rolled back, full, misused.
//! Knows only the public doors, and sled itself for controls.
//! Specified in specs/protocol.md §14.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod damage;
mod full_disk;
mod kill;
mod repair;
mod rules;
mod sealed_file;
mod threads;

use std::path::{Path, PathBuf};

use lachan_store::{Batch, Settings, Store, Tree};

/// The tree most tests write to.
const TREE: Tree = Tree::new("things");

/// Settings without a large ballast, so that stores are copied quickly.
const SMALL: Settings = Settings {
    ballast_bytes: 4096,
    reserve_bytes: 1 << 20,
    sweep_at_open_bytes: 64 << 20,
};

/// A number from the environment.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// A small generator, so that a printed seed replays a run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below.max(1)
    }
}

/// A seed from the environment or a fresh one, printed.
#[allow(clippy::print_stderr, reason = "a failed run is replayed by its seed")]
fn seed(test: &str) -> u64 {
    let seed = number("LACHAN_SEED", rand::random());
    eprintln!("{test}: LACHAN_SEED={seed}");
    seed
}

/// A folder in memory where there is one: damage needs no disk.
fn fast_dir() -> tempfile::TempDir {
    let shared = Path::new("/dev/shm");
    if shared.is_dir() {
        tempfile::tempdir_in(shared)
    } else {
        tempfile::tempdir()
    }
    .unwrap()
}

/// Copies a folder with everything below.
fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A new store in a folder of its own.
fn new_store() -> (tempfile::TempDir, PathBuf, Store) {
    let home = fast_dir();
    let dir = home.path().join("store");
    let store = Store::create_with(&dir, SMALL).unwrap();
    (home, dir, store)
}

fn put(store: &Store, key: &str, value: &str) {
    store.commit(&Batch::new().put(TREE, key, value)).unwrap();
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
