//! The field in four limbs of 64 bits, for processors that multiply 64 by 64 bits.
//! Knows carries; does not know curves.
//! Specified in specs/performance.md §1.1.

/// Any number below 2^256 stands for its residue: 2^256 counts as 38, and results need not be below p.
#[derive(Clone, Copy, Debug)]
pub(in crate::exposure::matching) struct Fe([u64; 4]);

/// A number below 2^256 + 2^258, to be added to a product before that is reduced.
#[derive(Clone, Copy, Debug)]
pub(in crate::exposure::matching) struct Addend([u64; 5]);

/// All but the highest bit.
const LOW_63: u64 = u64::MAX >> 1;
/// 4·p.
const FOUR_P: [u64; 5] = [76_u64.wrapping_neg(), u64::MAX, u64::MAX, u64::MAX, 1];
/// 8·p − A with the curve's A = 486,662.
const EIGHT_P_MINUS_A: [u64; 5] = [
    (152_u64 + 486_662).wrapping_neg(),
    u64::MAX,
    u64::MAX,
    u64::MAX,
    3,
];

super::powers!(Fe);

impl Fe {
    pub(in crate::exposure::matching) const ONE: Self = Self([1, 0, 0, 0]);

    /// This and another.
    #[inline(always)]
    pub(in crate::exposure::matching) fn plus(&self, other: &Self) -> Self {
        let mut sum = [0; 4];
        let mut carry = false;
        for (i, sum) in sum.iter_mut().enumerate() {
            (*sum, carry) = self.0[i].carrying_add(other.0[i], carry);
        }
        Self(more(sum, thirty_eight(carry)))
    }

    /// This without another.
    #[inline(always)]
    pub(in crate::exposure::matching) fn minus(&self, other: &Self) -> Self {
        let (difference, borrow) = difference(&self.0, &other.0);
        Self(less(difference, thirty_eight(borrow)))
    }

    /// This, or its negative when asked, without another; no branch, since half of all signs are wrongly guessed.
    #[inline(always)]
    pub(in crate::exposure::matching) fn signed_minus(&self, negate: bool, other: &Self) -> Self {
        let mask = u64::from(negate).wrapping_neg();
        // With all bits turned a number is 2^256 − 1 less it: its negative and 37.
        let (difference, borrow) = difference(&self.0.map(|limb| limb ^ mask), &other.0);
        Self(less(difference, thirty_eight(borrow) + (37 & mask)))
    }

    /// The negative, to be added to a product.
    #[inline(always)]
    pub(in crate::exposure::matching) fn negative(&self) -> Addend {
        Addend(without(FOUR_P, &self.0))
    }

    /// −A − this − another, A being the curve's, to be added to a product.
    #[inline(always)]
    pub(in crate::exposure::matching) fn minus_a_minus_both(&self, other: &Self) -> Addend {
        Addend(without(without(EIGHT_P_MINUS_A, &self.0), &other.0))
    }

    /// The product.
    #[inline(always)]
    pub(in crate::exposure::matching) fn mul(&self, other: &Self) -> Self {
        reduced(&product(&self.0, &other.0, [0; 4]), 0)
    }

    /// The product, and something added.
    #[inline(always)]
    pub(in crate::exposure::matching) fn mul_plus(&self, other: &Self, addend: &Addend) -> Self {
        let [low @ .., high] = addend.0;
        reduced(&product(&self.0, &other.0, low), high)
    }

    /// The square.
    #[inline(always)]
    pub(in crate::exposure::matching) fn square(&self) -> Self {
        reduced(&square(&self.0), 0)
    }

    /// The square, and something added.
    #[inline(always)]
    pub(in crate::exposure::matching) fn square_plus(&self, addend: &Addend) -> Self {
        let mut words = square(&self.0);
        let [low @ .., high] = addend.0;
        let mut carry = false;
        for i in 0..4 {
            (words[i], carry) = words[i].carrying_add(low[i], carry);
        }
        reduced(&words, high + u64::from(carry))
    }

    /// The same number: in this form sums and differences are carried at once.
    #[inline(always)]
    pub(in crate::exposure::matching) const fn carry(&self) -> Self {
        *self
    }

    /// The number that these words are, lowest first; any below 2^256.
    #[cfg(any(test, target_arch = "x86_64"))]
    #[inline(always)]
    pub(in crate::exposure::matching) const fn of(words: [u64; 4]) -> Self {
        Self(words)
    }

    /// Words whose number is this one, below 2^256.
    #[cfg(any(test, target_arch = "x86_64"))]
    #[inline(always)]
    pub(in crate::exposure::matching) const fn words(&self) -> &[u64; 4] {
        &self.0
    }

