//! Eight numbers in one register of AVX-512, with its multiplications of 52 bits (IFMA).
//! Knows these instructions; does not know what is computed. The only file of the workspace with unsafe code.
//! Specified in specs/performance.md §1.6.
#![allow(
    unsafe_code,
    reason = "instructions that not every processor has can be used in no other way"
)]

use crate::Eight;
use core::arch::x86_64::{
    __m512i, _mm256_loadu_si256, _mm512_add_epi64, _mm512_and_si512, _mm512_castsi256_si512,
    _mm512_inserti64x4, _mm512_loadu_si512, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64,
    _mm512_mask_sub_epi64, _mm512_rol_epi64, _mm512_set1_epi64, _mm512_setzero_si512,
    _mm512_shuffle_i64x2, _mm512_slli_epi64, _mm512_srli_epi64, _mm512_storeu_si512,
    _mm512_sub_epi64, _mm512_unpackhi_epi64, _mm512_unpacklo_epi64,
};

// It asks the processor once, and whether the system keeps the registers.
cpufeatures::new!(processor, "avx512f", "avx512ifma");

/// A processor that has AVX-512 IFMA: this value exists nowhere else, on which every use below rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ifma(());

impl Ifma {
    /// The processor that this runs on, if it has the instructions.
    #[must_use]
    pub fn detect() -> Option<Self> {
        processor::get().then_some(Self(()))
    }
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn with_instructions<R>(work: impl FnOnce() -> R) -> R {
    work()
}

impl Eight for Ifma {
    type Numbers = __m512i;

    #[inline(always)]
    fn run<R>(self, work: impl FnOnce() -> R) -> R {
        // SAFETY: `self` exists, so the processor has both features.
        unsafe { with_instructions(work) }
    }

    #[inline(always)]
    fn splat(self, number: u64) -> __m512i {
        // SAFETY: `self` exists, so the processor has AVX-512 F.
        unsafe { _mm512_set1_epi64(number.cast_signed()) }
    }

    #[inline(always)]
    fn load(self, numbers: &[u64; 8]) -> __m512i {
        // SAFETY: as above; the 64 bytes that are read are those of `numbers`, at any alignment.
        unsafe { _mm512_loadu_si512(numbers.as_ptr().cast()) }
    }

    #[inline(always)]
    fn store(self, numbers: __m512i, to: &mut [u64; 8]) {
        // SAFETY: as above; the 64 bytes that are written are those of `to`, at any alignment.
        unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), numbers) }
    }

    #[inline(always)]
    fn gather(self, places: [&[u64; 4]; 8]) -> [__m512i; 4] {
        // SAFETY: as above; the 32 bytes that are read at each place are those of its array, at any alignment.
        unsafe {
            let two = |low: usize, high: usize| {
                let low = _mm256_loadu_si256(places[low].as_ptr().cast());
                let high = _mm256_loadu_si256(places[high].as_ptr().cast());
                _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high)
            };
            let (a, b, c, d) = (two(0, 2), two(1, 3), two(4, 6), two(5, 7));
            // Even and odd numbers of the places 0 to 3, and of 4 to 7; then the lower and the upper ones of both.
            let (even_0, even_4) = (_mm512_unpacklo_epi64(a, b), _mm512_unpacklo_epi64(c, d));
            let (odd_0, odd_4) = (_mm512_unpackhi_epi64(a, b), _mm512_unpackhi_epi64(c, d));
            [
                _mm512_shuffle_i64x2::<0b10_00_10_00>(even_0, even_4),
                _mm512_shuffle_i64x2::<0b10_00_10_00>(odd_0, odd_4),
                _mm512_shuffle_i64x2::<0b11_01_11_01>(even_0, even_4),
                _mm512_shuffle_i64x2::<0b11_01_11_01>(odd_0, odd_4),
            ]
        }
    }

    #[inline(always)]
    fn plus(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: `self` exists, so the processor has AVX-512 F.
        unsafe { _mm512_add_epi64(a, b) }
    }

    #[inline(always)]
    fn minus(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: `self` exists, so the processor has AVX-512 F.
        unsafe { _mm512_sub_epi64(a, b) }
    }

    #[inline(always)]
    fn negate_where(self, lanes: u8, a: __m512i) -> __m512i {
        // SAFETY: `self` exists, so the processor has AVX-512 F.
        unsafe { _mm512_mask_sub_epi64(a, lanes, _mm512_setzero_si512(), a) }
    }

    #[inline(always)]
    fn and(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: `self` exists, so the processor has AVX-512 F.
        unsafe { _mm512_and_si512(a, b) }
    }

    #[inline(always)]
    fn shift_left<const BITS: u32>(self, a: __m512i) -> __m512i {
        // SAFETY: `self` exists, so the processor has AVX-512 F.
        unsafe { _mm512_slli_epi64::<BITS>(a) }
    }

    #[inline(always)]
    fn rotate_left<const BITS: i32>(self, a: __m512i) -> __m512i {
        // SAFETY: `self` exists, so the processor has AVX-512 F.
        unsafe { _mm512_rol_epi64::<BITS>(a) }
    }

    #[inline(always)]
    fn shift_right<const BITS: u32>(self, a: __m512i) -> __m512i {
        // SAFETY: `self` exists, so the processor has AVX-512 F.
        unsafe { _mm512_srli_epi64::<BITS>(a) }
    }

    #[inline(always)]
    fn madd_low(self, sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: `self` exists, so the processor has AVX-512 IFMA.
        unsafe { _mm512_madd52lo_epu64(sum, a, b) }
    }

    #[inline(always)]
    fn madd_high(self, sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: `self` exists, so the processor has AVX-512 IFMA.
        unsafe { _mm512_madd52hi_epu64(sum, a, b) }
    }
}
