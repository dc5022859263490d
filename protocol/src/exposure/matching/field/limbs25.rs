//! The field in ten limbs of 26 and 25 bits in turn, for targets that multiply 32 by 32 bits (wasm32).
//! Knows bounds of limbs; does not know curves.
//! Specified in specs/performance.md §1.

/// Limbs below 2^26 in even places; below 2^25 + 2^12 in odd ones: what products give.
#[derive(Clone, Copy, Debug)]
pub(in crate::exposure::matching) struct Fe([u32; 10]);

/// Limbs below 2^28 in even places and 2^27 in odd ones: sums and differences, ready to be a factor.
#[derive(Clone, Copy, Debug)]
pub(in crate::exposure::matching) struct Loose([u32; 10]);

/// What may be a factor.
pub(in crate::exposure::matching) trait Factor {
    /// Limbs below 2^28 in even places and 2^27 in odd ones.
    fn limbs(&self) -> &[u32; 10];
}

impl Factor for Fe {
    #[inline(always)]
    fn limbs(&self) -> &[u32; 10] {
        &self.0
    }
}

impl Factor for Loose {
    #[inline(always)]
    fn limbs(&self) -> &[u32; 10] {
        &self.0
    }
}

/// Bits of the limb in place `i`.
const fn bits(i: usize) -> u32 {
    if i & 1 == 0 { 26 } else { 25 }
}

/// 2·p: added before a subtraction, so that no limb of an [`Fe`] goes below 0.
const TWO_P: [u32; 10] = {
    let mut limbs = [(1 << 27) - 2; 10];
    let mut i = 1;
    while i < 10 {
        limbs[i] = (1 << 26) - 2;
        i += 2;
    }
    limbs[0] -= 36;
    limbs
};
/// The curve's A.
const A: u32 = 486_662;

super::powers!(Fe);

