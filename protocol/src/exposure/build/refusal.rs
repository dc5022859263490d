//! Why a tick cannot be built: the office's own data contradict each other, or a key is too young.
//! Knows references into earlier ticks; names no venue and no key.
//! Specified in specs/protocol.md §6.6.

use crate::exposure::manifest::EntryRef;
use crate::time::{UnixTime, Window};

/// Why a tick is not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A withdrawal of a case that does not count for this key.
    #[error("the case to be withdrawn does not count for the key first published in tick {} as {}", .0.seq, .0.entry)]
    CaseNotActive(EntryRef),
    /// A release without a case, of this window.
    #[error("a release of window {0} without a case")]
    CaseMissing(Window),
    /// A change to a decoy.
    #[error("entry {} of tick {} is a decoy", .0.entry, .0.seq)]
    ChangeOfDecoy(EntryRef),
    /// A change to a scalar that is not in the history, or whose day is over.
    #[error("entry {} of tick {} is not in the history", .0.entry, .0.seq)]
    EntryUnknown(EntryRef),
    /// The history holds one scalar twice, or a seed without scalar.
    #[error("the history is damaged at entry {} of tick {}", .0.entry, .0.seq)]
    HistoryDamaged(EntryRef),
    /// Two releases of one key say different windows or notification keys.
    #[error("one key is released for window {0} and something else")]
    KeyOfTwoWindows(Window),
    /// A released key stood in an earlier tick: it needs a change.
    #[error("a key was published in tick {} as {} already", .0.seq, .0.entry)]
    ReleasedBefore(EntryRef),
    /// Ticks are numbered from 1.
    #[error("seq 0")]
    SeqZero,
    /// A time before day 28 or after day 65,535.
    #[error("the time {0} has no 29 days")]
    TimeOutOfRange(UnixTime),
    /// More cases for one hour than a count of one byte or a record of the manifest can hold.
    #[error("more cases for one hour than a record can hold")]
    TooManyCases,
    /// More entries than a tick can say.
    #[error("more entries than a tick can hold")]
    TooManyEntries,
    /// The window had not ended 1,800 s before the tick.
    #[error("window {0} had not ended in time")]
    WindowInFuture(Window),
    /// The window's day is not among the tick's.
    #[error("window {0} is too old")]
    WindowTooOld(Window),
}
