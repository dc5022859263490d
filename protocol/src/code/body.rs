//! What a venue code says, before and apart from its signature.
//! Knows fields and their bytes; does not know whether they are true.
//! Specified in specs/protocol.md §4.1; bytes in specs/wire.md §3.

use crate::id::{AuthorityId, CodeId, Region};
use crate::keys::kind::{MOST_LISTED, VenueKind};
use crate::keys::notice::SLIP_WINDOWS;
use crate::keys::range::{MOST_WINDOWS, RangeError, ShownText, Stated, points_of};
use crate::keys::{KeySchedule, NotificationKey};
use crate::time::Window;
use crate::wire::{Version1, decode_many, encode_many};
use alloc::vec::Vec;
use bincode::de::Decoder;
use bincode::enc::Encoder;
use bincode::error::{DecodeError, EncodeError};
use bincode::{Decode, Encode, impl_borrow_decode};

/// The part of a code that stands before its lists.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CodeHead {
    /// Version 1.
    pub version: Version1,
    /// The kind of code.
    pub schedule: KeySchedule,
    /// The plan's name.
    pub code_id: CodeId,
    /// The authority that signs.
    pub authority: AuthorityId,
    /// One of its regions.
    pub region: Region,
    /// What kind of venue it is.
    pub kind: VenueKind,
    /// First window of this code.
    pub first: Window,
    /// Windows of this code.
    pub count: u16,
    /// q: 15 for a sheet, else 0.
    pub degree: u8,
    /// The venue's name.
    pub name: ShownText,
    /// Where it is; may be empty.
    pub place: ShownText,
}

impl CodeHead {
    /// Notification keys that follow from schedule and count as they stand.
    #[must_use]
    pub fn keys_len(&self) -> usize {
        match self.schedule {
            KeySchedule::Screen => usize::from(self.count),
            KeySchedule::Slip | KeySchedule::Sheet => 1,
        }
    }

    /// Most windows of one code of this kind.
    #[must_use]
    pub fn most_windows(&self) -> u16 {
        match self.schedule {
            KeySchedule::Screen => u16::from(MOST_LISTED),
            KeySchedule::Slip => SLIP_WINDOWS,
            KeySchedule::Sheet => MOST_WINDOWS,
        }
    }

    /// The code's last window.
    #[must_use]
    pub fn last(&self) -> Window {
        Window(
            self.first
                .0
                .saturating_add(u32::from(self.count.max(1)) - 1),
        )
    }

    /// Place of a window in the code, from 0; none outside it.
    #[must_use]
    pub fn index_of(&self, window: Window) -> Option<u16> {
        let index = u16::try_from(window.0.checked_sub(self.first.0)?).ok()?;
        (index < self.count).then_some(index)
    }

    pub(crate) fn check_range(&self) -> Result<(), RangeError> {
        Stated {
            schedule: self.schedule,
            first: self.first,
            count: self.count,
            most: self.most_windows(),
            degree: self.degree,
            name: &self.name,
            place: &self.place,
        }
        .check()
    }
}

/// All of a code but its signature: what the authority signs, after a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeBody {
    /// What stands before the lists.
    pub head: CodeHead,
    /// Screen: n_w of each listed window; slip and sheet: n.
    pub notification_keys: Vec<NotificationKey>,
    /// Screen and slip: P_w of the listed windows; sheet: C_0..C_q.
    pub points: Vec<[u8; 32]>,
}

impl Encode for CodeBody {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        self.head.encode(encoder)?;
        encode_many(&self.notification_keys, encoder)?;
        encode_many(&self.points, encoder)
    }
}

impl<C> Decode<C> for CodeBody {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
        let head = CodeHead::decode(decoder)?;
        let notification_keys = decode_many(decoder, head.keys_len())?;
        let points = points_of(head.schedule, head.count, head.degree);
        Ok(Self {
            points: decode_many(decoder, points)?,
            notification_keys,
            head,
        })
    }
}

impl_borrow_decode!(CodeBody);
