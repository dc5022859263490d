//! Registration, whole, lost, lied about.
//! Knows the order of what must be done; no disk.
//! Specified in specs/protocol.md §3.6.

use super::office::{Lie, Office, authority};
use super::{NOW, hour, rng, wish};
use crate::venue::registering::{Input, Output, Registering, RegisteringError};
use crate::venue::secrets::{PlanSecrets, Secret, SecretName, notice_from};
use crate::venue::shown::{self, to_lay_out};
use lachan_protocol::code::{CodeKey, CodeTrust, DEFAULT_HOST, UnverifiedVenueCode};
use lachan_protocol::id::{AuthorityId, CodeId};
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::plan::{Plan, PlanError};
use lachan_protocol::keys::proof::ShareProofError;
use lachan_protocol::keys::registration::{AnswerError, PlanningError, Registered};
use lachan_protocol::time::{UnixTime, Window};
use std::collections::BTreeMap;
use std::convert::Infallible;

struct Trust(Vec<CodeKey>);

impl CodeTrust for Trust {
    fn code_keys(&self, of: &AuthorityId) -> Option<Vec<CodeKey>> {
        (*of == authority()).then(|| self.0.clone())
    }

    fn revoked_from(&self, _: &AuthorityId, _: &CodeId) -> Option<Window> {
        None
    }
}

fn names(outputs: &[Output]) -> Vec<&'static str> {
    let name = |output: &Output| match output {
        Output::Forget(_) => "forget",
        Output::Refused(_) => "refused",
        Output::Registered(_) => "registered",
        Output::Send { .. } => "send",
        Output::StoreAnswer { .. } => "store answer",
        Output::StorePlan { .. } => "store plan",
        Output::StoreSecret(_) => "store secret",
    };
    let mut names: Vec<_> = outputs.iter().map(name).collect();
    names.dedup();
    names
}

fn sent(outputs: &[Output]) -> Vec<u8> {
    let message = |output: &Output| match output {
        Output::Send { sealed, .. } => Some(sealed.clone()),
        _ => None,
    };
    outputs.iter().find_map(message).expect("a message")
}

fn begin(schedule: KeySchedule) -> Registering {
    Registering::begin(&wish(schedule).profile(NOW), &mut rng()).expect("a good wish")
}

fn ask(registering: &mut Registering, office: &Office) -> Vec<Output> {
    registering.handle(Input::Ask(&office.prekey()), &mut rng())
}

fn replied(registering: &mut Registering, office: &Office, bytes: &[u8]) -> Vec<Output> {
    let code_keys = office.code_keys();
    let input = Input::Replied {
        bytes,
        code_keys: &code_keys,
    };
    registering.handle(input, &mut rng())
}

fn registered(outputs: Vec<Output>) -> Registered {
    match outputs.into_iter().last() {
        Some(Output::Registered(registered)) => *registered,
        other => panic!("not registered: {other:?}"),
    }
}

#[test]
fn a_screen_and_a_sheet_are_registered_and_their_codes_accepted_by_a_visitor() {
    for schedule in [KeySchedule::Screen, KeySchedule::Sheet] {
        let mut office = Office::new();
        let mut registering = begin(schedule);
        let outputs = ask(&mut registering, &office);
        assert_eq!(names(&outputs), ["store secret", "store plan", "send"]);
        let reply = office.register(&sent(&outputs));
        let outputs = replied(&mut registering, &office, &reply);
        assert_eq!(
            names(&outputs),
            ["store secret", "store answer", "registered"]
        );
        let registered = registered(outputs);
        let codes = to_lay_out(&registered, DEFAULT_HOST, NOW);
        let trust = Trust(office.code_keys());
        for later in [0, 1, 11] {
            let now = NOW.plus(later * 3_600);
            let code = shown::at(&codes, now).expect("a code");
            let bytes = shown_bytes(code.url());
            let code = UnverifiedVenueCode::from_bytes(&bytes).expect("a code");
            let code = code.verify(&trust, now).expect("accepted");
            assert_eq!(code.name(), "Phở Thìn");
        }
        assert_eq!(
            codes.len(),
            if schedule == KeySchedule::Screen {
                12
            } else {
                1
            }
        );
    }
}

fn shown_bytes(url: &str) -> Vec<u8> {
    let (_, digits) = url.split_once('#').expect("a fragment");
    lachan_protocol::code::bytes_from_digits(digits).expect("digits")
}

