//! What lies damaged or is gone on the office's disk is said by name, before anything is done with it.
//! Knows the disk of the tests; does not know the office's parts.
//! Specified in specs/protocol.md §14.4.
use crate::desk::{Desk, Disk, REGION, TICK, authority, keys};
use crate::secrets::day;
use crate::story::FIRST;
use crate::venue::Unregistered;
use lachan_node::office::{
    BadSecret, Input, LoadError, Note, Office, OfficeConfig, RegistrationRefusal, ReplyTo,
    RequestRefusal, Saved, Shelf,
};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::keys::KeySchedule;
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// A desk with a plan on its disk, and the message that registered the plan.
fn used() -> (Desk, Unregistered, Vec<u8>) {
    let mut desk = Desk::new();
    let plan = Unregistered::new(&mut desk, KeySchedule::Screen, FIRST, 24);
    let (sealed, _) = plan.message(&mut desk, plan.kind());
    let _ = desk.tell(Input::Registration {
        sealed: sealed.clone(),
        reply_to: ReplyTo(0),
    });
    desk.now = desk.now.plus(TICK);
    let _ = desk.tell(Input::Clock);
    assert!(!desk.disk.0.borrow().files.is_empty());
    (desk, plan, sealed)
}

/// What an office says to the disk of a whole day on which something was changed.
fn loaded(change: impl FnOnce(&mut Disk, &mut Saved)) -> Result<(), LoadError> {
    let (mut desk, _) = day(Desk::new());
    // the tick that publishes what was released
    desk.now = desk.now.plus(TICK);
    let _ = desk.tick().expect("a tick is due");
    let config = OfficeConfig {
        authority: authority(),
        regions: vec![REGION],
        tick_seconds: TICK,
    };
    let disk = desk.disk.clone();
    let mut saved = {
        let disk = disk.0.borrow();
        let records = disk.records.iter();
        let secrets = disk.secrets.iter();
        Saved {
            records: records
                .map(|((shelf, key), value)| (*shelf, key.clone(), value.clone()))
                .collect(),
            secrets: secrets
                .map(|(name, bytes)| (*name, Zeroizing::new(bytes.to_vec())))
                .collect(),
        }
    };
    change(&mut disk.0.borrow_mut(), &mut saved);
    Office::load(config, keys(), saved, disk).map(|_| ())
}

#[test]
fn a_damaged_disk_is_refused_by_name() {
    assert_eq!(loaded(|_, _| {}), Ok(()), "the control");
    let mut shelves = BTreeSet::new();
    let kept = loaded(|_, saved| {
        // of a prekey only its day counts, which is its key
        let says = |shelf: Shelf, value: &[u8]| shelf != Shelf::Prekeys && !value.is_empty();
        let kept = saved
            .records
            .iter()
            .filter(|record| says(record.0, &record.2));
        shelves.extend(kept.map(|record| record.0));
    });
    assert_eq!(kept, Ok(()));
    assert!(shelves.len() >= 3, "{shelves:?}");
    for shelf in shelves {
        let cut = loaded(|_, saved| {
            let mut records = saved.records.iter_mut();
            let record = records.find(|record| record.0 == shelf && !record.2.is_empty());
            record.unwrap().2.pop();
        });
        assert_eq!(cut, Err(LoadError::RecordDamaged(shelf)));
    }
    let gone = loaded(|_, saved| {
        // the first plan's record says that it was the second
        let mut plans = saved
            .records
            .iter_mut()
            .filter(|record| record.0 == Shelf::Plans);
        plans.next().unwrap().2[7] = 1;
    });
    assert_eq!(gone, Err(LoadError::RegistrationMissing(0)));
    let opened = loaded(|disk, _| {
        for bytes in disk.files.values_mut() {
            bytes.reverse();
        }
    });
    assert_eq!(opened, Err(LoadError::FileDamaged(Shelf::Ticks)));
    let mut name = None;
    let short = loaded(|_, saved| {
        let mut first = saved.secrets.first_entry().unwrap();
        name = Some(*first.key());
        first.get_mut().pop();
    });
    assert_eq!(short, Err(LoadError::BadSecret(BadSecret(name.unwrap()))));
}

#[test]
fn what_is_gone_of_a_plan_is_neither_answered_nor_asked_for() {
    let (mut desk, plan, sealed) = used();
    let id = plan.plan.code_id();
    let again = |desk: &mut Desk| {
        let said = desk.tell(Input::Registration {
            sealed: sealed.clone(),
            reply_to: ReplyTo(0),
        });
        said.notes.into_iter().find_map(|note| match note {
            Note::RegistrationRefused(why) => Some(why),
            _ => None,
        })
    };
    let ask = |desk: &mut Desk| {
        let from = FIRST.start();
        desk.ask(id, from, from.plus(3_600), Advice::TakeTest).err()
    };
    assert_eq!(again(&mut desk), None, "the control");
    assert_eq!(ask(&mut desk), None, "the control");
    desk.disk.0.borrow_mut().files.clear();
    let mut desk = desk.restart();
    assert_eq!(again(&mut desk), Some(RegistrationRefusal::AnswerLost));
    assert_eq!(ask(&mut desk), Some(RequestRefusal::PlanGone));
}
