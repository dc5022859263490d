//! Tests of the doctor: each thing that is wrong is found by its name, and a home that is well has nothing bad.
//! Knows the module's doors.
//! Specified in specs/protocol.md §14.10.

use super::*;
use crate::cli::args::{AuthorityArgs, Command, InitArgs};
use crate::keys::make_root;
use lachan_protocol::id::Region;
use lachan_protocol::time::DAY_SECONDS;
use lachan_protocol::trust::TrustListHead;
use serde_json::json;
use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use tempfile::TempDir;

struct Patient {
    dir: TempDir,
    paths: Paths,
    config: Config,
    now: UnixTime,
}

impl Patient {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("home");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let free = listener.local_addr().unwrap().port();
        drop(listener);
        let args = InitArgs {
            roles: vec![Role::Office],
            listen: vec![format!("/ip4/127.0.0.1/tcp/{free}")],
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
        let listen = args.listen.clone();
        lachan_store::private_umask();
        crate::cli::tests::work(&home, Command::Init(Box::new(args)));
        let paths = Paths::new(&home);
        let mut config = Config::new(vec![Role::Office]);
        config.office.origin = "log.example".into();
        config.listen = listen;
        config.limits.connections = 1;
        let now = lachan_shell::clock::Clock::System.now().unwrap();
        let patient = Self {
            dir,
            paths,
            config,
            now,
        };
        patient.trust(1, 100 * DAY_SECONDS);
        patient
    }

    fn trust(&self, sequence: u64, seconds: u64) {
        let file = self.dir.path().join(format!("root-{sequence}.key"));
        let root = make_root(&file, &mut rand::rng()).unwrap();
        let head = TrustListHead {
            sequence,
            made: self.now,
            until: self.now.plus(seconds),
        };
        let list = self.dir.path().join("trust.txt");
        trust::sign(&root, &head, &[self.paths.authority()], &list).unwrap();
        let vkey = root.vkey().to_string();
        trust::install(&self.paths, &list, &vkey, self.now).unwrap();
    }

    fn findings(&self, running: Option<&Value>) -> Vec<Finding> {
        examine(&Visit {
            paths: &self.paths,
            config: &self.config,
            now: self.now,
            running,
        })
    }

    /// What is worse than a warning, or is warned of and is of this check.
    fn wrong(&self) -> Vec<(Check, Level)> {
        let found = self.findings(None);
        let wrong = found
            .iter()
            .filter(|one| one.level() >= Level::Unknown)
            .map(|one| (one.check(), one.level()));
        wrong.collect()
    }
}

#[test]
fn a_home_that_is_well_has_nothing_bad() {
    let patient = Patient::new();
    assert_eq!(patient.wrong(), []);
    let found = patient.findings(None);
    for one in [Finding::LockFree, Finding::KeysFit, Finding::StoreNone] {
        assert!(found.contains(&one), "{one:?}: {found:?}");
    }
}

#[test]
fn each_thing_that_is_wrong_is_found_by_its_name() {
    let bad = |check: Check, harm: &dyn Fn(&mut Patient)| {
        let mut patient = Patient::new();
        harm(&mut patient);
        let wrong = patient.wrong();
        assert!(wrong.contains(&(check, Level::Bad)), "{check:?}: {wrong:?}");
        assert!(
            wrong.iter().all(|(found, _)| *found == check),
            "{check:?}: {wrong:?}"
        );
    };
    bad(Check::Permissions, &|patient| {
        let file = patient.paths.keys().join("network");
        fs::set_permissions(file, Permissions::from_mode(0o640)).unwrap();
    });
    bad(Check::Keys, &|patient| {
        fs::remove_file(patient.paths.keys().join("issuer")).unwrap();
    });
    bad(Check::Keys, &|patient| {
        let batch = patient.paths.keys().join("batch");
        fs::write(batch, [7; 32]).unwrap();
    });
    bad(Check::Trust, &|patient| {
        fs::write(patient.paths.trust(), "nothing").unwrap();
    });
    bad(Check::Expiry, &|patient| {
        patient.now = patient.now.plus(101 * DAY_SECONDS);
    });
    bad(Check::Restored, &|patient| {
        fs::write(patient.paths.restored(), "").unwrap();
        let mode = Permissions::from_mode(0o600);
        fs::set_permissions(patient.paths.restored(), mode).unwrap();
    });
    bad(Check::Spool, &|patient| {
        let file = patient.paths.spool().join("two-00");
        lachan_store::write_durably(&file, b"note").unwrap();
    });
    bad(Check::Peers, &|patient| {
        let peer = "/ip4/127.0.0.1/tcp/1/p2p/12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust";
        patient.config.peers.push(peer.into());
    });
    bad(Check::Ports, &|patient| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        patient.config.listen = vec![format!("/ip4/127.0.0.1/tcp/{port}")];
        // stays bound to the end of the test's process
        std::mem::forget(listener);
    });
    bad(Check::Store, &|patient| {
        let store = lachan_store::Store::create(&patient.paths.state()).unwrap();
        let tree = lachan_store::Tree::new("office/polls");
        let batch = lachan_store::Batch::new().put(tree, [1], [0; 8]);
        store.commit(&batch).unwrap();
        drop(store);
        fs::remove_file(patient.paths.state().join("head")).unwrap();
    });
    bad(Check::Ledger, &|patient| {
        let keys = KeyFolder::new(patient.paths.keys());
        let signer = crate::service::signer_of("log.example", &keys).unwrap();
        let origin = lachan_protocol::id::OriginHash::of_origin("log.example");
        let folder = patient.paths.log().join(origin.to_string());
        let mut log = crate::ledger::Writer::open(&folder, signer).unwrap();
        log.append(&[b"one leaf".to_vec()]).unwrap();
        drop(log);
        lachan_store::write_durably(&folder.join("tile/0/000.p/1"), &[9; 32]).unwrap();
    });
}

#[test]
fn what_ends_soon_and_a_silent_holder_of_the_lock_are_told() {
    let mut patient = Patient::new();
    patient.now = patient.now.plus(95 * DAY_SECONDS);
    let ends = patient
        .findings(None)
        .into_iter()
        .find_map(|one| match one {
            Finding::Ends(expiry) => Some(expiry.soon),
            _ => None,
        });
    assert_eq!(ends, Some(crate::expiry::Soon::Week));
    let home = crate::home::Home::open(patient.paths.dir()).unwrap();
    assert!(patient.wrong().contains(&(Check::Lock, Level::Bad)));
    let running = json!({"addresses": []});
    let found = patient.findings(Some(&running));
    assert!(found.contains(&Finding::LockHeld) && found.contains(&Finding::StoreInUse));
    drop(home);
}
