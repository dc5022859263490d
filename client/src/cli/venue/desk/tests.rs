//! The desk on a real disk, against the office in memory: lost answers, restarts, lies, rollbacks, and what lies where.
//! Knows every file of the venue; no socket.
//! Specified in specs/protocol.md §3.6, §3.8 and §14.

mod disk;
mod moves;

use crate::cli::venue::error::VenueToolError;
use crate::cli::venue::show::valid_at;
use crate::store::venue::{ShelfError, laid_out};
use crate::venue::registering::RegisteringError;
use crate::venue::releasing::ReleasingError;
use crate::venue::shown::{self, ShownCode};
use crate::venue::tests::office::{Lie, Office};
use crate::venue::tests::{NOW, hour, wish};
use crate::venue::wish::Wish;
use disk::{Disk, Link, files_below, lies_below};
use lachan_link::LinkError;
use lachan_protocol::code::DEFAULT_HOST;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::budget::{Left, ReleaseError};
use lachan_protocol::time::{DAY_SECONDS, UnixTime};
use lachan_store::StoreError;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const LATER: UnixTime = NOW.plus(2 * DAY_SECONDS);
const EXPIRY: UnixTime = NOW.plus(9 * DAY_SECONDS);

#[test]
fn a_plan_is_registered_shown_and_still_there_after_a_restart() {
    for schedule in [KeySchedule::Screen, KeySchedule::Sheet] {
        let (disk, mut office) = (Disk::new(), Office::new());
        let registered = disk.register(&mut office, schedule, false).unwrap();
        let code = registered.plan().code_id();
        let again = disk.with(|shelf| shelf.registered(&shelf.record(code).unwrap()).unwrap());
        assert_eq!(again.code_at(NOW), registered.code_at(NOW));
        assert_eq!(again.mailbox(), registered.mailbox());
        // a display reads the folder only
        let codes = laid_out(&disk.path("codes"), DEFAULT_HOST).unwrap();
        let shown = shown::at(&codes, NOW).unwrap();
        assert_eq!(
            (shown.code_id(), shown.head().name.as_str()),
            (code, "Phở Thìn")
        );
        // In the first 10 minutes of a screen's code the one before it stays, for its door stamp.
        let hour = NOW.window().start().plus(5 * 3_600);
        let over_at = |now: UnixTime| {
            disk.with(|shelf| shelf.lay_out(&again, now).unwrap());
            let codes = laid_out(&disk.path("codes"), DEFAULT_HOST).unwrap();
            let is_over = |code: &&ShownCode| code.shown_until() <= now;
            codes.iter().filter(is_over).count()
        };
        let before = usize::from(schedule == KeySchedule::Screen);
        assert_eq!(over_at(hour.plus(599)), before);
        assert_eq!(over_at(hour.plus(600)), 0);
        let later = hour.plus(600);
        disk.with(|shelf| shelf.lay_out(&again, later).unwrap());
        let codes = laid_out(&disk.path("codes"), DEFAULT_HOST).unwrap();
        assert!(codes.len() <= shown::PRELOADED, "only the next few hours");
        assert!(
            codes.iter().all(|code| later < code.shown_until()),
            "what is over is removed"
        );
        assert!(shown::at(&codes, later).is_some());
    }
}

#[test]
fn of_several_plans_the_only_one_whose_time_it_is_is_chosen() {
    let (disk, mut office) = (Disk::new(), Office::new());
    let screen = disk.register(&mut office, KeySchedule::Screen, false);
    let screen = screen.unwrap().plan().code_id();
    let (prekey, code_keys) = (office.prekey(), office.code_keys());
    let month = Wish {
        hours: Some(744),
        ..wish(KeySchedule::Sheet)
    };
    let mut link = Link {
        office: &mut office,
        now: NOW,
        loses: false,
    };
    let known = (&prekey, code_keys.as_slice());
    let sheet = disk.with(|shelf| {
        let sheet = super::register(shelf, &mut link, &month, known, NOW, &mut rand::rng());
        sheet.unwrap().plan().code_id()
    });
    let valid_at = |now| {
        disk.with(|shelf| {
            let valid = valid_at(shelf, &shelf.plans().unwrap(), now);
            valid.iter().map(|plan| plan.code).collect::<BTreeSet<_>>()
        })
    };
    assert_eq!(valid_at(LATER), BTreeSet::from([sheet]));
    // Control: while both are valid, nothing is chosen.
    assert_eq!(valid_at(NOW), BTreeSet::from([screen, sheet]));
    assert_eq!(valid_at(NOW.minus(DAY_SECONDS)), BTreeSet::new());
}

