//! Every kind of code from its registration to its end, with real processes: slips, revocations, closings, hand-overs.
//! Knows the programs from outside.
//! Specified in specs/protocol.md §3, §4, §8.4 and §10.4.

use crate::faults::{Ground, code, started, wait_for};
use lachan_protocol::time::{DAY_SECONDS, UnixTime};
use lachan_tests::home::{Home, Running};
use std::path::Path;

/// An office that serves, with one relay before it.
struct Town {
    ground: Ground,
    office: Running,
    _relay: Running,
    from: String,
}

impl Town {
    fn new() -> Self {
        let ground = Ground::new();
        let office = started(&ground.office);
        let at = office.address();
        let relay = ground.relay("relay", &["--peer", at, "--office-at", at]);
        let relay = started(&relay);
        let from = relay.address().to_owned();
        Self {
            ground,
            office,
            _relay: relay,
            from,
        }
    }

    fn at(&self, hour: u64, minute: u64) -> UnixTime {
        self.ground.day.plus(hour * 3_600 + minute * 60)
    }

    fn set(&self, hour: u64, minute: u64) {
        let time = self.at(hour, minute);
        self.ground.clock.set(time).expect("the clock is set");
    }

    /// Registers a venue, waiting until the relay has the office's key of the day.
    fn register(&self, venue: &Home, more: &[&str]) -> String {
        let words = ["venue", "register", "--from", &self.from];
        let words = [&words[..], more].concat();
        let mut answer = venue.run(&words);
        wait_for("the registration", || {
            let waits = answer
                .as_ref()
                .is_err_and(|error| error.code() == "VenueTool::NoPrekey");
            if waits {
                answer = venue.run(&words);
            }
            !waits
        });
        let answer = answer.expect("registered");
        answer["code_id"].as_str().expect("its id").to_owned()
    }

    fn shown(&self, venue: &Home, id: &str) -> String {
        let shown = venue.run(&["venue", "show", id]).expect("a code");
        shown["url"].as_str().expect("a URL").to_owned()
    }

    /// A visit of the same hour.
    fn visit(&self, guest: &Home, url: &str, hour: u64) {
        self.set(hour, 5);
        guest.run(&["check-in", url, "--yes"]).expect("a visit");
        self.set(hour, 15);
        guest.run(&["check-out"]).expect("the end of it");
    }

    fn request(&self, id: &str, hour: u64) -> Result<String, String> {
        let (from, to) = (self.at(hour, 10).to_string(), self.at(hour, 40).to_string());
        let words = [
            "release", "request", "--venue", id, "--from", &from, "--to", &to, "--advice", "2",
        ];
        let asked = self.ground.office.run(&words);
        let asked = asked.map_err(|error| error.code().to_owned())?;
        Ok(asked["request"].as_str().expect("its id").to_owned())
    }

    /// The venue looks into its mailbox and approves.
    fn approve(&self, venue: &Home, request: &str) {
        let from = ["--from", &self.from];
        let look = [&["venue", "requests"][..], &from].concat();
        venue.run(&look).expect("a look");
        let words = [&["venue", "approve", request][..], &from].concat();
        let done = venue.run(&words).expect("an approval");
        assert_eq!(done["sent"], true);
    }

    fn sync(&self, client: &Home) {
        let words = ["sync", "--from", &self.from];
        client.run(&words).expect("a sync");
    }

    /// The relay must have what the office just wrote.
    fn sync_until(&self, client: &Home, what: &str, mut look: impl FnMut() -> bool) {
        wait_for(what, || {
            self.sync(client);
            look()
        });
    }
}

/// As answers write times.
fn rfc3339(time: UnixTime) -> String {
    let seconds = i64::try_from(time.0).expect("a time of ours");
    let time = jiff::Timestamp::from_second(seconds).expect("a time of ours");
    time.to_string()
}

fn secrets_of(home: &Home) -> usize {
    let names = std::fs::read_dir(home.folder().join("keys")).expect("the keys");
    let names = names.flatten().map(|entry| entry.file_name());
    names
        .filter(|name| name.to_string_lossy().starts_with("venue-"))
        .count()
}

