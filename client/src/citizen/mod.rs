//! The citizen: one open visit, sealed at check-in and again at check-out, never for an hour already published.
//! Decides what is sealed and when a visit ends; does not know files, the clock or the network.
//! Specified in specs/protocol.md §12.

mod erasing;
mod exposure;
mod look;
mod visit;

pub use erasing::{FAR_AHEAD_SECONDS, erasing_time, is_far_ahead};
pub use exposure::{Findings, Shown};
pub use look::{Proposal, Step};
pub use visit::{OpenVisit, REMINDER_SECONDS};

use lachan_protocol::code::{VenueCode, VenueCodeError};
use lachan_protocol::id::CodeId;
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::token::{DeviceSecret, VisitRecord, VisitToken, seal, windows_of_visit};
use rand_core::CryptoRng;
use std::collections::BTreeSet;

/// A check-in this much below the floor is refused: a lured clock, not a slow one.
pub const FLOOR_SLACK_SECONDS: u64 = 600;

/// Why a visit is not begun or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CitizenError {
    /// The given arrival is later than now.
    #[error("the arrival lies in the future")]
    ArrivalInFuture,
    /// The given arrival lies outside the time in which the code is accepted.
    #[error("the code was not accepted at that time")]
    ArrivalOutsideCode {
        /// First second at which it is accepted.
        from: UnixTime,
        /// First second after it.
        until: UnixTime,
    },
    /// The clock, or the given arrival, lies before the newest lists that were seen: their hours may be published.
    #[error("the time lies before the newest verified time")]
    BelowFloor {
        /// The newest verified time.
        floor: UnixTime,
    },
    /// The code is refused.
    #[error("the code is refused: {0}")]
    Code(#[from] VenueCodeError),
    /// The given departure lies before the arrival.
    #[error("the departure lies before the arrival")]
    DepartureBeforeArrival,
    /// The given departure is later than now.
    #[error("the departure lies in the future")]
    DepartureInFuture,
    /// The arrival cannot be changed: hours of this visit are final already.
    #[error("hours of this visit are final")]
    HoursAreFinal,
    /// There is nothing to check out of.
    #[error("no visit is open")]
    NoOpenVisit,
    /// The code gives no point for an hour of the visit.
    #[error("the code has no point for window {0}")]
    NoPoint(Window),
    /// The trust list has expired: it says nothing about new codes.
    #[error("the trust list has expired")]
    TrustListExpired,
}

/// Why it cannot be said that there is no exposure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SilenceError {
    /// The clock stands before what was verified: it cannot tell how old the lists are.
    #[error("the clock stands before the newest verified time")]
    ClockBehind {
        /// The newest verified time.
        floor: UnixTime,
    },
    /// The lists of an authority were never read.
    #[error("no list of keys has been read yet")]
    NeverSynced,
    /// The newest list of an authority is more than a day old.
    #[error("the newest list of keys is more than a day old")]
    NotFresh {
        /// The newest list.
        newest: UnixTime,
    },
}

/// Lists older than this do not let anybody say that there is no exposure.
pub const SILENCE_SECONDS: u64 = 86_400;

/// Whether "no exposure" may be said: the lists of every authority must be fresh, by a clock that is not behind the
/// newest verified time `floor`. Gives the oldest of their newest.
///
/// # Errors
/// [`SilenceError`].
pub fn may_say_nothing_found(
    newest: impl IntoIterator<Item = Option<UnixTime>>,
    floor: UnixTime,
    now: UnixTime,
) -> Result<UnixTime, SilenceError> {
    if now < floor.minus(FLOOR_SLACK_SECONDS) {
        return Err(SilenceError::ClockBehind { floor });
    }
    let mut oldest = now;
    for newest in newest {
        oldest = oldest.min(newest.ok_or(SilenceError::NeverSynced)?);
    }
    if oldest.plus(SILENCE_SECONDS) < now {
        return Err(SilenceError::NotFresh { newest: oldest });
    }
    Ok(oldest)
}

/// What the citizen is told.
#[derive(Debug)]
pub enum Input {
    /// The person confirmed what was proposed.
    Confirmed(Proposal),
    /// The person leaves, now or at a time given by hand; and came at another time than was noted, if given.
    Leave {
        /// When the person came.
        arrived: Option<UnixTime>,
        /// When the person left.
        at: Option<UnixTime>,
    },
    /// The program starts: a visit whose end has passed ends by itself.
    Start,
}

