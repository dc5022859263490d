//! The release request: what the office asks a venue for, verified before anything of it is shown.
//! Knows windows, advice and commitments; never the minutes, which the venue must not learn.
//! Specified in specs/protocol.md §11; bytes in specs/wire.md §9.

use crate::crypto::hash::sha256;
use crate::crypto::sign::{Signature, SigningKey, VerifyingKey};
use crate::id::{Digest, RequestId};
use crate::label::Label;
use crate::message;
use crate::office::certificate::CaseCommitment;
use crate::time::{UnixTime, Window};
use crate::wire::{DecodeError, Message, Seq16, encode};
use alloc::vec::Vec;
use bincode::{Decode, Encode};

/// Most windows of one request.
pub const MOST_ITEMS: usize = 64;
/// Bytes of a request besides its items.
pub const FIXED_LEN: usize = 154;
/// Bytes of an item.
pub const ITEM_LEN: usize = 37;
/// Highest advice a request may carry (15, withdrawn, is the issuer's to order).
pub const MOST_ADVICE: u8 = 7;

/// Why bytes are not a request of this authority's office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The authority's batch key does not verify it.
    #[error("the office's signature does not verify")]
    BadSignature,
    /// It is too late to answer.
    #[error("the request ended at {expiry}, now is {now}")]
    Expired {
        /// First second at which it is not open any more.
        expiry: UnixTime,
        /// The clock's time.
        now: UnixTime,
    },
    /// Not 1 to 64 windows.
    #[error("{0} windows where a request has 1 to {MOST_ITEMS}")]
    ItemCount(usize),
    /// Not a request.
    #[error("malformed: {0}")]
    Malformed(#[from] DecodeError),
    /// Advice outside 1..7.
    #[error("the advice {advice} of item {index} is not one of 1 to {MOST_ADVICE}")]
    UnknownAdvice {
        /// The item's place, from 0.
        index: usize,
        /// What it says.
        advice: u8,
    },
    /// A window that does not come after the one before it, or lies after the last day.
    #[error("the window of item {index} is out of order")]
    WindowsNotAscending {
        /// The item's place, from 0.
        index: usize,
    },
}

/// m: a salted commitment to a window and its detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ItemHash(pub [u8; 32]);

impl ItemHash {
    /// SHA-256(label ‖ salt ‖ w ‖ detail), a fresh salt for each item; `detail` is the case's own u64.
    #[must_use]
    pub fn new(salt: &[u8; 32], window: Window, detail: u64) -> Self {
        Self(sha256(&[
            Label::ITEM.as_bytes(),
            salt,
            &window.0.to_be_bytes(),
            &detail.to_be_bytes(),
        ]))
    }
}

/// One window that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RequestItem {
    /// The window.
    pub window: Window,
    /// What visitors would be advised, 1..7.
    pub advice: u8,
    /// What the request commits to.
    pub hash: ItemHash,
}

/// SHA-256 of a whole request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RequestHash(pub [u8; 32]);

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Body {
    digest: Digest,
    request: RequestId,
    expiry: UnixTime,
    items: Seq16<RequestItem>,
    commitment: CaseCommitment,
}

/// A request as it came: nothing of it is shown to anybody before [`Self::verify`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct UnverifiedRequestData {
    body: Body,
    signature: Signature,
}
message!(UnverifiedRequestData, FIXED_LEN + MOST_ITEMS * ITEM_LEN);

impl UnverifiedRequestData {
    /// The plan it says to be for, so that the authority's key can be found.
    #[must_use]
    pub const fn digest(&self) -> &Digest {
        &self.body.digest
    }

    /// Checks its numbers, then the signature by the batch key of the plan's authority.
    ///
    /// # Errors
    /// [`RequestError::ItemCount`], [`RequestError::WindowsNotAscending`], [`RequestError::UnknownAdvice`],
    /// [`RequestError::BadSignature`].
    pub fn verify(self, batch_key: &VerifyingKey) -> Result<RequestData, RequestError> {
        sensible(&self.body.items)?;
        batch_key
            .verify(Label::REQUEST, &[&encode(&self.body)], &self.signature)
            .map_err(|_| RequestError::BadSignature)?;
        Ok(RequestData(self))
    }
}

fn sensible(items: &[RequestItem]) -> Result<(), RequestError> {
    if items.is_empty() || items.len() > MOST_ITEMS {
        return Err(RequestError::ItemCount(items.len()));
    }
    let mut before = None;
    for (index, item) in items.iter().enumerate() {
        if before >= Some(item.window) || item.window > Window::LAST {
            return Err(RequestError::WindowsNotAscending { index });
        }
        if !(1..=MOST_ADVICE).contains(&item.advice) {
            let advice = item.advice;
            return Err(RequestError::UnknownAdvice { index, advice });
        }
        before = Some(item.window);
    }
    Ok(())
}

/// What the office fills in to ask for windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestDraft {
    /// The plan.
    pub digest: Digest,
    /// Drawn at random.
    pub request: RequestId,
    /// First second at which it is not open any more.
    pub expiry: UnixTime,
    /// The windows, ascending.
    pub items: Vec<RequestItem>,
    /// Which case it is for.
    pub commitment: CaseCommitment,
}

/// A request that the authority's batch key signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestData(UnverifiedRequestData);

impl RequestData {
    /// Checks and signs a request.
    ///
    /// # Errors
    /// [`RequestError::ItemCount`], [`RequestError::WindowsNotAscending`], [`RequestError::UnknownAdvice`].
    pub fn sign(draft: RequestDraft, batch_key: &SigningKey) -> Result<Self, RequestError> {
        sensible(&draft.items)?;
        let body = Body {
            digest: draft.digest,
            request: draft.request,
            expiry: draft.expiry,
            items: Seq16::new(draft.items)?,
            commitment: draft.commitment,
        };
        let signature = batch_key.sign(Label::REQUEST, &[&encode(&body)]);
        Ok(Self(UnverifiedRequestData { body, signature }))
    }

    /// Parses and verifies.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn from_bytes(bytes: &[u8], batch_key: &VerifyingKey) -> Result<Self, RequestError> {
        UnverifiedRequestData::from_bytes(bytes)?.verify(batch_key)
    }

    /// The message as it goes into a mailbox.
    #[must_use]
    pub fn into_unverified(self) -> UnverifiedRequestData {
        self.0
    }

    /// Its bytes, 154 + 37 for each window.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    /// SHA-256 of its bytes.
    #[must_use]
    pub fn hash(&self) -> RequestHash {
        RequestHash(sha256(&[&self.to_bytes()]))
    }

    /// Refuses a request whose time is over.
    ///
    /// # Errors
    /// [`RequestError::Expired`].
    pub fn ensure_open(&self, now: UnixTime) -> Result<(), RequestError> {
        let expiry = self.expiry();
        if expiry > now {
            Ok(())
        } else {
            Err(RequestError::Expired { expiry, now })
        }
    }

    /// The plan.
    #[must_use]
    pub const fn digest(&self) -> &Digest {
        &self.0.body.digest
    }

    /// The request's id.
    #[must_use]
    pub const fn id(&self) -> RequestId {
        self.0.body.request
    }

    /// First second at which it is not open any more.
    #[must_use]
    pub const fn expiry(&self) -> UnixTime {
        self.0.body.expiry
    }

    /// The windows, ascending.
    #[must_use]
    pub fn items(&self) -> &[RequestItem] {
        &self.0.body.items
    }

    /// Which case it is for.
    #[must_use]
    pub const fn commitment(&self) -> &CaseCommitment {
        &self.0.body.commitment
    }
}
