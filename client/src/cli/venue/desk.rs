//! The venue's desk: performs what the venue's cores want done, in order, on the shelf and over a link.
//! Knows the shelf and somebody who carries sealed messages; does not know arguments, terminals or sockets.
//! Specified in specs/protocol.md §3.6, §10.4 and §11.5.

#[cfg(test)]
mod tests;

use super::error::VenueToolError;
use super::handover::still_here;
use crate::net::NetError;
use crate::store::venue::{ClosedPlan, PlanRecord, Shelf};
use crate::venue::mailbox::{self, Carried, PollError};
use crate::venue::registering::{self, Registering, RegisteringError};
use crate::venue::releasing::{self, Releasing, ReleasingError};
use crate::venue::wish::Wish;
use lachan_protocol::code::CodeKey;
use lachan_protocol::crypto::exchange::ExchangeKey;
use lachan_protocol::crypto::sign::VerifyingKey;
use lachan_protocol::id::{AuthorityId, RequestId};
use lachan_protocol::keys::plan::Plan;
use lachan_protocol::keys::registration::Registered;
use lachan_protocol::office::Closing;
use lachan_protocol::office::poll::PollReply;
use lachan_protocol::time::UnixTime;
use rand_core::CryptoRng;

/// Somebody who hands sealed messages on to an office.
pub(super) trait Carrier {
    /// Sends a sealed registration; gives the sealed reply.
    fn register(&mut self, authority: AuthorityId, sealed: &[u8]) -> Result<Vec<u8>, NetError>;
    /// Sends a sealed poll; gives the sealed reply.
    fn mailbox(&mut self, authority: AuthorityId, sealed: &[u8]) -> Result<Vec<u8>, NetError>;
}

/// Registers a plan, or asks again for the answer to the same one.
pub(super) fn register(
    shelf: &Shelf<'_>,
    carrier: &mut impl Carrier,
    wish: &Wish,
    (prekey, code_keys): (&ExchangeKey, &[CodeKey]),
    now: UnixTime,
    rng: &mut impl CryptoRng,
) -> Result<Registered, VenueToolError> {
    let mut registering = match pending(shelf, wish, now)? {
        Some(kept) => kept,
        None => begin(wish, now, rng)?,
    };
    let outputs = registering.handle(registering::Input::Ask(prekey), rng);
    let reply = perform_registering(shelf, carrier, &registering, outputs)?.reply;
    let input = registering::Input::Replied {
        bytes: &reply.ok_or(RegisteringError::NothingAsked)?,
        code_keys,
    };
    let outputs = registering.handle(input, rng);
    let done = perform_registering(shelf, carrier, &registering, outputs)?;
    let registered = done.registered.ok_or(RegisteringError::NothingAsked)?;
    shelf.lay_out(&registered, now)?;
    Ok(registered)
}

fn begin(
    wish: &Wish,
    now: UnixTime,
    rng: &mut impl CryptoRng,
) -> Result<Registering, VenueToolError> {
    let registering = Registering::begin(&wish.profile(now), rng)?;
    if registering.plan().head().last().end() <= now {
        return Err(VenueToolError::PlanOver);
    }
    Ok(registering)
}

fn pending(
    shelf: &Shelf<'_>,
    wish: &Wish,
    now: UnixTime,
) -> Result<Option<Registering>, VenueToolError> {
    for record in shelf.plans()? {
        if record.is_registered() {
            continue;
        }
        let plan = shelf.plan(&record)?;
        if wish.is_for(plan.head(), now) {
            let secrets = shelf.secrets(&plan)?;
            return Ok(Some(Registering::resume(plan, secrets)));
        }
    }
    Ok(None)
}

#[derive(Default)]
struct Performed {
    reply: Option<Vec<u8>>,
    registered: Option<Registered>,
}

fn perform_registering(
    shelf: &Shelf<'_>,
    carrier: &mut impl Carrier,
    registering: &Registering,
    outputs: Vec<registering::Output>,
) -> Result<Performed, VenueToolError> {
    let mut performed = Performed::default();
    for output in outputs {
        match output {
            registering::Output::Forget(code) => shelf.forget(code)?,
            registering::Output::Refused(why) => return Err(why.into()),
            registering::Output::Registered(done) => performed.registered = Some(*done),
            registering::Output::Send { authority, sealed } => {
                performed.reply = Some(carrier.register(authority, &sealed)?);
            }
            registering::Output::StoreAnswer { code, answer } => {
                shelf.store_answer(code, &answer)?;
            }
            registering::Output::StorePlan { code, plan } => {
                shelf.store_plan(code, registering.plan().head().last(), &plan)?;
            }
            registering::Output::StoreSecret(secret) => shelf.store_secret(&secret)?,
        }
    }
    Ok(performed)
}