fn laid_out(home: &Home, id: &str) -> usize {
    let folder = home.folder().join("codes").join(id);
    std::fs::read_dir(folder).map_or(0, |names| names.flatten().count())
}

const PHARMACY: [&str; 6] = [
    "--name",
    "Nhà thuốc Bến Nước",
    "--place",
    "3 ngõ Giếng",
    "--kind",
    "pharmacy",
];

#[test]
fn a_slip_is_printed_scanned_released_and_warns_who_was_there() {
    let town = Town::new();
    let [venue, guest, other] = ["pharmacy", "guest", "other"].map(|name| town.ground.client(name));
    let slips = ["--schedule", "slip", "--hours", "72"];
    let id = town.register(&venue, &[&slips[..], &PHARMACY].concat());
    let status = venue.run(&["venue", "status"]).expect("a status");
    assert_eq!(status["plans"][0]["schedule"], "slip");
    // One slip a local day: the first began at midnight in Vietnam, 17:00 UTC of yesterday.
    let dir = town.ground.file("slips");
    let printed = venue.run(&["venue", "show", "--all", &dir]).expect("pages");
    let codes = printed["codes"].as_array().expect("a list").clone();
    assert_eq!(codes.len(), 3);
    let midnight = town.ground.day.minus(7 * 3_600);
    for (number, slip) in (0..).zip(&codes) {
        let first = rfc3339(midnight.plus(number * DAY_SECONDS));
        assert_eq!(slip["first"], first);
        let page = slip["page"].as_str().expect("a path");
        let page = std::fs::read_to_string(page).expect("a page");
        assert!(page.contains("Nhà thuốc Bến Nước"));
    }
    let png = |slip: usize| codes[slip]["png"].as_str().expect("a path").to_owned();
    town.visit(&guest, &png(0), 3);
    // Control: the same slip at another hour.
    town.visit(&other, &png(0), 4);
    // Tomorrow's slip is no code of today.
    let early = guest.run(&["check-in", &png(1), "--yes"]);
    assert_eq!(code(early), "VenueCode::NotYetValid");
    town.set(5, 5);
    let request = town.request(&id, 3).expect("a request");
    town.approve(&venue, &request);
    town.set(6, 2);
    town.sync_until(&guest, "the warning", || {
        let found = guest.run(&["exposures"]);
        found.is_ok_and(|found| {
            found["exposures"]
                .as_array()
                .is_some_and(|all| all.len() == 1)
        })
    });
    town.sync(&other);
    let found = other.run(&["exposures"]).expect("an answer");
    assert_eq!(found["exposures"], serde_json::json!([]));
    let status = venue.run(&["venue", "status"]).expect("a status");
    assert_eq!(
        status["plans"][0]["left"],
        serde_json::Value::Null,
        "slips have no budget"
    );
    // A screen's codes are not printed.
    let screen = ["--schedule", "screen", "--hours", "5"];
    let screen = town.register(&venue, &[&screen[..], &PHARMACY].concat());
    let refused = venue.run(&["venue", "show", &screen, "--all", &dir]);
    assert_eq!(code(refused), "VenueTool::ScreenNotPrinted");
}

#[test]
fn names_that_deceive_are_refused_before_anything_is_made() {
    let town = Town::new();
    let venue = town.ground.client("venue");
    let register = |name: &str| {
        let words = ["venue", "register", "--schedule", "screen", "--hours", "3"];
        let more = ["--kind", "bar", "--name", name, "--from", &town.from];
        venue.run(&[&words[..], &more].concat())
    };
    // a control in the terminal sense, invisible, upside down, Zalgo, look-alike
    for (name, refusal) in [
        ("Phở\u{202e}đen", "Plan::Malformed"),
        ("Ph\u{3164}", "Text::ForbiddenCharacter"),
        ("Pho\u{31b}", "Plan::NotNormal"),
        ("x\u{323}\u{302}\u{315}", "Text::TooManyMarks"),
        ("C\u{430}fé", "Text::MixedScripts"),
    ] {
        // not NoPrekey: the name is checked before the network is asked
        let found = code(register(name));
        assert_eq!(found, refusal, "{name:?}");
    }
    // Control: the same word in one script.
    let id = town.register(
        &venue,
        &[
            "--schedule",
            "screen",
            "--hours",
            "3",
            "--kind",
            "bar",
            "--name",
            "Café",
        ],
    );
    assert_eq!(id.len(), 32);
}

