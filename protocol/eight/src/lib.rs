//! Eight numbers of 64 bits side by side, with what multiplications of 52 bits need.
//! Knows processors; does not know fields, curves or keys: a crate of its own, so that all others forbid unsafe code.
//! Specified in specs/performance.md §1.6.
#![no_std]

mod emulated;
#[cfg(target_arch = "x86_64")]
mod ifma;

pub use emulated::Emulated;
#[cfg(target_arch = "x86_64")]
pub use ifma::Ifma;

/// A way of computing with eight numbers at once. Every operation works in each lane by itself and wraps at 2^64.
///
/// [`Emulated`] is the meaning; every other way gives the same numbers (`protocol/eight/tests`).
pub trait Eight: Copy {
    /// Eight numbers.
    type Numbers: Copy;

    /// Does the work, compiled for this way: what should be fast stands in here as a whole.
    fn run<R>(self, work: impl FnOnce() -> R) -> R;

    /// One number eight times.
    fn splat(self, number: u64) -> Self::Numbers;

    /// Takes eight numbers.
    fn load(self, numbers: &[u64; 8]) -> Self::Numbers;

    /// Writes them.
    fn store(self, numbers: Self::Numbers, to: &mut [u64; 8]);

    /// Takes four numbers from each of eight places: the first of each place, the second of each, and so on.
    fn gather(self, places: [&[u64; 4]; 8]) -> [Self::Numbers; 4];

    /// a + b.
    fn plus(self, a: Self::Numbers, b: Self::Numbers) -> Self::Numbers;

    /// a − b.
    fn minus(self, a: Self::Numbers, b: Self::Numbers) -> Self::Numbers;

    /// −a where the lane's bit is set, else a.
    fn negate_where(self, lanes: u8, a: Self::Numbers) -> Self::Numbers;

    /// The bits that both have.
    fn and(self, a: Self::Numbers, b: Self::Numbers) -> Self::Numbers;

    /// a · 2^BITS.
    fn shift_left<const BITS: u32>(self, a: Self::Numbers) -> Self::Numbers;

    /// a turned by BITS bits upwards. A compiler that sees shifts would make slow 64-bit multiplications of their sums.
    fn rotate_left<const BITS: i32>(self, a: Self::Numbers) -> Self::Numbers;

    /// a / 2^BITS.
    fn shift_right<const BITS: u32>(self, a: Self::Numbers) -> Self::Numbers;

    /// sum + the low 52 bits of a·b, of which the low 52 bits count.
    fn madd_low(self, sum: Self::Numbers, a: Self::Numbers, b: Self::Numbers) -> Self::Numbers;

    /// sum + a·b / 2^52, of a and b the low 52 bits.
    fn madd_high(self, sum: Self::Numbers, a: Self::Numbers, b: Self::Numbers) -> Self::Numbers;
}
