//! Records of the manifest: decoy, release, change, repeat, and the causes of the last three.
//! Knows bytes of points, paths, certificates and approvals; does not verify them.
//! Specified in specs/protocol.md §6.7; bytes in specs/wire.md §6.

use crate::crypto::hash::sha256;
use crate::crypto::sign::Signature;
use crate::exposure::decoy::DecoySeed;
use crate::exposure::entry::{CaseDetail, ExposureDetail};
use crate::keys::NotificationKey;
use crate::message;
use crate::time::Window;
use crate::wire::{LONGEST_MESSAGE, Seq8, Seq16, out_of_range};
use alloc::boxed::Box;
use alloc::vec::Vec;
use bincode::de::Decoder;
use bincode::enc::Encoder;
use bincode::error::{DecodeError, EncodeError};
use bincode::{Decode, Encode, impl_borrow_decode};

/// Bytes of a certificate.
pub const CERTIFICATE_LEN: usize = 117;

/// Where a scalar first stood: the tick, and the index in its joined lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct EntryRef {
    /// The tick's number.
    pub seq: u64,
    /// The index in its joined lists.
    pub entry: u32,
}

/// What ties a released key to its registered plan.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct ReleaseBacking {
    /// The plan's head, its exact bytes.
    pub head: Seq16<u8>,
    /// SHA-256(label ‖ N) as in the plan's digest.
    pub notices_hash: [u8; 32],
    /// The venue's point of the window and its path (a sheet: all its points).
    pub venue_points: Seq16<u8>,
    /// The same of the office, for each seed.
    pub office_points: Seq8<Seq16<u8>>,
    /// n 8 ‖ index 8 ‖ hashes: inclusion in the registration root.
    pub registration_path: Seq16<u8>,
}

/// A key released for the first time.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct ReleaseRecord {
    /// What ties it to a plan.
    pub backing: ReleaseBacking,
    /// Its window.
    pub window: Window,
    /// n_w.
    pub notice: NotificationKey,
    /// The whole truth of the hour as of this tick.
    pub detail: ExposureDetail,
    /// The cases behind it.
    pub causes: Seq8<Cause>,
}

/// One case behind a release or a change.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct CaseCause {
    /// What this case alone says of the hour.
    pub own: CaseDetail,
    /// SHA-256 of the request data.
    pub request_hash: [u8; 32],
    /// m_1..m_n of the request, bytes.
    pub items: ItemCommitments,
    /// The venue's approval.
    pub approval: Signature,
    /// The salt of this window's item.
    pub item_salt: [u8; 32],
    /// The certificate.
    pub certificate: [u8; CERTIFICATE_LEN],
    /// The salt of the certificate's commitment.
    pub commitment_salt: [u8; 32],
}

/// A case that was taken back.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct WithdrawalCause {
    /// The case's certificate.
    pub certificate: [u8; CERTIFICATE_LEN],
    /// The issuer's signature under the withdrawal.
    pub order: Signature,
}

/// Why a key is published or changes.
#[derive(Clone, PartialEq, Eq)]
pub enum Cause {
    /// A case that the venue approved.
    Case(Box<CaseCause>),
    /// A case that its issuer took back; in changes only.
    Withdrawal(Box<WithdrawalCause>),
}

/// What stands behind one entry.
#[derive(Clone, PartialEq, Eq)]
pub enum ManifestRecord {
    /// Type 0.
    Decoy(DecoySeed),
    /// Type 1.
    Release(Box<ReleaseRecord>),
    /// Type 2: an earlier key whose detail changes.
    Change {
        /// Where it first stood.
        first: EntryRef,
        /// The whole truth of the hour from this tick on.
        detail: ExposureDetail,
        /// Why.
        causes: Seq8<Cause>,
    },
    /// Type 3: an earlier scalar, real or decoy, that says what it said.
    Repeat(EntryRef),
}
message!(ManifestRecord, LONGEST_MESSAGE);

/// Commitments of 32 bytes each behind a u16 count of **bytes**.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemCommitments(Vec<[u8; 32]>);

impl ItemCommitments {
    /// Most commitments: a request has at most 64 windows.
    pub const MOST: usize = 64;

    /// Takes at most 64 commitments.
    ///
    /// # Errors
    /// [`TooLong`](crate::wire::DecodeError::TooLong).
    pub fn new(items: Vec<[u8; 32]>) -> Result<Self, crate::wire::DecodeError> {
        if items.len() > Self::MOST {
            let (limit, len) = (Self::MOST, items.len());
            return Err(crate::wire::DecodeError::TooLong { limit, len });
        }
        Ok(Self(items))
    }

    /// The commitments.
    #[must_use]
    pub fn as_slice(&self) -> &[[u8; 32]] {
        &self.0
    }
}

impl Encode for ItemCommitments {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        let bytes = u16::try_from(self.0.len() * 32).expect("at most 64 commitments");
        bytes.encode(encoder)?;
        crate::wire::encode_many(&self.0, encoder)
    }
}

impl<C> Decode<C> for ItemCommitments {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
        let bytes = usize::from(u16::decode(decoder)?);
        if bytes % 32 != 0 || bytes > Self::MOST * 32 {
            return Err(out_of_range(
                "items",
                u32::try_from(bytes).unwrap_or(u32::MAX),
            ));
        }
        Ok(Self(crate::wire::decode_many(decoder, bytes / 32)?))
    }
}

impl Encode for Cause {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        match self {
            Self::Case(case) => (1_u8, case).encode(encoder),
            Self::Withdrawal(withdrawal) => (2_u8, withdrawal).encode(encoder),
        }
    }
}

impl<C> Decode<C> for Cause {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
        match u8::decode(decoder)? {
            1 => Ok(Self::Case(Box::new(Decode::decode(decoder)?))),
            2 => Ok(Self::Withdrawal(Box::new(Decode::decode(decoder)?))),
            other => Err(out_of_range("cause", u32::from(other))),
        }
    }
}

impl Encode for ManifestRecord {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        match self {
            Self::Decoy(seed) => (0_u8, seed).encode(encoder),
            Self::Release(release) => (1_u8, release).encode(encoder),
            Self::Change {
                first,
                detail,
                causes,
            } => (2_u8, first, detail, causes).encode(encoder),
            Self::Repeat(first) => (3_u8, first).encode(encoder),
        }
    }
}

impl<C> Decode<C> for ManifestRecord {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
        match u8::decode(decoder)? {
            0 => Ok(Self::Decoy(Decode::decode(decoder)?)),
            1 => Ok(Self::Release(Box::new(Decode::decode(decoder)?))),
            2 => Ok(Self::Change {
                first: Decode::decode(decoder)?,
                detail: Decode::decode(decoder)?,
                causes: Decode::decode(decoder)?,
            }),
            3 => Ok(Self::Repeat(Decode::decode(decoder)?)),
            other => Err(out_of_range("manifest record", u32::from(other))),
        }
    }
}

impl_borrow_decode!(ItemCommitments);
impl_borrow_decode!(Cause);
impl_borrow_decode!(ManifestRecord);

/// How a case is named inside the office and in a withdrawal: SHA-256 of its certificate.
#[must_use]
pub fn certificate_hash(certificate: &[u8; CERTIFICATE_LEN]) -> [u8; 32] {
    sha256(&[certificate])
}

macro_rules! silent {
    ($($name:ident),*) => {
        $(impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(stringify!($name))
            }
        })*
    };
}

silent!(
    CaseCause,
    Cause,
    ManifestRecord,
    ReleaseBacking,
    ReleaseRecord,
    WithdrawalCause
);
