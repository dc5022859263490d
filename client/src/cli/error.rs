//! Everything a command can fail at, told to a person.
//! Wraps the errors of the rooms; does not judge them.
//! Specified in specs/refusals.md.

use crate::citizen::{CitizenError, SilenceError};
use crate::cli::venue::VenueToolError;
use crate::clock::ClockError;
use crate::home::HomeError;
use crate::messages::{Explain, Explanation, Lang, told};
use crate::net::NetError;
use crate::qr::QrError;
use crate::store::ClientStoreError;
use crate::sync::SyncError;
use crate::wallet::WalletError;
use lachan_protocol::code::{UrlError, VenueCodeError};
use lachan_protocol::log::follow::FollowError;
use lachan_protocol::log::note::VkeyError;
use lachan_protocol::trust::TrustListError;
use lachan_store::StoreError;

/// Why a command line is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsageError {
    /// Two arguments that exclude each other.
    #[error("the argument {0} does not go with another one")]
    ArgumentConflict(String),
    /// A value that is not allowed there.
    #[error("the value of {argument} is not understood")]
    InvalidValue {
        /// As it stands in the usage.
        argument: String,
        /// What was given.
        value: String,
    },
    /// An argument that must be there.
    #[error("the argument {0} is missing")]
    MissingArgument(String),
    /// No command.
    #[error("a command is missing")]
    MissingCommand,
    /// An argument that is no UTF-8.
    #[error("an argument is not UTF-8")]
    NotText,
    /// A yes is needed, and nobody is there to say it.
    #[error("nobody is there to answer")]
    NobodyToAsk,
    /// The person said no.
    #[error("the answer was no")]
    NotConfirmed,
    /// Standard input or a file could not be read.
    #[error("the input cannot be read: {0}")]
    UnreadableInput(std::io::ErrorKind),
    /// An argument or command that does not exist.
    #[error("{0} is unknown")]
    Unknown(String),
}

/// Why there is no trust list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustFileError {
    /// The list is refused.
    #[error(transparent)]
    List(TrustListError),
    /// The root key is no vkey.
    #[error("the root key is refused: {0}")]
    Root(VkeyError),
    /// The file cannot be read.
    #[error("the trust list cannot be read: {0}")]
    Unreadable(std::io::ErrorKind),
}

/// Why a command could not be done. Exit code 2.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CliError {
    /// A visit.
    #[error(transparent)]
    Citizen(#[from] CitizenError),
    /// The clock.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// A code that cannot be read.
    #[error(transparent)]
    Code(#[from] VenueCodeError),
    /// Following a log.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// The home.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// A source of logs.
    #[error(transparent)]
    Net(#[from] NetError),
    /// A QR image.
    #[error(transparent)]
    Qr(#[from] QrError),
    /// "No exposure" cannot be said.
    #[error(transparent)]
    Silence(#[from] SilenceError),
    /// The client's records.
    #[error(transparent)]
    Store(#[from] ClientStoreError),
    /// A leaf of a log.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// The trust list of this home.
    #[error(transparent)]
    TrustFile(#[from] TrustFileError),
    /// The text of a code.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// The command line.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The venue's tool.
    #[error(transparent)]
    Venue(#[from] VenueToolError),
    /// The wallet.
    #[error(transparent)]
    Wallet(#[from] WalletError),
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::Store(error.into())
    }
}

impl Explain for CliError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Citizen(error) => error.explain(lang),
            Self::Clock(error) => error.explain(lang),
            Self::Code(error) => error.explain(lang),
            Self::Follow(error) => error.explain(lang),
            Self::Home(error) => error.explain(lang),
            Self::Net(error) => error.explain(lang),
            Self::Qr(error) => error.explain(lang),
            Self::Silence(error) => error.explain(lang),
            Self::Store(error) => error.explain(lang),
            Self::Sync(error) => error.explain(lang),
            Self::TrustFile(error) => error.explain(lang),
            Self::Url(error) => error.explain(lang),
            Self::Usage(error) => error.explain(lang),
            Self::Venue(error) => error.explain(lang),
            Self::Wallet(error) => error.explain(lang),
        }
    }
}

impl Explain for UsageError {
    fn explain(&self, lang: Lang) -> Explanation {
        let (vi, en) = (
            "Xem `lachan --help`, hoặc `lachan LỆNH --help`.",
            "See `lachan --help`, or `lachan COMMAND --help`.",
        );
        match self {
            Self::ArgumentConflict(argument) => told(
                lang,
                "Usage::ArgumentConflict",
                (format!("{argument} không đi cùng một tham số khác."), vi),
                (format!("{argument} does not go with another argument."), en),
            ),
            Self::InvalidValue { argument, value } => told(
                lang,
                "Usage::InvalidValue",
                (format!("Không hiểu giá trị {value:?} của {argument}."), vi),
                (
                    format!("The value {value:?} of {argument} is not understood."),
                    en,
                ),
            ),
            Self::MissingArgument(argument) => told(
                lang,
                "Usage::MissingArgument",
                (format!("Thiếu {argument}."), vi),
                (format!("{argument} is missing."), en),
            ),
            Self::MissingCommand => told(
                lang,
                "Usage::MissingCommand",
                ("Thiếu lệnh.", vi),
                ("A command is missing.", en),
            ),
            Self::NotText => told(
                lang,
                "Usage::NotText",
                ("Một tham số không phải văn bản UTF-8.", vi),
                ("An argument is not UTF-8 text.", en),
            ),
            Self::NobodyToAsk => told(
                lang,
                "Usage::NobodyToAsk",
                (
                    "Lệnh này cần bạn xác nhận, nhưng không có ai để hỏi.",
                    "Chạy trong một cửa sổ dòng lệnh, hoặc thêm --yes.",
                ),
                (
                    "This needs your confirmation, and nobody is there to ask.",
                    "Run it in a terminal, or add --yes.",
                ),
            ),
            Self::NotConfirmed => told(
                lang,
                "Usage::NotConfirmed",
                ("Bạn đã không xác nhận; không có gì thay đổi.", ""),
                ("You did not confirm; nothing was changed.", ""),
            ),
            Self::UnreadableInput(kind) => told(
                lang,
                "Usage::UnreadableInput",
                (
                    format!("Không đọc được dữ liệu vào: {kind}."),
                    "Kiểm tra đường dẫn của tệp.",
                ),
                (
                    format!("The input cannot be read: {kind}."),
                    "Check the path of the file.",
                ),
            ),
            Self::Unknown(argument) => told(
                lang,
                "Usage::Unknown",
                (format!("Không có {argument:?}."), vi),
                (format!("There is no {argument:?}."), en),
            ),
        }
    }
}
