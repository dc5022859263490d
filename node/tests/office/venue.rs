//! A venue's tool and a visitor, with the protocol's functions only.
use crate::desk::{Desk, REGION, authority, batch_key, keys};
use lachan_node::office::{Input, ReplyTo};
use lachan_protocol::code::CodeKey;
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::id::CodeId;
use lachan_protocol::keys::kind::VenueKind;
use lachan_protocol::keys::plan::Plan;
use lachan_protocol::keys::registration::{
    Registered, RegistrationAnswer, RegistrationData, VenueProfile,
};
use lachan_protocol::keys::venue::VenueSecrets;
use lachan_protocol::keys::{KeySchedule, KeyShare};
use lachan_protocol::office::sealed::{self, MessageKind, Reply, ReplyOpener, Sealing};
use lachan_protocol::office::{Approval, Closing, Poll, PollReply, ReleaseAnswer, RequestData};
use lachan_protocol::time::Window;
use lachan_protocol::token::{DeviceSecret, Minutes, VisitRecord, VisitToken, seal};
use lachan_protocol::wire::Message;

pub(crate) struct Venue {
    pub(crate) key: SigningKey,
    pub(crate) plan: Plan,
    pub(crate) secrets: VenueSecrets,
    pub(crate) registered: Registered,
}

/// A plan that no office has seen yet.
pub(crate) struct Unregistered {
    pub(crate) key: SigningKey,
    pub(crate) plan: Plan,
    pub(crate) secrets: VenueSecrets,
}

impl Unregistered {
    pub(crate) fn new(desk: &mut Desk, schedule: KeySchedule, first: Window, count: u16) -> Self {
        let key = SigningKey::random(&mut desk.rng);
        let profile = VenueProfile {
            authority: authority(),
            region: REGION,
            schedule,
            kind: VenueKind(1),
            name: "Phở Bát Đàn".into(),
            place: "49 Bát Đàn".into(),
            first,
            count,
        };
        let (plan, secrets) = Plan::make(&profile, &key, &mut desk.rng).expect("a good plan");
        Self { key, plan, secrets }
    }

    /// The sealed registration, fresh each time.
    pub(crate) fn message(&self, desk: &mut Desk, kind: MessageKind) -> (Vec<u8>, ReplyOpener) {
        let prekey = desk.prekey(desk.now.day());
        let sealing = Sealing::begin(kind, &prekey, &mut desk.rng);
        let data = RegistrationData::make(
            &self.plan,
            &self.secrets,
            &self.key,
            sealing.enc(),
            &mut desk.rng,
        );
        let data = data.expect("the secrets cover the plan").to_bytes();
        sealing.seal(&data).expect("a registration fits")
    }

    pub(crate) fn kind(&self) -> MessageKind {
        match self.plan.head().schedule {
            KeySchedule::Screen | KeySchedule::Slip => MessageKind::Registration,
            KeySchedule::Sheet => MessageKind::RegistrationSheet,
        }
    }

    /// The answer's bytes, or nothing when the office refuses.
    pub(crate) fn send(&self, desk: &mut Desk) -> Option<Vec<u8>> {
        let (sealed, opener) = self.message(desk, self.kind());
        let said = desk.tell(Input::Registration {
            sealed,
            reply_to: ReplyTo(3),
        });
        assert_eq!(said.replies[0].len(), self.kind().size_down());
        match opener.open(&said.replies[0]).expect("the office's reply") {
            Reply::Done(answer) => Some(answer.to_vec()),
            Reply::Refused => None,
        }
    }

    pub(crate) fn accept(self, answer: &[u8]) -> Venue {
        let answer = RegistrationAnswer::from_bytes(answer, self.plan.head()).expect("an answer");
        let code_key = CodeKey::Current {
            key: keys().code.verifying_key(),
            last: Window::LAST,
        };
        let registered = Registered::accept(self.plan.clone(), answer, &[code_key]);
        Venue {
            key: self.key,
            plan: self.plan,
            secrets: self.secrets,
            registered: registered.expect("the office answers honestly"),
        }
    }
}

