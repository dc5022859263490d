//! Registering a plan: everything is on the disk before it is asked for, and again before it is shown.
//! Knows plans, sealed messages and answers; does not know files, sockets or where a prekey comes from.
//! Specified in specs/protocol.md §3.6 and §10.

use crate::venue::secrets::{PlanSecrets, Secret};
use lachan_protocol::code::CodeKey;
use lachan_protocol::crypto::exchange::ExchangeKey;
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::id::{AuthorityId, CodeId};
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::budget::ReleaseError;
use lachan_protocol::keys::plan::Plan;
use lachan_protocol::keys::registration::{
    AnswerError, PlanningError, Registered, RegistrationAnswer, RegistrationData, VenueProfile,
};
use lachan_protocol::office::sealed::{MessageKind, Reply, ReplyOpener, SealedError, Sealing};
use lachan_protocol::wire::Message;
use rand_core::CryptoRng;

/// Why a plan is not registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisteringError {
    /// The office's answer is refused: nothing of it is kept and no code is shown.
    #[error("the office's answer is refused: {0}")]
    BadAnswer(AnswerError),
    /// The office refuses this plan.
    #[error("the office refuses this plan")]
    ByOffice,
    /// No request of this run is waiting for a reply.
    #[error("nothing was asked")]
    NothingAsked,
    /// The reply does not open.
    #[error("the reply is refused: {0}")]
    Reply(SealedError),
    /// The request cannot be sealed.
    #[error("the request cannot be sealed: {0}")]
    Request(SealedError),
    /// Secrets of the plan are missing, so that it cannot be asked for again.
    #[error("secrets of the plan are missing: {0}")]
    Secrets(ReleaseError),
}

/// What happens to a plan that is being registered.
#[derive(Debug)]
pub enum Input<'a> {
    /// Ask the office, whose prekey of the day this is.
    Ask(&'a ExchangeKey),
    /// The reply came; these are the authority's code keys on the trust list.
    Replied {
        /// The sealed reply.
        bytes: &'a [u8],
        /// All code keys of the authority.
        code_keys: &'a [CodeKey],
    },
}

/// What must be done, in this order; the first that fails ends it.
#[derive(Debug)]
pub enum Output {
    /// The plan was refused for good: its record and then its secrets are erased.
    Forget(CodeId),
    /// It did not work.
    Refused(RegisteringError),
    /// It is registered: codes may be shown.
    Registered(Box<Registered>),
    /// Send the message to the authority's office.
    Send {
        /// Whose office.
        authority: AuthorityId,
        /// The sealed message.
        sealed: Vec<u8>,
    },
    /// Keep the answer, without its secret, durably: the plan is registered from here on.
    StoreAnswer {
        /// The plan.
        code: CodeId,
        /// The answer's public bytes.
        answer: Vec<u8>,
    },
    /// Keep the plan, without its secrets, durably: it waits for its answer.
    StorePlan {
        /// The plan.
        code: CodeId,
        /// The plan's public bytes.
        plan: Vec<u8>,
    },
    /// Keep a secret durably in a file of its own.
    StoreSecret(Secret),
}

/// A plan that waits for its answer.
#[derive(Debug)]
pub struct Registering {
    plan: Plan,
    secrets: PlanSecrets,
    is_kept: bool,
    opener: Option<ReplyOpener>,
}

impl Registering {
    /// Makes a fresh plan with fresh secrets and a fresh key.
    ///
    /// # Errors
    /// [`PlanningError::Plan`] when an office would refuse the profile: name, place, number of hours.
    pub fn begin(profile: &VenueProfile, rng: &mut impl CryptoRng) -> Result<Self, PlanningError> {
        let signing = SigningKey::random(rng);
        let (plan, shares) = Plan::make(profile, &signing, rng)?;
        Ok(Self {
            plan,
            secrets: PlanSecrets { shares, signing },
            is_kept: false,
            opener: None,
        })
    }

