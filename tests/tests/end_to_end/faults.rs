//! Programs that are killed in the middle of what they do, and neighbours that are not there: nothing is lost,
//! nothing happens twice. Knows the programs from outside, and the files of a log.
//! Specified in specs/protocol.md §8.6, §12.5, §13.2 and §14.4.

use lachan_protocol::exposure::batch::{BatchRules, ExposureBatch, UnverifiedBatchPart};
use lachan_protocol::id::OriginHash;
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::log::leaf::Leaf;
use lachan_protocol::log::note::{SignedNote, Vkey};
use lachan_protocol::log::tile_set::entries_from_bundle;
use lachan_protocol::log::tiles::{Resource, bundle_in};
use lachan_protocol::time::{DAY_SECONDS, UnixTime};
use lachan_protocol::trust::TrustList;
use lachan_tests::home::{CommandError, Home, Running, Signal};
use lachan_tests::programs::{Profile, Programs};
use lachan_tests::test_clock::{TestClock, real_now};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const ORIGIN: &str = "log.lachan.example/faults";
pub(crate) const TICK_SECONDS: u64 = 21_600;
const ANYWHERE: &str = "/ip4/127.0.0.1/tcp/0";

/// An office that trusts itself, and a clock for everybody.
pub(crate) struct Ground {
    pub(crate) folder: TempDir,
    pub(crate) programs: Programs,
    pub(crate) clock: TestClock,
    /// 00:00 UTC of the day.
    pub(crate) day: UnixTime,
    pub(crate) office: Home,
    pub(crate) vkey: String,
}

impl Ground {
    pub(crate) fn new() -> Self {
        let programs = Programs::build(Profile::Dev).expect("cargo builds the programs");
        let folder = tempfile::tempdir().expect("a folder");
        let clock = TestClock::create(&folder.path().join("clock")).expect("a clock");
        let day = UnixTime(real_now().0 / DAY_SECONDS * DAY_SECONDS);
        clock.set(day.plus(2 * 3_600)).expect("the clock is set");
        let office = Home::new(
            &programs.node,
            &folder.path().join("office"),
            clock.file(),
            "en",
        );
        let mut ground = Self {
            folder,
            programs,
            clock,
            day,
            office,
            vkey: String::new(),
        };
        ground.found();
        ground
    }

    fn found(&mut self) {
        let run = |args: &[&str]| self.office.run(args).expect("the office is founded");
        run(&[
            "init",
            "office",
            "--test-clock",
            "--listen",
            ANYWHERE,
            "--origin",
            ORIGIN,
            "--name-vi",
            "Trung tâm Y tế",
            "--name-en",
            "Health Centre",
            "--region",
            "1",
            "--phone",
            "1900 0000",
        ]);
        let key = self.file("root.key");
        let root = run(&["trust", "root", "--out", &key]);
        let vkey = root["vkey"].as_str().expect("a vkey").to_owned();
        let list = self.list();
        self.sign(1, &list);
        run(&["trust", "install", "--trust", &list, "--root", &vkey]);
        self.vkey = vkey;
    }

    /// Signs a trust list of the office alone.
    pub(crate) fn sign(&self, sequence: u64, out: &str) {
        let (key, sequence) = (self.file("root.key"), sequence.to_string());
        let until = self.day.plus(400 * DAY_SECONDS).to_string();
        let authority = self.office.folder().join("authority.txt");
        let authority = authority.display().to_string();
        let sign = [
            "trust",
            "sign",
            "--root-key",
            &key,
            "--sequence",
            &sequence,
            "--until",
            &until,
            "--authority",
            &authority,
            "--out",
            out,
        ];
        self.office.run(&sign).expect("the list is signed");
    }

    pub(crate) fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub(crate) fn list(&self) -> String {
        self.file("trust.txt")
    }

