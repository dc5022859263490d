//! A day with the program: scan, leave, sync, be warned or not, and every refusal on the way.
//! Knows the command line only.
//! Specified in specs/protocol.md §12.

use super::kit::{NINE_IN_HANOI, World};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::entry::MinuteMask;
use lachan_protocol::id::OriginHash;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::log::leaf::Leaf;
use lachan_protocol::time::UnixTime;

const NOON_TICK: UnixTime = UnixTime(NINE_IN_HANOI.0 + 4 * 3_600);

fn minutes(from: u32, to: u32) -> MinuteMask {
    let bits = (from..to).fold(0_u64, |bits, minute| bits | 1 << minute);
    MinuteMask::new(bits).unwrap()
}

/// The clock goes on while commands run.
fn to_the_minute(time: &serde_json::Value) -> &str {
    &time.as_str().unwrap()[..16]
}

#[test]
fn those_who_were_there_at_the_same_time_are_warned_and_nobody_else() {
    let mut world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    let cafe = world.register(KeySchedule::Sheet, "Cà phê Giảng");
    for person in ["an", "binh", "chi"] {
        world.init(person);
    }
    // An comes at 9:10 by an image, Bình at 9:50 by a URL on standard input, Chi is elsewhere.
    world.set_clock(NINE_IN_HANOI.plus(600));
    let image = pho.image(NINE_IN_HANOI.plus(600), &world.path("pho.png"));
    let data = world.run("an", &["check-in", &image, "--yes"]).data();
    assert_eq!(data["venue"], "Phở Thìn");
    assert_eq!(data["place"], "13 Lò Đúc");
    assert_eq!(to_the_minute(&data["until"]), "2026-11-24T03:40");
    let chi = cafe.url(NINE_IN_HANOI.plus(600));
    world.run("chi", &["check-in", &chi, "--yes"]).data();
    world.set_clock(NINE_IN_HANOI.plus(50 * 60));
    let url = pho.url(NINE_IN_HANOI.plus(50 * 60));
    let ran = world.run_with("binh", &["check-in", "-", "--yes", "--json"], &url);
    assert_eq!(ran.data()["code_id"], pho.code_id());
    // An leaves at 9:40 (said at 9:50), Chi and Bình never say so.
    let ran = world.run("an", &["check-out", "--at", "2026-11-24T02:40:00Z"]);
    assert_eq!(ran.data()["departure"], "2026-11-24T02:40:00Z");
    // The case was there from 9:00 to 9:30.
    world.set_clock(NOON_TICK.plus(60));
    let release = (
        &pho,
        NINE_IN_HANOI.window(),
        minutes(0, 30),
        Advice::TakeTest,
    );
    world.publish(NOON_TICK, &[release]);
    for person in ["an", "binh", "chi"] {
        let data = world.sync(person).data();
        assert_eq!(data["authorities"][0]["ticks"], 1);
        assert_eq!(data["authorities"][0]["keys"], 29 * 16);
    }
    let data = world.run("an", &["exposures"]).data();
    let warning = &data["exposures"][0];
    assert_eq!(data["exposures"].as_array().unwrap().len(), 1);
    assert_eq!(warning["minutes"], 20);
    assert_eq!((&warning["from"], &warning["to"]), (&10.into(), &40.into()));
    assert_eq!(warning["advice"], 2);
    assert_eq!(warning["window"], NINE_IN_HANOI.window().0);
    assert_eq!(warning["day"], "2026-11-24");
    assert_eq!(warning["authority"], "office.example/log");
    assert_eq!(warning["code_id"], pho.code_id());
    let data = world.run("binh", &["exposures"]).data();
    assert_eq!(data["exposures"], serde_json::json!([]));
    assert_eq!(data["details"][0]["minutes"], 0, "same hour, other minutes");
    let data = world.run("chi", &["exposures"]).data();
    assert_eq!(
        (&data["exposures"], &data["details"]),
        (&serde_json::json!([]), &serde_json::json!([]))
    );
    // For programs that ask by exit code, and for people.
    assert_eq!(world.run("an", &["exposures", "--exit-code"]).exit, 1);
    assert_eq!(world.run("chi", &["exposures", "--exit-code"]).exit, 0);
    let vi = world
        .run_with("an", &["exposures", "--lang", "vi"], "")
        .stdout;
    assert!(
        vi.contains("Phở Thìn") && vi.contains("20 phút") && vi.contains("19009095"),
        "{vi}"
    );
    let en = world
        .run_with("an", &["exposures", "--lang", "en"], "")
        .stdout;
    assert!(
        en.contains("20 minutes together") && en.contains("Take a test when you can"),
        "{en}"
    );
    // What is forgotten is gone, and does not come back with the next list.
    let forget = |day: &str, more: &[&str]| {
        let args = [&["forget", "--day", day], more].concat();
        world.run("an", &args)
    };
    assert_eq!(forget("2026-11-24", &[]).error(), "Usage::NobodyToAsk");
    assert_eq!(
        forget("2026-11-23", &[]).data()["forgotten"],
        serde_json::Value::Null
    );
    assert_eq!(
        forget("2026-11-24", &["--yes"]).data()["forgotten"],
        "2026-11-24"
    );
    assert_eq!(
        world.run("an", &["forget", "--all"]).error(),
        "Usage::NobodyToAsk"
    );
    assert_eq!(
        world.run("an", &["forget"]).error(),
        "Usage::MissingArgument"
    );
    world.publish(NOON_TICK.plus(21_600), &[]);
    world.set_clock(NOON_TICK.plus(21_700));
    assert_eq!(world.sync("an").data()["authorities"][0]["ticks"], 1);
    assert_eq!(
        world.run("an", &["exposures"]).data()["exposures"],
        serde_json::json!([])
    );
}

