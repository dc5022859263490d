//! Properties of plans, shares, proofs and registrations.
use crate::vectors::kit::*;
use curve25519_dalek::scalar::Scalar;
use lachan_protocol::crypto::point::{Point, SecretScalar};
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::id::Digest;
use lachan_protocol::keys::budget::{Left, ReleaseBudget, ReleaseError, window_is_over};
use lachan_protocol::keys::plan::{Plan, UnverifiedPlan};
use lachan_protocol::keys::polynomial::{Abscissa, OutsidePlan, evaluate, evaluate_points};
use lachan_protocol::keys::proof::{Role, ShareProof, ShareProofError};
use lachan_protocol::keys::registration::{
    AnswerError, MailboxSecret, Registered, RegistrationAnswer, RegistrationData,
};
use lachan_protocol::keys::release::combine;
use lachan_protocol::keys::venue::{DaySeed, SheetCoefficients, VenueSecrets};
use lachan_protocol::keys::{KeySchedule, KeyShare};
use lachan_protocol::time::{Day, Window};
use lachan_protocol::wire::Message;
use proptest::prelude::*;

fn arb_schedule() -> impl Strategy<Value = KeySchedule> {
    prop_oneof![
        Just(KeySchedule::Screen),
        Just(KeySchedule::Slip),
        Just(KeySchedule::Sheet)
    ]
}