impl Fe {
    pub(in crate::exposure::matching) const ONE: Self = Self([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

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
        let mask = u32::from(negate).wrapping_neg();
        Loose(core::array::from_fn(|i| {
            let negative = TWO_P[i] - self.0[i];
            let signed = self.0[i] ^ ((self.0[i] ^ negative) & mask);
            signed + TWO_P[i] - other.0[i]
        }))
    }

    /// −A − this − another, A being the curve's.
    #[inline(always)]
    pub(in crate::exposure::matching) fn minus_a_minus_both(&self, other: &Self) -> Loose {
        let mut limbs = core::array::from_fn(|i| 2 * TWO_P[i] - (self.0[i] + other.0[i]));
        limbs[0] -= A;
        Loose(limbs)
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
    pub(in crate::exposure::matching) fn square_plus(&self, addend: &Loose) -> Self {
        carried(plus(square(&self.0), addend))
    }

    /// Reads 32 bytes, little-endian; the highest bit does not count, and p counts as 0.
    pub(in crate::exposure::matching) fn from_bytes(bytes: &[u8; 32]) -> Self {
        let (mut limbs, mut buffer, mut filled, mut at) = ([0; 10], 0_u64, 0, 0);
        for (i, limb) in limbs.iter_mut().enumerate() {
            while filled < bits(i) && at < 32 {
                buffer |= u64::from(bytes[at]) << filled;
                (filled, at) = (filled + 8, at + 1);
            }
            *limb = low(buffer, i);
            buffer >>= bits(i);
            filled -= bits(i);
        }
        Self(limbs)
    }

    /// The canonical 32 bytes, little-endian.
    pub(in crate::exposure::matching) fn to_bytes(self) -> [u8; 32] {
        let mut limbs = self.0;
        let mut carry = 0;
        for (i, limb) in limbs.iter_mut().enumerate() {
            *limb += carry;
            carry = *limb >> bits(i);
            *limb &= (1 << bits(i)) - 1;
        }
        limbs[0] += 19 * carry;
        // Now the number is below 2·p; it is p or more exactly if 19 more reach 2^255.
        let over = limbs
            .iter()
            .enumerate()
            .fold(19, |carry, (i, limb)| (limb + carry) >> bits(i));
        let (mut carry, mut buffer, mut filled, mut at) = (19 * over, 0_u64, 0, 0);
        let mut bytes = [0; 32];
        for (i, limb) in limbs.iter().enumerate() {
            let limb = limb + carry;
            carry = limb >> bits(i);
            buffer |= u64::from(limb & ((1 << bits(i)) - 1)) << filled;
            filled += bits(i);
            while filled >= 8 {
                bytes[at] = buffer.to_le_bytes()[0];
                (buffer, filled, at) = (buffer >> 8, filled - 8, at + 1);
            }
        }
        bytes[31] = buffer.to_le_bytes()[0];
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
    pub(in crate::exposure::matching) fn mul_plus(&self, other: &impl Factor, addend: &Self) -> Fe {
        carried(plus(product(&self.0, other.limbs()), addend))
    }

    /// The same number as the product's kind.
    #[inline(always)]
    pub(in crate::exposure::matching) fn carry(&self) -> Fe {
        carried(self.0.map(u64::from))
    }
}

/// The columns of the product: limbs that are not yet carried, below 2^63 (in the first, 77 times 2^56 of even places
/// and 190 times 2^54 of odd ones). The last one is below 10·2^55, since nothing in it goes round.
///
/// With y = 2^51 each factor is (even places) + 2^26·(odd places), two numbers of five limbs of 51 bits; three products
/// of five limbs do instead of four (Karatsuba), 75 multiplications instead of 100.
#[inline(always)]
fn product(a: &[u32; 10], b: &[u32; 10]) -> [u64; 10] {
    let ([a, a_odd, a_both], [b, b_odd, b_both]) = (halves(a), halves(b));
    columns(
        &five_by_five(&a, &b),
        &five_by_five(&a_odd, &b_odd),
        &five_by_five(&a_both, &b_both),
    )
}

/// The columns of [`product`] with itself, by 45 multiplications.
#[inline(always)]
fn square(a: &[u32; 10]) -> [u64; 10] {
    let [even, odd, both] = halves(a);
    columns(
        &five_squared(&even),
        &five_squared(&odd),
        &five_squared(&both),
    )
}

/// Limbs in even places, in odd ones, and the sums of neighbours.
#[inline(always)]
fn halves(limbs: &[u32; 10]) -> [[u64; 5]; 3] {
    let even = core::array::from_fn(|i| u64::from(limbs[2 * i]));
    let odd = core::array::from_fn(|i| u64::from(limbs[2 * i + 1]));
    [even, odd, core::array::from_fn(|i| even[i] + odd[i])]
}

#[inline(always)]
fn five_by_five(a: &[u64; 5], b: &[u64; 5]) -> [u64; 9] {
    let mut out = [0; 9];
    for i in 0..5 {
        for j in 0..5 {
            out[i + j] += a[i] * b[j];
        }
    }
    out
}

#[inline(always)]
fn five_squared(a: &[u64; 5]) -> [u64; 9] {
    let mut out = [0; 9];
    for i in 0..5 {
        out[2 * i] += a[i] * a[i];
        for j in i + 1..5 {
            out[i + j] += 2 * a[i] * a[j];
        }
    }
    out
}

/// Puts together: y^5 counts 19, 2^26·2^26 counts 2·y, and the mixed products are what `both` has more than the others.
#[inline(always)]
fn columns(even: &[u64; 9], odd: &[u64; 9], both: &[u64; 9]) -> [u64; 10] {
    let mixed: [u64; 9] = core::array::from_fn(|i| both[i] - even[i] - odd[i]);
    let mut out = [0; 10];
    for k in 0..5 {
        out[2 * k] = even[k] + 38 * odd[k + 4];
        out[2 * k + 1] = mixed[k];
        if k > 0 {
            out[2 * k] += 2 * odd[k - 1];
        }
        if k < 4 {
            out[2 * k] += 19 * even[k + 5];
            out[2 * k + 1] += 19 * mixed[k + 5];
        }
    }
    out
}

#[inline(always)]
fn plus(columns: [u64; 10], addend: &Loose) -> [u64; 10] {
    core::array::from_fn(|i| columns[i] + u64::from(addend.0[i]))
}

/// The carry of the last column is below 2^34, its nineteenfold below 2^39: so the first limb leaves less than
/// 2^12 for the second.
#[inline(always)]
fn carried(columns: [u64; 10]) -> Fe {
    let mut limbs = [0; 10];
    let mut carry = 0;
    for i in 0..10 {
        let column = columns[i] + carry;
        limbs[i] = low(column, i);
        carry = column >> bits(i);
    }
    let first = u64::from(limbs[0]) + 19 * carry;
    limbs[0] = low(first, 0);
    limbs[1] += low(first >> 26, 0);
    Fe(limbs)
}

/// The low bits that stay in place `i`.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "at most 26 bits remain")]
const fn low(column: u64, i: usize) -> u32 {
    (column & ((1 << bits(i)) - 1)) as u32
}

#[cfg(test)]
impl Fe {
    pub(super) const fn of(limbs: [u32; 10]) -> Self {
        Self(limbs)
    }
}

#[cfg(test)]
impl Loose {
    pub(super) const fn of(limbs: [u32; 10]) -> Self {
        Self(limbs)
    }
}
