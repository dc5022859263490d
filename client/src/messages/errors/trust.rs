//! Errors of the trust list and the root key.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::cli::TrustFileError;
use crate::messages::moment::date;
use crate::messages::{Explain, Explanation, Lang, told};
use lachan_protocol::log::note::VkeyError;
use lachan_protocol::trust::TrustListError;

const SOURCE: (&str, &str) = (
    "Lấy lại danh sách từ nơi cơ quan y tế công bố.",
    "Get the list again from where the health authority publishes it.",
);

impl Explain for TrustFileError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::List(error) => error.explain(lang),
            Self::Root(error) => error.explain(lang),
            Self::Unreadable(kind) => told(
                lang,
                "TrustList::Unreadable",
                (
                    format!("Không đọc được tệp danh sách tin cậy: {kind}."),
                    "Kiểm tra đường dẫn sau --trust, hoặc tệp trust.txt trong thư mục dữ liệu.",
                ),
                (
                    format!("The file of the trust list cannot be read: {kind}."),
                    "Check the path after --trust, or the file trust.txt of the home.",
                ),
            ),
        }
    }
}

impl Explain for VkeyError {
    fn explain(&self, lang: Lang) -> Explanation {
        let code = match self {
            Self::BadKey(_) => "Vkey::BadKey",
            Self::BadName => "Vkey::BadName",
            Self::Malformed => "Vkey::Malformed",
            Self::UnknownType(_) => "Vkey::UnknownType",
            Self::WrongId => "Vkey::WrongId",
        };
        told(
            lang,
            code,
            (
                "Khoá gốc không đúng dạng.",
                "Chép nguyên khoá từ áp phích: tên+8 chữ số+chuỗi base64.",
            ),
            (
                "The root key is not right.",
                "Copy the whole key from the poster: name+8 digits+base64.",
            ),
        )
    }
}

impl Explain for TrustListError {
    fn explain(&self, lang: Lang) -> Explanation {
        let refused = |code| {
            told(
                lang,
                code,
                ("Danh sách tin cậy không đúng quy tắc.", SOURCE.0),
                ("The trust list breaks the rules.", SOURCE.1),
            )
        };
        match self {
            Self::AuthorityTwice { .. } => refused("TrustList::AuthorityTwice"),
            Self::BadKey { .. } => refused("TrustList::BadKey"),
            Self::BadPolicy { .. } => refused("TrustList::BadPolicy"),
            Self::BadValue { .. } => refused("TrustList::BadValue"),
            Self::Expired { until } => told(
                lang,
                "TrustList::Expired",
                (
                    format!("Danh sách tin cậy đã hết hạn ngày {}.", date(*until)),
                    SOURCE.0,
                ),
                (
                    format!("The trust list expired on {}.", date(*until)),
                    SOURCE.1,
                ),
            ),
            Self::KeysNotDifferent { .. } => refused("TrustList::KeysNotDifferent"),
            Self::NotNewer { .. } => told(
                lang,
                "TrustList::NotNewer",
                (
                    "Danh sách tin cậy này không mới hơn danh sách đã biết.",
                    SOURCE.0,
                ),
                ("This trust list is not newer than the known one.", SOURCE.1),
            ),
            Self::Note(_) => told(
                lang,
                "TrustList::Note",
                (
                    "Danh sách tin cậy không được ký bằng khoá gốc này.",
                    "So lại khoá gốc với áp phích hoặc trang của cơ quan y tế.",
                ),
                (
                    "The trust list is not signed by this root key.",
                    "Compare the root key with the poster or the authority's page.",
                ),
            ),
            Self::PolicyLogsDiffer => refused("TrustList::PolicyLogsDiffer"),
            Self::TooLong { .. } => refused("TrustList::TooLong"),
            Self::TwoDisjointQuorums => refused("TrustList::TwoDisjointQuorums"),
            Self::UnexpectedLine { .. } => refused("TrustList::UnexpectedLine"),
            Self::UnknownVersion => told(
                lang,
                "TrustList::UnknownVersion",
                (
                    "Tệp này không phải danh sách tin cậy mà chương trình hiểu.",
                    "Dùng phiên bản mới hơn của lachan, hoặc kiểm tra tệp.",
                ),
                (
                    "This file is no trust list that the program understands.",
                    "Use a newer version of lachan, or check the file.",
                ),
            ),
        }
    }
}
