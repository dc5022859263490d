//! The whole path: registration, case, request, approval, tick, warning.
use crate::desk::{DAY, Desk, TICK};
use crate::venue::{Unregistered, Venue};
use lachan_node::office::{RequestRefusal, RequestStage};
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::exposures::{Outcome, exposures_of, findings_in};
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::budget::ReleaseError;
use lachan_protocol::log::proof::verify_inclusion;
use lachan_protocol::office::PollReply;
use lachan_protocol::office::poll::registration_leaf;
use lachan_protocol::time::{WINDOW_SECONDS, Window};
use lachan_protocol::token::VisitToken;

pub(crate) const FIRST: Window = Window(20_781 * 24);

/// What the owner of these tokens is told, from the log alone.
pub(crate) fn told(desk: &Desk, tokens: &[VisitToken]) -> Vec<(Window, Outcome)> {
    let batches = desk.batches();
    let findings: Vec<_> = batches
        .iter()
        .flat_map(|batch| {
            let days = batch.lists().iter().map(|list| list.day);
            days.flat_map(move |day| {
                let of_day = tokens.iter().filter(|token| token.day() == day);
                findings_in(batch, day, &of_day.cloned().collect::<Vec<_>>())
            })
        })
        .collect();
    exposures_of(&findings)
        .into_iter()
        .map(|exposure| (exposure.window, exposure.outcome))
        .collect()
}

fn at(window: u32, minute: u64) -> lachan_protocol::time::UnixTime {
    Window(FIRST.0 + window).start().plus(minute * 60)
}

fn together(minutes: u32, outcome: &Outcome, wanted: Advice) -> bool {
    matches!(outcome, Outcome::Together { minutes: found, advice }
        if found.count() == minutes && *advice == wanted)
}

#[test]
fn hour_released_by_both_warns_exactly_its_visitors() {
    for schedule in [KeySchedule::Screen, KeySchedule::Sheet] {
        let mut desk = Desk::new();
        let (venue, other) = (
            Venue::register(&mut desk, schedule, FIRST, 48),
            Venue::register(&mut desk, schedule, FIRST, 48),
        );
        let there = venue.visit(&mut desk, Window(FIRST.0 + 9), (10, 50));
        let hour_before = venue.visit(&mut desk, Window(FIRST.0 + 8), (0, 60));
        let elsewhere = other.visit(&mut desk, Window(FIRST.0 + 9), (10, 50));

        desk.now = at(10, 5);
        let asked = desk.ask(venue.id(), at(9, 30), at(10, 0), Advice::TakeTwoTests);
        assert_eq!(asked.expect("asks").windows, [Window(FIRST.0 + 9)]);
        assert!(matches!(
            other.poll(&mut desk, None),
            Some(PollReply::Nothing)
        ));
        let request = venue.approve(&mut desk);
        assert_eq!(request.items()[0].advice, 3);
        assert!(
            told(&desk, std::slice::from_ref(&there)).is_empty(),
            "nothing before the tick"
        );

        desk.now = at(12, 1);
        let published = desk.tick().expect("a tick is due");
        assert_eq!(
            (published.seq, published.released, published.parts),
            (1, 1, 1)
        );
        assert_eq!(published.size_bytes, 18_830);
        let said = told(
            &desk,
            &[there.clone(), hour_before.clone(), elsewhere.clone()],
        );
        assert_eq!(said.len(), 1);
        assert_eq!(said[0].0, Window(FIRST.0 + 9));
        assert!(
            together(20, &said[0].1, Advice::TakeTwoTests),
            "{:?}",
            said[0]
        );
        assert_eq!(desk.tick(), None, "a tick is published once");
        assert_eq!(desk.batches().len(), 1);
    }
}

