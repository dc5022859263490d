//! The wallet in a sealed file and back; a store that lost something; what forgetting leaves.
//! Knows the command line, and the folders of a home.
//! Specified in specs/protocol.md §14.6 to §14.8.

use super::kit::{NINE_IN_HANOI, Venue, World, copy_dir};
use lachan_client::citizen::Findings;
use lachan_client::wallet::WalletCopy;
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::entry::MinuteMask;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::time::UnixTime;
use lachan_store::sealed_file::{Passphrase, SealedKind, seal};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::process::{Command, Stdio};

const NOON_TICK: UnixTime = UnixTime(NINE_IN_HANOI.0 + 4 * 3_600);
const WORDS: &str = "năm từ không liên quan nhau";

/// A person who was at a venue from nine to half past nine.
fn visited(world: &World, venue: &Venue, person: &str) {
    world.init(person);
    world.set_clock(NINE_IN_HANOI);
    let url = venue.url(NINE_IN_HANOI);
    world.run(person, &["check-in", &url, "--yes"]).data();
    world.set_clock(NINE_IN_HANOI.plus(1_800));
    world.run(person, &["check-out"]).data();
}

fn words(world: &World, text: &str) -> String {
    std::fs::write(world.path("words"), text).unwrap();
    world.path("words").to_str().unwrap().to_owned()
}

fn backup(world: &World, person: &str, name: &str) -> (String, Value) {
    let (words, file) = (words(world, WORDS), world.path(name));
    let file = file.to_str().unwrap().to_owned();
    let args = ["backup", "--out", &file, "--passphrase-file", &words];
    let data = world.run(person, &args).data();
    (file, data)
}

fn restore<'a>(words: &'a str, file: &'a str) -> Vec<&'a str> {
    vec!["restore", file, "--passphrase-file", words]
}

fn publish(world: &mut World, venue: &Venue) {
    let hour = NINE_IN_HANOI.window();
    world.publish(
        NOON_TICK,
        &[(venue, hour, MinuteMask::ALL, Advice::TakeTest)],
    );
    world.set_clock(NOON_TICK.plus(60));
}

fn warnings(world: &World, person: &str) -> usize {
    let data = world.run(person, &["exposures"]).data();
    data["exposures"].as_array().unwrap().len()
}

#[test]
fn a_restored_wallet_is_warned_also_of_what_was_read_before() {
    let mut world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    visited(&world, &pho, "an");
    let (file, data) = backup(&world, "an", "an.lachan");
    assert_eq!((&data["hours"], &data["days"]), (&json!(1), &json!(1)));
    publish(&mut world, &pho);
    // The new device has read all lists before: on these visits they were not tried.
    world.init("new");
    assert_eq!(world.sync("new").data()["authorities"][0]["ticks"], 1);
    let words = words(&world, WORDS);
    let data = world.run("new", &restore(&words, &file)).data();
    assert_eq!((&data["hours"], &data["too_old"]), (&json!(1), &json!(0)));
    assert_eq!(data["made"], "2026-11-24");
    // Nothing is promised before they are read again.
    assert_eq!(
        world.run("new", &["exposures"]).error(),
        "Silence::NeverSynced"
    );
    assert_eq!(world.sync("new").data()["authorities"][0]["ticks"], 1);
    assert_eq!(warnings(&world, "new"), 1);
    // Never the same secret: two devices with one would seal with the same numbers.
    let device = |person: &str| std::fs::read(world.path(person).join("keys/device")).unwrap();
    assert_ne!(device("an"), device("new"));
    // A second backup brings the warning itself along; joined, nothing comes twice.
    let (second, _) = backup(&world, "new", "new.lachan");
    world.init("newer");
    world.run("newer", &restore(&words, &second)).data();
    assert_eq!(warnings(&world, "newer"), 1);
    let again = restore(&words, &second);
    assert_eq!(
        world.run("newer", &again).error(),
        "WalletCopy::WalletNotEmpty"
    );
    world
        .run("newer", &[&again[..], &["--merge"]].concat())
        .data();
    world.sync("newer").data();
    assert_eq!(world.run("newer", &["visits"]).data()["hours"], 1);
    assert_eq!(warnings(&world, "newer"), 1);
}

