//! The field in five limbs of 51 bits, for processors that multiply 64 by 64 bits.
//! Knows bounds of limbs; does not know curves.
//! Specified in specs/performance.md §1.

/// Limbs below 2^51 + 2^14: what products give.
#[derive(Clone, Copy, Debug)]
pub(in crate::exposure::matching) struct Fe([u64; 5]);

/// Limbs below 2^54: sums and differences that were not carried, ready to be a factor.
#[derive(Clone, Copy, Debug)]
pub(in crate::exposure::matching) struct Loose([u64; 5]);

/// What may be a factor.
pub(in crate::exposure::matching) trait Factor {
    /// Limbs below 2^54.
    fn limbs(&self) -> &[u64; 5];
}

impl Factor for Fe {
    #[inline(always)]
    fn limbs(&self) -> &[u64; 5] {
        &self.0
    }
}

impl Factor for Loose {
    #[inline(always)]
    fn limbs(&self) -> &[u64; 5] {
        &self.0
    }
}

const MASK: u64 = (1 << 51) - 1;
/// 2·p: added before a subtraction, so that no limb of an [`Fe`] goes below 0.
const TWO_P: [u64; 5] = [(1 << 52) - 38, (1 << 52) - 2, (1 << 52) - 2, (1 << 52) - 2, (1 << 52) - 2];
/// 4·p − A with the curve's A = 486,662.
const FOUR_P_MINUS_A: [u64; 5] = [
    2 * TWO_P[0] - 486_662,
    2 * TWO_P[1],
    2 * TWO_P[2],
    2 * TWO_P[3],
    2 * TWO_P[4],
];

super::powers!(Fe);

impl Fe {
    pub(in crate::exposure::matching) const ONE: Self = Self([1, 0, 0, 0, 0]);

    /// This and another.
    #[inline(always)]
    pub(in crate::exposure::matching) fn plus(&self, other: &Self) -> Loose {
        Loose(core::array::from_fn(|i| self.0[i] + other.0[i]))
    }

    /// This without another.
    #[inline(always)]
    pub(in crate::exposure::matching) fn minus(&self, other: &Self) -> Loose {
        Loose(core::array::from_fn(|i| self.0[i] + TWO_P[i] - other.0[i]))
    }

    /// The negative.
    #[inline(always)]
    pub(in crate::exposure::matching) fn negative(&self) -> Loose {
        Loose(core::array::from_fn(|i| TWO_P[i] - self.0[i]))
    }

    /// This, or its negative when asked, without another; no branch, since half of all signs are wrongly guessed.
    #[inline(always)]
    pub(in crate::exposure::matching) fn signed_minus(&self, negate: bool, other: &Self) -> Loose {
        let mask = u64::from(negate).wrapping_neg();
        Loose(core::array::from_fn(|i| {
            let negative = TWO_P[i] - self.0[i];
            let signed = self.0[i] ^ ((self.0[i] ^ negative) & mask);
            signed + TWO_P[i] - other.0[i]
        }))
    }

    /// −A − this − another, A being the curve's.
    #[inline(always)]
    pub(in crate::exposure::matching) fn minus_a_minus_both(&self, other: &Self) -> Loose {
        Loose(core::array::from_fn(|i| FOUR_P_MINUS_A[i] - (self.0[i] + other.0[i])))
    }

    /// The product.
    #[inline(always)]
    pub(in crate::exposure::matching) fn mul(&self, other: &impl Factor) -> Self {
        carried(product(&self.0, other.limbs()))
    }

    /// The square.
    #[inline(always)]
    pub(in crate::exposure::matching) fn square(&self) -> Self {
        carried(square(&self.0))
    }

    /// The square, and something added.
    #[inline(always)]
    pub(in crate::exposure::matching) fn square_plus(&self, more: &Loose) -> Self {
        carried(plus(square(&self.0), more))
    }

    /// Reads 32 bytes, little-endian; the highest bit does not count, and p counts as 0.
    pub(in crate::exposure::matching) fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        let [a, b, c, d] = words;
        Self([
            a & MASK,
            (a >> 51 | b << 13) & MASK,
            (b >> 38 | c << 26) & MASK,
            (c >> 25 | d << 39) & MASK,
            d >> 12 & MASK,
        ])
    }

    /// The canonical 32 bytes, little-endian.
    #[inline]
    pub(in crate::exposure::matching) fn to_bytes(self) -> [u8; 32] {
        let mut limbs = self.0;
        let mut carry = 0;
        for limb in &mut limbs {
            *limb += carry;
            carry = *limb >> 51;
            *limb &= MASK;
        }
        limbs[0] += 19 * carry;
        // Now the number is below 2·p; it is p or more exactly if 19 more reach 2^255.
        let over = limbs.iter().fold(19, |carry, limb| (limb + carry) >> 51);
        let mut carry = 19 * over;
        for limb in &mut limbs {
            *limb += carry;
            carry = *limb >> 51;
            *limb &= MASK;
        }
        let [a, b, c, d, e] = limbs;
        let words = [a | b << 51, b >> 13 | c << 38, c >> 26 | d << 25, d >> 39 | e << 12];
        let mut bytes = [0; 32];
        for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
            *bytes = word.to_le_bytes();
        }
        bytes
    }
}