impl Venue {
    pub(crate) fn register(
        desk: &mut Desk,
        schedule: KeySchedule,
        first: Window,
        count: u16,
    ) -> Self {
        let plan = Unregistered::new(desk, schedule, first, count);
        let answer = plan.send(desk).expect("the office registers it");
        plan.accept(&answer)
    }

    pub(crate) fn id(&self) -> CodeId {
        self.plan.code_id()
    }

    /// A poll that says that the plan is closed.
    pub(crate) fn closing_message(
        &self,
        desk: &mut Desk,
        closing: Closing,
    ) -> (Vec<u8>, ReplyOpener) {
        let day = desk.now.day();
        let poll = Poll {
            mailbox: self.registered.mailbox().name_on(day),
            answer: None,
            closing: Some(closing),
        };
        let prekey = desk.prekey(day);
        let data = poll.to_bytes();
        sealed::seal(MessageKind::Poll, &prekey, &data, &mut desk.rng).expect("a poll fits")
    }

    pub(crate) fn poll_message(
        &self,
        desk: &mut Desk,
        answer: Option<ReleaseAnswer>,
    ) -> (Vec<u8>, ReplyOpener) {
        let day = desk.now.day();
        let mailbox = self.registered.mailbox().name_on(day);
        let data = Poll {
            mailbox,
            answer,
            closing: None,
        }
        .to_bytes();
        let prekey = desk.prekey(day);
        sealed::seal(MessageKind::Poll, &prekey, &data, &mut desk.rng).expect("a poll fits")
    }

    /// One poll; nothing when the office refuses.
    pub(crate) fn poll(&self, desk: &mut Desk, answer: Option<ReleaseAnswer>) -> Option<PollReply> {
        let (sealed, opener) = self.poll_message(desk, answer);
        let said = desk.tell(Input::Poll {
            sealed,
            reply_to: ReplyTo(4),
        });
        assert_eq!(said.replies[0].len(), MessageKind::Poll.size_down());
        match opener.open(&said.replies[0]).expect("the office's reply") {
            Reply::Done(data) => Some(PollReply::from_bytes(&data).expect("a reply")),
            Reply::Refused => None,
        }
    }

    /// The request that waits in the mailbox, verified.
    pub(crate) fn request(&self, desk: &mut Desk) -> RequestData {
        match self.poll(desk, None) {
            Some(PollReply::Request(request)) => {
                let request = request.verify(&batch_key()).expect("the office signed it");
                assert_eq!(*request.digest(), self.plan.digest());
                request.ensure_open(desk.now).expect("still open");
                request
            }
            other => unreachable!("no request but {other:?}"),
        }
    }

    pub(crate) fn shares(&self, request: &RequestData) -> Vec<KeyShare> {
        let items = request.items().iter();
        items
            .map(|item| {
                self.secrets
                    .share_of(self.plan.head(), item.window)
                    .expect("kept")
            })
            .collect()
    }

    pub(crate) fn approval(&self, request: &RequestData) -> ReleaseAnswer {
        ReleaseAnswer::Approved {
            request: request.id(),
            shares: self.shares(request),
            approval: Approval::sign(&self.key, request),
        }
    }

    /// Fetches the request and approves it with the next poll.
    pub(crate) fn approve(&self, desk: &mut Desk) -> RequestData {
        let request = self.request(desk);
        let answer = self.approval(&request);
        self.poll(desk, Some(answer)).expect("the office takes it");
        request
    }

    /// A visitor's token of one hour.
    pub(crate) fn visit(&self, desk: &mut Desk, window: Window, minutes: (u8, u8)) -> VisitToken {
        let record = VisitRecord::new(
            self.id(),
            authority(),
            window,
            Minutes::new(minutes.0, minutes.1).expect("minutes"),
            1,
            self.plan.notification_key_of(window).expect("in the plan"),
            "Phở Bát Đàn",
            "49 Bát Đàn",
        );
        let point = self.registered.point_of(window).expect("in the plan");
        let device = DeviceSecret::random(&mut desk.rng);
        seal(
            &record.expect("a record"),
            &point,
            &device,
            1,
            &mut desk.rng,
        )
    }
}