#[test]
fn what_is_no_code_of_ours_is_told_in_words_and_with_its_path() {
    let world = World::new();
    world.init("an");
    let told = |code: &str, lang: &str| {
        let ran = world.run_with("an", &["check-in", code, "--yes", "--lang", lang], "");
        assert_eq!(ran.exit, 2);
        ran.stderr
    };
    let en = told("absent.png", "en");
    assert!(
        en.contains("absent.png") && en.contains("no such file"),
        "{en}"
    );
    let vi = told("absent.png", "vi");
    assert!(
        vi.contains("absent.png") && vi.contains("không có tệp"),
        "{vi}"
    );
    let refused = |url: &str| world.run("an", &["check-in", url, "--yes"]).error();
    assert_eq!(refused("absent.png"), "Qr::File");
    assert_eq!(refused("https://elsewhere.example/"), "Url::NotOurHost");
    assert_eq!(refused("https://lachan.example/"), "Url::FragmentMissing");
}

#[test]
fn a_clock_far_ahead_erases_nothing_until_a_sync_confirms_it() {
    let mut world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    world.init("an");
    world.set_clock(NINE_IN_HANOI.plus(600));
    let url = pho.url(NINE_IN_HANOI.plus(600));
    world.run("an", &["check-in", &url, "--yes"]).data();
    world.set_clock(NOON_TICK.plus(60));
    world.publish(NOON_TICK, &[]);
    world.sync("an").data();
    let kept_at = |days: u64| {
        world.set_clock(NOON_TICK.plus(days * 86_400));
        let ran = world.run("an", &["visits"]);
        let hours = ran.data()["hours"].as_u64().unwrap();
        (hours > 0, ran.stderr.contains("far ahead"))
    };
    assert_eq!(kept_at(3_650), (true, true));
    assert_eq!(kept_at(30), (true, true));
    assert_eq!(kept_at(13), (true, false));
    // Control: a clock that may be right erases what is over.
    world.publish(NOON_TICK.plus(16 * 86_400), &[]);
    world.set_clock(NOON_TICK.plus(16 * 86_400 + 60));
    world.sync("an").data();
    let kept_at = |days: u64| {
        world.set_clock(NOON_TICK.plus(days * 86_400));
        world.run("an", &["visits"]).data()["hours"] != 0
    };
    assert!(kept_at(28));
    assert!(!kept_at(29));
}

