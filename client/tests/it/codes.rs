//! Codes as visitors meet them: slips, a second scan, a reminder, two codes that contradict each other, revoked ones.
//! Knows the command line and the protocol's public doors.
//! Specified in specs/protocol.md §2.4, §4.4 and §12.3.

use super::kit::{NINE_IN_HANOI, World};
use lachan_client::qr::{Modules, read_image, to_png};
use lachan_protocol::code::{UnverifiedVenueCode, VenueUrl};
use lachan_protocol::id::AuthorityId;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::kind::VenueKind;
use lachan_protocol::keys::range::ShownText;
use lachan_protocol::log::leaf::{RevocationLeaf, SignedLeaf};
use lachan_protocol::time::{UnixTime, Window};

fn at(minutes: u64) -> UnixTime {
    NINE_IN_HANOI.plus(minutes * 60)
}

#[test]
fn a_slip_of_a_whole_day_with_the_longest_name_is_read_from_a_small_picture() {
    let world = World::new();
    // name and place have 110 bytes together
    let name = "Nhà thuốc ".to_owned() + &"x".repeat(110 - 13 - "Nhà thuốc ".len());
    let slip = world.register(KeySchedule::Slip, &name);
    let code = UnverifiedVenueCode::from_bytes(&slip.code(at(5))).unwrap();
    assert_eq!(code.body().head.count, 24);
    let url = slip.url(at(5));
    let modules = Modules::of_url(&url).unwrap();
    assert!(modules.version() <= 26, "version {}", modules.version());
    let path = world.path("slip.png");
    std::fs::write(&path, to_png(&modules).unwrap()).unwrap();
    assert_eq!(read_image(&path, |_| true).unwrap(), url);
}

#[test]
fn a_slip_counts_for_its_24_hours_and_the_next_one_takes_over() {
    let world = World::new();
    let slip = world.register(KeySchedule::Slip, "Nhà thuốc Bến Nước");
    world.init("an");
    let (today, tomorrow) = (slip.url(at(0)), slip.url(at(24 * 60)));
    assert_ne!(today, tomorrow);
    let scan = |url: &str| world.run("an", &["check-in", url, "--yes"]);
    world.set_clock(at(5));
    assert_eq!(scan(&tomorrow).error(), "VenueCode::NotYetValid");
    scan(&today).data();
    world.run("an", &["check-out"]).data();
    world.set_clock(at(24 * 60 + 5));
    assert_eq!(scan(&today).error(), "VenueCode::Expired");
    scan(&tomorrow).data();
}

#[test]
fn a_screen_reaches_as_far_as_its_kind_says_and_never_beyond_twelve_hours() {
    let world = World::new();
    for (kind, windows) in [(1, 3), (7, 3), (8, 5), (10, 9), (19, 12), (255, 2)] {
        let venue = world.register_kind(KeySchedule::Screen, "Nhà Bến Nước", VenueKind(kind));
        let code = UnverifiedVenueCode::from_bytes(&venue.code(at(5))).unwrap();
        assert_eq!(code.body().head.count, windows, "kind {kind}");
    }
    // A hotel's guest who came at 9:05 has eleven hours sealed, and twelve windows are listed.
    let hotel = world.register_kind(KeySchedule::Screen, "Khách sạn", VenueKind(19));
    world.init("an");
    world.set_clock(at(5));
    let data = world
        .run("an", &["check-in", &hotel.url(at(5)), "--yes"])
        .data();
    assert_eq!(data["hours"], 12);
    assert_eq!(&data["until"].as_str().unwrap()[..16], "2026-11-24T13:05");
}

#[test]
fn a_second_scan_asks_leave_or_stay_and_flags_answer_for_scripts() {
    let world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Bến Nước");
    world.init("an");
    world.set_clock(at(5));
    let scan = |more: &[&str]| {
        let url = pho.url(at(5));
        world.run("an", &[&["check-in", &url][..], more].concat())
    };
    // Nothing is open: there is nothing to leave, and nobody is there to ask.
    assert_eq!(scan(&["--leave"]).error(), "Citizen::NoOpenVisit");
    assert_eq!(scan(&["--stay"]).error(), "Usage::NobodyToAsk");
    scan(&["--yes"]).data();
    // Control: without a flag a second scan asks.
    assert_eq!(scan(&[]).error(), "Usage::NobodyToAsk");
    assert_eq!(scan(&["--stay"]).data()["action"], "stayed");
    assert_eq!(scan(&["--leave"]).data()["action"], "checked-out");
    scan(&["--yes"]).data();
    assert_eq!(
        scan(&["--yes"]).data()["action"],
        "checked-out",
        "the default leaves"
    );
    assert_eq!(
        scan(&["--leave", "--stay"]).error(),
        "Usage::ArgumentConflict"
    );
}

