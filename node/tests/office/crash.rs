//! The power goes after any output: nothing acknowledged is lost, nothing is published twice.
use crate::desk::Desk;
use crate::story::{FIRST, told};
use crate::venue::{Unregistered, Venue};
use lachan_node::office::{Input, ReplyTo, RequestStage};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::time::{UnixTime, Window};

fn at(window: u32) -> UnixTime {
    Window(FIRST.0 + window).start()
}

#[test]
fn tick_interrupted_anywhere_is_published_once_and_whole() {
    let mut steps = 0;
    loop {
        let mut desk = Desk::new();
        let venue = Venue::register(&mut desk, KeySchedule::Sheet, FIRST, 24);
        let visit = venue.visit(&mut desk, Window(FIRST.0 + 1), (0, 60));
        desk.now = at(4);
        desk.ask(venue.id(), at(1), at(2), Advice::TakeTest)
            .expect("asks");
        venue.approve(&mut desk);
        desk.now = at(6);
        let (mut desk, total) = desk.tell_and_fail(
            Input::Tick {
                reply_to: Some(ReplyTo(0)),
            },
            steps,
        );
        // Whoever starts again publishes what is due.
        let again = desk.tick();
        assert!(
            again.is_none_or(|published| published.seq == 1),
            "after {steps} steps"
        );
        assert_eq!(desk.batches().len(), 1, "after {steps} steps");
        assert_eq!(desk.roots().len(), 1, "after {steps} steps");
        assert_eq!(
            told(&desk, std::slice::from_ref(&visit)).len(),
            1,
            "after {steps} steps"
        );
        // The next tick neither changes nor releases the hour again.
        desk.now = at(12);
        let next = desk.tick().expect("due");
        assert_eq!(
            (next.seq, next.released, next.changed),
            (2, 0, 0),
            "after {steps} steps"
        );
        let stage = desk.office().requests(desk.now)[0].stage;
        assert_eq!(stage, RequestStage::Published, "after {steps} steps");
        if steps >= total {
            assert!(total > 5, "the harness fails within the tick");
            break;
        }
        steps += 1;
    }
}

#[test]
fn registration_interrupted_anywhere_is_repeated_with_one_answer() {
    let mut steps = 0;
    loop {
        let mut desk = Desk::new();
        let plan = Unregistered::new(&mut desk, KeySchedule::Screen, FIRST, 24);
        let (sealed, _) = plan.message(&mut desk, plan.kind());
        let input = Input::Registration {
            sealed,
            reply_to: ReplyTo(0),
        };
        let (mut desk, total) = desk.tell_and_fail(input, steps);
        let first = plan.send(&mut desk).expect("registers");
        let second = plan.send(&mut desk).expect("again");
        assert_eq!(first, second, "after {steps} steps");
        assert_eq!(
            desk.office().summary(desk.now).registrations,
            1,
            "after {steps} steps"
        );
        let venue = plan.accept(&first);
        desk.now = at(3);
        desk.ask(venue.id(), at(1), at(2), Advice::TakeTest)
            .expect("asks");
        venue.approve(&mut desk);
        if steps >= total {
            assert!(total > 5);
            break;
        }
        steps += 1;
    }
}

#[test]
fn answer_that_was_not_acknowledged_comes_again_and_one_that_was_is_kept() {
    for steps in 0..4 {
        let mut desk = Desk::new();
        let venue = Venue::register(&mut desk, KeySchedule::Screen, FIRST, 24);
        desk.now = at(4);
        desk.ask(venue.id(), at(1), at(2), Advice::TakeTest)
            .expect("asks");
        let request = venue.request(&mut desk);
        let (sealed, _) = venue.poll_message(&mut desk, Some(venue.approval(&request)));
        let input = Input::Poll {
            sealed,
            reply_to: ReplyTo(0),
        };
        let (mut desk, total) = desk.tell_and_fail(input, steps);
        let stage = desk.office().requests(desk.now)[0].stage;
        if steps >= total {
            assert_eq!(stage, RequestStage::Answered, "acknowledged, and so kept");
        } else {
            assert!(
                venue
                    .poll(&mut desk, Some(venue.approval(&request)))
                    .is_some()
            );
        }
        desk.now = at(6);
        assert_eq!(desk.tick().expect("due").released, 1, "after {steps} steps");
    }
}

#[test]
fn keys_of_the_day_interrupted_anywhere_are_in_the_log() {
    for steps in 0..8 {
        let desk = Desk::new();
        let mut desk = desk;
        desk.now = at(24);
        let (mut desk, _) = desk.tell_and_fail(Input::Clock, steps);
        let venue = Venue::register(&mut desk, KeySchedule::Screen, Window(FIRST.0 + 24), 24);
        desk.now = at(48);
        assert!(
            venue.poll(&mut desk, None).is_some(),
            "tomorrow's key is in the log"
        );
    }
}