    /// Whether name and place may stand in a plan, before anything is made or asked.
    ///
    /// # Errors
    /// [`PlanningError::Plan`].
    pub fn check(profile: &VenueProfile) -> Result<(), PlanningError> {
        Ok(profile.check_texts()?)
    }

    /// Takes up a plan that was kept and has no answer yet: the office repeats its answer byte for byte.
    #[must_use]
    pub const fn resume(plan: Plan, secrets: PlanSecrets) -> Self {
        Self {
            plan,
            secrets,
            is_kept: true,
            opener: None,
        }
    }

    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Takes an input; gives what must be done.
    pub fn handle(&mut self, input: Input<'_>, rng: &mut impl CryptoRng) -> Vec<Output> {
        match input {
            Input::Ask(prekey) => match self.ask(prekey, rng) {
                Ok(outputs) => outputs,
                Err(why) => vec![Output::Refused(why)],
            },
            Input::Replied { bytes, code_keys } => self.replied(bytes, code_keys),
        }
    }

    fn ask(
        &mut self,
        prekey: &ExchangeKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Output>, RegisteringError> {
        let mut outputs = Vec::new();
        if !self.is_kept {
            let files = self.secrets.to_files(&self.plan);
            outputs.extend(files.into_iter().map(Output::StoreSecret));
            outputs.push(Output::StorePlan {
                code: self.plan.code_id(),
                plan: self.plan.to_public_bytes(),
            });
            self.is_kept = true;
        }
        let sealing = Sealing::begin(kind_of(self.plan.head().schedule), prekey, rng);
        let PlanSecrets { shares, signing } = &self.secrets;
        let data = RegistrationData::make(&self.plan, shares, signing, sealing.enc(), rng)
            .map_err(RegisteringError::Secrets)?;
        let data = zeroize::Zeroizing::new(data.to_bytes());
        let (sealed, opener) = sealing.seal(&data).map_err(RegisteringError::Request)?;
        self.opener = Some(opener);
        outputs.push(Output::Send {
            authority: self.plan.head().authority,
            sealed,
        });
        Ok(outputs)
    }

    fn replied(&self, bytes: &[u8], code_keys: &[CodeKey]) -> Vec<Output> {
        let Some(opener) = &self.opener else {
            return vec![Output::Refused(RegisteringError::NothingAsked)];
        };
        let data = match opener.open(bytes) {
            Err(why) => return vec![Output::Refused(RegisteringError::Reply(why))],
            Ok(Reply::Refused) => return self.given_up(RegisteringError::ByOffice),
            Ok(Reply::Done(data)) => data,
        };
        match self.accept(&data, code_keys) {
            Err(why) => self.given_up(RegisteringError::BadAnswer(why)),
            Ok((registered, answer)) => vec![
                Output::StoreSecret(Secret::of_mailbox(&self.plan, registered.mailbox())),
                Output::StoreAnswer {
                    code: self.plan.code_id(),
                    answer,
                },
                Output::Registered(Box::new(registered)),
            ],
        }
    }

    fn accept(
        &self,
        data: &[u8],
        code_keys: &[CodeKey],
    ) -> Result<(Registered, Vec<u8>), AnswerError> {
        let answer = RegistrationAnswer::from_bytes(data, self.plan.head())?;
        let public = answer.to_public_bytes();
        let registered = Registered::accept(self.plan.clone(), answer, code_keys)?;
        Ok((registered, public))
    }

    /// Only the office itself can have said this: the plan has no future, the next attempt makes another one.
    fn given_up(&self, why: RegisteringError) -> Vec<Output> {
        vec![Output::Forget(self.plan.code_id()), Output::Refused(why)]
    }
}

const fn kind_of(schedule: KeySchedule) -> MessageKind {
    match schedule {
        KeySchedule::Screen | KeySchedule::Slip => MessageKind::Registration,
        KeySchedule::Sheet => MessageKind::RegistrationSheet,
    }
}
