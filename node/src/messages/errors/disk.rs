//! Errors of the disk: store, what the office kept in it, ledger.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::ledger::LedgerError;
use crate::messages::{Explain, Explanation, Lang, told};
use crate::office::LoadError;
use lachan_shell::errors::{StoreHints, of_store};

/// What a person can do about a node's store.
pub(super) const HINTS: StoreHints = StoreHints {
    repair: [
        "Đừng xoá gì. Sao thư mục state/ ra nơi khác, rồi khôi phục từ bản sao lưu. `lachan-node repair` cho biết hỏng chỗ nào.",
        "Remove nothing. Copy state/ elsewhere, then restore it from a backup. `lachan-node repair` says what is wrong.",
    ],
    retry: [
        "Xem nhật ký của nút; kiểm tra đĩa rồi khởi động lại.",
        "See the node's messages; check the disk and restart.",
    ],
};

impl Explain for LoadError {
    fn explain(&self, lang: Lang) -> Explanation {
        told(
            lang,
            self,
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
        if let Self::Store(error) = self {
            return of_store(error, lang, &HINTS);
        }
        told(
            lang,
            self,
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
