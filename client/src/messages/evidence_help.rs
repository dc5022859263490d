//! Texts of `--help` of `evidence`.
//! Knows words only; which command has which options stands in `cli/evidence.rs`.
//! Specified in specs/protocol.md §4.4.

use super::Speak;

/// A text of `--help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvidenceHelp {
    /// CODE of compare
    ArgCode,
    /// ID
    ArgId,
    /// OTHER of compare
    ArgOther,
    /// `--out`
    ArgOut,
    /// compare
    Compare,
    /// evidence
    Evidence,
    /// Examples
    Examples,
    /// export
    Export,
    /// forget
    Forget,
    /// list
    List,
}

impl Speak for EvidenceHelp {
    fn en(&self) -> String {
        match self {
            Self::ArgCode => "A code (URL, digits, or an image of it), or alone: a file of `evidence export`",
            Self::ArgId => "The evidence: its id or how it begins",
            Self::ArgOther => "The other code",
            Self::ArgOut => "The file to write",
            Self::Compare => "Compare two codes; keep them when both are signed and they contradict each other",
            Self::Evidence => "Two different signed codes of one venue and hour: evidence against whoever signed them",
            Self::Examples => "Examples:\n  lachan evidence list\n  lachan evidence compare wall.png counter.png\n  lachan evidence export 4f1c --out evidence.txt\n  lachan evidence forget 4f1c",
            Self::Export => "Write evidence into a file that others can verify",
            Self::Forget => "Remove evidence: it tells that this device saw that venue's code",
            Self::List => "List what is kept, each verified anew",
        }
        .into()
    }

    fn vi(&self) -> String {
        match self {
            Self::ArgCode => "Một mã (URL, dãy số, hoặc ảnh của mã), hoặc chỉ một tệp do `evidence export` ghi",
            Self::ArgId => "Bằng chứng: số hiệu hoặc phần đầu của nó",
            Self::ArgOther => "Mã kia",
            Self::ArgOut => "Tệp cần ghi",
            Self::Compare => "So hai mã; giữ lại khi cả hai có chữ ký mà mâu thuẫn nhau",
            Self::Evidence => "Hai mã khác nhau cùng được ký cho một địa điểm và một giờ: bằng chứng về người ký",
            Self::Examples => "Ví dụ:\n  lachan evidence list\n  lachan evidence compare tuong.png quay.png\n  lachan evidence export 4f1c --out bang-chung.txt\n  lachan evidence forget 4f1c",
            Self::Export => "Ghi bằng chứng thành tệp mà người khác kiểm chứng được",
            Self::Forget => "Xoá bằng chứng: nó cho biết máy này từng thấy mã của địa điểm ấy",
            Self::List => "Liệt kê những gì đang giữ, kiểm chứng lại từng mục",
        }
        .into()
    }
}
