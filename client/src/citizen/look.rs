//! Looking at a scanned code: what would happen if the person confirmed. Nothing happens before.
//! Decides whether a code and a time are acceptable; changes nothing.
//! Specified in specs/protocol.md §12.

use super::{Citizen, CitizenError, FLOOR_SLACK_SECONDS};
use lachan_protocol::code::{CodeTrust, UnverifiedVenueCode, VenueCode};
use lachan_protocol::time::UnixTime;

/// What a confirmation would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Begin a visit.
    Arrive,
    /// End the open visit: its venue was scanned again.
    Leave,
    /// End the open visit and begin one at another venue.
    MoveOn,
    /// Stay longer at the venue of the open visit.
    Stay,
}

/// What is shown to the person, and done once it is confirmed.
#[derive(Debug)]
pub struct Proposal {
    pub(super) arrival: UnixTime,
    pub(super) code: VenueCode,
    pub(super) step: Step,
    pub(super) until: UnixTime,
}

impl Proposal {
    /// When the visit begins (or ends, to leave).
    #[must_use]
    pub const fn arrival(&self) -> UnixTime {
        self.arrival
    }

    /// The venue's code.
    #[must_use]
    pub const fn code(&self) -> &VenueCode {
        &self.code
    }

    /// What happens.
    #[must_use]
    pub const fn step(&self) -> Step {
        self.step
    }

    /// When the visit would end by itself.
    #[must_use]
    pub const fn until(&self) -> UnixTime {
        self.until
    }

    /// At the second scan of the same venue, stay instead of leaving.
    #[must_use]
    pub const fn staying(mut self) -> Self {
        if matches!(self.step, Step::Leave) {
            self.step = Step::Stay;
        }
        self
    }
}

impl Citizen {
    /// Verifies a scanned code for an arrival now, or at a time given by hand.
    ///
    /// # Errors
    /// [`CitizenError`], all but those of leaving.
    pub fn look(
        &self,
        code: UnverifiedVenueCode,
        trust: &impl CodeTrust,
        at: Option<UnixTime>,
        now: UnixTime,
    ) -> Result<Proposal, CitizenError> {
        let arrival = at.unwrap_or(now);
        if arrival > now {
            return Err(CitizenError::ArrivalInFuture);
        }
        if arrival < self.floor.minus(FLOOR_SLACK_SECONDS) {
            return Err(CitizenError::BelowFloor { floor: self.floor });
        }
        if now >= self.trust_until {
            return Err(CitizenError::TrustListExpired);
        }
        let code = code.verify(trust, now)?;
        let (from, until) = (code.accepted_from(), code.accepted_until());
        if arrival < from || arrival >= until {
            return Err(CitizenError::ArrivalOutsideCode { from, until });
        }
        let stay = u64::from(code.kind().stay_minutes()) * 60;
        Ok(Proposal {
            arrival,
            until: arrival.plus(stay).min(code.last().end()),
            step: self.step(&code),
            code,
        })
    }

    fn step(&self, code: &VenueCode) -> Step {
        match self.visit() {
            None => Step::Arrive,
            Some(visit) if visit.is_at(code) => Step::Leave,
            Some(_) => Step::MoveOn,
        }
    }
}
