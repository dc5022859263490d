//! Errors of the venue's tool: what an owner can do about them.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use super::store::HINTS;
use super::venue_refusals::{of_answer, of_plan, of_release, of_request, of_sealed};
use crate::cli::venue::VenueToolError;
use crate::messages::{Explain, Explanation, Lang, told};
use crate::store::venue::ShelfError;
use crate::venue::mailbox::PollError;
use crate::venue::registering::RegisteringError;
use crate::venue::releasing::ReleasingError;
use lachan_protocol::keys::registration::PlanningError;
use lachan_shell::errors::of_store;
use lachan_shell::moment::{clock, date};

const AGAIN: (&str, &str) = (
    "Chạy lại lệnh; nếu vẫn vậy, hãy gọi cho cơ quan y tế.",
    "Run the command again; if it stays so, call the health authority.",
);

impl Explain for VenueToolError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Ambiguous => told(
                lang,
                self,
                (
                    "Có nhiều mục bắt đầu như vậy.",
                    "Ghi thêm ký tự của số hiệu.",
                ),
                (
                    "Several things begin with this id.",
                    "Give more of its characters.",
                ),
            ),
            Self::Closed { from } => told(
                lang,
                self,
                (
                    format!(
                        "Đăng ký này đã đóng từ {} ngày {}; mã không hiện nữa.",
                        clock(from.start()),
                        date(from.start())
                    ),
                    "Vẫn trả lời yêu cầu bằng `lachan venue requests`. Mở lại: đăng ký mới.",
                ),
                (
                    format!(
                        "This plan is closed since {} on {}; its codes are shown no more.",
                        clock(from.start()),
                        date(from.start())
                    ),
                    "Requests are still answered: `lachan venue requests`. To open again, register anew.",
                ),
            ),
            Self::CodesRanOut => told(
                lang,
                self,
                (
                    "Không còn mã nào để hiện.",
                    "Đăng ký tiếp bằng `lachan venue register`, hoặc chép lại thư mục codes/ vào máy hiện mã.",
                ),
                (
                    "There is no code left to show.",
                    "Register again with `lachan venue register`, or copy the folder codes/ to this display anew.",
                ),
            ),
            Self::HandOver(error) => error.explain(lang),
            Self::Net(error) => error.explain(lang),
            Self::NoPlan => told(
                lang,
                self,
                (
                    "Chưa đăng ký gì ở đây.",
                    "Bắt đầu bằng `lachan venue register --help`.",
                ),
                (
                    "Nothing is registered here yet.",
                    "Begin with `lachan venue register --help`.",
                ),
            ),
            Self::NoPrekey => told(
                lang,
                self,
                (
                    "Sổ kiểm chứng chưa có khoá hôm nay của cơ quan y tế.",
                    "Thử lại sau ít phút, hoặc hỏi nút khác bằng --from.",
                ),
                (
                    "The log does not have the health authority's key of today yet.",
                    "Try again in some minutes, or ask another node with --from.",
                ),
            ),
            Self::NotShownThen { from, until } => told(
                lang,
                self,
                (
                    format!(
                        "Lúc ấy không có mã nào. Đăng ký này từ {} ngày {} đến {} ngày {}.",
                        clock(*from),
                        date(*from),
                        clock(*until),
                        date(*until)
                    ),
                    "Chọn lúc khác bằng --at, hoặc đăng ký tiếp.",
                ),
                (
                    format!(
                        "No code is shown then. This plan runs from {} on {} until {} on {}.",
                        clock(*from),
                        date(*from),
                        clock(*until),
                        date(*until)
                    ),
                    "Choose another time with --at, or register again.",
                ),
            ),
            Self::Passphrase(error) => error.explain(lang),
            Self::PlanOver => told(
                lang,
                self,
                ("Các giờ này đã qua hết.", "Chọn giờ đầu khác bằng --first."),
                (
                    "These hours would be over already.",
                    "Choose another first hour with --first.",
                ),
            ),
            Self::Planning(PlanningError::Plan(error)) => of_plan(*error, lang),
            Self::Planning(PlanningError::Secrets(error)) => of_release(*error, lang),
            Self::Poll(error) => error.explain(lang),
            Self::Registering(error) => error.explain(lang),
            Self::Releasing(error) => error.explain(lang),
            Self::Revoked { from } => told(
                lang,
                self,
                (
                    format!(
                        "Cơ quan y tế đã thu hồi mã này từ {} ngày {}; khách quét sẽ bị từ chối.",
                        clock(from.start()),
                        date(from.start())
                    ),
                    "Gỡ mọi bản in của mã này và đăng ký lại bằng `lachan venue register`.",
                ),
                (
                    format!(
                        "The health authority revoked this code from {} on {}; visitors' devices refuse it.",
                        clock(from.start()),
                        date(from.start())
                    ),
                    "Take down every print of it and register again with `lachan venue register`.",
                ),
            ),
            Self::ScreenNotPrinted => told(
                lang,
                self,
                (
                    "Mã của màn hình không in ra giấy: tờ giấy sẽ giữ khoá của mọi giờ.",
                    "Hiện bằng `lachan venue show --watch`, hoặc đăng ký lịch bloc: --schedule slip.",
                ),
                (
                    "The codes of a screen are not printed: paper would keep the keys of all its hours.",
                    "Show them with `lachan venue show --watch`, or register slips: --schedule slip.",
                ),
            ),
            Self::SealedFile(error) => error.explain(lang),
            Self::Shelf(error) => error.explain(lang),
            Self::UnknownAuthority => told(
                lang,
                self,
                (
                    "Danh sách tin cậy không có cơ quan y tế này.",
                    "Kiểm tra tên sau --authority; chạy `lachan sync` để lấy danh sách mới.",
                ),
                (
                    "The trust list has no such health authority.",
                    "Check the name after --authority; run `lachan sync` for the newest list.",
                ),
            ),
            Self::UnknownPlan => told(
                lang,
                self,
                (
                    "Không có đăng ký nào như vậy.",
                    "Xem `lachan venue status`.",
                ),
                ("There is no such plan.", "See `lachan venue status`."),
            ),
            Self::UnknownRequest => told(
                lang,
                self,
                (
                    "Không có yêu cầu nào như vậy.",
                    "Xem `lachan venue requests`.",
                ),
                ("There is no such request.", "See `lachan venue requests`."),
            ),
            Self::WhichAuthority => told(
                lang,
                self,
                (
                    "Danh sách tin cậy có nhiều cơ quan y tế.",
                    "Chỉ ra một cơ quan bằng --authority.",
                ),
                (
                    "The trust list has several health authorities.",
                    "Name one with --authority.",
                ),
            ),
            Self::WhichPlan => told(
                lang,
                self,
                (
                    "Ở đây có nhiều đăng ký.",
                    "Ghi mã hoặc phần đầu của nó; xem `lachan venue status`.",
                ),
                (
                    "Several plans are registered here.",
                    "Give the code or how it begins; see `lachan venue status`.",
                ),
            ),
        }
    }
}

