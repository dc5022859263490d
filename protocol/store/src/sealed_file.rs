//! A file that a passphrase opens: backups and hand-overs.
//! Knows a passphrase, a kind and bytes; does not know what the bytes mean, and touches no file but to read one.
//! Specified in specs/protocol.md §14.6; bytes in specs/wire.md §11.

mod head;

pub use head::{HEAD_LEN, SealedKind};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use head::Head;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Most bytes of content.
pub const CONTENT_LIMIT: usize = 1 << 28;
/// Contents up to this size all give files of one size.
pub const LEAST_STEP: usize = 1 << 18;
/// From here on sizes are multiples of this.
const LARGEST_STEP: usize = 1 << 24;
/// Bytes of a file with the most content.
const FILE_LIMIT: u64 = HEAD_LEN as u64 + (1 << 28) + (1 << 24) + 16;
const LENGTH_LEN: usize = 8;
const TAG_LEN: usize = 16;

/// Why a file is not sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealedFileError {
    /// The passphrase is right, and what it opens is not what was sealed.
    #[error("the content is damaged")]
    Damaged,
    /// The head does not fit its own checksum: nothing can be said of the passphrase.
    #[error("the head is damaged")]
    DamagedHead,
    /// The system gave no memory for the passphrase's hash.
    #[error("there is not enough memory")]
    NoMemory,
    /// The system gave no random bytes.
    #[error("there is no randomness")]
    NoRandomness,
    /// It does not begin like a sealed file.
    #[error("this is no sealed file")]
    NotSealed,
    /// A sealed file of another kind.
    #[error("this is a sealed file of another kind")]
    OtherKind {
        /// Of which.
        found: SealedKind,
    },
    /// The hash of its passphrase asks for more than this program gives, or less than is safe.
    #[error("its parameters are beyond the limits")]
    OutsideLimits,
    /// More content than a sealed file may have.
    #[error("a content of {len} bytes is longer than {limit}")]
    TooLong {
        /// Most bytes.
        limit: usize,
        /// Bytes it had.
        len: usize,
    },
    /// The file has not the length that its head says: cut off, or longer.
    #[error("the file has not the length that its head says")]
    Truncated,
    /// A kind that this program does not know.
    #[error("kind {0} is unknown")]
    UnknownKind(u8),
    /// Made by a newer program.
    #[error("version {0} is unknown")]
    UnknownVersion(u8),
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(ErrorKind),
    /// The passphrase is another one. (Or somebody changed the head and its checksum on purpose.)
    #[error("the passphrase is another one")]
    WrongPassphrase,
}

/// What a person typed, in Unicode's form NFC, so that another keyboard gives the same bytes.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Makes it of a text, whose ending line break does not count.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        // NFC is at most three times as long: no copy is left behind by growing.
        let mut normal = Zeroizing::new(String::with_capacity(3 * text.len()));
        normal.extend(text.nfc());
        Self(normal)
    }

    /// How many characters it has.
    #[must_use]
    pub fn characters(&self) -> usize {
        self.0.chars().count()
    }

    /// Whether both are the same.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        *self.0 == *other.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase")
    }
}

/// What the hash of a passphrase costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB, 8,192 to 262,144.
    pub memory_kib: u32,
    /// Passes over the memory, 1 to 16.
    pub passes: u8,
    /// Lanes, 1 to 4.
    pub lanes: u8,
}

impl Cost {
    /// RFC 9106, second recommended option, on one lane: 64 MiB, three passes.
    pub const USUAL: Self = Self {
        memory_kib: 65_536,
        passes: 3,
        lanes: 1,
    };
}

/// Seals a content for whoever knows the passphrase, under a fresh salt at [`Cost::USUAL`].
///
/// # Errors
/// [`SealedFileError::NoMemory`], [`SealedFileError::NoRandomness`], [`SealedFileError::TooLong`].
pub fn seal(
    passphrase: &Passphrase,
    kind: SealedKind,
    content: &[u8],
) -> Result<Vec<u8>, SealedFileError> {
    let mut salt = [0; 16];
    SystemRandom::new()
        .fill(&mut salt)
        .map_err(|_| SealedFileError::NoRandomness)?;
    seal_with(passphrase, kind, content, Cost::USUAL, salt)
}

/// As [`seal`], with a given cost and salt: for vectors. A salt must never serve twice.
///
/// # Errors
/// As [`seal`], and [`SealedFileError::OutsideLimits`].
pub fn seal_with(
    passphrase: &Passphrase,
    kind: SealedKind,
    content: &[u8],
    cost: Cost,
    salt: [u8; 16],
) -> Result<Vec<u8>, SealedFileError> {
    if content.len() > CONTENT_LIMIT {
        return Err(SealedFileError::TooLong {
            limit: CONTENT_LIMIT,
            len: content.len(),
        });
    }
    let padded = padded_len(LENGTH_LEN + content.len());
    let keys = Keys::of(passphrase, cost, &salt)?;
    let head = Head {
        kind,
        cost,
        salt,
        commitment: keys.commitment,
        body_len: (padded + TAG_LEN) as u64,
    };
    let mut file = head.to_bytes().to_vec();
    // The plain content stands in this buffer only, and is sealed in place: it never grows.
    let mut body = Zeroizing::new(Vec::with_capacity(padded + TAG_LEN));
    body.extend_from_slice(&(content.len() as u64).to_be_bytes());
    body.extend_from_slice(content);
    body.resize(padded, 0);
    keys.aead
        .seal_in_place_append_tag(nonce(), Aad::from(&file), &mut *body)
        .map_err(|_| SealedFileError::NoMemory)?;
    file.extend_from_slice(&body);
    Ok(file)
}

