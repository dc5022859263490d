//! Errors of the trust list, its signed note and the root key.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::moment::date;
use crate::words::{Explain, Explanation, Lang, told};
use lachan_protocol::log::note::{NoteError, VkeyError};
use lachan_protocol::trust::TrustListError;

const SOURCE: [&str; 2] = [
    "Lấy lại danh sách từ nơi cơ quan y tế công bố.",
    "Get the list again from where the health authority publishes it.",
];

impl Explain for VkeyError {
    fn explain(&self, lang: Lang) -> Explanation {
        told(
            lang,
            self,
            (
                "Khoá gốc, hoặc origin, không đúng dạng.",
                "Khoá có dạng tên+8 chữ số hex+chuỗi base64: chép nguyên khoá từ áp phích. Origin không có dấu cách hay dấu +.",
            ),
            (
                "The root key, or the origin, is not right.",
                "A key reads name+8 hex digits+base64: copy the whole key from the poster. An origin has no space and no +.",
            ),
        )
    }
}

impl Explain for TrustListError {
    fn explain(&self, lang: Lang) -> Explanation {
        let refused = |vi: String, en: String| told(lang, self, (vi, SOURCE[0]), (en, SOURCE[1]));
        match self {
            Self::AuthorityTwice { origin } => refused(
                format!("Danh sách tin cậy trái quy tắc: {origin} có mặt hai lần."),
                format!("The trust list breaks the rules: {origin} stands twice."),
            ),
            Self::BadKey { line } => refused(
                format!("Danh sách tin cậy trái quy tắc: khoá ở dòng {line} bị từ chối."),
                format!("The trust list breaks the rules: the key in line {line} is refused."),
            ),
            Self::BadPolicy { line } => refused(
                format!("Danh sách tin cậy trái quy tắc: chính sách nhân chứng ở dòng {line}."),
                format!("The trust list breaks the rules: the witness policy in line {line}."),
            ),
            Self::BadValue { line } => refused(
                format!("Danh sách tin cậy trái quy tắc: giá trị ở dòng {line} bị từ chối."),
                format!("The trust list breaks the rules: the value in line {line} is refused."),
            ),
            Self::Expired { until } => refused(
                format!("Danh sách tin cậy đã hết hạn ngày {}.", date(*until)),
                format!("The trust list expired on {}.", date(*until)),
            ),
            Self::KeysNotDifferent { origin } => refused(
                format!("Danh sách tin cậy trái quy tắc: các khoá của {origin} không khác nhau hết."),
                format!("The trust list breaks the rules: the keys of {origin} are not all different."),
            ),
            Self::NotNewer { sequence, known } => refused(
                format!("Danh sách tin cậy số {sequence} không mới hơn số {known} đã biết."),
                format!("Trust list {sequence} is not newer than list {known}, which is known."),
            ),
            Self::Note(error) => error.explain(lang),
            Self::OperatorsOwnWitness { line } => refused(
                format!("Danh sách tin cậy trái quy tắc: dòng {line} lấy nhân chứng của chính đơn vị giữ một sổ."),
                format!("The trust list breaks the rules: line {line} counts a log operator's own witness."),
            ),
            Self::PolicyLogsDiffer => refused(
                "Danh sách tin cậy trái quy tắc: các sổ trong chính sách không phải sổ của các cơ quan.".into(),
                "The trust list breaks the rules: the policy's logs are not those of the authorities.".into(),
            ),
            Self::TooLong { len } => refused(
                format!("Danh sách tin cậy trái quy tắc: {len} byte là quá dài."),
                format!("The trust list breaks the rules: {len} bytes are too many."),
            ),
            Self::TwoDisjointQuorums => refused(
                "Danh sách tin cậy trái quy tắc: chính sách cho phép hai nhóm nhân chứng tách rời.".into(),
                "The trust list breaks the rules: the policy allows two disjoint quorums.".into(),
            ),
            Self::UnexpectedLine { line } => refused(
                format!("Danh sách tin cậy trái quy tắc: dòng {line} không được đứng ở đó."),
                format!("The trust list breaks the rules: line {line} may not stand there."),
            ),
            Self::WitnessKeyTaken { name } => refused(
                format!("Danh sách tin cậy trái quy tắc: khoá của nhân chứng {name} cũng là khoá của một cơ quan."),
                format!("The trust list breaks the rules: the key of the witness {name} is also an authority's."),
            ),
            Self::UnknownVersion => told(
                lang,
                self,
                (
                    "Tệp này không phải danh sách tin cậy mà chương trình hiểu.",
                    "Dùng phiên bản mới hơn của chương trình, hoặc kiểm tra tệp.",
                ),
                (
                    "This file is no trust list that the program understands.",
                    "Use a newer version of the program, or check the file.",
                ),
            ),
        }
    }
}

impl Explain for NoteError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::NotSigned => told(
                lang,
                self,
                (
                    "Danh sách tin cậy không được ký bằng khoá gốc này.",
                    "So lại khoá gốc với áp phích hoặc trang của cơ quan y tế.",
                ),
                (
                    "The trust list is not signed by this root key.",
                    "Compare the root key with the poster or the authority's page.",
                ),
            ),
            Self::BadSignature { .. } => told(
                lang,
                self,
                (
                    "Chữ ký của danh sách tin cậy không đúng.",
                    "Danh sách đã bị sửa: lấy lại bản khác.",
                ),
                (
                    "The trust list's signature does not verify.",
                    "The list was changed: get another copy.",
                ),
            ),
            Self::ControlCharacter
            | Self::MalformedSignature { .. }
            | Self::NoSignatures
            | Self::NotText
            | Self::TooLong { .. }
            | Self::TooManySignatures => told(
                lang,
                self,
                (
                    "Tệp này không phải danh sách tin cậy có chữ ký.",
                    "Kiểm tra đường dẫn sau --trust.",
                ),
                (
                    "This file is no signed trust list.",
                    "Check the path after --trust.",
                ),
            ),
        }
    }
}
