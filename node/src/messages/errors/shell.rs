//! Errors of the shells before anything runs: settings, keys.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::config::ConfigError;
use crate::keys::KeyError;
use crate::messages::{Explain, Explanation, Lang, told};
use lachan_shell::errors::of_system;

impl Explain for ConfigError {
    fn explain(&self, lang: Lang) -> Explanation {
        let fix = (
            "Sửa node.toml theo các dòng chú thích trong đó.",
            "Correct node.toml as the comments in it say.",
        );
        let (vi, en) = match self {
            Self::BadAddress(index, setting) => (
                format!("Địa chỉ thứ {index} của {setting} không phải multiaddr."),
                format!("Address {index} of {setting} is not a multiaddress."),
            ),
            Self::Malformed { line } => (
                format!("Không hiểu dòng {line} của node.toml."),
                format!("Line {line} of node.toml is not understood."),
            ),
            Self::NoPeerId(index, setting) => (
                format!("Địa chỉ thứ {index} của {setting} không kết thúc bằng /p2p/ID."),
                format!("Address {index} of {setting} does not end in /p2p/ID."),
            ),
            Self::NotYet(setting) => (
                format!("Phiên bản này chưa dùng được {setting}."),
                format!("This version cannot use {setting} yet."),
            ),
            Self::OriginMissing => (
                "Văn phòng cần có origin.".into(),
                "An office needs an origin.".into(),
            ),
            Self::Roles => (
                "Nút cần ít nhất một vai trò, mỗi vai trò ghi một lần.".into(),
                "A node needs at least one role, and each once.".into(),
            ),
        };
        told(lang, self, (vi, fix.0), (en, fix.1))
    }
}

impl Explain for KeyError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Absent(name) => told(
                lang,
                self,
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
                self,
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
                self,
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
                self,
                (
                    format!(
                        "Không đọc hoặc ghi được khoá {name}: {}.",
                        of_system(*kind)[0]
                    ),
                    "Kiểm tra quyền truy cập và chỗ trống trên đĩa.",
                ),
                (
                    format!(
                        "The key {name} cannot be read or written: {}.",
                        of_system(*kind)[1]
                    ),
                    "Check permissions and the space on the disk.",
                ),
            ),
        }
    }
}
