//! Refusals of steps that no vector shows, each produced from outside with the control beside it; and that every
//! refusal of the crate has a vector or a test.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops where its own input is wrong"
)]
use super::exposure_samples::{
    NOON, Stream, TODAY, case, mask, random_pair, release, tick, window,
};
use super::log::{Seen, Server, checkpoint_of, fetched, follower, run};
use crate::vectors::file::folder;
use crate::vectors::kit::{VENUE_SEED, key, profile};
use lachan_protocol::crypto::exchange::ExchangeSecret;
use lachan_protocol::crypto::sign::Signature;
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::build::{BatchPlan, BuildError, Change};
use lachan_protocol::exposure::history::{Earlier, EarlierEntry};
use lachan_protocol::exposure::manifest::{Cause, WithdrawalCause};
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::budget::ReleaseError;
use lachan_protocol::keys::plan::{Plan, PlanError};
use lachan_protocol::keys::range::RangeError;
use lachan_protocol::keys::registration::{PlanningError, RegistrationData, VenueProfile};
use lachan_protocol::keys::venue::VenueSecrets;
use lachan_protocol::log::checkpoint::CheckpointError;
use lachan_protocol::log::follow::{FollowError, FollowState, Input};
use lachan_protocol::log::note::NoteError;
use lachan_protocol::log::proof::ConsistencyError;
use lachan_protocol::log::tile_set::{
    BundleError, TileMissing, Tiles, TilesError, continues, join_late, push_entry,
    tiles_for_consistency,
};
use lachan_protocol::log::tiles::{LONGEST_LEAF, Resource};
use lachan_protocol::log::tlog_proof::{TlogProof, TlogProofError};
use lachan_protocol::office::{MessageKind, SealedError, sealed};
use lachan_protocol::text::{TextError, characters, lengths, normal_form, written};
use lachan_protocol::time::UnixTime;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{read_dir, read_to_string};
use std::path::Path;

#[test]
fn texts_are_refused_by_name() {
    assert_eq!(
        (characters("Phở\u{202e}"), characters("Phở")),
        (Err(TextError::ForbiddenCharacter(0x202e)), Ok(()))
    );
    assert_eq!(
        (normal_form("Pho\u{31b}\u{309}"), normal_form("Phở")),
        (Err(TextError::NotNormal), Ok(()))
    );
    assert_eq!(
        (lengths("", "a"), lengths("a", "")),
        (Err(TextError::Empty), Ok(()))
    );
    let (name, place) = ("a".repeat(100), "b".repeat(11));
    assert_eq!(lengths(&name, &place), Err(TextError::TooLong { len: 111 }));
    assert_eq!(lengths(&name, &place[1..]), Ok(()));
}

#[test]
fn a_written_text_shows_all_it_holds_in_one_script() {
    for fine in [
        "",
        "Quán Phở Cây Đa",
        "24/7 · Café «Bến Nước» (tầng 2)",
        "Ресторан №5",
        "北京 Phở",
        "すしバー Sushi",
        "롯데 Mart",
        "ไทย 99",
        "x\u{323}\u{302}",
        "ÁÂÃ µm 5°",
    ] {
        assert_eq!(written(fine), Ok(()), "{fine}");
    }
    let mixed = Err(TextError::MixedScripts);
    let marks = Err(TextError::TooManyMarks);
    for (wrong, why) in [
        ("Cаfé", mixed),
        ("Phở Ω", mixed),
        ("Ресторан ABC", mixed),
        ("ไทย Thai", mixed),
        ("すし 롯데", mixed),
        ("x\u{323}\u{302}\u{315}", marks),
        ("\u{301}x", marks),
        ("Pho\u{31b}", Err(TextError::NotNormal)),
        ("Ph\u{3164}", Err(TextError::ForbiddenCharacter(0x3164))),
        ("Phở\u{202e}", Err(TextError::ForbiddenCharacter(0x202e))),
        ("Phở\u{e000}", Err(TextError::ForbiddenCharacter(0xe000))),
    ] {
        assert_eq!(written(wrong), why, "{wrong:?}");
    }
}

#[test]
fn a_leaf_of_65_536_bytes_enters_no_bundle() {
    let mut bundle = Vec::new();
    assert_eq!(push_entry(&mut bundle, &[0; LONGEST_LEAF]), Ok(()));
    let len = LONGEST_LEAF + 1;
    assert_eq!(
        push_entry(&mut bundle, &vec![0; len]),
        Err(BundleError::LeafTooLong { len })
    );
    assert_eq!(bundle.len(), 2 + LONGEST_LEAF, "nothing of it was added");
}

