//! How a store is, in words.
//! Knows words only.
//! Specified in specs/protocol.md §14.

use super::Speak;

/// How a store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreWord {
    /// Its head file is gone.
    HeadLost,
    /// Records are gone or damaged.
    Incomplete,
    /// An older copy was put back.
    RolledBack,
    /// Nothing is wrong.
    Sound,
}

impl Speak for StoreWord {
    fn en(&self) -> String {
        match self {
            Self::HeadLost => {
                "its head file is lost, so that nobody can tell whether it is the newest"
            }
            Self::Incomplete => "records are lost or damaged",
            Self::RolledBack => "an older copy was put back",
            Self::Sound => "nothing is wrong",
        }
        .into()
    }

    fn vi(&self) -> String {
        match self {
            Self::HeadLost => "mất tệp đầu, không biết đây có phải bản mới nhất không",
            Self::Incomplete => "mất hoặc hỏng một số bản ghi",
            Self::RolledBack => "một bản sao cũ đã được đặt lại",
            Self::Sound => "không có gì sai",
        }
        .into()
    }
}