#[test]
fn a_backup_shows_little_and_opens_only_as_it_should() {
    let world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    visited(&world, &pho, "an");
    world.init("binh");
    let (full, data) = backup(&world, "an", "full");
    let (_, empty) = backup(&world, "binh", "empty");
    assert_eq!(data["bytes"], empty["bytes"], "its size tells nothing");
    let sealed = std::fs::read(&full).unwrap();
    let day = std::fs::read(world.path("an/tokens/2026-11-24")).unwrap();
    assert!(!sealed.windows(16).any(|window| window == &day[34..50]));
    let wordy = words(&world, WORDS);
    let args = ["backup", "--out", &full, "--passphrase-file", &wordy];
    assert_eq!(world.run("an", &args).error(), "WalletCopy::FileExists");
    let refused = |file: &str| world.run("binh", &restore(&wordy, file)).error();
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(world.path(name), bytes).unwrap();
        world.path(name).to_str().unwrap().to_owned()
    };
    let mut damaged = sealed.clone();
    damaged[5_000] ^= 1;
    assert_eq!(refused(&write("damaged", &damaged)), "SealedFile::Damaged");
    assert_eq!(
        refused(&write("short", &sealed[..5_000])),
        "SealedFile::Truncated"
    );
    assert_eq!(refused(&write("other", b"hello")), "SealedFile::NotSealed");
    let node = seal(&Passphrase::new(WORDS), SealedKind::NodeHome, b"").unwrap();
    assert_eq!(refused(&write("node", &node)), "SealedFile::OtherKind");
    let empty = seal(&Passphrase::new(WORDS), SealedKind::ClientWallet, b"").unwrap();
    assert_eq!(refused(&write("none", &empty)), "WalletCopy::BadLength");
    let newer = seal(&Passphrase::new(WORDS), SealedKind::ClientWallet, &[2]).unwrap();
    assert_eq!(
        refused(&write("newer", &newer)),
        "WalletCopy::UnknownVersion"
    );
    // With a floor that late every token would count as over, and be erased.
    let with_floor = |floor: UnixTime| {
        let copy = WalletCopy {
            made: NINE_IN_HANOI.day(),
            floor,
            days: Vec::new(),
            findings: Findings::default().to_bytes(),
        };
        let words = Passphrase::new(WORDS);
        seal(&words, SealedKind::ClientWallet, &copy.to_bytes()).unwrap()
    };
    let ahead = write("ahead", &with_floor(NOON_TICK));
    assert_eq!(refused(&ahead), "WalletCopy::FloorAhead");
    let now = write("now", &with_floor(NINE_IN_HANOI));
    world.run("binh", &restore(&wordy, &now)).data();
    let args = ["restore", &full];
    assert_eq!(world.run("binh", &args).error(), "Passphrase::NobodyToAsk");
    words(&world, "ba con mèo ngủ");
    assert_eq!(refused(&full), "SealedFile::WrongPassphrase");
    words(&world, "ngắn quá");
    let args = ["backup", "--out", "x", "--passphrase-file", &wordy];
    assert_eq!(world.run("an", &args).error(), "Passphrase::TooShort");
    // Control: nothing of all this has changed the home, and the right words open it.
    assert_eq!(world.run("binh", &["visits"]).data()["hours"], 0);
    words(&world, WORDS);
    world.run("binh", &restore(&wordy, &full)).data();
    assert_eq!(world.run("binh", &["visits"]).data()["hours"], 1);
}

/// What a terminal shows while a person answers each question with one of these lines.
fn typed(world: &World, person: &str, args: &str, lines: &[&str]) -> Option<String> {
    let command = format!(
        "{} {args} --home {} --clock {}",
        env!("CARGO_BIN_EXE_lachan"),
        world.path(person).display(),
        world.path("clock").display()
    );
    let script = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .env("LC_ALL", "en_GB.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = script else {
        let required = std::env::var("LACHAN_REQUIRE").unwrap_or_default();
        assert!(
            !required.contains("script"),
            "script is required and absent"
        );
        eprintln!("SKIPPED: no passphrase is typed, since there is no program `script`");
        return None;
    };
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (mut shown, mut lines, mut byte) = (Vec::new(), lines.iter(), [0]);
    while output.read(&mut byte).is_ok_and(|read| read == 1) {
        shown.push(byte[0]);
        if (shown.ends_with(b"shown): ") || shown.ends_with(b"again: "))
            && let Some(line) = lines.next()
        {
            input.write_all(format!("{line}\n").as_bytes()).unwrap();
        }
    }
    child.wait().unwrap();
    Some(String::from_utf8(shown).unwrap())
}

#[test]
fn a_passphrase_is_typed_twice_and_never_seen() {
    let world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    visited(&world, &pho, "an");
    let file = world.path("typed");
    let args = format!("backup --out {}", file.display());
    let Some(shown) = typed(&world, "an", &args, &[WORDS, "năm từ khác hẳn lúc đầu"])
    else {
        return;
    };
    assert!(
        shown.contains("are not the same") && !file.exists(),
        "{shown}"
    );
    let shown = typed(&world, "an", &args, &[WORDS, WORDS]).unwrap();
    assert!(shown.contains("Backed up"), "{shown}");
    assert!(!shown.contains("liên quan"), "{shown}");
    let wordy = words(&world, WORDS);
    world.init("binh");
    world
        .run("binh", &restore(&wordy, file.to_str().unwrap()))
        .data();
}

#[test]
fn an_old_backup_brings_back_nothing_that_is_over_even_under_a_false_clock() {
    let mut world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    visited(&world, &pho, "an");
    let (file, _) = backup(&world, "an", "an.lachan");
    world.init("new");
    world.publish(NOON_TICK.plus(29 * 86_400), &[]);
    world.set_clock(NOON_TICK.plus(29 * 86_400 + 60));
    world.sync("new").data();
    world.set_clock(NINE_IN_HANOI.plus(3_600));
    let words = words(&world, WORDS);
    let data = world.run("new", &restore(&words, &file)).data();
    assert_eq!((&data["hours"], &data["too_old"]), (&json!(0), &json!(1)));
    assert_eq!(world.run("new", &["visits"]).data()["hours"], 0);
}

