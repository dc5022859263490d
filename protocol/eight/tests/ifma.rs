//! The processor's instructions against what they are said to mean, at random and at the bounds.
//! Knows both ways of computing; does not know what is computed with them.
//! Specified in specs/performance.md §1.6.
#![cfg(target_arch = "x86_64")]

use lachan_eight::{Eight, Emulated, Ifma};
use proptest::prelude::*;

type Eights = [u64; 8];

/// Every operation on the same numbers.
fn all<E: Eight>(way: E, a: &Eights, b: &Eights, c: &Eights, lanes: u8) -> Vec<Eights> {
    way.run(|| {
        let (x, y, z) = (way.load(a), way.load(b), way.load(c));
        let places: [[u64; 4]; 8] =
            std::array::from_fn(|i| [a[i], b[i], c[i], a[i].wrapping_add(b[7 - i])]);
        let mut results = vec![
            way.splat(a[0]),
            way.plus(x, y),
            way.minus(x, y),
            way.negate_where(lanes, x),
            way.and(x, y),
            way.shift_left::<13>(x),
            way.shift_left::<51>(x),
            way.rotate_left::<4>(x),
            way.shift_right::<12>(x),
            way.shift_right::<51>(x),
            way.madd_low(x, y, z),
            way.madd_high(x, y, z),
        ];
        results.extend(way.gather(places.each_ref()));
        let mut stored = vec![[0; 8]; results.len()];
        for (result, stored) in results.into_iter().zip(&mut stored) {
            way.store(result, stored);
        }
        stored
    })
}

fn eights() -> impl Strategy<Value = Eights> {
    prop::array::uniform8(prop_oneof![
        Just(0),
        Just(u64::MAX),
        Just((1 << 52) - 1),
        Just(1 << 52),
        any::<u64>(),
        any::<u64>().prop_map(|number| number >> 12),
    ])
}

proptest! {
    #[test]
    fn the_processor_computes_what_the_emulation_says(
        a in eights(), b in eights(), c in eights(), lanes: u8,
    ) {
        if let Some(ifma) = Ifma::detect() {
            prop_assert_eq!(all(ifma, &a, &b, &c, lanes), all(Emulated, &a, &b, &c, lanes));
        }
    }
}

#[test]
fn a_processor_without_the_instructions_is_told_of() {
    if Ifma::detect().is_none() {
        eprintln!("SKIPPED: this processor has no AVX-512 IFMA; only its emulation was tested");
    }
}

#[test]
fn the_emulation_multiplies_the_low_52_bits() {
    let [sum, a, b] = [1 << 60, (7 << 52) + (1 << 51), (1 << 63) + 6].map(|n| [n; 8]);
    assert_eq!(Emulated.madd_low(sum, a, b), [1 << 60; 8]);
    assert_eq!(Emulated.madd_high(sum, a, b), [(1 << 60) + 3; 8]);
    let most = [u64::MAX; 8];
    assert_eq!(Emulated.madd_low([0; 8], most, most), [1; 8]);
    assert_eq!(Emulated.madd_high([0; 8], most, most), [(1 << 52) - 2; 8]);
}
