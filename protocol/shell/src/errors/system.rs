//! What the operating system says no with, in both languages.
//! Knows kinds of errors and words; does not know which file it was.
//! Specified in specs/refusals.md.

use std::io::ErrorKind;

/// The kind in words, Vietnamese first, then English; the rarer ones in the words of the system.
#[must_use]
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the kinds are no refusals of ours, and their list is open"
)]
pub fn of_system(kind: ErrorKind) -> [String; 2] {
    let [vi, en] = match kind {
        ErrorKind::AddrInUse => [
            "địa chỉ đang có tiến trình khác dùng",
            "another process has the address",
        ],
        ErrorKind::AlreadyExists => ["đã có tệp cùng tên", "there is a file of this name already"],
        ErrorKind::InvalidData => ["nội dung không phải văn bản", "it is not text"],
        ErrorKind::IsADirectory => [
            "đó là thư mục, không phải tệp",
            "it is a folder, not a file",
        ],
        ErrorKind::NotADirectory => [
            "một phần của đường dẫn không phải thư mục",
            "a part of the path is not a folder",
        ],
        ErrorKind::NotFound => [
            "không có tệp hoặc thư mục này",
            "there is no such file or folder",
        ],
        ErrorKind::PermissionDenied => ["không có quyền truy cập", "permission is denied"],
        ErrorKind::ReadOnlyFilesystem => ["đĩa chỉ cho đọc", "the disk can only be read"],
        ErrorKind::StorageFull => ["đĩa đã đầy", "the disk is full"],
        ErrorKind::TimedOut | ErrorKind::WouldBlock => ["chờ quá lâu", "it took too long"],
        other => return [other.to_string(), other.to_string()],
    };
    [vi.into(), en.into()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_meet_is_in_words_of_both_languages() {
        for kind in [
            ErrorKind::AlreadyExists,
            ErrorKind::IsADirectory,
            ErrorKind::NotADirectory,
            ErrorKind::NotFound,
            ErrorKind::PermissionDenied,
        ] {
            let [vi, en] = of_system(kind);
            assert!(vi != en && en != kind.to_string(), "{kind}");
        }
    }
}
