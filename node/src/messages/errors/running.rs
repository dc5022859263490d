//! Errors of the running node: control socket, network, the start of its parts.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use super::disk::HINTS;
use crate::config::Config;
use crate::control::ControlError;
use crate::messages::{Explain, Explanation, Lang, told};
use crate::mirror::MirrorError;
use crate::net::NetError;
use crate::service::RunError;
use crate::service::repair::RepairError;
use lachan_shell::errors::{of_home, of_store, of_system};
use lachan_shell::home::Settings;

impl Explain for ControlError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Broken(kind) => told(
                lang,
                self,
                (
                    format!("Mất liên lạc với nút đang chạy: {}.", of_system(*kind)[0]),
                    "Xem nhật ký của nút rồi thử lại.",
                ),
                (
                    format!(
                        "The connection with the running node broke: {}.",
                        of_system(*kind)[1]
                    ),
                    "See the node's messages and try again.",
                ),
            ),
            Self::Malformed => told(
                lang,
                self,
                (
                    "Nút đang chạy không hiểu lệnh này.",
                    "Lệnh và nút phải cùng phiên bản: khởi động lại nút.",
                ),
                (
                    "The running node does not understand this command.",
                    "Command and node must be of one version: restart the node.",
                ),
            ),
            Self::NotAnOffice => told(
                lang,
                self,
                (
                    "Nút này không phải văn phòng.",
                    "Chạy lệnh này ở nút của cơ quan y tế.",
                ),
                (
                    "This node is no office.",
                    "Run this command at the authority's node.",
                ),
            ),
            Self::NotRunning => told(
                lang,
                self,
                (
                    "Không có nút nào đang chạy trong thư mục này.",
                    "Chạy `lachan-node run` trước.",
                ),
                ("No node runs in this home.", "Run `lachan-node run` first."),
            ),
            Self::Stopping => told(
                lang,
                self,
                (
                    "Nút đang kết thúc, hoặc việc vừa xin đã hỏng.",
                    "Xem nhật ký của nút rồi thử lại.",
                ),
                (
                    "The node is ending, or what was asked failed.",
                    "See the node's messages and try again.",
                ),
            ),
        }
    }
}

impl Explain for NetError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::BadKey => told(
                lang,
                self,
                (
                    "Khoá mạng của nút bị hỏng.",
                    "Lấy lại keys/network từ bản sao.",
                ),
                (
                    "The node's network key is damaged.",
                    "Bring keys/network back from a copy.",
                ),
            ),
            Self::CannotListen(index) => told(
                lang,
                self,
                (
                    format!("Không nghe được ở địa chỉ thứ {index} của thiết lập."),
                    "Chọn cổng còn trống trong node.toml, hoặc cổng 0.",
                ),
                (
                    format!("Cannot listen at address {index} of the settings."),
                    "Choose a free port in node.toml, or port 0.",
                ),
            ),
            Self::Swarm => told(
                lang,
                self,
                (
                    "Không dựng được mạng.",
                    "Kiểm tra số tệp được mở (ulimit -n) rồi thử lại.",
                ),
                (
                    "The network cannot be set up.",
                    "Check the limit of open files (ulimit -n) and try again.",
                ),
            ),
        }
    }
}

impl Explain for RepairError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Leaf(_) | Self::Part(_) => told(
                lang,
                self,
                (
                    format!("Không đọc được sổ đã đi đến đâu: {self}."),
                    "Kho dữ liệu giữ nguyên. Kiểm tra danh sách tin cậy có đúng khoá lô của sổ này không.",
                ),
                (
                    format!("How far the log has come cannot be said: {self}."),
                    "The store stays as it is. Check that the trust list has the batch key of this log.",
                ),
            ),
            Self::LogAhead => told(
                lang,
                self,
                (
                    "Sổ đã có những điều mà kho dữ liệu không biết: tiếp tục từ đây thì văn phòng sẽ tự mâu thuẫn với sổ của mình.",
                    "Khôi phục state/ từ bản sao lưu mới nhất.",
                ),
                (
                    "The log holds more than the store knows of: an office that went on from here would contradict its own log.",
                    "Restore state/ from the newest backup.",
                ),
            ),
            Self::NoStore => told(
                lang,
                self,
                (
                    "Nút này không phải văn phòng, nên không có kho dữ liệu.",
                    "Bản sao của một sổ hỏng thì xoá thư mục của sổ đó trong log/: nút sẽ lấy lại.",
                ),
                (
                    "This node is no office: it has no store.",
                    "Where the copy of a log is damaged, remove its folder in log/: the node fetches it anew.",
                ),
            ),
            Self::Run(error) => error.explain(lang),
        }
    }
}

