//! The field in lanes against fiat-crypto, at the bounds of its limbs, by emulation and by the processor where it can.
//! Knows limbs; does not know curves.
//! Specified in specs/performance.md §1.6.

use super::field::{Field, Limbs, Stored};
use crate::exposure::matching::field::Fe;
use crate::exposure::matching::field::tests::{Judged, limb, word};
use core::array::from_fn;
use lachan_eight::{Eight, Emulated};
use proptest::prelude::*;

/// Eight numbers in limbs.
type Numbers = [[u64; 5]; 8];

fn numbers(end: u64) -> impl Strategy<Value = Numbers> {
    // A list, since a strategy for each limb by itself would fill the stack.
    prop::collection::vec(limb(end), 40)
        .prop_map(|limbs| from_fn(|lane| from_fn(|i| limbs[5 * lane + i])))
}

fn judged(numbers: &Numbers) -> [Judged; 8] {
    numbers.map(|limbs| Judged::of_limbs(&limbs.map(|limb| (limb, 51))))
}

fn load<E: Eight>(field: Field<E>, numbers: &Numbers) -> Limbs<E> {
    field.load(&from_fn(|i| from_fn(|lane| numbers[lane][i])))
}

/// The canonical bytes of results, of which every limb must be as small as the operations promise.
fn bytes<E: Eight>(field: Field<E>, limbs: &Limbs<E>) -> [[u8; 32]; 8] {
    let mut stored: Stored = [[0; 8]; 5];
    field.store(limbs, &mut stored);
    assert!(
        stored
            .as_flattened()
            .iter()
            .all(|limb| *limb < (1 << 51) + (1 << 14))
    );
    field.scatter(limbs).map(|words| Fe::of(words).to_bytes())
}

/// What the operations give with `a`, `b`, `c` below 2^52, an addend below 2^55, and the lanes to negate.
fn given<E: Eight>(
    way: E,
    [a, b, c]: [&Numbers; 3],
    addend: &Numbers,
    negative: u8,
) -> [[[u8; 32]; 8]; 6] {
    way.run(|| {
        let field = Field(way);
        let [a, b, c] = [a, b, c].map(|numbers| load(field, numbers));
        let addend = load(field, addend);
        [
            field.mul_plus(&a, &b, &addend),
            field.square_plus(&a, &addend),
            field.signed_minus(negative, &a, &b),
            field.signed(negative, &a),
            field.mul_plus(&a, &b, &field.minus_a_minus_twice(&a, &c)),
            field.mul_plus(&a, &a, &field.negative(&c)),
        ]
        .map(|limbs| bytes(field, &limbs))
    })
}

/// The same by the judge.
fn wanted(numbers: [&Numbers; 3], addend: &Numbers, negative: u8) -> [[[u8; 32]; 8]; 6] {
    let ([a, b, c], addend) = (numbers.map(judged), judged(addend));
    let curve_a = Judged::small(486_662);
    let each = |one: &dyn Fn(usize) -> Judged| from_fn(|lane| one(lane).bytes());
    let signed = |lane: usize| {
        if negative >> lane & 1 == 1 {
            Judged::small(0).minus(a[lane])
        } else {
            a[lane]
        }
    };
    [
        each(&|i| a[i].mul(b[i]).plus(addend[i])),
        each(&|i| a[i].mul(a[i]).plus(addend[i])),
        each(&|i| signed(i).minus(b[i])),
        each(&signed),
        each(&|i| {
            let product = a[i].mul(b[i]);
            product.minus(curve_a).minus(a[i]).minus(a[i]).minus(c[i])
        }),
        each(&|i| a[i].mul(a[i]).minus(c[i])),
    ]
}

fn through_limbs<E: Eight>(way: E, words: &[[u64; 4]; 8]) -> [[u8; 32]; 8] {
    way.run(|| {
        let field = Field(way);
        // Once through the carries, since the fifth limb of any number is too large to be scattered.
        let limbs = field.signed(0, &field.gather(words.each_ref()));
        bytes(field, &limbs)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn eight_numbers_agree_with_the_judge(
        a in numbers(1 << 52),
        b in numbers(1 << 52),
        c in numbers(1 << 52),
        addend in numbers(1 << 55),
        negative: u8,
    ) {
        let wanted = wanted([&a, &b, &c], &addend, negative);
        prop_assert_eq!(given(Emulated, [&a, &b, &c], &addend, negative), wanted);
        #[cfg(target_arch = "x86_64")]
        if let Some(ifma) = lachan_eight::Ifma::detect() {
            prop_assert_eq!(given(ifma, [&a, &b, &c], &addend, negative), wanted);
        }
    }

    #[test]
    fn words_of_a_table_become_limbs_and_words_again(words in prop::collection::vec(word(), 32)) {
        let words: [[u64; 4]; 8] = from_fn(|lane| from_fn(|i| words[4 * lane + i]));
        let wanted = words.map(|words| Fe::of(words).to_bytes());
        prop_assert_eq!(through_limbs(Emulated, &words), wanted);
        #[cfg(target_arch = "x86_64")]
        if let Some(ifma) = lachan_eight::Ifma::detect() {
            prop_assert_eq!(through_limbs(ifma, &words), wanted);
        }
    }
}
