//! Sealed messages: HPKE to the office's prekey of the day, and its sealed reply, each of a constant size.
//! Knows kinds, sizes and padding; does not know what the data mean.
//! Specified in specs/protocol.md §10; bytes in specs/wire.md §8.

use crate::crypto::aead::{self, DoesNotOpen};
use crate::crypto::exchange::{ExchangeKey, ExchangeSecret};
use crate::crypto::hpke::{self, ENC_LEN, Exporter};
use crate::crypto::kdf::derive;
use crate::label::{KdfLabel, Label};
use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// What a message asks for: it decides the label and both sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageKind {
    /// An issuer lodges a certificate.
    Certificate,
    /// A venue's tool looks into a mailbox, with or without an answer.
    Poll,
    /// A venue registers the plan of a screen or a slip.
    Registration,
    /// A venue registers the plan of a sheet.
    RegistrationSheet,
    /// A citizen reports visits, or plays at it.
    Report,
    /// A citizen unlocks the diary, or plays at it.
    Unlock,
}

impl MessageKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::Certificate,
        Self::Poll,
        Self::Registration,
        Self::RegistrationSheet,
        Self::Report,
        Self::Unlock,
    ];

    /// The label at the head of HPKE's info.
    #[must_use]
    pub const fn label(self) -> Label {
        match self {
            Self::Certificate => Label::HPKE_CERTIFICATE,
            Self::Poll => Label::HPKE_POLL,
            Self::Registration | Self::RegistrationSheet => Label::HPKE_REGISTRATION,
            Self::Report => Label::HPKE_REPORT,
            Self::Unlock => Label::HPKE_UNLOCK,
        }
    }

    /// Bytes of the whole message.
    #[must_use]
    pub const fn size_up(self) -> usize {
        match self {
            Self::Certificate => 1_024,
            Self::Poll | Self::RegistrationSheet | Self::Report => 4_096,
            Self::Registration => 32_768,
            Self::Unlock => 20_992,
        }
    }

    /// Bytes of the whole reply.
    #[must_use]
    pub const fn size_down(self) -> usize {
        match self {
            Self::Certificate => 1_024,
            Self::Poll | Self::RegistrationSheet | Self::Report => 4_096,
            Self::Registration => 131_072,
            Self::Unlock => 20_992,
        }
    }

    /// Most bytes of data in a message of this kind.
    #[must_use]
    pub const fn most_up(self) -> usize {
        self.size_up() - OVERHEAD - LENGTH_LEN
    }

    /// Most bytes of data in a reply to this kind, after its status.
    #[must_use]
    pub const fn most_down(self) -> usize {
        self.size_down() - OVERHEAD - LENGTH_LEN - STATUS_LEN
    }

    /// The kind of registration whose messages have this size.
    #[must_use]
    pub fn registration_of_size(len: usize) -> Option<Self> {
        [Self::Registration, Self::RegistrationSheet]
            .into_iter()
            .find(|kind| kind.size_up() == len)
    }
}

/// Bytes that sealing adds, both ways: 32 for enc or N, 16 for the tag.
pub const OVERHEAD: usize = hpke::OVERHEAD;
const NONCE_LEN: usize = 32;
const LENGTH_LEN: usize = 4;
const STATUS_LEN: usize = 1;
const STATUS_DONE: u8 = 0;
const STATUS_REFUSED: u8 = 1;

/// Why a message or reply is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// Our own data do not fit: the caller is to blame.
    #[error("{len} bytes of data where at most {most} fit")]
    DataTooLong {
        /// Most bytes of data.
        most: usize,
        /// Bytes that were given.
        len: usize,
    },
    /// None of the keys opens it.
    #[error("the message does not open")]
    DoesNotOpen,
    /// The length inside points beyond the plaintext.
    #[error("the length inside does not fit the plaintext")]
    LengthOutOfRange,
    /// Something else than zeros follows the data.
    #[error("the padding is not all zeros")]
    PaddingNotZero,
    /// A refusal that carries data.
    #[error("a refusal carries {0} bytes of data")]
    RefusalWithData(usize),
    /// A reply without status.
    #[error("the reply has no status")]
    StatusMissing,
    /// A status that this version does not know.
    #[error("status {0} is unknown")]
    UnknownStatus(u8),
    /// Not the size of this kind.
    #[error("{len} bytes where this kind has {size}")]
    WrongSize {
        /// The kind's size.
        size: usize,
        /// Bytes that came.
        len: usize,
    },
}

impl From<DoesNotOpen> for SealedError {
    fn from(_: DoesNotOpen) -> Self {
        Self::DoesNotOpen
    }
}

/// A message that is being sealed: a registration signs its enc before it has its data.
#[derive(Debug)]
pub struct Sealing {
    kind: MessageKind,
    sealing: hpke::Sealing,
}

