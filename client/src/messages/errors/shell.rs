//! Errors of the shells: home, clock, QR images, wallet.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::clock::ClockError;
use crate::home::HomeError;
use crate::messages::moment::iso_day;
use crate::messages::{Explain, Explanation, Lang, told};
use crate::qr::QrError;
use crate::wallet::WalletError;

impl Explain for ClockError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Before1970 => told(
                lang,
                "Clock::Before1970",
                (
                    "Đồng hồ chỉ thời điểm trước năm 1970.",
                    "Hãy chỉnh lại đồng hồ của máy.",
                ),
                (
                    "The clock stands before 1970.",
                    "Set the clock of this device.",
                ),
            ),
            Self::NotANumber => told(
                lang,
                "Clock::NotANumber",
                (
                    "Tệp đồng hồ không chứa số giây.",
                    "Tệp phải chứa một số nguyên, ví dụ 3600.",
                ),
                (
                    "The clock file does not hold a number of seconds.",
                    "It must hold one integer, such as 3600.",
                ),
            ),
            Self::NotATestHome => told(
                lang,
                "Clock::NotATestHome",
                (
                    "Thư mục này không dùng đồng hồ thử nghiệm.",
                    "Bỏ --clock; chỉ thư mục tạo bằng `init --test-clock` mới nghe theo nó.",
                ),
                (
                    "This home does not obey a test clock.",
                    "Leave --clock out; only homes made with `init --test-clock` obey it.",
                ),
            ),
            Self::Unreadable(kind) => told(
                lang,
                "Clock::Unreadable",
                (
                    format!("Không đọc được tệp đồng hồ: {kind}."),
                    "Kiểm tra đường dẫn sau --clock.",
                ),
                (
                    format!("The clock file cannot be read: {kind}."),
                    "Check the path after --clock.",
                ),
            ),
        }
    }
}

impl Explain for HomeError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Absent => told(
                lang,
                "Home::Absent",
                (
                    "Chưa có dữ liệu Lá Chắn trong thư mục này.",
                    "Hãy chạy `lachan init --trust TỆP --root KHOÁ` trước, hoặc chỉ thư mục bằng --home.",
                ),
                (
                    "There is no home in this folder yet.",
                    "Run `lachan init --trust FILE --root VKEY` first, or name the folder with --home.",
                ),
            ),
            Self::AlreadyMade => told(
                lang,
                "Home::AlreadyMade",
                (
                    "Thư mục này đã có dữ liệu Lá Chắn.",
                    "Dùng tiếp, hoặc chọn thư mục khác bằng --home.",
                ),
                (
                    "There is a home in this folder already.",
                    "Use it, or choose another folder with --home.",
                ),
            ),
            Self::BadSettings => told(
                lang,
                "Home::BadSettings",
                (
                    "Không hiểu được tệp client.toml.",
                    "Sửa lại tệp theo các dòng chú thích trong đó.",
                ),
                (
                    "The file client.toml cannot be understood.",
                    "Correct it as the comments in it say.",
                ),
            ),
            Self::InUse => told(
                lang,
                "Home::InUse",
                (
                    "Một lệnh khác đang dùng thư mục này.",
                    "Đợi lệnh kia xong rồi thử lại.",
                ),
                (
                    "Another command uses this home.",
                    "Wait until it is done and try again.",
                ),
            ),
            Self::Io(kind) => told(
                lang,
                "Home::Io",
                (
                    format!("Không đọc hoặc ghi được thư mục: {kind}."),
                    "Kiểm tra quyền truy cập và chỗ trống trên đĩa.",
                ),
                (
                    format!("The home cannot be read or written: {kind}."),
                    "Check its permissions and the space on the disk.",
                ),
            ),
            Self::Nowhere => told(
                lang,
                "Home::Nowhere",
                (
                    "Không biết dữ liệu nằm ở đâu.",
                    "Chỉ thư mục bằng --home hoặc biến LACHAN_HOME.",
                ),
                (
                    "Nothing says where the home is.",
                    "Name the folder with --home or the variable LACHAN_HOME.",
                ),
            ),
            Self::UnknownFormat => told(
                lang,
                "Home::UnknownFormat",
                (
                    "Thư mục này do phiên bản khác của chương trình tạo ra.",
                    "Dùng phiên bản mới hơn của lachan.",
                ),
                (
                    "This home was made by another version of the program.",
                    "Use a newer version of lachan.",
                ),
            ),
        }
    }
}

impl Explain for QrError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::File(kind) => told(
                lang,
                "Qr::File",
                (
                    format!("Không đọc hoặc ghi được tệp ảnh: {kind}."),
                    "Kiểm tra đường dẫn của tệp.",
                ),
                (
                    format!("The image file cannot be read or written: {kind}."),
                    "Check the path of the file.",
                ),
            ),
            Self::Illegible => told(
                lang,
                "Qr::Illegible",
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
                "Qr::NotAnImage",
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
                "Qr::NothingFound",
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
                "Qr::SeveralFound",
                (
                    "Trong ảnh có nhiều mã QR khác nhau.",
                    "Cắt ảnh để chỉ còn một mã.",
                ),
                (
                    "There are several QR codes in the image.",
                    "Crop the image to the one you mean.",
                ),
            ),
            Self::TooLong => told(
                lang,
                "Qr::TooLong",
                (
                    "Nội dung quá dài cho một mã QR.",
                    "Rút ngắn tên miền của đường dẫn.",
                ),
                (
                    "The text is too long for a QR code.",
                    "Use a shorter host name in the URL.",
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
                "Wallet::DamagedCounter",
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
                "Wallet::DamagedDay",
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
                "Wallet::DamagedFindings",
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
                "Wallet::DamagedVisit",
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
                "Wallet::Io",
                (
                    format!("Không đọc hoặc ghi được các lượt ghé: {kind}."),
                    "Kiểm tra quyền truy cập và chỗ trống trên đĩa.",
                ),
                (
                    format!("The wallet cannot be read or written: {kind}."),
                    "Check its permissions and the space on the disk.",
                ),
            ),
        }
    }
}
