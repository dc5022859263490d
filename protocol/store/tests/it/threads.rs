//! Several threads over one store: commits share syncs and none is lost.
//! Knows counts; does not know the order.
//! Specified in specs/protocol.md §14.

use std::{fs, time::Instant};

use lachan_store::{Batch, Condition, Store};

use crate::{SMALL, TREE};

#[test]
#[allow(clippy::print_stderr, reason = "the figure is what the test is for")]
fn commits_of_many_threads_share_syncs_and_all_hold() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("store");
    let store = Store::create_with(&dir, SMALL).unwrap();
    let began = Instant::now();
    for number in 0..32u32 {
        store
            .commit(&Batch::new().put(TREE, number.to_be_bytes(), b"alone"))
            .unwrap();
    }
    let alone = began.elapsed();
    let began = Instant::now();
    std::thread::scope(|scope| {
        for thread in 1..=16u32 {
            let store = &store;
            scope.spawn(move || {
                for number in 0..32 {
                    let key = (thread * 1000 + number).to_be_bytes();
                    store
                        .commit(&Batch::new().put(TREE, key, b"together"))
                        .unwrap();
                }
            });
        }
    });
    eprintln!(
        "threads: 32 commits alone {alone:?}, 512 of 16 threads {:?}",
        began.elapsed()
    );
    assert_eq!((store.sequence().get(), store.count()), (544, 544));
    drop(store);
    let store = Store::open_with(&dir, SMALL).unwrap();
    assert_eq!(store.condition(), Condition::Sound);
    assert_eq!(store.scan(TREE, b"").filter(Result::is_ok).count(), 544);
}

#[test]
fn full_batches_of_the_largest_values_never_reach_sleds_unsynced_files() {
    let home = crate::fast_dir();
    let dir = home.path().join("store");
    let store = Store::create_with(&dir, SMALL).unwrap();
    for round in 0..60u8 {
        let mut batch = Batch::new();
        for number in 0..15u8 {
            let key = [&[round.wrapping_mul(37), number][..], &[number; 240][..]].concat();
            batch = batch.put(TREE, key, vec![round; 4096]);
        }
        store.commit(&batch).unwrap();
        assert_eq!(
            fs::read_dir(dir.join("db").join("blobs")).unwrap().count(),
            0,
            "round {round}"
        );
    }
    assert!(store.verify().unwrap().is_sound());
}
