//! Errors of the home.
//! Knows the enum and words; a program's layout says what is particular to it.
//! Specified in specs/refusals.md.

use super::of_system;
use crate::home::{HomeError, Layout};
use crate::words::{Explain, Explanation, Lang, told};
use std::fmt::Debug;

/// Why a home of this layout cannot be used.
#[must_use]
pub fn of_home<E: Explain + Debug>(
    error: &HomeError<E>,
    lang: Lang,
    layout: &Layout,
) -> Explanation {
    let Layout {
        program, variable, ..
    } = layout;
    match error {
        HomeError::Absent => told(lang, error, layout.absent[0], layout.absent[1]),
        HomeError::AlreadyMade => told(
            lang,
            error,
            (
                "Thư mục này đã có dữ liệu Lá Chắn.",
                "Dùng tiếp, hoặc chọn thư mục khác bằng --home.",
            ),
            (
                "There is a home in this folder already.",
                "Use it, or choose another folder with --home.",
            ),
        ),
        HomeError::InUse => told(lang, error, layout.in_use[0], layout.in_use[1]),
        HomeError::Io(kind) => told(
            lang,
            error,
            (
                format!("Không đọc hoặc ghi được thư mục: {}.", of_system(*kind)[0]),
                "Kiểm tra quyền truy cập và chỗ trống trên đĩa.",
            ),
            (
                format!(
                    "The home cannot be read or written: {}.",
                    of_system(*kind)[1]
                ),
                "Check its permissions and the space on the disk.",
            ),
        ),
        HomeError::OlderFormat => told(
            lang,
            error,
            (
                "Thư mục này do một bản cũ hơn của chương trình tạo ra.",
                format!(
                    "Dừng {program} bản cũ, rồi chạy bản mới một lần: nó tự chuyển đổi. Nên sao lưu trước."
                ),
            ),
            (
                "This home was made by an older version of the program.",
                format!(
                    "Stop the older {program} and run the new one once: it migrates the home. Make a backup first."
                ),
            ),
        ),
        HomeError::Nowhere => told(
            lang,
            error,
            (
                "Không biết dữ liệu nằm ở đâu.",
                format!("Chỉ thư mục bằng --home hoặc biến {variable}."),
            ),
            (
                "Nothing says where the home is.",
                format!("Name the folder with --home or the variable {variable}."),
            ),
        ),
        HomeError::Settings(error) => error.explain(lang),
        HomeError::UnknownFormat => told(
            lang,
            error,
            (
                "Thư mục này do phiên bản khác của chương trình tạo ra.",
                format!("Dùng phiên bản mới hơn của {program}."),
            ),
            (
                "This home was made by another version of the program.",
                format!("Use a newer version of {program}."),
            ),
        ),
    }
}