/// What is verified stays true when the clock is moved back: it neither brings visits back nor keeps them longer.
#[test]
fn a_warning_outlives_its_tokens_until_it_is_forgotten() {
    let mut world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    world.init("an");
    let url = pho.url(NINE_IN_HANOI);
    for (minute, command) in [
        (0, vec!["check-in", &url, "--yes"]),
        (40, vec!["check-out"]),
    ] {
        world.set_clock(NINE_IN_HANOI.plus(minute * 60));
        world.run("an", &command).data();
    }
    let hour = NINE_IN_HANOI.window();
    let cafe = world.register(KeySchedule::Sheet, "Cà phê Giảng");
    let url = cafe.url(NINE_IN_HANOI.plus(3_000));
    world.set_clock(NINE_IN_HANOI.plus(3_000));
    world.run("an", &["check-in", &url, "--yes"]).data();
    world.set_clock(NINE_IN_HANOI.plus(3_300));
    world.run("an", &["check-out"]).data();
    let releases = [
        (&pho, hour, minutes(0, 20), Advice::StayAtHomeAndCall),
        (&cafe, hour, minutes(0, 20), Advice::TakeTest),
    ];
    world.publish(NOON_TICK, &releases);
    world.set_clock(NOON_TICK.plus(60));
    let synced = world.sync("an").data();
    assert_eq!(synced["warnings"], 1);
    let log = world.log();
    let log = log.to_str().unwrap();
    let told = world
        .run_with("an", &["sync", "--from", log, "--lang", "en"], "")
        .stdout;
    assert!(
        told.contains("Stay at home and call") && told.contains("call 19009095"),
        "{told}"
    );
    let told = world
        .run_with("an", &["sync", "--from", log, "--lang", "vi"], "")
        .stdout;
    assert!(
        told.contains("Ở nhà và gọi") && told.contains("gọi 19009095"),
        "{told}"
    );
    for days in [16, 29] {
        world.publish(NOON_TICK.plus(days * 86_400), &[]);
        world.set_clock(NOON_TICK.plus(days * 86_400 + 60));
        world.sync("an").data();
    }
    let kept = |world: &World| {
        let hours = world.run("an", &["visits"]).data()["hours"].clone();
        let told = world.run("an", &["exposures"]).data();
        let count = |list: &str| told[list].as_array().unwrap().len();
        (
            hours.as_u64().unwrap(),
            count("exposures"),
            count("details"),
        )
    };
    // The hour without a minute together went with its token.
    assert_eq!(kept(&world), (0, 1, 0));
    world.set_clock(NINE_IN_HANOI);
    assert_eq!(kept(&world), (0, 1, 0));
    world.set_clock(NOON_TICK.plus(29 * 86_400 + 120));
    world
        .run("an", &["forget", "--day", "2026-11-24", "--yes"])
        .data();
    assert_eq!(kept(&world), (0, 0, 0));
}

#[test]
fn a_second_scan_leaves_and_another_venue_moves_on() {
    let world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    let cafe = world.register(KeySchedule::Sheet, "Cà phê Giảng");
    world.init("an");
    let at = |minutes: u64| NINE_IN_HANOI.plus(minutes * 60);
    let scan = |code: String, more: &[&str]| {
        let args = [&["check-in", &code, "--yes"], more].concat();
        world.run("an", &args).data()
    };
    world.set_clock(at(5));
    assert_eq!(scan(pho.url(at(5)), &[])["action"], "checked-in");
    world.set_clock(at(65));
    let stayed = scan(pho.url(at(65)), &["--stay"]);
    assert_eq!(stayed["action"], "stayed");
    assert_eq!(to_the_minute(&stayed["arrival"]), "2026-11-24T02:05");
    assert_eq!(to_the_minute(&stayed["until"]), "2026-11-24T04:35");
    assert_eq!(world.run("an", &["visits"]).data()["hours"], 3);
    world.set_clock(at(70));
    let moved = scan(cafe.url(at(70)), &[]);
    assert_eq!(
        (&moved["action"], &moved["before"]["action"]),
        (&"checked-in".into(), &"checked-out".into())
    );
    assert_eq!(world.run("an", &["visits"]).data()["hours"], 2 + 2);
    world.set_clock(at(80));
    assert_eq!(scan(cafe.url(at(80)), &[])["action"], "checked-out");
    assert_eq!(
        world.run("an", &["check-out"]).error(),
        "Citizen::NoOpenVisit"
    );
    assert_eq!(world.run("an", &["visits"]).data()["hours"], 3);
    // The next visit ends by itself.
    scan(cafe.url(at(80)), &[]);
    assert!(world.run("an", &["status"]).data()["open_visit"].is_object());
    world.set_clock(at(80 + 95));
    let ran = world.run("an", &["status"]);
    assert!(ran.stderr.contains("ended by itself"), "{}", ran.stderr);
    assert!(ran.data()["open_visit"].is_null());
}