#[test]
fn released_hour_waits_half_an_hour_after_its_end() {
    let mut desk = Desk::new();
    let venue = Venue::register(&mut desk, KeySchedule::Screen, FIRST, 24);
    let visit = venue.visit(&mut desk, Window(FIRST.0 + 11), (0, 60));
    desk.now = at(12, 1);
    desk.ask(venue.id(), at(11, 0), at(12, 0), Advice::TakeTest)
        .expect("over");
    venue.approve(&mut desk);
    let published = desk.tick().expect("the tick of 12:00");
    assert_eq!((published.time, published.released), (at(12, 0), 0));
    assert!(told(&desk, std::slice::from_ref(&visit)).is_empty());
    desk.now = at(18, 0);
    assert_eq!(desk.tick().expect("the tick of 18:00").released, 1);
    assert_eq!(told(&desk, std::slice::from_ref(&visit)).len(), 1);
    assert_eq!(
        desk.office().requests(desk.now)[0].stage,
        RequestStage::Published
    );
}

#[test]
fn further_case_changes_the_hour_and_joins_the_minutes() {
    let mut desk = Desk::new();
    let venue = Venue::register(&mut desk, KeySchedule::Sheet, FIRST, 48);
    let visit = venue.visit(&mut desk, Window(FIRST.0 + 3), (0, 60));
    desk.now = at(5, 0);
    desk.ask(venue.id(), at(3, 0), at(3, 10), Advice::TakeTest)
        .expect("asks");
    venue.approve(&mut desk);
    desk.now = at(6, 0);
    assert_eq!(desk.tick().expect("due").released, 1);
    assert!(together(
        10,
        &told(&desk, std::slice::from_ref(&visit))[0].1,
        Advice::TakeTest
    ));

    desk = desk.restart();
    desk.ask(venue.id(), at(3, 50), at(4, 0), Advice::CallAtOnce)
        .expect("asks");
    venue.approve(&mut desk);
    desk.now = at(12, 0);
    let published = desk.tick().expect("due");
    assert_eq!((published.released, published.changed), (0, 1));
    let said = told(&desk, std::slice::from_ref(&visit));
    assert!(together(20, &said[0].1, Advice::CallAtOnce), "{said:?}");
}

#[test]
fn cases_of_one_hour_in_one_tick_are_one_entry_with_the_minutes_of_both() {
    let mut desk = Desk::new();
    let venue = Venue::register(&mut desk, KeySchedule::Screen, FIRST, 24);
    let visit = venue.visit(&mut desk, Window(FIRST.0 + 3), (0, 60));
    desk.now = at(5, 0);
    for (from, advice) in [(0, Advice::CallAtOnce), (20, Advice::TakeTest)] {
        desk.ask(venue.id(), at(3, from), at(3, from + 10), advice)
            .expect("asks");
    }
    venue.approve(&mut desk);
    venue.approve(&mut desk);
    desk.now = at(6, 0);
    let published = desk.tick().expect("due");
    assert_eq!((published.released, published.changed), (1, 0));
    let said = told(&desk, std::slice::from_ref(&visit));
    assert!(together(20, &said[0].1, Advice::CallAtOnce), "{said:?}");
}

#[test]
fn every_tick_is_published_also_an_empty_one_and_seq_rises_by_one() {
    let mut desk = Desk::new();
    for turn in 0..6 {
        desk.now = DAY.start().plus(turn * TICK + 60);
        let published = desk.tick().expect("due");
        assert_eq!((published.seq, published.entries), (turn + 1, 464));
        desk = desk.restart();
    }
    assert_eq!(desk.batches().len(), 6);
    assert_eq!(desk.office().summary(desk.now).seq, 6);
    assert_eq!(
        desk.office().summary(desk.now).next_tick,
        DAY.start().plus(6 * TICK)
    );
}

