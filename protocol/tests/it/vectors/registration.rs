//! Vectors of registrations: what the venue sends, what the office answers, and each refusal.
use super::kit::*;
use curve25519_dalek::constants::EIGHT_TORSION;
use lachan_protocol::crypto::point::{Point, SecretScalar};
use lachan_protocol::crypto::sign::Signature;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::plan::Plan;
use lachan_protocol::keys::proof::{Role, ShareProof};
use lachan_protocol::keys::registration::{
    AnswerError, Registered, RegistrationAnswer, RegistrationData, RegistrationError,
};
use lachan_protocol::keys::release::combine;
use lachan_protocol::keys::venue::VenueSecrets;
use lachan_protocol::time::Window;
use lachan_protocol::wire::Message;
use serde_json::{Value, json};

const ENC: [u8; 32] = [0xe7; 32];

fn read(bytes: &[u8], enc: &[u8; 32]) -> Result<Plan, RegistrationError> {
    RegistrationData::from_bytes(bytes)?.verify(&authority(), &[REGION], enc)
}

fn accepted(name: &str, schedule: KeySchedule, count: u16, seed_count: u8) -> Value {
    let mut rng = Seeded::new(&format!("registration/{name}"));
    let (plan, secrets) = plan_of(&profile(schedule, count), &mut rng);
    rng.drawn();
    let venue_key = key(VENUE_SEED);
    let data = RegistrationData::make(&plan, &secrets, &venue_key, &ENC, &mut rng).unwrap();
    let venue_random = rng.drawn();
    let bytes = data.to_bytes();
    assert_eq!(read(&bytes, &ENC), Ok(plan.clone()));
    let office = seeds(seed_count);
    let answer = answer_of(&plan, &office, &mut rng);
    let office_random = rng.drawn();
    let trust = trusting(CODE_SEED, plan.head().last());
    let parsed = RegistrationAnswer::from_bytes(&answer.to_bytes(), plan.head());
    assert_eq!(parsed, Ok(answer.clone()));
    let registered = Registered::accept(plan.clone(), answer.clone(), &trust.keys).unwrap();
    let key_of = |w: Window| {
        let share = secrets.share_of(plan.head(), w).unwrap();
        let s = combine(&registered, w, &share, &office).unwrap();
        let s = s.release().to_bytes();
        json!({ "w": w.0, "a_w": hex::encode(*share.to_bytes()), "s_w": hex::encode(s),
            "P_w": hex::encode(registered.point_of(w).unwrap().0.to_bytes()) })
    };
    case(
        name,
        "a plan registered: the data, the answer, the final points, the codes, and released keys",
        json!({
            "venue_seed": hex::encode([VENUE_SEED; 32]),
            "secrets": secrets_json(&secrets),
            "plan": hex::encode(plan.to_bytes()),
            "enc": hex::encode(ENC),
            "venue_random": venue_random,
            "data": hex::encode(bytes),
            "office_seeds": hexes(office.as_slice().iter().map(|seed| *seed.to_bytes())),
            "code_seed": hex::encode([CODE_SEED; 32]),
            "office_random": office_random,
            "answer": hex::encode(&*answer.to_bytes()),
            "points": hexes(registered.points().iter().map(Point::to_bytes)),
            "codes": hexes((0..).map_while(|index| registered.code(index))),
            "released": [key_of(FIRST), key_of(plan.head().last())],
        }),
    )
}

fn refused_data(
    name: &str,
    comment: &str,
    change: fn(&mut RegistrationData),
    enc: [u8; 32],
) -> Value {
    let mut rng = Seeded::new("registration/refused");
    let (plan, secrets) = plan_of(&profile(KeySchedule::Screen, 3), &mut rng);
    let mut data =
        RegistrationData::make(&plan, &secrets, &key(VENUE_SEED), &ENC, &mut rng).unwrap();
    change(&mut data);
    refused_bytes(name, comment, &data.to_bytes(), enc)
}