impl Sealing {
    /// Draws the ephemeral key of one message to the office's prekey.
    #[must_use]
    pub fn begin(kind: MessageKind, recipient: &ExchangeKey, rng: &mut impl CryptoRng) -> Self {
        let info = [kind.label().as_bytes(), &recipient.to_bytes()];
        let sealing = hpke::Sealing::begin(recipient, &info, rng);
        Self { kind, sealing }
    }

    /// The first 32 bytes of the message.
    #[must_use]
    pub const fn enc(&self) -> &[u8; ENC_LEN] {
        self.sealing.enc()
    }

    /// Seals `data`; the second value opens the reply.
    ///
    /// # Errors
    /// [`SealedError::DataTooLong`].
    pub fn seal(self, data: &[u8]) -> Result<(Vec<u8>, ReplyOpener), SealedError> {
        let plaintext = pad(data, self.kind.size_up() - OVERHEAD)?;
        let enc = *self.enc();
        let (message, exporter) = self.sealing.seal(&plaintext);
        let keys = ReplyKeys::new(enc, &exporter);
        let kind = self.kind;
        Ok((message, ReplyOpener { kind, keys }))
    }
}

/// Seals `data` to the office's prekey; the second value opens the reply.
///
/// # Errors
/// [`SealedError::DataTooLong`].
pub fn seal(
    kind: MessageKind,
    recipient: &ExchangeKey,
    data: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<(Vec<u8>, ReplyOpener), SealedError> {
    Sealing::begin(kind, recipient, rng).seal(data)
}

/// What [`open`] gives.
#[derive(Debug)]
pub struct Opened {
    /// The first 32 bytes of the message: a registration signs them.
    pub enc: [u8; ENC_LEN],
    /// The data, without padding; or why the sender's plaintext is refused, which the sealed reply may say.
    ///
    /// [`SealedError::LengthOutOfRange`], [`SealedError::PaddingNotZero`].
    pub data: Result<Zeroizing<Vec<u8>>, SealedError>,
    /// Seals the reply.
    pub reply: ReplySealer,
}

/// Opens a message with the first of `secrets` that fits: today's prekey, then yesterday's.
///
/// # Errors
/// [`SealedError::WrongSize`], [`SealedError::DoesNotOpen`]: such a message has no sealed reply.
pub fn open<'a>(
    kind: MessageKind,
    secrets: impl IntoIterator<Item = &'a ExchangeSecret>,
    message: &[u8],
) -> Result<Opened, SealedError> {
    sized(message, kind.size_up())?;
    let enc = *message
        .first_chunk::<ENC_LEN>()
        .ok_or(SealedError::DoesNotOpen)?;
    for secret in secrets {
        let recipient = secret.public().to_bytes();
        let info = [kind.label().as_bytes(), &recipient];
        if let Ok((plaintext, exporter)) = hpke::open(secret, &info, message) {
            let keys = ReplyKeys::new(enc, &exporter);
            return Ok(Opened {
                enc,
                data: unpad(&plaintext),
                reply: ReplySealer { kind, keys },
            });
        }
    }
    Err(SealedError::DoesNotOpen)
}

/// What the office said.
#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    /// Done, with what the kind says.
    Done(Zeroizing<Vec<u8>>),
    /// Refused; the reply says no more.
    Refused,
}

struct ReplyKeys {
    enc: [u8; ENC_LEN],
    exported: Zeroizing<[u8; 32]>,
}

impl ReplyKeys {
    fn new(enc: [u8; ENC_LEN], exporter: &Exporter) -> Self {
        let exported = exporter.export(Label::REPLY_EXPORTER.as_bytes());
        Self { enc, exported }
    }

    fn of(&self, fresh: &[u8; NONCE_LEN]) -> (Zeroizing<[u8; 32]>, [u8; 12]) {
        let okm: Zeroizing<[u8; 44]> = derive(
            KdfLabel::REPLY,
            &[self.exported.as_slice()],
            &[&self.enc, fresh],
        );
        let (mut key, mut nonce) = (Zeroizing::new([0; 32]), [0; 12]);
        key.copy_from_slice(&okm[..32]);
        nonce.copy_from_slice(&okm[32..]);
        (key, nonce)
    }
}

/// Seals the reply to one opened message. Each reply draws its own 32 bytes, since a message may come again.
pub struct ReplySealer {
    kind: MessageKind,
    keys: ReplyKeys,
}

