//! Properties of visit tokens: only the window's key opens them, and all look alike.
use super::exposure_samples::{Stream, order_minus_one, pair, random_pair, record, token, window};
use lachan_protocol::crypto::hash::HmacKey;
use lachan_protocol::crypto::point::PointError;
use lachan_protocol::time::{Day, UnixTime, Window};
use lachan_protocol::token::{
    DeviceSecret, Minutes, TOKEN_LEN, TokenError, VisitRecord, VisitToken, seal, windows_of_visit,
};
use proptest::prelude::*;

fn minutes() -> impl Strategy<Value = Minutes> {
    (0_u8..60)
        .prop_flat_map(|from| (Just(from), from + 1..=60))
        .prop_map(|(from, to)| Minutes::new(from, to).expect("from < to <= 60"))
}

/// u(x·P) by the ladder of curve25519-dalek, which is another code path than points: the judge for K.
fn ladder(scalar: &[u8; 32], u: &[u8; 32]) -> [u8; 32] {
    let bits = (0..255).rev().map(|i| scalar[i / 8] >> (i % 8) & 1 == 1);
    curve25519_dalek::montgomery::MontgomeryPoint(*u)
        .mul_bits_be(bits)
        .0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_windows_own_key_opens_a_token_and_nobody_elses_does(
        seed: u64, minutes in minutes(), hour in 0_u32..24, day in 28_u16..,
        name in "\\PC{1,60}", place in "\\PC{0,60}",
    ) {
        let mut rng = Stream::new(seed);
        let (point, key) = random_pair(&mut rng);
        let (_, other) = random_pair(&mut rng);
        let record = record(window(Day(day), hour), minutes, &name, &place);
        let token = token(&record, &point, &mut rng);
        prop_assert_eq!(token.as_bytes().len(), TOKEN_LEN);
        prop_assert_eq!(token.day(), Day(day));
        let again = VisitToken::from_bytes(token.as_bytes());
        prop_assert_eq!(again.as_ref(), Ok(&token));
        let opened = token.open_with(&key);
        prop_assert_eq!(opened.as_ref(), Ok(&record));
        prop_assert!(name.starts_with(record.name()) || record.name() == name);
        prop_assert!(place.starts_with(record.place()));
        prop_assert_eq!(token.open_with(&other), Err(TokenError::DoesNotOpen));
    }

    #[test]
    fn the_tag_is_the_one_that_a_ladder_gives(seed: u64) {
        let mut rng = Stream::new(seed);
        let (point, key) = random_pair(&mut rng);
        let token = token(&record(window(Day(300), 5), Minutes::ALL, "Phở", ""), &point, &mut rng);
        let shared = ladder(&key.to_bytes(), token.ephemeral());
        let day = token.day().0.to_be_bytes();
        let tag = HmacKey::new(&[b"lachan/v1/token/tag", token.ephemeral(), &day]).tag(&[&shared]);
        prop_assert_eq!(&tag[..16], &token.tag().0);
    }

    #[test]
    fn a_token_with_any_changed_byte_does_not_open(seed: u64, at in 0..TOKEN_LEN, change in 1_u8..) {
        let mut rng = Stream::new(seed);
        let (point, key) = random_pair(&mut rng);
        let good = token(&record(window(Day(300), 5), Minutes::ALL, "Phở", ""), &point, &mut rng);
        let mut bytes = *good.as_bytes();
        bytes[at] ^= change;
        let opened = VisitToken::from_bytes(&bytes).and_then(|token| token.open_with(&key));
        prop_assert!(matches!(opened, Err(TokenError::DoesNotOpen | TokenError::Damaged(_))), "{opened:?}");
    }

    #[test]
    fn records_have_one_encoding(bytes in prop::array::uniform32(any::<u8>()), seed: u64, cut in 0_usize..=72) {
        let mut rng = Stream::new(seed);
        let mut raw: [u8; 120] = rng.bytes();
        raw[24..28].copy_from_slice(&[0, 7, bytes[0], bytes[1]]);
        (raw[28], raw[29]) = (bytes[2] % 62, bytes[3] % 62);
        raw[47] = u8::try_from(cut).expect("below 73");
        raw[48..].fill(b'a');
        raw[48 + cut..].fill(0);
        match VisitRecord::from_bytes(&raw) {
            Ok(record) => prop_assert_eq!(*record.to_bytes(), raw),
            Err(_) => prop_assert!(raw[28] >= raw[29] || raw[29] > 60),
        }
    }

    #[test]
    fn a_visit_covers_its_windows_without_a_gap(arrival in 0_u64..1_000_000, stay in 0_u64..40_000) {
        let departure = arrival + stay;
        let all: Vec<(Window, Minutes)> =
            windows_of_visit(UnixTime(arrival), UnixTime(departure)).collect();
        prop_assert_eq!(u64::from(all[0].0.0), arrival / 3_600);
        for pair in all.windows(2) {
            prop_assert_eq!(pair[0].0.0 + 1, pair[1].0.0);
            prop_assert_eq!((pair[0].1.to(), pair[1].1.from()), (60, 0));
        }
        let sum: u64 = all.iter().map(|(_, m)| u64::from(m.to() - m.from())).sum();
        prop_assert!(sum * 60 >= stay && sum * 60 < stay + 120, "{sum} minutes for {stay} s");
    }
}

