//! Every way to refuse a batch.
//! Knows names of rules; the authority that signed it, or who sent it, is to blame.
//! Specified in specs/protocol.md §6.3.

use crate::id::{AuthorityId, Region};
use crate::time::{Day, UnixTime};
use crate::wire::DecodeError;

/// Why a part or a whole tick is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// A list's size is not one of the sequence.
    #[error("the list of day {day} has {len} entries, which is no size of the sequence")]
    BadListSize {
        /// The list's day.
        day: Day,
        /// Its entries.
        len: usize,
    },
    /// The signature is not the authority's batch key's.
    #[error("the signature does not verify")]
    BadSignature,
    /// The lists are cut into parts in another way than the only one.
    #[error("part {part} is cut otherwise than the rule says")]
    CutOtherwise {
        /// The first such part.
        part: u16,
    },
    /// A list of a day outside D - 28 .. D, or a time without such days.
    #[error("a day is out of the batch's range")]
    DayOutOfRange,
    /// The joined lists are not exactly those of the days D - 28 .. D.
    #[error("the lists are not those of 29 days in a row")]
    DaysNotConsecutive,
    /// The lists of a part are not in ascending order of their days.
    #[error("the days are not ascending")]
    DaysNotSorted,
    /// A list of no entry in a part.
    #[error("a list of day {day} without entries")]
    EmptyList {
        /// The list's day.
        day: Day,
    },
    /// The parts do not say the same of their tick.
    #[error("part {part} differs in the fields that all parts share")]
    FieldsDiffer {
        /// The first such part.
        part: u16,
    },
    /// A scalar stands twice in a tick.
    #[error("a scalar stands twice, also on day {day}")]
    KeyTwice {
        /// The later day.
        day: Day,
    },
    /// A list is not strictly ascending by the bytes of its scalars.
    #[error("the list of day {day} is not sorted")]
    KeysNotSorted {
        /// The list's day.
        day: Day,
    },
    /// A part has 1 to 29 lists.
    #[error("a part of {0} lists")]
    ListCountOutOfRange(u16),
    /// The bytes are not a part.
    #[error(transparent)]
    Malformed(#[from] DecodeError),
    /// A part's number is not below the number of parts.
    #[error("part {part} of {parts}")]
    PartOutOfRange {
        /// Its number, from 0.
        part: u16,
        /// The number of parts.
        parts: u16,
    },
    /// Two parts have one number.
    #[error("part {part} came twice")]
    PartTwice {
        /// Their number.
        part: u16,
    },
    /// Not all parts are there yet: the tick waits.
    #[error("{have} of {parts} parts are there")]
    PartsMissing {
        /// Parts that are there.
        have: usize,
        /// Parts of the tick.
        parts: u16,
    },
    /// The region is not the authority's first.
    #[error("region {} is not the authority's first", .0.0)]
    RegionNotFirst(Region),
    /// A scalar is 0 or not below the group's order.
    #[error("a scalar of day {day} is out of range")]
    ScalarOutOfRange {
        /// The list's day.
        day: Day,
    },
    /// The tick's number is not one more than the last one's.
    #[error("seq {found} after {last}")]
    SeqNotNext {
        /// The last one's number; 0 when there was none.
        last: u64,
        /// Its number.
        found: u64,
    },
    /// Ticks are numbered from 1.
    #[error("seq 0")]
    SeqZero,
    /// The batch is of a time that has not come yet.
    #[error("the batch's time {time} is after {latest}")]
    TimeInFuture {
        /// The batch's time.
        time: UnixTime,
        /// The latest time that is taken now.
        latest: UnixTime,
    },
    /// The time is not above the last tick's.
    #[error("time {found} after {last}")]
    TimeNotLater {
        /// The last tick's time.
        last: UnixTime,
        /// Its time.
        found: UnixTime,
    },
    /// The time is no tick of the authority's clock.
    #[error("the time {0} is not a tick")]
    TimeOffTick(UnixTime),
    /// The batch is another authority's than the one it is verified for.
    #[error("the authority {0} is unknown")]
    UnknownAuthority(AuthorityId),
}
