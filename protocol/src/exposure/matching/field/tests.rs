//! Both forms of the field against fiat-crypto, at the bounds of their limbs.
//! Knows limbs; does not know curves.
//! Specified in specs/performance.md §1.1.

use super::{limbs25, limbs64};
use fiat_crypto::curve25519_64::{
    fiat_25519_add, fiat_25519_carry, fiat_25519_carry_mul, fiat_25519_from_bytes,
    fiat_25519_loose_field_element as FiatLoose, fiat_25519_relax, fiat_25519_sub,
    fiat_25519_tight_field_element as Fiat, fiat_25519_to_bytes,
};
use fiat_crypto::curve25519_solinas_64::{
    fiat_curve25519_solinas_mul, fiat_curve25519_solinas_square,
};
use proptest::prelude::*;

/// A number of the field as the judge computes it.
#[derive(Clone, Copy)]
pub(in crate::exposure::matching) struct Judged(Fiat);

impl core::fmt::Debug for Judged {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:02x?}", self.bytes())
    }
}

impl Judged {
    pub(in crate::exposure::matching) fn small(number: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        Self::of_bytes(&bytes)
    }

    pub(in crate::exposure::matching) fn of_bytes(bytes: &[u8; 32]) -> Self {
        let mut out = Fiat([0; 5]);
        fiat_25519_from_bytes(&mut out, bytes);
        Self(out)
    }

    /// Limbs with the bits that each one counts, lowest first.
    pub(in crate::exposure::matching) fn of_limbs(limbs: &[(u64, u32)]) -> Self {
        limbs
            .iter()
            .rev()
            .fold(Self::small(0), |sum, (limb, bits)| {
                let (low, high) = (limb & 0xffff_ffff, limb >> 32);
                let limb = Self::small(high)
                    .mul(Self::small(1 << 32))
                    .plus(Self::small(low));
                sum.mul(Self::power_of_two(*bits)).plus(limb)
            })
    }

    fn power_of_two(bits: u32) -> Self {
        (0..bits).fold(Self::small(1), |power, _| power.plus(power))
    }

    fn loose(self) -> FiatLoose {
        let mut out = FiatLoose([0; 5]);
        fiat_25519_relax(&mut out, &self.0);
        out
    }

    fn carried(loose: &FiatLoose) -> Self {
        let mut out = Fiat([0; 5]);
        fiat_25519_carry(&mut out, loose);
        Self(out)
    }

    pub(in crate::exposure::matching) fn mul(self, other: Self) -> Self {
        let mut out = Fiat([0; 5]);
        fiat_25519_carry_mul(&mut out, &self.loose(), &other.loose());
        Self(out)
    }

    pub(in crate::exposure::matching) fn plus(self, other: Self) -> Self {
        let mut out = FiatLoose([0; 5]);
        fiat_25519_add(&mut out, &self.0, &other.0);
        Self::carried(&out)
    }

    pub(in crate::exposure::matching) fn minus(self, other: Self) -> Self {
        let mut out = FiatLoose([0; 5]);
        fiat_25519_sub(&mut out, &self.0, &other.0);
        Self::carried(&out)
    }

    pub(in crate::exposure::matching) fn bytes(self) -> [u8; 32] {
        let mut out = [0; 32];
        fiat_25519_to_bytes(&mut out, &self.0);
        out
    }
}

/// Every operation that both forms have on three numbers, against the judge.
macro_rules! agree {
    ($one:ty, $numbers:expr) => {{
        let [(a, ja), (b, jb), (c, jc)]: [($one, Judged); 3] = $numbers;
        let curve_a = Judged::small(486_662);
        let zero = Judged::small(0);
        prop_assert_eq!(a.to_bytes(), ja.bytes());
        prop_assert_eq!(<$one>::from_bytes(&ja.bytes()).to_bytes(), ja.bytes());
        prop_assert_eq!(a.plus(&b).carry().to_bytes(), ja.plus(jb).bytes());
        prop_assert_eq!(a.minus(&b).carry().to_bytes(), ja.minus(jb).bytes());
        prop_assert_eq!(
            a.signed_minus(false, &b).carry().to_bytes(),
            ja.minus(jb).bytes()
        );
        prop_assert_eq!(
            a.signed_minus(true, &b).carry().to_bytes(),
            zero.minus(ja).minus(jb).bytes()
        );
        prop_assert_eq!(a.negated().to_bytes(), zero.minus(ja).bytes());
        prop_assert_eq!(a.mul(&b).to_bytes(), ja.mul(jb).bytes());
        prop_assert_eq!(a.square().to_bytes(), ja.mul(ja).bytes());
        prop_assert_eq!(
            a.square_plus(&b.minus_a_minus_both(&c)).to_bytes(),
            ja.mul(ja).minus(curve_a).minus(jb).minus(jc).bytes()
        );
        prop_assert_eq!(
            a.minus(&b).mul_plus(&c, &a.negative()).to_bytes(),
            ja.minus(jb).mul(jc).minus(ja).bytes()
        );
        let both = a.minus(&b).mul(&c.signed_minus(true, &b));
        prop_assert_eq!(
            both.to_bytes(),
            ja.minus(jb).mul(zero.minus(jc).minus(jb)).bytes()
        );
        let inverse = Judged::of_bytes(&a.invert().to_bytes()).mul(ja).bytes();
        let nothing = ja.bytes() == [0; 32];
        prop_assert_eq!(inverse, Judged::small(u64::from(!nothing)).bytes());
        let root = a.square().root().square();
        prop_assert_eq!(root.to_bytes(), ja.mul(ja).bytes());
    }};
}

