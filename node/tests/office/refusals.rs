//! What the office refuses, each with a control that passes.
use crate::desk::{DAY, Desk};
use crate::story::{FIRST, told};
use crate::venue::{Unregistered, Venue};
use lachan_node::office::{
    AnswerRefusal, Input, Note, RegistrationRefusal, ReplyTo, RequestRefusal, RequestStage,
    SecretName, Shelf,
};
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::id::{CodeId, RequestId};
use lachan_protocol::keys::budget::ReleaseError;
use lachan_protocol::keys::registration::{MailboxSecret, RegistrationError};
use lachan_protocol::keys::{KeySchedule, KeyShare};
use lachan_protocol::office::sealed::{self, MessageKind, Reply};
use lachan_protocol::office::{
    Approval, ApprovalError, Poll, ReleaseAnswer, RequestData, SealedError,
};
use lachan_protocol::time::{DAY_SECONDS, UnixTime, Window};

fn at(window: u32, minute: u64) -> UnixTime {
    Window(FIRST.0 + window).start().plus(minute * 60)
}

/// A venue with a request of windows 1 and 2 on offer, at 04:00.
fn asked(schedule: KeySchedule) -> (Desk, Venue, RequestData) {
    let mut desk = Desk::new();
    let venue = Venue::register(&mut desk, schedule, FIRST, 24);
    desk.now = at(4, 0);
    desk.ask(venue.id(), at(1, 0), at(3, 0), Advice::TakeTest)
        .expect("asks");
    let request = venue.request(&mut desk);
    (desk, venue, request)
}

fn refusal(desk: &mut Desk, venue: &Venue, answer: ReleaseAnswer) -> Option<AnswerRefusal> {
    let (sealed, opener) = venue.poll_message(desk, Some(answer));
    let said = desk.tell(Input::Poll {
        sealed,
        reply_to: ReplyTo(0),
    });
    let reply = opener.open(&said.replies[0]).expect("a reply");
    let found = said.notes.iter().find_map(|note| match note {
        Note::AnswerRefused(why) => Some(*why),
        _ => None,
    });
    assert_eq!(found.is_some(), reply == Reply::Refused);
    found
}

#[test]
fn wrong_share_names_the_venue_and_nothing_of_the_answer_is_published() {
    for schedule in [KeySchedule::Screen, KeySchedule::Sheet] {
        let (mut desk, venue, request) = asked(schedule);
        let visits = [1, 2].map(|w| venue.visit(&mut desk, Window(FIRST.0 + w), (0, 60)));
        let mut shares = venue.shares(&request);
        shares.swap(0, 1);
        let answer = ReleaseAnswer::Approved {
            request: request.id(),
            shares,
            approval: Approval::sign(&venue.key, &request),
        };
        let window = Window(FIRST.0 + 1);
        let wrong = ReleaseError::WrongShare {
            venue: venue.id(),
            window,
        };
        let found = refusal(&mut desk, &venue, answer);
        assert_eq!(found, Some(AnswerRefusal::Release(wrong)));
        assert_eq!(
            desk.office().requests(desk.now)[0].stage,
            RequestStage::Waiting
        );
        desk.now = at(6, 0);
        assert_eq!(desk.tick().expect("due").released, 0);
        assert!(told(&desk, &visits).is_empty());

        venue.approve(&mut desk);
        desk.now = at(12, 0);
        assert_eq!(
            desk.tick().expect("due").released,
            2,
            "the control: right shares go out"
        );
        assert_eq!(told(&desk, &visits).len(), 2);
    }
}

/// Seeds are in no backup: an office that was restored without them must not say that its venues lie.
#[test]
fn lost_seeds_are_not_blamed_on_the_venue() {
    let (desk, venue, request) = asked(KeySchedule::Screen);
    for (name, bytes) in &mut desk.disk.0.borrow_mut().secrets {
        if let SecretName::Epoch(_) = name {
            bytes[0] ^= 1;
        }
    }
    let mut desk = desk.restart();
    let answer = venue.approval(&request);
    let found = refusal(&mut desk, &venue, answer);
    assert_eq!(found, Some(AnswerRefusal::RequestLost));
    let mut shares = venue.shares(&request);
    shares.swap(0, 1);
    let answer = ReleaseAnswer::Approved {
        request: request.id(),
        shares,
        approval: Approval::sign(&venue.key, &request),
    };
    let window = Window(FIRST.0 + 1);
    let wrong = ReleaseError::WrongShare {
        venue: venue.id(),
        window,
    };
    let found = refusal(&mut desk, &venue, answer);
    assert_eq!(found, Some(AnswerRefusal::Release(wrong)), "the control");
}

