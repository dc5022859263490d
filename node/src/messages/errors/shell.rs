//! Errors of the shells before anything runs: command line, clock, home, settings, keys.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::cli::UsageError;
use crate::clock::ClockError;
use crate::config::ConfigError;
use crate::home::HomeError;
use crate::keys::KeyError;
use crate::messages::{Explain, Explanation, Lang, told};

impl Explain for UsageError {
    fn explain(&self, lang: Lang) -> Explanation {
        let help = (
            "Xem `lachan-node --help`, hoặc thêm --help sau lệnh.",
            "See `lachan-node --help`, or add --help after the command.",
        );
        let (code, vi, en) = match self {
            Self::ArgumentConflict(argument) => (
                "Usage::ArgumentConflict",
                format!("Tham số {argument} không đi cùng tham số khác đã ghi."),
                format!("The argument {argument} does not go with another one."),
            ),
            Self::InvalidValue { argument, value } => (
                "Usage::InvalidValue",
                format!("Giá trị {value:?} của {argument} không hợp lệ."),
                format!("The value {value:?} of {argument} is not understood."),
            ),
            Self::MissingArgument(argument) => (
                "Usage::MissingArgument",
                format!("Thiếu tham số {argument}."),
                format!("The argument {argument} is missing."),
            ),
            Self::MissingCommand => (
                "Usage::MissingCommand",
                "Thiếu lệnh.".into(),
                "A command is missing.".into(),
            ),
            Self::NotText => (
                "Usage::NotText",
                "Có tham số không phải UTF-8.".into(),
                "An argument is not UTF-8.".into(),
            ),
            Self::Unknown(word) => (
                "Usage::Unknown",
                format!("Không có {word:?}."),
                format!("{word:?} is unknown."),
            ),
        };
        told(lang, code, (vi, help.0), (en, help.1))
    }
}

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
                    "Set the clock of this machine.",
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

impl Explain for ConfigError {
    fn explain(&self, lang: Lang) -> Explanation {
        let fix = (
            "Sửa node.toml theo các dòng chú thích trong đó.",
            "Correct node.toml as the comments in it say.",
        );
        let (code, vi, en) = match self {
            Self::BadAddress(index, setting) => (
                "Config::BadAddress",
                format!("Địa chỉ thứ {index} của {setting} không phải multiaddr."),
                format!("Address {index} of {setting} is not a multiaddress."),
            ),
            Self::Malformed { line } => (
                "Config::Malformed",
                format!("Không hiểu dòng {line} của node.toml."),
                format!("Line {line} of node.toml is not understood."),
            ),
            Self::NoPeerId(index, setting) => (
                "Config::NoPeerId",
                format!("Địa chỉ thứ {index} của {setting} không kết thúc bằng /p2p/ID."),
                format!("Address {index} of {setting} does not end in /p2p/ID."),
            ),
            Self::NotYet(setting) => (
                "Config::NotYet",
                format!("Phiên bản này chưa dùng được {setting}."),
                format!("This version cannot use {setting} yet."),
            ),
            Self::OriginMissing => (
                "Config::OriginMissing",
                "Văn phòng cần có origin.".into(),
                "An office needs an origin.".into(),
            ),
            Self::Roles => (
                "Config::Roles",
                "Nút cần ít nhất một vai trò, mỗi vai trò ghi một lần.".into(),
                "A node needs at least one role, and each once.".into(),
            ),
        };
        told(lang, code, (vi, fix.0), (en, fix.1))
    }
}

impl Explain for HomeError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Absent => told(
                lang,
                "Home::Absent",
                (
                    "Chưa có nút nào trong thư mục này.",
                    "Hãy chạy `lachan-node init relay` hoặc `init office` trước, hoặc chỉ thư mục bằng --home.",
                ),
                (
                    "There is no home in this folder yet.",
                    "Run `lachan-node init relay` or `init office` first, or name the folder with --home.",
                ),
            ),
            Self::AlreadyMade => told(
                lang,
                "Home::AlreadyMade",
                (
                    "Thư mục này đã có một nút.",
                    "Dùng tiếp, hoặc chọn thư mục khác bằng --home.",
                ),
                (
                    "There is a home in this folder already.",
                    "Use it, or choose another folder with --home.",
                ),
            ),
            Self::Config(error) => error.explain(lang),
            Self::InUse => told(
                lang,
                "Home::InUse",
                (
                    "Một tiến trình khác đang dùng thư mục này.",
                    "Dừng nút đang chạy rồi thử lại.",
                ),
                (
                    "Another process uses this home.",
                    "Stop the running node and try again.",
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
                    "Chỉ thư mục bằng --home hoặc biến LACHAN_NODE_HOME.",
                ),
                (
                    "Nothing says where the home is.",
                    "Name the folder with --home or the variable LACHAN_NODE_HOME.",
                ),
            ),
            Self::UnknownFormat => told(
                lang,
                "Home::UnknownFormat",
                (
                    "Thư mục này do phiên bản khác của chương trình tạo ra.",
                    "Dùng phiên bản mới hơn của lachan-node.",
                ),
                (
                    "This home was made by another version of the program.",
                    "Use a newer version of lachan-node.",
                ),
            ),
        }
    }
}

impl Explain for KeyError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Absent(name) => told(
                lang,
                "Key::Absent",
                (
                    format!("Không thấy khoá {name}."),
                    "Kiểm tra đường dẫn, hoặc lấy lại bản sao của thư mục keys/.",
                ),
                (
                    format!("The key {name} is not there."),
                    "Check the path, or bring keys/ back from a copy.",
                ),
            ),
            Self::AlreadyThere(name) => told(
                lang,
                "Key::AlreadyThere",
                (
                    format!("Đã có tệp ở nơi sẽ ghi khoá {name}."),
                    "Khoá không bao giờ bị ghi đè: chọn tên tệp khác.",
                ),
                (
                    format!("There is a file where the key {name} would go."),
                    "Keys are never written over: choose another file.",
                ),
            ),
            Self::Damaged(name) => told(
                lang,
                "Key::Damaged",
                (
                    format!("Khoá {name} bị hỏng."),
                    "Lấy lại từ bản sao; không có nó thì không ký được.",
                ),
                (
                    format!("The key {name} is damaged."),
                    "Bring it back from a copy; without it nothing can be signed.",
                ),
            ),
            Self::Io(name, kind) => told(
                lang,
                "Key::Io",
                (
                    format!("Không đọc hoặc ghi được khoá {name}: {kind}."),
                    "Kiểm tra quyền truy cập và chỗ trống trên đĩa.",
                ),
                (
                    format!("The key {name} cannot be read or written: {kind}."),
                    "Check permissions and the space on the disk.",
                ),
            ),
        }
    }
}
