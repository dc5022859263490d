//! Errors of reading a log: who is to blame, and whether another node helps.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use crate::messages::{Explain, Explanation, Lang, told};
use crate::sync::SyncError;
use lachan_protocol::exposure::batch::BatchError;
use lachan_protocol::log::checkpoint::CheckpointError;
use lachan_protocol::log::follow::FollowError;

const ANOTHER_NODE: (&str, &str) = (
    "Thử một nút khác bằng --from.",
    "Try another node with --from.",
);
const AUTHORITY: (&str, &str) = (
    "Báo cho cơ quan y tế và người kiểm toán; không có gì được ghi nhận từ mục này.",
    "Tell the health authority and an auditor; nothing was taken from there on.",
);

/// Why a log cannot be followed.
pub(crate) fn of_follow(error: &FollowError, lang: Lang) -> Explanation {
    let (node, authority) = (ANOTHER_NODE, AUTHORITY);
    match error {
        FollowError::Checkpoint(error) => of_checkpoint(error, lang),
        FollowError::EndsEarly(_) => told(
            lang,
            error,
            ("Nút gửi một phần sổ bị cụt.", node.0),
            (
                "The node sent a part of the log that ends too early.",
                node.1,
            ),
        ),
        FollowError::Equivocation { size } => told(
            lang,
            error,
            (
                format!("Sổ kiểm chứng có hai nội dung khác nhau cho {size} mục: có gian lận."),
                authority.0,
            ),
            (
                format!("The log signed two different contents for {size} leaves: this is fraud."),
                authority.1,
            ),
        ),
        FollowError::LeafMismatch { .. } => told(
            lang,
            error,
            ("Nút gửi một mục không khớp với sổ đã ký.", node.0),
            (
                "The node sent a leaf that is not the one in the signed log.",
                node.1,
            ),
        ),
        FollowError::NotAsked => told(
            lang,
            error,
            ("Nút gửi dữ liệu không được hỏi.", node.0),
            ("The node sent what was not asked for.", node.1),
        ),
        FollowError::Smaller { .. } => told(
            lang,
            error,
            ("Nút này có sổ cũ hơn sổ đã biết.", node.0),
            ("This node has an older log than is known.", node.1),
        ),
        FollowError::Tile(_) => told(
            lang,
            error,
            ("Nút gửi một mảnh sổ bị hỏng.", node.0),
            ("The node sent a damaged tile of the log.", node.1),
        ),
        FollowError::TilesMismatch => told(
            lang,
            error,
            ("Sổ của nút không nối tiếp sổ đã biết.", node.0),
            (
                "The node's log does not go on from the one that is known.",
                node.1,
            ),
        ),
        FollowError::TooFarAhead { .. } => told(
            lang,
            error,
            ("Sổ khai nhiều mục đến mức không thể có thật.", authority.0),
            ("The log claims more leaves than it can have.", authority.1),
        ),
        FollowError::Unavailable(_) => told(
            lang,
            error,
            ("Nút thiếu một phần của sổ.", node.0),
            ("The node lacks a part of the log.", node.1),
        ),
    }
}

fn of_checkpoint(error: &CheckpointError, lang: Lang) -> Explanation {
    let node = ANOTHER_NODE;
    let malformed = || {
        told(
            lang,
            error,
            ("Điểm kiểm của sổ không đúng dạng.", node.0),
            ("The log's checkpoint is malformed.", node.1),
        )
    };
    match error {
        CheckpointError::BadOrigin
        | CheckpointError::BadRoot
        | CheckpointError::BadSize
        | CheckpointError::ExtensionLines
        | CheckpointError::LineMissing { .. }
        | CheckpointError::TooLong { .. } => malformed(),
        CheckpointError::Note(_) => told(
            lang,
            error,
            ("Điểm kiểm của sổ không mang chữ ký đúng.", node.0),
            (
                "The log's checkpoint does not carry the right signature.",
                node.1,
            ),
        ),
        CheckpointError::OriginMismatch => told(
            lang,
            error,
            ("Điểm kiểm này thuộc sổ khác.", node.0),
            ("This checkpoint is of another log.", node.1),
        ),
        CheckpointError::TooFewCosignatures { .. } => told(
            lang,
            error,
            (
                "Điểm kiểm chưa đủ chữ ký nhân chứng.",
                "Thử lại sau, hoặc thử một nút khác bằng --from.",
            ),
            (
                "The checkpoint has too few signatures of witnesses.",
                "Try again later, or another node with --from.",
            ),
        ),
    }
}

impl Explain for SyncError {
    fn explain(&self, lang: Lang) -> Explanation {
        let authority = AUTHORITY;
        match self {
            Self::Batch(error @ BatchError::TimeInFuture { .. }) => told(
                lang,
                error,
                (
                    "Một danh sách khoá mang thời điểm trong tương lai.",
                    "Kiểm tra đồng hồ của máy; nếu đồng hồ đúng, hãy báo cho cơ quan y tế.",
                ),
                (
                    "A list of keys is of a time that has not come yet.",
                    "Check the clock of this device; if it is right, tell the health authority.",
                ),
            ),
            Self::Batch(_) => told(
                lang,
                self,
                (
                    "Cơ quan y tế đã công bố một danh sách khoá trái quy tắc.",
                    authority.0,
                ),
                (
                    "The health authority published a list of keys that breaks the rules.",
                    authority.1,
                ),
            ),
            Self::Leaf(_) => told(
                lang,
                self,
                ("Cơ quan y tế đã công bố một mục trái quy tắc.", authority.0),
                (
                    "The health authority published a leaf that breaks the rules.",
                    authority.1,
                ),
            ),
        }
    }
}
