//! Refusals of plans, answers, requests and sealed messages, as a venue's owner is told them.
//! Knows the protocol's enums and words.
//! Specified in specs/refusals.md.

use crate::messages::{Explanation, Lang, told};
use lachan_protocol::keys::budget::ReleaseError;
use lachan_protocol::keys::plan::PlanError;
use lachan_protocol::keys::range::RangeError;
use lachan_protocol::keys::registration::AnswerError;
use lachan_protocol::office::request::RequestError;
use lachan_protocol::office::sealed::SealedError;
use lachan_protocol::text::TextError;
use lachan_shell::moment::{clock, date};

const REPORT: (&str, &str) = (
    "Đây là lỗi của chương trình; xin hãy báo lại.",
    "This is an error of the program; please report it.",
);
const AGAIN: (&str, &str) = (
    "Chạy lại lệnh; nếu vẫn vậy, thử nút khác bằng --from.",
    "Run the command again; if it stays so, try another node with --from.",
);

pub(super) fn of_plan(error: PlanError, lang: Lang) -> Explanation {
    let wrong = || {
        told(
            lang,
            &error,
            ("Không tạo được đăng ký.", REPORT.0),
            ("The registration cannot be made.", REPORT.1),
        )
    };
    match error {
        PlanError::BadPoint { .. } => wrong(),
        PlanError::BadVenueKey(_) => wrong(),
        PlanError::BytesLeftOver(_) => wrong(),
        PlanError::DuplicatePoint { .. } => wrong(),
        PlanError::Malformed(_) => told(
            lang,
            &error,
            (
                "Tên hoặc địa chỉ quá dài hay chứa ký tự không được phép (ký tự điều khiển, ẩn, đổi chiều chữ).",
                "Gõ lại tên và địa chỉ, không dán từ nơi khác.",
            ),
            (
                "Name or place are too long, or hold a character that is not allowed (control, invisible, direction).",
                "Type name and place instead of pasting them.",
            ),
        ),
        PlanError::NotNormal => told(
            lang,
            &error,
            (
                "Dấu trong tên hoặc địa chỉ không ở dạng chuẩn (Unicode NFC).",
                "Đặt bàn phím tiếng Việt sang «Unicode dựng sẵn» rồi gõ lại.",
            ),
            (
                "Name or place are not in the normal form (Unicode NFC).",
                "Set the keyboard to precomposed Unicode and type them again.",
            ),
        ),
        PlanError::Range(error) => of_range(error, lang),
        PlanError::UnknownAuthority { .. } => wrong(),
    }
}

fn of_range(error: RangeError, lang: Lang) -> Explanation {
    match error {
        RangeError::Count(_) => told(
            lang,
            &error,
            ("Số giờ phải từ 1 đến 744.", "Sửa lại --hours."),
            ("The number of hours must be 1 to 744.", "Correct --hours."),
        ),
        RangeError::Degree(_) => told(
            lang,
            &error,
            ("Số lần công bố không hợp lệ.", REPORT.0),
            ("The release budget is not allowed.", REPORT.1),
        ),
        RangeError::Text(error) => of_text(error, lang),
        RangeError::WindowBeyondLastDay => told(
            lang,
            &error,
            ("Giờ này quá xa trong tương lai.", "Sửa lại --first."),
            ("The hours lie too far in the future.", "Correct --first."),
        ),
    }
}

fn of_text(error: TextError, lang: Lang) -> Explanation {
    match error {
        TextError::Empty => told(
            lang,
            &error,
            ("Tên địa điểm đang trống.", "Ghi tên sau --name."),
            ("The name is empty.", "Give a name after --name."),
        ),
        TextError::ForbiddenCharacter(_) => told(
            lang,
            &error,
            (
                "Tên hoặc địa chỉ chứa ký tự không được phép.",
                "Gõ lại tên và địa chỉ, không dán từ nơi khác.",
            ),
            (
                "Name or place hold a character that is not allowed.",
                "Type name and place instead of pasting them.",
            ),
        ),
        TextError::MixedScripts => told(
            lang,
            &error,
            (
                "Tên hoặc địa chỉ trộn chữ của nhiều hệ chữ viết (như chữ а của tiếng Nga giữa chữ Việt).",
                "Gõ lại bằng một bộ chữ; chữ Latinh chỉ đi cùng chữ Hán, Nhật hoặc Hàn.",
            ),
            (
                "Name or place mix letters of several scripts (such as a Cyrillic а among Latin letters).",
                "Type them again in one script; Latin letters go with Chinese, Japanese or Korean only.",
            ),
        ),
        TextError::NotNormal => of_plan(PlanError::NotNormal, lang),
        TextError::TooLong { len } => told(
            lang,
            &error,
            (
                format!("Tên và địa chỉ dài {len} byte; nhiều nhất là 110."),
                "Rút ngắn lại; chữ có dấu chiếm 2 đến 3 byte.",
            ),
            (
                format!("Name and place have {len} bytes together; 110 are allowed."),
                "Shorten them; a letter with marks takes 2 or 3 bytes.",
            ),
        ),
        TextError::TooManyMarks => told(
            lang,
            &error,
            (
                "Tên hoặc địa chỉ có chữ mang quá nhiều dấu.",
                "Gõ lại tên và địa chỉ, không dán từ nơi khác.",
            ),
            (
                "A letter of name or place carries too many marks.",
                "Type name and place instead of pasting them.",
            ),
        ),
    }
}