    pub(crate) fn relay(&self, name: &str, args: &[&str]) -> Home {
        let folder = self.folder.path().join(name);
        let home = Home::new(&self.programs.node, &folder, self.clock.file(), "en");
        let list = self.list();
        let init = [
            "init",
            "relay",
            "--test-clock",
            "--listen",
            ANYWHERE,
            "--trust",
            &list,
            "--root",
            &self.vkey,
        ];
        home.run(&[&init[..], args].concat()).expect("a relay");
        home
    }

    pub(crate) fn client(&self, name: &str) -> Home {
        let folder = self.folder.path().join(name);
        let home = Home::new(&self.programs.lachan, &folder, self.clock.file(), "en");
        let list = self.list();
        home.run(&[
            "init",
            "--test-clock",
            "--trust",
            &list,
            "--root",
            &self.vkey,
        ])
        .expect("a client");
        home
    }

    /// The ticks of the office's log, each whole, by their seq; every leaf is verified.
    pub(crate) fn ticks(&self) -> BTreeMap<u64, UnixTime> {
        let note = std::fs::read(self.list()).expect("the trust list");
        let root = Vkey::from_text(&self.vkey).expect("a vkey");
        let trust = TrustList::read(&note, &root).expect("the list is the root's");
        let authority = &trust.authorities()[0];
        let mut parts: BTreeMap<u64, Vec<_>> = BTreeMap::new();
        for bytes in leaves_of(self.office.folder()) {
            let leaf = Leaf::verify(&bytes, &authority.id(), authority.batch_key());
            if let Leaf::Batch(bytes) = leaf.expect("a leaf of the authority") {
                let part = UnverifiedBatchPart::from_bytes(bytes).expect("a part");
                let part = part.verify(&BatchRules {
                    authority: authority.id(),
                    region: authority.first_region(),
                    batch_key: authority.batch_key(),
                    clock_seconds: authority.clock(),
                    latest: UnixTime(u64::MAX),
                });
                let part = part.expect("a part that verifies");
                parts.entry(part.head().seq).or_default().push(part);
            }
        }
        let whole = |(seq, parts)| {
            // refuses a part that is there twice
            let batch = ExposureBatch::join(parts).expect("a whole tick, once");
            (seq, batch.head().time)
        };
        parts.into_iter().map(whole).collect()
    }
}

pub(crate) fn log_folder(home: &Path) -> PathBuf {
    let origin = OriginHash::of_origin(ORIGIN).to_string();
    home.join("log").join(origin)
}

fn leaves_of(home: &Path) -> Vec<Vec<u8>> {
    let read = |resource: Resource| std::fs::read(log_folder(home).join(resource.to_path()));
    let note = read(Resource::Checkpoint).expect("a checkpoint");
    let note = SignedNote::from_bytes(&note).expect("a note");
    let size = Checkpoint::from_text(note.text())
        .expect("a checkpoint")
        .size;
    let mut leaves = Vec::new();
    for bundle in (0..).map_while(|index| bundle_in(index, size)) {
        let Resource::Entries { width, .. } = bundle else {
            continue;
        };
        let bytes = read(bundle).expect("a bundle");
        let entries = entries_from_bundle(&bytes, width).expect("a bundle");
        leaves.extend(entries.into_iter().map(<[u8]>::to_vec));
    }
    leaves
}

/// All files of a copy of the log, by path.
pub(crate) fn files_of(home: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let base = log_folder(home);
    let (mut files, mut folders) = (BTreeMap::new(), vec![base.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match std::fs::read(&path) {
                Ok(bytes) => {
                    let name = path.strip_prefix(&base).expect("below the folder");
                    files.insert(name.to_owned(), bytes);
                }
                Err(_) => folders.push(path),
            }
        }
    }
    files
}

pub(crate) fn wait_for(what: &str, mut look: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !look() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(25));
    }
}

pub(crate) fn seq(office: &Home) -> u64 {
    let status = office.run(&["status"]).expect("a status");
    status["office"]["seq"].as_u64().unwrap_or(0)
}