impl ReplySealer {
    /// The kind of the message that is answered.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        self.kind
    }

    /// Seals "done" with what the kind says.
    ///
    /// # Errors
    /// [`SealedError::DataTooLong`].
    pub fn done(self, data: &[u8], rng: &mut impl CryptoRng) -> Result<Vec<u8>, SealedError> {
        if data.len() > self.kind.most_down() {
            return Err(SealedError::DataTooLong {
                most: self.kind.most_down(),
                len: data.len(),
            });
        }
        self.seal(STATUS_DONE, data, rng)
    }

    /// Seals "refused".
    #[must_use]
    pub fn refused(self, rng: &mut impl CryptoRng) -> Vec<u8> {
        self.seal(STATUS_REFUSED, &[], rng)
            .expect("a status alone fits every kind")
    }

    fn seal(
        self,
        status: u8,
        data: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, SealedError> {
        let data = Zeroizing::new([&[status], data].concat());
        let plaintext = pad(&data, self.kind.size_down() - OVERHEAD)?;
        let mut fresh = [0; NONCE_LEN];
        rng.fill_bytes(&mut fresh);
        let (key, nonce) = self.keys.of(&fresh);
        let sealed = aead::seal(&key, nonce, &[], &plaintext);
        Ok([fresh.as_slice(), &sealed].concat())
    }
}

impl fmt::Debug for ReplySealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReplySealer")
    }
}

/// Opens the reply to one message.
pub struct ReplyOpener {
    kind: MessageKind,
    keys: ReplyKeys,
}

impl ReplyOpener {
    /// The kind of the message that was sent.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        self.kind
    }

    /// Opens what [`ReplySealer`] made.
    ///
    /// # Errors
    /// [`SealedError`], one variant for each way to be wrong.
    pub fn open(&self, reply: &[u8]) -> Result<Reply, SealedError> {
        sized(reply, self.kind.size_down())?;
        let (fresh, sealed) = reply
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(SealedError::DoesNotOpen)?;
        let (key, nonce) = self.keys.of(fresh);
        let data = unpad(&aead::open(&key, nonce, &[], sealed)?)?;
        match data.split_first() {
            None => Err(SealedError::StatusMissing),
            Some((&STATUS_DONE, rest)) => Ok(Reply::Done(Zeroizing::new(rest.to_vec()))),
            Some((&STATUS_REFUSED, [])) => Ok(Reply::Refused),
            Some((&STATUS_REFUSED, rest)) => Err(SealedError::RefusalWithData(rest.len())),
            Some((&other, _)) => Err(SealedError::UnknownStatus(other)),
        }
    }
}

impl fmt::Debug for ReplyOpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReplyOpener")
    }
}

fn sized(bytes: &[u8], size: usize) -> Result<(), SealedError> {
    if bytes.len() == size {
        return Ok(());
    }
    Err(SealedError::WrongSize {
        size,
        len: bytes.len(),
    })
}

/// u32 length ‖ data ‖ zeros.
fn pad(data: &[u8], size: usize) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    let most = size - LENGTH_LEN;
    let len = data.len();
    let too_long = SealedError::DataTooLong { most, len };
    if len > most {
        return Err(too_long);
    }
    let length = u32::try_from(len).map_err(|_| too_long)?;
    let mut out = Zeroizing::new(Vec::with_capacity(size));
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(data);
    out.resize(size, 0);
    Ok(out)
}

fn unpad(plaintext: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    let (length, rest) = plaintext
        .split_first_chunk::<LENGTH_LEN>()
        .ok_or(SealedError::LengthOutOfRange)?;
    let length =
        usize::try_from(u32::from_be_bytes(*length)).map_err(|_| SealedError::LengthOutOfRange)?;
    let (data, padding) = rest
        .split_at_checked(length)
        .ok_or(SealedError::LengthOutOfRange)?;
    if padding.iter().any(|&byte| byte != 0) {
        return Err(SealedError::PaddingNotZero);
    }
    Ok(Zeroizing::new(data.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_padding_that_is_not_zeros() {
        let good = pad(b"data", 64).expect("short");
        assert_eq!(unpad(&good).expect("as padded").as_slice(), b"data");
        for at in 8..64 {
            let mut bad = good.clone();
            bad[at] = 1;
            assert_eq!(unpad(&bad).err(), Some(SealedError::PaddingNotZero));
        }
    }

    #[test]
    fn refuses_length_beyond_the_plaintext() {
        let mut full = pad(&[7; 60], 64).expect("fits to the last byte");
        assert_eq!(unpad(&full).expect("as padded").as_slice(), &[7; 60]);
        full[3] = 61;
        assert_eq!(unpad(&full).err(), Some(SealedError::LengthOutOfRange));
        assert_eq!(unpad(&[0; 3]).err(), Some(SealedError::LengthOutOfRange));
        assert_eq!(
            pad(&[0; 61], 64).err(),
            Some(SealedError::DataTooLong { most: 60, len: 61 })
        );
    }
}
