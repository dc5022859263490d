//! Homes that go back: an older copy that is put back, a backup that is restored. No office signs twice.
//! Knows the programs from outside, and the files of a home.
//! Specified in specs/protocol.md §14.9.

use crate::faults::{Ground, TICK_SECONDS, code, files_of, head, seq, started, wait_for};
use lachan_protocol::time::UnixTime;
use lachan_tests::home::{Home, Running};
use std::fs;
use std::path::{Path, PathBuf};

/// An office that names a relay as its peer, and the relay that holds its log.
struct Pair {
    ground: Ground,
    relay: Home,
    relay_runs: Running,
}

impl Pair {
    fn new() -> Self {
        let ground = Ground::new();
        let relay = ground.relay("relay", &[]);
        let relay_runs = started(&relay);
        let peers = format!("peers = [\"{}\"]", relay_runs.address());
        edit(ground.office.folder(), "peers = []", &peers);
        Self {
            ground,
            relay,
            relay_runs,
        }
    }

    fn office(&self) -> &Home {
        &self.ground.office
    }

    /// Runs the office until it has published the ticks up to the number `until`, and the relay has its log.
    fn publish(&self, until: u64) {
        let running = started(self.office());
        self.publish_running(until);
        drop(running);
    }

    fn publish_running(&self, until: u64) {
        for number in seq(self.office()) + 1..=until {
            self.at_tick(number);
            wait_for("a tick", || seq(self.office()) == number);
        }
        wait_for("the relay", || head(&self.relay) == head(self.office()));
    }

    /// The clock a moment after a tick; the first is at 00:00 UTC.
    fn at_tick(&self, number: u64) {
        let seconds = (number - 1) * TICK_SECONDS + 7_200;
        let time = self.ground.day.plus(seconds);
        self.ground.clock.set(time).expect("the clock is set");
    }

    fn time_of(&self, number: u64) -> UnixTime {
        self.ground.day.plus((number - 1) * TICK_SECONDS)
    }

    /// Why the office does not run; it ends at once when it does.
    fn refused(&self) -> String {
        code(self.office().run(&["run", "--until-stdin-closes"]))
    }

    fn goes_on_with(&self, number: u64) {
        let running = started(self.office());
        self.at_tick(number);
        wait_for("the next tick", || seq(self.office()) == number);
        wait_for("the relay", || head(&self.relay) == head(self.office()));
        drop(running);
        let ticks = self.ground.ticks();
        let expected = (1..=number).map(|number| (number, self.time_of(number)));
        assert!(
            ticks.into_iter().eq(expected),
            "each tick once, in its place"
        );
        assert_eq!(
            files_of(self.office().folder()),
            files_of(self.relay.folder())
        );
        let spool = fs::read_dir(self.relay.folder().join("spool")).expect("a spool");
        let evidence = spool.flatten().filter(|entry| {
            let name = entry.file_name();
            name.to_string_lossy().starts_with("two-")
        });
        assert_eq!(evidence.count(), 0, "nobody saw two histories");
    }
}

fn edit(home: &Path, from: &str, to: &str) {
    let file = home.join("node.toml");
    let text = fs::read_to_string(&file).expect("settings");
    assert!(text.contains(from), "{text}");
    fs::write(&file, text.replace(from, to)).expect("settings are written");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (path, copied) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &copied);
        } else {
            fs::copy(&path, &copied).expect("a file is copied");
        }
    }
}

fn beside(home: &Path, name: &str) -> PathBuf {
    home.with_file_name(name)
}

#[test]
fn an_older_copy_of_an_office_signs_nothing_until_it_has_caught_up_with_its_log() {
    let pair = Pair::new();
    pair.publish(3);
    let home = pair.office().folder().to_owned();
    let old = beside(&home, "old");
    copy(&home, &old);
    pair.publish(5);
    fs::rename(&home, beside(&home, "lost")).expect("the home is gone");
    copy(&old, &home);
    let before = files_of(pair.relay.folder());

    assert_eq!(pair.refused(), "Run::LogAhead");
    assert_eq!(pair.refused(), "Run::LogAhead");
    let done = pair.office().run(&["catch-up"]).expect("it catches up");
    assert_eq!((&done["seq"], &done["answered"]), (&5.into(), &1.into()));
    assert_eq!(files_of(&home), before);
    pair.goes_on_with(6);
}

#[test]
fn an_older_copy_that_asks_nobody_signs_another_tick_in_place_of_one_that_is_published() {
    let pair = Pair::new();
    pair.publish(3);
    let home = pair.office().folder().to_owned();
    let old = beside(&home, "old");
    copy(&home, &old);
    pair.publish(5);
    let published = pair.ground.ticks();
    fs::rename(&home, beside(&home, "lost")).expect("the home is gone");
    copy(&old, &home);
    let peers = format!("\"{}\"", pair.relay_runs.address());
    edit(&home, &peers, "");
    let running = started(pair.office());
    wait_for("a tick", || seq(pair.office()) == 4);
    drop(running);
    assert_ne!(pair.ground.ticks()[&4], published[&4]);
}