impl Loose {
    /// The product.
    #[inline(always)]
    pub(in crate::exposure::matching) fn mul(&self, other: &impl Factor) -> Fe {
        carried(product(&self.0, other.limbs()))
    }

    /// The square.
    #[inline(always)]
    pub(in crate::exposure::matching) fn square(&self) -> Fe {
        carried(square(&self.0))
    }

    /// The product, and something added.
    #[inline(always)]
    pub(in crate::exposure::matching) fn mul_plus(&self, other: &impl Factor, more: &Self) -> Fe {
        carried(plus(product(&self.0, other.limbs()), more))
    }

    /// The same number as the product's kind.
    #[inline(always)]
    pub(in crate::exposure::matching) fn carry(&self) -> Fe {
        carried(self.0.map(u128::from))
    }
}

#[inline(always)]
const fn wide(a: u64, b: u64) -> u128 {
    a as u128 * b as u128
}

/// Columns below 77·2^108 + 2^54, as factors are below 2^54; the last one below 5·2^108 + 2^54.
#[inline(always)]
const fn product(a: &[u64; 5], b: &[u64; 5]) -> [u128; 5] {
    let [a0, a1, a2, a3, a4] = *a;
    let [b0, b1, b2, b3, b4] = *b;
    let (c1, c2, c3, c4) = (19 * b1, 19 * b2, 19 * b3, 19 * b4);
    [
        wide(a0, b0) + wide(a4, c1) + wide(a3, c2) + wide(a2, c3) + wide(a1, c4),
        wide(a1, b0) + wide(a0, b1) + wide(a4, c2) + wide(a3, c3) + wide(a2, c4),
        wide(a2, b0) + wide(a1, b1) + wide(a0, b2) + wide(a4, c3) + wide(a3, c4),
        wide(a3, b0) + wide(a2, b1) + wide(a1, b2) + wide(a0, b3) + wide(a4, c4),
        wide(a4, b0) + wide(a3, b1) + wide(a2, b2) + wide(a1, b3) + wide(a0, b4),
    ]
}

/// The same columns for equal factors, with 15 multiplications instead of 25.
#[inline(always)]
const fn square(a: &[u64; 5]) -> [u128; 5] {
    let [a0, a1, a2, a3, a4] = *a;
    let (d0, d1, d2) = (2 * a0, 2 * a1, 2 * a2);
    let (c3, c4) = (19 * a3, 19 * a4);
    [
        wide(a0, a0) + wide(d1, c4) + wide(d2, c3),
        wide(d0, a1) + wide(d2, c4) + wide(a3, c3),
        wide(d0, a2) + wide(a1, a1) + wide(2 * a3, c4),
        wide(d0, a3) + wide(d1, a2) + wide(a4, c4),
        wide(d0, a4) + wide(d1, a3) + wide(a2, a2),
    ]
}

#[inline(always)]
const fn plus(columns: [u128; 5], more: &Loose) -> [u128; 5] {
    let [a, b, c, d, e] = columns;
    let [v, w, x, y, z] = more.0;
    [a + v as u128, b + w as u128, c + x as u128, d + y as u128, e + z as u128]
}

/// A column below 2^115 leaves a carry below 2^64. The last one, below 2^110.4, leaves one below 2^59.4, whose
/// nineteenfold is below 2^63.7: so the first limb leaves less than 2^13 for the second.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the low 51 bits, and carries that were bounded above")]
const fn carried(columns: [u128; 5]) -> Fe {
    let [c0, c1, c2, c3, c4] = columns;
    let c1 = c1 + (c0 >> 51) as u64 as u128;
    let c2 = c2 + (c1 >> 51) as u64 as u128;
    let c3 = c3 + (c2 >> 51) as u64 as u128;
    let c4 = c4 + (c3 >> 51) as u64 as u128;
    let first = (c0 as u64 & MASK) + 19 * (c4 >> 51) as u64;
    Fe([
        first & MASK,
        (c1 as u64 & MASK) + (first >> 51),
        c2 as u64 & MASK,
        c3 as u64 & MASK,
        c4 as u64 & MASK,
    ])
}
