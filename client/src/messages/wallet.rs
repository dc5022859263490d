//! What backup, restore and repair say.
//! Knows words only.
//! Specified in specs/protocol.md §14.

use super::Speak;
use lachan_protocol::time::Day;
use lachan_shell::moment::iso_day;

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

/// Anything these commands say that is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WalletMessage {
    /// A backup is on the disk.
    BackedUp {
        /// Where.
        file: String,
        /// Sealed hours in it.
        hours: usize,
        /// Days in it.
        days: usize,
    },
    /// A backup holds what is destroyed here later.
    BackupOutlives,
    /// A backup holds what was forgotten here.
    BackupsRemember,
    /// What is left of a store counts as the whole from now on.
    LossAccepted,
    /// The store refuses to be written to until a loss is accepted.
    LossNotAccepted,
    /// Hours of a backup whose time is over.
    NotRestored {
        /// How many.
        hours: usize,
    },
    /// The open visit is not in the backup, but for its sealed hours.
    OpenVisitStays,
    /// A backup was taken in.
    Restored {
        /// When it was made, UTC.
        made: Day,
        /// Sealed hours in it.
        hours: usize,
        /// Days in it.
        days: usize,
    },
    /// How the store is.
    Store {
        /// In a word.
        state: StoreWord,
        /// Records that are whole.
        records: u64,
        /// Records and files that are not.
        damaged: u64,
    },
    /// What to do after a restore.
    SyncAfterRestore,
}

fn many(count: impl TryInto<u64>, thing: &str) -> String {
    match count.try_into().unwrap_or(u64::MAX) {
        1 => format!("1 {thing}"),
        count => format!("{count} {thing}s"),
    }
}

impl Speak for WalletMessage {
    fn en(&self) -> String {
        match self {
            Self::BackedUp { file, hours, days } => format!(
                "Backed up into {file}: {} on {}, and all warnings. Nobody can open it without the passphrase; nobody can recover the passphrase.",
                many(*hours, "sealed hour"),
                many(*days, "day")
            ),
            Self::BackupOutlives => "Visits are destroyed here after 28 days, and not in this file: delete it when you have a newer one.".into(),
            Self::BackupsRemember => "Backups that were made before still hold it: delete them too.".into(),
            Self::LossAccepted => "What is left counts as the whole from now on; what was lost stays lost. Run `lachan sync`: the logs are read anew.".into(),
            Self::LossNotAccepted => "Visits and warnings lie in tokens/ and are not touched by this. Copy the home elsewhere, then run `lachan repair --accept-rollback`: what was lost stays lost, and can be read from the logs again.".into(),
            Self::NotRestored { hours } => format!(
                "Older than 28 days, and so not taken in: {}.",
                many(*hours, "sealed hour")
            ),
            Self::OpenVisitStays => "A visit is open. Its sealed hours are in the backup, up to its expected end; checking out stays with this device.".into(),
            Self::Restored { made, hours, days } => format!(
                "Restored from the backup of {} (UTC day): {} on {}, and its warnings.",
                iso_day(*made),
                many(*hours, "sealed hour"),
                many(*days, "day")
            ),
            Self::Store { state, records, damaged } => format!(
                "The store: {}. {} whole, {damaged} damaged.",
                state.en(),
                many(*records, "record")
            ),
            Self::SyncAfterRestore => "Run `lachan sync` now: all lists are tried again on the restored visits.".into(),
        }
    }

    fn vi(&self) -> String {
        match self {
            Self::BackedUp { file, hours, days } => format!(
                "Đã sao lưu vào {file}: {hours} khung giờ niêm phong trong {days} ngày, và mọi cảnh báo. Không có mật khẩu thì không ai mở được; không ai lấy lại được mật khẩu."
            ),
            Self::BackupOutlives => "Sau 28 ngày, lượt ghé bị huỷ ở đây nhưng không bị huỷ trong tệp này: hãy xoá tệp khi đã có bản mới hơn.".into(),
            Self::BackupsRemember => "Các bản sao lưu ghi trước đó vẫn còn giữ: hãy xoá cả chúng.".into(),
            Self::LossAccepted => "Từ nay phần còn lại được coi là đủ; những gì đã mất thì không lấy lại được. Hãy chạy `lachan sync`: các sổ sẽ được đọc lại từ đầu.".into(),
            Self::LossNotAccepted => "Lượt ghé và cảnh báo nằm trong tokens/ và không bị ảnh hưởng. Sao thư mục ra nơi khác rồi chạy `lachan repair --accept-rollback`: những gì đã mất thì không lấy lại được, nhưng đọc lại được từ các sổ.".into(),
            Self::NotRestored { hours } => {
                format!("Đã quá 28 ngày nên không đưa vào: {hours} khung giờ niêm phong.")
            }
            Self::OpenVisitStays => "Đang có lượt ghé mở. Các khung giờ đã niêm phong của nó, đến giờ dự kiến kết thúc, có trong bản sao lưu; việc rời đi vẫn làm trên máy này.".into(),
            Self::Restored { made, hours, days } => format!(
                "Đã khôi phục từ bản sao lưu ngày {} (giờ UTC): {hours} khung giờ niêm phong trong {days} ngày, cùng các cảnh báo.",
                iso_day(*made)
            ),
            Self::Store { state, records, damaged } => format!(
                "Kho dữ liệu: {}. {records} bản ghi còn nguyên, {damaged} bị hỏng.",
                state.vi()
            ),
            Self::SyncAfterRestore => "Hãy chạy `lachan sync` ngay: mọi danh sách sẽ được thử lại trên các lượt ghé vừa khôi phục.".into(),
        }
    }
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