#[test]
fn keys_at_the_edges_of_the_group_open_their_tokens() {
    let mut one = [0; 32];
    one[0] = 1;
    let mut two = [0; 32];
    two[0] = 2;
    let mut above = [0; 32];
    (above[0], above[31]) = (5, 0x10);
    let mut rng = Stream::new(1);
    for scalar in [one, two, above, order_minus_one()] {
        let (point, key) = pair(&scalar);
        let record = record(window(Day(300), 5), Minutes::ALL, "Chợ Đồng Xuân", "cổng 2");
        assert_eq!(token(&record, &point, &mut rng).open_with(&key), Ok(record));
    }
}

#[test]
fn a_broken_generator_alone_repeats_no_ephemeral() {
    let (point, _) = random_pair(&mut Stream::new(2));
    let secret = DeviceSecret::from_bytes(&[9; 32]);
    let first = record(window(Day(300), 5), Minutes::ALL, "Phở", "");
    let other = record(window(Day(300), 6), Minutes::ALL, "Phở", "");
    let sealed = |record: &VisitRecord, counter| {
        *seal(record, &point, &secret, counter, &mut Stream::new(3)).ephemeral()
    };
    assert_eq!(
        sealed(&first, 0),
        sealed(&first, 0),
        "the control: same inputs, same ephemeral"
    );
    assert_ne!(sealed(&first, 0), sealed(&first, 1));
    assert_ne!(sealed(&first, 0), sealed(&other, 0));
}

#[test]
fn refuses_tokens_of_wrong_length_and_damaged_ephemerals() {
    let mut rng = Stream::new(4);
    let (point, key) = random_pair(&mut rng);
    let good = token(
        &record(window(Day(300), 5), Minutes::ALL, "Phở", ""),
        &point,
        &mut rng,
    );
    let with = |ephemeral: [u8; 32]| {
        let mut bytes = *good.as_bytes();
        bytes[2..34].copy_from_slice(&ephemeral);
        VisitToken::from_bytes(&bytes)
            .and_then(|token| token.open_with(&key))
            .err()
    };
    for length in [0, 249, 251] {
        let bytes = vec![0; length];
        assert_eq!(
            VisitToken::from_bytes(&bytes),
            Err(TokenError::WrongLength(length))
        );
    }
    let mut p = [0xff; 32];
    (p[0], p[31]) = (0xed, 0x7f);
    assert_eq!(with(p), Some(TokenError::Damaged(PointError::NotCanonical)));
    let mut high = *good.ephemeral();
    high[31] |= 0x80;
    assert_eq!(
        with(high),
        Some(TokenError::Damaged(PointError::NotCanonical))
    );
    assert_eq!(
        with([0; 32]),
        Some(TokenError::Damaged(PointError::SmallOrder))
    );
    let mut twist = [0; 32];
    twist[0] = 2;
    assert_eq!(
        with(twist),
        Some(TokenError::Damaged(PointError::NotCanonical))
    );
    assert_eq!(with(*good.ephemeral()), None, "the control");
}
