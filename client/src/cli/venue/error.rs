//! Why a venue's command could not be done.
//! Wraps the errors of the rooms; does not judge them.
//! Specified in specs/refusals.md.

use crate::cli::CliError;
use crate::net::NetError;
use crate::store::venue::ShelfError;
use crate::venue::handover::HandOverError;
use crate::venue::mailbox::PollError;
use crate::venue::registering::RegisteringError;
use crate::venue::releasing::ReleasingError;
use lachan_protocol::keys::registration::PlanningError;
use lachan_protocol::time::{UnixTime, Window};
use lachan_shell::passphrase::PassphraseError;
use lachan_store::sealed_file::SealedFileError;

/// Why a venue's command could not be done. Exit code 2.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum VenueToolError {
    /// Several requests begin with what was given, or several plans.
    #[error("several things begin with this id")]
    Ambiguous,
    /// The plan was closed.
    #[error("the plan is closed from window {from} on")]
    Closed {
        /// The first window that is closed.
        from: Window,
    },
    /// The codes laid out for the display ran out, and the home could not be opened to lay out more.
    #[error("the codes laid out for the display ran out")]
    CodesRanOut,
    /// The plan is not handed over or taken over.
    #[error(transparent)]
    HandOver(#[from] HandOverError),
    /// The wallet, its node or link.
    #[error(transparent)]
    Net(#[from] NetError),
    /// Nothing was registered here.
    #[error("there is no plan here")]
    NoPlan,
    /// The office's key of today is not in its log, as far as it was read.
    #[error("the office's prekey of today is not known")]
    NoPrekey,
    /// No code of the plan is shown at that time.
    #[error("no code is shown then")]
    NotShownThen {
        /// When the plan begins.
        from: UnixTime,
        /// When it is over.
        until: UnixTime,
    },
    /// There is no passphrase.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// The plan that was asked for would be over already.
    #[error("the plan would be over already")]
    PlanOver,
    /// The plan cannot be made.
    #[error(transparent)]
    Planning(#[from] PlanningError),
    /// The poll brought nothing.
    #[error(transparent)]
    Poll(#[from] PollError),
    /// The plan is not registered.
    #[error(transparent)]
    Registering(#[from] RegisteringError),
    /// The request is not taken or not decided.
    #[error(transparent)]
    Releasing(#[from] ReleasingError),
    /// The authority revoked the code.
    #[error("the code is revoked from window {from} on")]
    Revoked {
        /// The first window that does not count.
        from: Window,
    },
    /// A screen's codes are not printed: paper would keep the keys of all its hours.
    #[error("the codes of a screen are not printed")]
    ScreenNotPrinted,
    /// The sealed file of a hand-over.
    #[error(transparent)]
    SealedFile(#[from] SealedFileError),
    /// What is kept.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    /// The trust list has no such authority.
    #[error("the trust list has no such authority")]
    UnknownAuthority,
    /// There is no such plan.
    #[error("there is no such plan")]
    UnknownPlan,
    /// There is no such request.
    #[error("there is no such request")]
    UnknownRequest,
    /// The trust list has several authorities.
    #[error("the trust list has several authorities")]
    WhichAuthority,
    /// There are several plans.
    #[error("there are several plans")]
    WhichPlan,
}

impl From<ShelfError> for CliError {
    fn from(error: ShelfError) -> Self {
        Self::Venue(error.into())
    }
}
