//! Errors of the clock.
//! Knows the enum and words.
//! Specified in specs/refusals.md.

use crate::clock::ClockError;
use crate::words::{Explain, Explanation, Lang, io_words, told};

impl Explain for ClockError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Before1970 => told(
                lang,
                self,
                (
                    "Đồng hồ chỉ thời điểm trước năm 1970.",
                    "Hãy chỉnh lại đồng hồ của máy.",
                ),
                (
                    "The clock stands before 1970.",
                    "Set the clock of this device.",
                ),
            ),
            Self::NotANumber => told(
                lang,
                self,
                (
                    "Tệp đồng hồ không chứa số giây.",
                    "Tệp phải chứa một số nguyên, ví dụ 3600.",
                ),
                (
                    "The clock file does not hold a number of seconds.",
                    "It must hold one integer, such as 3600.",
                ),
            ),
            Self::NotATestHome => told(
                lang,
                self,
                (
                    "Thư mục này không dùng đồng hồ thử nghiệm.",
                    "Bỏ --clock; chỉ thư mục tạo bằng `init --test-clock` mới nghe theo nó.",
                ),
                (
                    "This home does not obey a test clock.",
                    "Leave --clock out; only homes made with `init --test-clock` obey it.",
                ),
            ),
            Self::Unreadable(kind) => told(
                lang,
                self,
                (
                    format!("Không đọc được tệp đồng hồ: {}.", io_words(*kind, lang)),
                    "Kiểm tra đường dẫn sau --clock.",
                ),
                (
                    format!("The clock file cannot be read: {}.", io_words(*kind, lang)),
                    "Check the path after --clock.",
                ),
            ),
        }
    }
}