#[test]
fn an_answer_that_was_lost_comes_again_byte_for_byte_after_a_restart() {
    let mut office = Office::new();
    let mut first = begin(KeySchedule::Screen);
    let outputs = ask(&mut first, &office);
    let (mut kept, mut public) = (BTreeMap::new(), Vec::new());
    for output in &outputs {
        match output {
            Output::StoreSecret(Secret { name, bytes }) => {
                kept.insert(*name, bytes.clone());
            }
            Output::StorePlan { plan, .. } => public = plan.clone(),
            _ => {}
        }
    }
    office.register(&sent(&outputs)); // its reply is lost
    let code = first.plan().code_id();
    let digest = first.plan().digest();
    drop(first);

    let notice = |(name, bytes): (&SecretName, &zeroize::Zeroizing<Vec<u8>>)| {
        name.to_file_name()
            .contains("notice")
            .then(|| notice_from(bytes))
    };
    let notice = kept.iter().find_map(notice).flatten().expect("N");
    let plan = Plan::from_public_bytes(&public, notice).expect("the plan");
    assert_eq!(plan.digest(), digest);
    assert!(wish(KeySchedule::Screen).is_for(plan.head(), NOW.plus(7_200)));
    assert!(!wish(KeySchedule::Sheet).is_for(plan.head(), NOW));
    let read = |name| Ok::<_, Infallible>(kept.get(&name).cloned());
    let secrets = PlanSecrets::from_files(code, plan.head(), read)
        .expect("read")
        .expect("all");
    let mut second = Registering::resume(plan, secrets);
    let outputs = ask(&mut second, &office);
    assert_eq!(names(&outputs), ["send"]);
    let reply = office.register(&sent(&outputs));
    let registered = registered(replied(&mut second, &office, &reply));
    let of_office = &office.plans[&code];
    assert_eq!(registered.mailbox(), of_office.mailbox());
    assert_eq!(registered.code_at(NOW), of_office.code_at(NOW));
    assert_eq!(office.plans.len(), 1);
}

#[test]
fn refuses_a_wrong_proof_and_a_wrong_signature_and_keeps_nothing_of_them() {
    let cases = [
        (
            Lie::Proof,
            AnswerError::BadProof {
                seed: 0,
                why: ShareProofError::BadProof,
            },
        ),
        (Lie::CodeKey, AnswerError::BadCodeSignature { index: 0 }),
    ];
    for (lie, why) in cases {
        let mut office = Office::new();
        office.lie = Some(lie);
        let mut registering = begin(KeySchedule::Sheet);
        let outputs = ask(&mut registering, &office);
        let reply = office.register(&sent(&outputs));
        let outputs = replied(&mut registering, &office, &reply);
        let code = registering.plan().code_id();
        let [Output::Forget(forgotten), Output::Refused(found)] = outputs.as_slice() else {
            panic!("{outputs:?}");
        };
        assert_eq!(
            (*forgotten, *found),
            (code, RegisteringError::BadAnswer(why))
        );
    }
}

#[test]
fn a_reply_that_was_altered_on_the_way_does_not_end_the_plan() {
    let mut office = Office::new();
    let mut registering = begin(KeySchedule::Sheet);
    let outputs = ask(&mut registering, &office);
    let good = office.register(&sent(&outputs));
    let mut altered = good.clone();
    altered[100] ^= 1;
    let outputs = replied(&mut registering, &office, &altered);
    assert!(matches!(
        outputs.as_slice(),
        [Output::Refused(RegisteringError::Reply(_))]
    ));
    registered(replied(&mut registering, &office, &good));
}

#[test]
fn a_plan_that_the_office_refuses_is_forgotten() {
    let mut office = Office::new();
    office.refuses = true;
    let mut registering = begin(KeySchedule::Sheet);
    let outputs = ask(&mut registering, &office);
    let reply = office.register(&sent(&outputs));
    let outputs = replied(&mut registering, &office, &reply);
    assert_eq!(names(&outputs), ["forget", "refused"]);
}

#[test]
fn refuses_names_that_no_office_would_take() {
    let begin = |name: &str| {
        let mut wish = wish(KeySchedule::Screen);
        wish.name = name.into();
        Registering::begin(&wish.profile(NOW), &mut rng()).map(|_| ())
    };
    assert_eq!(begin("Phở"), Ok(()));
    let decomposed = "Pho\u{31b}\u{309}";
    assert_eq!(
        begin(decomposed),
        Err(PlanningError::Plan(PlanError::NotNormal))
    );
    assert!(matches!(
        begin(""),
        Err(PlanningError::Plan(PlanError::Range(_)))
    ));
    assert!(matches!(begin("a\u{202e}b"), Err(PlanningError::Plan(_))));
    assert!(matches!(
        begin(&"a".repeat(111)),
        Err(PlanningError::Plan(PlanError::Range(_)))
    ));
}

#[test]
fn a_secret_is_named_so_that_the_name_says_when_it_dies() {
    let mut office = Office::new();
    for schedule in [KeySchedule::Screen, KeySchedule::Sheet] {
        let mut registering = begin(schedule);
        let outputs = ask(&mut registering, &office);
        office.register(&sent(&outputs));
        let last = registering.plan().head().last();
        for output in outputs {
            let Output::StoreSecret(secret) = output else {
                continue;
            };
            let name = secret.name.to_file_name();
            assert_eq!(SecretName::from_file_name(&name), Some(secret.name));
            assert_eq!(SecretName::from_file_name(&format!("{name}0x")), None);
            if name.contains("-seed-") {
                let day = NOW.day().start().0 / 86_400 + 29;
                let dies = secret.name.erased_at();
                assert!(dies == UnixTime(day * 86_400) || dies == UnixTime((day + 1) * 86_400));
            } else {
                assert_eq!(secret.name.erased_at(), last.end().plus(28 * 86_400));
            }
        }
    }
    assert_eq!(hour(0), NOW.window());
}
