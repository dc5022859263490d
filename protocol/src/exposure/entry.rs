//! One entry of a batch: a published scalar and its sealed detail, 40 bytes.
//! Knows the key of an hour's code; does not know venues or cases.
//! Specified in specs/protocol.md §6.4.

use crate::crypto::kdf::derive;
use crate::crypto::point::PointError;
use crate::exposure::advice::Advice;
use crate::id::BatchId;
use crate::keys::{NotificationKey, ReleasedKey};
use crate::label::KdfLabel;
use crate::time::Window;
use crate::token::Minutes;
use crate::wire::out_of_range;
use bincode::de::Decoder;
use bincode::enc::Encoder;
use bincode::error::{DecodeError, EncodeError};
use bincode::{Decode, Encode, impl_borrow_decode};

/// Bytes of an entry.
pub const ENTRY_LEN: usize = 40;

const MASK_BITS: u64 = (1 << 60) - 1;
const WITHDRAWN: u64 = 15 << 60;

/// Minutes of a window, one bit each; bit 0 is the first minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MinuteMask(u64);

impl MinuteMask {
    /// All 60 minutes.
    pub const ALL: Self = Self(MASK_BITS);

    /// Takes a mask, unless a bit above the 59th is set.
    #[must_use]
    pub const fn new(bits: u64) -> Option<Self> {
        if bits & !MASK_BITS == 0 {
            Some(Self(bits))
        } else {
            None
        }
    }

    /// The bits.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// How many minutes.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is no minute.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The minutes in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The minutes in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl From<Minutes> for MinuteMask {
    fn from(minutes: Minutes) -> Self {
        Self(((1 << minutes.to()) - 1) & !((1 << minutes.from()) - 1))
    }
}

/// What one case says of an hour: at least one minute, and advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CaseDetail {
    minutes: MinuteMask,
    advice: Advice,
}

impl CaseDetail {
    /// Takes minutes and advice, unless there is no minute.
    #[must_use]
    pub const fn new(minutes: MinuteMask, advice: Advice) -> Option<Self> {
        if minutes.is_empty() {
            None
        } else {
            Some(Self { minutes, advice })
        }
    }

    /// The minutes.
    #[must_use]
    pub const fn minutes(self) -> MinuteMask {
        self.minutes
    }

    /// The advice.
    #[must_use]
    pub const fn advice(self) -> Advice {
        self.advice
    }
}

impl Encode for CaseDetail {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        ExposureDetail::from(*self).encode(encoder)
    }
}

impl<C> Decode<C> for CaseDetail {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
        match ExposureDetail::decode(decoder)?.meaning() {
            DetailMeaning::Minutes(detail) => Ok(detail),
            DetailMeaning::TimeUnknown | DetailMeaning::Withdrawn => {
                Err(out_of_range("case detail", 0))
            }
        }
    }
}

impl_borrow_decode!(CaseDetail);

/// The detail of an hour as published: 60 bits of minutes and 4 of advice. Not every value makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub struct ExposureDetail(pub u64);

/// What a detail says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetailMeaning {
    /// Somebody ill was there in these minutes.
    Minutes(CaseDetail),
    /// The detail makes no sense: shown as "time unknown", never dropped.
    TimeUnknown,
    /// No case of this hour is left.
    Withdrawn,
}

impl ExposureDetail {
    /// Advice 15 and no minute: all cases were taken back.
    pub const WITHDRAWN: Self = Self(WITHDRAWN);

    /// The whole truth of an hour: all minutes and the highest advice of its cases; withdrawn when there is none.
    #[must_use]
    pub fn of_cases(cases: impl IntoIterator<Item = CaseDetail>) -> Self {
        let merged = cases.into_iter().reduce(|all, case| CaseDetail {
            minutes: all.minutes.or(case.minutes),
            advice: all.advice.max(case.advice),
        });
        merged.map_or(Self::WITHDRAWN, Self::from)
    }

    /// What it says.
    #[must_use]
    pub fn meaning(self) -> DetailMeaning {
        if self == Self::WITHDRAWN {
            return DetailMeaning::Withdrawn;
        }
        let advice = u8::try_from(self.0 >> 60).ok().and_then(Advice::from_u8);
        match advice.and_then(|advice| CaseDetail::new(MinuteMask(self.0 & MASK_BITS), advice)) {
            Some(detail) => DetailMeaning::Minutes(detail),
            None => DetailMeaning::TimeUnknown,
        }
    }
}

impl From<CaseDetail> for ExposureDetail {
    fn from(detail: CaseDetail) -> Self {
        Self(detail.minutes.0 | (u64::from(detail.advice.to_u8()) << 60))
    }
}

/// s 32 ‖ sealed detail 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The published scalar: of an hour, or a decoy's; nobody can tell apart.
    pub key: ReleasedKey,
    /// The detail, xored with a pad that only who held the hour's code can derive.
    pub sealed_detail: [u8; 8],
}

impl Entry {
    /// Seals a detail into the batch `batch`; `notice` is n_w of the window.
    #[must_use]
    pub fn seal(
        key: ReleasedKey,
        detail: ExposureDetail,
        notice: &NotificationKey,
        window: Window,
        batch: &BatchId,
    ) -> Self {
        let pad = pad(key, notice, window, batch);
        Self {
            key,
            sealed_detail: (detail.0 ^ pad).to_be_bytes(),
        }
    }

    /// Opens the detail with what the record of a token says. There is no wrong answer, only a senseless one.
    #[must_use]
    pub fn open(
        &self,
        notice: &NotificationKey,
        window: Window,
        batch: &BatchId,
    ) -> ExposureDetail {
        let pad = pad(self.key, notice, window, batch);
        ExposureDetail(u64::from_be_bytes(self.sealed_detail) ^ pad)
    }

    /// Reads 40 bytes.
    ///
    /// # Errors
    /// [`PointError::ScalarOutOfRange`].
    pub fn from_bytes(bytes: &[u8; ENTRY_LEN]) -> Result<Self, PointError> {
        let key = bytes.first_chunk().expect("32 of 40 bytes");
        let sealed_detail = *bytes.last_chunk().expect("8 of 40 bytes");
        Ok(Self {
            key: ReleasedKey::from_bytes(key)?,
            sealed_detail,
        })
    }

    /// The 40 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; ENTRY_LEN] {
        let mut out = [0; ENTRY_LEN];
        out[..32].copy_from_slice(&self.key.to_bytes());
        out[32..].copy_from_slice(&self.sealed_detail);
        out
    }
}

fn pad(key: ReleasedKey, notice: &NotificationKey, window: Window, batch: &BatchId) -> u64 {
    let info: [&[u8]; 3] = [&key.to_bytes(), &window.0.to_be_bytes(), &batch.0];
    u64::from_be_bytes(*derive(KdfLabel::DETAIL, &[&notice.0], &info))
}
