//! Errors of the backup of a wallet.
//! Knows the enum and words.
//! Specified in specs/refusals.md.

use crate::messages::{Explain, Explanation, Lang, told};
use crate::wallet::WalletCopyError;
use lachan_shell::moment::iso_day;

impl Explain for WalletCopyError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::BadLength | Self::DamagedFindings => told(
                lang,
                self,
                (
                    "Nội dung bản sao lưu không đúng dạng.",
                    "Đây là lỗi của chương trình đã ghi ra nó; xin hãy báo lại, và dùng bản sao lưu khác.",
                ),
                (
                    "The content of the backup is not in its form.",
                    "This is an error of the program that wrote it; please report it, and use another backup.",
                ),
            ),
            Self::DamagedDay { day, .. } => told(
                lang,
                self,
                (
                    format!(
                        "Lượt ghé ngày {} trong bản sao lưu không đúng dạng.",
                        iso_day(*day)
                    ),
                    "Đây là lỗi của chương trình đã ghi ra nó; xin hãy báo lại, và dùng bản sao lưu khác.",
                ),
                (
                    format!(
                        "The visits of {} in the backup are not in their form.",
                        iso_day(*day)
                    ),
                    "This is an error of the program that wrote it; please report it, and use another backup.",
                ),
            ),
            Self::FileExists => told(
                lang,
                self,
                (
                    "Đã có tệp cùng tên; bản sao lưu không ghi đè lên tệp nào.",
                    "Chọn tên khác sau --out, hoặc tự xoá tệp cũ.",
                ),
                (
                    "There is a file of this name already; a backup takes the place of none.",
                    "Choose another name after --out, or delete the old file yourself.",
                ),
            ),
            Self::FloorAhead => told(
                lang,
                self,
                (
                    "Giờ ghi trong bản sao lưu muộn hơn giờ của máy này; không có gì được khôi phục.",
                    "Xem lại đồng hồ của máy; nếu đúng giờ, hãy dùng bản sao lưu khác.",
                ),
                (
                    "The time in the backup is later than this device's clock; nothing was restored.",
                    "Check this device's clock; if it is right, use another backup.",
                ),
            ),
            Self::UnknownVersion => told(
                lang,
                self,
                (
                    "Bản sao lưu do một bản mới hơn của chương trình ghi ra.",
                    "Hãy cập nhật chương trình rồi thử lại.",
                ),
                (
                    "The backup was written by a newer version of the program.",
                    "Update this program and try again.",
                ),
            ),
            Self::WalletNotEmpty => told(
                lang,
                self,
                (
                    "Thư mục này đã có lượt ghé hoặc cảnh báo.",
                    "Thêm --merge để gộp cả hai: không mất gì, không lặp lại gì. Hoặc khôi phục vào một thư mục mới bằng `lachan init`.",
                ),
                (
                    "There are visits or warnings in this home already.",
                    "Add --merge to join both: nothing is lost and nothing comes twice. Or restore into a new home made by `lachan init`.",
                ),
            ),
        }
    }
}
