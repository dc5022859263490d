//! The clock moved by hours, days and years, under every command: nothing is lost, no visit is negative, every refusal
//! has a name. Knows the command line; one control reaches behind it, into the store.
//! Specified in specs/protocol.md §12.2.

use super::kit::{NINE_IN_HANOI, Ran, Venue, World, copy_dir, fast_dir};
use lachan_client::store::ClientStore;
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::entry::MinuteMask;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::time::UnixTime;
use lachan_shell::arguments::parse_time;
use lachan_store::{Batch, Tree};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// Eleven places for the clock, as seconds from the true time.
const SHIFTS: [i64; 11] = [
    -400 * DAY,
    -60 * DAY,
    -29 * DAY,
    -DAY,
    -2 * HOUR,
    0,
    2 * HOUR,
    DAY,
    13 * DAY,
    45 * DAY,
    400 * DAY,
];
const NOON_TICK: UnixTime = UnixTime(NINE_IN_HANOI.0 + 4 * 3_600);
/// Ten past nine on the second day: a visit has been open for ten minutes.
const NOW: UnixTime = UnixTime(NINE_IN_HANOI.0 + 86_400 + 1_200);
const ARRIVAL: UnixTime = UnixTime(NOW.0 - 600);

fn shifted(by: i64) -> UnixTime {
    UnixTime(NOW.0.checked_add_signed(by).unwrap())
}

/// A person who was warned of yesterday's visit and has one open now; half of the lists were read.
struct Stage {
    world: World,
    pho: Venue,
    dir: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let mut world = World::new();
        let pho = world.register(KeySchedule::Screen, "Phở Thìn");
        let cafe = world.register(KeySchedule::Sheet, "Cà phê Giảng");
        let dir = fast_dir();
        let stage = |stage: &World, time: UnixTime, args: &[&str]| {
            stage.set_clock(time);
            let home = dir.path().join("home");
            stage.run(home.to_str().unwrap(), args).data()
        };
        world.init(dir.path().join("home").to_str().unwrap());
        let url = pho.url(NINE_IN_HANOI);
        stage(&world, NINE_IN_HANOI, &["check-in", &url, "--yes"]);
        stage(&world, NINE_IN_HANOI.plus(1_800), &["check-out"]);
        let release = (
            &pho,
            NINE_IN_HANOI.window(),
            MinuteMask::ALL,
            Advice::TakeTest,
        );
        world.publish(NOON_TICK, &[release]);
        world.publish(NOON_TICK.plus(2 * 21_600), &[]);
        let log = world.log();
        let sync = ["sync", "--from", log.to_str().unwrap()];
        stage(&world, NOON_TICK.plus(2 * 21_600 + 60), &sync);
        world.publish(NOON_TICK.plus(3 * 21_600), &[]);
        let url = cafe.url(ARRIVAL);
        stage(&world, ARRIVAL, &["check-in", &url, "--yes"]);
        Self { world, pho, dir }
    }

    /// A copy of the person's home.
    fn home(&self, name: &str) -> String {
        let to = self.dir.path().join(name);
        copy_dir(&self.dir.path().join("home"), &to);
        to.to_str().unwrap().to_owned()
    }

    /// The nine commands, as words.
    fn commands(&self) -> [(&'static str, Vec<String>); 9] {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let at = |time: UnixTime| time.0.to_string();
        let url = self.pho.url(NOW);
        let log = self.world.log();
        [
            ("check-in", words(&["check-in", &url, "--yes"])),
            (
                "check-in --at",
                words(&["check-in", &url, "--yes", "--at", &at(NOW.minus(60))]),
            ),
            ("check-out", words(&["check-out"])),
            (
                "check-out --at",
                words(&["check-out", "--at", &at(NOW.minus(60))]),
            ),
            (
                "check-out --arrived",
                words(&["check-out", "--arrived", &at(ARRIVAL.minus(300))]),
            ),
            ("sync", words(&["sync", "--from", log.to_str().unwrap()])),
            ("exposures", words(&["exposures"])),
            ("visits", words(&["visits"])),
            ("status", words(&["status"])),
        ]
    }
}

/// The tokens of each day, as they lie on the disk.
fn tokens(home: &str) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(Path::new(home).join("tokens")).unwrap();
    let files = entries.map(|entry| entry.unwrap());
    files
        .map(|file| (file.file_name().into_string().unwrap(), file.path()))
        .filter(|(name, _)| name.starts_with("20"))
        .map(|(name, path)| (name, std::fs::read(path).unwrap()))
        .collect()
}

