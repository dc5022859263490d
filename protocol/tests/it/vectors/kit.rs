//! What vectors of plans and codes share: a seeded generator, the vector files, a small world to register in.
pub(crate) use super::file::{compare as same_as_file, refusal};
use lachan_protocol::code::{CodeKey, CodeTrust};
use lachan_protocol::crypto::hash::sha256;
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::id::{AuthorityId, CodeId, Region};
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::kind::VenueKind;
use lachan_protocol::keys::office::{EpochSeed, OfficeSeeds};
use lachan_protocol::keys::plan::Plan;
use lachan_protocol::keys::registration::{Registered, RegistrationAnswer, VenueProfile};
use lachan_protocol::keys::venue::VenueSecrets;
use lachan_protocol::time::Window;
use rand_core::{TryCryptoRng, TryRng};
use serde_json::{Map, Value, json};
use std::convert::Infallible;

/// SHA-256(seed ‖ u64 counter), block after block; remembers what was drawn, so that a vector can state it.
pub(crate) struct Seeded {
    seed: Vec<u8>,
    counter: u64,
    block: Vec<u8>,
    drawn: Vec<u8>,
}

impl Seeded {
    pub(crate) fn new(seed: &str) -> Self {
        Self {
            seed: seed.as_bytes().to_vec(),
            counter: 0,
            block: Vec::new(),
            drawn: Vec::new(),
        }
    }

    /// Hexadecimal of everything drawn since the last call.
    pub(crate) fn drawn(&mut self) -> String {
        let drawn = hex::encode(&self.drawn);
        self.drawn.clear();
        drawn
    }
}

impl TryRng for Seeded {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_be_bytes(bytes))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for byte in &mut *out {
            if self.block.is_empty() {
                self.block = sha256(&[&self.seed, &self.counter.to_be_bytes()]).to_vec();
                self.counter += 1;
            }
            *byte = self.block.remove(0);
        }
        self.drawn.extend_from_slice(out);
        Ok(())
    }
}

impl TryCryptoRng for Seeded {}

/// One case: a name, a comment and further fields.
pub(crate) fn case(name: &str, comment: &str, fields: Value) -> Value {
    let mut object = Map::new();
    object.insert("name".into(), name.into());
    object.insert("comment".into(), comment.into());
    if let Value::Object(fields) = fields {
        object.extend(fields);
    }
    Value::Object(object)
}

pub(crate) fn hexes<T: AsRef<[u8]>>(parts: impl IntoIterator<Item = T>) -> Vec<String> {
    parts.into_iter().map(hex::encode).collect()
}

pub(crate) const ORIGIN: &str = "hanoi.example/log";
pub(crate) const REGION: Region = Region(1);
/// 2026-11-24T15:00:00Z, 22:00 in Hanoi.
pub(crate) const FIRST: Window = Window(498_759);

pub(crate) fn authority() -> AuthorityId {
    AuthorityId::of_origin(ORIGIN)
}

/// A trust list of one authority.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) keys: Vec<CodeKey>,
    pub(crate) revoked: Option<(CodeId, Window)>,
}

impl CodeTrust for Known {
    fn code_keys(&self, id: &AuthorityId) -> Option<Vec<CodeKey>> {
        (*id == authority()).then(|| self.keys.clone())
    }
    fn revoked_from(&self, _: &AuthorityId, code: &CodeId) -> Option<Window> {
        self.revoked
            .filter(|(id, _)| id == code)
            .map(|(_, from)| from)
    }
}

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

/// Trusts the key with this seed for codes up to `last`.
pub(crate) fn trusting(seed: u8, last: Window) -> Known {
    Known {
        keys: vec![CodeKey::Current {
            key: key(seed).verifying_key(),
            last,
        }],
        revoked: None,
    }
}

pub(crate) const VENUE_SEED: u8 = 1;
pub(crate) const CODE_SEED: u8 = 2;

pub(crate) fn profile(schedule: KeySchedule, count: u16) -> VenueProfile {
    VenueProfile {
        authority: authority(),
        region: REGION,
        schedule,
        kind: VenueKind(1),
        name: "Phở Thìn".into(),
        place: "13 Lò Đúc, Hà Nội".into(),
        first: FIRST,
        count,
    }
}

pub(crate) fn plan_of(profile: &VenueProfile, rng: &mut Seeded) -> (Plan, VenueSecrets) {
    Plan::make(profile, &key(VENUE_SEED), rng).unwrap()
}

pub(crate) fn seeds(count: u8) -> OfficeSeeds {
    let seed = |i| EpochSeed::from_bytes(&[0x50 + i; 32]);
    OfficeSeeds::new((0..count).map(seed).collect()).unwrap()
}

pub(crate) fn answer_of(plan: &Plan, seeds: &OfficeSeeds, rng: &mut Seeded) -> RegistrationAnswer {
    RegistrationAnswer::make(plan, seeds, &key(CODE_SEED), rng).unwrap()
}

/// A plan registered whole, with the secrets of its venue.
pub(crate) fn registered(
    profile: &VenueProfile,
    office: &OfficeSeeds,
    rng: &mut Seeded,
) -> (Registered, VenueSecrets) {
    let (plan, secrets) = plan_of(profile, rng);
    let answer = answer_of(&plan, office, rng);
    let trust = trusting(CODE_SEED, plan.head().last());
    let registered = Registered::accept(plan, answer, &trust.keys).unwrap();
    (registered, secrets)
}

/// The secrets of a venue as a vector states them.
pub(crate) fn secrets_json(secrets: &VenueSecrets) -> Value {
    match secrets {
        VenueSecrets::Days(days) => {
            let seed = |(day, seed): (
                &lachan_protocol::time::Day,
                &lachan_protocol::keys::venue::DaySeed,
            )| {
                json!({ "day": day.0, "seed": hex::encode(*seed.to_bytes()) })
            };
            json!({ "day_seeds": days.iter().map(seed).collect::<Vec<_>>() })
        }
        VenueSecrets::Sheet(coefficients) => {
            json!({ "coefficients": hexes(coefficients.to_bytes().chunks(32)) })
        }
    }
}

pub(crate) const SCHEDULES: [(&str, KeySchedule, u16); 3] = [
    ("screen", KeySchedule::Screen, 11),
    ("slip", KeySchedule::Slip, 26),
    ("sheet", KeySchedule::Sheet, 40),
];
