//! The authority's office: registrations, mailboxes, release requests and the batch of each tick.
//! Decides, and says what is to be stored, logged and answered; does not know disks, sockets or clocks.
//! Specified in specs/protocol.md §3.6, §6, §10 and §11.

mod config;
mod core;
mod days;
mod io;
mod load;
mod mailbox;
mod records;
mod registration;
mod release;
mod request;
mod restored;
mod revocation;
mod secrets;
mod state;
mod tick;
mod vault;

pub use config::{OfficeConfig, OfficeKeys};
pub use core::{LoadError, Office, Saved};
pub use io::{
    Change, FileHash, Files, Input, Note, Output, Publication, ReplyTo, Requested, Revoked, Shelf,
};
pub use registration::{MOST_DAYS_AHEAD, RegistrationRefusal};
pub use release::AnswerRefusal;
pub use request::{DAYS_ON_OFFER, RequestRefusal};
pub use restored::{Registrations, revoked_from_log, rooted_from_log, tick_from_log};
pub use revocation::RevokeRefusal;
pub use secrets::{BadSecret, NotASecretName, SecretName};
pub use state::{OfficeSummary, RequestStage, RequestSummary};
