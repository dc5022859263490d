//! PU3: what a seized phone tells. Everything in the home is searched, after the program has done its work.
//! Knows files only.
//! Specified in specs/threat-model.md.

use super::kit::{NINE_IN_HANOI, World};
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::time::UnixTime;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn found(home: &Path, needles: &[(&str, Vec<u8>)]) -> Vec<String> {
    let mut found = vec![];
    for path in files(home) {
        let bytes = std::fs::read(&path).unwrap();
        for (name, needle) in needles {
            if bytes.windows(needle.len()).any(|window| window == needle) {
                found.push(format!("{name} in {}", path.display()));
            }
        }
    }
    found
}

#[test]
fn pu3_home_after_check_out_holds_no_venue_code_or_hour() {
    let mut world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    world.init("an");
    let arrival = NINE_IN_HANOI.plus(600);
    world.set_clock(arrival);
    world
        .run("an", &["check-in", &pho.url(arrival), "--yes"])
        .data();
    let window = arrival.window();
    let needles = [
        ("name", "Phở Thìn".as_bytes().to_vec()),
        ("place", "Lò Đúc".as_bytes().to_vec()),
        ("code id", hex::decode(pho.code_id()).unwrap()),
        ("window", window.0.to_be_bytes().to_vec()),
        ("notification key", pho.notice(window).0.to_vec()),
        ("arrival", arrival.0.to_be_bytes().to_vec()),
    ];
    let home = world.path("an");
    let open = found(&home, &needles);
    assert!(
        open.len() >= 6,
        "control: an open visit is in clear: {open:?}"
    );
    assert!(
        open.iter()
            .all(|place| place.ends_with("tokens/open-visit")),
        "{open:?}"
    );
    world.set_clock(arrival.plus(1_800));
    world.run("an", &["check-out"]).data();
    assert_eq!(found(&home, &needles), Vec::<String>::new());
    // A sync without a hit changes nothing about that.
    let tick = UnixTime(NINE_IN_HANOI.0 + 4 * 3_600);
    world.publish(tick, &[]);
    world.set_clock(tick.plus(60));
    world.sync("an").data();
    assert_eq!(found(&home, &needles), Vec::<String>::new());
}

#[test]
fn pu3_times_of_the_wallet_tell_the_day_only() {
    let world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    world.init("an");
    world
        .run("an", &["check-in", &pho.url(NINE_IN_HANOI), "--yes"])
        .data();
    world.set_clock(NINE_IN_HANOI.plus(1_800));
    world.run("an", &["check-out"]).data();
    let home = world.path("an");
    let wallet = files(&home.join("tokens"));
    assert!(!wallet.is_empty());
    for path in wallet.iter().chain([
        &home.join("tokens"),
        &home.join("keys/counter"),
        &home.join("keys"),
    ]) {
        let modified = std::fs::metadata(path).unwrap().mtime();
        assert_eq!(modified % 86_400, 0, "{}", path.display());
    }
}

/// Times of birth and of the last change cannot be set; they are those of the newest sync, not of a visit.
#[test]
fn pu3_times_that_cannot_be_set_tell_of_the_sync() {
    let mut world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    world.init("an");
    let url = pho.url(NINE_IN_HANOI);
    world.run("an", &["check-in", &url, "--yes"]).data();
    world.run("an", &["check-out"]).data();
    world.publish(UnixTime(NINE_IN_HANOI.0 - 2 * 3_600), &[]);
    std::thread::sleep(Duration::from_millis(50));
    let left = SystemTime::now();
    let home = world.path("an");
    let written = || {
        let mut wallet = files(&home.join("tokens"));
        wallet.push(home.join("keys/counter"));
        wallet.into_iter().map(|path| {
            let metadata = std::fs::metadata(path).unwrap();
            let nanos = u32::try_from(metadata.ctime_nsec()).unwrap();
            let seconds = u64::try_from(metadata.ctime()).unwrap();
            let changed = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
            // Not every file system knows the birth.
            metadata.created().map_or(changed, |born| born.min(changed))
        })
    };
    assert!(written().all(|time| time < left), "control: before a sync");
    world.sync("an").data();
    // A file system's clock may lag by a tick.
    let since = left - Duration::from_millis(20);
    assert!(written().all(|time| time >= since));
    assert_eq!(written().count(), 3);
}

#[test]
fn everything_in_a_home_is_private_to_its_user() {
    let mut world = World::new();
    world.init("an");
    world.publish(UnixTime(NINE_IN_HANOI.0 - 2 * 3_600), &[]);
    world.sync("an").data();
    for path in files(&world.path("an")) {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o077;
        assert_eq!(mode, 0, "{}", path.display());
    }
}
