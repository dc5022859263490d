//! The office on a real disk: what the core asked for lies there, and no secret in clear.
use crate::desk::{Desk, Disk};
use crate::mirror::OfficeStore;
use crate::secrets::{day, holds};
use lachan_node::office::{FileHash, Files, Saved};
use lachan_store::Store;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn open(home: &Path) -> OfficeStore {
    let state = home.join("state");
    let store = match Store::open(&state) {
        Ok(store) => store,
        Err(_) => Store::create(&state).expect("a store can be made"),
    };
    OfficeStore::new(Arc::new(store), &home.join("keys")).expect("the folder can be made")
}

fn files_under(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            files_under(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn same(saved: &Saved, disk: &Disk) {
    let mut records = saved.records.clone();
    records.sort();
    let expected = disk.records.iter();
    let expected = expected.map(|((shelf, key), value)| (*shelf, key.clone(), value.clone()));
    assert!(records == expected.collect::<Vec<_>>());
    let secrets = saved
        .secrets
        .iter()
        .map(|(name, bytes)| (*name, bytes.to_vec()));
    let expected = disk
        .secrets
        .iter()
        .map(|(name, bytes)| (*name, bytes.to_vec()));
    assert!(secrets.eq(expected));
}

#[test]
fn no_secret_lies_in_clear_outside_the_key_files_of_a_real_home() {
    let home = tempfile::tempdir().expect("a folder");
    let (mut desk, wanted) = day(Desk::mirrored(open(home.path())));
    desk.mirror = None;
    let store = open(home.path());
    same(&store.saved().expect("sound"), &desk.disk.0.borrow());
    for (name, bytes) in &desk.disk.0.borrow().files {
        assert_eq!(store.read(name).as_ref(), Some(bytes));
    }
    assert_eq!(store.read(&FileHash([0; 32])), None);
    drop(store);

    let mut files = Vec::new();
    files_under(home.path(), &mut files);
    let (keys, others): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|file| file.starts_with(home.path().join("keys")));
    assert!(others.len() > 8);
    for file in &others {
        let bytes = fs::read(file).expect("readable");
        for (what, secret) in &wanted {
            assert!(
                !holds(&bytes, secret),
                "a {what} lies in clear in {}",
                file.display()
            );
        }
    }
    // The control: the search finds the secrets where they belong.
    let of_keys = wanted
        .iter()
        .filter(|(what, _)| matches!(*what, "epoch seed" | "prekey" | "vault key"));
    for (what, secret) in of_keys {
        let is_there = |file: &&PathBuf| holds(&fs::read(file).expect("readable"), secret);
        assert_eq!(
            keys.iter().filter(is_there).count(),
            1,
            "the {what} has one file"
        );
    }
}
