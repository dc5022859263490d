//! Errors of catching up and of backups.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use super::disk::HINTS;
use crate::backup::BackupError;
use crate::config::Config;
use crate::messages::{Explain, Explanation, Lang, told};
use crate::service::catch_up::CatchUpError;
use lachan_shell::errors::{of_home, of_store, of_system};
use lachan_shell::home::Settings;
use lachan_shell::moment::rfc3339;

impl Explain for CatchUpError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::ClockBehind(tick) => told(
                lang,
                self,
                (
                    format!(
                        "Sổ đã có kỳ lúc {}, mà đồng hồ máy này chưa tới.",
                        rfc3339(*tick)
                    ),
                    "Đồng bộ giờ rồi chạy lại.",
                ),
                (
                    format!(
                        "The log has a tick of {}, which this clock has not reached.",
                        rfc3339(*tick)
                    ),
                    "Set the clock and run this again.",
                ),
            ),
            Self::Contradicted { peers, size } => told(
                lang,
                self,
                (
                    format!(
                        "Nút {} và nút {} giữ hai sổ khác nhau, cùng {size} lá: văn phòng đã ký hai lịch sử.",
                        peers[0], peers[1]
                    ),
                    "Dừng hẳn. Đọc docs/operator.vi.md, \"Hai lịch sử\".",
                ),
                (
                    format!(
                        "Peers {} and {} hold two different logs of {size} leaves: this office has signed two histories.",
                        peers[0], peers[1]
                    ),
                    "Stop for good. See docs/operator.md, \"Two histories\".",
                ),
            ),
            Self::Follow(error) => told(
                lang,
                self,
                (
                    format!("Sổ mà một nút khác giữ không khớp với sổ ở đây: {error}."),
                    "Hỏi nút khác bằng --from. Nếu hai nút cùng nói vậy, đọc docs/operator.vi.md, \"Hai lịch sử\".",
                ),
                (
                    format!(
                        "What another node holds of this log does not follow from what is here: {error}."
                    ),
                    "Ask another node with --from. If two of them say so, see docs/operator.md, \"Two histories\".",
                ),
            ),
            Self::Leaf(_) | Self::Part(_) => told(
                lang,
                self,
                (
                    format!("Không đọc được sổ đã đi đến đâu: {self}."),
                    "Văn phòng chưa được ký. Kiểm tra danh sách tin cậy có đúng khoá lô của sổ này không.",
                ),
                (
                    format!("How far the log has come cannot be said: {self}."),
                    "The office may not sign. Check that the trust list has the batch key of this log.",
                ),
            ),
            Self::Link(error) => told(
                lang,
                self,
                (
                    format!("Không lấy được phần sổ còn thiếu: {error}."),
                    "Chạy lại; việc đã làm không mất.",
                ),
                (
                    format!("The missing part of the log could not be fetched: {error}."),
                    "Run this again; nothing of what came is lost.",
                ),
            ),
            Self::NobodyHoldsIt => told(
                lang,
                self,
                (
                    "Không nút nào giữ sổ của văn phòng này.",
                    "Hỏi thêm nút chuyển tiếp bằng --from. Không có bản nào ở đâu cả thì phải lập văn phòng mới, tên mới.",
                ),
                (
                    "Nobody who answered holds this office's log.",
                    "Ask further relays with --from. If there is no copy anywhere, a new office with a new origin is needed.",
                ),
            ),
            Self::NobodyToAsk => told(
                lang,
                self,
                (
                    "Không có nút nào để hỏi.",
                    "Thêm --from MULTIADDR của một nút chuyển tiếp.",
                ),
                (
                    "There is nobody to ask.",
                    "Name a relay with --from MULTIADDR.",
                ),
            ),
            Self::NotAnOffice => told(
                lang,
                self,
                (
                    "Nút này không phải văn phòng.",
                    "Nút chuyển tiếp tự bắt kịp khi chạy.",
                ),
                (
                    "This node is no office.",
                    "A relay catches up by itself when it runs.",
                ),
            ),
            Self::RegistrationsDiffer => told(
                lang,
                self,
                (
                    "Danh sách đăng ký ở đây không phải là danh sách trong sổ.",
                    "Bản sao lưu này là của văn phòng khác hoặc đã hỏng: dùng bản khác.",
                ),
                (
                    "The registrations that are known here are not those under the log's root.",
                    "This backup is of another office, or damaged: use another one.",
                ),
            ),
            Self::RegistrationsLost { known, logged } => told(
                lang,
                self,
                (
                    format!("Sổ có {logged} đăng ký, ở đây chỉ biết {known}."),
                    "Dùng bản sao lưu mới hơn. Không có thì phải lập văn phòng với tên sổ mới (docs/operator.vi.md).",
                ),
                (
                    format!("The log counts {logged} registrations, and {known} are known here."),
                    "Use a newer backup. Without one the office needs a new origin (docs/operator.md).",
                ),
            ),
            Self::Run(error) => error.explain(lang),
            Self::Silent { peer, why } => told(
                lang,
                self,
                (
                    format!("Nút thứ {peer} không trả lời: {why}."),
                    "Có thể nó giữ phần mới nhất. Đợi nó, hoặc thêm --despite-silent nếu chắc là không.",
                ),
                (
                    format!("Node {peer} did not answer: {why}."),
                    "It may hold the newest part. Wait for it, or add --despite-silent when you know that it does not.",
                ),
            ),
            Self::Untrue { peer, why } => told(
                lang,
                self,
                (
                    format!("Nút thứ {peer} đưa ra checkpoint không hợp lệ: {why}."),
                    "Bỏ nút đó khỏi node.toml, hoặc thêm --despite-silent.",
                ),
                (
                    format!("Node {peer} shows a checkpoint that is refused: {why}."),
                    "Take it out of node.toml, or add --despite-silent.",
                ),
            ),
        }
    }
}

impl Explain for BackupError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::AlreadyThere => told(
                lang,
                self,
                (
                    "Đã có tệp trùng tên ở chỗ ghi bản sao lưu.",
                    "Chọn tên khác: bản sao lưu không bao giờ ghi đè.",
                ),
                (
                    "There is a file already where the backup would go.",
                    "Choose another name: a backup is never written over.",
                ),
            ),
            Self::Contents(error) => told(
                lang,
                self,
                (
                    format!("Nội dung bản sao lưu bị từ chối: {error}."),
                    "Dùng bản sao lưu khác, hoặc phiên bản chương trình đã tạo ra nó.",
                ),
                (
                    format!("The content of the backup is refused: {error}."),
                    "Use another backup, or the version of the program that made it.",
                ),
            ),
            Self::Home(error) => of_home(error, lang, &Config::LAYOUT),
            Self::Io(kind) => told(
                lang,
                self,
                (
                    format!("Không đọc hoặc ghi được tệp: {}.", of_system(*kind)[0]),
                    "Kiểm tra quyền truy cập và chỗ trống trên đĩa.",
                ),
                (
                    format!("A file cannot be read or written: {}.", of_system(*kind)[1]),
                    "Check permissions and the space on the disk.",
                ),
            ),
            Self::Record(error) => error.explain(lang),
            Self::Store(error) => of_store(error, lang, &HINTS),
        }
    }
}
