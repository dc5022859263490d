//! Errors of the shells: settings, QR images, wallet.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::home::SettingsError;
use crate::messages::{Explain, Explanation, Lang, told};
use crate::qr::QrError;
use crate::wallet::WalletError;
use lachan_shell::errors::of_system;
use lachan_shell::moment::iso_day;

impl Explain for SettingsError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Malformed => told(
                lang,
                self,
                (
                    "Không hiểu được tệp client.toml.",
                    "Sửa lại tệp theo các dòng chú thích trong đó.",
                ),
                (
                    "The file client.toml cannot be understood.",
                    "Correct it as the comments in it say.",
                ),
            ),
        }
    }
}

impl Explain for QrError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Damaged => told(
                lang,
                self,
                (
                    "Tệp ảnh bị hỏng hoặc bị cắt dở.",
                    "Chép hoặc tải lại ảnh, hay chụp ảnh khác.",
                ),
                (
                    "The image is damaged or cut off.",
                    "Copy or download it again, or take another picture.",
                ),
            ),
            Self::File(kind) => told(
                lang,
                self,
                (
                    format!("Không đọc hoặc ghi được tệp ảnh: {}.", of_system(*kind)[0]),
                    "Kiểm tra đường dẫn của tệp.",
                ),
                (
                    format!(
                        "The image file cannot be read or written: {}.",
                        of_system(*kind)[1]
                    ),
                    "Check the path of the file.",
                ),
            ),
            Self::Illegible => told(
                lang,
                self,
                (
                    "Thấy mã QR nhưng không đọc được.",
                    "Chụp lại rõ hơn, thẳng và gần hơn, hoặc dán đường dẫn thay cho ảnh.",
                ),
                (
                    "There is a QR code, but it cannot be read.",
                    "Take a clearer picture, straight and near, or paste the URL instead.",
                ),
            ),
            Self::NotAnImage => told(
                lang,
                self,
                (
                    "Tệp này không phải ảnh PNG hay JPEG đọc được.",
                    "Đưa vào ảnh PNG hoặc JPEG, hoặc đường dẫn https://…",
                ),
                (
                    "This file is no PNG or JPEG image that can be read.",
                    "Give a PNG or JPEG image, or the URL https://…",
                ),
            ),
            Self::NothingFound => told(
                lang,
                self,
                (
                    "Trong ảnh không có mã QR.",
                    "Chụp lại toàn bộ mã cùng viền trắng, hoặc dán đường dẫn thay cho ảnh.",
                ),
                (
                    "There is no QR code in the image.",
                    "Take the whole code with its white border, or paste the URL instead.",
                ),
            ),
            Self::SeveralFound => told(
                lang,
                self,
                (
                    "Trong ảnh có nhiều mã QR khác nhau.",
                    "Cắt ảnh để chỉ còn một mã.",
                ),
                (
                    "There are several QR codes in the image.",
                    "Crop the image to the one you mean.",
                ),
            ),
            Self::SeveralOfOurs => told(
                lang,
                self,
                (
                    "Trong ảnh có nhiều mã địa điểm khác nhau.",
                    "Chụp lại chỉ một mã: mã của nơi bạn đang đến.",
                ),
                (
                    "There are several venue codes in the image.",
                    "Take a picture of only one: that of the venue where you are.",
                ),
            ),
            Self::TooLarge => told(
                lang,
                self,
                (
                    "Tệp quá lớn: ảnh được nhận có nhiều nhất 32 MiB.",
                    "Chụp với độ phân giải thấp hơn, hoặc cắt ảnh quanh mã.",
                ),
                (
                    "The file is too large: pictures may have 32 MiB.",
                    "Take it with fewer pixels, or crop it to the code.",
                ),
            ),
            Self::TooLong => told(
                lang,
                self,
                (
                    "Nội dung quá dài cho một mã QR.",
                    "Rút ngắn tên miền của đường dẫn.",
                ),
                (
                    "The text is too long for a QR code.",
                    "Use a shorter host name in the URL.",
                ),
            ),
            Self::TooManyPixels => told(
                lang,
                self,
                (
                    "Ảnh có quá nhiều điểm ảnh: nhiều nhất 52 triệu.",
                    "Chụp với độ phân giải thấp hơn, hoặc cắt ảnh quanh mã.",
                ),
                (
                    "The image has too many pixels: at most 52 million.",
                    "Take it with fewer pixels, or crop it to the code.",
                ),
            ),
        }
    }
}

impl Explain for WalletError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::DamagedCounter => told(
                lang,
                self,
                (
                    "Tệp keys/counter bị hỏng hoặc bị mất.",
                    "Tạo thư mục dữ liệu mới bằng `lachan init`; số đếm không được dùng lại.",
                ),
                (
                    "The file keys/counter is damaged or gone.",
                    "Make a new home with `lachan init`: a number must not be used twice.",
                ),
            ),
            Self::DamagedDay { day, .. } => told(
                lang,
                self,
                (
                    format!("Tệp lượt ghé ngày {} bị hỏng.", iso_day(*day)),
                    format!(
                        "Không khôi phục được; xoá bằng `lachan forget --day {}`.",
                        iso_day(*day)
                    ),
                ),
                (
                    format!("The tokens of {} are damaged.", iso_day(*day)),
                    format!(
                        "They cannot be restored; remove them with `lachan forget --day {}`.",
                        iso_day(*day)
                    ),
                ),
            ),
            Self::DamagedFindings => told(
                lang,
                self,
                (
                    "Tệp các cảnh báo đã tìm thấy bị hỏng.",
                    "Chuyển tệp tokens/findings đi chỗ khác rồi đồng bộ lại từ đầu.",
                ),
                (
                    "The file of warnings found is damaged.",
                    "Move tokens/findings away and sync anew.",
                ),
            ),
            Self::DamagedVisit(_) => told(
                lang,
                self,
                (
                    "Tệp của lượt ghé đang mở bị hỏng.",
                    "Chuyển tệp tokens/open-visit đi chỗ khác, hoặc chạy `lachan forget --all`.",
                ),
                (
                    "The file of the open visit is damaged.",
                    "Move tokens/open-visit away, or run `lachan forget --all`.",
                ),
            ),
            Self::Io(kind) => told(
                lang,
                self,
                (
                    format!(
                        "Không đọc hoặc ghi được các lượt ghé: {}.",
                        of_system(*kind)[0]
                    ),
                    "Kiểm tra quyền truy cập và chỗ trống trên đĩa.",
                ),
                (
                    format!(
                        "The wallet cannot be read or written: {}.",
                        of_system(*kind)[1]
                    ),
                    "Check its permissions and the space on the disk.",
                ),
            ),
        }
    }
}