/// What the citizen wants done, in this order; the shell stops at the first thing that fails.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// Store durably that numbers below this one are used.
    StoreCounter(u64),
    /// Put `tokens` in the place of the visit's tags, then keep the visit open (`Some(expected end)`) or close it.
    Change {
        /// The visit with the tags that are replaced.
        visit: OpenVisit,
        /// What takes their place.
        tokens: Vec<(Window, VisitToken)>,
        /// Whether it stays open.
        stays_open: bool,
    },
    /// Erase the file of the open visit.
    EraseVisit,
    /// Judge these hours anew: their tokens were sealed again with other minutes. What was found with the old ones no
    /// longer counts; the new ones are tried against the lists fetched since the check-in.
    Rematch {
        /// The plan.
        code: CodeId,
        /// The hours of the tokens before and after.
        windows: BTreeSet<Window>,
    },
    /// Tell the person: everything before it is durable.
    Tell(Event),
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A visit began.
    CheckedIn(OpenVisit),
    /// A visit ended.
    CheckedOut {
        /// Which.
        visit: OpenVisit,
        /// When.
        departure: UnixTime,
    },
    /// A visit had ended by itself at its expected end.
    EndedByItself(OpenVisit),
    /// A visit lasts longer.
    Stayed(OpenVisit),
}

/// The core: what a device knows of its own visit, and how far lists have been seen.
#[derive(Debug)]
pub struct Citizen {
    secret: DeviceSecret,
    counter: u64,
    floor: UnixTime,
    trust_until: UnixTime,
    visit: Option<OpenVisit>,
}

impl Citizen {
    /// Takes up what was stored: the device secret, the next unused number, the newest verified time, the end of the
    /// trust list, the open visit.
    #[must_use]
    pub const fn new(
        secret: DeviceSecret,
        counter: u64,
        floor: UnixTime,
        trust_until: UnixTime,
        visit: Option<OpenVisit>,
    ) -> Self {
        Self {
            secret,
            counter,
            floor,
            trust_until,
            visit,
        }
    }

    /// The open visit.
    #[must_use]
    pub const fn visit(&self) -> Option<&OpenVisit> {
        self.visit.as_ref()
    }

