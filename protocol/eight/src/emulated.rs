//! Eight numbers by ordinary instructions: what the operations mean, for tests on every machine.
//! Knows numbers; does not know processors.
//! Specified in specs/performance.md §1.6.

use crate::Eight;
use core::array::from_fn;

/// One lane after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Emulated;

const LOW_52: u64 = (1 << 52) - 1;

/// The product of the low 52 bits.
#[inline(always)]
const fn product(a: u64, b: u64) -> u128 {
    (a & LOW_52) as u128 * (b & LOW_52) as u128
}

impl Eight for Emulated {
    type Numbers = [u64; 8];

    fn run<R>(self, work: impl FnOnce() -> R) -> R {
        work()
    }

    #[inline(always)]
    fn splat(self, number: u64) -> [u64; 8] {
        [number; 8]
    }

    #[inline(always)]
    fn load(self, numbers: &[u64; 8]) -> [u64; 8] {
        *numbers
    }

    #[inline(always)]
    fn store(self, numbers: [u64; 8], to: &mut [u64; 8]) {
        *to = numbers;
    }

    #[inline(always)]
    fn gather(self, places: [&[u64; 4]; 8]) -> [[u64; 8]; 4] {
        from_fn(|i| from_fn(|lane| places[lane][i]))
    }

    #[inline(always)]
    fn plus(self, a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        from_fn(|lane| a[lane].wrapping_add(b[lane]))
    }

    #[inline(always)]
    fn minus(self, a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        from_fn(|lane| a[lane].wrapping_sub(b[lane]))
    }

    #[inline(always)]
    fn negate_where(self, lanes: u8, a: [u64; 8]) -> [u64; 8] {
        from_fn(|lane| {
            if lanes >> lane & 1 == 1 {
                a[lane].wrapping_neg()
            } else {
                a[lane]
            }
        })
    }

    #[inline(always)]
    fn and(self, a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        from_fn(|lane| a[lane] & b[lane])
    }

    #[inline(always)]
    fn shift_left<const BITS: u32>(self, a: [u64; 8]) -> [u64; 8] {
        a.map(|number| number << BITS)
    }

    #[inline(always)]
    fn rotate_left<const BITS: i32>(self, a: [u64; 8]) -> [u64; 8] {
        a.map(|number| number.rotate_left(BITS.cast_unsigned()))
    }

    #[inline(always)]
    fn shift_right<const BITS: u32>(self, a: [u64; 8]) -> [u64; 8] {
        a.map(|number| number >> BITS)
    }

    #[inline(always)]
    fn madd_low(self, sum: [u64; 8], a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        from_fn(|lane| {
            #[expect(clippy::cast_possible_truncation, reason = "the low half is meant")]
            let low = product(a[lane], b[lane]) as u64 & LOW_52;
            sum[lane].wrapping_add(low)
        })
    }

    #[inline(always)]
    fn madd_high(self, sum: [u64; 8], a: [u64; 8], b: [u64; 8]) -> [u64; 8] {
        from_fn(|lane| {
            #[expect(clippy::cast_possible_truncation, reason = "104 bits less 52 are 52")]
            let high = (product(a[lane], b[lane]) >> 52) as u64;
            sum[lane].wrapping_add(high)
        })
    }
}
