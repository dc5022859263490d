//! Everything a command can fail at, told to a person.
//! Wraps the errors of the rooms; does not judge them.
//! Specified in specs/refusals.md.

use crate::citizen::{CitizenError, SilenceError};
use crate::cli::venue::VenueToolError;
use crate::home::{HomeError, Settings};
use crate::messages::errors::{of_code, of_evidence, of_follow, of_url};
use crate::messages::venue_help::kinds;
use crate::messages::{Explain, Explanation, Lang};
use crate::net::NetError;
use crate::qr::QrError;
use crate::store::ClientStoreError;
use crate::store::evidence::EvidenceFileError;
use crate::sync::SyncError;
use crate::wallet::{WalletCopyError, WalletError};
use lachan_protocol::code::{EvidenceError, UrlError, VenueCodeError};
use lachan_protocol::log::follow::FollowError;
use lachan_protocol::log::note::VkeyError;
use lachan_protocol::trust::TrustListError;
use lachan_shell::arguments::UsageError;
use lachan_shell::clock::ClockError;
use lachan_shell::errors::{of_home, of_usage};
use lachan_shell::home::Settings as _;
use lachan_shell::output::plain;
use lachan_shell::passphrase::PassphraseError;
use lachan_store::StoreError;
use lachan_store::sealed_file::SealedFileError;
use std::path::{Path, PathBuf};

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
    /// Two codes that are no evidence.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// Evidence that is not kept or found.
    #[error(transparent)]
    EvidenceFile(#[from] EvidenceFileError),
    /// Following a log.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// The home.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// A source of logs.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The passphrase of a sealed file.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// A QR image.
    #[error(transparent)]
    Qr(#[from] QrError),
    /// A sealed file.
    #[error(transparent)]
    Sealed(#[from] SealedFileError),
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
    /// A backup of a wallet.
    #[error(transparent)]
    WalletCopy(#[from] WalletCopyError),
    /// Any of these, at a file that the person named.
    #[error("{why}")]
    WithFile {
        /// Which: shown to the person, in no log.
        path: PathBuf,
        /// What is wrong with it.
        why: Box<Self>,
    },
}

impl CliError {
    /// This error, at this file.
    #[must_use]
    pub fn at(self, path: &Path) -> Self {
        Self::WithFile {
            path: path.to_owned(),
            why: Box::new(self),
        }
    }
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
            Self::Code(error) => of_code(error, lang),
            Self::Evidence(error) => of_evidence(error, lang),
            Self::EvidenceFile(error) => error.explain(lang),
            Self::Follow(error) => of_follow(error, lang),
            Self::Home(error) => of_home(error, lang, &Settings::LAYOUT),
            Self::Net(error) => error.explain(lang),
            Self::Passphrase(error) => error.explain(lang),
            Self::Qr(error) => error.explain(lang),
            Self::Sealed(error) => error.explain(lang),
            Self::Silence(error) => error.explain(lang),
            Self::Store(error) => error.explain(lang),
            Self::Sync(error) => error.explain(lang),
            Self::TrustFile(error) => error.explain(lang),
            Self::Url(error) => of_url(error, lang),
            Self::Usage(error) if is_about_kind(error) => {
                let hint = lang.choose("Các loại: ", "The kinds: ").to_owned() + &kinds(lang);
                Explanation {
                    hint,
                    ..of_usage(error, lang, Settings::LAYOUT.program)
                }
            }
            Self::Usage(error) => of_usage(error, lang, Settings::LAYOUT.program),
            Self::Venue(error) => error.explain(lang),
            Self::Wallet(error) => error.explain(lang),
            Self::WalletCopy(error) => error.explain(lang),
            Self::WithFile { path, why } => {
                let inner = why.explain(lang);
                let path = plain(&path.display().to_string());
                Explanation {
                    what: format!("{path}: {}", inner.what),
                    ..inner
                }
            }
        }
    }
}

fn is_about_kind(error: &UsageError) -> bool {
    matches!(error, UsageError::InvalidValue { argument, .. } if argument.starts_with("--kind"))
}