    /// Takes one input at `now`; the outputs are to be done in order.
    ///
    /// # Errors
    /// [`CitizenError`]; nothing has changed then.
    pub fn handle(
        &mut self,
        input: Input,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Output>, CitizenError> {
        match input {
            Input::Confirmed(proposal) => self.confirmed(proposal, rng),
            Input::Leave { arrived, at } => {
                let departure = at.unwrap_or(now);
                if departure > now {
                    return Err(CitizenError::DepartureInFuture);
                }
                let visit = self.visit.clone().ok_or(CitizenError::NoOpenVisit)?;
                let (visit, start) = match arrived {
                    Some(arrived) => {
                        let visit = visit.arrived(arrived, self.floor)?;
                        let start = visit.code.sealing_start(arrived);
                        (visit, start)
                    }
                    None => {
                        let start = visit.open_from();
                        (visit.final_before(start), start)
                    }
                };
                self.leave(visit, start, departure, rng)
            }
            Input::Start => Ok(self.start(now)),
        }
    }

    fn start(&mut self, now: UnixTime) -> Vec<Output> {
        match self.visit.take_if(|visit| now >= visit.expected_end) {
            Some(visit) => vec![
                Output::EraseVisit,
                Output::Tell(Event::EndedByItself(visit)),
            ],
            None => vec![],
        }
    }

    fn confirmed(
        &mut self,
        proposal: Proposal,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Output>, CitizenError> {
        let arrival = proposal.arrival;
        match proposal.step {
            Step::Arrive => self.arrive(proposal, rng),
            Step::Leave => self.leave_now(arrival, rng),
            Step::MoveOn => {
                let mut outputs = self.leave_now(arrival, rng)?;
                outputs.extend(self.arrive(proposal, rng)?);
                Ok(outputs)
            }
            Step::Stay => self.stay(proposal, rng),
        }
    }

    fn arrive(
        &mut self,
        proposal: Proposal,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Output>, CitizenError> {
        let visit = OpenVisit {
            code: proposal.code,
            arrival: proposal.arrival,
            expected_end: proposal.until,
            tags: vec![],
        };
        let start = visit.code.sealing_start(visit.arrival);
        let tokens = self.seal(&[&visit.code], start, visit.expected_end, rng)?;
        Ok(self.opened(visit, tokens, Event::CheckedIn))
    }

    /// Further hours are sealed. Hours before this scan stay as they are, and are final, unless the new code says of them
    /// what the old one said: the key of another plan's hour may be published already.
    fn stay(
        &mut self,
        proposal: Proposal,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Output>, CitizenError> {
        let old = self.visit.clone().ok_or(CitizenError::NoOpenVisit)?;
        let until = proposal.until.max(old.expected_end);
        let scan = proposal.arrival.window();
        let start = if old.agrees_before(scan, &proposal.code) {
            old.open_from()
        } else {
            old.open_from().max(scan.start())
        };
        let tokens = self.seal(&[&proposal.code, &old.code], start, until, rng)?;
        let visit = OpenVisit {
            code: proposal.code,
            expected_end: until,
            ..old.final_before(start)
        };
        Ok(self.opened(visit, tokens, Event::Stayed))
    }

    fn opened(
        &mut self,
        visit: OpenVisit,
        tokens: Vec<(Window, VisitToken)>,
        event: fn(OpenVisit) -> Event,
    ) -> Vec<Output> {
        let open = OpenVisit {
            tags: tokens
                .iter()
                .map(|(window, token)| (*window, token.tag()))
                .collect(),
            ..visit.clone()
        };
        self.visit = Some(open.clone());
        vec![
            Output::StoreCounter(self.counter),
            Output::Change {
                visit,
                tokens,
                stays_open: true,
            },
            Output::Tell(event(open)),
        ]
    }

    fn leave_now(
        &mut self,
        departure: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Output>, CitizenError> {
        let visit = self.visit.clone().ok_or(CitizenError::NoOpenVisit)?;
        let start = visit.open_from();
        self.leave(visit.final_before(start), start, departure, rng)
    }

    /// Ends a visit: its tags' tokens give way to those from `start` to the departure.
    fn leave(
        &mut self,
        visit: OpenVisit,
        start: UnixTime,
        departure: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Output>, CitizenError> {
        if departure < visit.arrival {
            return Err(CitizenError::DepartureBeforeArrival);
        }
        let end = departure.min(visit.code.last().end());
        let tokens = if end < start {
            // Gone before the hours that are not final: none of them is left.
            Vec::new()
        } else {
            self.seal(&[&visit.code], start, end, rng)?
        };
        self.visit = None;
        let fresh = tokens.iter().map(|(window, _)| *window);
        let old = visit.tags.iter().map(|(window, _)| *window);
        let windows = fresh.chain(old).collect();
        Ok(vec![
            Output::StoreCounter(self.counter),
            Output::Change {
                visit: visit.clone(),
                tokens,
                stays_open: false,
            },
            Output::Rematch {
                code: visit.code.code_id(),
                windows,
            },
            Output::Tell(Event::CheckedOut { visit, departure }),
        ])
    }

    /// A token for each hour from `start` to `until`, from the first code that has the hour.
    fn seal(
        &mut self,
        codes: &[&VenueCode],
        start: UnixTime,
        until: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<(Window, VisitToken)>, CitizenError> {
        let mut tokens = Vec::new();
        for (window, minutes) in windows_of_visit(start, until) {
            let found = codes.iter().find_map(|code| {
                let point = code.point_of(window)?;
                Some((code, point, code.notification_key_of(window)?))
            });
            let (code, point, notice) = found.ok_or(CitizenError::NoPoint(window))?;
            let record = VisitRecord::new(
                code.code_id(),
                code.authority(),
                window,
                minutes,
                code.kind().0,
                notice,
                code.name(),
                code.place(),
            )
            .map_err(|_| CitizenError::NoPoint(window))?;
            let token = seal(&record, &point, &self.secret, self.counter, rng);
            self.counter += 1;
            tokens.push((window, token));
        }
        Ok(tokens)
    }
}
