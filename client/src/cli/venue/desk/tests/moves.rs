//! A plan on its way from one disk to another: from the mark on, only one of them answers.
//! Knows two disks and the office in memory.
//! Specified in specs/protocol.md §3.9.

use super::super::super::handover::hand_to;
use super::disk::{Disk, files_below};
use super::{EXPIRY, LATER};
use crate::cli::CliError;
use crate::cli::venue::error::VenueToolError;
use crate::store::venue::{ClosedPlan, ShelfError};
use crate::venue::handover::{HandOver, HandOverError};
use crate::venue::secrets::{Secret, SecretName, SecretPart};
use crate::venue::tests::office::Office;
use crate::venue::tests::{NOW, hour};
use lachan_protocol::id::CodeId;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::budget::Left;
use lachan_protocol::time::{DAY_SECONDS, Day, Window};
use lachan_store::sealed_file::{Passphrase, SealedKind, open, read};
use std::path::Path;
use zeroize::Zeroizing;

const GONE: VenueToolError = VenueToolError::HandOver(HandOverError::HandedOver);

fn registered(office: &mut Office, schedule: KeySchedule) -> (Disk, CodeId) {
    let disk = Disk::new();
    let registered = disk.register(office, schedule, false).unwrap();
    let code = registered.plan().code_id();
    (disk, code)
}

/// What is written into the file, when the mark is on the disk.
fn packed(disk: &Disk, code: CodeId) -> HandOver {
    let bytes = disk.with(|shelf| {
        let generation = shelf.mark_handed(code).unwrap();
        let record = shelf.record(code).unwrap();
        shelf.packed(&record, generation, NOW).unwrap().to_bytes()
    });
    HandOver::from_bytes(&bytes).unwrap()
}

fn take(disk: &Disk, office: &Office, hand_over: &HandOver) -> Result<(), HandOverError> {
    disk.with(|shelf| {
        shelf.may_take(hand_over, NOW).unwrap()?;
        let registered = hand_over.verify(|_| office.code_keys())?;
        shelf.take(hand_over, &registered).unwrap();
        Ok(())
    })
}

#[test]
fn from_the_mark_on_the_old_tool_approves_nothing_and_the_same_command_goes_on() {
    for schedule in [KeySchedule::Screen, KeySchedule::Slip, KeySchedule::Sheet] {
        let mut office = Office::new();
        let (disk, code) = registered(&mut office, schedule);
        let id = office.ask(code, &[hour(0)], EXPIRY).id();
        disk.poll(&mut office, code, false).unwrap();
        // Killed right after the mark: the secrets are all there, and nothing is approved, declined or polled.
        assert_eq!(disk.with(|shelf| shelf.mark_handed(code)), Ok(1));
        assert_eq!(disk.decide(&office, code, id, true), Err(GONE));
        assert_eq!(disk.decide(&office, code, id, false), Err(GONE));
        assert_eq!(disk.poll(&mut office, code, false), Err(GONE));
        assert!(office.answered.is_empty());
        // The file can still be written, under the same number.
        assert_eq!(packed(&disk, code).generation, 1);
        disk.with(|shelf| shelf.let_go(code).unwrap());
        assert!(files_below(&disk.path("keys")).is_empty());
        let unknown = disk.with(|shelf| shelf.record(code));
        assert_eq!(unknown, Err(ShelfError::UnknownPlan(code)));
        // Control: without the mark the very same request is approved.
        let mut office = Office::new();
        let (disk, code) = registered(&mut office, schedule);
        let id = office.ask(code, &[hour(0)], EXPIRY).id();
        disk.poll(&mut office, code, false).unwrap();
        assert_eq!(disk.decide(&office, code, id, true), Ok(()));
    }
}