/// A registered plan with its requests.
#[derive(Debug)]
pub(super) struct OpenPlan {
    pub(super) record: PlanRecord,
    pub(super) plan: Plan,
    pub(super) releasing: Releasing,
}

/// What a poll brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Polled {
    /// The answer that the office now has.
    pub(super) carried: Option<RequestId>,
    /// Why what lay in the mailbox is not shown as a request.
    pub(super) refused: Option<ReleasingError>,
}

impl OpenPlan {
    pub(super) fn new(
        shelf: &Shelf<'_>,
        record: PlanRecord,
        batch_key: &VerifyingKey,
    ) -> Result<Self, VenueToolError> {
        let plan = shelf.plan(&record)?;
        let releasing = shelf.releasing(&record, &plan, batch_key)?;
        Ok(Self {
            record,
            plan,
            releasing,
        })
    }

    /// The owner's decision, durable when this returns.
    pub(super) fn decide(
        &mut self,
        shelf: &Shelf<'_>,
        request: RequestId,
        approved: bool,
        now: UnixTime,
    ) -> Result<(), VenueToolError> {
        still_here(shelf, self.record.code)?;
        let outputs = if approved {
            let secrets = &shelf.secrets(&self.plan)?;
            let input = releasing::Input::Approve { request, secrets };
            self.releasing.handle(input, now)
        } else {
            self.releasing
                .handle(releasing::Input::Decline(request), now)
        };
        self.perform(shelf, outputs)
    }

    /// One poll: carries the answer that is preferred, or the oldest one that waits, or none.
    pub(super) fn poll(
        &mut self,
        shelf: &Shelf<'_>,
        carrier: &mut impl Carrier,
        (prekey, batch_key): (&ExchangeKey, &VerifyingKey),
        preferred: Option<RequestId>,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Result<Polled, VenueToolError> {
        still_here(shelf, self.record.code)?;
        let closed = shelf.closed(self.record.code)?;
        let closing = closed.filter(|closed| !closed.is_sent && preferred.is_none());
        let carried = match closing {
            Some(_) => None,
            None => self.releasing.to_send(preferred, now),
        };
        let content = match (closing, carried) {
            (Some(closed), _) => {
                let key = shelf.secrets(&self.plan)?.signing;
                Carried::Closing(Closing::sign(&key, &self.plan.digest(), closed.from))
            }
            (None, Some(id)) => {
                let secrets = shelf.secrets(&self.plan)?;
                Carried::Answer(self.releasing.answer(id, &secrets)?)
            }
            (None, None) => Carried::Nothing,
        };
        let mailbox = shelf.mailbox(&self.record)?;
        let (message, opener) = mailbox::seal(&mailbox, content, prekey, now, rng)?;
        let reply = carrier.mailbox(self.plan.head().authority, &message)?;
        let opened = mailbox::open(&opener, &reply);
        if let (Some(closed), Ok(_)) = (closing, &opened) {
            let closed = ClosedPlan {
                is_sent: true,
                ..closed
            };
            shelf.store_closed(self.record.code, closed)?;
        }
        // A refused answer came to the office too; if it still wants one, it asks again.
        if let (Some(id), Ok(_) | Err(PollError::ByOffice)) = (carried, &opened) {
            let outputs = self.releasing.handle(releasing::Input::Sent(id), now);
            self.perform(shelf, outputs)?;
        }
        let refused = match opened? {
            // The path is for whoever audits the registration root; that comes later.
            PollReply::Nothing | PollReply::Path(_) => None,
            PollReply::Request(data) => {
                let input = releasing::Input::Offered(data, batch_key);
                let outputs = self.releasing.handle(input, now);
                match self.perform(shelf, outputs) {
                    Err(VenueToolError::Releasing(why)) => Some(why),
                    done => done.map(|()| None)?,
                }
            }
        };
        Ok(Polled { carried, refused })
    }

    fn perform(
        &self,
        shelf: &Shelf<'_>,
        outputs: Vec<releasing::Output>,
    ) -> Result<(), VenueToolError> {
        for output in outputs {
            match output {
                // It is made again, the same bytes, for the poll that carries it.
                releasing::Output::Answer(_) => {}
                releasing::Output::Refused(why) => return Err(why.into()),
                releasing::Output::Store { request, counted } => {
                    shelf.store_request(self.record.code, &request, &counted)?;
                }
            }
        }
        Ok(())
    }
}
