//! Secrets of 32 random bytes, each a type of its own: drawn, kept in a file, zeroised when dropped, never printed.
//! Knows bytes; does not know what is derived from them.
//! Specified in specs/protocol.md §1.

/// Makes the type of one secret.
macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Draws a fresh one.
            #[must_use]
            pub fn random(rng: &mut impl rand_core::CryptoRng) -> Self {
                let mut secret = Self([0; 32]);
                rng.fill_bytes(&mut secret.0);
                secret
            }

            /// Takes the 32 bytes of a secret file.
            #[must_use]
            pub const fn from_bytes(bytes: &[u8; 32]) -> Self {
                Self(*bytes)
            }

            /// The 32 bytes for a secret file.
            #[must_use]
            pub fn to_bytes(&self) -> zeroize::Zeroizing<[u8; 32]> {
                zeroize::Zeroizing::new(self.0)
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

pub(crate) use secret;