impl Explain for RunError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Clock(error) => error.explain(lang),
            Self::Control(kind) => told(
                lang,
                self,
                (
                    format!("Không tạo được control.sock: {}.", of_system(*kind)[0]),
                    "Kiểm tra quyền truy cập thư mục.",
                ),
                (
                    format!("control.sock cannot be made: {}.", of_system(*kind)[1]),
                    "Check the permissions of the home.",
                ),
            ),
            Self::Home(error) => of_home(error, lang, &Config::LAYOUT),
            Self::Key(error) => error.explain(lang),
            Self::Ledger(error) | Self::Mirror(MirrorError::Ledger(error)) => error.explain(lang),
            Self::LogAhead { .. } => told(
                lang,
                self,
                (
                    format!("Bản sao cũ của thư mục đã được đặt lại: {self}."),
                    "Đừng xoá gì. Chạy `lachan-node catch-up` để lấy lại phần sổ còn thiếu trước khi ký tiếp.",
                ),
                (
                    format!("An older copy of this home was put back: {self}."),
                    "Remove nothing. Run `lachan-node catch-up`, so that the log is whole before anything is signed.",
                ),
            ),
            Self::LogContradicted { .. } => told(
                lang,
                self,
                (
                    format!("Văn phòng đã ký hai lịch sử khác nhau: {self}."),
                    "Dừng hẳn. Báo cho gốc tin cậy: cần khoá và tên sổ mới (docs/operator.vi.md, \"Hai lịch sử\").",
                ),
                (
                    format!("This office has signed two histories: {self}."),
                    "Stop for good. Tell the root of trust: new keys and a new origin are needed (docs/operator.md, \"Two histories\").",
                ),
            ),
            Self::Mirror(MirrorError::Follow(_) | MirrorError::Link(_)) => told(
                lang,
                self,
                (
                    "Bản sao của một sổ bị hỏng.",
                    "Xoá thư mục của sổ đó trong log/ rồi chạy lại: nút sẽ lấy lại từ đầu.",
                ),
                (
                    "The copy of a log is damaged.",
                    "Remove its folder in log/ and run again: the node fetches it anew.",
                ),
            ),
            Self::Net(error) => error.explain(lang),
            Self::Office(error) => error.explain(lang),
            Self::Restored => told(
                lang,
                self,
                (
                    "Thư mục này được khôi phục từ bản sao lưu: văn phòng chưa được ký.",
                    "Chạy `lachan-node catch-up` (thêm --from nếu cần): nó hỏi các nút khác xem sổ đã đi đến đâu.",
                ),
                (
                    "This home was restored from a backup: the office may not sign yet.",
                    "Run `lachan-node catch-up` (with --from where needed): it asks others how far the log has come.",
                ),
            ),
            Self::Runtime(kind) => told(
                lang,
                self,
                (
                    format!("Hệ thống không cho nút chạy: {}.", of_system(*kind)[0]),
                    "Kiểm tra giới hạn tiến trình và tệp mở.",
                ),
                (
                    format!(
                        "The system does not let the node run: {}.",
                        of_system(*kind)[1]
                    ),
                    "Check the limits of processes and open files.",
                ),
            ),
            Self::Store(error) => of_store(error, lang, &HINTS),
            Self::Trust(error) => error.explain(lang),
        }
    }
}