fn rng_of(seed: u64) -> Seeded {
    Seeded::new(&format!("properties/{seed}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn shares_of_both_sides_add_up_to_the_key_of_the_point_on_the_code(
        schedule in arb_schedule(), count in 1_u16..50, seed_count in 1_u8..=3, at in any::<u16>(), seed in any::<u64>(),
    ) {
        let mut rng = rng_of(seed);
        let office = seeds(seed_count);
        let (registered, secrets) = registered(&profile(schedule, count), &office, &mut rng);
        let window = Window(FIRST.0 + u32::from(at % count));
        let head = registered.plan().head();
        let share = secrets.share_of(head, window).unwrap();
        let key = combine(&registered, window, &share, &office).unwrap();
        prop_assert_eq!(Some(key.to_point()), registered.point_of(window));

        let other = KeyShare::new(SecretScalar::random(&mut rng));
        let wrong = ReleaseError::WrongShare { venue: registered.plan().code_id(), window };
        prop_assert_eq!(combine(&registered, window, &other, &office).err(), Some(wrong));
        let outside = Window(FIRST.0 + u32::from(count));
        prop_assert_eq!(secrets.share_of(head, outside).err(), Some(ReleaseError::NotInPlan(outside)));
        prop_assert_eq!(
            combine(&registered, outside, &share, &office).err(),
            Some(ReleaseError::NotInPlan(outside))
        );
    }

    #[test]
    fn polynomial_of_scalars_and_of_points_agree(
        len in 1_usize..20, x in 0_u16..744, seed in any::<u64>(),
    ) {
        let mut rng = rng_of(seed);
        let coefficients: Vec<_> = (0..len).map(|_| SecretScalar::random(&mut rng)).collect();
        let points: Vec<_> = coefficients.iter().map(SecretScalar::to_point).collect();
        let x = Abscissa::within(FIRST, 744, Window(FIRST.0 + u32::from(x))).unwrap();
        let value = evaluate(&coefficients, x).unwrap();
        prop_assert_eq!(Ok(value.to_point()), evaluate_points(&points, x));
    }

    #[test]
    fn q_releases_tell_nothing_and_one_more_tells_all(seed in any::<u64>()) {
        // Any 15 values and any further value lie on one polynomial of degree 15: all are equally likely.
        let mut rng = rng_of(seed);
        let coefficients: Vec<_> = (0..16).map(|_| SecretScalar::random(&mut rng)).collect();
        let at = |x: u32| Abscissa::within(FIRST, 744, Window(FIRST.0 + x - 1)).unwrap();
        let value = |x: u32| *evaluate(&coefficients, at(x)).unwrap().as_scalar();
        let known: Vec<(u32, Scalar)> = (1..=16).map(|x| (x, value(x))).collect();
        prop_assert_eq!(interpolate(&known, 700), value(700));
        // Control: with one of the 16 values guessed, another hour comes out otherwise.
        let mut guessed = known;
        guessed[15].1 += Scalar::ONE;
        prop_assert_ne!(interpolate(&guessed, 700), value(700));
    }

    #[test]
    fn share_proof_with_any_changed_byte_is_refused(
        count in 1_usize..20, at in 0_usize..64, bits in 1_u8.., seed in any::<u64>(),
    ) {
        let mut rng = rng_of(seed);
        let scalars: Vec<_> = (0..count).map(|_| SecretScalar::random(&mut rng)).collect();
        let points: Vec<_> = scalars.iter().map(SecretScalar::to_point).collect();
        let digest = Digest([7; 32]);
        let mut proof = ShareProof::prove(Role::Venue, &digest, &scalars, &points, &mut rng);
        prop_assert_eq!(proof.verify(Role::Venue, &digest, &points), Ok(()));
        proof.0[at] ^= bits;
        prop_assert!(proof.verify(Role::Venue, &digest, &points).is_err());
    }

    #[test]
    fn registration_with_any_changed_byte_is_refused(
        schedule in arb_schedule(), at in any::<prop::sample::Index>(), bits in 1_u8.., seed in 0_u64..4,
    ) {
        let mut rng = rng_of(seed);
        let (plan, secrets) = plan_of(&profile(schedule, 3), &mut rng);
        let enc = [5; 32];
        let data = RegistrationData::make(&plan, &secrets, &key(VENUE_SEED), &enc, &mut rng).unwrap();
        let mut bytes = data.to_bytes();
        prop_assert_eq!(RegistrationData::from_bytes(&bytes), Ok(data));
        let at = at.index(bytes.len());
        bytes[at] ^= bits;
        let changed = RegistrationData::from_bytes(&bytes);
        prop_assert!(changed.is_err() || changed.unwrap().verify(&authority(), &[REGION], &enc).is_err());
    }

    #[test]
    fn answer_with_any_changed_byte_but_the_mailbox_is_refused(
        schedule in arb_schedule(), at in any::<prop::sample::Index>(), bits in 1_u8.., seed in 0_u64..4,
    ) {
        let mut rng = rng_of(seed);
        let (plan, _) = plan_of(&profile(schedule, 3), &mut rng);
        let mut bytes = answer_of(&plan, &seeds(2), &mut rng).to_bytes();
        let at = at.index(bytes.len() - 32);
        bytes[at] ^= bits;
        let trust = trusting(CODE_SEED, plan.head().last());
        let read = RegistrationAnswer::from_bytes(&bytes, plan.head())
            .and_then(|answer| Registered::accept(plan.clone(), answer, &trust.keys));
        prop_assert!(read.is_err());
    }

    #[test]
    fn what_a_venue_keeps_is_read_back(schedule in arb_schedule(), count in 1_u16..30, seed in any::<u64>()) {
        let mut rng = rng_of(seed);
        let (registered, secrets) = registered(&profile(schedule, count), &seeds(1), &mut rng);
        let plan = registered.plan();
        let answer = answer_of(plan, &seeds(1), &mut rng);
        let mailbox = MailboxSecret(answer.mailbox.0);
        let again = RegistrationAnswer::from_public_bytes(&answer.to_public_bytes(), mailbox, plan.head());
        prop_assert_eq!(again, Ok(answer.clone()));
        let plan = Plan::from_public_bytes(&plan.to_public_bytes(), plan.notice_secret().clone()).unwrap();
        let reloaded = Registered::reload(plan.clone(), answer).unwrap();
        prop_assert_eq!(reloaded.code(0), registered.code(0));
        let secrets_again = match &secrets {
            VenueSecrets::Days(days) => VenueSecrets::Days(
                days.iter().map(|(day, seed)| (*day, DaySeed::from_bytes(&seed.to_bytes()))).collect(),
            ),
            VenueSecrets::Sheet(sheet) => {
                VenueSecrets::Sheet(SheetCoefficients::from_bytes(&sheet.to_bytes()).unwrap())
            }
        };
        for window in plan.head().windows() {
            let shares = [&secrets, &secrets_again].map(|s| s.share_of(plan.head(), window).unwrap());
            prop_assert_eq!(shares[0].to_bytes(), shares[1].to_bytes());
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), edit in any::<u8>()) {
        let _ = UnverifiedPlan::from_bytes(&bytes).map(UnverifiedPlan::verify);
        let _ = RegistrationData::from_bytes(&bytes);
        let mut rng = rng_of(1);
        let (plan, _) = plan_of(&profile(KeySchedule::Slip, 3), &mut rng);
        let _ = RegistrationAnswer::from_bytes(&bytes, plan.head());
        let mut good = plan.to_bytes();
        for (place, byte) in good.iter_mut().zip(&bytes) {
            *place ^= byte & edit;
        }
        let _ = UnverifiedPlan::from_bytes(&good).map(UnverifiedPlan::verify);
    }
}

/// The value at x of the polynomial through the points, by Lagrange.
fn interpolate(points: &[(u32, Scalar)], x: u32) -> Scalar {
    let x = Scalar::from(x);
    let term = |(i, value): &(u32, Scalar)| {
        let (mut top, mut bottom) = (Scalar::ONE, Scalar::ONE);
        for (j, _) in points.iter().filter(|(j, _)| j != i) {
            top *= x - Scalar::from(*j);
            bottom *= Scalar::from(*i) - Scalar::from(*j);
        }
        value * top * bottom.invert()
    };
    points.iter().map(term).sum()
}

#[test]
fn refuses_every_x_outside_of_the_plan() {
    let at = |count, window| Abscissa::within(FIRST, count, Window(window));
    for outside in [0, FIRST.0 - 1, FIRST.0 + 40, u32::MAX] {
        assert_eq!(at(40, outside), Err(OutsidePlan(Window(outside))));
    }
    assert!(at(40, FIRST.0).is_ok() && at(40, FIRST.0 + 39).is_ok());
    assert!(at(0, FIRST.0).is_err());
}

/// An office answers X - A for a scalar x it knows: the sum is X, and the office alone could open the hour.
#[test]
fn refuses_an_office_that_cancels_the_share_of_the_venue() {
    let mut rng = Seeded::new("cancelling");
    let (plan, _) = plan_of(&profile(KeySchedule::Screen, 1), &mut rng);
    let x = SecretScalar::random(&mut rng);
    let cancelling = x.to_point().as_group() - plan.points()[0].as_group();
    let cancelling = Point::from_group(cancelling).unwrap();
    let mut answer = answer_of(&plan, &seeds(1), &mut rng);
    answer.seeds[0].points[0] = cancelling.to_bytes();
    // It cannot prove: with x for the scalar of X - A, and with any scalar of its own, the proof is wrong.
    let role = Role::Office { seed: 0 };
    answer.seeds[0].proof = ShareProof::prove(role, &plan.digest(), [&x], &[cancelling], &mut rng);
    let trust = trusting(CODE_SEED, plan.head().last());
    assert_eq!(
        Registered::accept(plan.clone(), answer.clone(), &trust.keys).err(),
        Some(AnswerError::BadProof {
            seed: 0,
            why: ShareProofError::BadProof
        })
    );
    // Control: without the proof everything else agrees, and the office holds the key of the hour alone.
    let unproved = Registered::reload(plan, answer).unwrap();
    assert_eq!(unproved.point_of(FIRST).map(|p| p.0), Some(x.to_point()));
}

/// The same by a venue, which would make the office's share vanish.
#[test]
fn refuses_a_venue_that_does_not_know_its_shares() {
    let mut rng = Seeded::new("cancelling venue");
    let (plan, secrets) = plan_of(&profile(KeySchedule::Screen, 1), &mut rng);
    let data =
        RegistrationData::make(&plan, &secrets, &key(VENUE_SEED), &[0; 32], &mut rng).unwrap();
    assert!(
        data.clone()
            .verify(&authority(), &[REGION], &[0; 32])
            .is_ok(),
        "control"
    );
    let x = SecretScalar::random(&mut rng);
    let mut raw = plan.to_unverified();
    let foreign = x.to_point().as_group() - plan.points()[0].as_group();
    raw.points[0] = Point::from_group(foreign).unwrap().to_bytes();
    let plan = raw.clone().verify().unwrap();
    let mut forged = data;
    forged.plan = raw;
    forged.plan_signature = sign(&key(VENUE_SEED), &plan);
    let error = forged
        .verify(&authority(), &[REGION], &[0; 32])
        .unwrap_err();
    assert_eq!(
        refusal("RegistrationError", &error),
        "RegistrationError::BadProof(BadProof)"
    );
}

fn sign(key: &SigningKey, plan: &Plan) -> lachan_protocol::crypto::sign::Signature {
    key.sign(lachan_protocol::label::Label::PLAN, &[&plan.digest().0])
}

#[test]
fn erased_day_gives_no_share_and_the_other_days_still_do() {
    let mut rng = Seeded::new("erased");
    let (plan, secrets) = plan_of(&profile(KeySchedule::Screen, 30), &mut rng);
    let VenueSecrets::Days(mut days) = secrets else {
        panic!("a screen has day seeds")
    };
    let first_day = FIRST.day().unwrap();
    assert_eq!(
        days.keys().copied().collect::<Vec<_>>(),
        [first_day, Day(first_day.0 + 1)]
    );
    days.remove(&first_day);
    let secrets = VenueSecrets::Days(days);
    assert_eq!(
        secrets.share_of(plan.head(), FIRST).err(),
        Some(ReleaseError::ShareErased(FIRST))
    );
    assert!(secrets.share_of(plan.head(), Window(FIRST.0 + 9)).is_ok());
}

#[test]
fn a_sheet_releases_fifteen_windows_and_no_more() {
    let mut rng = Seeded::new("budget");
    let (plan, _) = plan_of(&profile(KeySchedule::Sheet, 40), &mut rng);
    let mut budget = ReleaseBudget::new(plan.head());
    let window = |index: u32| Window(FIRST.0 + index);
    for used in 1..=14 {
        assert_eq!(
            budget.approve(window(u32::from(used))),
            Ok(Left::Windows(15 - used))
        );
        assert_eq!(
            budget.approve(window(1)),
            Ok(Left::Windows(15 - used)),
            "the same again"
        );
    }
    let spent = Err(ReleaseError::BudgetSpent { budget: 15 });
    assert_eq!(
        budget.approve_all(&[window(20), window(21)]),
        spent,
        "none of both is counted"
    );
    assert_eq!(budget.left(), Left::Windows(1));
    assert_eq!(
        budget.approve_all(&[window(20), window(20), window(3)]),
        Ok(Left::Windows(0))
    );
    assert_eq!(budget.approve(window(21)), spent);
    assert_eq!(budget.approve(window(20)), Ok(Left::Windows(0)));
    assert_eq!(
        budget.approve(window(40)),
        Err(ReleaseError::NotInPlan(window(40)))
    );
    let kept = ReleaseBudget::with_approved(plan.head(), budget.approved());
    assert_eq!(kept, budget);
}

#[test]
fn a_sheet_restored_from_a_backup_is_used_up_and_screens_have_no_budget() {
    let mut rng = Seeded::new("budget");
    let (sheet, _) = plan_of(&profile(KeySchedule::Sheet, 40), &mut rng);
    let mut budget = ReleaseBudget::new(sheet.head());
    budget.spend_all();
    assert_eq!(
        budget.approve(FIRST),
        Err(ReleaseError::BudgetSpent { budget: 15 })
    );
    let (screen, _) = plan_of(&profile(KeySchedule::Screen, 40), &mut rng);
    let mut budget = ReleaseBudget::new(screen.head());
    let all: Vec<Window> = screen.head().windows().collect();
    assert_eq!(budget.approve_all(&all), Ok(Left::AllWindows));
}

#[test]
fn an_hour_is_over_when_its_last_second_is() {
    assert_eq!(window_is_over(FIRST, FIRST.end()), Ok(()));
    let now = FIRST.end().minus(1);
    assert_eq!(
        window_is_over(FIRST, now),
        Err(ReleaseError::NotOver { window: FIRST, now })
    );
}

#[test]
fn refusals_and_secrets_name_no_venue() {
    let mut rng = Seeded::new("names");
    let (registered, secrets) = registered(&profile(KeySchedule::Screen, 2), &seeds(1), &mut rng);
    let id = registered.plan().code_id();
    let error = ReleaseError::WrongShare {
        venue: id,
        window: FIRST,
    };
    assert!(!error.to_string().contains(&id.to_string()));
    let VenueSecrets::Days(days) = &secrets else {
        panic!("a screen has day seeds")
    };
    let seed = days.values().next().unwrap();
    let shown = format!(
        "{secrets:?}{seed:?}{:?}{:?}{:?}",
        registered.plan().notice_secret(),
        registered,
        registered.mailbox()
    );
    assert!(!shown.contains(&hex::encode(*seed.to_bytes())) && !shown.contains("Phở"));
}
