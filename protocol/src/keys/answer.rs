//! Registration, the office's half: points, proofs and code signatures for one exact plan.
//! Knows bytes whose number follows from the plan; does not know sealing or storage.
//! Specified in specs/protocol.md §3.6; bytes in specs/wire.md §2.

use crate::crypto::kdf::derive;
use crate::crypto::point::{Point, PointError};
use crate::crypto::sign::{Signature, SigningKey};
use crate::id::MailboxName;
use crate::keys::kind::MOST_LISTED;
use crate::keys::office::{MOST_SEEDS, OfficeSeeds};
use crate::keys::plan::{Plan, PlanHead};
use crate::keys::proof::{Role, ShareProof, ShareProofError};
use crate::keys::registered::{body_of, code_spans, sums_of};
use crate::keys::types::KeySchedule;
use crate::label::{KdfLabel, Label};
use crate::time::Day;
use crate::wire::encode;
use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Why a venue refuses the answer of its office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// A code is signed by no current code key of the authority.
    #[error("the signature of code {index} does not verify")]
    BadCodeSignature {
        /// Which code, from 0.
        index: usize,
    },
    /// A point of the office is not a good one.
    #[error("point {index} of seed {seed}: {why}")]
    BadPoint {
        /// Which seed, from 0.
        seed: u8,
        /// Which point, from 0.
        index: usize,
        /// What is wrong with it.
        why: PointError,
    },
    /// The office does not show that it knows its shares: it might have cancelled the venue's.
    #[error("seed {seed}: {why}")]
    BadProof {
        /// Which seed, from 0.
        seed: u8,
        /// What is wrong with the proof.
        why: ShareProofError,
    },
    /// A sum of points is not a good point.
    #[error("the sum at point {index}: {why}")]
    BadSum {
        /// Which point, from 0.
        index: usize,
        /// What is wrong with it.
        why: PointError,
    },
    /// More bytes than the answer to this plan has.
    #[error("{0} bytes are left over")]
    BytesLeftOver(usize),
    /// Two sums are equal.
    #[error("the sums at points {first} and {second} are equal")]
    DuplicateSum {
        /// Place of the first, from 0.
        first: usize,
        /// Place of the second.
        second: usize,
    },
    /// The number of listed windows is not 1..=12 for a screen, or not 0 else.
    #[error("{0} listed windows are not allowed here")]
    ListedOutOfRange(u8),
    /// The number of seeds is not 1..=3.
    #[error("{0} seeds are not allowed")]
    SeedsOutOfRange(u8),
    /// The bytes end too early.
    #[error("the bytes end too early")]
    Truncated,
}

/// Venue and office derive the name of the venue's mailbox of each day from it.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct MailboxSecret(pub [u8; 32]);

impl MailboxSecret {
    /// Draws a fresh one.
    #[must_use]
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut secret = Self([0; 32]);
        rng.fill_bytes(&mut secret.0);
        secret
    }

    /// The mailbox's name on a day.
    #[must_use]
    pub fn name_on(&self, day: Day) -> MailboxName {
        MailboxName(*derive(
            KdfLabel::MAILBOX,
            &[&self.0],
            &[&day.0.to_be_bytes()],
        ))
    }
}

impl fmt::Debug for MailboxSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailboxSecret")
    }
}

/// The office's contribution with one seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedAnswer {
    /// Its points B, in the order of the plan.
    pub points: Vec<[u8; 32]>,
    /// Its proof, of role 1 + index.
    pub proof: ShareProof,
}

/// The answer to one plan. Unverified until [`Registered::accept`](crate::keys::registered::Registered::accept).
#[derive(Clone, PartialEq, Eq)]
pub struct RegistrationAnswer {
    /// For each seed, points and proof; 1 to 3.
    pub seeds: Vec<SeedAnswer>,
    /// Windows that a screen's code lists, 1..=12; else 0.
    pub listed: u8,
    /// One signature for each code, in the order of the codes.
    pub signatures: Vec<Signature>,
    /// The secret of the venue's mailbox.
    pub mailbox: MailboxSecret,
}

impl fmt::Debug for RegistrationAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RegistrationAnswer")
    }
}

