//! Privacy, requirement by requirement: what a party has, and what it cannot do with it.
//! Each defence has a control that shows that the test would notice its absence.
//! Specified in specs/threat-model.md §3.

use lachan_protocol::crypto::point::SecretScalar;
use lachan_protocol::crypto::sign::Signature;
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::batch::{BatchRules, ExposureBatch, UnverifiedBatchPart};
use lachan_protocol::exposure::build::{BatchPlan, NewRelease, Tick};
use lachan_protocol::exposure::entry::{CaseDetail, DetailMeaning, MinuteMask};
use lachan_protocol::exposure::manifest::{CaseCause, ItemCommitments, ReleaseBacking};
use lachan_protocol::id::Region;
use lachan_protocol::keys::budget::ReleaseError;
use lachan_protocol::keys::release::combine;
use lachan_protocol::keys::{KeySchedule, KeyShare, NotificationKey, ReleasedKey, WindowKey};
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::token::{DeviceSecret, Minutes, TokenError, VisitRecord, VisitToken, seal};
use lachan_protocol::wire::{Seq8, Seq16};
use lachan_tests::home::Home;
use lachan_tests::programs::{Profile, Programs};
use lachan_tests::test_clock::TestClock;
use lachan_tests::town::visits::files_below;
use lachan_tests::world::{Authority, Venue};
use rand::RngExt;

const NAME: &str = "Quán Phở Cây Đa";
/// 2026-11-24T02:00:00Z.
const FIRST: Window = Window(498_770);

fn visit(venue: &Venue, window: Window) -> VisitToken {
    let plan = venue.registered.plan();
    let record = VisitRecord::new(
        plan.code_id(),
        plan.head().authority,
        window,
        Minutes::ALL,
        1,
        plan.notification_key_of(window)
            .expect("a window of the plan"),
        NAME,
        "",
    )
    .expect("a record");
    let point = venue
        .registered
        .point_of(window)
        .expect("a window of the plan");
    let rng = &mut rand::rng();
    seal(&record, &point, &DeviceSecret::random(rng), 1, rng)
}

fn shares(authority: &Authority, venue: &Venue, window: Window) -> (KeyShare, KeyShare) {
    let plan = venue.registered.plan();
    let a = venue
        .secrets
        .share_of(plan.head(), window)
        .expect("a window of the plan");
    let b = authority
        .seeds
        .shares_of(plan, window)
        .expect("a window of the plan");
    (a, b.into_iter().next().expect("one seed"))
}

fn released(shares: &[&KeyShare]) -> ReleasedKey {
    WindowKey::from_shares(shares.iter().copied())
        .expect("not 0")
        .release()
}

#[test]
fn pu3_seized_phone_with_codes_and_one_share_opens_nothing() {
    let authority = Authority::new();
    for schedule in [KeySchedule::Screen, KeySchedule::Slip, KeySchedule::Sheet] {
        let venue = authority.register(schedule, NAME, FIRST, 24);
        let window = Window(FIRST.0 + 3);
        let token = visit(&venue, window);
        let (a, b) = shares(&authority, &venue, window);
        for (whose, key) in [("venue", released(&[&a])), ("office", released(&[&b]))] {
            assert_eq!(
                token.open_with(&key).err(),
                Some(TokenError::DoesNotOpen),
                "{whose}"
            );
        }
        let code = venue.registered.code_at(window.start()).expect("a code");
        for bytes in code.windows(32) {
            if let Ok(key) = ReleasedKey::from_bytes(bytes.try_into().expect("32 bytes")) {
                assert!(token.open_with(&key).is_err());
            }
        }
    }
}

#[test]
fn pu3_control_both_shares_open_the_token() {
    let authority = Authority::new();
    for schedule in [KeySchedule::Screen, KeySchedule::Slip, KeySchedule::Sheet] {
        let venue = authority.register(schedule, NAME, FIRST, 24);
        let window = Window(FIRST.0 + 3);
        let (a, b) = shares(&authority, &venue, window);
        let record = visit(&venue, window)
            .open_with(&released(&[&a, &b]))
            .expect("opens");
        assert_eq!((record.window(), record.name()), (window, NAME));
    }
}