#[test]
fn a_revoked_code_is_refused_shown_no_more_and_released_only_before() {
    let town = Town::new();
    let [venue, guest, late] = ["venue", "guest", "late"].map(|name| town.ground.client(name));
    let sheet = ["--schedule", "sheet", "--hours", "48"];
    let id = town.register(&venue, &[&sheet[..], &PHARMACY].concat());
    let url = town.shown(&venue, &id);
    town.visit(&guest, &url, 3);
    let office = &town.ground.office;
    town.set(4, 0);
    let from = town.at(4, 0).to_string();
    let revoke = |id: &str, from: &str, more: &[&str]| {
        office.run(&[&["revoke", "--venue", id, "--from", from][..], more].concat())
    };
    let unknown = "00112233445566778899aabbccddeeff";
    assert_eq!(
        code(revoke(unknown, &from, &[])),
        "RevokeRefusal::UnknownVenue"
    );
    assert_eq!(
        revoke(unknown, &from, &["--foreign"]).expect("a leaf")["again"],
        false
    );
    let done = revoke(&id, &from, &[]).expect("a leaf");
    assert_eq!(
        (&done["again"], &done["from"]),
        (&false.into(), &town.at(4, 0).0.into())
    );
    let later = town.at(5, 0).to_string();
    assert_eq!(revoke(&id, &later, &[]).expect("known")["again"], true);
    // Control: who has not synced cannot know it.
    late.run(&["check-in", &url, "--yes"])
        .expect("not known yet");
    late.run(&["check-out"]).expect("left");
    town.sync_until(&guest, "the revocation", || {
        let refused = guest.run(&["check-in", &url, "--yes"]);
        let is_refused = refused.is_err();
        if is_refused {
            assert_eq!(code(refused), "VenueCode::Revoked");
        } else {
            guest.run(&["check-out"]).expect("left");
        }
        is_refused
    });
    assert_eq!(laid_out(&venue, &id), 1, "the venue does not know yet");
    town.sync(&venue);
    assert_eq!(
        code(venue.run(&["venue", "show", &id])),
        "VenueTool::Revoked"
    );
    let status = venue.run(&["venue", "status"]).expect("a status");
    assert!(status["plans"][0]["revoked_from"].is_string());
    assert_eq!(laid_out(&venue, &id), 0, "no display shows it any more");
    // Clients refuse the code; every hour of the plan may still be asked for and released.
    town.set(6, 0);
    for hour in [3, 4] {
        let request = town.request(&id, hour).expect("a request");
        town.approve(&venue, &request);
    }
}

