//! The head of a sealed file: what can be read without its passphrase.
//! Knows its bytes and limits; does not open anything.
//! Specified in specs/protocol.md §14.6; bytes in specs/wire.md §11.

use super::{Cost, SealedFileError};
use ring::digest::{SHA256, digest};

/// Bytes before the sealed content.
pub const HEAD_LEN: usize = 88;

const MAGIC: &[u8; 14] = b"lachan-sealed\n";
const VERSION: u8 = 1;
const CHECKSUM_LEN: usize = 10;

/// What a sealed file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedKind {
    /// The backup of a citizen's wallet.
    ClientWallet,
    /// The backup of a node's home.
    NodeHome,
    /// A venue's secrets on their way to another owner or device.
    VenueSecrets,
}

impl SealedKind {
    const fn to_u8(self) -> u8 {
        match self {
            Self::ClientWallet => 1,
            Self::NodeHome => 2,
            Self::VenueSecrets => 3,
        }
    }

    const fn from_u8(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::ClientWallet),
            2 => Some(Self::NodeHome),
            3 => Some(Self::VenueSecrets),
            _ => None,
        }
    }
}

impl Cost {
    /// A file must not make its reader spend more than this, nor have been sealed with less.
    pub(super) const fn check(self) -> Result<(), SealedFileError> {
        let is_fine = matches!(self.memory_kib, 8_192..=262_144)
            && matches!(self.passes, 1..=16)
            && matches!(self.lanes, 1..=4);
        if is_fine {
            Ok(())
        } else {
            Err(SealedFileError::OutsideLimits)
        }
    }
}

pub(super) struct Head {
    pub(super) kind: SealedKind,
    pub(super) cost: Cost,
    pub(super) salt: [u8; 16],
    pub(super) commitment: [u8; 32],
    pub(super) body_len: u64,
}

impl Head {
    pub(super) fn to_bytes(&self) -> [u8; HEAD_LEN] {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([VERSION, self.kind.to_u8()]);
        bytes.extend(self.cost.memory_kib.to_be_bytes());
        bytes.extend([self.cost.passes, self.cost.lanes]);
        bytes.extend(self.salt);
        bytes.extend(self.commitment);
        bytes.extend(self.body_len.to_be_bytes());
        bytes.extend(checksum(&bytes));
        let mut head = [0; HEAD_LEN];
        head.copy_from_slice(&bytes);
        head
    }

    pub(super) fn read(file: &[u8]) -> Result<Self, SealedFileError> {
        let rest = file.strip_prefix(MAGIC).ok_or(SealedFileError::NotSealed)?;
        let version = *rest.first().ok_or(SealedFileError::Truncated)?;
        if version != VERSION {
            return Err(SealedFileError::UnknownVersion(version));
        }
        let head = file.get(..HEAD_LEN).ok_or(SealedFileError::Truncated)?;
        let (fields, sum) = head
            .split_last_chunk::<CHECKSUM_LEN>()
            .ok_or(SealedFileError::Truncated)?;
        if checksum(fields) != *sum {
            return Err(SealedFileError::DamagedHead);
        }
        Self::fields(&fields[MAGIC.len() + 1..])
    }

    fn fields(bytes: &[u8]) -> Result<Self, SealedFileError> {
        let mut rest = bytes;
        let [kind] = take(&mut rest)?;
        let memory_kib = u32::from_be_bytes(take(&mut rest)?);
        let [passes, lanes] = take(&mut rest)?;
        let head = Self {
            kind: SealedKind::from_u8(kind).ok_or(SealedFileError::UnknownKind(kind))?,
            cost: Cost {
                memory_kib,
                passes,
                lanes,
            },
            salt: take(&mut rest)?,
            commitment: take(&mut rest)?,
            body_len: u64::from_be_bytes(take(&mut rest)?),
        };
        head.cost.check()?;
        Ok(head)
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], SealedFileError> {
    let (head, after) = rest
        .split_first_chunk::<N>()
        .ok_or(SealedFileError::Truncated)?;
    *rest = after;
    Ok(*head)
}

fn checksum(fields: &[u8]) -> [u8; CHECKSUM_LEN] {
    let mut sum = [0; CHECKSUM_LEN];
    sum.copy_from_slice(&digest(&SHA256, fields).as_ref()[..CHECKSUM_LEN]);
    sum
}
