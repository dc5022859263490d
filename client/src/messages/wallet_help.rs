//! Texts of `--help` of backup, restore, repair, of editing a visit and of reading again.
//! Knows words only; which command has which options stands in `cli`.
//! Specified in specs/protocol.md §12 and §14.

use super::Speak;

/// A text of `--help`. Commands are named for themselves, options `Arg…`, examples `Examples…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalletHelp {
    /// `--accept-rollback`
    ArgAcceptRollback,
    /// `--again`
    ArgAgain,
    /// `--arrived`
    ArgArrived,
    /// FILE of restore
    ArgBackup,
    /// `--merge`
    ArgMerge,
    /// `--out`
    ArgOut,
    /// backup
    Backup,
    /// Examples of backup
    ExamplesBackup,
    /// Examples of repair
    ExamplesRepair,
    /// Examples of restore
    ExamplesRestore,
    /// repair
    Repair,
    /// restore
    Restore,
}

impl Speak for WalletHelp {
    fn en(&self) -> String {
        match self {
            Self::ArgAcceptRollback => "Take what is left of the store for the whole",
            Self::ArgAgain => "Read all logs again from their beginnings, and try every list again",
            Self::ArgArrived => "When you really came, if the check-in noted another time",
            Self::ArgBackup => "The file that `lachan backup` wrote",
            Self::ArgMerge => "Join the backup with the visits that are here already",
            Self::ArgOut => "The file to write; it must not exist yet",
            Self::Backup => "Write visits and warnings into one file that a passphrase opens",
            Self::ExamplesBackup => "Examples:\n  lachan backup --out wallet.lachan\n  lachan backup --out wallet.lachan --passphrase-file words.txt",
            Self::ExamplesRepair => "Examples:\n  lachan repair\n  lachan repair --accept-rollback",
            Self::ExamplesRestore => "Examples:\n  lachan restore wallet.lachan\n  lachan restore wallet.lachan --merge --passphrase-file words.txt",
            Self::Repair => "Check the store and, if told to, accept a loss",
            Self::Restore => "Bring the visits and warnings of a backup into this home",
        }
        .into()
    }

    fn vi(&self) -> String {
        match self {
            Self::ArgAcceptRollback => "Coi phần còn lại của kho dữ liệu là đủ",
            Self::ArgAgain => "Đọc lại mọi sổ từ đầu và thử lại mọi danh sách",
            Self::ArgArrived => "Lúc bạn thật sự đến, nếu lúc ghé vào ghi giờ khác",
            Self::ArgBackup => "Tệp do `lachan backup` ghi ra",
            Self::ArgMerge => "Gộp bản sao lưu với các lượt ghé đã có ở đây",
            Self::ArgOut => "Tệp sẽ ghi ra; chưa được tồn tại",
            Self::Backup => "Ghi lượt ghé và cảnh báo vào một tệp mở bằng mật khẩu",
            Self::ExamplesBackup => "Ví dụ:\n  lachan backup --out vi.lachan\n  lachan backup --out vi.lachan --passphrase-file mat-khau.txt",
            Self::ExamplesRepair => "Ví dụ:\n  lachan repair\n  lachan repair --accept-rollback",
            Self::ExamplesRestore => "Ví dụ:\n  lachan restore vi.lachan\n  lachan restore vi.lachan --merge --passphrase-file mat-khau.txt",
            Self::Repair => "Kiểm tra kho dữ liệu; nếu cần, chấp nhận phần đã mất",
            Self::Restore => "Đưa lượt ghé và cảnh báo của một bản sao lưu vào thư mục này",
        }
        .into()
    }
}
