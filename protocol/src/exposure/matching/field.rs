//! The field of 2^255 − 19 elements: what both forms share, and which form this target takes.
//! Knows numbers; does not know curves, nor secrets: it is not made for them.
//! Specified in specs/performance.md §1.

#[cfg(any(test, not(target_pointer_width = "64")))]
mod limbs25;
#[cfg(any(test, target_pointer_width = "64"))]
mod limbs64;

#[cfg(not(target_pointer_width = "64"))]
pub(super) use limbs25::Fe;
#[cfg(target_pointer_width = "64")]
pub(super) use limbs64::Fe;

/// What only needs products, written once for each form: the powers.
macro_rules! powers {
    ($fe:ty) => {
        impl $fe {
            /// This to the power 2^`times`.
            fn squared(&self, times: u32) -> Self {
                (0..times).fold(*self, |power, _| power.square())
            }

            /// This to the power 2^250 − 1, and to the power 11.
            fn power_2_250_minus_1(&self) -> (Self, Self) {
                let two = self.square();
                let nine = two.squared(2).mul(self);
                let eleven = nine.mul(&two);
                let ones_5 = eleven.square().mul(&nine);
                let ones_10 = ones_5.squared(5).mul(&ones_5);
                let ones_20 = ones_10.squared(10).mul(&ones_10);
                let ones_40 = ones_20.squared(20).mul(&ones_20);
                let ones_50 = ones_40.squared(10).mul(&ones_10);
                let ones_100 = ones_50.squared(50).mul(&ones_50);
                let ones_200 = ones_100.squared(100).mul(&ones_100);
                (ones_200.squared(50).mul(&ones_50), eleven)
            }

            /// The inverse (Fermat: to the power p − 2); 0 for 0.
            pub(in crate::exposure::matching) fn invert(&self) -> Self {
                let (ones_250, eleven) = self.power_2_250_minus_1();
                ones_250.squared(5).mul(&eleven)
            }

            /// The negative.
            pub(in crate::exposure::matching) fn negated(&self) -> Self {
                Self::ONE.minus(&Self::ONE).carry().minus(self).carry()
            }

            /// A root of this square. Of what is no square it gives a number that is no root.
            pub(in crate::exposure::matching) fn root(&self) -> Self {
                // To the power (p + 3)/8 = 2^252 − 2; if the square is the negative, a root of −1 mends it.
                let root = self.power_2_250_minus_1().0.squared(2).mul(self).mul(self);
                if root.square().to_bytes() == self.to_bytes() {
                    root
                } else {
                    root.mul(&Self::from_bytes(&super::ROOT_OF_MINUS_ONE))
                }
            }
        }
    };
}
use powers;

#[cfg(test)]
pub(super) mod tests;

/// A root of −1, little-endian.
const ROOT_OF_MINUS_ONE: [u8; 32] = [
    0xb0, 0xa0, 0x0e, 0x4a, 0x27, 0x1b, 0xee, 0xc4, 0x78, 0xe4, 0x2f, 0xad, 0x06, 0x18, 0x43, 0x2f,
    0xa7, 0xd7, 0xfb, 0x3d, 0x99, 0x00, 0x4d, 0x2b, 0x0b, 0xdf, 0xc1, 0x4f, 0x80, 0x24, 0x83, 0x2b,
];
