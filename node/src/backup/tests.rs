//! Tests of backups: what is in them, and what is refused.
//! Knows the module's doors.
//! Specified in specs/protocol.md §14.9.

use super::*;
use crate::cli::args::{AuthorityArgs, Command, InitArgs};
use crate::config::Role;
use crate::home::{Home, Paths};
use lachan_protocol::id::Region;
use lachan_protocol::time::UnixTime;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use zeroize::Zeroizing;

const NOW: UnixTime = UnixTime(1_795_511_400);

fn office(home: &Path) -> Paths {
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
    crate::cli::tests::work(home, Command::Init(Box::new(args)));
    Paths::new(home)
}

#[test]
fn a_backup_holds_what_stays_and_no_key_that_has_an_end() {
    let dir = tempfile::tempdir().unwrap();
    let paths = office(&dir.path().join("home"));
    for name in ["epoch-2026-11", "vault-2026-11", "prekey-20781"] {
        std::fs::write(paths.keys().join(name), [9; 32]).unwrap();
    }
    let contents = collect(&paths, vec![1, 2, 3], NOW).unwrap();
    let bytes = contents.to_bytes();
    assert!(!bytes.windows(16).any(|piece| piece == [9; 16]));
    let read = Contents::from_bytes(&bytes).unwrap();
    assert!(read == contents && read.made() == NOW);
    let names: BTreeSet<&str> = read.files().map(|(name, _)| name).collect();
    for name in ["node.toml", "authority.txt", "keys/log", "keys/network"] {
        assert!(names.contains(name), "{name}: {names:?}");
    }
    assert!(!names.contains("format") && !names.contains("lock"));

    let again = Paths::new(&dir.path().join("again"));
    drop(restore(again.dir(), &read).unwrap());
    for name in names {
        let file = |paths: &Paths| std::fs::read(paths.dir().join(name)).unwrap();
        assert_eq!(file(&again), file(&paths), "{name}");
        let mode = std::fs::metadata(again.dir().join(name)).unwrap();
        assert_eq!(mode.permissions().mode() & 0o777, 0o600, "{name}");
    }
    assert_eq!(std::fs::read(again.restored()).unwrap(), [1, 2, 3]);
    Home::open(again.dir()).unwrap();
    let twice = restore(again.dir(), &read);
    assert!(matches!(
        twice,
        Err(BackupError::Home(HomeError::AlreadyMade))
    ));
}

#[test]
fn refuses_bytes_that_are_no_backup_by_their_reason() {
    let mut contents = Contents::new(NOW);
    let file = |text: &str| Zeroizing::new(text.as_bytes().to_vec());
    let of = |contents: &Contents| Contents::from_bytes(&contents.to_bytes());
    assert_eq!(of(&contents), Err(ContentsError::NoSettings));
    for name in [
        "../../etc/passwd",
        "keys/../lock",
        "keys/A",
        "keys/",
        "lock",
    ] {
        contents.add(name, file("x"));
    }
    assert_eq!(contents.files().count(), 0);
    contents.add("node.toml", file("roles = []"));
    contents.add("trust.txt", file("list"));
    let bytes = contents.to_bytes();
    assert!(of(&contents).is_ok());
    for end in 0..bytes.len() {
        let cut = Contents::from_bytes(&bytes[..end]);
        assert!(cut.is_err(), "{end}");
    }
    let longer = [bytes.as_slice(), b"x"].concat();
    assert_eq!(Contents::from_bytes(&longer), Err(ContentsError::LeftOver));
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let outside = text.replace("trust.txt", "../st.txt");
    assert_eq!(
        Contents::from_bytes(outside.as_bytes()),
        Err(ContentsError::BadFile(2))
    );
    let newer = text.replace("backup/1", "backup/2");
    assert_eq!(
        Contents::from_bytes(newer.as_bytes()),
        Err(ContentsError::UnknownVersion)
    );
}
