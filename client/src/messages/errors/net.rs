//! Errors of sources and links: what could not be reached or read.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::messages::{Explain, Explanation, Lang, told};
use crate::net::NetError;
use lachan_link::LinkError;
use lachan_link::exchange::Refusal;
use lachan_shell::errors::of_system;

impl Explain for NetError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::File(kind) => told(
                lang,
                self,
                (
                    format!("Không đọc được một tệp của sổ: {}.", of_system(*kind)[0]),
                    "Kiểm tra quyền truy cập thư mục sau --from.",
                ),
                (
                    format!("A file of the log cannot be read: {}.", of_system(*kind)[1]),
                    "Check the permissions of the folder after --from.",
                ),
            ),
            Self::HttpNotYet => told(
                lang,
                self,
                (
                    "Chương trình này chưa đọc sổ qua HTTP.",
                    "Dùng địa chỉ multiaddr của một nút, hoặc một thư mục.",
                ),
                (
                    "This program does not read logs over HTTP yet.",
                    "Use a node's multiaddress, or a folder.",
                ),
            ),
            Self::Link(error) => of_link(error, lang),
            Self::NoSuchLog => told(
                lang,
                self,
                (
                    "Nơi này không có sổ của cơ quan y tế nào trong danh sách tin cậy.",
                    "Thử một nút hoặc thư mục khác bằng --from.",
                ),
                (
                    "This source has the log of no authority on the trust list.",
                    "Try another node or folder with --from.",
                ),
            ),
            Self::NoSource => told(
                lang,
                self,
                (
                    "Chưa biết hỏi nút nào.",
                    "Thêm --from ĐỊA-CHỈ, hoặc ghi nút vào `nodes` trong client.toml.",
                ),
                (
                    "No node to ask is known.",
                    "Add --from MULTIADDR, or name nodes under `nodes` in client.toml.",
                ),
            ),
            Self::NotASource => told(
                lang,
                self,
                (
                    "Đây không phải địa chỉ multiaddr cũng không phải thư mục.",
                    "Ví dụ: /ip4/203.0.113.5/tcp/4001/p2p/12D3…, hoặc ./sổ",
                ),
                (
                    "This is neither a multiaddress nor a folder.",
                    "For example: /ip4/203.0.113.5/tcp/4001/p2p/12D3…, or ./log",
                ),
            ),
            Self::Runtime(kind) => told(
                lang,
                self,
                (
                    format!("Không khởi động được phần mạng: {}.", of_system(*kind)[0]),
                    "Kiểm tra giới hạn số tệp mở của máy.",
                ),
                (
                    format!("The network could not be started: {}.", of_system(*kind)[1]),
                    "Check this machine's limit of open files.",
                ),
            ),
            Self::TooSlow => told(
                lang,
                self,
                (
                    "Nút trả lời quá chậm nên đã dừng; những gì nhận được vẫn được giữ.",
                    "Thử một nút khác bằng --from, hoặc chạy lại lệnh này để đọc tiếp.",
                ),
                (
                    "The node answers too slowly and was left; what came is kept.",
                    "Try another node with --from, or run the same command again to go on.",
                ),
            ),
        }
    }
}

fn of_link(error: &LinkError, lang: Lang) -> Explanation {
    let (other_vi, other_en) = (
        "Thử một nút khác bằng --from.",
        "Try another node with --from.",
    );
    let wrong = || {
        told(
            lang,
            error,
            ("Nút trả lời sai giao thức.", other_vi),
            ("The node's answer breaks the protocol.", other_en),
        )
    };
    match error {
        LinkError::AddressMalformed => told(
            lang,
            error,
            (
                "Địa chỉ nút không đúng dạng multiaddr.",
                "Ví dụ: /ip4/203.0.113.5/tcp/4001/p2p/12D3…",
            ),
            (
                "The node's address is no multiaddress.",
                "For example: /ip4/203.0.113.5/tcp/4001/p2p/12D3…",
            ),
        ),
        LinkError::Busy { after } => told(
            lang,
            error,
            (
                format!("Nút đang bận; thử lại sau {} giây.", after.as_secs()),
                other_vi,
            ),
            (
                format!("The node is busy; try again in {} s.", after.as_secs()),
                other_en,
            ),
        ),
        LinkError::Closed => told(
            lang,
            error,
            ("Kết nối bị đóng trước khi có trả lời.", other_vi),
            ("The link was closed before the answer came.", other_en),
        ),
        LinkError::NameNotInReach => told(
            lang,
            error,
            (
                "Tên của nút chỉ trỏ tới địa chỉ nội bộ.",
                "Nếu nút nằm trong mạng của bạn, hãy ghi địa chỉ IP thay cho tên.",
            ),
            (
                "The node's name stands only for private addresses.",
                "If the node is in your own network, write its IP address in place of the name.",
            ),
        ),
        LinkError::NoPeerId => told(
            lang,
            error,
            (
                "Địa chỉ nút không kết thúc bằng /p2p/MÃ-NÚT.",
                "Dùng địa chỉ đầy đủ trong ready.json của nút.",
            ),
            (
                "The node's address does not end in /p2p/ID.",
                "Use the whole address from the node's ready.json.",
            ),
        ),
        LinkError::NotFound => told(
            lang,
            error,
            ("Nút không có dữ liệu này.", other_vi),
            ("The node does not have this.", other_en),
        ),
        LinkError::NotSpoken => told(
            lang,
            error,
            ("Nút không nói giao thức này.", other_vi),
            ("The node does not speak this protocol.", other_en),
        ),
        LinkError::Refused {
            why: Refusal::OfficeUnreachable,
        } => told(
            lang,
            error,
            (
                "Nút này hiện không liên lạc được với cơ quan y tế.",
                "Không mất gì: hãy chạy lại đúng lệnh này sau.",
            ),
            (
                "This node cannot reach the health authority now.",
                "Nothing is lost: repeat the same command later.",
            ),
        ),
        LinkError::Refused { .. } => told(
            lang,
            error,
            ("Nút từ chối yêu cầu.", other_vi),
            ("The node refused the request.", other_en),
        ),
        LinkError::ResourceChanged => told(
            lang,
            error,
            ("Dữ liệu thay đổi trong lúc đọc.", "Thử lại."),
            ("The resource changed while it was read.", "Try again."),
        ),
        LinkError::TimedOut => told(
            lang,
            error,
            (
                "Nút không trả lời kịp.",
                "Kiểm tra mạng, hoặc thử một nút khác bằng --from.",
            ),
            (
                "The node did not answer in time.",
                "Check the network, or try another node with --from.",
            ),
        ),
        LinkError::Unreachable => told(
            lang,
            error,
            (
                "Không kết nối được tới nút.",
                "Kiểm tra mạng và địa chỉ, hoặc thử một nút khác bằng --from.",
            ),
            (
                "The node cannot be reached.",
                "Check the network and the address, or try another node with --from.",
            ),
        ),
        LinkError::Malformed(_)
        | LinkError::RangeWrong
        | LinkError::RequestImpossible(_)
        | LinkError::TooLong { .. } => wrong(),
    }
}