#[test]
fn data_beyond_a_kinds_size_is_not_sealed() {
    let office = ExchangeSecret::from_bytes(&[0x77; 32]);
    let (kind, mut rng) = (MessageKind::Poll, Stream::new(1));
    let (up, down) = (kind.most_up(), kind.most_down());
    let mut seal = |len: usize| {
        sealed::seal(kind, &office.public(), &vec![0; len], &mut rng).map(|sealed| sealed.0)
    };
    assert_eq!(
        seal(up + 1),
        Err(SealedError::DataTooLong {
            most: up,
            len: up + 1
        })
    );
    let message = seal(up).unwrap();
    let reply = |len: usize| {
        let opened = sealed::open(kind, [&office], &message).unwrap();
        opened
            .reply
            .done(&vec![0; len], &mut Stream::new(2))
            .map(|reply| reply.len())
    };
    assert_eq!(
        reply(down + 1),
        Err(SealedError::DataTooLong {
            most: down,
            len: down + 1
        })
    );
    assert_eq!(reply(down), Ok(kind.size_down()));
}

#[test]
fn a_tick_without_29_days_is_not_built() {
    let build =
        |time| BatchPlan::new(&tick(1, time), vec![], vec![], &[], &mut Stream::new(3)).map(|_| ());
    let early = UnixTime(28 * 86_400 - 21_600);
    assert_eq!(build(early), Err(BuildError::TimeOutOfRange(early)));
    assert_eq!(build(early.plus(21_600)), Ok(()));
    let late = UnixTime(65_536 * 86_400);
    assert_eq!(build(late), Err(BuildError::TimeOutOfRange(late)));
    assert_eq!(build(late.minus(21_600)), Ok(()));
}

#[test]
fn a_case_that_does_not_count_is_not_withdrawn() {
    let mut rng = Stream::new(4);
    let key = random_pair(&mut rng).1;
    let hour = window(TODAY, 3);
    let cause = case(1, mask(0, 10), Advice::StayAtHome);
    let plan = BatchPlan::new(
        &tick(1, NOON),
        vec![release(key, hour, vec![cause])],
        vec![],
        &[],
        &mut rng,
    )
    .unwrap();
    let history: Vec<EarlierEntry> = plan.fresh().to_vec();
    let released = history
        .iter()
        .find(|entry| matches!(entry.what, Earlier::Released { .. }))
        .unwrap()
        .first;
    let mut withdraw = |certificate: u8| {
        let withdrawal = WithdrawalCause {
            certificate: [certificate; 117],
            order: Signature([0; 64]),
        };
        let change = Change {
            first: released,
            cause: Cause::Withdrawal(Box::new(withdrawal)),
        };
        BatchPlan::new(
            &tick(2, NOON.plus(21_600)),
            vec![],
            vec![change],
            &history,
            &mut rng,
        )
        .map(|_| ())
    };
    assert_eq!(withdraw(2), Err(BuildError::CaseNotActive(released)));
    assert_eq!(withdraw(1), Ok(()));
}

#[test]
fn tiles_that_are_missing_or_of_another_history_show_nothing() {
    let mut server = Server::default();
    let (older, newer) = (
        checkpoint_of(&server.grow(300)),
        checkpoint_of(&server.grow(700)),
    );
    let mut tiles = fetched(&server, 700, tiles_for_consistency(300, 700));
    assert_eq!(continues(&older, &newer, &mut tiles), Ok(()));
    let mut forged = newer.clone();
    forged.root.0[0] ^= 1;
    let bad = TilesError::Consistency(ConsistencyError::BadProof);
    assert_eq!(continues(&older, &forged, &mut tiles), Err(bad));
    assert_eq!(join_late(300, &forged, &mut tiles), Err(bad));
    let missing = continues(&older, &newer, &mut Tiles::new(700));
    assert!(
        matches!(
            missing,
            Err(TilesError::Missing(TileMissing(Resource::Tile { .. })))
        ),
        "{missing:?}"
    );
}

#[test]
fn a_plan_that_an_office_would_refuse_or_without_its_secrets_is_not_made() {
    let mut rng = Stream::new(5);
    let venue = key(VENUE_SEED);
    let good = profile(KeySchedule::Screen, 3);
    let (plan, secrets) = Plan::make(&good, &venue, &mut rng).unwrap();
    let windows = |count| {
        let profile = VenueProfile {
            count,
            ..good.clone()
        };
        Plan::make(&profile, &venue, &mut Stream::new(6)).map(|_| ())
    };
    let range = PlanError::Range(RangeError::Count(745));
    assert_eq!(windows(745), Err(PlanningError::Plan(range)));
    assert_eq!(windows(744), Ok(()));
    let mut register = |secrets: &VenueSecrets| {
        RegistrationData::make(&plan, secrets, &venue, &[0; 32], &mut rng).map(|_| ())
    };
    assert_eq!(register(&secrets), Ok(()));
    let erased = VenueSecrets::Days(BTreeMap::new());
    assert_eq!(
        register(&erased),
        Err(ReleaseError::ShareErased(good.first))
    );
}

