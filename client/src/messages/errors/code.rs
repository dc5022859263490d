//! Errors of a venue's code and its URL: which of the refusals, and what it means for the visitor.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::messages::moment::{clock, date};
use crate::messages::{Explain, Explanation, Lang, told};
use lachan_protocol::code::{UrlError, VenueCodeError};

const SCAN_AGAIN: (&str, &str) = (
    "Quét lại mã; nếu vẫn vậy, hãy báo cho địa điểm.",
    "Scan the code again; if it stays so, tell the venue.",
);
const FORGED: (&str, &str) = (
    "Đừng dùng mã này và hãy báo cho địa điểm: có thể ai đó đã dán đè hoặc sửa mã.",
    "Do not use this code and tell the venue: somebody may have pasted over it or changed it.",
);

impl Explain for VenueCodeError {
    fn explain(&self, lang: Lang) -> Explanation {
        let (again, forged) = (SCAN_AGAIN, FORGED);
        match self {
            Self::Altered => told(
                lang,
                "VenueCode::Altered",
                ("Mã này không do cơ quan y tế ký.", forged.0),
                ("This code is not signed by its health authority.", forged.1),
            ),
            Self::BadPoint { .. } => told(
                lang,
                "VenueCode::BadPoint",
                ("Mã này chứa một khoá không hợp lệ.", forged.0),
                ("This code holds a key that is not valid.", forged.1),
            ),
            Self::BytesLeftOver(_) => told(
                lang,
                "VenueCode::BytesLeftOver",
                ("Mã này dài hơn quy định.", again.0),
                ("This code is longer than it may be.", again.1),
            ),
            Self::DuplicatePoint { .. } => told(
                lang,
                "VenueCode::DuplicatePoint",
                ("Mã này lặp lại một khoá.", forged.0),
                ("This code repeats a key.", forged.1),
            ),
            Self::Expired { until, .. } => told(
                lang,
                "VenueCode::Expired",
                (
                    format!(
                        "Mã này đã hết hạn lúc {} ngày {}.",
                        clock(*until),
                        date(*until)
                    ),
                    "Quét mã đang hiện ở địa điểm; nếu mã treo đã cũ, hãy báo cho địa điểm.",
                ),
                (
                    format!(
                        "This code expired at {} on {}.",
                        clock(*until),
                        date(*until)
                    ),
                    "Scan the code that the venue shows now; if an old one hangs there, tell the venue.",
                ),
            ),
            Self::KeyExpired { .. } => told(
                lang,
                "VenueCode::KeyExpired",
                (
                    "Khoá ký mã này đã hết hạn trước khung giờ cuối của mã.",
                    again.0,
                ),
                (
                    "The key that signed this code ends before the code's last hour.",
                    again.1,
                ),
            ),
            Self::KeyRevoked => told(
                lang,
                "VenueCode::KeyRevoked",
                ("Khoá ký mã này đã bị thu hồi.", forged.0),
                ("The key that signed this code was revoked.", forged.1),
            ),
            Self::Malformed(_) => told(
                lang,
                "VenueCode::Malformed",
                (
                    "Đây không phải mã địa điểm của Lá Chắn, hoặc mã bị đọc sai.",
                    again.0,
                ),
                (
                    "This is no venue code of Lá Chắn, or it was read wrongly.",
                    again.1,
                ),
            ),
            Self::NotYetValid { from, .. } => told(
                lang,
                "VenueCode::NotYetValid",
                (
                    format!(
                        "Mã này chỉ được nhận từ {} ngày {}.",
                        clock(*from),
                        date(*from)
                    ),
                    "Kiểm tra đồng hồ của máy, hoặc quét mã đang hiện ở địa điểm.",
                ),
                (
                    format!(
                        "This code is accepted from {} on {} only.",
                        clock(*from),
                        date(*from)
                    ),
                    "Check the clock of this device, or scan the code that the venue shows now.",
                ),
            ),
            Self::Range(_) => told(
                lang,
                "VenueCode::Range",
                ("Một giá trị trong mã này nằm ngoài giới hạn.", again.0),
                ("A value in this code is out of range.", again.1),
            ),
            Self::Revoked { .. } => told(
                lang,
                "VenueCode::Revoked",
                (
                    "Cơ quan y tế đã thu hồi mã này.",
                    "Báo cho địa điểm: cần treo mã mới.",
                ),
                (
                    "The health authority has revoked this code.",
                    "Tell the venue: it needs a new code.",
                ),
            ),
            Self::UnknownAuthority(_) => told(
                lang,
                "VenueCode::UnknownAuthority",
                (
                    "Mã này thuộc một cơ quan y tế không có trong danh sách tin cậy.",
                    "Chạy `lachan sync` để lấy danh sách mới nhất; nếu vẫn vậy, đừng dùng mã này.",
                ),
                (
                    "This code is of a health authority that is not on the trust list.",
                    "Run `lachan sync` for the newest list; if it stays so, do not use this code.",
                ),
            ),
        }
    }
}

impl Explain for UrlError {
    fn explain(&self, lang: Lang) -> Explanation {
        let again = SCAN_AGAIN;
        let digits = (
            "Phần số của mã không đúng.",
            "The digits of the code are not right.",
        );
        match self {
            Self::BadLength(_) => told(
                lang,
                "Url::BadLength",
                (digits.0, again.0),
                (digits.1, again.1),
            ),
            Self::FragmentMissing => told(
                lang,
                "Url::FragmentMissing",
                (
                    "Đường dẫn thiếu phần sau dấu #.",
                    "Dán toàn bộ đường dẫn, cả phần số sau dấu #.",
                ),
                (
                    "The URL lacks the part after #.",
                    "Paste the whole URL, with the digits after #.",
                ),
            ),
            Self::NotADigit { .. } => told(
                lang,
                "Url::NotADigit",
                (digits.0, again.0),
                (digits.1, again.1),
            ),
            Self::NotHttps => told(
                lang,
                "Url::NotHttps",
                (
                    "Đây không phải đường dẫn https.",
                    "Dán đường dẫn bắt đầu bằng https://",
                ),
                (
                    "This is no https URL.",
                    "Paste the URL that begins with https://",
                ),
            ),
            Self::NotOurHost => told(
                lang,
                "Url::NotOurHost",
                ("Đường dẫn này thuộc trang khác.", FORGED.0),
                ("This URL belongs to another site.", FORGED.1),
            ),
            Self::PathNotEmpty => told(
                lang,
                "Url::PathNotEmpty",
                ("Đường dẫn này không phải của một mã địa điểm.", FORGED.0),
                ("This URL is not that of a venue code.", FORGED.1),
            ),
            Self::ValueTooLarge { .. } => told(
                lang,
                "Url::ValueTooLarge",
                (digits.0, again.0),
                (digits.1, again.1),
            ),
        }
    }
}
