//! The mailbox: every poll costs the same, whatever it holds and whatever it finds.
//! Knows which venue a mailbox belongs to; does not know who asks.
//! Specified in specs/protocol.md §10.2 and §10.4.

use crate::office::core::Office;
use crate::office::io::{Change, Files, Note, Output, ReplyTo, Shelf};
use lachan_protocol::crypto::point::SecretScalar;
use lachan_protocol::id::{CodeId, RequestId};
use lachan_protocol::keys::release::combine;
use lachan_protocol::keys::{KeySchedule, KeyShare, WindowKey};
use lachan_protocol::office::request::MOST_ITEMS;
use lachan_protocol::office::sealed::{self, MessageKind};
use lachan_protocol::office::{Poll, PollReply};
use lachan_protocol::time::{UnixTime, Window};
use rand_core::CryptoRng;

/// Where a poll of an unknown mailbox is written down, so that it is one write like any other.
const NOBODY: CodeId = CodeId([0; 16]);

impl<F: Files> Office<F> {
    pub(super) fn poll(
        &mut self,
        message: &[u8],
        reply_to: ReplyTo,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Vec<Output> {
        let opened = match sealed::open(MessageKind::Poll, self.secrets.prekeys_at(now), message) {
            Ok(opened) => opened,
            Err(why) => return vec![Output::Refuse { reply_to, why }],
        };
        let poll = opened
            .data
            .ok()
            .and_then(|data| Poll::from_bytes(&data).ok());
        let venue = poll
            .as_ref()
            .and_then(|poll| self.state.mailboxes.find(&poll.mailbox, now.day()));

        let (mut notes, mut changes) = (Vec::new(), Vec::new());
        let mut shares = 0;
        let mut closed = Vec::new();
        let (answer, closing) = poll.map_or((None, None), |poll| (poll.answer, poll.closing));
        let outcome = match (venue, answer) {
            (None, _) => None,
            (Some(venue), None) => match closing {
                None => Some(venue),
                Some(closing) => match self.close(venue, &closing, &mut closed) {
                    Ok(()) => Some(venue),
                    Err(why) => {
                        notes.push(Output::Note(Note::ClosingRefused(why)));
                        None
                    }
                },
            },
            (Some(venue), Some(answer)) => {
                let result = self.take_answer(venue, &answer, now, rng, &mut changes);
                match result {
                    Ok(taken) => {
                        shares = taken.shares;
                        notes.extend(taken.note.map(Output::Note));
                        Some(venue)
                    }
                    Err(why) => {
                        notes.push(Output::Note(Note::AnswerRefused(why)));
                        None
                    }
                }
            }
        };
        self.work(venue, shares, now, rng);
        changes.push(self.looked_in(venue.unwrap_or(NOBODY), now));
        let bytes = match outcome {
            Some(venue) => {
                let reply = self.offer(venue, now).to_bytes().unwrap_or_default();
                let sealed = opened.reply.done(&reply, rng);
                sealed.expect("the longest request fits the reply to a poll")
            }
            None => opened.reply.refused(rng),
        };
        let mut outputs = vec![Output::Store(changes)];
        outputs.append(&mut closed);
        outputs.append(&mut notes);
        outputs.push(Output::Reply { reply_to, bytes });
        outputs
    }

    /// The oldest request on offer; else, once after a root that includes the plan, its path; else nothing.
    fn offer(&mut self, venue: CodeId, now: UnixTime) -> PollReply {
        if let Some(request) = self.state.waiting(venue, now)
            && let Some(request) = self.offered(request)
        {
            return PollReply::Request(request.into_unverified());
        }
        let index = self.state.plans.get(&venue).map(|plan| plan.index);
        match index {
            Some(index) if index < self.state.rooted && self.state.path_offered.insert(venue) => {
                PollReply::Path(self.state.tree.path(index, self.state.rooted))
            }
            _ => PollReply::Nothing,
        }
    }

    /// Compares as many random shares as the largest answer of this venue would have beyond those it had:
    /// 64 windows, or a sheet's whole budget.
    fn work(
        &mut self,
        venue: Option<CodeId>,
        done: usize,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) {
        let registered = venue.and_then(|venue| self.registered(venue));
        let seeds = registered
            .as_ref()
            .and_then(|registered| self.secrets.epochs.get(&registered.plan().head().epoch()));
        let (Some(registered), Some(seeds)) = (&registered, seeds) else {
            for _ in done..MOST_ITEMS {
                let share = KeyShare::new(SecretScalar::random(rng));
                let _ = WindowKey::from_shares([&share, &share]).map(|key| key.to_point());
            }
            return;
        };
        let head = registered.plan().head();
        let most = match head.schedule {
            KeySchedule::Screen | KeySchedule::Slip => MOST_ITEMS,
            KeySchedule::Sheet => usize::from(head.degree),
        };
        let windows: Vec<Window> = head.windows().collect();
        let from = usize::try_from(now.0).unwrap_or(0) % windows.len().max(1);
        let times = most.saturating_sub(done);
        for window in windows.iter().cycle().skip(from).take(times) {
            let share = KeyShare::new(SecretScalar::random(rng));
            let _ = combine(registered, *window, &share, seeds);
        }
    }

    fn looked_in(&mut self, venue: CodeId, now: UnixTime) -> Change {
        self.state.polls.insert(venue, now);
        Change::Put {
            shelf: Shelf::Polls,
            key: venue.0.to_vec(),
            value: now.0.to_be_bytes().to_vec(),
        }
    }

    /// When a venue's tool last looked into its mailbox: a silent owner is shown to the staff.
    #[must_use]
    pub fn last_poll(&self, venue: &CodeId) -> Option<UnixTime> {
        self.state.polls.get(venue).copied()
    }
}

/// What taking an answer did.
pub(super) struct Taken {
    /// Shares that were compared.
    pub(super) shares: usize,
    /// What to tell; nothing for an answer that came again.
    pub(super) note: Option<Note>,
}

impl Taken {
    pub(super) const fn again() -> Self {
        Self {
            shares: 0,
            note: None,
        }
    }

    pub(super) const fn approved(request: RequestId, shares: usize) -> Self {
        Self {
            shares,
            note: Some(Note::RequestApproved(request)),
        }
    }

    pub(super) const fn declined(request: RequestId) -> Self {
        Self {
            shares: 0,
            note: Some(Note::RequestDeclined(request)),
        }
    }
}
