//! Published scalars as signed odd digits: each is the place of an entry in a token's table, and a sign.
//! Knows numbers; does not know points or tokens.
//! Specified in specs/performance.md §1.1.

use crate::keys::ReleasedKey;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

/// Bits of every scalar that has digits: others take dalek's way.
pub(super) const BITS: u32 = 252;

/// Positions of digits of so many bits.
pub(super) const fn positions(width: u32) -> u32 {
    BITS.div_ceil(width)
}

/// Entries that digits in this position can name, all odd multiples below it counted: the last position has only
/// the bits that are left, and no sign.
pub(super) const fn entries(width: u32, position: u32) -> usize {
    if position + 1 < positions(width) {
        1 << (width - 1)
    } else {
        1 << (BITS - 1 - width * position)
    }
}

/// A chunk of scalars, recoded once for all tokens.
///
/// With s or l − s, whichever is odd (both have one u), and `width` w: s = Σ d_j·2^(w·j), each d_j odd and below 2^w
/// in absolute value, and |d_0| + |d_1|·2^w + … is at most 2^252 − 1.
pub(super) struct Recoded {
    /// Position after position, the digit (|d| − 1)/2 of each scalar times 2, and 1 for a negative one.
    digits: Vec<u16>,
    /// Which keys have digits, in order.
    pub(super) places: Vec<usize>,
    /// Which have none: of s and l − s the odd one is 2^252 or more, as it is for one in 2^127 of random scalars.
    pub(super) without: Vec<usize>,
}

impl Recoded {
    /// Recodes; `width` is 2 to 15.
    pub(super) fn new(keys: &[ReleasedKey], width: u32) -> Self {
        let mut places = Vec::with_capacity(keys.len());
        let mut without = Vec::new();
        let mut numbers = Vec::with_capacity(keys.len());
        for (place, key) in keys.iter().enumerate() {
            match odd_below_2_252(key) {
                Some(number) => {
                    places.push(place);
                    numbers.push(number);
                }
                None => without.push(place),
            }
        }
        let positions = positions(width);
        let mut digits = vec![0; numbers.len() * positions as usize];
        if !numbers.is_empty() {
            for (position, row) in (0..).zip(digits.chunks_exact_mut(numbers.len())) {
                let last = position + 1 == positions;
                for (digit, number) in row.iter_mut().zip(&numbers) {
                    *digit = digit_of(number, width, position, last);
                }
            }
        }
        Self {
            digits,
            places,
            without,
        }
    }

    /// The digits of some of the scalars in one position.
    pub(super) fn row(&self, position: u32, range: &Range<usize>) -> &[u16] {
        let start = position as usize * self.places.len();
        &self.digits[start + range.start..start + range.end]
    }
}

/// Half of s or of l − s, whichever is odd, if that one is below 2^252.
fn odd_below_2_252(key: &ReleasedKey) -> Option<[u64; 5]> {
    let scalar = key.as_scalar();
    let mut bytes = scalar.to_bytes();
    if bytes[0] & 1 == 0 {
        bytes = (-scalar).to_bytes();
    }
    if bytes[31] >> 4 != 0 {
        return None;
    }
    let mut words = [0; 5];
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    Some(core::array::from_fn(|i| {
        words[i] >> 1 | words.get(i + 1).map_or(0, |next| next << 63)
    }))
}

/// An odd s of n bits is Σ e_i·2^i with each e_i 1 or −1: e_i is 1 where bit i + 1 of s is set, and the highest is 1.
/// So w bits x of s/2, from bit w·j on, are the digit 2·x − (2^w − 1).
#[expect(clippy::cast_possible_truncation, reason = "at most 15 bits remain")]
fn digit_of(half: &[u64; 5], width: u32, position: u32, last: bool) -> u16 {
    let (word, shift) = ((width * position / 64) as usize, width * position % 64);
    let bits = half[word] >> shift | (half[word + 1] << 1) << (63 - shift);
    if last {
        return ((bits as u16) & ((1 << (BITS - 1 - width * position)) - 1)) << 1;
    }
    let (low, top) = (
        bits as u16 & ((1 << (width - 1)) - 1),
        bits >> (width - 1) & 1,
    );
    if top == 1 {
        low << 1
    } else {
        (low ^ ((1 << (width - 1)) - 1)) << 1 | 1
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{edges, key, random_keys};
    use super::*;
    use curve25519_dalek::scalar::Scalar;

    #[test]
    fn digits_of_every_width_add_up_to_the_scalar_or_its_negative() {
        let mut keys = edges();
        keys.extend(random_keys(40, 1));
        for width in 2..=15 {
            let recoded = Recoded::new(&keys, width);
            assert_eq!(recoded.places.len() + recoded.without.len(), keys.len());
            for (row, place) in recoded.places.iter().enumerate() {
                let (mut sum, mut absolute, mut power) = (Scalar::ZERO, Scalar::ZERO, Scalar::ONE);
                for position in 0..positions(width) {
                    let digit = recoded.row(position, &(row..row + 1))[0];
                    let odd = usize::from(digit >> 1);
                    assert!(odd < entries(width, position), "the table has this entry");
                    let term = Scalar::from(2 * odd as u64 + 1) * power;
                    sum += if digit & 1 == 1 { -term } else { term };
                    absolute += term;
                    power *= Scalar::from(1_u64 << width);
                }
                let scalar = keys[*place].as_scalar();
                assert!(sum == *scalar || sum == -scalar, "width {width}");
                // At most 2^252 − 1, so that no addition in the comb is of equal or opposite points.
                assert_eq!(absolute.to_bytes()[31] >> 4, 0, "width {width}");
            }
        }
    }

    #[test]
    fn only_scalars_whose_odd_one_is_2_252_or_more_have_no_digits() {
        let mut at_2_252 = [0; 32];
        (at_2_252[0], at_2_252[31]) = (1, 0x10);
        let one_below: [u8; 32] = core::array::from_fn(|i| if i < 31 { 0xff } else { 0x0f });
        let keys = [
            key(&Scalar::ONE),
            key(&Scalar::from(2_u8)),
            key(&-Scalar::ONE),
            key(&-Scalar::from(2_u8)),
        ];
        let keys = [
            &keys[..],
            &[at_2_252, one_below].map(|bytes| ReleasedKey::from_bytes(&bytes).unwrap()),
        ]
        .concat();
        let recoded = Recoded::new(&keys, 7);
        assert_eq!(recoded.without, [1, 3, 4]);
        assert_eq!(recoded.places, [0, 2, 5]);
    }
}