impl RegistrationAnswer {
    /// Answers a verified plan: shares from the seeds of its epoch, proofs, and every code signed.
    /// The office keeps the bytes and repeats them; a second answer to one plan would have other proofs and another mailbox.
    ///
    /// # Errors
    /// [`AnswerError::BadSum`], [`AnswerError::DuplicateSum`]: the plan's points cancel or equal others with these seeds.
    pub fn make(
        plan: &Plan,
        seeds: &OfficeSeeds,
        code_key: &SigningKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, AnswerError> {
        let mut answers = Vec::new();
        let mut office_points = Vec::new();
        for (seed, index) in seeds.as_slice().iter().zip(0..) {
            let scalars = seed.scalars(plan);
            let points: Vec<Point> = scalars.iter().map(|scalar| scalar.to_point()).collect();
            let role = Role::Office { seed: index };
            answers.push(SeedAnswer {
                proof: ShareProof::prove(role, &plan.digest(), &scalars, &points, rng),
                points: points.iter().map(Point::to_bytes).collect(),
            });
            office_points.push(points);
        }
        let sums = sums_of(plan.points(), &office_points)?;
        let listed = match plan.head().schedule {
            KeySchedule::Screen => plan.head().kind.windows_listed(),
            KeySchedule::Slip | KeySchedule::Sheet => 0,
        };
        let sign = |span| {
            let body = encode(&body_of(plan, &sums, span));
            code_key.sign(Label::VENUE_CODE, &[&body])
        };
        Ok(Self {
            seeds: answers,
            listed,
            signatures: code_spans(plan.head(), listed).map(sign).collect(),
            mailbox: MailboxSecret::random(rng),
        })
    }

    /// The answer's bytes, after the status byte of a reply. They hold the mailbox secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(self.to_public_bytes());
        bytes.extend_from_slice(&self.mailbox.0);
        bytes
    }

    /// The answer without its secret; that is kept in a secret file beside it.
    #[must_use]
    pub fn to_public_bytes(&self) -> Vec<u8> {
        let seeds = u8::try_from(self.seeds.len()).unwrap_or(u8::MAX);
        let mut bytes = alloc::vec![seeds];
        for seed in &self.seeds {
            bytes.extend(seed.points.as_flattened());
            bytes.extend(seed.proof.0);
        }
        bytes.push(self.listed);
        bytes.extend(self.signatures.iter().flat_map(|signature| signature.0));
        bytes
    }

    /// Parses the answer to the plan with this head.
    ///
    /// # Errors
    /// [`AnswerError`]: truncated, left over, or a number out of range.
    pub fn from_bytes(bytes: &[u8], head: &PlanHead) -> Result<Self, AnswerError> {
        let at = bytes.len().checked_sub(32).ok_or(AnswerError::Truncated)?;
        let mut rest = bytes;
        let parts = PublicParts::read(&mut rest, head)?;
        // Whatever stands between the public part and the last 32 bytes is left over.
        if rest.len() < 32 {
            return Err(AnswerError::Truncated);
        }
        if rest.len() > 32 {
            return Err(AnswerError::BytesLeftOver(rest.len() - 32));
        }
        let mut mailbox = MailboxSecret([0; 32]);
        mailbox.0.copy_from_slice(&bytes[at..]);
        Ok(parts.with(mailbox))
    }

    /// Puts together what [`RegistrationAnswer::to_public_bytes`] and the secret file kept.
    ///
    /// # Errors
    /// As [`RegistrationAnswer::from_bytes`].
    pub fn from_public_bytes(
        bytes: &[u8],
        mailbox: MailboxSecret,
        head: &PlanHead,
    ) -> Result<Self, AnswerError> {
        let mut rest = bytes;
        let parts = PublicParts::read(&mut rest, head)?;
        if !rest.is_empty() {
            return Err(AnswerError::BytesLeftOver(rest.len()));
        }
        Ok(parts.with(mailbox))
    }
}

struct PublicParts {
    seeds: Vec<SeedAnswer>,
    listed: u8,
    signatures: Vec<Signature>,
}

impl PublicParts {
    fn read(rest: &mut &[u8], head: &PlanHead) -> Result<Self, AnswerError> {
        let [count] = take(rest)?;
        if !(1..=MOST_SEEDS).contains(&count) {
            return Err(AnswerError::SeedsOutOfRange(count));
        }
        let mut seeds = Vec::new();
        for _ in 0..count {
            seeds.push(SeedAnswer {
                points: take_many(rest, head.points_len())?,
                proof: ShareProof(take(rest)?),
            });
        }
        let [listed] = take(rest)?;
        let is_allowed = match head.schedule {
            KeySchedule::Screen => (1..=MOST_LISTED).contains(&listed),
            KeySchedule::Slip | KeySchedule::Sheet => listed == 0,
        };
        if !is_allowed {
            return Err(AnswerError::ListedOutOfRange(listed));
        }
        let signatures = take_many(rest, code_spans(head, listed).count())?;
        Ok(Self {
            seeds,
            listed,
            signatures: signatures.into_iter().map(Signature).collect(),
        })
    }

    fn with(self, mailbox: MailboxSecret) -> RegistrationAnswer {
        RegistrationAnswer {
            seeds: self.seeds,
            listed: self.listed,
            signatures: self.signatures,
            mailbox,
        }
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], AnswerError> {
    let (head, tail) = rest.split_first_chunk().ok_or(AnswerError::Truncated)?;
    *rest = tail;
    Ok(*head)
}

fn take_many<const N: usize>(rest: &mut &[u8], count: usize) -> Result<Vec<[u8; N]>, AnswerError> {
    (0..count).map(|_| take(rest)).collect()
}
