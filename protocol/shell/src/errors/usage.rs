//! Errors of the command line.
//! Knows the enum and words; a program says how it is called.
//! Specified in specs/refusals.md.

use crate::arguments::UsageError;
use crate::words::{Explanation, Lang, io_words, told};

/// Why a command line of `program` is not understood.
#[must_use]
pub fn of_usage(error: &UsageError, lang: Lang, program: &str) -> Explanation {
    let see = lang.choose(
        format!("Xem `{program} --help`, hoặc `{program} LỆNH --help`."),
        format!("See `{program} --help`, or `{program} COMMAND --help`."),
    );
    let usage = |vi: String, en: String| told(lang, error, (vi, see.as_str()), (en, see.as_str()));
    match error {
        UsageError::ArgumentConflict(argument) => usage(
            format!("{argument} không đi cùng một tham số khác."),
            format!("{argument} does not go with another argument."),
        ),
        UsageError::InvalidValue { argument, value } => usage(
            format!("Không hiểu giá trị {value:?} của {argument}."),
            format!("The value {value:?} of {argument} is not understood."),
        ),
        UsageError::MissingArgument(argument) => usage(
            format!("Thiếu {argument}."),
            format!("{argument} is missing."),
        ),
        UsageError::MissingCommand => usage("Thiếu lệnh.".into(), "A command is missing.".into()),
        UsageError::NobodyToAsk => told(
            lang,
            error,
            (
                "Lệnh này cần bạn xác nhận, nhưng không có ai để hỏi.",
                "Chạy trong một cửa sổ dòng lệnh, hoặc thêm --yes.",
            ),
            (
                "This needs your confirmation, and nobody is there to ask.",
                "Run it in a terminal, or add --yes.",
            ),
        ),
        UsageError::NotConfirmed => told(
            lang,
            error,
            ("Bạn đã không xác nhận; không có gì thay đổi.", ""),
            ("You did not confirm; nothing was changed.", ""),
        ),
        UsageError::NotText => usage(
            "Một tham số không phải văn bản UTF-8.".into(),
            "An argument is not UTF-8 text.".into(),
        ),
        UsageError::UnreadableInput(kind) => told(
            lang,
            error,
            (
                format!("Không đọc được dữ liệu vào: {}.", io_words(*kind, lang)),
                "Kiểm tra đường dẫn của tệp.",
            ),
            (
                format!("The input cannot be read: {}.", io_words(*kind, lang)),
                "Check the path of the file.",
            ),
        ),
        UsageError::Unknown(argument) => usage(
            format!("Không có {argument:?}."),
            format!("There is no {argument:?}."),
        ),
    }
}
