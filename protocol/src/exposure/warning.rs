//! The warning bundle: one published hour and one opened token, which anybody can verify offline.
//! Knows the log, the batch and one token; does not know the wallet that made it.
//! Specified in specs/protocol.md §8.9; bytes in specs/wire.md §7.

use crate::exposure::batch::{BatchError, BatchHead, BatchRules, UnverifiedBatchPart};
use crate::exposure::exposures::{Exposure, Finding, HitError, exposures_of};
use crate::log::checkpoint::LONGEST_CHECKPOINT;
use crate::log::note::{NoteSignature, Vkey};
use crate::log::tiles::LONGEST_LEAF;
use crate::log::tlog_proof::{TlogProof, TlogProofError};
use crate::time::{PUBLICATION_LAG_SECONDS, UnixTime};
use crate::token::{TOKEN_LEN, TokenError, VisitToken};
use crate::trust::TrustList;
use alloc::vec::Vec;

/// The first bytes of every bundle.
pub const MAGIC: &[u8] = b"lachan-warning/v1\n";
/// A bundle has at most this many bytes.
pub const LONGEST_WARNING: usize =
    MAGIC.len() + 4 + LONGEST_CHECKPOINT + 4_096 + 4 + LONGEST_LEAF + 2 + TOKEN_LEN;