/// Opens a sealed file of this kind.
///
/// # Errors
/// [`SealedFileError`], in this order: `NotSealed`, `UnknownVersion`, `Truncated` (a head cut off), `DamagedHead`,
/// `UnknownKind`, `OtherKind`, `OutsideLimits`, `Truncated`, `NoMemory`, `WrongPassphrase`, `Damaged`.
pub fn open(
    passphrase: &Passphrase,
    kind: SealedKind,
    file: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealedFileError> {
    let head = Head::read(file)?;
    if head.kind != kind {
        return Err(SealedFileError::OtherKind { found: head.kind });
    }
    let (bytes, body) = file
        .split_at_checked(HEAD_LEN)
        .ok_or(SealedFileError::Truncated)?;
    if head.body_len != body.len() as u64 {
        return Err(SealedFileError::Truncated);
    }
    let keys = Keys::of(passphrase, head.cost, &head.salt)?;
    if keys.commitment != head.commitment {
        return Err(SealedFileError::WrongPassphrase);
    }
    let mut plain = Zeroizing::new(body.to_vec());
    let plain = keys
        .aead
        .open_in_place(nonce(), Aad::from(bytes), &mut plain)
        .map_err(|_| SealedFileError::Damaged)?;
    content_of(plain).ok_or(SealedFileError::Damaged)
}

/// What kind of sealed file this is, without its passphrase.
///
/// # Errors
/// [`SealedFileError`], up to `OutsideLimits` in the order of [`open`].
pub fn kind_of(file: &[u8]) -> Result<SealedKind, SealedFileError> {
    Ok(Head::read(file)?.kind)
}

/// Reads a file that may be a sealed one: nothing longer than one can be.
///
/// # Errors
/// [`SealedFileError::Unreadable`], [`SealedFileError::NotSealed`] when it is longer.
pub fn read(path: &Path) -> Result<Vec<u8>, SealedFileError> {
    let unreadable = |error: std::io::Error| SealedFileError::Unreadable(error.kind());
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(FILE_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > FILE_LIMIT {
        return Err(SealedFileError::NotSealed);
    }
    Ok(bytes)
}

/// What a passphrase gives under a salt.
struct Keys {
    aead: LessSafeKey,
    commitment: [u8; 32],
}

impl Keys {
    /// Argon2id of 64 bytes: the key, and what tells a wrong passphrase from a damaged content.
    fn of(passphrase: &Passphrase, cost: Cost, salt: &[u8; 16]) -> Result<Self, SealedFileError> {
        cost.check()?;
        let params = Params::new(
            cost.memory_kib,
            u32::from(cost.passes),
            u32::from(cost.lanes),
            Some(64),
        )
        .map_err(|_| SealedFileError::OutsideLimits)?;
        let mut memory: Zeroizing<Vec<Block>> = Zeroizing::new(Vec::new());
        memory
            .try_reserve_exact(params.block_count())
            .map_err(|_| SealedFileError::NoMemory)?;
        memory.resize(params.block_count(), Block::new());
        let mut out = Zeroizing::new([0; 64]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(
                passphrase.0.as_bytes(),
                salt,
                out.as_mut_slice(),
                memory.as_mut_slice(),
            )
            .map_err(|_| SealedFileError::OutsideLimits)?;
        let mut commitment = [0; 32];
        commitment.copy_from_slice(&out[32..]);
        let key = UnboundKey::new(&CHACHA20_POLY1305, &out[..32])
            .map_err(|_| SealedFileError::OutsideLimits)?;
        Ok(Self {
            aead: LessSafeKey::new(key),
            commitment,
        })
    }
}

/// Each file has a key of its own, since its salt is fresh: one nonce serves.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

/// Powers of two from [`LEAST_STEP`], then multiples of [`LARGEST_STEP`]: the size tells little.
fn padded_len(len: usize) -> usize {
    if len > LARGEST_STEP {
        len.next_multiple_of(LARGEST_STEP)
    } else {
        len.next_power_of_two().max(LEAST_STEP)
    }
}

fn content_of(plain: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (len, rest) = plain.split_first_chunk::<LENGTH_LEN>()?;
    let len = usize::try_from(u64::from_be_bytes(*len)).ok()?;
    let content = rest.get(..len)?;
    Some(Zeroizing::new(content.to_vec()))
}