#[test]
fn a_kill_while_the_secrets_are_erased_is_finished_by_the_next_start() {
    let mut office = Office::new();
    let (disk, code) = registered(&mut office, KeySchedule::Sheet);
    let _ = packed(&disk, code);
    // N went first; all others are still there.
    let keys = files_below(&disk.path("keys"));
    let notice = keys
        .iter()
        .find(|file| file.to_str().unwrap().contains("-notice-"));
    std::fs::remove_file(notice.unwrap()).unwrap();
    disk.with(|shelf| shelf.tidy(LATER).unwrap());
    assert!(files_below(&disk.path("keys")).is_empty());
    assert!(disk.with(|shelf| shelf.plans().unwrap()).is_empty());
    // Control: a plan that was not handed on is not forgotten for a missing file.
    let (disk, _) = registered(&mut office, KeySchedule::Sheet);
    let keys = files_below(&disk.path("keys"));
    let notice = keys
        .iter()
        .find(|file| file.to_str().unwrap().contains("-notice-"));
    std::fs::remove_file(notice.unwrap()).unwrap();
    disk.with(|shelf| shelf.tidy(LATER).unwrap());
    assert_eq!(disk.with(|shelf| shelf.plans().unwrap()).len(), 1);
}

#[test]
fn the_count_the_requests_and_a_used_up_sheet_move_too() {
    let mut office = Office::new();
    let (old, code) = registered(&mut office, KeySchedule::Sheet);
    let id = office.ask(code, &[hour(0), hour(1)], EXPIRY).id();
    old.poll(&mut office, code, false).unwrap();
    old.decide(&office, code, id, true).unwrap();
    let hand_over = packed(&old, code);
    old.with(|shelf| shelf.let_go(code).unwrap());
    let new = Disk::new();
    assert_eq!(take(&new, &office, &hand_over), Ok(()));
    assert_eq!(new.left(&office, code), Left::Windows(13));
    // The answer that the old one never sent goes out from the new one.
    assert_eq!(
        new.poll(&mut office, code, false).unwrap().carried,
        Some(id)
    );
    // The other way round: the old one takes only a later hand-over than its own.
    assert_eq!(take(&old, &office, &hand_over), Err(HandOverError::Stale));
    assert_eq!(take(&new, &office, &hand_over), Err(HandOverError::Stale));
    let back = packed(&new, code);
    new.with(|shelf| shelf.let_go(code).unwrap());
    assert_eq!(take(&old, &office, &back), Ok(()));
    assert_eq!(old.left(&office, code), Left::Windows(13));
    // A count that cannot be trusted stays so.
    let spent = HandOver {
        is_spent: true,
        ..packed(&old, code)
    };
    let third = Disk::new();
    assert_eq!(take(&third, &office, &spent), Ok(()));
    assert_eq!(third.left(&office, code), Left::Windows(0));
    assert!(packed(&third, code).is_spent);
}