pub(super) fn of_answer(error: AnswerError, lang: Lang) -> Explanation {
    match error {
        AnswerError::BadCodeSignature { .. } => told(
            lang,
            &error,
            (
                "Mã nhận về không do khoá nào trong danh sách tin cậy ký. Không có gì được lưu.",
                "Chạy `lachan sync` để lấy danh sách mới, rồi đăng ký lại; nếu vẫn vậy, hãy gọi cho cơ quan y tế.",
            ),
            (
                "The codes that came are signed by no key of the trust list. Nothing was kept.",
                "Run `lachan sync` for the newest list and register again; if it stays so, call the health authority.",
            ),
        ),
        AnswerError::BadPoint { .. }
        | AnswerError::BadProof { .. }
        | AnswerError::BadSum { .. }
        | AnswerError::BytesLeftOver(_)
        | AnswerError::DuplicateSum { .. }
        | AnswerError::ListedOutOfRange(_)
        | AnswerError::SeedsOutOfRange(_)
        | AnswerError::Truncated => told(
            lang,
            &error,
            (
                "Câu trả lời của cơ quan y tế không qua được kiểm chứng. Không có gì được lưu, không mã nào được hiện.",
                "Đừng dùng mã từ nguồn khác; hãy gọi cho cơ quan y tế.",
            ),
            (
                "The health authority's answer does not verify. Nothing was kept and no code is shown.",
                "Do not use codes from elsewhere; call the health authority.",
            ),
        ),
    }
}

pub(super) fn of_release(error: ReleaseError, lang: Lang) -> Explanation {
    match error {
        ReleaseError::BudgetSpent { budget } => told(
            lang,
            &error,
            (
                format!(
                    "Tờ tháng này chỉ được công bố {budget} giờ trong cả đời nó; yêu cầu cần nhiều hơn phần còn lại nên bị từ chối toàn bộ."
                ),
                "Treo tờ dự phòng: đăng ký một tờ khác.",
            ),
            (
                format!(
                    "This sheet may release {budget} hours in its life; the request needs more than are left, so it is declined as a whole."
                ),
                "Hang the spare: register another sheet.",
            ),
        ),
        ReleaseError::NotInPlan(_) => told(
            lang,
            &error,
            (
                "Yêu cầu có giờ nằm ngoài đăng ký này.",
                "Gọi cho cơ quan y tế; không có gì được gửi đi.",
            ),
            (
                "The request names an hour outside this plan.",
                "Call the health authority; nothing was sent.",
            ),
        ),
        ReleaseError::NotOver { window, .. } => told(
            lang,
            &error,
            (
                format!(
                    "Giờ {} ngày {} chưa kết thúc.",
                    clock(window.start()),
                    date(window.start())
                ),
                "Thử lại khi giờ ấy đã qua.",
            ),
            (
                format!(
                    "The hour of {} on {} is not over yet.",
                    clock(window.start()),
                    date(window.start())
                ),
                "Try again when it is.",
            ),
        ),
        ReleaseError::NotRequested(_) => told(
            lang,
            &error,
            ("Không ai xin giờ này.", REPORT.0),
            ("Nobody asked for this hour.", REPORT.1),
        ),
        ReleaseError::ShareErased(_) => told(
            lang,
            &error,
            (
                "Khoá của giờ này đã được xoá (quá 28 ngày).",
                "Không còn gì để công bố; bạn có thể từ chối yêu cầu.",
            ),
            (
                "The secret of this hour was erased (after 28 days).",
                "There is nothing left to release; you may decline the request.",
            ),
        ),
        ReleaseError::WrongShare { .. } => told(
            lang,
            &error,
            ("Phần khoá không khớp với mã.", REPORT.0),
            ("The share does not belong to the code.", REPORT.1),
        ),
    }
}

pub(super) fn of_request(error: RequestError, lang: Lang) -> Explanation {
    match error {
        RequestError::Expired { expiry, .. } => told(
            lang,
            &error,
            (
                format!(
                    "Yêu cầu này đã hết hạn lúc {} ngày {}.",
                    clock(expiry),
                    date(expiry)
                ),
                "Không có gì được gửi đi; cơ quan y tế có thể hỏi lại.",
            ),
            (
                format!(
                    "This request ended at {} on {}.",
                    clock(expiry),
                    date(expiry)
                ),
                "Nothing was sent; the health authority may ask again.",
            ),
        ),
        RequestError::BadSignature
        | RequestError::ItemCount(_)
        | RequestError::Malformed(_)
        | RequestError::UnknownAdvice { .. }
        | RequestError::WindowsNotAscending { .. } => told(
            lang,
            &error,
            (
                "Trong hộp thư có thứ không phải yêu cầu do cơ quan y tế ký.",
                "Không có gì được gửi đi; hãy gọi cho cơ quan y tế.",
            ),
            (
                "The mailbox held something that is no request signed by the health authority.",
                "Nothing was sent; call the health authority.",
            ),
        ),
    }
}

pub(super) fn of_sealed(error: SealedError, lang: Lang) -> Explanation {
    match error {
        SealedError::DataTooLong { .. }
        | SealedError::DoesNotOpen
        | SealedError::LengthOutOfRange
        | SealedError::PaddingNotZero
        | SealedError::RefusalWithData(_)
        | SealedError::StatusMissing
        | SealedError::UnknownStatus(_)
        | SealedError::WrongSize { .. } => told(
            lang,
            &error,
            ("Thư trả lời không mở được hoặc không đúng dạng.", AGAIN.0),
            ("The sealed reply does not open or is malformed.", AGAIN.1),
        ),
    }
}
