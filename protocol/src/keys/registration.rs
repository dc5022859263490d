//! Registration, the venue's half: a plan made, proved, signed and bound to one sealed message.
//! Knows what the office checks and in which order; does not know mailboxes, sockets or modes of an office.
//! Specified in specs/protocol.md §3.6; bytes in specs/wire.md §2.

pub use crate::keys::answer::{AnswerError, MailboxSecret, RegistrationAnswer};
pub use crate::keys::registered::{CodeSpan, Registered};

use crate::crypto::point::Point;
use crate::crypto::sign::{Signature, SigningKey};
use crate::id::{AuthorityId, Region};
use crate::keys::budget::ReleaseError;
use crate::keys::kind::VenueKind;
use crate::keys::notice::NoticeSecret;
use crate::keys::plan::{Plan, PlanError, PlanHead, UnverifiedPlan};
use crate::keys::proof::{Role, ShareProof, ShareProofError};
use crate::keys::range::{ShownText, degree_of};
use crate::keys::types::KeySchedule;
use crate::keys::venue::VenueSecrets;
use crate::label::Label;
use crate::message;
use crate::text;
use crate::time::Window;
use crate::wire::{DecodeError, Version1};
use alloc::string::String;
use bincode::{Decode, Encode};
use core::fmt;
use rand_core::CryptoRng;

/// Why an office refuses a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// The venue did not sign this plan.
    #[error("the signature under the plan does not verify")]
    BadPlanSignature,
    /// The venue does not show that it knows its shares.
    #[error(transparent)]
    BadProof(#[from] ShareProofError),
    /// The venue did not sign this message: somebody copied its plan.
    #[error("the signature under the message does not verify")]
    BadRegisterSignature,
    /// The plan itself is refused.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

impl From<DecodeError> for RegistrationError {
    fn from(error: DecodeError) -> Self {
        Self::Plan(PlanError::from(error))
    }
}

/// Why a venue cannot make a plan or its registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanningError {
    /// The plan would be refused.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The secrets do not cover the plan.
    #[error(transparent)]
    Secrets(#[from] ReleaseError),
}

/// What a venue decides before it makes a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenueProfile {
    /// The authority to register with.
    pub authority: AuthorityId,
    /// One of its regions.
    pub region: Region,
    /// The kind of code.
    pub schedule: KeySchedule,
    /// The kind of venue.
    pub kind: VenueKind,
    /// The name, in NFC.
    pub name: String,
    /// The place, in NFC; may be empty.
    pub place: String,
    /// First window.
    pub first: Window,
    /// Number of windows, 1..=744.
    pub count: u16,
}

impl VenueProfile {
    /// Checks name and place as a plan will be checked.
    ///
    /// # Errors
    /// [`PlanError::Range`], [`PlanError::NotNormal`], [`PlanError::Malformed`].
    pub fn check_texts(&self) -> Result<(), PlanError> {
        ShownText::new(&self.name)?;
        ShownText::new(&self.place)?;
        text::lengths(&self.name, &self.place)?;
        text::written(&self.name)?;
        text::written(&self.place)?;
        Ok(())
    }
}

impl Plan {
    /// Makes a plan with fresh secrets; `key` is the venue's.
    ///
    /// # Errors
    /// [`PlanningError::Plan`] when an office would refuse the profile.
    pub fn make(
        profile: &VenueProfile,
        key: &SigningKey,
        rng: &mut impl CryptoRng,
    ) -> Result<(Self, VenueSecrets), PlanningError> {
        let mut nonce = [0; 16];
        rng.fill_bytes(&mut nonce);
        let head = PlanHead {
            version: Version1,
            authority: profile.authority,
            region: profile.region,
            schedule: profile.schedule,
            kind: profile.kind,
            name: ShownText::new(&profile.name).map_err(PlanError::from)?,
            place: ShownText::new(&profile.place).map_err(PlanError::from)?,
            venue_key: key.verifying_key().to_bytes(),
            first: profile.first,
            count: profile.count,
            degree: degree_of(profile.schedule),
            nonce,
        };
        head.check_range().map_err(PlanError::from)?;
        let secrets = VenueSecrets::random(head.schedule, head.first, head.count, rng);
        let points = secrets.points(&head)?;
        let plan = UnverifiedPlan {
            head,
            notice_secret: NoticeSecret::random(rng),
            points: points.iter().map(Point::to_bytes).collect(),
        };
        Ok((plan.verify()?, secrets))
    }
}

/// A registration as it travels, sealed, to the office. Unverified until [`RegistrationData::verify`].
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct RegistrationData {
    /// The plan.
    pub plan: UnverifiedPlan,
    /// The venue's signature over the plan's digest.
    pub plan_signature: Signature,
    /// The venue's proof for its points.
    pub proof: ShareProof,
    /// The venue's signature over the digest and enc of this message.
    pub register_signature: Signature,
}

message!(RegistrationData, 32_768);

impl fmt::Debug for RegistrationData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RegistrationData")
    }
}

impl RegistrationData {
    /// Makes the registration of a plan. `enc` is the encapsulated key of the sealed message that will carry it.
    ///
    /// # Errors
    /// [`ReleaseError::ShareErased`] when the secrets do not cover the plan.
    pub fn make(
        plan: &Plan,
        secrets: &VenueSecrets,
        key: &SigningKey,
        enc: &[u8; 32],
        rng: &mut impl CryptoRng,
    ) -> Result<Self, ReleaseError> {
        let digest = plan.digest();
        let proof = secrets.with_scalars(plan.head(), |scalars| {
            let scalars = scalars.iter().copied();
            ShareProof::prove(Role::Venue, &digest, scalars, plan.points(), rng)
        })?;
        Ok(Self {
            plan: plan.to_unverified(),
            plan_signature: key.sign(Label::PLAN, &[&digest.0]),
            proof,
            register_signature: key.sign(Label::REGISTER, &[&digest.0, enc]),
        })
    }

    /// Checks everything, in the order of the specification. `enc` is that of the message it came in.
    ///
    /// # Errors
    /// [`RegistrationError`].
    pub fn verify(
        self,
        authority: &AuthorityId,
        regions: &[Region],
        enc: &[u8; 32],
    ) -> Result<Plan, RegistrationError> {
        let plan = self.plan.verify_for(authority, regions)?;
        let (key, digest) = (plan.venue_key(), plan.digest());
        key.verify(Label::PLAN, &[&digest.0], &self.plan_signature)
            .map_err(|_| RegistrationError::BadPlanSignature)?;
        self.proof.verify(Role::Venue, &digest, plan.points())?;
        key.verify(Label::REGISTER, &[&digest.0, enc], &self.register_signature)
            .map_err(|_| RegistrationError::BadRegisterSignature)?;
        Ok(plan)
    }
}
