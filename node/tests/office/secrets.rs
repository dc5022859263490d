//! Secrets at rest: in key files, or sealed; and key files die when their time is over.
use crate::desk::{DAY, Desk, keys};
use crate::story::FIRST;
use crate::venue::Venue;
use lachan_node::office::{Input, SecretName};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::office::{EpochSeed, OfficeSeeds};
use lachan_protocol::keys::release::combine;
use lachan_protocol::office::PollReply;
use lachan_protocol::time::{DAY_SECONDS, UnixTime, Window};

fn at(window: u32) -> UnixTime {
    Window(FIRST.0 + window).start()
}

pub(crate) fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|part| part == needle)
}

/// A day with everything in it, up to an answered request that no tick has published.
pub(crate) fn day(mut desk: Desk) -> (Desk, Vec<(&'static str, Vec<u8>)>) {
    let mut wanted = Vec::new();
    for schedule in [KeySchedule::Screen, KeySchedule::Sheet] {
        desk.now = at(0);
        let venue = Venue::register(&mut desk, schedule, FIRST, 24);
        desk.now = at(9);
        desk.ask(venue.id(), at(6), at(8), Advice::TakeTest)
            .expect("asks");
        let request = venue.approve(&mut desk);
        assert_eq!(venue.poll(&mut desk, None), Some(PollReply::Nothing));
        wanted.push(("mailbox secret", venue.registered.mailbox().0.to_vec()));
        wanted.push(("secret of notices", venue.plan.notice_secret().0.to_vec()));
        let seeds = {
            let disk = desk.disk.0.borrow();
            let name = SecretName::Epoch(venue.plan.head().epoch());
            OfficeSeeds::single(EpochSeed::from_bytes(&disk.secrets[&name]))
        };
        for (item, share) in request.items().iter().zip(venue.shares(&request)) {
            let office = seeds
                .shares_of(&venue.plan, item.window)
                .expect("in the plan");
            let key = combine(&venue.registered, item.window, &share, &seeds).expect("right");
            wanted.push(("venue's share", share.to_bytes().to_vec()));
            wanted.push(("office's share", office[0].to_bytes().to_vec()));
            wanted.push(("released key", key.release().to_bytes().to_vec()));
            let notice = venue
                .plan
                .notification_key_of(item.window)
                .expect("in the plan");
            wanted.push(("notification key", notice.0.to_vec()));
        }
    }
    for (name, secret) in &desk.disk.0.borrow().secrets {
        let kind = match name {
            SecretName::Epoch(_) => "epoch seed",
            SecretName::Prekey(_) => "prekey",
            SecretName::Vault(_) => "vault key",
        };
        wanted.push((kind, secret.to_vec()));
    }
    for key in [keys().batch, keys().code, keys().issuer] {
        wanted.push(("signing key", key.to_seed().to_vec()));
    }
    (desk, wanted)
}

#[test]
fn no_secret_was_ever_written_in_clear() {
    let (desk, wanted) = day(Desk::new());
    assert!(wanted.len() > 20);
    let disk = desk.disk.0.borrow();
    for (what, secret) in &wanted {
        let found = disk.written.iter().filter(|bytes| holds(bytes, secret));
        assert_eq!(found.count(), 0, "a {what} lies in clear");
    }
    // The control: what is public is found, so the search would find a secret too.
    let public = desk.prekey(DAY).to_bytes();
    assert!(disk.written.iter().any(|bytes| holds(bytes, &public)));
}

#[test]
fn released_keys_are_public_only_in_the_leaves_of_their_tick() {
    let (mut desk, wanted) = day(Desk::new());
    let before = desk.disk.0.borrow().written.len();
    desk.now = at(12);
    assert_eq!(desk.tick().expect("due").released, 4);
    let disk = desk.disk.0.borrow();
    for (what, secret) in &wanted {
        let mut found = disk.written[before..]
            .iter()
            .filter(|bytes| holds(bytes, secret));
        if *what == "released key" {
            assert!(found.all(|bytes| holds(bytes, &disk.log[disk.log.len() - 1])));
            assert!(
                disk.log.iter().any(|leaf| holds(leaf, secret)),
                "it is in the log"
            );
        } else {
            assert_eq!(found.count(), 0, "a {what} lies in clear");
        }
    }
}

#[test]
fn stored_things_do_not_open_once_the_months_keys_are_erased() {
    let (mut desk, _) = day(Desk::new());
    let epoch = |name: &SecretName| matches!(name, SecretName::Epoch(_) | SecretName::Vault(_));
    assert_eq!(
        desk.disk
            .0
            .borrow()
            .secrets
            .keys()
            .filter(|name| epoch(name))
            .count(),
        2
    );
    // November's plans begin until 2026-11-30T11:00Z, end 31 days later, and are kept for 28 days.
    desk.now = UnixTime(1_796_040_000 - 3_600 + (31 + 28) * DAY_SECONDS - 1);
    let _ = desk.tell(Input::Clock);
    assert_eq!(
        desk.disk
            .0
            .borrow()
            .secrets
            .keys()
            .filter(|name| epoch(name))
            .count(),
        2
    );
    desk.now = desk.now.plus(1);
    let _ = desk.tell(Input::Clock);
    assert_eq!(
        desk.disk
            .0
            .borrow()
            .secrets
            .keys()
            .filter(|name| epoch(name))
            .count(),
        0
    );
    assert!(desk.office().requests(desk.now).is_empty());
    let mut desk = desk.restart();
    assert_eq!(
        desk.office().summary(desk.now).registrations,
        2,
        "the tree stays"
    );
    assert!(desk.tick().is_some());
}

#[test]
fn prekeys_are_made_a_day_ahead_and_erased_after_the_next_day() {
    let mut desk = Desk::new();
    for day in 0..4_u16 {
        desk.now = DAY.start().plus(u64::from(day) * DAY_SECONDS);
        let _ = desk.tell(Input::Clock);
        let disk = desk.disk.0.borrow();
        let kept: Vec<u16> = (disk.secrets.keys())
            .filter_map(|name| match name {
                SecretName::Prekey(of) => Some(of.0 - DAY.0),
                SecretName::Epoch(_) | SecretName::Vault(_) => None,
            })
            .collect();
        let expected: Vec<u16> = (day.saturating_sub(1)..=day + 1).collect();
        assert_eq!(kept, expected);
    }
    assert_eq!(desk.disk.0.borrow().erased.len(), 2);
}
