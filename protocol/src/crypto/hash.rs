//! Hashes over a list of parts, and HMAC.
//! Knows bytes; does not know what they mean. Callers begin with a label.
//! Specified in specs/protocol.md §1.

use hmac::{Hmac, KeyInit, Mac};
use ring::digest;
use sha2::Sha256;

/// SHA-256 of all parts, one after the other.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    digest_of(&digest::SHA256, parts)
}

/// SHA-512 of all parts, one after the other.
#[must_use]
pub fn sha512(parts: &[&[u8]]) -> [u8; 64] {
    digest_of(&digest::SHA512, parts)
}

fn digest_of<const N: usize>(algorithm: &'static digest::Algorithm, parts: &[&[u8]]) -> [u8; N] {
    let mut context = digest::Context::new(algorithm);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; N];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// HMAC-SHA256 with a key that is set up once and used for many messages (RFC 2104).
#[derive(Clone)]
pub struct HmacKey(Hmac<Sha256>);

impl HmacKey {
    /// Sets up the key that is all parts, one after the other.
    #[must_use]
    pub fn new(parts: &[&[u8]]) -> Self {
        let key = parts.concat();
        Self(Hmac::new_from_slice(&key).expect("HMAC takes a key of any length"))
    }

    /// The tag of all parts, one after the other.
    #[must_use]
    pub fn tag(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl core::fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("HmacKey")
    }
}
