//! Errors of the disk: store, what the office kept in it, ledger.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::ledger::LedgerError;
use crate::messages::{Explain, Explanation, Lang, told};
use crate::office::LoadError;
use lachan_store::StoreError;

impl Explain for StoreError {
    fn explain(&self, lang: Lang) -> Explanation {
        let repair = (
            "Đừng xoá gì. Sao thư mục state/ ra nơi khác, rồi khôi phục từ bản sao lưu.",
            "Remove nothing. Copy state/ elsewhere, then restore it from a backup.",
        );
        let retry = (
            "Xem nhật ký của nút; kiểm tra đĩa rồi khởi động lại.",
            "See the node's messages; check the disk and restart.",
        );
        let (code, vi, en, hint) = match self {
            Self::Absent => (
                "Store::Absent",
                "Không có dữ liệu ở đây.",
                "Nothing is stored here.",
                retry,
            ),
            Self::AlreadyThere => (
                "Store::AlreadyThere",
                "Ở đây đã có dữ liệu.",
                "Something is stored here already.",
                retry,
            ),
            Self::BatchTooBig { .. } => (
                "Store::BatchTooBig",
                "Một lần ghi quá lớn.",
                "One commit is too big.",
                retry,
            ),
            Self::Corrupt { .. } => (
                "Store::Corrupt",
                "Một bản ghi bị hỏng.",
                "A record is damaged.",
                repair,
            ),
            Self::DatabaseCorrupt => (
                "Store::DatabaseCorrupt",
                "Cơ sở dữ liệu bị hỏng.",
                "The database is damaged.",
                repair,
            ),
            Self::DatabaseMissing => (
                "Store::DatabaseMissing",
                "Cơ sở dữ liệu đã mất.",
                "The database is gone.",
                repair,
            ),
            Self::FileAbsent { .. } => (
                "Store::FileAbsent",
                "Thiếu một tệp dữ liệu.",
                "A stored file is absent.",
                repair,
            ),
            Self::FileCorrupt { .. } => (
                "Store::FileCorrupt",
                "Một tệp dữ liệu bị hỏng.",
                "A stored file is damaged.",
                repair,
            ),
            Self::Full => (
                "Store::Full",
                "Đĩa đã đầy.",
                "The disk is full.",
                ("Dọn chỗ trống rồi khởi động lại.", "Make room and restart."),
            ),
            Self::HeadLost => (
                "Store::HeadLost",
                "Mất tệp đầu của cơ sở dữ liệu.",
                "The database's head file is lost.",
                repair,
            ),
            Self::Incomplete => (
                "Store::Incomplete",
                "Mất một phần bản ghi.",
                "Records are lost.",
                repair,
            ),
            Self::Io(_) => (
                "Store::Io",
                "Hệ thống không đọc hoặc ghi được.",
                "The system cannot read or write.",
                retry,
            ),
            Self::KeyTooLong { .. } => (
                "Store::KeyTooLong",
                "Một khoá bản ghi quá dài.",
                "A record's key is too long.",
                retry,
            ),
            Self::Locked => (
                "Store::Locked",
                "Tiến trình khác đang dùng dữ liệu.",
                "Another process uses the store.",
                ("Dừng tiến trình kia.", "Stop the other process."),
            ),
            Self::Poisoned => (
                "Store::Poisoned",
                "Cơ sở dữ liệu đã dừng sau một lỗi.",
                "The store stopped after a failure.",
                retry,
            ),
            Self::RolledBack { .. } => (
                "Store::RolledBack",
                "Dữ liệu là bản cũ hơn lần chạy trước.",
                "The store is an older copy than the last run's.",
                repair,
            ),
            Self::ValueTooBig { .. } => (
                "Store::ValueTooBig",
                "Một giá trị quá lớn.",
                "A value is too big.",
                retry,
            ),
        };
        told(lang, code, (vi, hint.0), (en, hint.1))
    }
}

impl Explain for LoadError {
    fn explain(&self, lang: Lang) -> Explanation {
        let code = match self {
            Self::BadSecret(_) => "Load::BadSecret",
            Self::FileDamaged(_) => "Load::FileDamaged",
            Self::RecordDamaged(_) => "Load::RecordDamaged",
            Self::RegistrationMissing(_) => "Load::RegistrationMissing",
        };
        told(
            lang,
            code,
            (
                format!("Dữ liệu của văn phòng bị hỏng: {self}."),
                "Sao thư mục ra nơi khác, rồi khôi phục state/ và keys/ từ cùng một bản sao lưu.",
            ),
            (
                format!("What the office stored is damaged: {self}."),
                "Copy the home elsewhere, then restore state/ and keys/ from one backup.",
            ),
        )
    }
}

impl Explain for LedgerError {
    fn explain(&self, lang: Lang) -> Explanation {
        let code = match self {
            Self::Bundle(_) => "Ledger::Bundle",
            Self::Checkpoint(_) => "Ledger::Checkpoint",
            Self::Damaged => "Ledger::Damaged",
            Self::Gap { .. } => "Ledger::Gap",
            Self::NotAsWritten(_) => "Ledger::NotAsWritten",
            Self::Note(_) => "Ledger::Note",
            Self::Store(error) => return error.explain(lang),
        };
        told(
            lang,
            code,
            (
                format!("Sổ trên đĩa không dùng được: {self}."),
                "Bản sao: xoá thư mục của sổ đó trong log/, nút sẽ lấy lại. Sổ của chính mình: khôi phục từ bản sao lưu mới nhất.",
            ),
            (
                format!("The log on the disk cannot be used: {self}."),
                "A copy: remove its folder in log/, the node fetches it anew. One's own log: restore it from the newest backup.",
            ),
        )
    }
}
