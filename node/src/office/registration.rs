//! Registration in open mode: one round trip, the same answer for the same plan.
//! Knows plans and seeds; does not know who asks.
//! Specified in specs/protocol.md §3.6.

use crate::office::core::Office;
use crate::office::io::{Change, FileHash, Files, Note, Output, ReplyTo, Shelf};
use crate::office::records::PlanRecord;
use crate::office::secrets::SecretName;
use lachan_protocol::crypto::tree;
use lachan_protocol::id::CodeId;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::answer::AnswerError;
use lachan_protocol::keys::plan::Plan;
use lachan_protocol::keys::registration::{
    MailboxSecret, RegistrationAnswer, RegistrationData, RegistrationError,
};
use lachan_protocol::office::sealed::{self, MessageKind, Opened, SealedError};
use lachan_protocol::time::{DAY_SECONDS, UnixTime, Window};
use lachan_protocol::wire::{DecodeError, Message, Seq8};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// A plan may begin this many days after its registration.
pub const MOST_DAYS_AHEAD: u64 = 62;

/// Why the office does not register a plan. The venue's tool is to blame, unless the variant says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationRefusal {
    /// The answer that was kept cannot be read: our own disk.
    #[error("the answer that was kept cannot be read")]
    AnswerLost,
    /// The message opens, and what is in it is padded wrongly.
    #[error(transparent)]
    BadPadding(#[from] SealedError),
    /// The plan begins too late.
    #[error("the plan begins with window {first}, too far ahead of {now}")]
    BeginsTooLate {
        /// The plan's first window.
        first: Window,
        /// The office's clock.
        now: UnixTime,
    },
    /// Another plan has this id already.
    #[error("another plan has the id of this one")]
    IdKnown(CodeId),
    /// A step of the checks of the protocol.
    #[error(transparent)]
    Invalid(#[from] RegistrationError),
    /// All its windows are over.
    #[error("the plan ended with window {last}")]
    PlanOver {
        /// The plan's last window.
        last: Window,
    },
    /// With these points no sum would be a good one.
    #[error(transparent)]
    Unanswerable(#[from] AnswerError),
    /// A sheet in the size of a screen, or the other way round.
    #[error("the message has the size of another kind of code")]
    WrongSizeForSchedule,
}

impl<F: Files> Office<F> {
    pub(super) fn registration(
        &mut self,
        sealed: &[u8],
        reply_to: ReplyTo,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Vec<Output> {
        // The size tells the kind; one that is none is refused as a registration of the usual size.
        let kind =
            MessageKind::registration_of_size(sealed.len()).unwrap_or(MessageKind::Registration);
        let opened = match sealed::open(kind, self.secrets.prekeys_at(now), sealed) {
            Ok(opened) => opened,
            Err(why) => return vec![Output::Refuse { reply_to, why }],
        };
        let Opened { enc, data, reply } = opened;
        let mut outputs = Vec::new();
        let answer = data
            .map_err(RegistrationRefusal::from)
            .and_then(|data| self.verify(&data, &enc, kind))
            .and_then(|plan| self.answer(&plan, now, rng, &mut outputs));
        let bytes = match answer {
            Ok(answer) => reply
                .done(&answer, rng)
                .expect("the longest answer fits the reply of its kind"),
            Err(why) => {
                // What is in `outputs` already are key files that were made; they stay.
                outputs.push(Output::Note(Note::RegistrationRefused(why)));
                reply.refused(rng)
            }
        };
        outputs.push(Output::Reply { reply_to, bytes });
        outputs
    }

    fn verify(
        &self,
        data: &[u8],
        enc: &[u8; 32],
        kind: MessageKind,
    ) -> Result<Plan, RegistrationRefusal> {
        let data = RegistrationData::from_bytes(data)
            .map_err(|error: DecodeError| RegistrationError::from(error))?;
        let plan = data.verify(&self.config.authority, &self.config.regions, enc)?;
        let expected = match plan.head().schedule {
            KeySchedule::Screen | KeySchedule::Slip => MessageKind::Registration,
            KeySchedule::Sheet => MessageKind::RegistrationSheet,
        };
        if kind == expected {
            Ok(plan)
        } else {
            Err(RegistrationRefusal::WrongSizeForSchedule)
        }
    }

    /// The answer to a plan: the one that was kept, or a new one.
    fn answer(
        &mut self,
        plan: &Plan,
        now: UnixTime,
        rng: &mut impl CryptoRng,
        outputs: &mut Vec<Output>,
    ) -> Result<Zeroizing<Vec<u8>>, RegistrationRefusal> {
        if let Some(record) = self.state.plans.get(&plan.code_id()) {
            if record.digest != plan.digest() {
                return Err(RegistrationRefusal::IdKnown(plan.code_id()));
            }
            return self
                .plan_file(record, &record.answer, b"answer")
                .ok_or(RegistrationRefusal::AnswerLost);
        }
        in_time(plan, now)?;
        self.register(plan, rng, outputs)
    }

    fn register(
        &mut self,
        plan: &Plan,
        rng: &mut impl CryptoRng,
        outputs: &mut Vec<Output>,
    ) -> Result<Zeroizing<Vec<u8>>, RegistrationRefusal> {
        let epoch = plan.head().epoch();
        if !self.secrets.epochs.contains_key(&epoch) {
            self.create_secret(SecretName::Epoch(epoch), rng, outputs);
        }
        let seeds = &self.secrets.epochs[&epoch];
        let answer = RegistrationAnswer::make(plan, seeds, &self.keys.code, rng)?;
        let bytes = answer.to_bytes();

        let (digest, venue) = (plan.digest(), plan.code_id());
        let index = self.state.registrations();
        let vault = self.vault(epoch, rng, outputs);
        let plan_bytes = Zeroizing::new(plan.to_bytes());
        let plan_file = vault.seal(&[b"plan", &digest.0], &plan_bytes, rng);
        let answer_file = vault.seal(&[b"answer", &digest.0], &bytes, rng);
        let mailbox = vault.seal(&[b"mailbox", &venue.0], &answer.mailbox.0, rng);
        let record = PlanRecord {
            index,
            digest,
            roots: Seq8::new(roots(&answer)).expect("an answer has at most three seeds"),
            first: plan.head().first,
            count: plan.head().count,
            plan: FileHash::of(&plan_file),
            answer: FileHash::of(&answer_file),
            mailbox: Seq8::new(mailbox).expect("a sealed mailbox secret has 80 bytes"),
        };
        outputs.push(Output::PutFile(plan_file));
        outputs.push(Output::PutFile(answer_file));
        outputs.push(Output::Store(vec![Change::Put {
            shelf: Shelf::Plans,
            key: venue.0.to_vec(),
            value: record.to_bytes(),
        }]));
        outputs.push(Output::Note(Note::Registered { count: index + 1 }));
        self.remember(venue, record, answer.mailbox);
        Ok(bytes)
    }

    fn remember(&mut self, venue: CodeId, record: PlanRecord, mailbox: MailboxSecret) {
        self.state.tree.push(&record.leaf());
        self.state.mailboxes.add(venue, mailbox);
        self.state.plans.insert(venue, record);
    }
}

fn in_time(plan: &Plan, now: UnixTime) -> Result<(), RegistrationRefusal> {
    let (first, last) = (plan.head().first, plan.head().last());
    if last.end() <= now {
        return Err(RegistrationRefusal::PlanOver { last });
    }
    if first.start() > now.plus(MOST_DAYS_AHEAD * DAY_SECONDS) {
        return Err(RegistrationRefusal::BeginsTooLate { first, now });
    }
    Ok(())
}

/// RFC 6962 root over the office's points of each seed.
fn roots(answer: &RegistrationAnswer) -> Vec<[u8; 32]> {
    let of_seed = |points: &Vec<[u8; 32]>| tree::root(points.iter().map(<[u8; 32]>::as_slice)).0;
    let seeds = answer.seeds.iter();
    seeds.map(|seed| of_seed(&seed.points)).collect()
}
