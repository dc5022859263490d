//! Errors of sealed files and their passphrases.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use super::of_system;
use crate::passphrase::PassphraseError;
use crate::words::{Explain, Explanation, Lang, told};
use lachan_store::sealed_file::{SealedFileError, SealedKind};

/// What a kind of sealed file holds, Vietnamese first.
const fn of_kind(kind: SealedKind) -> [&'static str; 2] {
    match kind {
        SealedKind::ClientWallet => [
            "bản sao lưu ví của một người",
            "a backup of a person's wallet",
        ],
        SealedKind::NodeHome => ["bản sao lưu của một nút", "a backup of a node"],
        SealedKind::VenueSecrets => ["khoá bí mật của một địa điểm", "the secrets of a venue"],
    }
}

/// (what happened, what to do).
type Told = (String, &'static str);

impl Explain for SealedFileError {
    fn explain(&self, lang: Lang) -> Explanation {
        let (vi, en): (Told, Told) = match self {
            Self::Damaged => (
                ("Mật khẩu đúng, nhưng nội dung của tệp đã bị hỏng hoặc bị sửa.".into(), "Dùng một bản sao khác của tệp này."),
                ("The passphrase is right, but the content of the file is damaged or was changed.".into(), "Use another copy of this file."),
            ),
            Self::DamagedHead => (
                ("Phần đầu của tệp đã bị hỏng; chưa biết mật khẩu có đúng không.".into(), "Dùng một bản sao khác của tệp này."),
                ("The head of the file is damaged; whether the passphrase is right cannot be told.".into(), "Use another copy of this file."),
            ),
            Self::NoMemory => (
                ("Máy không đủ bộ nhớ để tính khoá từ mật khẩu.".into(), "Đóng bớt chương trình rồi thử lại."),
                ("There is not enough memory to make the key from the passphrase.".into(), "Close other programs and try again."),
            ),
            Self::NoRandomness => (
                ("Máy không cho số ngẫu nhiên.".into(), "Khởi động lại máy rồi thử lại."),
                ("The system gives no random numbers.".into(), "Restart this device and try again."),
            ),
            Self::NotSealed => (
                ("Đây không phải tệp niêm phong của Lá Chắn.".into(), "Kiểm tra xem có đúng tệp không."),
                ("This is no sealed file of Lá Chắn.".into(), "Check whether it is the right file."),
            ),
            Self::OtherKind { found } => of_other_kind(*found),
            Self::OutsideLimits => (
                ("Tệp đòi tính khoá quá nặng, hoặc quá nhẹ để an toàn.".into(), "Không có bản nào của chương trình ghi ra tệp như vậy: đừng tin tệp này."),
                ("The file asks for more work than is sensible, or for too little to be safe.".into(), "No version of this program writes such a file: do not trust it."),
            ),
            Self::TooLong { .. } => (
                ("Có quá nhiều dữ liệu cho một tệp niêm phong.".into(), "Đây là lỗi của chương trình; xin hãy báo lại."),
                ("There is too much data for a sealed file.".into(), "This is an error of the program; please report it."),
            ),
            Self::Truncated => (
                ("Tệp bị cắt ngắn, hoặc dài hơn lúc ghi ra.".into(), "Chép lại tệp, hoặc dùng một bản sao khác."),
                ("The file was cut off, or is longer than it was written.".into(), "Copy the file again, or use another copy."),
            ),
            Self::UnknownKind(_) | Self::UnknownVersion(_) => (
                ("Tệp do một bản mới hơn của chương trình ghi ra.".into(), "Hãy cập nhật chương trình rồi thử lại."),
                ("The file was written by a newer version of the program.".into(), "Update this program and try again."),
            ),
            Self::Unreadable(kind) => (
                (format!("Không đọc được tệp: {}.", of_system(*kind)[0]), "Kiểm tra đường dẫn của tệp."),
                (format!("The file cannot be read: {}.", of_system(*kind)[1]), "Check the path of the file."),
            ),
            Self::WrongPassphrase => (
                ("Sai mật khẩu.".into(), "Kiểm tra bàn phím và chữ hoa rồi thử lại. Không ai lấy lại được mật khẩu này."),
                ("The passphrase is wrong.".into(), "Check the keyboard and capital letters, and try again. Nobody can recover this passphrase."),
            ),
        };
        told(lang, self, vi, en)
    }
}

fn of_other_kind(found: SealedKind) -> (Told, Told) {
    let [vi, en] = of_kind(found);
    (
        (
            format!("Tệp này là {vi}, không phải thứ lệnh này cần."),
            "Kiểm tra xem có đúng tệp, đúng lệnh không.",
        ),
        (
            format!("This file is {en}, which is not what this command needs."),
            "Check whether it is the right file and the right command.",
        ),
    )
}

impl Explain for PassphraseError {
    fn explain(&self, lang: Lang) -> Explanation {
        let (vi, en): (Told, Told) = match self {
            Self::Different => (
                (
                    "Hai lần nhập không giống nhau.".into(),
                    "Chạy lại lệnh và nhập cùng một mật khẩu hai lần.",
                ),
                (
                    "The two passphrases are not the same.".into(),
                    "Run the command again and type the same one twice.",
                ),
            ),
            Self::NobodyToAsk => (
                (
                    "Lệnh này cần mật khẩu, nhưng không có ai để nhập.".into(),
                    "Chạy trong một cửa sổ dòng lệnh, hoặc chỉ tệp bằng --passphrase-file TỆP.",
                ),
                (
                    "This needs a passphrase, and nobody is there to type it.".into(),
                    "Run it in a terminal, or name a file with --passphrase-file FILE.",
                ),
            ),
            Self::NotText => (
                (
                    "Tệp mật khẩu không phải văn bản UTF-8.".into(),
                    "Ghi mật khẩu vào dòng đầu của một tệp văn bản.",
                ),
                (
                    "The file of the passphrase is not UTF-8 text.".into(),
                    "Write the passphrase into the first line of a text file.",
                ),
            ),
            Self::TooLong => (
                ("Mật khẩu quá dài.".into(), "Nhiều nhất 1024 byte."),
                ("The passphrase is too long.".into(), "At most 1,024 bytes."),
            ),
            Self::TooShort => (
                (
                    "Mật khẩu quá ngắn: ai có tệp này đều đoán được.".into(),
                    "Dùng ít nhất 12 ký tự, tốt nhất là năm từ không liên quan đến nhau.",
                ),
                (
                    "The passphrase is too short: whoever has the file could guess it.".into(),
                    "Use at least 12 characters, best five words that have nothing to do with each other.",
                ),
            ),
            Self::Unreadable(kind) => (
                (
                    format!("Không đọc được tệp mật khẩu: {}.", of_system(*kind)[0]),
                    "Kiểm tra đường dẫn sau --passphrase-file.",
                ),
                (
                    format!(
                        "The file of the passphrase cannot be read: {}.",
                        of_system(*kind)[1]
                    ),
                    "Check the path after --passphrase-file.",
                ),
            ),
        };
        told(lang, self, vi, en)
    }
}
