//! Errors of a home's trust list.
//! Knows the enum and words; what is wrong inside is told by the shell.
//! Specified in specs/refusals.md.

use crate::messages::{Explain, Explanation, Lang, told};
use crate::trust::TrustError;

impl Explain for TrustError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Absent => told(
                lang,
                self,
                (
                    "Nút chưa có danh sách tin cậy.",
                    "Chạy `lachan-node trust install --trust TỆP --root KHOÁ`.",
                ),
                (
                    "No trust list is installed.",
                    "Run `lachan-node trust install --trust FILE --root VKEY`.",
                ),
            ),
            Self::BadBlock { index, why } => {
                let why = why.explain(lang);
                told(
                    lang,
                    self,
                    (
                        format!("Phần của cơ quan thứ {index} bị từ chối: {}", why.what),
                        why.hint.clone(),
                    ),
                    (
                        format!("The block of authority {index} is refused: {}", why.what),
                        why.hint,
                    ),
                )
            }
            Self::Io(kind) => told(
                lang,
                self,
                (
                    format!("Không đọc hoặc ghi được tệp: {kind}."),
                    "Kiểm tra các đường dẫn đã ghi.",
                ),
                (
                    format!("A file cannot be read or written: {kind}."),
                    "Check the paths you gave.",
                ),
            ),
            Self::List(error) => error.explain(lang),
            Self::OtherKeys { origin } => told(
                lang,
                self,
                (
                    format!("Khoá của {origin} trong danh sách không phải khoá của văn phòng này."),
                    "Nhờ gốc ký lại với authority.txt của văn phòng này.",
                ),
                (
                    format!("The keys of {origin} on the list are not those of this office."),
                    "Have the root sign this office's authority.txt.",
                ),
            ),
            Self::Root(error) => error.explain(lang),
            Self::Unlisted { origin } => told(
                lang,
                self,
                (
                    format!("{origin} không có trong danh sách tin cậy."),
                    "Nhờ gốc ký danh sách có authority.txt của văn phòng này.",
                ),
                (
                    format!("{origin} is not on the trust list."),
                    "Have the root sign a list with this office's authority.txt.",
                ),
            ),
        }
    }
}
