//! Messages between venue and office: sealed in constant sizes, each verified before it is believed.
//! Knows requests, approvals and cases; does not know who carries the bytes, or where they are kept.
//! Specified in specs/protocol.md §10 and §11.

pub mod approval;
pub mod certificate;
pub mod closing;
pub mod poll;
pub mod report_code;
pub mod request;
pub mod sealed;

pub use approval::{Approval, ApprovalError};
pub use certificate::{
    CaseCommitment, Certificate, CertificateError, UnverifiedCertificate, WithdrawalOrder,
};
pub use closing::Closing;
pub use poll::{Poll, PollReply, RegistrationPath, ReleaseAnswer};
pub use report_code::{ReportCode, ReportCodeError, ReportId};
pub use request::{
    ItemHash, RequestData, RequestDraft, RequestError, RequestHash, RequestItem,
    UnverifiedRequestData,
};
pub use sealed::{MessageKind, Opened, Reply, ReplyOpener, ReplySealer, SealedError};
