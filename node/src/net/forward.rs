//! Sealed messages on their way through a relay: handed to the office unopened, and the reply back.
//! Knows who waits and which office is next; sees sealed bytes only.
//! Specified in specs/protocol.md §13.2.

use super::events::Task;
use super::{Door, Passing};
use lachan_link::dialer::peer_of;
use lachan_link::{Refusal, SealedReply};
use libp2p::request_response::{OutboundRequestId, ResponseChannel};
use std::collections::HashMap;

/// Messages on their way at once.
const MOST: usize = 256;

/// Who waits for an office's reply.
#[derive(Debug, Default)]
pub(super) struct Forwards {
    mailbox: HashMap<OutboundRequestId, (Passing, ResponseChannel<SealedReply>)>,
    register: HashMap<OutboundRequestId, (Passing, ResponseChannel<SealedReply>)>,
}

impl Forwards {
    fn of(
        &mut self,
        door: Door,
    ) -> &mut HashMap<OutboundRequestId, (Passing, ResponseChannel<SealedReply>)> {
        match door {
            Door::Mailbox => &mut self.mailbox,
            Door::Register => &mut self.register,
        }
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
        let (request, addresses) = (Ok(passing.request.clone()), vec![address.clone()]);
        let node = self.swarm.behaviour_mut();
        let id = match passing.door {
            Door::Mailbox => node
                .mailbox
                .send_request_with_addresses(&peer, request, addresses),
            Door::Register => node
                .register
                .send_request_with_addresses(&peer, request, addresses),
        };
        self.forwards
            .of(passing.door)
            .insert(id, (passing, channel));
    }

    /// An office replied, or could not be reached.
    pub(super) fn forwarded(
        &mut self,
        door: Door,
        id: OutboundRequestId,
        reply: Option<SealedReply>,
    ) {
        let Some((passing, channel)) = self.forwards.of(door).remove(&id) else {
            return;
        };
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