#[test]
fn refusals_have_names_hints_and_exit_code_2() {
    let mut world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    assert_eq!(world.run("an", &["status"]).error(), "Home::Absent");
    world.init("an");
    let url = pho.url(NINE_IN_HANOI);
    let error = |args: &[&str]| world.run("an", args).error();
    assert_eq!(error(&["check-in", &url]), "Usage::NobodyToAsk");
    assert_eq!(error(&["check-in"]), "Usage::MissingArgument");
    assert_eq!(error(&["chekin"]), "Usage::Unknown");
    assert_eq!(error(&["check-in", "nothing.png", "--yes"]), "Qr::File");
    assert_eq!(
        error(&["check-in", "https://evil.example/#123", "--yes"]),
        "Url::NotOurHost"
    );
    let altered = format!("{}{}", &url[..url.len() - 40], "1".repeat(40));
    let altered = error(&["check-in", &altered, "--yes"]);
    assert!(
        ["VenueCode::Altered", "Url::ValueTooLarge"].contains(&altered.as_str()),
        "{altered}"
    );
    assert_eq!(error(&["exposures"]), "Silence::NeverSynced");
    assert_eq!(error(&["sync"]), "Net::NoSource");
    assert_eq!(
        error(&["sync", "--from", "https://a.example"]),
        "Net::HttpNotYet"
    );
    assert_eq!(error(&["sync", "--from", "nowhere"]), "Net::NotASource");
    assert_eq!(
        error(&["sync", "--from", "/ip4/127.0.0.1/tcp/1"]),
        "Link::NoPeerId"
    );
    assert_eq!(
        error(&["check-in", &url, "--yes", "--at", "2026-11-24T08:00:00Z"]),
        "Citizen::ArrivalInFuture"
    );
    assert_eq!(
        error(&["check-in", &url, "--yes", "--at", "2026-11-24T01:00:00Z"]),
        "Citizen::ArrivalOutsideCode"
    );
    assert_eq!(
        error(&["check-in", &url, "--yes", "--at", "yesterday"]),
        "Usage::InvalidValue"
    );
    let hour = UnixTime(NINE_IN_HANOI.0 + 2 * 3_600);
    world.set_clock(hour);
    assert_eq!(
        world.run("an", &["check-in", &url, "--yes"]).error(),
        "VenueCode::Expired"
    );
    // A clock that was set back is noticed once a list was seen.
    world.publish(NOON_TICK, &[]);
    world.set_clock(NOON_TICK.plus(60));
    world.sync("an").data();
    world.set_clock(NINE_IN_HANOI.plus(60));
    assert_eq!(
        world.run("an", &["check-in", &url, "--yes"]).error(),
        "Citizen::BelowFloor"
    );
    world.set_clock(NOON_TICK.plus(2 * 86_400));
    assert_eq!(world.run("an", &["exposures"]).error(), "Silence::NotFresh");
    let ran = world.run_with("an", &["exposures", "--lang", "vi"], "");
    assert!(
        ran.stderr.contains("→ Chạy `lachan sync`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_real_home_obeys_no_test_clock() {
    let world = World::new();
    let root = world.root_key();
    let trust = world.path("trust.txt");
    let args = ["init", "--root", &root, "--trust", trust.to_str().unwrap()];
    assert_eq!(world.run("an", &args).error(), "Clock::NotATestHome");
}

#[test]
fn refuses_a_trust_list_of_another_root() {
    let (world, other) = (World::new(), World::new());
    let root = other.root_key();
    let trust = world.path("trust.txt");
    let args = [
        "init",
        "--test-clock",
        "--root",
        &root,
        "--trust",
        trust.to_str().unwrap(),
    ];
    assert_eq!(world.run("an", &args).error(), "Note::NotSigned");
    assert!(!world.path("an").exists(), "nothing was made");
}

#[test]
fn a_newer_trust_list_comes_with_the_log() {
    let mut world = World::new();
    world.init("an");
    let newer = Leaf::of_trust_list(&world.trust_list(2));
    world.append(newer);
    world.append(Leaf::of_trust_list(b"nonsense"));
    world.sync("an").data();
    assert_eq!(world.run("an", &["status"]).data()["trust"]["sequence"], 2);
}

#[test]
fn a_source_that_lags_changes_nothing_and_one_that_lies_is_refused() {
    let mut world = World::new();
    world.init("an");
    world.set_clock(NOON_TICK.plus(60));
    world.publish(NOON_TICK.minus(21_600), &[]);
    let older = std::fs::read(world.log().join("checkpoint")).unwrap();
    world.publish(NOON_TICK, &[]);
    world.sync("an").data();
    std::fs::write(world.log().join("checkpoint"), older).unwrap();
    let data = world.sync("an").data();
    assert_eq!(
        (
            &data["authorities"][0]["behind"],
            &data["authorities"][0]["size"]
        ),
        (&true.into(), &2.into())
    );
    world.write_log();
    let bundle = world.log().join("tile/entries/000.p/2");
    let mut bytes = std::fs::read(&bundle).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    world.init("binh");
    assert_eq!(world.sync("binh").error(), "Follow::LeafMismatch");
}

/// The lists were read while the visit was open, with tokens up to the expected end; the true minutes came later.
#[test]
fn check_out_judges_anew_what_was_published_during_the_visit() {
    let mut world = World::new();
    let cafe = world.register(KeySchedule::Sheet, "Cà phê Giảng");
    let at = |minutes: u64| NINE_IN_HANOI.plus(minutes * 60);
    for person in ["an", "binh"] {
        world.init(person);
        for minute in [10, 90, 170] {
            world.set_clock(at(minute));
            let code = cafe.url(at(minute));
            world
                .run(person, &["check-in", &code, "--yes", "--stay"])
                .data();
        }
    }
    world.set_clock(NOON_TICK.plus(60));
    let release = (
        &cafe,
        NINE_IN_HANOI.window(),
        minutes(45, 60),
        Advice::CallAtOnce,
    );
    world.publish(NOON_TICK, &[release]);
    for person in ["an", "binh"] {
        world.sync(person).data();
        let found = world.run(person, &["exposures"]).data()["exposures"].clone();
        assert_eq!(found[0]["minutes"], 15, "the visit is still open");
    }
    // An had left at 9:40 already; Bình stayed, but what he found was lost.
    world
        .run("an", &["check-out", "--at", "2026-11-24T02:40:00Z"])
        .data();
    assert_eq!(world.run("an", &["visits"]).data()["hours"], 1);
    assert_eq!(
        world.run("an", &["exposures"]).data()["exposures"],
        serde_json::json!([])
    );
    std::fs::remove_file(world.path("binh/tokens/findings")).unwrap();
    world.run("binh", &["check-out"]).data();
    assert_eq!(
        world.run("binh", &["exposures"]).data()["exposures"][0]["minutes"],
        15
    );
}

/// One authority of many signs nonsense: those who trust it too still hear of everybody else's hours.
#[test]
fn a_log_that_breaks_the_rules_silences_no_other_authority() {
    let (mut good, mut bad) = (World::new(), World::of("bad.example/log"));
    let pho = good.register(KeySchedule::Screen, "Phở Thìn");
    let both = good.trust_list_of(1, &[&bad, &good]);
    std::fs::write(good.path("trust.txt"), both).unwrap();
    good.init("an");
    let url = pho.url(NINE_IN_HANOI);
    good.run("an", &["check-in", &url, "--yes"]).data();
    let release = (
        &pho,
        NINE_IN_HANOI.window(),
        MinuteMask::ALL,
        Advice::TakeTest,
    );
    good.publish(NOON_TICK, &[release]);
    // A prekey leaf that nobody signed.
    bad.append([&[2, 1][..], &[0; 106]].concat());
    for world in [&good, &bad] {
        let name = OriginHash::of_origin(world.origin()).to_string();
        let place = good.path("logs").join(name);
        std::fs::create_dir_all(good.path("logs")).unwrap();
        std::os::unix::fs::symlink(world.log(), place).unwrap();
    }
    good.set_clock(NOON_TICK.plus(60));
    let logs = good.path("logs");
    let refused = good.run("an", &["sync", "--from", logs.to_str().unwrap()]);
    assert_eq!(refused.error().split("::").next(), Some("Sync"));
    let found = good.run("an", &["exposures"]).data();
    assert_eq!(found["exposures"][0]["venue"], "Phở Thìn");
}
