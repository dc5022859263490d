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
    pairs(count, day).map(|(_, token)| token).collect()
}

/// The same tokens, each with the key that opens it.
pub(crate) fn pairs(count: usize, day: Day) -> impl Iterator<Item = (ReleasedKey, VisitToken)> {
    let mut rng = StdRng::seed_from_u64(44);
    let device = DeviceSecret::random(&mut rng);
    let window = Window(u32::from(day.0) * 24 + 9);
    (0..count as u64).map(move |counter| {
        let secret = SecretScalar::random(&mut rng);
        let released = ReleasedKey::from_bytes(&secret.to_bytes()).unwrap();
        let share = KeyShare::new(secret);
        let point = WindowKey::from_shares([&share]).unwrap().to_point();
        let notice = NotificationKey([9; 16]);
        let (code, authority) = (CodeId([7; 16]), AuthorityId([1; 8]));
        let record =
            VisitRecord::new(code, authority, window, Minutes::ALL, 1, notice, "Chợ", "").unwrap();
        let token = seal(&record, &point, &device, counter, &mut rng);
        (released, token)
    })
}
