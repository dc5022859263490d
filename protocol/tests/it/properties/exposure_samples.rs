//! What the tests of tokens and batches are made from: one deterministic source, and small builders.
use core::convert::Infallible;
use lachan_protocol::crypto::hash::sha256;
use lachan_protocol::crypto::point::SecretScalar;
use lachan_protocol::crypto::sign::{Signature, SigningKey, VerifyingKey};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::batch::{
    BatchError, BatchRules, ExposureBatch, UnverifiedBatchPart,
};
use lachan_protocol::exposure::build::{NewRelease, Tick};
use lachan_protocol::exposure::entry::{CaseDetail, MinuteMask};
use lachan_protocol::exposure::manifest::{CaseCause, ItemCommitments, ReleaseBacking};
use lachan_protocol::id::{AuthorityId, CodeId, Region};
use lachan_protocol::keys::{KeyShare, NotificationKey, ReleasedKey, WindowKey, WindowPoint};
use lachan_protocol::time::{DAY_SECONDS, Day, UnixTime, Window};
use lachan_protocol::token::{DeviceSecret, Minutes, VisitRecord, VisitToken, seal};
use lachan_protocol::wire::{Seq8, Seq16};
use rand_core::{Rng, TryCryptoRng, TryRng};

pub(crate) const ORIGIN: &str = "soyte.hanoi.gov.vn/lachan";
/// 24 November 2026.
pub(crate) const TODAY: Day = Day(20_781);
pub(crate) const NOON: UnixTime = UnixTime(20_781 * DAY_SECONDS + 43_200);
pub(crate) const CLOCK: u32 = 21_600;

/// First the bytes that were given, then SHA-256(seed ‖ 0), SHA-256(seed ‖ 1), ... with u64 counters.
pub(crate) struct Stream {
    given: Vec<u8>,
    seed: u64,
    counter: u64,
}

impl Stream {
    pub(crate) fn new(seed: u64) -> Self {
        Self::after(&[], seed)
    }

    pub(crate) fn after(given: &[&[u8]], seed: u64) -> Self {
        let mut given = given.concat();
        given.reverse();
        Self {
            given,
            seed,
            counter: 0,
        }
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.fill_bytes(&mut out);
        out
    }

    fn next_byte(&mut self) -> u8 {
        if self.given.is_empty() {
            let counters = [self.seed.to_be_bytes(), self.counter.to_be_bytes()].concat();
            self.given = sha256(&[&counters]).to_vec();
            self.counter += 1;
        }
        self.given.pop().expect("it was filled")
    }
}

impl TryRng for Stream {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes(self.bytes()))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes(self.bytes()))
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.iter_mut().for_each(|byte| *byte = self.next_byte());
        Ok(())
    }
}

impl TryCryptoRng for Stream {}

pub(crate) fn authority() -> AuthorityId {
    AuthorityId::of_origin(ORIGIN)
}

pub(crate) fn batch_key() -> SigningKey {
    SigningKey::from_seed(&[0x22; 32])
}

/// The point and the key of a window whose share has these bytes.
pub(crate) fn pair(scalar: &[u8; 32]) -> (WindowPoint, ReleasedKey) {
    let share = KeyShare::from_bytes(scalar).expect("a canonical scalar that is not 0");
    let key = WindowKey::from_shares([&share]).expect("not 0");
    (key.to_point(), key.release())
}

pub(crate) fn random_pair(rng: &mut Stream) -> (WindowPoint, ReleasedKey) {
    pair(&SecretScalar::random(rng).to_bytes())
}

/// l - 1, little-endian.
pub(crate) fn order_minus_one() -> [u8; 32] {
    let mut bytes = [0; 32];
    let text = "ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    hex::decode_to_slice(text, &mut bytes).expect("64 digits");
    bytes
}

pub(crate) fn record(window: Window, minutes: Minutes, name: &str, place: &str) -> VisitRecord {
    let notice = NotificationKey(notice_of(window));
    VisitRecord::new(
        CodeId([7; 16]),
        authority(),
        window,
        minutes,
        1,
        notice,
        name,
        place,
    )
    .expect("a window with a day")
}

/// n_w of every window of the sample venue.
pub(crate) fn notice_of(window: Window) -> [u8; 16] {
    let mut notice = [0; 16];
    notice[12..].copy_from_slice(&window.0.to_be_bytes());
    notice
}

pub(crate) fn token(record: &VisitRecord, point: &WindowPoint, rng: &mut Stream) -> VisitToken {
    let secret = DeviceSecret::from_bytes(&[9; 32]);
    let counter = u64::from_be_bytes(rng.bytes());
    seal(record, point, &secret, counter, rng)
}

pub(crate) fn window(day: Day, hour: u32) -> Window {
    Window(u32::from(day.0) * 24 + hour)
}

pub(crate) fn mask(from: u8, to: u8) -> MinuteMask {
    MinuteMask::from(Minutes::new(from, to).expect("minutes of a window"))
}

pub(crate) fn case(number: u8, minutes: MinuteMask, advice: Advice) -> CaseCause {
    CaseCause {
        own: CaseDetail::new(minutes, advice).expect("at least a minute"),
        request_hash: [number; 32],
        items: ItemCommitments::new(vec![[1; 32], [2; 32]]).expect("two"),
        approval: Signature([3; 64]),
        item_salt: [4; 32],
        certificate: [number; 117],
        commitment_salt: [5; 32],
    }
}

pub(crate) fn backing() -> ReleaseBacking {
    let bytes = |length: usize, byte: u8| Seq16::new(vec![byte; length]).expect("short");
    ReleaseBacking {
        head: bytes(90, 0x61),
        notices_hash: [0x62; 32],
        venue_points: bytes(32 * 6, 0x63),
        office_points: Seq8::new(vec![bytes(32 * 6, 0x64)]).expect("one"),
        registration_path: bytes(16 + 64, 0x65),
    }
}

pub(crate) fn release(key: ReleasedKey, window: Window, cases: Vec<CaseCause>) -> NewRelease {
    let notice = NotificationKey(notice_of(window));
    NewRelease {
        key,
        window,
        notice,
        backing: backing(),
        cases,
    }
}

pub(crate) fn tick(seq: u64, time: UnixTime) -> Tick {
    Tick {
        authority: authority(),
        region: Region(1),
        seq,
        time,
        unlocks: 2,
        certificates: 3,
    }
}

/// The rules of the sample authority while its clock shows `latest` less 300 s.
pub(crate) fn rules(key: &VerifyingKey, latest: UnixTime) -> BatchRules<'_> {
    let (authority, region) = (authority(), Region(1));
    BatchRules {
        authority,
        region,
        batch_key: key,
        clock_seconds: CLOCK,
        latest,
    }
}

/// Reads, verifies and joins leaves, as a client does.
pub(crate) fn accept(leaves: &[Vec<u8>], latest: UnixTime) -> Result<ExposureBatch, BatchError> {
    let key = batch_key().verifying_key();
    let parts = leaves
        .iter()
        .map(|leaf| UnverifiedBatchPart::from_bytes(leaf)?.verify(&rules(&key, latest)))
        .collect::<Result<_, _>>()?;
    ExposureBatch::join(parts)
}