#[test]
fn registration_path_leads_to_the_root_in_the_log() {
    let mut desk = Desk::new();
    let venues: Vec<_> = (0..3)
        .map(|_| Venue::register(&mut desk, KeySchedule::Sheet, FIRST, 24))
        .collect();
    assert_eq!(
        venues[1].poll(&mut desk, None),
        Some(PollReply::Nothing),
        "no root yet"
    );
    desk.tick().expect("due");
    let root = desk.roots()[0];
    assert_eq!(root.count, 3);
    for venue in &venues {
        let Some(PollReply::Path(path)) = venue.poll(&mut desk, None) else {
            panic!("a path is offered");
        };
        let leaf = registration_leaf(&venue.plan.digest(), &[office_root(venue)]);
        let hashes: Vec<Hash> = path.hashes.iter().copied().map(Hash).collect();
        let leaf = Hash::of_leaf(&leaf);
        verify_inclusion(&leaf, path.index, path.size, &hashes, &root.root).expect("in the tree");
        assert_eq!(
            venue.poll(&mut desk, None),
            Some(PollReply::Nothing),
            "once"
        );
    }
    desk.now = at(6, 0);
    desk.tick().expect("due");
    assert_eq!(desk.roots().len(), 1, "no new registration, no new root");
}

/// RFC 6962 root over the office's points: sums minus the venue's points.
fn office_root(venue: &Venue) -> [u8; 32] {
    let points = venue.registered.points().iter().zip(venue.plan.points());
    let office: Vec<[u8; 32]> = points
        .map(|(sum, own)| (sum.as_group() - own.as_group()).compress().0)
        .collect();
    lachan_protocol::crypto::tree::root(office.iter().map(<[u8; 32]>::as_slice)).0
}

#[test]
fn sheet_is_never_asked_for_more_windows_than_its_budget() {
    let mut desk = Desk::new();
    let venue = Venue::register(&mut desk, KeySchedule::Sheet, FIRST, 48);
    desk.now = at(30, 0);
    let hours = 15 * WINDOW_SECONDS;
    desk.ask(venue.id(), at(0, 0), at(0, 0).plus(hours), Advice::TakeTest)
        .expect("15 windows");
    let again = desk.ask(venue.id(), at(3, 0), at(4, 0), Advice::TakeTest);
    assert!(again.is_ok(), "a window that was asked for costs nothing");
    let beyond = desk.ask(venue.id(), at(20, 0), at(21, 0), Advice::TakeTest);
    let spent = ReleaseError::BudgetSpent { budget: 15 };
    assert_eq!(beyond, Err(RequestRefusal::Release(spent)));
    let screen = Venue::register(&mut desk, KeySchedule::Screen, FIRST, 48);
    assert!(
        desk.ask(screen.id(), at(0, 0), at(30, 0), Advice::TakeTest)
            .is_ok()
    );
}

#[test]
fn same_plan_is_answered_with_the_same_bytes_also_after_a_restart() {
    let mut desk = Desk::new();
    let plan = Unregistered::new(&mut desk, KeySchedule::Screen, FIRST, 24);
    let first = plan.send(&mut desk).expect("registers");
    assert_eq!(plan.send(&mut desk).expect("again"), first);
    desk = desk.restart();
    assert_eq!(plan.send(&mut desk).expect("again"), first);
    assert_eq!(desk.office().summary(desk.now).registrations, 1);
    let other = Unregistered::new(&mut desk, KeySchedule::Screen, FIRST, 24);
    assert_ne!(other.send(&mut desk).expect("another plan"), first);
    assert_eq!(desk.office().summary(desk.now).registrations, 2);
    plan.accept(&first);
}

#[test]
fn silence_of_an_owner_is_seen() {
    let mut desk = Desk::new();
    let venue = Venue::register(&mut desk, KeySchedule::Screen, FIRST, 24);
    assert_eq!(desk.office().last_poll(&venue.id()), None);
    desk.now = at(2, 0);
    venue.poll(&mut desk, None);
    desk = desk.restart();
    assert_eq!(desk.office().last_poll(&venue.id()), Some(at(2, 0)));
}