/// The database never forgets: what lies in clear there must not tell which venue was asked.
#[test]
fn record_of_a_request_tells_nothing_in_clear_but_the_month() {
    let mut desk = Desk::new();
    for first in [FIRST, Window(FIRST.0 + 1)] {
        let venue = Venue::register(&mut desk, KeySchedule::Screen, first, 12);
        desk.now = at(4, 0);
        desk.ask(venue.id(), at(2, 0), at(3, 0), Advice::TakeTest)
            .expect("asks");
    }
    let disk = desk.disk.0.borrow();
    let records = disk.records.iter();
    let mut clear = records
        .filter(|((shelf, _), _)| *shelf == Shelf::Requests)
        .map(|(_, record)| &record[..6]);
    let (one, other) = (clear.next(), clear.next());
    assert!(one.is_some() && one == other);
    assert!(clear.next().is_none());
}

#[test]
fn declined_hour_is_not_published_and_a_later_approval_changes_nothing() {
    let (mut desk, venue, request) = asked(KeySchedule::Screen);
    let visit = venue.visit(&mut desk, Window(FIRST.0 + 1), (0, 60));
    let no = ReleaseAnswer::Declined {
        request: request.id(),
    };
    assert_eq!(refusal(&mut desk, &venue, no), None);
    let late = venue.approval(&request);
    assert_eq!(
        refusal(&mut desk, &venue, late),
        None,
        "what was answered is not refused"
    );
    desk.now = at(6, 0);
    assert_eq!(desk.tick().expect("due").released, 0);
    assert!(told(&desk, &[visit]).is_empty());
    assert_eq!(
        desk.office().requests(desk.now)[0].stage,
        RequestStage::Declined
    );
}

#[test]
fn replayed_answer_is_taken_once_and_answered_again() {
    let (mut desk, venue, request) = asked(KeySchedule::Sheet);
    let answer = venue.approval(&request);
    let (sealed, opener) = venue.poll_message(&mut desk, Some(answer));
    let mut approvals = 0;
    let mut replies = Vec::new();
    for _ in 0..3 {
        let said = desk.tell(Input::Poll {
            sealed: sealed.clone(),
            reply_to: ReplyTo(0),
        });
        let is_approval = |note: &&Note| matches!(note, Note::RequestApproved(_));
        approvals += said.notes.iter().filter(is_approval).count();
        let reply = opener.open(&said.replies[0]).expect("a reply");
        assert!(matches!(reply, Reply::Done(_)));
        replies.push(said.replies[0].clone());
        desk = desk.restart();
    }
    assert_eq!(approvals, 1);
    assert!(
        replies[0] != replies[1] && replies[1] != replies[2],
        "each under a key of its own"
    );
    desk.now = at(6, 0);
    assert_eq!(desk.tick().expect("due").released, 2);
    let _ = desk.tell(Input::Poll {
        sealed,
        reply_to: ReplyTo(0),
    });
    desk.now = at(12, 0);
    let published = desk.tick().expect("due");
    assert_eq!((published.released, published.changed), (0, 0));
}