/// A limb below `end`, often at one of its bounds.
pub(in crate::exposure::matching) fn limb(end: u64) -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(1),
        Just(end - 1),
        Just(end - 2),
        (0_u64..40).prop_map(move |less| end - 1 - less),
        0..end,
    ]
}

pub(in crate::exposure::matching) fn word() -> impl Strategy<Value = u64> {
    prop_oneof![
        limb(u64::MAX),
        Just(u64::MAX),
        Just(1 << 63),
        Just((1 << 63) - 19),
        any::<u64>()
    ]
}

fn limbs64() -> impl Strategy<Value = (limbs64::Fe, Judged)> {
    [word(), word(), word(), word()].prop_map(|words| {
        (
            limbs64::Fe::of(words),
            Judged::of_limbs(&words.map(|word| (word, 64))),
        )
    })
}

const BITS: [u32; 10] = [26, 25, 26, 25, 26, 25, 26, 25, 26, 25];

fn ten(even: u64, odd: u64) -> impl Strategy<Value = [u32; 10]> {
    prop::array::uniform5((limb(even), limb(odd))).prop_map(|pairs| {
        core::array::from_fn(|i| {
            let (even, odd) = pairs[i / 2];
            u32::try_from(if i % 2 == 0 { even } else { odd }).expect("below 2^28")
        })
    })
}

fn judged_ten(limbs: &[u32; 10]) -> Judged {
    Judged::of_limbs(&core::array::from_fn::<_, 10, _>(|i| {
        (u64::from(limbs[i]), BITS[i])
    }))
}

fn limbs25() -> impl Strategy<Value = (limbs25::Fe, Judged)> {
    ten(1 << 26, (1 << 25) + (1 << 12))
        .prop_map(|limbs| (limbs25::Fe::of(limbs), judged_ten(&limbs)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn four_limbs_agree_with_the_judge(a in limbs64(), b in limbs64(), c in limbs64()) {
        agree!(limbs64::Fe, [a, b, c]);
    }

    #[test]
    fn four_limbs_multiply_like_the_judges_four(
        a in [word(), word(), word(), word()],
        b in [word(), word(), word(), word()],
    ) {
        let (mut product, mut square) = ([0; 4], [0; 4]);
        fiat_curve25519_solinas_mul(&mut product, &a, &b);
        fiat_curve25519_solinas_square(&mut square, &a);
        let (one, other) = (limbs64::Fe::of(a), limbs64::Fe::of(b));
        prop_assert_eq!(one.mul(&other).to_bytes(), limbs64::Fe::of(product).to_bytes());
        prop_assert_eq!(one.square().to_bytes(), limbs64::Fe::of(square).to_bytes());
    }

    #[test]
    fn ten_limbs_agree_with_the_judge(a in limbs25(), b in limbs25(), c in limbs25()) {
        agree!(limbs25::Fe, [a, b, c]);
    }

    #[test]
    fn ten_loose_limbs_multiply_like_the_judge(a in ten(1 << 28, 1 << 27), b in ten(1 << 28, 1 << 27)) {
        let (ja, jb) = (judged_ten(&a), judged_ten(&b));
        let (a, b) = (limbs25::Loose::of(a), limbs25::Loose::of(b));
        prop_assert_eq!(a.mul(&b).to_bytes(), ja.mul(jb).bytes());
        prop_assert_eq!(a.square().to_bytes(), ja.mul(ja).bytes());
        prop_assert_eq!(a.mul_plus(&b, &a).to_bytes(), ja.mul(jb).plus(ja).bytes());
        prop_assert_eq!(a.carry().to_bytes(), ja.bytes());
    }
}

/// p and its neighbours, 2^255 and its neighbours, the highest number: each in the form that is not reduced.
#[test]
fn numbers_around_the_prime_are_written_reduced() {
    let p = [u64::MAX - 18, u64::MAX, u64::MAX, u64::MAX >> 1];
    for (low, wanted) in [
        (-1_i64, None),
        (0, Some(0)),
        (1, Some(1)),
        (18, Some(18)),
        (19, Some(19)),
    ] {
        let mut limbs = p;
        let mut carry;
        (limbs[0], carry) = p[0].overflowing_add_signed(low);
        carry &= low > 0;
        for limb in &mut limbs[1..] {
            (*limb, carry) = limb.overflowing_add(u64::from(carry));
        }
        let bytes = limbs64::Fe::of(limbs).to_bytes();
        match wanted {
            Some(small) => assert_eq!(bytes, Judged::small(small).bytes()),
            None => assert_eq!(bytes, Judged::small(0).minus(Judged::small(1)).bytes()),
        }
    }
    // 2^256 − 1 is 37.
    assert_eq!(
        limbs64::Fe::of([u64::MAX; 4]).to_bytes(),
        Judged::small(37).bytes()
    );
}
