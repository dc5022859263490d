//! Properties of venue codes, their sizes and their URLs.
use crate::vectors::kit::*;
use lachan_protocol::code::{
    CodeEvidence, CodeKey, Contradiction, DEFAULT_HOST, EvidenceError, UnverifiedVenueCode,
    VenueUrl, bytes_from_digits, digits_from_bytes,
};
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::kind::VenueKind;
use lachan_protocol::keys::range::ShownText;
use lachan_protocol::keys::registration::{Registered, VenueProfile};
use lachan_protocol::label::Label;
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::wire::encode;
use proptest::prelude::*;

fn arb_schedule() -> impl Strategy<Value = KeySchedule> {
    prop_oneof![
        Just(KeySchedule::Screen),
        Just(KeySchedule::Slip),
        Just(KeySchedule::Sheet)
    ]
}

fn make(profile: &VenueProfile, seed: &str) -> Registered {
    registered(profile, &seeds(1), &mut Seeded::new(seed)).0
}

fn trust_of(registered: &Registered) -> Known {
    trusting(CODE_SEED, registered.plan().head().last())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_code_shown_at_any_second_of_the_plan_is_accepted_then(
        schedule in arb_schedule(), count in 1_u16..40, at in any::<prop::sample::Index>(),
    ) {
        let registered = make(&profile(schedule, count), "shown");
        let now = FIRST.start().plus(at.index(usize::from(count) * 3600) as u64);
        let bytes = registered.code_at(now).unwrap();
        let code = UnverifiedVenueCode::from_bytes(&bytes).unwrap().verify(&trust_of(&registered), now);
        let code = code.unwrap();
        prop_assert_eq!(code.as_bytes(), &bytes[..]);
        prop_assert_eq!(code.point_of(now.window()), registered.point_of(now.window()));
        prop_assert!(code.notification_key_of(now.window()).is_some());
        prop_assert_eq!(code.point_of(Window(code.last().0 + 1)), None);
        prop_assert_eq!(code.notification_key_of(Window(code.first().0 - 1)), None);
    }

    #[test]
    fn code_with_any_changed_byte_is_refused(
        schedule in arb_schedule(), at in any::<prop::sample::Index>(), bits in 1_u8..,
    ) {
        let registered = make(&profile(schedule, 4), "changed");
        let now = FIRST.start();
        let mut bytes = registered.code_at(now).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= bits;
        let read = UnverifiedVenueCode::from_bytes(&bytes)
            .and_then(|code| code.verify(&trust_of(&registered), now));
        prop_assert!(read.is_err());
    }
}

proptest! {
    #[test]
    fn any_bytes_come_back_from_their_url(bytes in prop::collection::vec(any::<u8>(), 0..800)) {
        let url = VenueUrl::new(DEFAULT_HOST, &bytes);
        let read = VenueUrl::parse(&url.to_string(), DEFAULT_HOST).unwrap();
        prop_assert_eq!(read.as_bytes(), &bytes[..]);
        let digits = url.digits();
        prop_assert_eq!(digits.len(), bytes.len() / 7 * 17 + [0, 3, 5, 8, 10, 13, 15][bytes.len() % 7]);
    }

    #[test]
    fn digits_have_one_reading_or_none(digits in "[0-9]{0,60}") {
        if let Ok(bytes) = bytes_from_digits(&digits) {
            prop_assert_eq!(digits_from_bytes(&bytes), digits);
        }
    }

    #[test]
    fn any_text_and_bytes_are_read_without_a_panic(text in "\\PC*", bytes in prop::collection::vec(any::<u8>(), 0..900)) {
        let _ = VenueUrl::parse(&text, DEFAULT_HOST);
        let _ = VenueUrl::parse(&format!("https://{DEFAULT_HOST}/#{text}"), DEFAULT_HOST);
        if let Ok(code) = UnverifiedVenueCode::from_bytes(&bytes) {
            let _ = code.verify(&trusting(CODE_SEED, Window::LAST), UnixTime(0));
        }
    }
}

fn longest(schedule: KeySchedule) -> VenueProfile {
    VenueProfile {
        name: "ờ".repeat(30),
        place: "b".repeat(20),
        ..profile(schedule, 744)
    }
}

#[test]
fn codes_with_the_longest_texts_have_the_size_that_fits_their_qr_version() {
    for (schedule, bytes, digits) in [
        (KeySchedule::Screen, 356, 865),
        (KeySchedule::Sheet, 740, 1_798),
    ] {
        let registered = make(&longest(schedule), "sizes");
        let code = registered.code(0).unwrap();
        assert_eq!(registered.plan().head().name.as_str().len() + 20, 110);
        assert_eq!(code.len(), bytes);
        assert_eq!(VenueUrl::new(DEFAULT_HOST, &code).digits().len(), digits);
    }
    assert!(DEFAULT_HOST.len() <= 14);
}

#[test]
fn a_registration_of_the_longest_plan_fits_its_sealed_messages() {
    let mut rng = Seeded::new("longest");
    let (plan, _) = plan_of(&longest(KeySchedule::Screen), &mut rng);
    assert_eq!(plan.to_bytes().len(), 24_020);
    let answer = answer_of(&plan, &seeds(3), &mut rng);
    assert_eq!(answer.to_bytes().len(), 119_266);
    let trust = trusting(CODE_SEED, plan.head().last());
    assert!(Registered::accept(plan, answer, &trust.keys).is_ok());
}