#[test]
fn an_answer_that_was_lost_comes_with_the_same_command_and_makes_no_second_plan() {
    let (disk, mut office) = (Disk::new(), Office::new());
    let lost = disk.register(&mut office, KeySchedule::Screen, true);
    assert_eq!(
        lost.unwrap_err(),
        VenueToolError::Net(LinkError::TimedOut.into())
    );
    assert!(
        laid_out(&disk.path("codes"), DEFAULT_HOST)
            .unwrap()
            .is_empty()
    );
    let registered = disk
        .register(&mut office, KeySchedule::Screen, false)
        .unwrap();
    let code = registered.plan().code_id();
    assert_eq!(office.plans.keys().collect::<Vec<_>>(), [&code]);
    assert_eq!(registered.code_at(NOW), office.plans[&code].code_at(NOW));
    disk.with(|shelf| assert_eq!(shelf.plans().unwrap().len(), 1));
    // control: the same command once more, now that it is registered, is another plan
    disk.register(&mut office, KeySchedule::Screen, false)
        .unwrap();
    assert_eq!(office.plans.len(), 2);
}

#[test]
fn nothing_is_kept_of_an_answer_that_is_refused() {
    for lie in [Lie::Proof, Lie::CodeKey] {
        let (disk, mut office) = (Disk::new(), Office::new());
        office.lie = Some(lie);
        let refused = disk
            .register(&mut office, KeySchedule::Sheet, false)
            .unwrap_err();
        assert!(matches!(
            refused,
            VenueToolError::Registering(RegisteringError::BadAnswer(_))
        ));
        assert!(files_below(&disk.path("keys")).is_empty());
        assert!(files_below(&disk.path("codes")).is_empty());
        assert!(files_below(&disk.path("state/files")).is_empty());
        disk.with(|shelf| assert!(shelf.plans().unwrap().is_empty()));
        office.lie = None;
        disk.register(&mut office, KeySchedule::Sheet, false)
            .unwrap();
    }
}

#[test]
fn neither_codes_nor_state_hold_a_secret_in_clear() {
    for schedule in [KeySchedule::Screen, KeySchedule::Sheet] {
        let (disk, mut office) = (Disk::new(), Office::new());
        let registered = disk.register(&mut office, schedule, false).unwrap();
        let code = registered.plan().code_id();
        let id = office.ask(code, &[hour(0), hour(1)], EXPIRY).id();
        disk.poll(&mut office, code, false).unwrap();
        disk.decide(&office, code, id, true).unwrap();
        disk.poll(&mut office, code, false).unwrap();
        assert_eq!(office.answered.len(), 1);
        let mut secrets: Vec<Vec<u8>> = Vec::new();
        for file in files_below(&disk.path("keys")) {
            secrets.extend(fs::read(file).unwrap().chunks(32).map(<[u8]>::to_vec));
        }
        assert_eq!(
            secrets.len(),
            3 + if schedule == KeySchedule::Sheet {
                16
            } else {
                2
            }
        );
        disk.with(|shelf| {
            let plan = shelf.plan(&shelf.record(code).unwrap()).unwrap();
            let shares = shelf.secrets(&plan).unwrap().shares;
            for window in [hour(0), hour(1), hour(2)] {
                secrets.push(
                    shares
                        .share_of(plan.head(), window)
                        .unwrap()
                        .to_bytes()
                        .to_vec(),
                );
            }
        });
        for secret in &secrets {
            assert!(!lies_below(&disk.path("state"), secret));
            assert!(!lies_below(&disk.path("codes"), secret));
        }
        // control: what is searched for is found where it lies
        assert!(lies_below(&disk.path("keys"), &secrets[0]));
        assert!(lies_below(&disk.path("state"), &id.0));
    }
}