/// Refusals that a wrong clock may meet; each has a text and a hint in both languages, or would not compile.
const NAMED: [&str; 9] = [
    "Citizen::ArrivalInFuture",
    "Citizen::BelowFloor",
    "Citizen::DepartureBeforeArrival",
    "Citizen::DepartureInFuture",
    "Citizen::NoOpenVisit",
    "Citizen::TrustListExpired",
    "VenueCode::Expired",
    "VenueCode::NotYetValid",
    "Batch::TimeInFuture",
];

fn judge(ran: &Ran, at: &str) -> Option<String> {
    assert!(!ran.stderr.contains("panicked"), "{at}: {}", ran.stderr);
    if ran.exit == 0 {
        no_negative_visit(&ran.json()["data"], at);
        return None;
    }
    let error = ran.json()["error"].clone();
    assert!(!error["hint"].as_str().unwrap().is_empty(), "{at}: no hint");
    Some(ran.error())
}

fn no_negative_visit(data: &Value, at: &str) {
    let time = |name: &str| data[name].as_str().map(|text| parse_time(text).unwrap());
    if let Some(arrival) = time("arrival") {
        for end in ["departure", "until"].into_iter().filter_map(time) {
            assert!(end >= arrival, "{at}: {data}");
        }
    }
    if data["before"].is_object() {
        no_negative_visit(&data["before"], at);
    }
}

#[test]
fn nothing_is_lost_wherever_the_clock_stands() {
    let stage = Stage::new();
    let before = tokens(&stage.home("untouched"));
    let [first, second] = ["2026-11-24", "2026-11-25"];
    assert_eq!(before.keys().collect::<Vec<_>>(), [first, second]);
    let mut worked = 0;
    let mut refused = BTreeMap::new();
    for (name, words) in stage.commands() {
        for by in SHIFTS {
            let at = format!("{name}, the clock moved by {by} s");
            let home = stage.home("moved");
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            stage.world.set_clock(shifted(by));
            match judge(&stage.world.run(&home, &words), &at) {
                None => worked += 1,
                Some(code) => {
                    assert!(NAMED.contains(&code.as_str()), "{at}: {code}");
                    *refused.entry(code).or_insert(0) += 1;
                }
            }
            // The clock is right again: all is there as if it had never been moved.
            let after = tokens(&home);
            assert_eq!(after.get(first), before.get(first), "{at}");
            assert!(!after[second].is_empty(), "{at}");
            stage.world.set_clock(NOW.plus(30));
            let warned = stage.world.run(&home, &["exposures"]).data();
            assert_eq!(warned["exposures"][0]["minutes"], 30, "{at}: {warned}");
            std::fs::remove_dir_all(home).unwrap();
        }
    }
    // Controls: the right clock works for every command, and wrong ones do meet the defences.
    assert!(worked >= 9 + 3 * 10, "{worked} worked, {refused:?}");
    for code in [
        "Citizen::BelowFloor",
        "Citizen::DepartureBeforeArrival",
        "VenueCode::Expired",
    ] {
        assert!(refused.contains_key(code), "{refused:?}");
    }
}

/// An hour is published; whoever seals to it afterwards, lured by a clock moved back, would be warned for nothing.
#[test]
fn a_published_hour_cannot_be_sealed_to_afterwards() {
    let mut world = World::new();
    let cafe = world.register(KeySchedule::Sheet, "Cà phê Giảng");
    for person in ["an", "binh"] {
        world.init(person);
    }
    let release = (
        &cafe,
        NINE_IN_HANOI.window(),
        MinuteMask::ALL,
        Advice::StayAtHome,
    );
    world.publish(NOON_TICK, &[release]);
    world.set_clock(NOON_TICK.plus(60));
    for person in ["an", "binh"] {
        world.sync(person).data();
    }
    // The control: Bình's floor is taken away behind the program's back.
    let store = ClientStore::open(&world.path("binh/state")).unwrap();
    let none = Batch::new().put(Tree::new("floor"), b"floor", 0_u64.to_be_bytes());
    store.inner().commit(&none).unwrap();
    drop(store);
    let url = cafe.url(NINE_IN_HANOI.plus(600));
    let attack = |person: &str, clock: UnixTime, more: &[&str]| {
        world.set_clock(clock);
        let words = [&["check-in", &url, "--yes"], more].concat();
        let ran = world.run(person, &words);
        world.set_clock(NOON_TICK.plus(120));
        world.run(person, &["status"]).data();
        ran
    };
    let lured = NINE_IN_HANOI.plus(600);
    let said = lured.0.to_string();
    assert_eq!(attack("an", lured, &[]).error(), "Citizen::BelowFloor");
    // Nor can such a clock make old lists look fresh.
    world.set_clock(lured);
    let silence = world.run("an", &["exposures"]).error();
    assert_eq!(silence, "Silence::ClockBehind");
    let by_hand = attack("an", NOON_TICK.plus(100), &["--at", &said]);
    assert_eq!(by_hand.error(), "Citizen::BelowFloor");
    let data = attack("binh", lured, &[]).data();
    assert_eq!(
        data["action"], "checked-in",
        "control: without a floor it is sealed"
    );
    // With every list read again, only Bình is told a lie.
    for person in ["an", "binh"] {
        let store = ClientStore::open(&world.path(person).join("state")).unwrap();
        store.read_anew(UnixTime(0)).unwrap();
        drop(store);
        world.sync(person).data();
    }
    let told = |person: &str| world.run(person, &["exposures"]).data()["exposures"].clone();
    assert_eq!(told("an"), json!([]));
    assert_eq!(
        told("binh")[0]["venue"],
        "Cà phê Giảng",
        "control: the attack works"
    );
}

