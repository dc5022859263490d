//! The door stamp: a visitor's program and a venue's display, as processes of their own, on one clock.
//! Knows the command line; the display reads only what lies in `codes/`.
//! Specified in specs/protocol.md §2.6.

use crate::kit::{NINE_IN_HANOI, Venue, World};
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::time::UnixTime;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A display of a venue, running.
struct Display(Child, std::io::Lines<BufReader<std::process::ChildStdout>>);

impl Display {
    /// Lays out the codes of these times in a home of its own, and starts the display there.
    fn start(world: &World, home: &str, venue: &Venue, times: &[UnixTime]) -> Self {
        let folder = world.path(home).join("codes").join(venue.code_id());
        std::fs::create_dir_all(&folder).unwrap();
        for time in times {
            let name = format!("{:010}.url", time.window().0);
            std::fs::write(folder.join(name), venue.url(*time)).unwrap();
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_lachan"))
            .args(["venue", "show", "--watch", "--json", "--home"])
            .arg(world.path(home))
            .arg("--clock")
            .arg(world.path("clock"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self(child, lines)
    }

    /// What it shows next.
    fn next(&mut self) -> Value {
        let line = self.1.next().unwrap().unwrap();
        serde_json::from_str::<Value>(&line).unwrap()["data"].clone()
    }

    /// The first of its next four screens with the visitor's stamp: processes do not run in step.
    fn shows(&mut self, stamp: &Value) -> Option<Value> {
        let same =
            |shown: &&Value| shown["words"] == stamp["words"] && shown["colour"] == stamp["colour"];
        (0..4).find_map(|_| self.next()["stamps"].as_array()?.iter().find(same).cloned())
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn at(minutes: u64) -> UnixTime {
    NINE_IN_HANOI.plus(minutes * 60 + 2)
}

#[test]
fn visitor_and_display_show_the_same_stamp_also_just_after_the_code_has_changed() {
    let world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở");
    for person in ["an", "screen"] {
        world.init(person);
    }
    world.set_clock(at(55));
    let stamp = world
        .run("an", &["check-in", &pho.url(at(55)), "--yes"])
        .data()["stamp"]
        .clone();
    assert_eq!(stamp["words"].as_array().unwrap().len(), 2);
    let codes = [at(55), at(65)];
    let shown = Display::start(&world, "screen", &pho, &codes)
        .shows(&stamp)
        .unwrap();
    assert_eq!(shown["current_code"], true);
    // Another code, and a minute is enough for another step.
    world.set_clock(at(65));
    let later = world.run("an", &["status"]).data()["open_visit"]["stamp"].clone();
    assert_ne!(later["words"], stamp["words"]);
    let mut display = Display::start(&world, "screen", &pho, &codes);
    let shown = display.shows(&later).unwrap();
    assert_eq!(shown["current_code"], false);
    // The code that was scanned is on no screen any more.
    world.set_clock(at(75));
    let visit = world.run("an", &["status"]).data()["open_visit"].clone();
    assert!(visit.is_object() && visit["stamp"].is_null(), "{visit}");
    let stamps = Display::start(&world, "screen", &pho, &codes).next()["stamps"].clone();
    assert_eq!(stamps.as_array().unwrap().len(), 2);
}

#[test]
fn a_stamp_of_another_venue_is_not_on_the_screen_and_a_sheet_has_none() {
    let world = World::new();
    let [pho, cafe] = ["Phở", "Cà phê"].map(|name| world.register(KeySchedule::Screen, name));
    let shop = world.register(KeySchedule::Sheet, "Tạp hoá");
    for person in ["an", "screen"] {
        world.init(person);
    }
    world.set_clock(at(20));
    let scan = |venue: &Venue| {
        let url = venue.url(at(20));
        world.run("an", &["check-in", &url, "--yes"]).data()["stamp"].clone()
    };
    assert!(scan(&shop).is_null());
    let stamp = scan(&cafe);
    let first = Display::start(&world, "screen", &pho, &[at(20)]).next();
    let stamps = first["stamps"].as_array().unwrap();
    assert!(stamps.len() == 2 && stamps.iter().all(|shown| shown["words"] != stamp["words"]));
}
