//! An office in memory: it registers, repeats itself, offers requests and takes answers, as the specification says.
//! Knows its own secrets; a test may tell it to lie.
//! Specified in specs/protocol.md §3.6, §10 and §11.

use lachan_protocol::code::CodeKey;
use lachan_protocol::crypto::exchange::{ExchangeKey, ExchangeSecret};
use lachan_protocol::crypto::sign::{SigningKey, VerifyingKey};
use lachan_protocol::id::{AuthorityId, CodeId, Digest, Region, RequestId};
use lachan_protocol::keys::office::{EpochSeed, OfficeSeeds};
use lachan_protocol::keys::registration::{Registered, RegistrationAnswer, RegistrationData};
use lachan_protocol::keys::release::combine;
use lachan_protocol::office::certificate::CaseCommitment;
use lachan_protocol::office::poll::{Poll, PollReply, ReleaseAnswer};
use lachan_protocol::office::request::{ItemHash, RequestData, RequestDraft, RequestItem};
use lachan_protocol::office::sealed::{self, MessageKind};
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::wire::Message;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::BTreeMap;

pub(crate) fn authority() -> AuthorityId {
    AuthorityId::of_origin("log.example/hanoi")
}

/// What the office does wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lie {
    /// A proof for a share that it does not know.
    Proof,
    /// Codes signed by a key that is not on the trust list.
    CodeKey,
}

pub(crate) struct Office {
    prekey: ExchangeSecret,
    seeds: OfficeSeeds,
    code_key: SigningKey,
    pub(crate) batch_key: SigningKey,
    pub(crate) lie: Option<Lie>,
    pub(crate) refuses: bool,
    answers: BTreeMap<Digest, Vec<u8>>,
    pub(crate) plans: BTreeMap<CodeId, Registered>,
    open: Vec<(CodeId, RequestData)>,
    /// The bytes of each answer, as often as it came.
    pub(crate) answered: Vec<(RequestId, Vec<u8>)>,
    rng: StdRng,
}

impl Office {
    pub(crate) fn new() -> Self {
        let mut rng = StdRng::seed_from_u64(1);
        Self {
            prekey: ExchangeSecret::random(&mut rng),
            seeds: OfficeSeeds::single(EpochSeed::random(&mut rng)),
            code_key: SigningKey::random(&mut rng),
            batch_key: SigningKey::random(&mut rng),
            lie: None,
            refuses: false,
            answers: BTreeMap::new(),
            plans: BTreeMap::new(),
            open: Vec::new(),
            answered: Vec::new(),
            rng,
        }
    }

    pub(crate) fn prekey(&self) -> ExchangeKey {
        self.prekey.public()
    }

    pub(crate) fn code_keys(&self) -> Vec<CodeKey> {
        vec![CodeKey::Current {
            key: self.code_key.verifying_key(),
            last: Window::LAST,
        }]
    }

    pub(crate) fn batch_verifying_key(&self) -> VerifyingKey {
        self.batch_key.verifying_key()
    }

    pub(crate) fn register(&mut self, message: &[u8]) -> Vec<u8> {
        let kind = MessageKind::registration_of_size(message.len()).expect("a legal size");
        let opened = sealed::open(kind, [&self.prekey], message).expect("it opens");
        let data = opened.data.expect("its plaintext is good");
        if self.refuses {
            return opened.reply.refused(&mut self.rng);
        }
        let plan = RegistrationData::from_bytes(&data)
            .expect("a registration")
            .verify(&authority(), &[Region(1)], &opened.enc)
            .expect("a good registration");
        let known = self.answers.get(&plan.digest()).cloned();
        let answer = known.unwrap_or_else(|| {
            let other = SigningKey::random(&mut self.rng);
            let key = match self.lie {
                Some(Lie::CodeKey) => &other,
                Some(Lie::Proof) | None => &self.code_key,
            };
            let mut answer = RegistrationAnswer::make(&plan, &self.seeds, key, &mut self.rng)
                .expect("the points are good");
            if self.lie == Some(Lie::Proof) {
                answer.seeds[0].proof.0[40] ^= 1;
            }
            let bytes = answer.to_bytes().to_vec();
            let digest = plan.digest();
            let registered = Registered::reload(plan.clone(), answer).expect("sums are good");
            self.plans.insert(plan.code_id(), registered);
            self.answers.insert(digest, bytes.clone());
            bytes
        });
        opened.reply.done(&answer, &mut self.rng).expect("it fits")
    }

    /// Asks a venue for windows.
    pub(crate) fn ask(
        &mut self,
        code: CodeId,
        windows: &[Window],
        expiry: UnixTime,
    ) -> RequestData {
        let number = u8::try_from(self.open.len() + 1).expect("few");
        let item = |window: &Window| RequestItem {
            window: *window,
            advice: 2,
            hash: ItemHash::new(&[number; 32], *window, 0x2000_0000_0000_00ff),
        };
        let draft = RequestDraft {
            digest: self.plans[&code].plan().digest(),
            request: RequestId([number; 16]),
            expiry,
            items: windows.iter().map(item).collect(),
            commitment: CaseCommitment([9; 32]),
        };
        let data = RequestData::sign(draft, &self.batch_key).expect("a good request");
        self.open.push((code, data.clone()));
        data
    }

    /// One poll: takes an answer, offers the first open request of that mailbox.
    pub(crate) fn mailbox(&mut self, message: &[u8], now: UnixTime) -> Vec<u8> {
        let opened = sealed::open(MessageKind::Poll, [&self.prekey], message).expect("it opens");
        let poll = Poll::from_bytes(&opened.data.expect("good padding")).expect("a poll");
        let found = self
            .plans
            .iter()
            .find(|(_, plan)| plan.mailbox().name_on(now.day()) == poll.mailbox);
        let Some((code, plan)) = found else {
            return opened.reply.refused(&mut self.rng);
        };
        let code = *code;
        if let Some(answer) = poll.answer {
            let id = answer.request();
            if !self.open.iter().any(|(_, request)| request.id() == id) {
                self.answered.push((id, answer.to_bytes()));
                return opened.reply.refused(&mut self.rng);
            }
            if let ReleaseAnswer::Approved {
                shares, approval, ..
            } = &answer
            {
                let (_, request) = self
                    .open
                    .iter()
                    .find(|(_, request)| request.id() == id)
                    .expect("an open request");
                approval
                    .verify(&plan.plan().venue_key(), request)
                    .expect("the venue's approval");
                assert_eq!(shares.len(), request.items().len());
                for (item, share) in request.items().iter().zip(shares) {
                    combine(plan, item.window, share, &self.seeds).expect("a right share");
                }
            }
            self.open.retain(|(_, request)| request.id() != id);
            self.answered.push((id, answer.to_bytes()));
        }
        let offered = self.open.iter().find(|(of, _)| *of == code);
        let reply = offered.map_or(PollReply::Nothing, |(_, request)| {
            PollReply::Request(request.clone().into_unverified())
        });
        let bytes = reply.to_bytes().expect("it fits");
        opened.reply.done(&bytes, &mut self.rng).expect("it fits")
    }
}
