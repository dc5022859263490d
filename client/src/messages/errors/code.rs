//! Errors of a venue's code and its URL: which of the refusals, and what it means for the visitor.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::messages::{Explanation, Lang, told};
use lachan_protocol::code::{UrlError, VenueCodeError};
use lachan_shell::moment::{clock, date};

const SCAN_AGAIN: (&str, &str) = (
    "Quét lại mã; nếu vẫn vậy, hãy báo cho địa điểm.",
    "Scan the code again; if it stays so, tell the venue.",
);
const FORGED: (&str, &str) = (
    "Đừng dùng mã này và hãy báo cho địa điểm: có thể ai đó đã dán đè hoặc sửa mã.",
    "Do not use this code and tell the venue: somebody may have pasted over it or changed it.",
);

/// Why a venue code is refused, told to a visitor.
pub(crate) fn of_code(error: &VenueCodeError, lang: Lang) -> Explanation {
    let (again, forged) = (SCAN_AGAIN, FORGED);
    match error {
        VenueCodeError::Altered => told(
            lang,
            error,
            ("Mã này không do cơ quan y tế ký.", forged.0),
            ("This code is not signed by its health authority.", forged.1),
        ),
        VenueCodeError::BadPoint { .. } => told(
            lang,
            error,
            ("Mã này chứa một khoá không hợp lệ.", forged.0),
            ("This code holds a key that is not valid.", forged.1),
        ),
        VenueCodeError::BytesLeftOver(_) => told(
            lang,
            error,
            ("Mã này dài hơn quy định.", again.0),
            ("This code is longer than it may be.", again.1),
        ),
        VenueCodeError::DuplicatePoint { .. } => told(
            lang,
            error,
            ("Mã này lặp lại một khoá.", forged.0),
            ("This code repeats a key.", forged.1),
        ),
        VenueCodeError::Expired { until, .. } => told(
            lang,
            error,
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
        VenueCodeError::KeyExpired { .. } => told(
            lang,
            error,
            (
                "Khoá ký mã này đã hết hạn trước khung giờ cuối của mã.",
                again.0,
            ),
            (
                "The key that signed this code ends before the code's last hour.",
                again.1,
            ),
        ),
        VenueCodeError::KeyRevoked => told(
            lang,
            error,
            ("Khoá ký mã này đã bị thu hồi.", forged.0),
            ("The key that signed this code was revoked.", forged.1),
        ),
        VenueCodeError::Malformed(_) => told(
            lang,
            error,
            (
                "Đây không phải mã địa điểm của Lá Chắn, hoặc mã bị đọc sai.",
                again.0,
            ),
            (
                "This is no venue code of Lá Chắn, or it was read wrongly.",
                again.1,
            ),
        ),
        VenueCodeError::NotYetValid { from, .. } => told(
            lang,
            error,
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
        VenueCodeError::Range(_) => told(
            lang,
            error,
            ("Một giá trị trong mã này nằm ngoài giới hạn.", again.0),
            ("A value in this code is out of range.", again.1),
        ),
        VenueCodeError::Revoked { .. } => told(
            lang,
            error,
            (
                "Cơ quan y tế đã thu hồi mã này.",
                "Báo cho địa điểm: cần treo mã mới.",
            ),
            (
                "The health authority has revoked this code.",
                "Tell the venue: it needs a new code.",
            ),
        ),
        VenueCodeError::UnknownAuthority(_) => told(
            lang,
            error,
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

/// Why a venue's URL is refused, told to a visitor.
pub(crate) fn of_url(error: &UrlError, lang: Lang) -> Explanation {
    let again = SCAN_AGAIN;
    let digits = (
        "Phần số của mã không đúng.",
        "The digits of the code are not right.",
    );
    match error {
        UrlError::BadLength(_) => told(lang, error, (digits.0, again.0), (digits.1, again.1)),
        UrlError::FragmentMissing => told(
            lang,
            error,
            (
                "Đường dẫn thiếu phần sau dấu #.",
                "Dán toàn bộ đường dẫn, cả phần số sau dấu #.",
            ),
            (
                "The URL lacks the part after #.",
                "Paste the whole URL, with the digits after #.",
            ),
        ),
        UrlError::NotADigit { .. } => told(lang, error, (digits.0, again.0), (digits.1, again.1)),
        UrlError::NotHttps => told(
            lang,
            error,
            (
                "Đây không phải đường dẫn https.",
                "Dán đường dẫn bắt đầu bằng https://",
            ),
            (
                "This is no https URL.",
                "Paste the URL that begins with https://",
            ),
        ),
        UrlError::NotOurHost => told(
            lang,
            error,
            ("Đường dẫn này thuộc trang khác.", FORGED.0),
            ("This URL belongs to another site.", FORGED.1),
        ),
        UrlError::PathNotEmpty => told(
            lang,
            error,
            ("Đường dẫn này không phải của một mã địa điểm.", FORGED.0),
            ("This URL is not that of a venue code.", FORGED.1),
        ),
        UrlError::ValueTooLarge { .. } => {
            told(lang, error, (digits.0, again.0), (digits.1, again.1))
        }
    }
}