/// The head of the only log; a node that has just started may have none yet.
pub(crate) fn head(node: &Home) -> Value {
    let status = node.run(&["status"]).expect("a status");
    let log = &status["logs"][0];
    serde_json::json!([log["size"], log["root"]])
}

pub(crate) fn started(home: &Home) -> Running {
    let said = |error| {
        let log = std::fs::read_to_string(home.folder().with_extension("log"));
        (error, log)
    };
    home.start().map_err(said).expect("a node that serves")
}

pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, CommandError>) -> String {
    result.expect_err("refused").code().to_owned()
}

#[test]
fn an_office_killed_around_a_tick_publishes_it_exactly_once() {
    const ROUNDS: u64 = 10;
    let ground = Ground::new();
    let mut running = started(&ground.office);
    let relay = ground.relay("relay", &["--peer", running.address()]);
    let _relay = started(&relay);
    wait_for("the first tick", || seq(&ground.office) == 1);
    for round in 1..=ROUNDS {
        let tick = ground.day.plus(round * TICK_SECONDS + 60);
        ground.clock.set(tick).expect("the clock is set");
        // the clock is looked at five times a second: before, within and after the tick
        std::thread::sleep(Duration::from_millis(30 * round));
        running.kill();
        running = started(&ground.office);
        wait_for("the tick", || seq(&ground.office) == round + 1);
    }
    let expected = (0..=ROUNDS).map(|tick| (tick + 1, ground.day.plus(tick * TICK_SECONDS)));
    assert_eq!(ground.ticks(), expected.collect());
    wait_for("the relay", || head(&relay) == head(&ground.office));
    assert_eq!(files_of(relay.folder()), files_of(ground.office.folder()));
    let client = ground.client("client");
    let log = log_folder(ground.office.folder()).display().to_string();
    let synced = client
        .run(&["sync", "--from", &log])
        .expect("a log to read");
    assert_eq!(synced["authorities"][0]["ticks"], ROUNDS + 1);
}

#[test]
fn a_relay_that_is_killed_catches_up_and_holds_the_same_files() {
    let ground = Ground::new();
    let office = started(&ground.office);
    let first = ground.relay("first", &["--peer", office.address()]);
    let first_running = started(&first);
    // this one knows the office only through the other
    let second = ground.relay("second", &["--peer", first_running.address()]);
    let mut second_running = started(&second);
    for round in 1..=6 {
        let tick = ground.day.plus(round * TICK_SECONDS + 60);
        ground.clock.set(tick).expect("the clock is set");
        wait_for("the tick", || seq(&ground.office) == round + 1);
        std::thread::sleep(Duration::from_millis(20 * round));
        second_running.kill();
        assert!(second.folder().join("ready.json").exists(), "left behind");
        second_running = started(&second);
    }
    wait_for("the second relay", || head(&second) == head(&ground.office));
    assert_eq!(files_of(second.folder()), files_of(ground.office.folder()));
    // a clean end takes back what was said, by whichever way it comes
    assert!(second_running.signal(Signal::TERM));
    assert!(first_running.signal(Signal::INT));
    for home in [&first, &second] {
        assert!(!home.folder().join("ready.json").exists());
        assert!(!home.folder().join("control.sock").exists());
        assert_eq!(code(home.run(&["status"])), "Control::NotRunning");
    }
}

