//! Tests of the repair, on the home of an office whose log is empty.
//! Knows the module's doors.
//! Specified in specs/protocol.md §14.

use super::*;
use crate::cli::args::{AuthorityArgs, Command, InitArgs};
use crate::home::Paths;
use crate::keys::{KeyName, make_root};
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::id::Region;
use lachan_protocol::log::leaf::{RegistrationsLeaf, SignedLeaf};
use lachan_protocol::time::UnixTime;
use lachan_protocol::trust::TrustListHead;
use lachan_store::Batch;
use std::path::Path;

/// The authority of a home.
pub(in crate::service) fn authority(home: &Home) -> TrustedAuthority {
    let (list, _) = trust::read(home.paths()).unwrap();
    let authority = list.authority_of_origin(&home.settings().office.origin);
    authority.cloned().unwrap()
}

pub(in crate::service) fn office(dir: &Path) -> Home {
    let args = InitArgs {
        roles: vec![Role::Office],
        listen: Vec::new(),
        peers: Vec::new(),
        office_at: Vec::new(),
        test_clock: false,
        trust: None,
        authority: Some(AuthorityArgs {
            origin: "log.example".into(),
            name_vi: "Hà Nội".into(),
            name_en: "Hanoi".into(),
            regions: vec![Region(1)],
            phone: "1900".into(),
        }),
    };
    let home = dir.join("home");
    crate::cli::tests::work(&home, Command::Init(Box::new(args)));
    let paths = Paths::new(&home);
    let root = make_root(&dir.join("root.key"), &mut rand::rng()).unwrap();
    let made = UnixTime(1_795_511_400);
    let head = TrustListHead {
        sequence: 1,
        made,
        until: made.plus(1 << 30),
    };
    let list = dir.join("trust.txt");
    trust::sign(&root, &head, &[paths.authority()], &list).unwrap();
    trust::install(&paths, &list, &root.vkey().to_string(), made).unwrap();
    Home::open(&home).unwrap()
}

#[test]
fn a_lost_head_is_reported_and_accepted_only_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    let home = office(dir.path());
    let state = home.paths().state();
    let tree = Tree::new(Shelf::Polls.name());
    let store = Store::create(&state).unwrap();
    store
        .commit(&Batch::new().put(tree, [7; 16], [0; 8]))
        .unwrap();
    drop(store);
    let look = |accept| {
        let (report, accepted) = repair(&home, accept).unwrap();
        (word(report.condition), report.records, accepted)
    };
    assert_eq!(look(true), ("sound", 1, false));
    std::fs::remove_file(state.join("head")).unwrap();
    assert_eq!(look(false), ("head-lost", 1, false));
    assert_eq!(look(false), ("head-lost", 1, false));
    assert_eq!(look(true), ("head-lost", 1, true));
    assert_eq!(look(false), ("sound", 1, false));
}

#[test]
fn a_loss_that_the_log_contradicts_is_not_accepted() {
    let dir = tempfile::tempdir().unwrap();
    let home = office(dir.path());
    let store = Store::create(&home.paths().state()).unwrap();
    let tree = Tree::new(Shelf::Polls.name());
    store
        .commit(&Batch::new().put(tree, [7; 16], [0; 8]))
        .unwrap();
    drop(store);
    std::fs::remove_file(home.paths().state().join("head")).unwrap();
    let keys = KeyFolder::new(home.paths().keys());
    let (trust, _) = trust::read(home.paths()).unwrap();
    let authority = trust.authority_of_origin("log.example").unwrap();
    let leaf = RegistrationsLeaf {
        authority: authority.id(),
        count: 1,
        root: Hash::of_nothing(),
    };
    let leaf = leaf.sign(&keys.signing_key(KeyName::Batch).unwrap());
    let folder = home.paths().log().join(authority.origin_hash().to_string());
    lachan_store::create_private_dir(&folder).unwrap();
    let signer = start::signer("log.example", &keys).unwrap();
    let mut log = Writer::open(&folder, signer).unwrap();
    log.append(&[leaf]).unwrap();
    drop(log);
    let refused = repair(&home, true);
    assert!(
        matches!(refused, Err(RepairError::LogAhead)),
        "{:?}",
        refused.map(|(report, accepted)| (word(report.condition), accepted))
    );
    // Control: without that leaf the same loss is accepted.
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(repair(&home, true).unwrap().1);
}

#[test]
fn a_store_that_knows_less_than_the_log_is_behind() {
    let log = Progress {
        plans: 2,
        prekey: 20_000,
        tick: 5,
    };
    assert!(!log.is_behind(&log));
    for less in [
        Progress { plans: 1, ..log },
        Progress {
            prekey: 19_999,
            ..log
        },
        Progress { tick: 4, ..log },
    ] {
        assert!(less.is_behind(&log), "{less:?}");
        assert!(!log.is_behind(&less), "{less:?}");
    }
}