/// What a follower says to a peer whose files were changed, and that an honest one helps it on.
fn told(change: impl FnOnce(&mut Server)) -> Result<bool, FollowError> {
    let mut server = Server::default();
    let note = server.grow(20);
    let mut liar = server.clone();
    change(&mut liar);
    let (mut follower, mut seen) = (follower(FollowState::default()), Seen::default());
    let told = run(
        &mut follower,
        &liar,
        Input::Checkpoint(note),
        1 << 20,
        99,
        &mut seen,
    );
    let honest = run(
        &mut follower,
        &server,
        Input::Resume,
        1 << 20,
        99,
        &mut seen,
    );
    assert_eq!(honest, Ok(true));
    told
}

#[test]
fn a_follower_says_what_is_wrong_with_a_peers_files() {
    let (tile, bundle) = ("tile/0/000.p/20", "tile/entries/000.p/20");
    let entries = Resource::Entries {
        index: 0,
        width: 20,
    };
    assert_eq!(told(|_| {}), Ok(true));
    let short = BundleError::WrongLength {
        wanted: 640,
        len: 639,
    };
    assert_eq!(
        told(|server| {
            server.files.get_mut(tile).unwrap().pop();
        }),
        Err(FollowError::Tile(short))
    );
    assert_eq!(
        told(|server| server.files.get_mut(tile).unwrap()[0] ^= 1),
        Err(FollowError::TilesMismatch)
    );
    let leaf = told(|server| server.files.get_mut(bundle).unwrap()[3] ^= 1);
    assert_eq!(leaf, Err(FollowError::LeafMismatch { index: 0 }));
    let early = told(|server| server.files.get_mut(bundle).unwrap().truncate(50));
    assert_eq!(early, Err(FollowError::EndsEarly(entries)));
    let gone = told(|server| {
        server.files.remove(bundle);
    });
    assert_eq!(
        gone,
        Err(FollowError::Unavailable(Resource::Entries {
            index: 0,
            width: 256
        }))
    );
}

#[test]
fn a_follower_takes_nothing_that_it_did_not_ask_for() {
    let mut follower = follower(FollowState::default());
    assert_eq!(follower.handle(Input::Missing), Err(FollowError::NotAsked));
    assert_eq!(
        follower.handle(Input::Bytes(vec![0])),
        Err(FollowError::NotAsked)
    );
    let note = Server::default().grow(20);
    let forged = String::from_utf8(note.clone())
        .unwrap()
        .replacen("\n20\n", "\n21\n", 1);
    let refused = follower.handle(Input::Checkpoint(forged.into_bytes()));
    let bad = CheckpointError::Note(NoteError::BadSignature { line: 0 });
    assert_eq!(refused, Err(FollowError::Checkpoint(bad)));
    assert!(follower.handle(Input::Checkpoint(note)).is_ok());
    assert_eq!(
        follower.handle(Input::Bytes(vec![0; 641])),
        Err(FollowError::NotAsked),
        "more than was asked"
    );
}

#[test]
fn a_proof_that_is_no_text_is_refused() {
    let read = |bytes: &[u8]| TlogProof::from_bytes(bytes).err();
    assert_eq!(read(b"\xff"), Some(TlogProofError::NotText));
    assert_ne!(read(b"index"), Some(TlogProofError::NotText), "the control");
}

fn rust_files(folder: &Path, into: &mut String) {
    for entry in read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            into.push_str(&read_to_string(&path).unwrap());
        }
    }
}

/// Not to be produced here: 2^32 entries; a fresh plan whose secrets do not cover it (they are made for it); and
/// what only the client says, when it decides about a request. What `WarningError::Hit` wraps stands in hits.json.
const ELSEWHERE: [&str; 4] = [
    "BuildError::TooManyEntries",
    "PlanningError::Secrets",
    "ReleaseError::NotRequested",
    "WarningError::Hit",
];

#[test]
fn every_refusal_of_the_crate_has_a_vector_or_a_test_from_outside() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut source, mut seen) = (String::new(), String::new());
    rust_files(&root.join("src"), &mut source);
    rust_files(&root.join("tests"), &mut seen);
    for entry in read_dir(folder()).unwrap() {
        seen.push_str(&read_to_string(entry.unwrap().path()).unwrap());
    }
    let text = read_to_string(folder().join("../refusals.md")).unwrap();
    let of_crate =
        |name: &&str| source.contains(&format!("pub enum {} {{", name.split("::").next().unwrap()));
    let names = text
        .lines()
        .filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0));
    let names: Vec<&str> = names.filter(of_crate).collect();
    assert!(names.len() > 150, "the rows of refusals.md are found");
    // Enums that stand inside others: `Outer(Variant)` in a vector shows their variant.
    let inner = ["DecodeError", "PointError", "RangeError", "TlogProofError"];
    let shown = |name: &str| {
        let (of, variant) = name.split_once("::").unwrap();
        seen.contains(name) || inner.contains(&of) && seen.contains(&format!("({variant})"))
    };
    let missing: BTreeSet<&str> = names.into_iter().filter(|name| !shown(name)).collect();
    assert_eq!(missing, BTreeSet::new());
    assert!(
        ELSEWHERE
            .iter()
            .all(|name| source.contains(name.split("::").nth(1).unwrap()))
    );
}
