//! Errors of the trust list.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::messages::{Explain, Explanation, Lang, told};
use crate::trust::TrustError;
use lachan_protocol::log::note::{NoteError, VkeyError};
use lachan_protocol::trust::TrustListError;

impl Explain for TrustError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Absent => told(
                lang,
                "Trust::Absent",
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
                    "Trust::BadBlock",
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
                "Trust::Io",
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
                "Trust::OtherKeys",
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
                "Trust::Unlisted",
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
                "Khoá gốc, hoặc origin, không hợp lệ.",
                "Khoá có dạng tên+số hex+base64: chép lại nguyên vẹn từ áp phích. Origin không có dấu cách hay dấu +.",
            ),
            (
                "The root key, or the origin, is refused.",
                "A key reads name+hex+base64: copy it whole from the poster. An origin has no space and no +.",
            ),
        )
    }
}

impl Explain for TrustListError {
    fn explain(&self, lang: Lang) -> Explanation {
        let hint = (
            "Xin danh sách mới từ nơi phát hành.",
            "Ask whoever gave you the list for a right one.",
        );
        let (code, vi, en): (_, String, String) = match self {
            Self::AuthorityTwice { origin } => (
                "TrustList::AuthorityTwice",
                format!("{origin} có mặt hai lần."),
                format!("{origin} stands twice."),
            ),
            Self::BadKey { line } => (
                "TrustList::BadKey",
                format!("Khoá ở dòng {line} bị từ chối."),
                format!("The key in line {line} is refused."),
            ),
            Self::BadPolicy { line } => (
                "TrustList::BadPolicy",
                format!("Chính sách nhân chứng ở dòng {line} bị từ chối."),
                format!("The witness policy is refused in line {line}."),
            ),
            Self::BadValue { line } => (
                "TrustList::BadValue",
                format!("Giá trị ở dòng {line} bị từ chối."),
                format!("The value in line {line} is refused."),
            ),
            Self::Expired { until } => (
                "TrustList::Expired",
                format!("Danh sách đã hết hạn lúc {until} (giây unix)."),
                format!("The list ended at {until} (unix seconds)."),
            ),
            Self::KeysNotDifferent { origin } => (
                "TrustList::KeysNotDifferent",
                format!("Các khoá của {origin} không khác nhau hết."),
                format!("The keys of {origin} are not all different."),
            ),
            Self::NotNewer { sequence, known } => (
                "TrustList::NotNewer",
                format!("Danh sách số {sequence} không mới hơn số {known} đã có."),
                format!("List {sequence} is not newer than list {known}, which is known."),
            ),
            Self::Note(error) => return of_note(*error, lang),
            Self::PolicyLogsDiffer => (
                "TrustList::PolicyLogsDiffer",
                "Các sổ trong chính sách không phải sổ của các cơ quan.".into(),
                "The policy's logs are not those of the authorities.".into(),
            ),
            Self::TooLong { len } => (
                "TrustList::TooLong",
                format!("{len} byte là quá dài cho một danh sách."),
                format!("{len} bytes are too many for a list."),
            ),
            Self::TwoDisjointQuorums => (
                "TrustList::TwoDisjointQuorums",
                "Chính sách cho phép hai nhóm nhân chứng tách rời.".into(),
                "The policy allows two disjoint quorums.".into(),
            ),
            Self::UnexpectedLine { line } => (
                "TrustList::UnexpectedLine",
                format!("Dòng {line} không được đứng ở đó."),
                format!("Line {line} may not stand there."),
            ),
            Self::UnknownVersion => (
                "TrustList::UnknownVersion",
                "Không phải danh sách tin cậy của phiên bản này.".into(),
                "This is no trust list of a known version.".into(),
            ),
        };
        told(lang, code, (vi, hint.0), (en, hint.1))
    }
}

fn of_note(error: NoteError, lang: Lang) -> Explanation {
    match error {
        NoteError::NotSigned => told(
            lang,
            "Note::NotSigned",
            (
                "Danh sách không được khoá gốc này ký.",
                "So khoá gốc với bản in trên áp phích.",
            ),
            (
                "The list is not signed by this root key.",
                "Compare the root key with the one on the poster.",
            ),
        ),
        NoteError::BadSignature { .. } => told(
            lang,
            "Note::BadSignature",
            (
                "Chữ ký của danh sách không đúng.",
                "Danh sách đã bị sửa: xin lại bản khác.",
            ),
            (
                "The list's signature does not verify.",
                "The list was changed: get another copy.",
            ),
        ),
        NoteError::ControlCharacter
        | NoteError::MalformedSignature { .. }
        | NoteError::NoSignatures
        | NoteError::NotText
        | NoteError::TooLong { .. }
        | NoteError::TooManySignatures => told(
            lang,
            "Note::Malformed",
            (
                "Tệp không phải danh sách có chữ ký.",
                "Kiểm tra đường dẫn sau --trust.",
            ),
            (
                "The file is no signed list.",
                "Check the path after --trust.",
            ),
        ),
    }
}
