//! Everything a command can fail at, told to a person.
//! Wraps the errors of the rooms; does not judge them.
//! Specified in specs/refusals.md.

use crate::backup::BackupError;
use crate::config::Config;
use crate::control::ControlError;
use crate::home::HomeError;
use crate::keys::KeyError;
use crate::messages::{Explain, Explanation, Lang};
use crate::service::RunError;
use crate::service::catch_up::CatchUpError;
use crate::service::repair::RepairError;
use crate::trust::TrustError;
use lachan_shell::arguments::UsageError;
use lachan_shell::clock::ClockError;
use lachan_shell::errors::{of_home, of_usage};
use lachan_shell::home::Settings;
use lachan_shell::passphrase::PassphraseError;
use lachan_store::sealed_file::SealedFileError;

/// Everything a command can fail at.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// There is no backup, or nothing is restored.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The office may not sign yet.
    #[error(transparent)]
    CatchUp(#[from] CatchUpError),
    /// There is no time.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The running process did not answer.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The home cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// A key is not to be had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// There is no passphrase.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// The running process said no, in its words.
    #[error("{}", .0.what)]
    Remote(Explanation),
    /// The store is not repaired.
    #[error(transparent)]
    Repair(#[from] RepairError),
    /// The node could not run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The sealed file does not open.
    #[error(transparent)]
    Sealed(#[from] SealedFileError),
    /// The trust list does not count.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The command line is not understood.
    #[error(transparent)]
    Usage(#[from] UsageError),
}

impl Explain for CliError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Backup(error) => error.explain(lang),
            Self::CatchUp(error) => error.explain(lang),
            Self::Clock(error) => error.explain(lang),
            Self::Control(error) => error.explain(lang),
            Self::Home(error) => of_home(error, lang, &Config::LAYOUT),
            Self::Key(error) => error.explain(lang),
            Self::Passphrase(error) => error.explain(lang),
            Self::Remote(explanation) => explanation.clone(),
            Self::Repair(error) => error.explain(lang),
            Self::Run(error) => error.explain(lang),
            Self::Sealed(error) => error.explain(lang),
            Self::Trust(error) => error.explain(lang),
            Self::Usage(error) => of_usage(error, lang, Config::LAYOUT.program),
        }
    }
}
