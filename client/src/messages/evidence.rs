//! What is said of evidence against whoever signs codes.
//! Knows words only: names of venues come in, already made harmless.
//! Specified in specs/protocol.md §4.4.

use super::Speak;
use super::citizen::Where;

/// In what two codes contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A notification key.
    Key,
    /// The kind of code.
    KindOfCode,
    /// The venue's name.
    Name,
    /// The venue's place.
    Place,
    /// A point.
    Point,
    /// The kind of venue.
    VenueKind,
}

impl What {
    /// The word in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Key => "notification-key",
            Self::KindOfCode => "kind-of-code",
            Self::Name => "name",
            Self::Place => "place",
            Self::Point => "point",
            Self::VenueKind => "venue-kind",
        }
    }

    const fn en(self) -> &'static str {
        match self {
            Self::Key => "another notification key for one hour",
            Self::KindOfCode => "another kind of code",
            Self::Name => "another name",
            Self::Place => "another place",
            Self::Point => "another key for one hour",
            Self::VenueKind => "another kind of venue",
        }
    }

    const fn vi(self) -> &'static str {
        match self {
            Self::Key => "khoá nhận báo của một giờ khác nhau",
            Self::KindOfCode => "loại mã khác nhau",
            Self::Name => "tên khác nhau",
            Self::Place => "địa chỉ khác nhau",
            Self::Point => "khoá của một giờ khác nhau",
            Self::VenueKind => "loại địa điểm khác nhau",
        }
    }
}

/// Anything that is said of evidence and is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvidenceMessage {
    /// A file was written.
    Exported {
        /// Its path.
        path: String,
    },
    /// Evidence was removed.
    Forgotten {
        /// Which.
        id: String,
    },
    /// Two contradicting codes were seen and kept.
    Kept {
        /// Of which venue.
        venue: Where,
        /// Under which name.
        id: String,
        /// In what they differ.
        what: What,
    },
    /// One piece of evidence.
    Line {
        /// Its name.
        id: String,
        /// Of which venue.
        venue: Where,
        /// In what they differ.
        what: What,
    },
    /// Nothing is kept.
    Nothing,
    /// Two contradicting codes were seen and could not be kept.
    NotKept {
        /// Of which venue.
        venue: Where,
    },
    /// What is kept and does not verify with this trust list.
    Unverified {
        /// Its name.
        id: String,
    },
}

impl Speak for EvidenceMessage {
    fn en(&self) -> String {
        match self {
            Self::Exported { path } => format!(
                "Written: {path}. Whoever gets it learns that this device saw the code of that venue."
            ),
            Self::Forgotten { id } => format!("Forgotten: {id}"),
            Self::Kept { venue, id, what } => format!(
                "WARNING: two different codes of {venue} are both signed by its health authority ({}). One of them may be \
                 false: somebody may hold the authority's code key.\nBoth are kept as evidence {id}: `lachan evidence list`. \
                 Show them to the venue and tell the authority.",
                what.en()
            ),
            Self::Line { id, venue, what } => format!("{id}  {venue}: {}", what.en()),
            Self::Nothing => "No evidence is kept.".into(),
            Self::NotKept { venue } => format!(
                "WARNING: two different codes of {venue} are both signed by its health authority, and they could not be \
                 kept: see `lachan evidence list`, and remove what you do not need."
            ),
            Self::Unverified { id } => {
                format!("{id}  does not verify with this trust list, or is damaged")
            }
        }
    }

    fn vi(&self) -> String {
        match self {
            Self::Exported { path } => format!(
                "Đã ghi: {path}. Ai nhận tệp này sẽ biết máy này từng thấy mã của địa điểm ấy."
            ),
            Self::Forgotten { id } => format!("Đã xoá: {id}"),
            Self::Kept { venue, id, what } => format!(
                "CẢNH BÁO: hai mã khác nhau của {venue} đều có chữ ký của cơ quan y tế ({}). Có thể một mã là giả: ai đó có \
                 thể đang giữ khoá ký mã.\nCả hai được giữ làm bằng chứng {id}: `lachan evidence list`. Hãy cho địa điểm xem \
                 và báo cho cơ quan y tế.",
                what.vi()
            ),
            Self::Line { id, venue, what } => format!("{id}  {venue}: {}", what.vi()),
            Self::Nothing => "Không có bằng chứng nào.".into(),
            Self::NotKept { venue } => format!(
                "CẢNH BÁO: hai mã khác nhau của {venue} đều có chữ ký của cơ quan y tế, nhưng không lưu lại được: xem \
                 `lachan evidence list` và xoá bớt."
            ),
            Self::Unverified { id } => {
                format!("{id}  không khớp với danh sách tin cậy này, hoặc đã hỏng")
            }
        }
    }
}
