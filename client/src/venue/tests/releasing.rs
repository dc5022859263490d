//! Requests: verified, counted, approved once, declined, refused.
//! Knows the order of what must be done; no disk.
//! Specified in specs/protocol.md §3.8 and §11.

use super::office::Office;
use super::{NOW, hour, rng, wish};
use crate::venue::mailbox::{self, Carried};
use crate::venue::registering::{self, Registering};
use crate::venue::releasing::{Decision, Input, KeptRequest, Output, Releasing, ReleasingError};
use crate::venue::secrets::PlanSecrets;
use lachan_protocol::id::{CodeId, RequestId};
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::budget::{Left, ReleaseError};
use lachan_protocol::keys::registration::Registered;
use lachan_protocol::office::poll::{PollReply, ReleaseAnswer};
use lachan_protocol::office::request::{RequestData, RequestError};
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::wire::Message;
use std::collections::BTreeMap;

/// Two days after the plan began: all of its hours are over.
const LATER: UnixTime = NOW.plus(2 * 86_400);
const EXPIRY: UnixTime = NOW.plus(9 * 86_400);

/// A venue whose disk is a map.
struct Venue {
    registered: Registered,
    secrets: PlanSecrets,
    releasing: Releasing,
    requests: BTreeMap<RequestId, KeptRequest>,
    counted: Vec<Window>,
}

impl Venue {
    fn new(office: &mut Office, schedule: KeySchedule) -> Self {
        let profile = wish(schedule).profile(NOW);
        let mut registering = Registering::begin(&profile, &mut rng()).expect("a good wish");
        let mut files = BTreeMap::new();
        let mut message = Vec::new();
        let ask = registering::Input::Ask(&office.prekey());
        for output in registering.handle(ask, &mut rng()) {
            match output {
                registering::Output::StoreSecret(secret) => {
                    files.insert(secret.name, secret.bytes);
                }
                registering::Output::Send { sealed, .. } => message = sealed,
                _ => {}
            }
        }
        let (reply, code_keys) = (office.register(&message), office.code_keys());
        let input = registering::Input::Replied {
            bytes: &reply,
            code_keys: &code_keys,
        };
        let registered = match registering.handle(input, &mut rng()).pop() {
            Some(registering::Output::Registered(registered)) => *registered,
            other => panic!("{other:?}"),
        };
        let plan = registered.plan();
        let read = |name| Ok::<_, ()>(files.get(&name).cloned());
        let secrets = PlanSecrets::from_files(plan.code_id(), plan.head(), read);
        Self {
            releasing: Releasing::new(plan.head(), plan.digest(), [], [], false),
            secrets: secrets.expect("read").expect("all there"),
            registered,
            requests: BTreeMap::new(),
            counted: Vec::new(),
        }
    }

    fn code(&self) -> CodeId {
        self.registered.plan().code_id()
    }

    /// Writes what must be written, and gives answers and refusals. Each answer finds its decision written.
    fn perform(&mut self, outputs: Vec<Output>) -> Vec<Result<ReleaseAnswer, ReleasingError>> {
        let mut out = Vec::new();
        for output in outputs {
            match output {
                Output::Answer(answer) => {
                    let kept = &self.requests[&answer.request()];
                    assert!(kept.decision.is_some(), "the decision is written before");
                    if matches!(answer, ReleaseAnswer::Approved { .. }) {
                        let windows = kept.windows();
                        assert!(windows.iter().all(|window| self.counted.contains(window)));
                    }
                    out.push(Ok(answer));
                }
                Output::Refused(why) => out.push(Err(why)),
                Output::Store { request, counted } => {
                    self.counted.extend(counted);
                    self.requests.insert(request.data.id(), request);
                }
            }
        }
        out
    }

    fn handle(&mut self, input: Input<'_>) -> Vec<Result<ReleaseAnswer, ReleasingError>> {
        let outputs = self.releasing.handle(input, LATER);
        self.perform(outputs)
    }