/// A backup of the running office at its third tick; then two more ticks, and the home is lost.
fn lost_after_backup(pair: &Pair, while_running: impl FnOnce()) -> [String; 3] {
    let [file, secret] = ["backup.lachan", "passphrase.txt"].map(|name| pair.ground.file(name));
    fs::write(&secret, "chiều mưa trên sông nhỏ\n").expect("a passphrase");
    let running = started(pair.office());
    pair.publish_running(3);
    let args = ["backup", "--out", &file, "--passphrase-file", &secret];
    pair.office().run(&args).expect("a backup");
    assert_eq!(code(pair.office().run(&args)), "Backup::AlreadyThere");
    while_running();
    pair.publish_running(5);
    drop(running);
    let home = pair.office().folder().to_owned();
    fs::rename(&home, beside(&home, "lost")).expect("the home is gone");
    let wrong = pair.ground.file("wrong.txt");
    fs::write(&wrong, "another passphrase\n").expect("a passphrase");
    [file, secret, wrong]
}

fn restore(pair: &Pair, file: &str, secret: &str) {
    let args = ["restore", "--from", file, "--passphrase-file", secret];
    let done = pair.office().run(&args).expect("a home");
    assert_eq!(done["catch_up"], true);
}

#[test]
fn an_office_restored_from_a_backup_goes_on_behind_the_newest_tick_that_others_hold() {
    let pair = Pair::new();
    let [file, secret, wrong] = lost_after_backup(&pair, || {});
    let refused = ["restore", "--from", &file, "--passphrase-file", &wrong];
    let refused = code(pair.office().run(&refused));
    assert_eq!(refused, "SealedFile::WrongPassphrase");
    assert!(!pair.office().folder().exists());
    restore(&pair, &file, &secret);
    let keys = fs::read_dir(pair.office().folder().join("keys")).expect("keys");
    let names = keys.flatten().map(|entry| entry.file_name());
    let names: Vec<String> = names.map(|name| name.to_string_lossy().into()).collect();
    for ends in ["epoch-", "vault-", "prekey-"] {
        assert!(
            !names.iter().any(|name| name.starts_with(ends)),
            "{names:?}"
        );
    }

    assert_eq!(pair.refused(), "Run::Restored");
    assert_eq!(code(pair.office().run(&["repair"])), "Run::Restored");
    let doctor = pair.office().run(&["doctor"]).expect("a doctor");
    assert_eq!(doctor["worst"], "bad");
    let done = pair.office().run(&["catch-up"]).expect("it catches up");
    assert_eq!(
        (&done["seq"], &done["registrations"]),
        (&5.into(), &0.into())
    );
    pair.goes_on_with(6);
}

#[test]
fn a_restored_office_without_its_mark_begins_its_ticks_anew() {
    let pair = Pair::new();
    let [file, secret, _] = lost_after_backup(&pair, || {});
    restore(&pair, &file, &secret);
    let home = pair.office().folder();
    fs::remove_file(home.join("restored")).expect("a mark");
    let peers = format!("\"{}\"", pair.relay_runs.address());
    edit(home, &peers, "");
    let running = started(pair.office());
    wait_for("a tick", || seq(pair.office()) == 1);
    drop(running);
}

#[test]
fn a_restored_office_whose_backup_lacks_a_registration_of_the_log_does_not_go_on() {
    let pair = Pair::new();
    let venue = pair.ground.client("venue");
    let [file, secret, _] = lost_after_backup(&pair, || {
        let ready = fs::read_to_string(pair.office().folder().join("ready.json"));
        let ready: serde_json::Value =
            serde_json::from_str(&ready.expect("ready")).expect("an object");
        let at = ready["addresses"][0].as_str().expect("an address");
        let args = [
            "venue",
            "register",
            "--schedule",
            "screen",
            "--name",
            "Quán",
            "--kind",
            "1",
            "--from",
            at,
        ];
        venue.run(&args).expect("a registration");
    });
    restore(&pair, &file, &secret);
    let refused = code(pair.office().run(&["catch-up"]));
    assert_eq!(refused, "CatchUp::RegistrationsLost");
    assert_eq!(pair.refused(), "Run::Restored");
}

#[test]
fn a_relay_takes_a_newer_trust_list_out_of_a_log_and_keeps_it() {
    let pair = Pair::new();
    pair.publish(1);
    let list = pair.ground.file("newer.txt");
    pair.ground.sign(2, &list);
    let office = pair.office();
    let install = [
        "trust",
        "install",
        "--trust",
        &list,
        "--root",
        &pair.ground.vkey,
    ];
    office.run(&install).expect("installed");
    let running = started(office);
    let newer = fs::read(&list).expect("a list");
    let taken = || fs::read(pair.relay.folder().join("trust.txt")).expect("a list") == newer;
    wait_for("the list", taken);
    wait_for("the relay", || {
        let status = pair.relay.run(&["status"]);
        status.is_ok_and(|status| status["logs"][0]["size"].as_u64() > Some(0))
    });
    drop(running);
}