#[test]
fn a_closed_venue_shows_nothing_answers_for_28_days_and_then_forgets() {
    let town = Town::new();
    let [venue, guest] = ["venue", "guest"].map(|name| town.ground.client(name));
    let screen = ["--schedule", "screen", "--hours", "48"];
    let id = town.register(&venue, &[&screen[..], &PHARMACY].concat());
    let url = {
        town.set(3, 0);
        town.shown(&venue, &id)
    };
    town.visit(&guest, &url, 3);
    let next = venue.run(&["venue", "show", "--at", &town.at(4, 5).to_string()]);
    let next = next.expect("the next hour's code")["url"].clone();
    let closed = venue.run(&["venue", "close", &id, "--yes", "--from", &town.from]);
    let closed = closed.expect("closed");
    assert_eq!(closed["sent"], true);
    assert_eq!(
        code(venue.run(&["venue", "show", &id])),
        "VenueTool::Closed"
    );
    assert_eq!(laid_out(&venue, &id), 0);
    // The office learned it, and so does everybody: the code of the next hour does not count.
    town.set(4, 5);
    let next = next.as_str().expect("a URL");
    town.sync_until(&guest, "the revocation", || {
        let refused = guest.run(&["check-in", next, "--yes"]);
        let is_refused = refused.is_err();
        if is_refused {
            assert_eq!(code(refused), "VenueCode::Revoked");
        } else {
            guest.run(&["check-out"]).expect("left");
        }
        is_refused
    });
    // What visitors were promised is kept.
    let request = town.request(&id, 3).expect("a request");
    town.approve(&venue, &request);
    town.set(27 * 24, 0);
    town.sync(&venue);
    let kept = venue.run(&["venue", "status"]).expect("a status");
    assert_eq!(kept["plans"][0]["code_id"], id.as_str());
    assert!(secrets_of(&venue) > 0);
    town.set(30 * 24, 0);
    // A clock so far ahead is believed once a list of that time was read.
    town.sync_until(&venue, "the plan to be forgotten", || {
        let status = venue.run(&["venue", "status"]).expect("a status");
        status["plans"] == serde_json::json!([])
    });
    assert_eq!(secrets_of(&venue), 0);
    drop(town.office);
}

#[test]
fn a_plan_moves_with_its_count_and_the_old_tool_answers_nothing() {
    let town = Town::new();
    let [old, new, guest] = ["old", "new", "guest"].map(|name| town.ground.client(name));
    let sheet = ["--schedule", "sheet", "--hours", "48"];
    let id = town.register(&old, &[&sheet[..], &PHARMACY].concat());
    town.visit(&guest, &town.shown(&old, &id), 3);
    town.set(4, 5);
    let request = town.request(&id, 3).expect("a request");
    town.approve(&old, &request);
    let (file, words) = (town.ground.file("shop.sealed"), town.ground.file("words"));
    std::fs::write(&words, "bốn con ngựa đi qua cầu\n").expect("a file");
    let with = ["--passphrase-file", &words];
    let hand = [
        &["venue", "hand-over", &id, "--out", &file, "--yes"][..],
        &with,
    ]
    .concat();
    let handed = old.run(&hand).expect("handed over");
    assert_eq!(handed["code_id"], id.as_str());
    // The old tool has nothing left that could answer.
    assert_eq!(secrets_of(&old), 0);
    assert_eq!(laid_out(&old, &id), 0);
    let second = town.request(&id, 2).expect("another request");
    let look = ["venue", "requests", "--from", &town.from];
    assert_eq!(
        old.run(&look).expect("a look")["requests"],
        serde_json::json!([])
    );
    let refused = old.run(&["venue", "approve", &second, "--from", &town.from]);
    assert_eq!(code(refused), "VenueTool::UnknownRequest");
    // Nobody takes it over without the passphrase, and the old tool not even with it.
    let wrong = town.ground.file("wrong");
    std::fs::write(&wrong, "một hai ba bốn năm\n").expect("a file");
    let take = |words: &str| {
        [
            "venue",
            "take-over",
            file.as_str(),
            "--passphrase-file",
            words,
        ]
        .map(str::to_owned)
    };
    let run = |home: &Home, args: [String; 5]| {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        home.run(&args)
    };
    assert_eq!(code(run(&new, take(&wrong))), "SealedFile::WrongPassphrase");
    assert_eq!(code(run(&old, take(&words))), "HandOver::Stale");
    town.sync(&new);
    let taken = run(&new, take(&words)).expect("taken over");
    assert_eq!(
        (&taken["code_id"], &taken["used"]),
        (&id.as_str().into(), &1.into())
    );
    assert_eq!(code(run(&new, take(&words))), "HandOver::Stale");
    // The new one goes on counting where the old one stopped.
    town.approve(&new, &second);
    let status = new.run(&["venue", "status"]).expect("a status");
    assert_eq!(
        (&status["plans"][0]["used"], &status["plans"][0]["left"]),
        (&2.into(), &13.into())
    );
    assert!(laid_out(&new, &id) > 0 && Path::new(&file).exists());
}
