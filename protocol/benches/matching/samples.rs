//! Keys and tokens to measure with, always the same.
//! Knows how tokens are sealed; does not know matching.
//! Specified in specs/performance.md §1.4.

use lachan_protocol::crypto::point::SecretScalar;
use lachan_protocol::id::{AuthorityId, CodeId};
use lachan_protocol::keys::{KeyShare, NotificationKey, ReleasedKey, WindowKey};
use lachan_protocol::time::{Day, Window};
use lachan_protocol::token::{DeviceSecret, Minutes, VisitRecord, VisitToken, seal};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

/// The day of every key and token.
pub(crate) const DAY: Day = Day(20_781);

/// So many random keys.
pub(crate) fn keys(count: usize) -> Vec<ReleasedKey> {
    let mut rng = StdRng::seed_from_u64(4);
    (0..count)
        .map(|_| ReleasedKey::from_bytes(&SecretScalar::random(&mut rng).to_bytes()).unwrap())
        .collect()
}

/// So many tokens of a day, sealed to windows whose keys are not among [`keys`].
pub(crate) fn tokens(count: usize, day: Day) -> Vec<VisitToken> {
    let mut rng = StdRng::seed_from_u64(44);
    let device = DeviceSecret::random(&mut rng);
    (0..count as u64)
        .map(|counter| {
            let key = WindowKey::from_shares([&KeyShare::new(SecretScalar::random(&mut rng))]);
            sealed(&key.unwrap(), day, &device, counter, &mut rng)
        })
        .collect()
}

/// One token more, and the key that opens it.
#[allow(dead_code, reason = "only one of the two benchmarks plants a hit")]
pub(crate) fn opened_by(day: Day) -> (ReleasedKey, VisitToken) {
    let mut rng = StdRng::seed_from_u64(444);
    let device = DeviceSecret::random(&mut rng);
    let secret = SecretScalar::random(&mut rng);
    let released = ReleasedKey::from_bytes(&secret.to_bytes()).unwrap();
    let key = WindowKey::from_shares([&KeyShare::new(secret)]).unwrap();
    (released, sealed(&key, day, &device, 0, &mut rng))
}

fn sealed(
    key: &WindowKey,
    day: Day,
    device: &DeviceSecret,
    counter: u64,
    rng: &mut StdRng,
) -> VisitToken {
    let window = Window(u32::from(day.0) * 24 + 9);
    let notice = NotificationKey([9; 16]);
    let (code, authority) = (CodeId([7; 16]), AuthorityId([1; 8]));
    let record =
        VisitRecord::new(code, authority, window, Minutes::ALL, 1, notice, "Chợ", "").unwrap();
    seal(&record, &key.to_point(), device, counter, rng)
}
