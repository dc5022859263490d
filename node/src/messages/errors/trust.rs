//! Errors of a home's trust list.
//! Knows the enum and words; what is wrong inside is told by the shell.
//! Specified in specs/refusals.md.

use crate::messages::{Explain, Explanation, Lang, told};
use crate::trust::TrustError;
use lachan_shell::errors::of_system;
use lachan_shell::moment::rfc3339;
use lachan_shell::output::plain;
use std::path::Path;

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
            Self::Io { file, kind } => {
                let (file, [vi, en]) = (shown(file), of_system(*kind));
                told(
                    lang,
                    self,
                    (
                        format!("Không đọc hoặc ghi được {file}: {vi}."),
                        "Kiểm tra các đường dẫn đã ghi.",
                    ),
                    (
                        format!("{file} cannot be read or written: {en}."),
                        "Check the paths you gave.",
                    ),
                )
            }
            Self::List(error) => error.explain(lang),
            Self::NotARootKey { file } => {
                let file = shown(file);
                told(
                    lang,
                    self,
                    (
                        format!("{file} không phải khoá gốc."),
                        "Sau --root-key phải là tệp bí mật mà `lachan-node trust root --out` đã tạo.",
                    ),
                    (
                        format!("{file} is no root key."),
                        "--root-key names the secret file that `lachan-node trust root --out` made.",
                    ),
                )
            }
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
            Self::Over { until } => {
                let until = rfc3339(*until);
                told(
                    lang,
                    self,
                    (
                        format!("Danh sách sẽ hết hạn lúc {until}, mà lúc đó đã qua."),
                        "Chọn --until ở tương lai, chẳng hạn một năm sau.",
                    ),
                    (
                        format!("The list would end at {until}, which is over already."),
                        "Choose an --until that is ahead, such as a year from now.",
                    ),
                )
            }
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

/// A path as a person may see it: nothing that steers a terminal.
fn shown(file: &Path) -> String {
    plain(&file.display().to_string())
}