#[test]
fn refuses_answers_that_are_not_to_this_request() {
    let (mut desk, venue, request) = asked(KeySchedule::Screen);
    let other = Venue::register(&mut desk, KeySchedule::Screen, FIRST, 24);
    let good = Approval::sign(&venue.key, &request);
    let with = |shares, approval, request| ReleaseAnswer::Approved {
        request,
        shares,
        approval,
    };

    let stranger = Approval::sign(&SigningKey::from_seed(&[9; 32]), &request);
    let found = refusal(
        &mut desk,
        &venue,
        with(venue.shares(&request), stranger, request.id()),
    );
    let bad = AnswerRefusal::BadApproval(ApprovalError::BadSignature);
    assert_eq!(found, Some(bad));

    let mut fewer: Vec<KeyShare> = venue.shares(&request);
    fewer.pop();
    let found = refusal(&mut desk, &venue, with(fewer, good, request.id()));
    assert_eq!(
        found,
        Some(AnswerRefusal::ShareCount {
            expected: 2,
            found: 1
        })
    );

    let unknown = RequestId([7; 16]);
    let found = refusal(
        &mut desk,
        &venue,
        with(venue.shares(&request), good, unknown),
    );
    assert_eq!(found, Some(AnswerRefusal::UnknownRequest(unknown)));

    let found = refusal(
        &mut desk,
        &other,
        with(venue.shares(&request), good, request.id()),
    );
    assert_eq!(
        found,
        Some(AnswerRefusal::UnknownRequest(request.id())),
        "of another mailbox"
    );

    desk.now = request.expiry();
    let _ = desk.tell(Input::Clock);
    assert!(
        venue.poll(&mut desk, None).is_some(),
        "an expired request is not offered"
    );
    let found = refusal(&mut desk, &venue, venue.approval(&request));
    assert_eq!(
        found,
        Some(AnswerRefusal::Expired {
            expiry: request.expiry()
        })
    );
    assert_eq!(
        desk.office().requests(desk.now)[0].stage,
        RequestStage::Expired
    );
}

#[test]
fn control_right_answer_is_taken() {
    let (mut desk, venue, request) = asked(KeySchedule::Screen);
    assert_eq!(refusal(&mut desk, &venue, venue.approval(&request)), None);
    assert_eq!(
        desk.office().requests(desk.now)[0].stage,
        RequestStage::Answered
    );
}

#[test]
fn every_poll_has_one_size_one_write_and_one_reply() {
    let (mut desk, venue, request) = asked(KeySchedule::Screen);
    let day = desk.now.day();
    let stranger = MailboxSecret([5; 32]).name_on(day);
    let prekey = desk.prekey(day);
    let raw = |data: &[u8], desk: &mut Desk| {
        sealed::seal(MessageKind::Poll, &prekey, data, &mut desk.rng)
            .expect("fits")
            .0
    };
    let nobody = Poll {
        mailbox: stranger,
        answer: None,
        closing: None,
    }
    .to_bytes();
    let polls = [
        raw(&nobody, &mut desk),
        raw(b"not a poll", &mut desk),
        venue.poll_message(&mut desk, None).0,
        venue
            .poll_message(&mut desk, Some(venue.approval(&request)))
            .0,
        venue.poll_message(&mut desk, None).0,
    ];
    for sealed in polls {
        let before = desk.disk.0.borrow().written.len();
        assert_eq!(sealed.len(), 4_096);
        let said = desk.tell(Input::Poll {
            sealed,
            reply_to: ReplyTo(0),
        });
        assert_eq!(
            said.replies.iter().map(Vec::len).collect::<Vec<_>>(),
            [4_096]
        );
        let written = desk.disk.0.borrow().written.len() - before;
        assert!((1..=2).contains(&written), "{written} records in one batch");
    }
}

#[test]
fn message_to_an_old_prekey_is_refused_outside() {
    let mut desk = Desk::new();
    let venue = Venue::register(&mut desk, KeySchedule::Screen, FIRST, 96);
    let (sealed, _) = venue.poll_message(&mut desk, None);
    for (hours, opens) in [(24, true), (47, true), (48, false)] {
        desk.now = DAY.start().plus(hours * 3_600);
        let _ = desk.tell(Input::Clock);
        let said = desk.tell(Input::Poll {
            sealed: sealed.clone(),
            reply_to: ReplyTo(0),
        });
        assert_eq!(
            said.replies.len(),
            usize::from(opens),
            "after {hours} hours"
        );
        assert_eq!(
            said.refused,
            if opens {
                vec![]
            } else {
                vec![SealedError::DoesNotOpen]
            }
        );
    }
    let sealed = vec![0; 100];
    let said = desk.tell(Input::Registration {
        sealed,
        reply_to: ReplyTo(0),
    });
    assert_eq!(
        said.refused,
        [SealedError::WrongSize {
            size: 32_768,
            len: 100
        }]
    );
}

fn registration_refusal(desk: &mut Desk, sealed: Vec<u8>) -> Option<RegistrationRefusal> {
    let said = desk.tell(Input::Registration {
        sealed,
        reply_to: ReplyTo(0),
    });
    said.notes.into_iter().find_map(|note| match note {
        Note::RegistrationRefused(why) => Some(why),
        _ => None,
    })
}

