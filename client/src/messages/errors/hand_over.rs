//! Errors of a plan that moves to another owner: what an owner can do about them.
//! Knows the enum and words.
//! Specified in specs/refusals.md.

use crate::messages::{Explain, Explanation, Lang, told};
use crate::venue::handover::HandOverError;

impl Explain for HandOverError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::AlreadyHere => told(
                lang,
                self,
                ("Đăng ký này đã ở trong thư mục này.", "Không cần nhận lại."),
                (
                    "This plan is in this home already.",
                    "There is nothing to take over.",
                ),
            ),
            Self::Damaged | Self::NotRegistered => told(
                lang,
                self,
                (
                    "Nội dung bàn giao không khớp với mã mà cơ quan y tế đã ký.",
                    "Không có gì được lưu. Chạy `lachan sync` rồi thử lại, hoặc đăng ký mới.",
                ),
                (
                    "What was handed over does not belong to codes that the health authority signed.",
                    "Nothing was kept. Run `lachan sync` and try again, or register anew.",
                ),
            ),
            Self::FileExists => told(
                lang,
                self,
                (
                    "Đã có tệp cùng tên; bàn giao không ghi đè lên tệp nào khác.",
                    "Chọn tên khác sau --out, hoặc tự xoá tệp cũ.",
                ),
                (
                    "There is a file of this name already; a hand-over takes the place of no other file.",
                    "Choose another name after --out, or delete the old file yourself.",
                ),
            ),
            Self::HandedOver => told(
                lang,
                self,
                (
                    "Máy này đã bàn giao đăng ký; nó không trả lời yêu cầu nào nữa.",
                    "Nếu tệp bàn giao chưa được ghi, chạy lại đúng lệnh `venue hand-over`.",
                ),
                (
                    "This device handed the plan on; it answers no request of it any more.",
                    "If the file was never written, run the same `venue hand-over` again.",
                ),
            ),
            Self::Stale => told(
                lang,
                self,
                (
                    "Máy này từng có đăng ký ấy vào lúc này hoặc sau lúc bàn giao này.",
                    "Chỉ nhận tệp của lần bàn giao mới nhất; nếu tệp đã mất, hãy đăng ký mới.",
                ),
                (
                    "This device had the plan at this hand-over or a later one.",
                    "Take only the newest hand-over; if its file is lost, register anew.",
                ),
            ),
            Self::TooOld => told(
                lang,
                self,
                (
                    "Tệp bàn giao này đã quá 7 ngày.",
                    "Không có gì được lưu. Xem lại đồng hồ của máy; nếu đúng giờ, hãy đăng ký mới.",
                ),
                (
                    "This hand-over is more than 7 days old.",
                    "Nothing was kept. Check this device's clock; if it is right, register anew.",
                ),
            ),
        }
    }
}
