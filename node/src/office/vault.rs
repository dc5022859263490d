//! The vault: records that hold secrets are sealed at rest under a key file of their month.
//! Knows a key and a context; does not know what is sealed. With the key file everything under it is gone.
//! Specified in specs/protocol.md §14.1.

use lachan_protocol::crypto::aead;
use lachan_protocol::crypto::kdf::derive;
use lachan_protocol::label::KdfLabel;
use rand_core::CryptoRng;
use std::fmt;
use zeroize::Zeroizing;

const FRESH_LEN: usize = 32;

/// A sealed record does not open: damaged, of another place, or its key is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed record does not open")]
pub(super) struct VaultError;

/// The key of one month, 32 bytes of a secret file.
pub(super) struct VaultKey(Zeroizing<[u8; 32]>);

impl VaultKey {
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// 32 fresh random bytes ‖ ChaCha20-Poly1305; the record opens only in this context.
    pub(super) fn seal(
        &self,
        context: &[&[u8]],
        plaintext: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Vec<u8> {
        let mut fresh = [0; FRESH_LEN];
        rng.fill_bytes(&mut fresh);
        let (key, nonce) = self.keys(context, &fresh);
        [fresh.as_slice(), &aead::seal(&key, nonce, &[], plaintext)].concat()
    }

    pub(super) fn open(
        &self,
        context: &[&[u8]],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (fresh, sealed) = sealed.split_first_chunk::<FRESH_LEN>().ok_or(VaultError)?;
        let (key, nonce) = self.keys(context, fresh);
        aead::open(&key, nonce, &[], sealed).map_err(|_| VaultError)
    }

    fn keys(&self, context: &[&[u8]], fresh: &[u8; FRESH_LEN]) -> (Zeroizing<[u8; 32]>, [u8; 12]) {
        let context = context.concat();
        let okm: Zeroizing<[u8; 44]> =
            derive(KdfLabel::AT_REST, &[self.0.as_slice()], &[&context, fresh]);
        let (mut key, mut nonce) = (Zeroizing::new([0; 32]), [0; 12]);
        key.copy_from_slice(&okm[..32]);
        nonce.copy_from_slice(&okm[32..]);
        (key, nonce)
    }
}

impl fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VaultKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_whole_under_its_key_and_in_its_context() {
        let key = VaultKey::from_bytes(&[1; 32]);
        let sealed = key.seal(&[b"plan", b"1"], b"secret", &mut rand::rng());
        let open = |key: &VaultKey, context: &[u8], bytes: &[u8]| {
            key.open(&[b"plan", context], bytes)
                .map(|opened| opened.to_vec())
        };
        assert_eq!(open(&key, b"1", &sealed), Ok(b"secret".to_vec()));
        assert_eq!(open(&key, b"2", &sealed), Err(VaultError));
        assert_eq!(
            open(&VaultKey::from_bytes(&[2; 32]), b"1", &sealed),
            Err(VaultError)
        );
        for at in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1;
            assert_eq!(open(&key, b"1", &flipped), Err(VaultError));
            assert_eq!(open(&key, b"1", &sealed[..at]), Err(VaultError));
        }
    }
}