impl Explain for RegisteringError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::BadAnswer(error) => of_answer(*error, lang),
            Self::ByOffice => told(
                lang,
                self,
                (
                    "Cơ quan y tế không nhận đăng ký này.",
                    "Kiểm tra giờ đầu và số giờ, rồi thử lại; hoặc gọi cho cơ quan y tế.",
                ),
                (
                    "The health authority refuses this registration.",
                    "Check the first hour and the number of hours and try again, or call the authority.",
                ),
            ),
            Self::NothingAsked => told(
                lang,
                self,
                ("Chưa gửi đăng ký nào.", AGAIN.0),
                ("No registration was sent.", AGAIN.1),
            ),
            Self::Reply(error) | Self::Request(error) => of_sealed(*error, lang),
            Self::Secrets(error) => of_release(*error, lang),
        }
    }
}

impl Explain for ReleasingError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::DecidedBefore(_) => told(
                lang,
                self,
                (
                    "Yêu cầu này đã được quyết định trước đó.",
                    "Quyết định không đổi lại được; xem `lachan venue requests`.",
                ),
                (
                    "This request was decided before.",
                    "A decision stays; see `lachan venue requests`.",
                ),
            ),
            Self::OtherPlan => told(
                lang,
                self,
                ("Trong hộp thư có yêu cầu dành cho đăng ký khác.", AGAIN.0),
                ("The mailbox held a request for another plan.", AGAIN.1),
            ),
            Self::Release(error) => of_release(*error, lang),
            Self::Request(error) => of_request(*error, lang),
            Self::UnknownRequest(_) => VenueToolError::UnknownRequest.explain(lang),
        }
    }
}

impl Explain for PollError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::ByOffice => told(
                lang,
                self,
                (
                    "Cơ quan y tế không nhận lần hỏi này.",
                    "Kiểm tra đồng hồ của máy; xem lại `lachan venue requests` sau ít phút.",
                ),
                (
                    "The health authority refuses this poll.",
                    "Check this device's clock; look at `lachan venue requests` again in some minutes.",
                ),
            ),
            Self::Malformed(_) => told(
                lang,
                self,
                ("Câu trả lời của cơ quan y tế không đúng dạng.", AGAIN.0),
                ("The health authority's reply is malformed.", AGAIN.1),
            ),
            Self::Sealed(error) => of_sealed(*error, lang),
        }
    }
}

impl Explain for ShelfError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Damaged(_) => told(
                lang,
                self,
                (
                    "Dữ liệu lưu của một đăng ký bị hỏng.",
                    "Đăng ký lại, và gọi cho cơ quan y tế về mã cũ.",
                ),
                (
                    "What is kept of a plan is damaged.",
                    "Register anew, and call the health authority about the old code.",
                ),
            ),
            Self::SecretMissing(_) => told(
                lang,
                self,
                (
                    "Thiếu một khoá bí mật của đăng ký này: đã bị xoá hoặc thất lạc.",
                    "Đăng ký lại, và gọi cho cơ quan y tế về mã cũ.",
                ),
                (
                    "A secret of this plan is missing: it was erased, or lost.",
                    "Register anew, and call the health authority about the old code.",
                ),
            ),
            Self::Store(error) => of_store(error, lang, &HINTS),
            Self::UnknownPlan(_) => VenueToolError::UnknownPlan.explain(lang),
        }
    }
}
