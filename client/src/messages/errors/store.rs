//! Errors of the storage: what a person can do about a disk.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::messages::{Explain, Explanation, Lang, told};
use crate::store::ClientStoreError;
use lachan_store::StoreError;

const REPAIR: (&str, &str) = (
    "Sao lưu thư mục trước, rồi tạo thư mục mới bằng `lachan init` và đồng bộ lại; các lượt ghé nằm trong tokens/.",
    "Copy the home first; then make a new one with `lachan init` and sync again; visits lie in tokens/.",
);

impl Explain for ClientStoreError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::NotUnderstood(_) => told(
                lang,
                "Store::NotUnderstood",
                ("Không hiểu một bản ghi trong kho dữ liệu.", REPAIR.0),
                ("A record in the store is not understood.", REPAIR.1),
            ),
            Self::Store(error) => error.explain(lang),
        }
    }
}

impl Explain for StoreError {
    fn explain(&self, lang: Lang) -> Explanation {
        let repair = REPAIR;
        let damaged = |code| {
            told(
                lang,
                code,
                ("Kho dữ liệu bị hỏng.", repair.0),
                ("The store is damaged.", repair.1),
            )
        };
        let limit = |code| {
            told(
                lang,
                code,
                (
                    "Dữ liệu lớn hơn mức kho cho phép.",
                    "Đây là lỗi của chương trình; xin hãy báo lại.",
                ),
                (
                    "The data is larger than the store allows.",
                    "This is an error of the program; please report it.",
                ),
            )
        };
        match self {
            Self::Absent => told(
                lang,
                "Store::Absent",
                ("Thiếu kho dữ liệu hoặc một tệp khoá.", repair.0),
                ("The store or a key file is absent.", repair.1),
            ),
            Self::AlreadyThere => told(
                lang,
                "Store::AlreadyThere",
                ("Đã có dữ liệu ở chỗ này.", "Chọn thư mục khác bằng --home."),
                (
                    "There is something stored at this place already.",
                    "Choose another folder with --home.",
                ),
            ),
            Self::BatchTooBig { .. } => limit("Store::BatchTooBig"),
            Self::Corrupt { .. } => damaged("Store::Corrupt"),
            Self::DatabaseCorrupt => damaged("Store::DatabaseCorrupt"),
            Self::DatabaseMissing => damaged("Store::DatabaseMissing"),
            Self::FileAbsent { .. } => damaged("Store::FileAbsent"),
            Self::FileCorrupt { .. } => damaged("Store::FileCorrupt"),
            Self::Full => told(
                lang,
                "Store::Full",
                (
                    "Đĩa đã đầy.",
                    "Giải phóng chỗ trống rồi thử lại; chưa mất gì.",
                ),
                (
                    "The disk is full.",
                    "Free some space and try again; nothing was lost.",
                ),
            ),
            Self::HeadLost => damaged("Store::HeadLost"),
            Self::Incomplete => damaged("Store::Incomplete"),
            Self::Io(kind) => told(
                lang,
                "Store::Io",
                (
                    format!("Không đọc hoặc ghi được kho dữ liệu: {kind}."),
                    "Kiểm tra quyền truy cập và chỗ trống trên đĩa.",
                ),
                (
                    format!("The store cannot be read or written: {kind}."),
                    "Check its permissions and the space on the disk.",
                ),
            ),
            Self::KeyTooLong { .. } => limit("Store::KeyTooLong"),
            Self::Locked => told(
                lang,
                "Store::Locked",
                (
                    "Một lệnh khác đang dùng kho dữ liệu.",
                    "Đợi lệnh kia xong rồi thử lại.",
                ),
                (
                    "Another command uses the store.",
                    "Wait until it is done and try again.",
                ),
            ),
            Self::Poisoned => told(
                lang,
                "Store::Poisoned",
                (
                    "Kho dữ liệu đã dừng sau một lỗi trước đó.",
                    "Chạy lại lệnh.",
                ),
                (
                    "The store stopped after an earlier failure.",
                    "Run the command again.",
                ),
            ),
            Self::RolledBack { .. } => told(
                lang,
                "Store::RolledBack",
                ("Kho dữ liệu là một bản sao cũ được đặt lại.", repair.0),
                ("The store is an older copy that was put back.", repair.1),
            ),
            Self::ValueTooBig { .. } => limit("Store::ValueTooBig"),
        }
    }
}
