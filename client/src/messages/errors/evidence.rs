//! Errors of evidence against signers of codes.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use super::of_code;
use super::store::HINTS;
use crate::messages::{Explain, Explanation, Lang, told};
use crate::store::evidence::EvidenceFileError;
use lachan_protocol::code::EvidenceError;
use lachan_shell::errors::of_store;

pub(crate) fn of_evidence(error: &EvidenceError, lang: Lang) -> Explanation {
    match error {
        EvidenceError::NoContradiction => told(
            lang,
            error,
            ("Hai mã này không mâu thuẫn nhau.", "Không có gì để giữ."),
            (
                "The two codes do not contradict each other.",
                "There is nothing to keep.",
            ),
        ),
        EvidenceError::NothingInCommon => told(
            lang,
            error,
            (
                "Hai mã này không cùng một đăng ký và một giờ.",
                "Chỉ so hai mã của cùng một địa điểm, cùng giờ.",
            ),
            (
                "The two codes are not of one plan and hour.",
                "Compare two codes of the same venue and hour.",
            ),
        ),
        EvidenceError::Unsigned(error) => of_code(error, lang),
    }
}

impl Explain for EvidenceFileError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Ambiguous => told(
                lang,
                self,
                (
                    "Có nhiều bằng chứng bắt đầu như vậy.",
                    "Ghi thêm ký tự của số hiệu.",
                ),
                (
                    "Several pieces of evidence begin with this id.",
                    "Give more of its characters.",
                ),
            ),
            Self::Damaged => told(
                lang,
                self,
                (
                    "Tệp này không chứa hai mã.",
                    "Dùng tệp do `lachan evidence export` ghi.",
                ),
                (
                    "The file does not hold two codes.",
                    "Use a file of `lachan evidence export`.",
                ),
            ),
            Self::Full => told(
                lang,
                self,
                (
                    "Đã giữ đủ 16 bằng chứng.",
                    "Xoá bớt bằng `lachan evidence forget`.",
                ),
                (
                    "16 pieces of evidence are kept already.",
                    "Remove some with `lachan evidence forget`.",
                ),
            ),
            Self::Store(error) => of_store(error, lang, &HINTS),
            Self::Unknown => told(
                lang,
                self,
                ("Không có bằng chứng này.", "Xem `lachan evidence list`."),
                ("There is no such evidence.", "See `lachan evidence list`."),
            ),
        }
    }
}