    fn approve(&mut self, request: RequestId) -> Vec<Result<ReleaseAnswer, ReleasingError>> {
        let input = Input::Approve {
            request,
            secrets: &self.secrets,
        };
        let outputs = self.releasing.handle(input, LATER);
        self.perform(outputs)
    }

    /// Starts anew from what was written.
    fn restart(&mut self, is_spent: bool) {
        let plan = self.registered.plan();
        let requests = self.requests.values().cloned();
        let counted = self.counted.clone();
        self.releasing = Releasing::new(plan.head(), plan.digest(), counted, requests, is_spent);
    }

    /// One poll, with an answer if one waits.
    fn poll(&mut self, office: &mut Office, preferred: Option<RequestId>) {
        let carried = self.releasing.to_send(preferred, LATER);
        let answer = carried.map(|id| self.releasing.answer(id, &self.secrets).expect("an answer"));
        let answer = answer.map_or(Carried::Nothing, Carried::Answer);
        let (message, opener) = mailbox::seal(
            self.registered.mailbox(),
            answer,
            &office.prekey(),
            LATER,
            &mut rng(),
        )
        .expect("sealed");
        assert_eq!(message.len(), 4_096);
        let reply = office.mailbox(&message, LATER);
        assert_eq!(reply.len(), 4_096);
        let reply = mailbox::open(&opener, &reply).expect("a reply");
        if let Some(id) = carried {
            assert!(self.handle(Input::Sent(id)).is_empty());
        }
        if let PollReply::Request(data) = reply {
            let key = office.batch_verifying_key();
            assert!(self.handle(Input::Offered(data, &key)).is_empty());
        }
    }

    fn offer(&mut self, office: &Office, data: RequestData) {
        let key = office.batch_verifying_key();
        assert!(
            self.handle(Input::Offered(data.into_unverified(), &key))
                .is_empty()
        );
    }
}

#[test]
fn a_request_is_polled_approved_and_answered_with_the_right_shares() {
    for schedule in [KeySchedule::Screen, KeySchedule::Sheet] {
        let mut office = Office::new();
        let mut venue = Venue::new(&mut office, schedule);
        let code = venue.code();
        let id = office.ask(code, &[hour(0), hour(5)], EXPIRY).id();
        venue.poll(&mut office, None);
        assert!(office.answered.is_empty(), "a dummy carries nothing");
        venue.poll(&mut office, None);
        assert_eq!(venue.requests.len(), 1, "offered twice, kept once");
        assert!(matches!(
            venue.approve(id).as_slice(),
            [Ok(ReleaseAnswer::Approved { .. })]
        ));
        venue.restart(false);
        venue.poll(&mut office, Some(id)); // the office checks shares and approval
        assert_eq!(office.answered.len(), 1);
        venue.poll(&mut office, None);
        assert_eq!(office.answered.len(), 1, "an answer is sent once");
    }
}

