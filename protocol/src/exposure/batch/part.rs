//! One part of a tick: bytes of a leaf, and what a part must keep by itself.
//! Knows one leaf; does not know the other parts.
//! Specified in specs/protocol.md §6.1 and §6.3; bytes in specs/wire.md §5.2.

use crate::crypto::sign::{Signature, SigningKey, VerifyingKey};
use crate::exposure::batch::{BatchError, BatchHead, DAYS};
use crate::exposure::cutting::{LEAF_MAX, PIECE_HEAD};
use crate::exposure::entry::{ENTRY_LEN, Entry};
use crate::id::{AuthorityId, Region};
use crate::label::Label;
use crate::message;
use crate::time::{Day, UnixTime};
use crate::wire::{Message, Seq16, Version1, out_of_range};
use alloc::vec::Vec;
use bincode::de::Decoder;
use bincode::enc::Encoder;
use bincode::error::{DecodeError, EncodeError};
use bincode::{Decode, Encode, impl_borrow_decode};

/// The first byte of a leaf that is a part of a batch.
pub const BATCH_LEAF_TYPE: u8 = 1;

const SIGNATURE_LEN: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LeafType;

impl Encode for LeafType {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        BATCH_LEAF_TYPE.encode(encoder)
    }
}

impl<C> Decode<C> for LeafType {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
        match u8::decode(decoder)? {
            BATCH_LEAF_TYPE => Ok(Self),
            other => Err(out_of_range("leaf type", u32::from(other))),
        }
    }
}

impl_borrow_decode!(LeafType);

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Body {
    leaf_type: LeafType,
    version: Version1,
    head: BatchHead,
    part: u16,
    parts: u16,
    lists: Seq16<RawList>,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct RawList {
    day: Day,
    entries: Seq16<[u8; ENTRY_LEN]>,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Signed {
    body: Body,
    signature: Signature,
}
message!(Signed, LEAF_MAX);

/// What a part is verified against: one authority of the trust list, and the newest time that is believed.
#[derive(Clone, Copy, Debug)]
pub struct BatchRules<'a> {
    /// The authority whose batch it must be.
    pub authority: AuthorityId,
    /// The authority's first region.
    pub region: Region,
    /// The authority's batch key.
    pub batch_key: &'a VerifyingKey,
    /// Seconds between ticks, counted from UTC midnight.
    pub clock_seconds: u32,
    /// The quorum time; while there is no witness, the own clock + 300 s.
    pub latest: UnixTime,
}

/// The entries of one day, or of a piece of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayEntries {
    /// The UTC day.
    pub day: Day,
    /// Its entries, sorted by the bytes of s.
    pub entries: Vec<Entry>,
}

/// A part as its bytes say; nothing of it is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnverifiedBatchPart {
    signed: Signed,
    bytes: Vec<u8>,
}

impl UnverifiedBatchPart {
    /// Reads a leaf of type 1, from its type byte to its signature.
    ///
    /// # Errors
    /// [`BatchError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BatchError> {
        Ok(Self {
            signed: Signed::from_bytes(bytes)?,
            bytes: bytes.into(),
        })
    }

    /// Whose batch it says it is: to find the key it is verified with.
    #[must_use]
    pub const fn authority(&self) -> AuthorityId {
        self.signed.body.head.authority
    }

    /// Which tick it says it is of: to skip what is known already.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.signed.body.head.seq
    }

    /// The tick's time as it says: for the log's own office, to which the log's tree vouches for it.
    #[must_use]
    pub const fn time(&self) -> UnixTime {
        self.signed.body.head.time
    }

    /// Verifies what a part must keep by itself.
    ///
    /// # Errors
    /// [`BatchError`], the first rule that is broken, in the order of specs/protocol.md §6.3.
    pub fn verify(&self, rules: &BatchRules<'_>) -> Result<BatchPart, BatchError> {
        let body = &self.signed.body;
        if body.head.authority != rules.authority {
            return Err(BatchError::UnknownAuthority(body.head.authority));
        }
        let signed = &self.bytes[..self.bytes.len() - SIGNATURE_LEN];
        rules
            .batch_key
            .verify(Label::LEAF_BATCH, &[signed], &self.signed.signature)
            .map_err(|_| BatchError::BadSignature)?;
        in_range(body, rules)?;
        let pieces: Vec<DayEntries> = body.lists.iter().map(entries).collect::<Result<_, _>>()?;
        pieces.iter().try_for_each(DayEntries::is_sorted)?;
        if body.head.time > rules.latest {
            return Err(BatchError::TimeInFuture {
                time: body.head.time,
                latest: rules.latest,
            });
        }
        Ok(BatchPart {
            head: body.head.clone(),
            part: body.part,
            parts: body.parts,
            pieces,
        })
    }
}