/// The arrival of an open visit may be corrected, within the code's time and not below the floor.
#[test]
fn an_arrival_is_edited_within_its_bounds() {
    let mut world = World::new();
    let cafe = world.register(KeySchedule::Sheet, "Cà phê Giảng");
    let at = |minutes: u64| NINE_IN_HANOI.plus(minutes * 60);
    let fresh = |world: &World, person: &str| {
        world.init(person);
        world.set_clock(at(70));
        let url = cafe.url(at(70));
        world.run(person, &["check-in", &url, "--yes"]).data();
    };
    let leave = |world: &World, person: &str, arrived: UnixTime| {
        world.set_clock(at(80));
        let arrived = arrived.0.to_string();
        world.run(person, &["check-out", "--arrived", &arrived])
    };
    let hours =
        |world: &World, person: &str| world.run(person, &["visits"]).data()["hours"].clone();
    fresh(&world, "an");
    assert_eq!(
        hours(&world, "an"),
        2,
        "as the check-in sealed them, to the expected end"
    );
    let refused = |arrived| leave(&world, "an", arrived).error();
    assert_eq!(refused(at(81)), "Citizen::DepartureBeforeArrival");
    assert_eq!(
        refused(NINE_IN_HANOI.minus(1)),
        "Citizen::ArrivalOutsideCode"
    );
    let data = leave(&world, "an", at(50)).data();
    assert_eq!(data["arrival"], "2026-11-24T02:50:00Z");
    assert_eq!(
        hours(&world, "an"),
        2,
        "the hour from nine was sealed too, that after ten to its end"
    );
    // Later than noted: the hour before it is given up.
    world.init("chi");
    world.set_clock(at(50));
    let url = cafe.url(at(50));
    world.run("chi", &["check-in", &url, "--yes"]).data();
    leave(&world, "chi", at(65)).data();
    assert_eq!(hours(&world, "chi"), 1);
    // What a second scan made final stays as it is.
    fresh(&world, "dung");
    world.set_clock(at(200));
    let url = cafe.url(at(200));
    world.run("dung", &["status"]).data();
    world.run("dung", &["check-in", &url, "--yes"]).data();
    let other = world.register(KeySchedule::Sheet, "Cà phê Giảng");
    world.set_clock(at(250));
    let url = other.url(at(250));
    world
        .run("dung", &["check-in", &url, "--yes", "--stay"])
        .data();
    let arrived = at(210).0.to_string();
    let edited = world.run("dung", &["check-out", "--arrived", &arrived]);
    assert_eq!(edited.error(), "Citizen::HoursAreFinal");
    // Below the floor no earlier arrival is taken.
    world.init("binh");
    world.set_clock(NOON_TICK.minus(300));
    let url = cafe.url(NOON_TICK.minus(300));
    world.run("binh", &["check-in", &url, "--yes"]).data();
    world.publish(NOON_TICK, &[]);
    world.set_clock(NOON_TICK.plus(60));
    world.sync("binh").data();
    let edit = |before: u64| {
        let arrived = NOON_TICK.minus(before).0.to_string();
        world.run("binh", &["check-out", "--arrived", &arrived])
    };
    assert_eq!(edit(601).error(), "Citizen::BelowFloor");
    assert_eq!(edit(600).data()["arrival"], "2026-11-24T05:50:00Z");
}
