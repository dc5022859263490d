//! Sealed messages on their way through a relay: handed to the office unopened, and the reply back.
//! Knows who waits and which office is next; sees sealed bytes only.
//! Specified in specs/protocol.md §13.2.

use super::events::Task;
use super::{Door, Passing};
use lachan_link::dialer::peer_of;
use lachan_link::{Refusal, SealedReply};
use libp2p::request_response::{OutboundRequestId, ResponseChannel};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Messages on their way at once.
const MOST: usize = 256;

/// A message at an office, who waits for its reply, and since when.
#[derive(Debug)]
struct Forwarded {
    passing: Passing,
    channel: ResponseChannel<SealedReply>,
    since: Instant,
}

/// Who waits for an office's reply.
#[derive(Debug, Default)]
pub(super) struct Forwards {
    mailbox: HashMap<OutboundRequestId, Forwarded>,
    register: HashMap<OutboundRequestId, Forwarded>,
}

impl Forwards {
    fn of(&mut self, door: Door) -> &mut HashMap<OutboundRequestId, Forwarded> {
        match door {
            Door::Mailbox => &mut self.mailbox,
            Door::Register => &mut self.register,
        }
    }

    /// Those whose office was waited for long enough.
    fn overdue(&self, now: Instant, patience: Duration) -> Vec<(Door, OutboundRequestId)> {
        let doors = [
            (Door::Mailbox, &self.mailbox),
            (Door::Register, &self.register),
        ];
        let all = doors
            .into_iter()
            .flat_map(|(door, messages)| messages.iter().map(move |(id, one)| (door, *id, one)));
        all.filter(|(_, _, one)| now.saturating_duration_since(one.since) >= patience)
            .map(|(door, id, _)| (door, id))
            .collect()
    }

    pub(super) fn is_full(&self) -> bool {
        self.mailbox.len() + self.register.len() >= MOST
    }
}

impl Task {
    /// Hands a message to the next office that was not tried; `last` is what the one before said.
    pub(super) fn forward(
        &mut self,
        mut passing: Passing,
        channel: ResponseChannel<SealedReply>,
        last: SealedReply,
    ) {
        let Some(address) = self.offices.get(passing.next) else {
            self.reply_sealed(passing.door, channel, last);
            return;
        };
        passing.next += 1;
        let Ok(peer) = peer_of(address) else {
            self.forward(passing, channel, last);
            return;
        };
        let (request, addresses) = (Ok(passing.request.clone()), self.friends.at(peer));
        let node = self.swarm.behaviour_mut();
        let id = match passing.door {
            Door::Mailbox => node
                .mailbox
                .send_request_with_addresses(&peer, request, addresses),
            Door::Register => node
                .register
                .send_request_with_addresses(&peer, request, addresses),
        };
        let forwarded = Forwarded {
            passing,
            channel,
            since: Instant::now(),
        };
        let door = forwarded.passing.door;
        self.forwards.of(door).insert(id, forwarded);
    }

    /// An office that is silent must not take the time in which the next one could answer.
    pub(super) fn pass_silent_offices(&mut self, now: Instant) {
        for (door, id) in self.forwards.overdue(now, self.office_patience) {
            tracing::debug!("an office is silent");
            self.forwarded(door, id, None);
        }
    }

    /// An office replied, or could not be reached.
    pub(super) fn forwarded(
        &mut self,
        door: Door,
        id: OutboundRequestId,
        reply: Option<SealedReply>,
    ) {
        let Some(forwarded) = self.forwards.of(door).remove(&id) else {
            return;
        };
        let Forwarded {
            passing, channel, ..
        } = forwarded;
        match reply {
            None => {
                let last = SealedReply::Refused(Refusal::OfficeUnreachable);
                self.forward(passing, channel, last);
            }
            Some(last @ SealedReply::Refused(Refusal::UnknownAuthority)) => {
                self.forward(passing, channel, last);
            }
            Some(reply) => self.reply_sealed(door, channel, reply),
        }
    }
}
