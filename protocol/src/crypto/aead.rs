//! ChaCha20-Poly1305 (RFC 8439).
//! Knows a key, a nonce and bytes; it does not commit to its key, so tags bind keys elsewhere.
//! Specified in specs/protocol.md §1.

use alloc::vec::Vec;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

/// The bytes were not sealed under this key, nonce and associated data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed bytes do not open")]
pub struct DoesNotOpen;

/// Bytes that sealing adds.
pub const OVERHEAD: usize = 16;

fn key_of(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key).expect("the key has 32 bytes"))
}

/// Seals `plaintext`. Each (key, nonce) pair may be used once.
#[must_use]
pub fn seal(key: &[u8; 32], nonce: [u8; 12], associated: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut bytes = plaintext.to_vec();
    key_of(key)
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(associated),
            &mut bytes,
        )
        .expect("messages are far below the cipher's limit");
    bytes
}

/// Opens what [`seal`] made.
///
/// # Errors
/// [`DoesNotOpen`], and never more than that.
pub fn open(
    key: &[u8; 32],
    nonce: [u8; 12],
    associated: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
    let mut bytes = Zeroizing::new(sealed.to_vec());
    let length = key_of(key)
        .open_in_place(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(associated),
            &mut bytes,
        )
        .map_err(|_| DoesNotOpen)?
        .len();
    bytes.truncate(length);
    Ok(bytes)
}