fn refused_bytes(name: &str, comment: &str, bytes: &[u8], enc: [u8; 32]) -> Value {
    let error = read(bytes, &enc).unwrap_err();
    let fields = json!({
        "enc": hex::encode(enc),
        "data": hex::encode(bytes),
        "refused": refusal("RegistrationError", &error),
    });
    case(name, comment, fields)
}

/// An office that knows the venue's shares (only a test does) and draws its own points to match.
struct Office {
    plan: Plan,
    secrets: VenueSecrets,
    answer: RegistrationAnswer,
    rng: Seeded,
}

impl Office {
    fn new() -> Self {
        let mut rng = Seeded::new("answer/refused");
        let (plan, secrets) = plan_of(&profile(KeySchedule::Screen, 3), &mut rng);
        let answer = answer_of(&plan, &seeds(2), &mut rng);
        Self {
            plan,
            secrets,
            answer,
            rng,
        }
    }

    fn share(&self, index: u32) -> curve25519_dalek::scalar::Scalar {
        let share = self
            .secrets
            .share_of(self.plan.head(), Window(FIRST.0 + index));
        *share.unwrap().as_secret().as_scalar()
    }

    /// Answers with one seed of exactly these scalars, proved honestly.
    fn answer_with(&mut self, scalars: Vec<SecretScalar>) {
        let points: Vec<_> = scalars.iter().map(SecretScalar::to_point).collect();
        let role = Role::Office { seed: 0 };
        let proof = ShareProof::prove(role, &self.plan.digest(), &scalars, &points, &mut self.rng);
        self.answer.seeds.truncate(1);
        self.answer.seeds[0].points = points.iter().map(Point::to_bytes).collect();
        self.answer.seeds[0].proof = proof;
    }

    fn read(&self, bytes: &[u8]) -> Result<Registered, AnswerError> {
        let answer = RegistrationAnswer::from_bytes(bytes, self.plan.head())?;
        let trust = trusting(CODE_SEED, self.plan.head().last());
        Registered::accept(self.plan.clone(), answer, &trust.keys)
    }
}

fn refused_answer(name: &str, comment: &str, change: fn(&mut Office) -> Vec<u8>) -> Value {
    let mut office = Office::new();
    let bytes = change(&mut office);
    let error = office.read(&bytes).unwrap_err();
    let fields = json!({
        "plan": hex::encode(office.plan.to_bytes()),
        "code_key": hex::encode(key(CODE_SEED).verifying_key().to_bytes()),
        "answer": hex::encode(bytes),
        "refused": refusal("AnswerError", &error),
    });
    case(name, comment, fields)
}

fn changed(office: &mut Office, change: fn(&mut RegistrationAnswer)) -> Vec<u8> {
    change(&mut office.answer);
    office.answer.to_bytes().to_vec()
}

fn scalar(value: curve25519_dalek::scalar::Scalar) -> SecretScalar {
    SecretScalar::from_scalar(value).unwrap()
}

