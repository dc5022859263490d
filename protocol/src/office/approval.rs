//! The approval: a venue's signature that it released exactly these windows for exactly this case.
//! Knows commitments only, so that an auditor can check it without the minutes of other items.
//! Specified in specs/protocol.md §11; bytes in specs/wire.md §9.

use crate::crypto::sign::{Signature, SigningKey, VerifyingKey};
use crate::id::Digest;
use crate::label::Label;
use crate::office::certificate::CaseCommitment;
use crate::office::request::{ItemHash, RequestData, RequestHash};
use alloc::vec::Vec;
use bincode::{Decode, Encode};

/// Why a signature is not the venue's approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// The venue's key does not verify it.
    #[error("the venue's approval does not verify")]
    BadSignature,
}

/// The venue's Ed25519 signature over label ‖ digest ‖ SHA-256(request) ‖ commitment ‖ n ‖ m_1 ‖ … ‖ m_n.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Approval(pub Signature);

impl Approval {
    /// Approves a request whole.
    #[must_use]
    pub fn sign(venue: &SigningKey, request: &RequestData) -> Self {
        let statement = Statement::of(request);
        Self(venue.sign(Label::APPROVAL, &[&statement.to_bytes()]))
    }

    /// Verifies the approval of a request.
    ///
    /// # Errors
    /// [`ApprovalError::BadSignature`].
    pub fn verify(
        &self,
        venue_key: &VerifyingKey,
        request: &RequestData,
    ) -> Result<(), ApprovalError> {
        self.verify_statement(venue_key, &Statement::of(request))
    }

    /// Verifies the approval from what a manifest opens, without the request itself.
    ///
    /// # Errors
    /// [`ApprovalError::BadSignature`].
    pub fn verify_statement(
        &self,
        venue_key: &VerifyingKey,
        statement: &Statement,
    ) -> Result<(), ApprovalError> {
        venue_key
            .verify(Label::APPROVAL, &[&statement.to_bytes()], &self.0)
            .map_err(|_| ApprovalError::BadSignature)
    }
}

/// What an approval says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The plan.
    pub digest: Digest,
    /// The request.
    pub request: RequestHash,
    /// The case.
    pub commitment: CaseCommitment,
    /// The request's items in order, at most 64.
    pub items: Vec<ItemHash>,
}

impl Statement {
    /// What approving this request says.
    #[must_use]
    pub fn of(request: &RequestData) -> Self {
        Self {
            digest: *request.digest(),
            request: request.hash(),
            commitment: *request.commitment(),
            items: request.items().iter().map(|item| item.hash).collect(),
        }
    }

    /// What is signed, without the label. More than 65,535 items saturate the count and verify nowhere.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let count = u16::try_from(self.items.len()).unwrap_or(u16::MAX);
        let mut bytes = Vec::with_capacity(98 + 32 * self.items.len());
        bytes.extend_from_slice(&self.digest.0);
        bytes.extend_from_slice(&self.request.0);
        bytes.extend_from_slice(&self.commitment.0);
        bytes.extend_from_slice(&count.to_be_bytes());
        for item in &self.items {
            bytes.extend_from_slice(&item.0);
        }
        bytes
    }
}