#[test]
fn a_screen_lists_fewer_windows_at_the_end_of_its_plan() {
    let mut profile = profile(KeySchedule::Screen, 5);
    profile.kind = VenueKind(1);
    let counts: Vec<u16> = make(&profile, "end")
        .spans()
        .map(|span| span.count)
        .collect();
    assert_eq!(counts, [3, 3, 3, 2, 1]);
    profile.kind = VenueKind(19);
    let counts: Vec<u16> = make(&profile, "end")
        .spans()
        .map(|span| span.count)
        .collect();
    assert_eq!(counts, [5, 4, 3, 2, 1]);
    profile.schedule = KeySchedule::Slip;
    profile.count = 50;
    let counts: Vec<u16> = make(&profile, "end")
        .spans()
        .map(|span| span.count)
        .collect();
    assert_eq!(counts, [24, 24, 2]);
}

#[test]
fn no_code_is_shown_before_and_after_the_plan() {
    let registered = make(&profile(KeySchedule::Screen, 5), "show");
    let (start, end) = (FIRST.start(), Window(FIRST.0 + 4).end());
    assert_eq!(registered.code_at(start.minus(600)), registered.code(0));
    assert_eq!(registered.code_at(start.minus(601)), None);
    assert_eq!(registered.code_at(end.minus(1)), registered.code(4));
    assert_eq!(registered.code_at(end), None);
    let preloaded = registered.codes_from(start.plus(2 * 3600), 2);
    assert_eq!(preloaded.len(), 2);
    assert_eq!(Some(&preloaded[0].1), registered.code(2).as_ref());
    assert!(registered.codes_from(end, 2).is_empty());
}

#[test]
fn venue_refuses_codes_signed_by_a_revoked_or_ended_key() {
    let mut rng = Seeded::new("keys");
    let (plan, _) = plan_of(&profile(KeySchedule::Sheet, 5), &mut rng);
    let answer = answer_of(&plan, &seeds(1), &mut rng);
    let code_key = key(CODE_SEED).verifying_key();
    let last = plan.head().last();
    let accept = |key| Registered::accept(plan.clone(), answer.clone(), &[key]).is_ok();
    assert!(accept(CodeKey::Current {
        key: code_key,
        last
    }));
    assert!(!accept(CodeKey::Current {
        key: code_key,
        last: Window(last.0 - 1)
    }));
    assert!(!accept(CodeKey::Revoked { key: code_key }));
}

/// The first code of a screen, and the same with a change that the holder of the code key signed.
fn pair(change: fn(&mut lachan_protocol::code::body::CodeBody)) -> [UnverifiedVenueCode; 2] {
    let registered = make(&profile(KeySchedule::Screen, 5), "evidence");
    let first = UnverifiedVenueCode::from_bytes(&registered.code(0).unwrap()).unwrap();
    let mut body = first.body().clone();
    change(&mut body);
    let mut bytes = encode(&body);
    let signature = key(CODE_SEED).sign(Label::VENUE_CODE, &[&bytes]);
    bytes.extend(signature.0);
    [first, UnverifiedVenueCode::from_bytes(&bytes).unwrap()]
}

fn found(
    change: fn(&mut lachan_protocol::code::body::CodeBody),
) -> Result<Contradiction, EvidenceError> {
    let [first, second] = pair(change);
    // Revoked or not: who signed twice signed twice.
    let key = key(CODE_SEED).verifying_key();
    let trust = Known {
        keys: vec![CodeKey::Revoked { key }],
        revoked: None,
    };
    CodeEvidence::find(first, second, &trust).map(|evidence| evidence.contradiction())
}

#[test]
fn two_codes_that_differ_for_one_hour_are_evidence() {
    let next = Window(FIRST.0 + 1);
    assert_eq!(found(|_| {}), Err(EvidenceError::NoContradiction));
    assert_eq!(
        found(|b| b.points.swap(1, 2)),
        Ok(Contradiction::Point(next))
    );
    assert_eq!(
        found(|b| b.notification_keys[1].0[0] ^= 1),
        Ok(Contradiction::NotificationKey(next))
    );
    assert_eq!(
        found(|b| b.head.name = ShownText::new("B").unwrap()),
        Ok(Contradiction::Name)
    );
    assert_eq!(
        found(|b| b.head.place = ShownText::new("").unwrap()),
        Ok(Contradiction::Place)
    );
    assert_eq!(
        found(|b| b.head.kind = VenueKind(2)),
        Ok(Contradiction::VenueKind)
    );
    let as_slip = |b: &mut lachan_protocol::code::body::CodeBody| {
        b.head.schedule = KeySchedule::Slip;
        b.notification_keys.truncate(1);
    };
    assert_eq!(found(as_slip), Ok(Contradiction::KindOfCode));
    let other_plan = |b: &mut lachan_protocol::code::body::CodeBody| b.head.code_id.0[0] ^= 1;
    assert_eq!(found(other_plan), Err(EvidenceError::NothingInCommon));
    let later = |b: &mut lachan_protocol::code::body::CodeBody| b.head.first.0 += 3;
    assert_eq!(found(later), Err(EvidenceError::NothingInCommon));
}

#[test]
fn codes_of_one_plan_never_contradict_each_other() {
    for schedule in [KeySchedule::Screen, KeySchedule::Slip, KeySchedule::Sheet] {
        let registered = make(&profile(schedule, 30), "agree");
        let trust = trust_of(&registered);
        let codes: Vec<_> = (0..)
            .map_while(|index| registered.code(index))
            .take(4)
            .collect();
        for a in &codes {
            for b in &codes {
                let [a, b] = [a, b].map(|bytes| UnverifiedVenueCode::from_bytes(bytes).unwrap());
                assert!(CodeEvidence::find(a, b, &trust).is_err());
            }
        }
    }
}

#[test]
fn unsigned_codes_are_no_evidence() {
    let [first, second] = pair(|body| body.points.swap(1, 2));
    let trust = trusting(99, Window::LAST);
    assert!(matches!(
        CodeEvidence::find(first, second, &trust),
        Err(EvidenceError::Unsigned(_))
    ));
}