#[test]
fn parts_that_do_not_belong_together_are_not_taken() {
    let mut office = Office::new();
    for schedule in [KeySchedule::Screen, KeySchedule::Sheet] {
        let (disk, code) = registered(&mut office, schedule);
        let sound = packed(&disk, code);
        for (number, secret) in sound.secrets.iter().enumerate() {
            let mut hand_over = HandOver::from_bytes(&sound.to_bytes()).unwrap();
            hand_over.secrets[number].bytes[0] ^= 1;
            let taken = take(&Disk::new(), &office, &hand_over);
            // The mailbox's secret belongs to nothing else that the venue has.
            let name = secret.name.to_file_name();
            let is_mailbox = name.contains("-mailbox-");
            assert_eq!(taken == Err(HandOverError::Damaged), !is_mailbox, "{name}");
        }
        let new = Disk::new();
        let other = CodeId([7; 16]);
        let mut hand_over = HandOver::from_bytes(&sound.to_bytes()).unwrap();
        hand_over.code = other;
        assert_eq!(take(&new, &office, &hand_over), Err(HandOverError::Damaged));
        let unsigned = sound.verify(|_| Vec::new()).map(drop);
        assert_eq!(unsigned, Err(HandOverError::NotRegistered));
        let bytes = sound.to_bytes();
        for len in 0..bytes.len() {
            assert!(HandOver::from_bytes(&bytes[..len]).is_err(), "cut at {len}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(HandOver::from_bytes(&longer).is_err());
        // Control: as it is, it is taken.
        assert_eq!(take(&new, &office, &sound), Ok(()));
    }
}

#[test]
fn files_of_other_windows_or_days_are_not_taken_and_neither_is_a_file_that_comes_twice() {
    let mut office = Office::new();
    for schedule in [KeySchedule::Screen, KeySchedule::Sheet] {
        let (disk, code) = registered(&mut office, schedule);
        let sound = packed(&disk, code);
        let last = disk.with(|shelf| shelf.record(code).unwrap().last);
        // The right N and mailbox under a window that was never the plan's, and others under the right one.
        for part in [SecretPart::Notice, SecretPart::Mailbox] {
            let mut hand_over = HandOver::from_bytes(&sound.to_bytes()).unwrap();
            let right = SecretName {
                code,
                part: part(last),
            };
            let secrets = &mut hand_over.secrets;
            let moved = secrets.iter_mut().find(|it| it.name == right).unwrap();
            moved.name.part = part(Window(1));
            let bytes = Zeroizing::new(vec![9; 32]);
            secrets.push(Secret { name: right, bytes });
            let new = Disk::new();
            assert_eq!(take(&new, &office, &hand_over), Err(HandOverError::Damaged));
            assert!(files_below(&new.path("keys")).is_empty());
        }
        let other = match schedule {
            KeySchedule::Sheet => SecretPart::DaySeed(NOW.day()),
            KeySchedule::Screen | KeySchedule::Slip => SecretPart::DaySeed(Day(1)),
        };
        let parts = [
            other,
            SecretPart::Coefficients(Window(1)),
            SecretPart::Signing(Window(1)),
            SecretPart::Signing(last),
        ];
        for part in parts {
            let mut hand_over = HandOver::from_bytes(&sound.to_bytes()).unwrap();
            let signing = SecretName {
                code,
                part: SecretPart::Signing(last),
            };
            let copied = hand_over.secrets.iter().find(|it| it.name == signing);
            let bytes = copied.unwrap().bytes.clone();
            let name = SecretName { code, part };
            hand_over.secrets.push(Secret { name, bytes });
            let taken = take(&Disk::new(), &office, &hand_over);
            assert_eq!(taken, Err(HandOverError::Damaged), "{part:?}");
        }
        // Control: as it is, it is taken.
        assert_eq!(take(&Disk::new(), &office, &sound), Ok(()));
    }
}

#[test]
fn a_number_after_which_there_is_no_other_is_refused_and_the_bytes_never_grow() {
    let mut office = Office::new();
    let (disk, code) = registered(&mut office, KeySchedule::Sheet);
    let id = office.ask(code, &[hour(0)], EXPIRY).id();
    disk.poll(&mut office, code, false).unwrap();
    disk.decide(&office, code, id, true).unwrap();
    let sound = packed(&disk, code);
    let bytes = sound.to_bytes();
    assert_eq!(bytes.len(), bytes.capacity());
    let with = |generation| {
        let hand_over = HandOver {
            generation,
            ..packed(&disk, code)
        };
        HandOver::from_bytes(&hand_over.to_bytes())
    };
    assert_eq!(with(u32::MAX).map(drop), Err(HandOverError::Damaged));
    // The last one that is taken is the last one there is: it ends with an error, not at 0.
    let newest = with(u32::MAX - 1).unwrap();
    let new = Disk::new();
    assert_eq!(take(&new, &office, &newest), Ok(()));
    assert_eq!(new.with(|shelf| shelf.mark_handed(code)), Ok(u32::MAX));
}

#[test]
fn no_other_file_is_lost_to_a_hand_over_and_its_own_is_written_again() {
    let mut office = Office::new();
    let (disk, first) = registered(&mut office, KeySchedule::Sheet);
    let second = disk
        .register(&mut office, KeySchedule::Screen, false)
        .unwrap();
    let second = second.plan().code_id();
    let secret = Passphrase::new("bốn con ngựa đi qua cầu");
    let hand = |code, out: &Path| {
        disk.with(|shelf| hand_to(shelf, &shelf.record(code).unwrap(), (out, &secret), NOW))
    };
    let code_in = |out: &Path| {
        let content = open(&secret, SealedKind::VenueSecrets, &read(out).unwrap()).unwrap();
        HandOver::from_bytes(&content).unwrap().code
    };
    let exists = |out: &Path| {
        let error = VenueToolError::from(HandOverError::FileExists);
        Err(CliError::from(error).at(out))
    };
    let (file, other) = (disk.path("shop.sealed"), disk.path("other.sealed"));
    assert_eq!(hand(first, &file), Ok(1));
    assert_eq!(hand(second, &file), exists(&file));
    assert_eq!(code_in(&file), first);
    // Nothing was marked: the second plan still answers.
    assert_eq!(disk.with(|shelf| shelf.handed(second)), Ok((0, false)));
    // Also a plan that was marked, and whose file was never written, takes no other file's place.
    let handed = disk.with(|shelf| {
        let generation = shelf.mark_handed(second).unwrap();
        let record = shelf.record(second).unwrap();
        shelf.packed(&record, generation, NOW).unwrap()
    });
    assert_eq!(hand(second, &file), exists(&file));
    assert_eq!(code_in(&file), first);
    // Control: the file that a killed command left of this very plan is written again.
    let kind = SealedKind::VenueSecrets;
    let sealed = lachan_store::sealed_file::seal(&secret, kind, &handed.to_bytes()).unwrap();
    std::fs::write(&other, sealed).unwrap();
    assert_eq!(hand(second, &other), Ok(1));
    assert_eq!(code_in(&other), second);
}

#[test]
fn a_closed_plan_is_closed_in_the_step_that_takes_it_over() {
    let mut office = Office::new();
    let (old, code) = registered(&mut office, KeySchedule::Sheet);
    let closed = ClosedPlan {
        from: hour(2),
        is_sent: false,
    };
    old.with(|shelf| shelf.store_closed(code, closed).unwrap());
    let hand_over = packed(&old, code);
    let new = Disk::new();
    let store = new.store();
    let shelf = new.shelf(&store);
    let registered = hand_over.verify(|_| office.code_keys()).unwrap();
    let before = store.sequence();
    shelf.take(&hand_over, &registered).unwrap();
    // No request moved: all that is kept is kept by one commit, and no kill can come between.
    assert_eq!(store.sequence().get(), before.get() + 1);
    assert_eq!(shelf.closed(code), Ok(Some(closed)));
}

#[test]
fn a_kept_file_gives_no_sheet_its_count_back() {
    let mut office = Office::new();
    let (old, code) = registered(&mut office, KeySchedule::Sheet);
    let hand_over = packed(&old, code);
    // Seven days after it was made it is still taken; a second later, by nobody.
    let until = NOW.plus(7 * DAY_SECONDS);
    let may = |now| Disk::new().with(|shelf| shelf.may_take(&hand_over, now).unwrap());
    assert_eq!(may(until), Ok(()));
    assert_eq!(may(until.plus(1)), Err(HandOverError::TooOld));
    // A store that was put back may have had it before.
    let new = Disk::new();
    let db = new.path("state/db");
    let copy = new.path("copy");
    super::copy_dir(&db, &copy);
    assert_eq!(take(&new, &office, &hand_over), Ok(()));
    assert_eq!(new.left(&office, code), Left::Windows(15), "control");
    std::fs::remove_dir_all(&db).unwrap();
    super::copy_dir(&copy, &db);
    new.store().accept_rollback().unwrap();
    assert_eq!(take(&new, &office, &hand_over), Ok(()));
    assert_eq!(new.left(&office, code), Left::Windows(0));
}

#[test]
fn the_codes_of_a_plan_that_was_marked_are_taken_down_and_not_laid_out_again() {
    for schedule in [KeySchedule::Screen, KeySchedule::Sheet] {
        let mut office = Office::new();
        let (disk, code) = registered(&mut office, schedule);
        let laid_out = || files_below(&disk.path("codes")).len();
        disk.with(|shelf| shelf.tidy(NOW).unwrap());
        assert!(laid_out() > 0, "control");
        let registered = disk.with(|shelf| {
            let record = shelf.record(code).unwrap();
            let registered = shelf.registered(&record).unwrap();
            // Killed right after this.
            shelf.mark_handed(code).unwrap();
            registered
        });
        disk.with(|shelf| shelf.tidy(NOW).unwrap());
        assert_eq!(laid_out(), 0);
        disk.with(|shelf| shelf.lay_out(&registered, NOW).unwrap());
        assert_eq!(laid_out(), 0);
        // The plan is all there: the same command goes on.
        assert!(
            disk.with(|shelf| shelf.registered(&shelf.record(code).unwrap()))
                .is_ok()
        );
    }
}