#[test]
fn pu3_wallet_files_hold_no_venue_and_no_hour() {
    let programs = Programs::build(Profile::Dev).expect("cargo builds the programs");
    let folder = tempfile::tempdir().expect("a folder");
    let clock = TestClock::create(&folder.path().join("clock")).expect("a clock");
    let authority = Authority::new();
    let venue = authority.register(KeySchedule::Screen, NAME, FIRST, 24);
    let arrival = Window(FIRST.0 + 1).start().plus(600);
    clock.set(arrival).expect("the clock is set");
    let list = folder.path().join("trust.txt");
    std::fs::write(
        &list,
        authority.trust_list(FIRST.start().minus(86_400)).note(),
    )
    .expect("written");
    let home = Home::new(
        &programs.lachan,
        &folder.path().join("phone"),
        clock.file(),
        "en",
    );
    let root = authority.root.vkey().to_string();
    let list = list.display().to_string();
    home.run(&["init", "--test-clock", "--trust", &list, "--root", &root])
        .expect("init");
    home.run(&["check-in", &venue.url(arrival), "--yes"])
        .expect("check-in");
    let code = venue.registered.code_at(arrival).expect("a code");
    let plan = venue.registered.plan();
    let window = arrival.window();
    let telling: Vec<(&str, Vec<u8>)> = vec![
        ("name", NAME.as_bytes().to_vec()),
        ("code id", plan.code_id().0.to_vec()),
        ("code id in hex", plan.code_id().to_string().into_bytes()),
        (
            "point",
            venue
                .registered
                .point_of(window)
                .expect("a point")
                .0
                .to_bytes()
                .to_vec(),
        ),
        (
            "notification key",
            plan.notification_key_of(window).expect("a key").0.to_vec(),
        ),
        ("code", code[..64].to_vec()),
        ("arrival", arrival.0.to_string().into_bytes()),
    ];
    let found = |telling: &[(&str, Vec<u8>)]| -> Vec<String> {
        let mut found = Vec::new();
        for path in files_below(home.folder()).expect("files") {
            let bytes = std::fs::read(&path).expect("a file");
            for (what, needle) in telling {
                if bytes.windows(needle.len()).any(|window| window == needle) {
                    found.push(format!("{what} in {}", path.display()));
                }
            }
        }
        found
    };
    assert!(
        !found(&telling).is_empty(),
        "control: the open visit is in clear, and the search sees it"
    );
    clock.set(arrival.plus(1_800)).expect("the clock is set");
    home.run(&["check-out"]).expect("check-out");
    assert_eq!(found(&telling), Vec::<String>::new());
    let tokens = files_below(&home.folder().join("tokens")).expect("files");
    assert!(!tokens.is_empty());
    for file in tokens {
        let since = std::fs::metadata(&file)
            .and_then(|metadata| metadata.modified())
            .expect("a time")
            .duration_since(std::time::UNIX_EPOCH)
            .expect("after 1970");
        assert_eq!(since.as_secs() % 86_400, 0, "a file's time tells no hour");
    }
}

/// A batch of the tick 24 hours after [`FIRST`]'s day with these releases.
fn batch(authority: &Authority, releases: Vec<NewRelease>) -> ExposureBatch {
    let time = UnixTime((u64::from(FIRST.0) / 24 + 1) * 86_400);
    let tick = Tick {
        authority: authority.id(),
        region: Region(1),
        seq: 1,
        time,
        unlocks: 0,
        certificates: 0,
    };
    let plan = BatchPlan::new(&tick, releases, Vec::new(), &[], &mut rand::rng()).expect("a plan");
    let key = authority.batch_key.verifying_key();
    let rules = BatchRules {
        authority: authority.id(),
        region: Region(1),
        batch_key: &key,
        clock_seconds: 21_600,
        latest: time,
    };
    let parts = plan.sign(&authority.batch_key).expect("signed");
    let parts = parts
        .iter()
        .map(|leaf| UnverifiedBatchPart::from_bytes(leaf).and_then(|part| part.verify(&rules)))
        .collect::<Result<_, _>>()
        .expect("its parts verify");
    ExposureBatch::join(parts).expect("its parts fit")
}

fn release(authority: &Authority, venue: &Venue, window: Window) -> NewRelease {
    let (a, _) = shares(authority, venue, window);
    let key = combine(&venue.registered, window, &a, &authority.seeds).expect("a right share");
    let minutes = MinuteMask::new(0b111).expect("three minutes");
    let own = CaseDetail::new(minutes, Advice::WatchForSymptoms).expect("a detail");
    let plan = venue.registered.plan();
    NewRelease {
        key: key.release(),
        window,
        notice: plan
            .notification_key_of(window)
            .expect("a window of the plan"),
        backing: ReleaseBacking {
            head: Seq16::default(),
            notices_hash: [0; 32],
            venue_points: Seq16::default(),
            office_points: Seq8::default(),
            registration_path: Seq16::default(),
        },
        cases: vec![CaseCause {
            own,
            request_hash: [0; 32],
            items: ItemCommitments::new(vec![[0; 32]]).expect("one item"),
            approval: Signature([0; 64]),
            item_salt: [0; 32],
            certificate: [0; 117],
            commitment_salt: [0; 32],
        }],
    }
}

