//! HPKE base mode (RFC 9180): DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001, ChaCha20-Poly1305 0x0003.
//! Knows a recipient's key and an info string; does not know message kinds or padding.
//! Specified in specs/protocol.md §10.

use crate::crypto::aead::DoesNotOpen;
use crate::crypto::exchange::{ExchangeKey, ExchangeSecret};
use alloc::vec::Vec;
use hpke::aead::{AeadCtxR, AeadCtxS, ChaCha20Poly1305};
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256 as Kem;
use hpke::{Deserializable, Kem as _, OpModeR, OpModeS, Serializable, setup_receiver};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// Bytes of the encapsulated key before the ciphertext.
pub const ENC_LEN: usize = 32;
/// Bytes that sealing adds: the encapsulated key and the tag.
pub const OVERHEAD: usize = ENC_LEN + 16;

/// What both ends share after a message: secrets are exported from it.
pub struct Exporter(ExporterOf);

enum ExporterOf {
    Sender(AeadCtxS<ChaCha20Poly1305, HkdfSha256, Kem>),
    Receiver(AeadCtxR<ChaCha20Poly1305, HkdfSha256, Kem>),
}

impl Exporter {
    /// The exporter's 32-byte secret for a context (RFC 9180 §5.3).
    #[must_use]
    pub fn export(&self, context: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut out = Zeroizing::new([0; 32]);
        match &self.0 {
            ExporterOf::Sender(sender) => sender.export(context, out.as_mut_slice()),
            ExporterOf::Receiver(receiver) => receiver.export(context, out.as_mut_slice()),
        }
        .expect("32 bytes are below HKDF's limit");
        out
    }
}

impl core::fmt::Debug for Exporter {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Exporter")
    }
}

/// One message being sealed: its encapsulated key is known before its plaintext, which may depend on it.
pub struct Sealing {
    enc: [u8; ENC_LEN],
    context: AeadCtxS<ChaCha20Poly1305, HkdfSha256, Kem>,
}

impl Sealing {
    /// Draws the ephemeral key of one message to `recipient`.
    #[must_use]
    pub fn begin(recipient: &ExchangeKey, info: &[&[u8]], rng: &mut impl CryptoRng) -> Self {
        let key = <Kem as hpke::Kem>::PublicKey::from_bytes(&recipient.to_bytes())
            .expect("an exchange key has 32 bytes");
        let (encapsulated, context) = hpke::setup_sender_with_rng::<
            ChaCha20Poly1305,
            HkdfSha256,
            Kem,
        >(&OpModeS::Base, &key, &info.concat(), rng)
        .expect("the recipient's key is not of small order");
        let mut enc = [0; ENC_LEN];
        enc.copy_from_slice(&encapsulated.to_bytes());
        Self { enc, context }
    }

    /// The encapsulated key.
    #[must_use]
    pub const fn enc(&self) -> &[u8; ENC_LEN] {
        &self.enc
    }

    /// Seals the message: enc 32 ‖ ciphertext.
    #[must_use]
    pub fn seal(mut self, plaintext: &[u8]) -> (Vec<u8>, Exporter) {
        let ciphertext = self
            .context
            .seal(plaintext, &[])
            .expect("one message does not exhaust a context");
        let message = [self.enc.as_slice(), &ciphertext].concat();
        (message, Exporter(ExporterOf::Sender(self.context)))
    }
}

impl core::fmt::Debug for Sealing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Sealing")
    }
}

/// Seals one message to `recipient`: enc 32 ‖ ciphertext.
#[must_use]
pub fn seal(
    recipient: &ExchangeKey,
    info: &[&[u8]],
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> (Vec<u8>, Exporter) {
    Sealing::begin(recipient, info, rng).seal(plaintext)
}

/// Opens one message: the plaintext and what replies are keyed from.
///
/// # Errors
/// [`DoesNotOpen`].
pub fn open(
    secret: &ExchangeSecret,
    info: &[&[u8]],
    message: &[u8],
) -> Result<(Zeroizing<Vec<u8>>, Exporter), DoesNotOpen> {
    let (enc, ciphertext) = message.split_at_checked(ENC_LEN).ok_or(DoesNotOpen)?;
    let key = <Kem as hpke::Kem>::PrivateKey::from_bytes(secret.to_bytes().as_slice())
        .map_err(|_| DoesNotOpen)?;
    let enc = <Kem as hpke::Kem>::EncappedKey::from_bytes(enc).map_err(|_| DoesNotOpen)?;
    let mut context = setup_receiver::<ChaCha20Poly1305, HkdfSha256, Kem>(
        &OpModeR::Base,
        &key,
        &enc,
        &info.concat(),
    )
    .map_err(|_| DoesNotOpen)?;
    let plaintext = context.open(ciphertext, &[]).map_err(|_| DoesNotOpen)?;
    Ok((
        Zeroizing::new(plaintext),
        Exporter(ExporterOf::Receiver(context)),
    ))
}

/// The KEM's identifier, so that a test sees it is the pinned one.
pub const KEM_ID: u16 = Kem::KEM_ID;
