//! What the commands print for people, in both languages: a small life told by one home, success and refusal.
//! Knows the command line only; what differs from run to run is redacted.
//! Specified in specs/protocol.md §12.

use super::kit::{NINE_IN_HANOI, World};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::entry::MinuteMask;
use lachan_protocol::keys::KeySchedule;

/// Folders, ids, keys and seconds are not the same in two runs.
fn redacted(world: &World, text: &str) -> String {
    let text = text.replace(&world.dir.path().display().to_string(), "FOLDER");
    let mut out = String::new();
    for word in text.split_inclusive([' ', '\n']) {
        let bare = word.trim_end();
        let core = bare.trim_end_matches(['.', ',', ';', ')']);
        let is_id = core.len() >= 16 && core.chars().all(|c| c.is_ascii_hexdigit());
        let is_code = core.starts_with("https://lachan.example/#");
        let is_key = core.starts_with("lachan-root+");
        let name = match (is_id, is_code, is_key) {
            (true, ..) => "ID",
            (_, true, _) => "URL",
            (_, _, true) => "VKEY",
            _ => core,
        };
        out.push_str(name);
        out.push_str(&word[core.len()..]);
    }
    out
}

struct Told<'a> {
    world: &'a World,
    lang: &'a str,
    minute: u64,
    text: String,
}

impl Told<'_> {
    /// Runs a command as `name` shows it, and writes down what it said.
    fn run(&mut self, args: &[&str]) {
        // ten seconds into the minute, before each command: the clock goes on while they run
        self.world
            .set_clock(NINE_IN_HANOI.plus(self.minute * 60 + 10));
        let all = [args, &["--lang", self.lang]].concat();
        let ran = self.world.run_with("an", &all, "");
        let call = redacted(self.world, &args.join(" "));
        let (out, err) = (&ran.stdout, &ran.stderr);
        let said = redacted(self.world, &format!("{out}[to standard error]\n{err}"));
        self.text += &format!("$ lachan {call}\n{said}[exit {}]\n\n", ran.exit);
    }
}

fn life(lang: &str) -> String {
    let mut world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    let url = pho.url(NINE_IN_HANOI);
    let tick = NINE_IN_HANOI.plus(4 * 3_600);
    let all = MinuteMask::new((1 << 60) - 1).unwrap();
    world.publish(
        tick,
        &[(&pho, NINE_IN_HANOI.window(), all, Advice::TakeTest)],
    );
    let (root, trust, log) = (world.root_key(), world.path("trust.txt"), world.log());
    let (trust, log) = (trust.display().to_string(), log.display().to_string());
    let mut told = Told {
        world: &world,
        lang,
        minute: 10,
        text: String::new(),
    };
    told.run(&["status"]);
    told.run(&["init", "--trust", &trust, "--root", &root, "--test-clock"]);
    told.run(&["init", "--trust", &trust, "--root", &root]);
    told.run(&["check-in", &url, "--yes"]);
    told.run(&["check-in", "https://example.org/#123", "--yes"]);
    told.run(&["status"]);
    told.minute = 45;
    told.run(&["check-out"]);
    told.run(&["check-out"]);
    told.run(&["visits"]);
    told.run(&["exposures"]);
    told.minute = 4 * 60 + 2;
    told.run(&["sync"]);
    told.run(&["sync", "--from", &log]);
    told.run(&["exposures"]);
    told.run(&["forget", "--day", "2026-11-24"]);
    told.run(&["forget", "--day", "2026-11-24", "--yes"]);
    told.run(&["venue", "status"]);
    told.run(&["venue", "show"]);
    told.run(&["chekin"]);
    told.text
}

#[test]
fn a_life_in_english() {
    insta::assert_snapshot!(life("en"));
}

#[test]
fn a_life_in_vietnamese() {
    insta::assert_snapshot!(life("vi"));
}

#[test]
fn what_differs_is_redacted_and_what_is_said_is_not() {
    let world = World::new();
    let path = world.path("x").display().to_string();
    let said = format!(
        "{path}: 00112233445566ff, https://lachan.example/#123.\nLeft at 09:10 with 3 hours"
    );
    assert_eq!(
        redacted(&world, &said),
        "FOLDER/x: ID, URL.\nLeft at 09:10 with 3 hours"
    );
}