#[test]
fn an_answer_is_repeated_identically_and_uses_the_budget_once() {
    let mut office = Office::new();
    let mut venue = Venue::new(&mut office, KeySchedule::Sheet);
    let request = office.ask(venue.code(), &[hour(0), hour(1), hour(2)], EXPIRY);
    venue.offer(&office, request.clone());
    let mut answers = Vec::new();
    for _ in 0..3 {
        let done = venue.approve(request.id());
        let [Ok(answer)] = done.as_slice() else {
            panic!("{done:?}")
        };
        answers.push(answer.to_bytes());
        assert_eq!(venue.releasing.budget().left(), Left::Windows(12));
        venue.restart(false);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    assert_eq!(venue.counted, [hour(0), hour(1), hour(2)]);
    // the office has it, and asks again: the same answer goes out again
    venue.handle(Input::Sent(request.id()));
    assert_eq!(venue.releasing.to_send(None, LATER), None);
    venue.offer(&office, request.clone());
    assert_eq!(venue.releasing.to_send(None, LATER), Some(request.id()));
    // a second case in the same hours costs nothing
    let again = office.ask(venue.code(), &[hour(1), hour(3)], EXPIRY);
    venue.offer(&office, again.clone());
    assert_eq!(venue.releasing.uses(&venue.requests[&again.id()]), 1);
    venue.approve(again.id());
    assert_eq!(venue.releasing.budget().left(), Left::Windows(11));
}

#[test]
fn refuses_the_sixteenth_distinct_window_of_a_sheet() {
    let mut office = Office::new();
    let mut venue = Venue::new(&mut office, KeySchedule::Sheet);
    let fifteen: Vec<Window> = (0..15).map(hour).collect();
    let (first, second) = (fifteen[..8].to_vec(), fifteen[7..].to_vec());
    for windows in [first, second] {
        let request = office.ask(venue.code(), &windows, EXPIRY);
        venue.offer(&office, request.clone());
        assert!(matches!(venue.approve(request.id()).as_slice(), [Ok(_)]));
    }
    assert_eq!(venue.releasing.budget().left(), Left::Windows(0));
    let late = office.ask(venue.code(), &[hour(3), hour(20)], EXPIRY);
    venue.offer(&office, late.clone());
    assert_eq!(
        venue.requests[&late.id()].decision,
        Some(Decision::OverBudget)
    );
    let spent = ReleasingError::Release(ReleaseError::BudgetSpent { budget: 15 });
    let refused = venue.approve(late.id());
    assert_eq!(
        refused
            .into_iter()
            .filter_map(Result::err)
            .collect::<Vec<_>>(),
        [spent]
    );
    let answer = venue
        .releasing
        .answer(late.id(), &venue.secrets)
        .expect("an answer");
    assert!(
        matches!(answer, ReleaseAnswer::Declined { .. }),
        "declined as a whole, no share"
    );
    assert_eq!(venue.counted.len(), 15);
    // control: an hour that was released before may be released for another case
    let known = office.ask(venue.code(), &[hour(3)], EXPIRY);
    venue.offer(&office, known.clone());
    assert!(matches!(
        venue.approve(known.id()).as_slice(),
        [Ok(ReleaseAnswer::Approved { .. })]
    ));
}

#[test]
fn two_requests_that_only_fit_alone_are_not_both_approved() {
    let mut office = Office::new();
    let mut venue = Venue::new(&mut office, KeySchedule::Sheet);
    let ids: Vec<RequestId> = [0..10, 10..20]
        .into_iter()
        .map(|hours| {
            let windows: Vec<Window> = hours.map(hour).collect();
            let request = office.ask(venue.code(), &windows, EXPIRY);
            venue.offer(&office, request.clone());
            request.id()
        })
        .collect();
    assert!(matches!(venue.approve(ids[0]).as_slice(), [Ok(_)]));
    assert!(matches!(venue.approve(ids[1]).as_slice(), [Err(_)]));
    assert_eq!(venue.requests[&ids[1]].decision, Some(Decision::OverBudget));
    assert_eq!(venue.counted.len(), 10);
}

#[test]
fn a_count_that_cannot_be_trusted_releases_nothing_of_a_sheet_and_still_a_screen() {
    let mut office = Office::new();
    for (schedule, is_released) in [(KeySchedule::Sheet, false), (KeySchedule::Screen, true)] {
        let mut venue = Venue::new(&mut office, schedule);
        let request = office.ask(venue.code(), &[hour(0)], EXPIRY);
        venue.offer(&office, request.clone());
        venue.restart(true);
        let answers = venue.approve(request.id());
        assert_eq!(
            answers.iter().any(Result::is_ok),
            is_released,
            "{schedule:?}"
        );
    }
}

#[test]
fn a_declined_request_gives_no_share_and_is_not_approved_later() {
    let mut office = Office::new();
    let mut venue = Venue::new(&mut office, KeySchedule::Screen);
    let request = office.ask(venue.code(), &[hour(0)], EXPIRY);
    venue.poll(&mut office, None);
    let answers = venue.handle(Input::Decline(request.id()));
    assert!(matches!(
        answers.as_slice(),
        [Ok(ReleaseAnswer::Declined { .. })]
    ));
    venue.restart(false);
    venue.poll(&mut office, None);
    let (id, bytes) = office.answered.pop().expect("an answer");
    assert_eq!((id, bytes.len()), (request.id(), 17), "no room for a share");
    let before = ReleasingError::DecidedBefore(request.id());
    assert_eq!(
        venue.approve(request.id()).pop().and_then(Result::err),
        Some(before)
    );
    assert!(venue.counted.is_empty());
    let stranger = RequestId([9; 16]);
    assert_eq!(
        venue.approve(stranger).pop().and_then(Result::err),
        Some(ReleasingError::UnknownRequest(stranger))
    );
}

#[test]
fn refuses_requests_that_are_forged_late_early_foreign_or_outside_the_plan() {
    let mut office = Office::new();
    let mut venue = Venue::new(&mut office, KeySchedule::Screen);
    let mut other = Venue::new(&mut office, KeySchedule::Sheet);
    let (code, foreign) = (venue.code(), other.code());
    let key = office.batch_verifying_key();
    let refusal = |venue: &mut Venue, data: RequestData, now| {
        let input = Input::Offered(data.into_unverified(), &key);
        let outputs = venue.releasing.handle(input, now);
        venue.perform(outputs).pop().and_then(Result::err)
    };
    let good = office.ask(code, &[hour(0)], EXPIRY);
    let wrong_plan = refusal(&mut other, good.clone(), LATER);
    assert_eq!(wrong_plan, Some(ReleasingError::OtherPlan));
    let late = RequestError::Expired {
        expiry: EXPIRY,
        now: EXPIRY,
    };
    assert_eq!(refusal(&mut venue, good.clone(), EXPIRY), Some(late.into()));
    let outside = office.ask(code, &[hour(30)], EXPIRY);
    let not_in_plan = ReleaseError::NotInPlan(hour(30));
    assert_eq!(
        refusal(&mut venue, outside, LATER),
        Some(not_in_plan.into())
    );
    let running = office.ask(code, &[hour(0)], EXPIRY);
    let not_over = ReleaseError::NotOver {
        window: hour(0),
        now: NOW,
    };
    assert_eq!(refusal(&mut venue, running, NOW), Some(not_over.into()));
    let genuine = office.batch_verifying_key();
    office.batch_key = lachan_protocol::crypto::sign::SigningKey::random(&mut rng());
    let forged = office.ask(code, &[hour(0)], EXPIRY);
    let input = Input::Offered(forged.into_unverified(), &genuine);
    let outputs = venue.releasing.handle(input, LATER);
    let bad = ReleasingError::Request(RequestError::BadSignature);
    assert_eq!(
        venue.perform(outputs).pop().and_then(Result::err),
        Some(bad)
    );
    assert!(venue.requests.is_empty());
    assert_eq!(refusal(&mut venue, good, LATER), None, "control");
    assert_ne!(code, foreign);
}

#[test]
fn nothing_is_counted_when_the_seed_of_a_day_is_gone() {
    let mut office = Office::new();
    let mut venue = Venue::new(&mut office, KeySchedule::Screen);
    let request = office.ask(venue.code(), &[hour(0)], EXPIRY);
    venue.offer(&office, request.clone());
    let lachan_protocol::keys::venue::VenueSecrets::Days(seeds) = &mut venue.secrets.shares else {
        panic!("a screen");
    };
    seeds.clear();
    let erased = ReleasingError::Release(ReleaseError::ShareErased(hour(0)));
    assert_eq!(
        venue.approve(request.id()).pop().and_then(Result::err),
        Some(erased)
    );
    assert!(venue.counted.is_empty());
    assert_eq!(venue.requests[&request.id()].decision, None);
}
