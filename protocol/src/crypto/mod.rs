//! The cryptographic primitives, each in one form only.
//! Knows keys, points and bytes; does not know venues, visits or cases.
//! Specified in specs/protocol.md §1.

pub mod aead;
pub mod exchange;
pub mod hash;
pub mod hpke;
pub mod kdf;
pub mod point;
pub(crate) mod secret;
pub mod sign;
pub mod tree;
