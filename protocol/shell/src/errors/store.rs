//! Errors of the storage.
//! Knows the enum and words; a program says what its people can do about a damaged store.
//! Specified in specs/refusals.md.

use crate::words::{Explanation, Lang, io_words, told};
use lachan_store::StoreError;

/// What people can do about a store, which differs from program to program. Vietnamese first, then English.
#[derive(Clone, Copy, Debug)]
pub struct StoreHints {
    /// When something is damaged or gone.
    pub repair: [&'static str; 2],
    /// When something failed that may not fail again.
    pub retry: [&'static str; 2],
}

const REPORT: [&str; 2] = [
    "Đây là lỗi của chương trình; xin hãy báo lại.",
    "This is an error of the program; please report it.",
];

/// Why a store cannot be used.
#[must_use]
pub fn of_store(error: &StoreError, lang: Lang, hints: &StoreHints) -> Explanation {
    let tell = |what: [&str; 2], hint: [&str; 2]| {
        told(lang, error, (what[0], hint[0]), (what[1], hint[1]))
    };
    let damaged = |vi, en| tell([vi, en], hints.repair);
    match error {
        StoreError::Absent => damaged(
            "Thiếu kho dữ liệu hoặc một tệp khoá.",
            "The store or a key file is absent.",
        ),
        StoreError::AlreadyThere => tell(
            [
                "Đã có dữ liệu ở chỗ này.",
                "There is something stored at this place already.",
            ],
            [
                "Chọn thư mục khác bằng --home.",
                "Choose another folder with --home.",
            ],
        ),
        StoreError::BatchTooBig { .. } => {
            tell(["Một lần ghi quá lớn.", "One commit is too big."], REPORT)
        }
        StoreError::Corrupt { .. } => damaged(
            "Kho dữ liệu bị hỏng: một bản ghi không còn đúng.",
            "The store is damaged: a record is not as it was written.",
        ),
        StoreError::DatabaseCorrupt => damaged(
            "Kho dữ liệu bị hỏng: không mở được cơ sở dữ liệu.",
            "The store is damaged: its database does not open.",
        ),
        StoreError::DatabaseMissing => damaged(
            "Kho dữ liệu bị hỏng: cơ sở dữ liệu đã mất.",
            "The store is damaged: its database is gone.",
        ),
        StoreError::FileAbsent { .. } => damaged(
            "Kho dữ liệu bị hỏng: thiếu một tệp.",
            "The store is damaged: a file is absent.",
        ),
        StoreError::FileCorrupt { .. } => damaged(
            "Kho dữ liệu bị hỏng: một tệp không còn đúng.",
            "The store is damaged: a file is not as it was written.",
        ),
        StoreError::Full => tell(
            ["Đĩa đã đầy.", "The disk is full."],
            [
                "Giải phóng chỗ trống rồi thử lại; chưa mất gì.",
                "Free some space and try again; nothing was lost.",
            ],
        ),
        StoreError::HeadLost => damaged(
            "Kho dữ liệu bị hỏng: mất tệp đầu.",
            "The store is damaged: its head file is lost.",
        ),
        StoreError::Incomplete => damaged(
            "Kho dữ liệu bị hỏng: mất một phần bản ghi.",
            "The store is damaged: records are lost.",
        ),
        StoreError::Io(kind) => told(
            lang,
            error,
            (
                format!(
                    "Không đọc hoặc ghi được kho dữ liệu: {}.",
                    io_words(*kind, lang)
                ),
                "Kiểm tra quyền truy cập và chỗ trống trên đĩa.",
            ),
            (
                format!(
                    "The store cannot be read or written: {}.",
                    io_words(*kind, lang)
                ),
                "Check its permissions and the space on the disk.",
            ),
        ),
        StoreError::KeyTooLong { .. } => tell(
            [
                "Khoá của một bản ghi quá dài.",
                "A record's key is too long.",
            ],
            REPORT,
        ),
        StoreError::Locked => tell(
            [
                "Một tiến trình khác đang dùng kho dữ liệu.",
                "Another process uses the store.",
            ],
            [
                "Đợi tiến trình kia xong, hoặc dừng nó, rồi thử lại.",
                "Wait until it is done, or stop it, and try again.",
            ],
        ),
        StoreError::Poisoned => tell(
            [
                "Kho dữ liệu đã dừng sau một lỗi trước đó.",
                "The store stopped after an earlier failure.",
            ],
            hints.retry,
        ),
        StoreError::RolledBack { .. } => damaged(
            "Kho dữ liệu là một bản sao cũ được đặt lại.",
            "The store is an older copy that was put back.",
        ),
        StoreError::ValueTooBig { .. } => {
            tell(["Một giá trị quá lớn.", "A value is too big."], REPORT)
        }
    }
}