#[test]
fn an_open_visit_stays_with_its_device_and_its_hours_are_in_the_backup() {
    let world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    world.init("an");
    world.set_clock(NINE_IN_HANOI);
    let url = pho.url(NINE_IN_HANOI);
    world.run("an", &["check-in", &url, "--yes"]).data();
    let (file, data) = backup(&world, "an", "an.lachan");
    assert_eq!(data["hours"], 2, "up to the expected end");
    world.init("new");
    let words = words(&world, WORDS);
    world.run("new", &restore(&words, &file)).data();
    assert_eq!(
        world.run("new", &["status"]).data()["open_visit"],
        Value::Null
    );
    assert_eq!(
        world.run("new", &["check-out"]).error(),
        "Citizen::NoOpenVisit"
    );
    assert_eq!(
        world.run("an", &["check-out"]).data()["action"],
        "checked-out"
    );
}

#[test]
fn forgetting_leaves_no_trace_in_the_wallet() {
    let mut world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    visited(&world, &pho, "an");
    publish(&mut world, &pho);
    world.sync("an").data();
    assert_eq!(warnings(&world, "an"), 1);
    let old = std::fs::read(world.path("an/keys/device")).unwrap();
    // An open visit has hours of the day that is forgotten: it goes as well.
    let url = pho.url(NOON_TICK.plus(60));
    world.run("an", &["check-in", &url, "--yes"]).data();
    world
        .run("an", &["forget", "--day", "2026-11-24", "--yes"])
        .data();
    assert_eq!(
        world.run("an", &["status"]).data()["open_visit"],
        Value::Null
    );
    assert_eq!(warnings(&world, "an"), 0);
    let files = || {
        let entries = std::fs::read_dir(world.path("an/tokens")).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(files(), ["findings"]);
    let findings = std::fs::read(world.path("an/tokens/findings")).unwrap();
    assert!(findings.iter().all(|byte| *byte == 0));
    let counter = || std::fs::read(world.path("an/keys/counter")).unwrap();
    assert_ne!(
        counter(),
        [0; 8],
        "control: the counter tells of all hours ever sealed"
    );
    world.run("an", &["forget", "--all", "--yes"]).data();
    assert_eq!((counter(), files().len()), (vec![0; 8], 0));
    assert_ne!(
        std::fs::read(world.path("an/keys/device")).unwrap(),
        old,
        "no number serves twice with one secret"
    );
    world.run("an", &["check-in", &url, "--yes"]).data();
}

#[test]
fn a_store_that_was_rolled_back_is_repaired_by_name() {
    let mut world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    visited(&world, &pho, "an");
    let sound = world.run("an", &["repair"]).data();
    assert_eq!(
        (&sound["condition"], &sound["accepted"]),
        (&json!("sound"), &json!(false))
    );
    copy_dir(&world.path("an/state/db"), &world.path("older"));
    publish(&mut world, &pho);
    world.sync("an").data();
    std::fs::remove_dir_all(world.path("an/state/db")).unwrap();
    copy_dir(&world.path("older"), &world.path("an/state/db"));
    let found = world.run("an", &["repair"]);
    assert_eq!(found.exit, 1, "{}", found.stdout);
    assert_eq!(found.json()["data"]["condition"], "rolled-back");
    assert_eq!(
        world.sync("an").error(),
        "Store::RolledBack",
        "control: nothing is written before"
    );
    let accepted = world.run("an", &["repair", "--accept-rollback"]).data();
    assert_eq!(accepted["accepted"], true);
    world.sync("an").data();
    assert_eq!(warnings(&world, "an"), 1);
    assert_eq!(world.run("an", &["visits"]).data()["hours"], 1);
    assert_eq!(world.run("an", &["repair"]).data()["condition"], "sound");
}

#[test]
fn findings_that_were_damaged_are_found_again_when_the_logs_are_read_again() {
    let mut world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    visited(&world, &pho, "an");
    publish(&mut world, &pho);
    world.sync("an").data();
    assert_eq!(warnings(&world, "an"), 1);
    let file = world.path("an/tokens/findings");
    std::fs::write(&file, [0xff; 10]).unwrap();
    for command in ["exposures", "sync"] {
        let refused = world.run("an", &[command]);
        assert!(refused.stdout.contains("lachan sync --again"));
        assert_eq!(refused.error(), "Wallet::DamagedFindings");
    }
    std::fs::remove_file(&file).unwrap();
    world.sync("an").data();
    assert_eq!(
        warnings(&world, "an"),
        0,
        "control: what was read is not read again by itself"
    );
    let log = world.log().display().to_string();
    for _ in 0..2 {
        let data = world.run("an", &["sync", "--again", "--from", &log]).data();
        assert_eq!(data["authorities"][0]["ticks"], 1);
        assert_eq!(warnings(&world, "an"), 1);
    }
}