/// Why bytes are not a warning that counts. Whoever made or changed them is to blame, but for the trust list's age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WarningError {
    /// The batch leaf breaks its rules.
    #[error("the batch is refused: {0}")]
    Batch(#[from] BatchError),
    /// More bytes than the bundle has.
    #[error("{0} bytes are left over")]
    BytesLeftOver(usize),
    /// The hour does not count as a hit.
    #[error("the hour does not count: {0}")]
    Hit(#[from] HitError),
    /// The leaf has no entry of this place.
    #[error("the batch leaf has no entry {entry}")]
    NoSuchEntry {
        /// The place that is named.
        entry: u16,
    },
    /// It does not begin as a bundle does.
    #[error("this is no warning of a known version")]
    NotAWarning,
    /// The token is of another day than the entry.
    #[error("the token is of another day than the entry")]
    OtherDay,
    /// The proof of inclusion is refused.
    #[error("the log's proof is refused: {0}")]
    Proof(#[from] TlogProofError),
    /// The token is damaged, or does not open with the entry's key.
    #[error("the token is refused: {0}")]
    Token(#[from] TokenError),
    /// More bytes than a bundle or one of its pieces has.
    #[error("the warning, or a piece of it, has {len} bytes: too many")]
    TooLong {
        /// Bytes that came or were claimed.
        len: usize,
    },
    /// The bytes end within a piece.
    #[error("the warning ends too early")]
    Truncated,
    /// The trust list has no authority that the batch names.
    #[error("the trust list does not have the authority that published this")]
    UnknownAuthority,
    /// The checkpoint carries a signature of neither the log nor a witness of the policy: nobody could say what it means.
    #[error("the checkpoint has a signature of an unknown key")]
    UnknownSignature,
}

/// What a bundle holds, of which nothing is verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarningBundle {
    /// That the leaf stands in the log.
    pub proof: TlogProof,
    /// The batch leaf, a part of a tick.
    pub leaf: Vec<u8>,
    /// The entry's place in the lists of the leaf, one after the other, from 0.
    pub entry: u16,
    /// The token that the entry's key opens.
    pub token: VisitToken,
}

/// A warning that verifies. Proved is that the authority published this key of this day; venue, hour and minutes are the
/// word of whoever made the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedWarning {
    /// What it says. Escape its texts wherever they are shown.
    pub exposure: Exposure,
    /// The tick that says so.
    pub batch: BatchHead,
    /// The leaf's place in the log.
    pub index: u64,
    /// Leaves of the log that the witnesses saw.
    pub size: u64,
    /// When a quorum of witnesses saw it; none while the policy asks for none.
    pub quorum_time: Option<UnixTime>,
}

impl WarningBundle {
    /// Reads a bundle.
    ///
    /// # Errors
    /// [`WarningError`]: its form alone.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WarningError> {
        if bytes.len() > LONGEST_WARNING {
            return Err(WarningError::TooLong { len: bytes.len() });
        }
        let rest = bytes.strip_prefix(MAGIC).ok_or(WarningError::NotAWarning)?;
        let (proof, rest) = piece(rest, LONGEST_CHECKPOINT + 4_096)?;
        let (leaf, rest) = piece(rest, LONGEST_LEAF)?;
        let (entry, rest) = rest.split_first_chunk().ok_or(WarningError::Truncated)?;
        let (token, over) = rest
            .split_first_chunk::<TOKEN_LEN>()
            .ok_or(WarningError::Truncated)?;
        if !over.is_empty() {
            return Err(WarningError::BytesLeftOver(over.len()));
        }
        Ok(Self {
            proof: TlogProof::from_bytes(proof)?,
            leaf: leaf.to_vec(),
            entry: u16::from_be_bytes(*entry),
            token: VisitToken::from_bytes(token)?,
        })
    }

    /// The bundle's only form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for piece in [&self.proof.to_bytes(), &self.leaf] {
            let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
            bytes.extend(length.to_be_bytes());
            bytes.extend(piece);
        }
        bytes.extend(self.entry.to_be_bytes());
        bytes.extend(self.token.as_bytes());
        bytes
    }

    /// Verifies it by the trust list alone. `latest` stands in for the quorum's time while there is no witness.
    ///
    /// # Errors
    /// [`WarningError`], in the order of specs/protocol.md §8.9.
    pub fn verify(
        &self,
        trust: &TrustList,
        latest: UnixTime,
    ) -> Result<VerifiedWarning, WarningError> {
        let part = UnverifiedBatchPart::from_bytes(&self.leaf)?;
        let authority = trust
            .authority(&part.authority())
            .ok_or(WarningError::UnknownAuthority)?;
        let seen = self
            .proof
            .verify(&self.leaf, authority.log_key(), trust.policy())?;
        let witnesses = trust
            .policy()
            .witnesses()
            .iter()
            .map(|witness| &witness.key);
        let known: Vec<_> = witnesses.chain([authority.log_key()]).collect();
        let is_known = |line: &NoteSignature| {
            let of = |key: &&Vkey| key.name() == line.name && key.id() == line.id;
            known.iter().any(of)
        };
        if !seen.note().signatures().iter().all(is_known) {
            return Err(WarningError::UnknownSignature);
        }
        let part = part.verify(&BatchRules {
            authority: authority.id(),
            region: authority.first_region(),
            batch_key: authority.batch_key(),
            clock_seconds: authority.clock(),
            latest: seen.quorum_time().unwrap_or(latest),
        })?;
        let mut places = part
            .pieces()
            .iter()
            .flat_map(|list| list.entries.iter().map(move |entry| (list.day, entry)));
        let (day, entry) = places
            .nth(usize::from(self.entry))
            .ok_or(WarningError::NoSuchEntry { entry: self.entry })?;
        if day != self.token.day() {
            return Err(WarningError::OtherDay);
        }
        let record = self.token.open_with(&entry.key)?;
        let head = part.head();
        if record.authority() != head.authority {
            return Err(HitError::OtherAuthority.into());
        }
        if record.window().end().plus(PUBLICATION_LAG_SECONDS) > head.time {
            return Err(HitError::WindowInFuture.into());
        }
        let finding = Finding {
            key: entry.key,
            seq: head.seq,
            published: head.time,
            detail: entry.open(record.notice(), record.window(), &head.id()),
            record,
        };
        let exposure = exposures_of(core::slice::from_ref(&finding)).pop();
        Ok(VerifiedWarning {
            exposure: exposure.expect("one finding is one exposure"),
            batch: head.clone(),
            index: self.proof.index,
            size: seen.checkpoint().size,
            quorum_time: seen.quorum_time(),
        })
    }
}

fn piece(bytes: &[u8], most: usize) -> Result<(&[u8], &[u8]), WarningError> {
    let (length, rest) = bytes.split_first_chunk().ok_or(WarningError::Truncated)?;
    let len = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
    if len > most {
        return Err(WarningError::TooLong { len });
    }
    rest.split_at_checked(len).ok_or(WarningError::Truncated)
}