#[test]
fn every_command_reminds_before_the_last_sealed_minute_and_a_stay_goes_on() {
    let world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Bến Nước");
    world.init("an");
    world.set_clock(at(5));
    let begun = world
        .run("an", &["check-in", &pho.url(at(5)), "--yes"])
        .data();
    assert_eq!(&begun["until"].as_str().unwrap()[..16], "2026-11-24T03:35");
    let reminded = |minutes: u64| {
        world.set_clock(at(minutes));
        let (status, visits) = (world.run("an", &["status"]), world.run("an", &["visits"]));
        let said = |stderr: &str| stderr.contains("ends by itself at 10:35");
        assert_eq!(said(&status.stderr), said(&visits.stderr), "every command");
        assert_eq!(status.data()["ends_soon"], said(&status.stderr));
        said(&status.stderr)
    };
    assert!(
        !reminded(70),
        "25 minutes before the end nobody is reminded"
    );
    assert!(reminded(80), "15 minutes before");
    let stayed = world
        .run("an", &["check-in", &pho.url(at(80)), "--stay"])
        .data();
    assert_eq!(&stayed["until"].as_str().unwrap()[..16], "2026-11-24T04:50");
    assert!(!reminded(81), "the end moved on");
}

#[test]
fn two_signed_codes_that_contradict_each_other_are_told_kept_and_exported() {
    let world = World::new();
    let pho = world.register(KeySchedule::Sheet, "Phở Bến Nước");
    world.init("an");
    world.init("binh");
    world.set_clock(at(5));
    let genuine = pho.url(at(5));
    // Whoever holds the code key names the same plan otherwise.
    let forged = world.signed_otherwise(&pho.code(at(5)), |body| {
        body.head.name = ShownText::new("Phở Bến Đò").unwrap();
    });
    let forged = VenueUrl::new("lachan.example", &forged).to_string();
    world.run("an", &["check-in", &genuine, "--yes"]).data();
    // Control: the same code again is no evidence.
    let same = world.run("an", &["check-in", &genuine, "--stay"]);
    assert!(
        !same.stderr.contains("two different codes"),
        "{}",
        same.stderr
    );
    let list = || world.run("an", &["evidence", "list"]).data()["evidence"].clone();
    assert_eq!(list(), serde_json::json!([]));
    let scanned = world.run("an", &["check-in", &forged, "--stay"]);
    assert!(
        scanned.stderr.contains("two different codes"),
        "{}",
        scanned.stderr
    );
    assert_eq!(
        scanned.data()["action"],
        "stayed",
        "nobody is kept from checking in"
    );
    // Another process finds it again.
    let kept = list();
    assert_eq!(kept.as_array().unwrap().len(), 1);
    assert_eq!(kept[0]["contradiction"], "name");
    assert_eq!(kept[0]["code_id"], pho.code_id());
    let id = kept[0]["id"].as_str().unwrap().to_owned();
    let file = world.path("evidence.txt");
    let file = file.to_str().unwrap();
    world
        .run("an", &["evidence", "export", &id[..4], "--out", file])
        .data();
    // Somebody else verifies the file, or the two codes.
    let verified = world.run("binh", &["evidence", "compare", file]).data();
    assert_eq!(verified["id"], id.as_str());
    let compared = world
        .run("binh", &["evidence", "compare", &forged, &genuine])
        .data();
    assert_eq!(compared["id"], id.as_str(), "in either order");
    let same = world.run("binh", &["evidence", "compare", &genuine, &genuine]);
    assert_eq!(same.error(), "Evidence::NoContradiction");
    // A code that nobody signed accuses nobody.
    let mut unsigned = pho.code(at(5));
    *unsigned.last_mut().unwrap() ^= 1;
    let unsigned = VenueUrl::new("lachan.example", &unsigned).to_string();
    let refused = world.run("binh", &["evidence", "compare", &genuine, &unsigned]);
    assert_eq!(refused.error(), "VenueCode::Altered");
    // It tells of a visit: forgetting everything forgets it too.
    world.run("an", &["forget", "--all", "--yes"]).data();
    assert_eq!(list(), serde_json::json!([]));
    world.run("binh", &["evidence", "forget", &id]).data();
    let gone = world.run("binh", &["evidence", "export", &id, "--out", file]);
    assert_eq!(gone.error(), "EvidenceFile::Unknown");
}

#[test]
fn a_revocation_in_the_log_ends_a_code_from_its_window_on() {
    let mut world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Bến Nước");
    world.init("an");
    world.publish(NINE_IN_HANOI.minus(2 * 3_600), &[]);
    let from = Window(NINE_IN_HANOI.window().0 + 4);
    let leaf = RevocationLeaf {
        authority: AuthorityId::of_origin(world.origin()),
        code: pho.id(),
        from,
    };
    let leaf = leaf.sign(world.batch_key());
    world.append(leaf);
    let scan = |minutes: u64| {
        world.set_clock(at(minutes));
        world.run("an", &["check-in", &pho.url(at(minutes)), "--yes"])
    };
    // Control: who has not read the log knows nothing.
    scan(4 * 60).data();
    world.run("an", &["check-out"]).data();
    world.set_clock(at(5));
    world.sync("an").data();
    // This hour's code lists 9, 10 and 11 o'clock: all before the window.
    scan(5).data();
    world.run("an", &["check-out"]).data();
    // That of 11 o'clock reaches to 13 o'clock, the first revoked window.
    assert_eq!(scan(2 * 60 + 5).error(), "VenueCode::Revoked");
}