fn in_range(body: &Body, rules: &BatchRules<'_>) -> Result<(), BatchError> {
    let head = &body.head;
    if head.seq == 0 {
        return Err(BatchError::SeqZero);
    }
    if body.part >= body.parts {
        return Err(BatchError::PartOutOfRange {
            part: body.part,
            parts: body.parts,
        });
    }
    let count = u16::try_from(body.lists.len()).unwrap_or(u16::MAX);
    if count == 0 || count > DAYS {
        return Err(BatchError::ListCountOutOfRange(count));
    }
    if let Some(empty) = body.lists.iter().find(|list| list.entries.is_empty()) {
        return Err(BatchError::EmptyList { day: empty.day });
    }
    if !body.lists.is_sorted_by(|a, b| a.day < b.day) {
        return Err(BatchError::DaysNotSorted);
    }
    let mut days = head.days().ok_or(BatchError::DayOutOfRange)?;
    let (first, last) = (days.next(), days.next_back());
    if body
        .lists
        .iter()
        .any(|list| Some(list.day) < first || Some(list.day) > last)
    {
        return Err(BatchError::DayOutOfRange);
    }
    if head.region != rules.region {
        return Err(BatchError::RegionNotFirst(head.region));
    }
    match head.time.0.checked_rem(u64::from(rules.clock_seconds)) {
        Some(0) => Ok(()),
        _ => Err(BatchError::TimeOffTick(head.time)),
    }
}

fn entries(list: &RawList) -> Result<DayEntries, BatchError> {
    let entries = list
        .entries
        .iter()
        .map(Entry::from_bytes)
        .collect::<Result<_, _>>();
    let entries = entries.map_err(|_| BatchError::ScalarOutOfRange { day: list.day })?;
    Ok(DayEntries {
        day: list.day,
        entries,
    })
}

/// A part that keeps what a part must keep by itself; it counts when all parts of its tick are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchPart {
    head: BatchHead,
    part: u16,
    parts: u16,
    pieces: Vec<DayEntries>,
}

impl BatchPart {
    /// What all parts of the tick say alike.
    #[must_use]
    pub const fn head(&self) -> &BatchHead {
        &self.head
    }

    /// Its number, from 0.
    #[must_use]
    pub const fn part(&self) -> u16 {
        self.part
    }

    /// Parts of its tick.
    #[must_use]
    pub const fn parts(&self) -> u16 {
        self.parts
    }

    /// Its lists, or pieces of lists.
    #[must_use]
    pub fn pieces(&self) -> &[DayEntries] {
        &self.pieces
    }
}

/// A part before its signature: made by the office, and by tests that break a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsignedPart {
    /// What all parts say alike.
    pub head: BatchHead,
    /// Its number, from 0.
    pub part: u16,
    /// Parts of the tick.
    pub parts: u16,
    /// Each day's entries, 40 bytes each.
    pub lists: Vec<(Day, Vec<[u8; ENTRY_LEN]>)>,
}

impl UnsignedPart {
    /// The leaf's bytes, signed by the batch key.
    ///
    /// # Errors
    /// [`BatchError::Malformed`] when they do not fit into a leaf.
    pub fn sign(self, key: &SigningKey) -> Result<Vec<u8>, BatchError> {
        let lists = self.lists.into_iter().map(|(day, entries)| {
            Ok(RawList {
                day,
                entries: Seq16::new(entries)?,
            })
        });
        let body = Body {
            leaf_type: LeafType,
            version: Version1,
            head: self.head,
            part: self.part,
            parts: self.parts,
            lists: Seq16::new(lists.collect::<Result<_, crate::wire::DecodeError>>()?)?,
        };
        let mut bytes = crate::wire::encode(&body);
        let limit = LEAF_MAX - SIGNATURE_LEN;
        if bytes.len() > limit {
            return Err(crate::wire::DecodeError::TooLong {
                limit,
                len: bytes.len(),
            }
            .into());
        }
        let signature = key.sign(Label::LEAF_BATCH, &[&bytes]);
        bytes.extend_from_slice(&signature.0);
        Ok(bytes)
    }
}

const _: () = assert!(
    PIECE_HEAD == 4 && ENTRY_LEN == 40,
    "a list on the wire is day 2, n 2, n entries of 40"
);