#[test]
fn a_sync_that_is_killed_neither_loses_nor_doubles_a_warning() {
    let ground = Ground::new();
    let office_running = started(&ground.office);
    let office = office_running.address();
    let relay = ground.relay("relay", &["--peer", office, "--office-at", office]);
    let relay_running = started(&relay);
    let from = relay_running.address().to_owned();
    let (venue, guest) = (ground.client("venue"), ground.client("guest"));
    let first = ground.day.plus(3_600).to_string();
    let register = [
        "venue",
        "register",
        "--schedule",
        "screen",
        "--name",
        "Quán Phở",
        "--kind",
        "restaurant",
        "--first",
        &first,
        "--hours",
        "24",
        "--from",
        &from,
    ];
    // a relay whose office is away says so, and a moment later it works
    let (office, away) = (ground.office.clone(), office_running);
    away.kill();
    let refused = code(venue.run(&register));
    assert_eq!(refused, "Link::Refused");
    let _office = started(&office);
    let mut registered = Value::Null;
    wait_for("a registration", || {
        let answer = venue.run(&register);
        registered = answer.unwrap_or_default();
        registered["code_id"].is_string()
    });
    let id = registered["code_id"].as_str().expect("an id").to_owned();
    let code = venue.run(&["venue", "show", &id]).expect("a code");
    let url = code["url"].as_str().expect("a URL");
    guest.run(&["check-in", url, "--yes"]).expect("a visit");
    ground
        .clock
        .set(ground.day.plus(5 * 3_600))
        .expect("the clock is set");
    let (start, end) = (
        ground.day.plus(2 * 3_600).to_string(),
        ground.day.plus(3 * 3_600).to_string(),
    );
    let asked = [
        "release", "request", "--venue", &id, "--from", &start, "--to", &end,
    ];
    let asked = office.run(&asked).expect("a request");
    let request = asked["request"].as_str().expect("a request").to_owned();
    wait_for("the request", || {
        let polled = venue.run(&["venue", "requests", "--from", &from]);
        polled.is_ok_and(|polled| polled["requests"][0]["request"] == request.as_str())
    });
    venue
        .run(&["venue", "approve", &request, "--from", &from])
        .ok();
    wait_for("the answer", || {
        venue.run(&["venue", "requests", "--from", &from]).ok();
        let status = office.run(&["status"]).expect("a status");
        status["office"]["requests"]["answered"] == 1
    });
    let tick = ground.day.plus(TICK_SECONDS + 60);
    ground.clock.set(tick).expect("the clock is set");
    wait_for("the tick", || seq(&office) == 2);
    wait_for("the relay", || head(&relay) == head(&office));
    for round in 0..10 {
        let folder = ground.folder.path().join(format!("guest-{round}"));
        copy(guest.folder(), &folder);
        let guest = guest.moved_to(&folder);
        let mut sync = guest.begin(&["sync", "--from", &from]).expect("a sync");
        std::thread::sleep(Duration::from_millis(30 * round));
        sync.kill().ok();
        sync.wait().expect("it ended");
        guest.run(&["sync", "--from", &from]).expect("a sync");
        let told = guest.run(&["exposures"]).expect("an answer");
        let told = told["exposures"].as_array().map_or(0, Vec::len);
        assert_eq!(told, 1, "killed after {} ms", 30 * round);
    }
}

fn copy(from: &Path, to: &Path) {
    let mut command = std::process::Command::new("cp");
    let done = command.arg("-a").args([from, to]).status();
    assert!(done.expect("cp").success());
}

#[test]
fn what_a_node_cannot_begin_with_is_said_by_name() {
    let ground = Ground::new();
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a socket");
    let port = taken.local_addr().expect("an address").port();
    let at = format!("/ip4/127.0.0.1/tcp/{port}");
    let list = ground.list();
    let folder = ground.folder.path().join("relay");
    let relay = Home::new(&ground.programs.node, &folder, ground.clock.file(), "en");
    let init = [
        "init",
        "relay",
        "--test-clock",
        "--trust",
        &list,
        "--root",
        &ground.vkey,
    ];
    relay
        .run(&[&init[..], &["--listen", &at]].concat())
        .expect("a relay");
    let run = ["run", "--until-stdin-closes"];
    assert_eq!(code(relay.run(&run)), "Net::CannotListen");
    assert!(!folder.join("ready.json").exists());
    // an office that the trust list does not name
    let other = Ground::new();
    let installed = ground.office.run(&[
        "trust",
        "install",
        "--trust",
        &other.list(),
        "--root",
        &other.vkey,
    ]);
    let refused = installed.and_then(|_| ground.office.run(&run));
    assert_eq!(code(refused), "Trust::OtherKeys");
}