#[test]
fn registrations_are_as_written() {
    let mut cases: Vec<Value> = SCHEDULES
        .iter()
        .zip([1, 3, 2])
        .map(|((name, schedule, count), seeds)| accepted(name, *schedule, *count, seeds))
        .collect();
    cases.extend([
        refused_data(
            "duplicate point",
            "the plan itself is refused",
            |d| d.plan.points[1] = d.plan.points[0],
            ENC,
        ),
        refused_data(
            "plan signature",
            "the signature under the plan is another",
            |d| d.plan_signature.0[0] ^= 1,
            ENC,
        ),
        refused_data("proof", "the proof is another", |d| d.proof.0[40] ^= 1, ENC),
        refused_data(
            "z of the proof",
            "the proof's response is not canonical",
            |d| d.proof.0[63] |= 0xf0,
            ENC,
        ),
        refused_data("copied", "sent again under another enc", |_| {}, [0xe8; 32]),
    ]);
    cases.extend(more_refused_data());
    cases.extend([
        refused_answer("no bytes", "an empty answer", |_| Vec::new()),
        refused_answer("answer too short", "one byte is missing", |o| { let b = o.answer.to_bytes(); b[..b.len() - 1].to_vec() }),
        refused_answer("answer left over", "one byte more", |o| { let mut b = o.answer.to_bytes().to_vec(); b.push(0); b }),
        refused_answer("no seed", "0 seeds", |o| changed(o, |a| a.seeds.clear())),
        refused_answer("four seeds", "4 seeds", |o| changed(o, |a| { a.seeds.push(a.seeds[0].clone()); a.seeds.push(a.seeds[0].clone()); })),
        refused_answer("listed 0", "a screen whose codes list nothing", |o| changed(o, |a| a.listed = 0)),
        refused_answer("listed 13", "a screen whose codes list 13 windows", |o| changed(o, |a| a.listed = 13)),
        refused_answer("point", "a point of seed 1 is the identity", |o| changed(o, |a| a.seeds[1].points[2] = EIGHT_TORSION[0].compress().0)),
        refused_answer("proof of the answer", "the proof of seed 1 is that of seed 0", |o| changed(o, |a| a.seeds[1] = a.seeds[0].clone())),
        refused_answer("cancelling", "the office answers X - A without knowing its scalar: the venue's share would be cancelled", |o| {
            let x = scalar(5_u64.into()).to_point();
            let cancelling = x.as_group() - o.plan.points()[0].as_group();
            o.answer.seeds[0].points[0] = cancelling.compress().0;
            o.answer.to_bytes().to_vec()
        }),
        refused_answer("sum", "an office that knows the venue's shares answers -A", |o| {
            let scalars = (0..3).map(|i| scalar(-o.share(i))).collect();
            o.answer_with(scalars);
            o.answer.to_bytes().to_vec()
        }),
        refused_answer("equal sums", "an office that knows the venue's shares makes two hours one", |o| {
            let (a, b) = (o.share(0), o.share(1));
            let one: curve25519_dalek::scalar::Scalar = 1_u64.into();
            o.answer_with(vec![scalar(one), scalar(a + one - b), scalar(one)]);
            o.answer.to_bytes().to_vec()
        }),
        refused_answer("signature", "the signature of code 1 is that of code 0", |o| changed(o, |a| a.signatures[1] = a.signatures[0])),
        refused_answer("other listing", "signed for 3 listed windows, answered as 2", |o| changed(o, |a| a.listed = 2)),
        refused_answer("signature of another key", "the last code is signed by another key", |o| changed(o, |a| a.signatures[2] = Signature([7; 64]))),
    ]);
    same_as_file(
        "registration",
        "Registrations (protocol.md section 3.6; wire.md sections 2.2 and 2.3). *_seed: Ed25519 seeds; *_random: the bytes drawn, in order (for the office: 32 for the proof of each seed, then the mailbox secret). A refused case has either `data`, checked by the office of authority hanoi.example/log with region 1, or `answer`, checked by the venue with `plan` against the one code key.",
        cases,
    );
}

fn more_refused_data() -> Vec<Value> {
    let mut rng = Seeded::new("registration/refused");
    let (plan, secrets) = plan_of(&profile(KeySchedule::Screen, 3), &mut rng);
    let data = RegistrationData::make(&plan, &secrets, &key(VENUE_SEED), &ENC, &mut rng).unwrap();
    let good = data.to_bytes();
    let mut version = good.clone();
    version[0] = 2;
    let mut renamed = good.clone();
    renamed[14] = b'B';
    vec![
        refused_bytes("malformed", "version 2 of the plan", &version, ENC),
        refused_bytes(
            "left over",
            "one byte more",
            &[&good[..], &[0]].concat(),
            ENC,
        ),
        refused_bytes(
            "too short",
            "one byte is missing",
            &good[..good.len() - 1],
            ENC,
        ),
        refused_bytes(
            "renamed",
            "the name was changed after signing",
            &renamed,
            ENC,
        ),
    ]
}