    /// Reads 32 bytes, little-endian; the highest bit does not count.
    pub(in crate::exposure::matching) fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut limbs = [0; 4];
        for (limb, bytes) in limbs.iter_mut().zip(bytes.as_chunks().0) {
            *limb = u64::from_le_bytes(*bytes);
        }
        limbs[3] &= LOW_63;
        Self(limbs)
    }

    /// The canonical 32 bytes, little-endian.
    #[inline]
    pub(in crate::exposure::matching) fn to_bytes(self) -> [u8; 32] {
        let [a, b, c, d] = self.0;
        let once = more([a, b, c, d & LOW_63], 19 * (d >> 63));
        // Now it is below p + 38; it is p or more exactly if 19 more reach 2^255.
        let over = more(once, 19)[3] >> 63;
        let mut limbs = more(once, 19 * over);
        limbs[3] &= LOW_63;
        let mut bytes = [0; 32];
        for (bytes, limb) in bytes.as_chunks_mut().0.iter_mut().zip(limbs) {
            *bytes = limb.to_le_bytes();
        }
        bytes
    }
}

/// 38 or 0, without a branch.
#[inline(always)]
const fn thirty_eight(carried: bool) -> u64 {
    (carried as u64).wrapping_neg() & 38
}

/// Adds a small number; a carry out of the limbs is 38 more, and then the lowest limb has room for it.
#[inline(always)]
fn more(limbs: [u64; 4], small: u64) -> [u64; 4] {
    let [a, b, c, d] = limbs;
    let (a, carry) = a.overflowing_add(small);
    let (b, carry) = b.carrying_add(0, carry);
    let (c, carry) = c.carrying_add(0, carry);
    let (d, carry) = d.carrying_add(0, carry);
    [a.wrapping_add(thirty_eight(carry)), b, c, d]
}

/// Takes a small number away; a borrow is 38 less, and then the lowest limb has room for it.
#[inline(always)]
fn less(limbs: [u64; 4], small: u64) -> [u64; 4] {
    let [a, b, c, d] = limbs;
    let (a, borrow) = a.overflowing_sub(small);
    let (b, borrow) = b.borrowing_sub(0, borrow);
    let (c, borrow) = c.borrowing_sub(0, borrow);
    let (d, borrow) = d.borrowing_sub(0, borrow);
    [a.wrapping_sub(thirty_eight(borrow)), b, c, d]
}

#[inline(always)]
fn difference(a: &[u64; 4], b: &[u64; 4]) -> ([u64; 4], bool) {
    let mut difference = [0; 4];
    let mut borrow = false;
    for i in 0..4 {
        (difference[i], borrow) = a[i].borrowing_sub(b[i], borrow);
    }
    (difference, borrow)
}

/// A multiple of p without a number that is not above it.
#[inline(always)]
fn without(multiple: [u64; 5], number: &[u64; 4]) -> [u64; 5] {
    let [low @ .., high] = multiple;
    let ([a, b, c, d], borrow) = difference(&low, number);
    [a, b, c, d, high - u64::from(borrow)]
}

/// a·b + c, whole: it is below 2^512.
#[inline(always)]
fn product(a: &[u64; 4], b: &[u64; 4], c: [u64; 4]) -> [u64; 8] {
    let mut words = [c[0], c[1], c[2], c[3], 0, 0, 0, 0];
    for i in 0..4 {
        let mut carry = 0;
        for j in 0..4 {
            (words[i + j], carry) = a[i].carrying_mul_add(b[j], words[i + j], carry);
        }
        words[i + 4] = carry;
    }
    words
}

/// a², whole: each product of different limbs once and doubled, then the squares of limbs.
#[inline(always)]
fn square(a: &[u64; 4]) -> [u64; 8] {
    let mut words = [0; 8];
    let mut carry;
    (words[1], carry) = a[0].carrying_mul(a[1], 0);
    (words[2], carry) = a[0].carrying_mul(a[2], carry);
    (words[3], words[4]) = a[0].carrying_mul(a[3], carry);
    (words[3], carry) = a[1].carrying_mul_add(a[2], words[3], 0);
    (words[4], words[5]) = a[1].carrying_mul_add(a[3], words[4], carry);
    (words[5], words[6]) = a[2].carrying_mul_add(a[3], words[5], 0);
    let mut carry = false;
    for word in &mut words[1..7] {
        (*word, carry) = word.carrying_add(*word, carry);
    }
    words[7] = u64::from(carry);
    let mut carry = false;
    for i in 0..4 {
        let (low, high) = a[i].carrying_mul(a[i], 0);
        (words[2 * i], carry) = words[2 * i].carrying_add(low, carry);
        (words[2 * i + 1], carry) = words[2 * i + 1].carrying_add(high, carry);
    }
    words
}

/// The low half, 38 times the high half, and 38 times a number below 10 above the low half.
#[inline(always)]
fn reduced(words: &[u64; 8], above: u64) -> Fe {
    let mut limbs = [0; 4];
    let mut carry = 0;
    for i in 0..4 {
        (limbs[i], carry) = words[i + 4].carrying_mul_add(38, words[i], carry);
    }
    Fe(more(limbs, 38 * (carry + above)))
}