#[test]
fn pl1_batch_tells_an_outsider_only_padded_counts() {
    let authority = Authority::new();
    let venue = authority.register(KeySchedule::Screen, NAME, FIRST, 20);
    let sizes = |releases: usize| -> Vec<usize> {
        let windows = FIRST.0..FIRST.0 + u32::try_from(releases).expect("few");
        let releases = windows
            .map(|w| release(&authority, &venue, Window(w)))
            .collect();
        batch(&authority, releases)
            .lists()
            .iter()
            .map(|list| list.entries.len())
            .collect()
    };
    let quiet = sizes(0);
    assert_eq!(quiet, vec![16; 29]);
    assert_eq!(sizes(1), quiet);
    assert_eq!(sizes(14), quiet);
    assert_ne!(
        sizes(17),
        quiet,
        "control: seventeen do not fit into sixteen places"
    );
}

#[test]
fn pl1_detail_needs_the_hours_code() {
    let authority = Authority::new();
    let venue = authority.register(KeySchedule::Screen, NAME, FIRST, 12);
    let window = FIRST;
    let sent = release(&authority, &venue, window);
    let (key, notice) = (sent.key, sent.notice.clone());
    let batch = batch(&authority, vec![sent]);
    let entry = batch
        .entries()
        .find(|entry| entry.key == key)
        .expect("it is published");
    let right = entry.open(&notice, window, &batch.id());
    assert!(
        matches!(right.meaning(), DetailMeaning::Minutes(detail) if detail.minutes().bits() == 0b111)
    );
    for _ in 0..1_000 {
        let guess = NotificationKey(rand::rng().random());
        assert_ne!(entry.open(&guess, window, &batch.id()), right);
    }
}

#[test]
fn pl2_screen_code_of_another_hour_tests_nothing() {
    assert_eq!(tested_by_code_of_first_hour(KeySchedule::Screen), 0);
}

#[test]
fn pl2_control_sheet_tests_its_other_hours() {
    assert_eq!(tested_by_code_of_first_hour(KeySchedule::Sheet), 6);
}

/// How many later published hours somebody can test who only holds what was shown in the plan's first hour.
fn tested_by_code_of_first_hour(schedule: KeySchedule) -> usize {
    let authority = Authority::new();
    let venue = authority.register(schedule, NAME, FIRST, 24);
    let shown = venue.registered.code_at(FIRST.start()).expect("a code");
    let trust = Trusting(&authority);
    let code = lachan_protocol::code::UnverifiedVenueCode::from_bytes(&shown)
        .and_then(|code| code.verify_signed(&trust))
        .expect("a signed code");
    (10..16)
        .map(|hour| Window(FIRST.0 + hour))
        .filter(|&window| {
            let (a, b) = shares(&authority, &venue, window);
            let published = released(&[&a, &b]).to_bytes();
            let point = SecretScalar::from_bytes(&published)
                .expect("a scalar")
                .to_point();
            code.point_of(window).is_some_and(|known| known.0 == point)
        })
        .count()
}

struct Trusting<'a>(&'a Authority);

impl lachan_protocol::code::CodeTrust for Trusting<'_> {
    fn code_keys(
        &self,
        authority: &lachan_protocol::id::AuthorityId,
    ) -> Option<Vec<lachan_protocol::code::CodeKey>> {
        (self.0.id() == *authority).then(|| {
            vec![lachan_protocol::code::CodeKey::Current {
                key: self.0.code_key.verifying_key(),
                last: Window::LAST,
            }]
        })
    }

    fn revoked_from(
        &self,
        _: &lachan_protocol::id::AuthorityId,
        _: &lachan_protocol::id::CodeId,
    ) -> Option<Window> {
        None
    }
}

#[test]
fn s2_office_alone_publishes_nothing() {
    let authority = Authority::new();
    let venue = authority.register(KeySchedule::Screen, NAME, FIRST, 24);
    let invented = KeyShare::new(SecretScalar::random(&mut rand::rng()));
    let wrong = combine(&venue.registered, FIRST, &invented, &authority.seeds).err();
    let code = venue.registered.plan().code_id();
    assert_eq!(
        wrong,
        Some(ReleaseError::WrongShare {
            venue: code,
            window: FIRST
        })
    );
    let (a, _) = shares(&authority, &venue, FIRST);
    assert!(
        combine(&venue.registered, FIRST, &a, &authority.seeds).is_ok(),
        "control"
    );
}

#[test]
fn s2_venue_alone_publishes_nothing() {
    let authority = Authority::new();
    let venue = authority.register(KeySchedule::Screen, NAME, FIRST, 24);
    let (a, _) = shares(&authority, &venue, FIRST);
    // Without the office's half the venue's key is not the hour's, so no token of that hour opens.
    let other = Authority::new();
    let wrong = combine(&venue.registered, FIRST, &a, &other.seeds).err();
    let code = venue.registered.plan().code_id();
    assert_eq!(
        wrong,
        Some(ReleaseError::WrongShare {
            venue: code,
            window: FIRST
        })
    );
    assert!(visit(&venue, FIRST).open_with(&released(&[&a])).is_err());
}
