//! The scalars that an authority published in earlier ticks, and what each says now.
//! Knows decoys from keys, so it is secret; does not know where the office keeps it.
//! Specified in specs/protocol.md §6.6.

use crate::exposure::decoy::DecoySeed;
use crate::exposure::entry::{CaseDetail, Entry, ExposureDetail};
use crate::exposure::manifest::EntryRef;
use crate::id::BatchId;
use crate::keys::{NotificationKey, ReleasedKey};
use crate::message;
use crate::time::{Day, Window};
use crate::wire::{Seq8, out_of_range};
use bincode::de::Decoder;
use bincode::enc::Encoder;
use bincode::error::{DecodeError, EncodeError};
use bincode::{Decode, Encode, impl_borrow_decode};

/// A case that still counts for an hour.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct ActiveCase {
    /// SHA-256 of its certificate.
    pub certificate: [u8; 32],
    /// What it says of the hour.
    pub own: CaseDetail,
}

/// What an earlier scalar is.
#[derive(Clone, PartialEq, Eq)]
pub enum Earlier {
    /// A decoy.
    Decoy(DecoySeed),
    /// A released key, with the cases that still count.
    Released {
        /// s_w.
        key: ReleasedKey,
        /// w.
        window: Window,
        /// n_w.
        notice: NotificationKey,
        /// None is left after all were withdrawn.
        cases: Seq8<ActiveCase>,
    },
}

/// A scalar of an earlier tick. An office keeps one for each, under its `first`, until its day is over.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct EarlierEntry {
    /// Where it first stood.
    pub first: EntryRef,
    /// The list it stands in.
    pub day: Day,
    /// What it is.
    pub what: Earlier,
}
message!(EarlierEntry, 12_288);

impl EarlierEntry {
    /// Its scalar; none for a seed that no decoy has.
    #[must_use]
    pub fn key(&self) -> Option<ReleasedKey> {
        match &self.what {
            Earlier::Decoy(seed) => seed.scalar(),
            Earlier::Released { key, .. } => Some(*key),
        }
    }

    /// What it says now; a decoy says nothing.
    #[must_use]
    pub fn detail(&self) -> Option<ExposureDetail> {
        match &self.what {
            Earlier::Decoy(_) => None,
            Earlier::Released { cases, .. } => {
                Some(ExposureDetail::of_cases(cases.iter().map(|case| case.own)))
            }
        }
    }

    /// Its entry in the batch `batch`, sealed anew; none for a seed that no decoy has.
    #[must_use]
    pub fn entry(&self, batch: &BatchId) -> Option<Entry> {
        match &self.what {
            Earlier::Decoy(seed) => seed.entry(batch),
            Earlier::Released {
                key,
                window,
                notice,
                cases,
            } => {
                let detail = ExposureDetail::of_cases(cases.iter().map(|case| case.own));
                Some(Entry::seal(*key, detail, notice, *window, batch))
            }
        }
    }
}

impl core::fmt::Debug for EarlierEntry {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("EarlierEntry")
    }
}

impl Encode for Earlier {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        match self {
            Self::Decoy(seed) => (0_u8, seed).encode(encoder),
            Self::Released {
                key,
                window,
                notice,
                cases,
            } => (1_u8, key.to_bytes(), window, notice, cases).encode(encoder),
        }
    }
}

impl<C> Decode<C> for Earlier {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
        match u8::decode(decoder)? {
            0 => Ok(Self::Decoy(Decode::decode(decoder)?)),
            1 => Ok(Self::Released {
                key: ReleasedKey::from_bytes(&Decode::decode(decoder)?)
                    .map_err(|_| out_of_range("released key", 0))?,
                window: Decode::decode(decoder)?,
                notice: Decode::decode(decoder)?,
                cases: Decode::decode(decoder)?,
            }),
            other => Err(out_of_range("earlier entry", u32::from(other))),
        }
    }
}

impl_borrow_decode!(Earlier);
