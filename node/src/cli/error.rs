//! Everything a command can fail at, told to a person.
//! Wraps the errors of the rooms; does not judge them.
//! Specified in specs/refusals.md.

use crate::clock::ClockError;
use crate::control::ControlError;
use crate::home::HomeError;
use crate::keys::KeyError;
use crate::messages::{Explain, Explanation, Lang};
use crate::service::RunError;
use crate::trust::TrustError;

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
    /// An argument or command that does not exist.
    #[error("{0} is unknown")]
    Unknown(String),
}

/// Everything a command can fail at.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
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
    /// The running process said no, in its words.
    #[error("{}", .0.what)]
    Remote(Explanation),
    /// The node could not run.
    #[error(transparent)]
    Run(#[from] RunError),
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
            Self::Clock(error) => error.explain(lang),
            Self::Control(error) => error.explain(lang),
            Self::Home(error) => error.explain(lang),
            Self::Key(error) => error.explain(lang),
            Self::Remote(explanation) => explanation.clone(),
            Self::Run(error) => error.explain(lang),
            Self::Trust(error) => error.explain(lang),
            Self::Usage(error) => error.explain(lang),
        }
    }
}