#[test]
fn the_count_is_on_the_disk_before_the_answer_leaves_and_the_answer_is_repeated() {
    let (disk, mut office) = (Disk::new(), Office::new());
    let code = disk
        .register(&mut office, KeySchedule::Sheet, false)
        .unwrap()
        .plan()
        .code_id();
    let id = office.ask(code, &[hour(0), hour(1)], EXPIRY).id();
    disk.poll(&mut office, code, false).unwrap();
    assert!(office.answered.is_empty());
    disk.decide(&office, code, id, true).unwrap();
    assert!(office.answered.is_empty(), "nothing has left");
    assert_eq!(disk.left(&office, code), Left::Windows(13));
    // the reply is lost: the answer goes out again, byte for byte
    disk.poll(&mut office, code, true).unwrap_err();
    let polled = disk.poll(&mut office, code, false).unwrap_err();
    assert_eq!(
        polled,
        VenueToolError::Poll(crate::venue::mailbox::PollError::ByOffice)
    );
    assert_eq!(office.answered.len(), 2);
    assert_eq!(office.answered[0], office.answered[1]);
    assert_eq!(disk.poll(&mut office, code, false).unwrap().carried, None);
    assert_eq!(disk.left(&office, code), Left::Windows(13));
}

#[test]
fn a_database_put_back_releases_nothing_and_then_counts_the_sheet_as_used_up() {
    let (disk, mut office) = (Disk::new(), Office::new());
    let code = disk
        .register(&mut office, KeySchedule::Sheet, false)
        .unwrap()
        .plan()
        .code_id();
    let first = office.ask(code, &[hour(0)], EXPIRY).id();
    disk.poll(&mut office, code, false).unwrap();
    let (db, copy) = (disk.path("state/db"), disk.path("copy"));
    copy_dir(&db, &copy);
    disk.decide(&office, code, first, true).unwrap();
    fs::remove_dir_all(&db).unwrap();
    copy_dir(&copy, &db);
    let refused = disk.decide(&office, code, first, true).unwrap_err();
    let spent = ReleasingError::Release(ReleaseError::BudgetSpent { budget: 15 });
    assert!(matches!(
        refused,
        VenueToolError::Shelf(ShelfError::Store(StoreError::RolledBack { .. }))
    ));
    assert_eq!(disk.left(&office, code), Left::Windows(0));
    disk.store().accept_rollback().unwrap();
    assert_eq!(disk.left(&office, code), Left::Windows(0));
    let refused = disk.decide(&office, code, first, true).unwrap_err();
    assert_eq!(refused, VenueToolError::Releasing(spent));
    assert!(office.answered.is_empty());
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_day_seed_is_erased_when_its_day_plus_29_begins_and_the_plan_when_all_is_over() {
    let (disk, mut office) = (Disk::new(), Office::new());
    let registered = disk
        .register(&mut office, KeySchedule::Screen, false)
        .unwrap();
    let (code, last) = (registered.plan().code_id(), registered.plan().head().last());
    let seeds = |disk: &Disk| {
        let names = files_below(&disk.path("keys")).into_iter();
        names
            .filter(|name| name.to_str().unwrap().contains("-seed-"))
            .count()
    };
    let dies = NOW.day().kept_until();
    disk.with(|shelf| shelf.tidy(dies.minus(1)).unwrap());
    assert_eq!(seeds(&disk), 2);
    disk.with(|shelf| shelf.tidy(dies).unwrap());
    assert_eq!(seeds(&disk), 1);
    disk.with(|shelf| assert!(shelf.record(code).is_ok()));
    disk.with(|shelf| shelf.tidy(last.end().plus(28 * DAY_SECONDS)).unwrap());
    disk.with(|shelf| assert!(shelf.plans().unwrap().is_empty()));
    assert!(files_below(&disk.path("codes")).is_empty());
    assert!(files_below(&disk.path("state/files")).is_empty());
    disk.with(|shelf| shelf.tidy(dies.plus(2 * DAY_SECONDS)).unwrap());
    assert!(files_below(&disk.path("keys")).is_empty());
}
