//! A plan on its way from one disk to another: from the mark on, only one of them answers.
//! Knows two disks and the office in memory.
//! Specified in specs/protocol.md §3.9.

use super::disk::{Disk, files_below};
use super::{EXPIRY, LATER};
use crate::cli::venue::error::VenueToolError;
use crate::store::venue::ShelfError;
use crate::venue::handover::{HandOver, HandOverError};
use crate::venue::tests::hour;
use crate::venue::tests::office::Office;
use lachan_protocol::id::CodeId;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::budget::Left;

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
        shelf.packed(&record, generation).unwrap().to_bytes()
    });
    HandOver::from_bytes(&bytes).unwrap()
}

fn take(disk: &Disk, office: &Office, hand_over: &HandOver) -> Result<(), HandOverError> {
    disk.with(|shelf| {
        shelf.may_take(hand_over).unwrap()?;
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
