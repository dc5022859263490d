//! Errors of the office: release requests and ticks.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::messages::{Explain, Explanation, Lang, told};
use crate::office::{RequestRefusal, RevokeRefusal};
use lachan_protocol::exposure::build::BuildError;
use lachan_protocol::keys::budget::ReleaseError;

impl Explain for RequestRefusal {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::EmptyTime => told(
                lang,
                self,
                (
                    "Khoảng thời gian không có phút nào.",
                    "--to phải sau --from.",
                ),
                ("The time has no minute.", "--to must come after --from."),
            ),
            Self::NotCovered(_) => told(
                lang,
                self,
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
                self,
                (
                    "Dữ liệu của kế hoạch này đã bị huỷ.",
                    "Các giờ quá cũ không công bố được nữa.",
                ),
                (
                    "What is needed of this plan is destroyed.",
                    "Hours that old can no longer be released.",
                ),
            ),
            Self::Release(error) => of_release(error, lang),
            Self::TooManyWindows(count) => told(
                lang,
                self,
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
                self,
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

impl Explain for RevokeRefusal {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::BadClosing(_) | Self::PlanGone => told(
                lang,
                self,
                ("Không kiểm chứng được lời báo đóng.", "Liên hệ địa điểm."),
                ("The closing does not verify.", "Call the venue."),
            ),
            Self::UnknownVenue => told(
                lang,
                self,
                (
                    "Không có địa điểm nào đăng ký với mã định danh này.",
                    "Kiểm tra 32 chữ số hex sau --venue; với mã chưa từng đăng ký ở đây thì thêm --foreign.",
                ),
                (
                    "No venue is registered under this id.",
                    "Check the 32 hex digits after --venue; for a code that was never registered here add --foreign.",
                ),
            ),
        }
    }
}

/// Why hours cannot be released, told at the office.
fn of_release(error: &ReleaseError, lang: Lang) -> Explanation {
    match error {
        ReleaseError::BudgetSpent { budget } => told(
            lang,
            error,
            (
                format!("Tờ này đã dùng hết {budget} giờ được công bố."),
                "Công bố thêm sẽ mở mọi giờ của tờ: địa điểm phải treo tờ dự phòng.",
            ),
            (
                format!("The {budget} releases of this sheet are spent."),
                "One more would open every hour of the sheet: the venue must hang its spare.",
            ),
        ),
        ReleaseError::NotInPlan(_) => told(
            lang,
            error,
            (
                "Có giờ không nằm trong kế hoạch của mã.",
                "Kiểm tra --from và --to.",
            ),
            (
                "An hour is not in the code's plan.",
                "Check --from and --to.",
            ),
        ),
        ReleaseError::NotOver { .. } => told(
            lang,
            error,
            (
                "Có giờ chưa kết thúc.",
                "Đợi đến khi giờ đó qua rồi mới xin.",
            ),
            ("An hour is not over.", "Wait until it has ended."),
        ),
        ReleaseError::NotRequested(_) => told(
            lang,
            error,
            ("Có giờ không được xin.", "Xem lại yêu cầu."),
            ("An hour was not asked for.", "Look at the request again."),
        ),
        ReleaseError::ShareErased(_) => told(
            lang,
            error,
            (
                "Khoá của giờ đó đã bị huỷ.",
                "Các giờ quá cũ không công bố được nữa.",
            ),
            (
                "The key of that hour was destroyed.",
                "Hours that old can no longer be released.",
            ),
        ),
        ReleaseError::WrongShare { .. } => told(
            lang,
            error,
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

/// Why a tick's batch cannot be built.
pub(crate) fn of_build(error: &BuildError, lang: Lang) -> Explanation {
    told(
        lang,
        error,
        (
            format!("Không dựng được lô: {error}."),
            "Không có gì được công bố. Xem nhật ký của nút và báo cho người phát triển.",
        ),
        (
            format!("The batch cannot be built: {error}."),
            "Nothing is published. See the node's messages and tell the developers.",
        ),
    )
}
