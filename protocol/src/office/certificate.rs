//! The certificate of a case, lodged at the office by its issuer, and what a case is committed to.
//! Knows the hash of a code; does not know the code, the person or the test.
//! Specified in specs/protocol.md §11; bytes in specs/wire.md §9.

use crate::crypto::hash::sha256;
use crate::crypto::sign::{Signature, SigningKey, VerifyingKey};
use crate::id::{AuthorityId, IssuerId};
use crate::label::Label;
use crate::message;
use crate::office::report_code::ReportCode;
use crate::time::{Day, Window};
use crate::wire::{DecodeError, Message, Version1, encode};
use alloc::vec::Vec;
use bincode::{Decode, Encode};

/// Days before the test day that a certificate covers.
pub const DAYS_BEFORE_TEST: u16 = 14;
/// Days after the test day that a certificate covers.
pub const DAYS_AFTER_TEST: u16 = 1;
/// Bytes of a certificate.
pub const CERTIFICATE_LEN: usize = 117;

/// Why bytes are not a certificate of this issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The issuer's key does not verify it.
    #[error("the issuer's signature does not verify")]
    BadSignature,
    /// Not a certificate.
    #[error("malformed: {0}")]
    Malformed(#[from] DecodeError),
    /// It names another issuer than the one whose key was tried.
    #[error("the certificate names the issuer {0}")]
    OtherIssuer(IssuerId),
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Body {
    version: Version1,
    issuer: IssuerId,
    authority: AuthorityId,
    code_hash: [u8; 32],
    test_day: Day,
    most_windows: u16,
}

/// A certificate as it came: its parts may be read to find the issuer, and believed after [`Self::verify`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct UnverifiedCertificate {
    body: Body,
    signature: Signature,
}
message!(UnverifiedCertificate, CERTIFICATE_LEN);

impl UnverifiedCertificate {
    /// Whose key has to verify it.
    #[must_use]
    pub const fn issuer(&self) -> IssuerId {
        self.body.issuer
    }

    /// Verifies the issuer's signature.
    ///
    /// # Errors
    /// [`CertificateError::OtherIssuer`], [`CertificateError::BadSignature`].
    pub fn verify(self, issuer_key: &VerifyingKey) -> Result<Certificate, CertificateError> {
        if IssuerId::of_key(&issuer_key.to_bytes()) != self.body.issuer {
            return Err(CertificateError::OtherIssuer(self.body.issuer));
        }
        issuer_key
            .verify(Label::CERTIFICATE, &[&encode(&self.body)], &self.signature)
            .map_err(|_| CertificateError::BadSignature)?;
        Ok(Certificate(self))
    }
}

/// A certificate whose issuer's signature was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate(UnverifiedCertificate);

impl Certificate {
    /// Issues a certificate for a code.
    #[must_use]
    pub fn issue(
        issuer: &SigningKey,
        authority: AuthorityId,
        code: &ReportCode,
        test_day: Day,
        most_windows: u16,
    ) -> Self {
        let body = Body {
            version: Version1,
            issuer: IssuerId::of_key(&issuer.verifying_key().to_bytes()),
            authority,
            code_hash: code.to_hash(),
            test_day,
            most_windows,
        };
        let signature = issuer.sign(Label::CERTIFICATE, &[&encode(&body)]);
        Self(UnverifiedCertificate { body, signature })
    }

    /// Parses and verifies.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn from_bytes(bytes: &[u8], issuer_key: &VerifyingKey) -> Result<Self, CertificateError> {
        UnverifiedCertificate::from_bytes(bytes)?.verify(issuer_key)
    }

    /// Its 117 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    /// Who issued it.
    #[must_use]
    pub const fn issuer(&self) -> IssuerId {
        self.0.body.issuer
    }

    /// The authority it was issued to.
    #[must_use]
    pub const fn authority(&self) -> AuthorityId {
        self.0.body.authority
    }

    /// SHA-256(label ‖ code).
    #[must_use]
    pub const fn code_hash(&self) -> &[u8; 32] {
        &self.0.body.code_hash
    }

    /// The UTC day of the test.
    #[must_use]
    pub const fn test_day(&self) -> Day {
        self.0.body.test_day
    }

    /// Most windows that may be reported with it.
    #[must_use]
    pub const fn most_windows(&self) -> u16 {
        self.0.body.most_windows
    }

    /// Whether a window's day is from test day - 14 to test day + 1, both included.
    #[must_use]
    pub fn covers(&self, window: Window) -> bool {
        let test = self.test_day().0;
        let first = test.saturating_sub(DAYS_BEFORE_TEST);
        let last = test.saturating_add(DAYS_AFTER_TEST);
        window
            .day()
            .is_some_and(|day| (first..=last).contains(&day.0))
    }

    /// What a request says of its case: SHA-256(label ‖ salt ‖ certificate), a fresh salt for each request.
    #[must_use]
    pub fn commitment(&self, salt: &[u8; 32]) -> CaseCommitment {
        CaseCommitment(sha256(&[Label::CASE.as_bytes(), salt, &self.to_bytes()]))
    }

    /// SHA-256 of its bytes: what a withdrawal order names.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        sha256(&[&self.to_bytes()])
    }
}

/// A salted commitment to a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CaseCommitment(pub [u8; 32]);

/// The issuer takes a case back where it stood first: seq of the batch and entry's place in the tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WithdrawalOrder(pub Signature);

impl WithdrawalOrder {
    /// Signs label ‖ SHA-256(certificate) ‖ seq 8 ‖ entry 4.
    #[must_use]
    pub fn sign(issuer: &SigningKey, certificate: &Certificate, seq: u64, entry: u32) -> Self {
        let parts = [certificate.hash().as_slice(), &reference(seq, entry)].concat();
        Self(issuer.sign(Label::WITHDRAWAL, &[&parts]))
    }

    /// Verifies the order.
    ///
    /// # Errors
    /// [`CertificateError::BadSignature`].
    pub fn verify(
        &self,
        issuer_key: &VerifyingKey,
        certificate: &Certificate,
        seq: u64,
        entry: u32,
    ) -> Result<(), CertificateError> {
        let parts = [certificate.hash().as_slice(), &reference(seq, entry)].concat();
        issuer_key
            .verify(Label::WITHDRAWAL, &[&parts], &self.0)
            .map_err(|_| CertificateError::BadSignature)
    }
}

fn reference(seq: u64, entry: u32) -> [u8; 12] {
    let mut out = [0; 12];
    out[..8].copy_from_slice(&seq.to_be_bytes());
    out[8..].copy_from_slice(&entry.to_be_bytes());
    out
}