#[test]
fn refuses_registrations_outside_its_rules() {
    let mut desk = Desk::new();
    desk.now = desk.now.plus(10 * DAY_SECONDS);
    let _ = desk.tell(Input::Clock);
    let refused = |desk: &mut Desk, first: Window, kind: MessageKind| {
        let plan = Unregistered::new(desk, KeySchedule::Sheet, first, 24);
        let (sealed, _) = plan.message(desk, kind);
        registration_refusal(desk, sealed)
    };
    let sheet = MessageKind::RegistrationSheet;
    let today = desk.now.window();
    assert_eq!(refused(&mut desk, today, sheet), None, "the control");
    let last = Window(FIRST.0 + 23);
    assert_eq!(
        refused(&mut desk, FIRST, sheet),
        Some(RegistrationRefusal::PlanOver { last })
    );
    let first = Window(today.0 + 63 * 24);
    let late = RegistrationRefusal::BeginsTooLate {
        first,
        now: desk.now,
    };
    assert_eq!(refused(&mut desk, first, sheet), Some(late));
    let wrong = Some(RegistrationRefusal::WrongSizeForSchedule);
    assert_eq!(refused(&mut desk, today, MessageKind::Registration), wrong);
    assert_eq!(desk.office().summary(desk.now).registrations, 1);
}

#[test]
fn plan_that_somebody_copied_does_not_fetch_its_answer() {
    let mut desk = Desk::new();
    let plan = Unregistered::new(&mut desk, KeySchedule::Sheet, FIRST, 24);
    let kind = MessageKind::RegistrationSheet;
    let (sealed, _) = plan.message(&mut desk, kind);
    assert_eq!(registration_refusal(&mut desk, sealed.clone()), None);
    // The thief has the opened data, and seals them anew.
    let data = {
        let disk = desk.disk.0.borrow();
        let prekey = disk.secrets[&format!("prekey-{DAY}").parse().unwrap()];
        let prekey = lachan_protocol::crypto::exchange::ExchangeSecret::from_bytes(&prekey);
        sealed::open(kind, [&prekey], &sealed)
            .unwrap()
            .data
            .unwrap()
    };
    let prekey = desk.prekey(DAY);
    let (stolen, opener) = sealed::seal(kind, &prekey, &data, &mut desk.rng).expect("fits");
    let said = desk.tell(Input::Registration {
        sealed: stolen,
        reply_to: ReplyTo(0),
    });
    let why = RegistrationRefusal::Invalid(RegistrationError::BadRegisterSignature);
    assert_eq!(said.notes, [Note::RegistrationRefused(why)]);
    assert_eq!(opener.open(&said.replies[0]), Ok(Reply::Refused));
}

#[test]
fn refuses_requests_that_make_no_sense() {
    let mut desk = Desk::new();
    let venue = Venue::register(&mut desk, KeySchedule::Screen, FIRST, 744);
    desk.now = at(10, 0);
    let mut ask = |venue, from, to| desk.ask(venue, from, to, Advice::TakeTest).err();
    let id = venue.id();
    assert_eq!(ask(id, at(8, 0), at(10, 0)), None, "the control");
    assert_eq!(
        ask(CodeId([0; 16]), at(8, 0), at(9, 0)),
        Some(RequestRefusal::UnknownVenue)
    );
    assert_eq!(ask(id, at(9, 0), at(9, 0)), Some(RequestRefusal::EmptyTime));
    let not_over = ReleaseError::NotOver {
        window: Window(FIRST.0 + 10),
        now: at(10, 0),
    };
    assert_eq!(
        ask(id, at(9, 0), at(10, 1)),
        Some(RequestRefusal::Release(not_over))
    );
    let outside = ReleaseError::NotInPlan(Window(FIRST.0 - 1));
    let before = FIRST.start().minus(60);
    assert_eq!(
        ask(id, before, at(1, 0)),
        Some(RequestRefusal::Release(outside))
    );
    desk.now = at(20 * 24, 0);
    let old = desk.ask(id, at(8, 0), at(9, 0), Advice::TakeTest).err();
    assert_eq!(old, Some(RequestRefusal::NotCovered(Window(FIRST.0 + 8))));
}
