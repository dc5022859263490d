//! Errors of the office: release requests and ticks.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::messages::{Explain, Explanation, Lang, told};
use crate::office::RequestRefusal;
use lachan_protocol::exposure::build::BuildError;
use lachan_protocol::keys::budget::ReleaseError;

impl Explain for RequestRefusal {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::EmptyTime => told(
                lang,
                "Request::EmptyTime",
                (
                    "Khoảng thời gian không có phút nào.",
                    "--to phải sau --from.",
                ),
                ("The time has no minute.", "--to must come after --from."),
            ),
            Self::NotCovered(_) => told(
                lang,
                "Request::NotCovered",
                (
                    "Có giờ nằm ngoài 14 ngày trước xét nghiệm.",
                    "Chỉ xin các giờ trong 14 ngày gần đây.",
                ),
                (
                    "An hour lies outside the 14 days before the test.",
                    "Ask only for hours of the last 14 days.",
                ),
            ),
            Self::PlanGone => told(
                lang,
                "Request::PlanGone",
                (
                    "Dữ liệu của kế hoạch này đã bị huỷ.",
                    "Các giờ quá cũ không công bố được nữa.",
                ),
                (
                    "What is needed of this plan is destroyed.",
                    "Hours that old can no longer be released.",
                ),
            ),
            Self::Release(error) => error.explain(lang),
            Self::TooManyWindows(count) => told(
                lang,
                "Request::TooManyWindows",
                (
                    format!("{count} giờ là quá nhiều cho một yêu cầu."),
                    "Chia thành nhiều yêu cầu ngắn hơn.",
                ),
                (
                    format!("{count} hours are too many for one request."),
                    "Divide it into shorter requests.",
                ),
            ),
            Self::UnknownVenue => told(
                lang,
                "Request::UnknownVenue",
                (
                    "Không có địa điểm nào đăng ký với mã định danh này.",
                    "Kiểm tra 32 chữ số hex sau --venue.",
                ),
                (
                    "No venue is registered under this id.",
                    "Check the 32 hex digits after --venue.",
                ),
            ),
        }
    }
}

impl Explain for ReleaseError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::BudgetSpent { budget } => told(
                lang,
                "Release::BudgetSpent",
                (
                    format!("Tờ này đã dùng hết {budget} giờ được công bố."),
                    "Công bố thêm sẽ mở mọi giờ của tờ: địa điểm phải treo tờ dự phòng.",
                ),
                (
                    format!("The {budget} releases of this sheet are spent."),
                    "One more would open every hour of the sheet: the venue must hang its spare.",
                ),
            ),
            Self::NotInPlan(_) => told(
                lang,
                "Release::NotInPlan",
                (
                    "Có giờ không nằm trong kế hoạch của mã.",
                    "Kiểm tra --from và --to.",
                ),
                (
                    "An hour is not in the code's plan.",
                    "Check --from and --to.",
                ),
            ),
            Self::NotOver { .. } => told(
                lang,
                "Release::NotOver",
                (
                    "Có giờ chưa kết thúc.",
                    "Đợi đến khi giờ đó qua rồi mới xin.",
                ),
                ("An hour is not over.", "Wait until it has ended."),
            ),
            Self::NotRequested(_) => told(
                lang,
                "Release::NotRequested",
                ("Có giờ không được xin.", "Xem lại yêu cầu."),
                ("An hour was not asked for.", "Look at the request again."),
            ),
            Self::ShareErased(_) => told(
                lang,
                "Release::ShareErased",
                (
                    "Khoá của giờ đó đã bị huỷ.",
                    "Các giờ quá cũ không công bố được nữa.",
                ),
                (
                    "The key of that hour was destroyed.",
                    "Hours that old can no longer be released.",
                ),
            ),
            Self::WrongShare { .. } => told(
                lang,
                "Release::WrongShare",
                (
                    "Địa điểm đã gửi nửa khoá sai.",
                    "Không có gì được công bố; liên hệ địa điểm.",
                ),
                (
                    "The venue sent a wrong share.",
                    "Nothing is published; call the venue.",
                ),
            ),
        }
    }
}

impl Explain for BuildError {
    fn explain(&self, lang: Lang) -> Explanation {
        let code = match self {
            Self::CaseMissing(_) => "Build::CaseMissing",
            Self::CaseNotActive(_) => "Build::CaseNotActive",
            Self::ChangeOfDecoy(_) => "Build::ChangeOfDecoy",
            Self::EntryUnknown(_) => "Build::EntryUnknown",
            Self::HistoryDamaged(_) => "Build::HistoryDamaged",
            Self::KeyOfTwoWindows(_) => "Build::KeyOfTwoWindows",
            Self::ReleasedBefore(_) => "Build::ReleasedBefore",
            Self::SeqZero => "Build::SeqZero",
            Self::TimeOutOfRange(_) => "Build::TimeOutOfRange",
            Self::TooManyCases => "Build::TooManyCases",
            Self::TooManyEntries => "Build::TooManyEntries",
            Self::WindowInFuture(_) => "Build::WindowInFuture",
            Self::WindowTooOld(_) => "Build::WindowTooOld",
        };
        told(
            lang,
            code,
            (
                format!("Không dựng được lô: {self}."),
                "Không có gì được công bố. Xem nhật ký của nút và báo cho người phát triển.",
            ),
            (
                format!("The batch cannot be built: {self}."),
                "Nothing is published. See the node's messages and tell the developers.",
            ),
        )
    }
}
