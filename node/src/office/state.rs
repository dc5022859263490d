//! What the office knows while it runs: everything in it was loaded from, or is stored in, records.
//! Knows plans, requests and mailboxes; does not decide.
//! Specified in specs/protocol.md §3.6, §10.4 and §11.4.

use crate::office::records::{PlanRecord, RequestState, Stage, TickRecord};
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::history::EarlierEntry;
use lachan_protocol::exposure::manifest::EntryRef;
use lachan_protocol::id::{CodeId, MailboxName, RequestId};
use lachan_protocol::keys::registered::Registered;
use lachan_protocol::keys::registration::MailboxSecret;
use lachan_protocol::log::proof::{HashReader, prove_inclusion};
use lachan_protocol::office::RegistrationPath;
use lachan_protocol::time::{Day, UnixTime, Window};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

/// Plans kept ready in memory.
const MOST_READY: usize = 256;

#[derive(Default)]
pub(super) struct State {
    pub(super) plans: BTreeMap<CodeId, PlanRecord>,
    pub(super) tree: RegistrationTree,
    pub(super) mailboxes: Mailboxes,
    pub(super) requests: BTreeMap<RequestId, RequestState>,
    pub(super) polls: BTreeMap<CodeId, UnixTime>,
    /// Codes that do not count from a window on.
    pub(super) revoked: BTreeMap<CodeId, Window>,
    pub(super) ticks: BTreeMap<u64, TickRecord>,
    pub(super) history: BTreeMap<EntryRef, EarlierEntry>,
    pub(super) prekeys_logged: BTreeSet<Day>,
    /// Registrations under the newest root in the log.
    pub(super) rooted: u64,
    /// Plans whose path was offered since the start.
    pub(super) path_offered: BTreeSet<CodeId>,
    pub(super) ready: Ready,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("State")
    }
}

impl State {
    /// Registrations so far.
    pub(super) fn registrations(&self) -> u64 {
        self.tree.len()
    }

    /// The newest published tick.
    pub(super) fn last_tick(&self) -> Option<(u64, UnixTime)> {
        let (seq, record) = self.ticks.last_key_value()?;
        Some((*seq, record.time))
    }

    /// The number of a request that is made now.
    pub(super) fn next_request_number(&self) -> u64 {
        let numbers = self.requests.values().map(|request| request.number);
        numbers.max().map_or(0, |newest| newest + 1)
    }

    /// The oldest request on offer in this venue's mailbox.
    pub(super) fn waiting(&self, venue: CodeId, now: UnixTime) -> Option<RequestId> {
        self.requests
            .iter()
            .filter(|(_, request)| request.venue == venue && request.is_open(now))
            .min_by_key(|(_, request)| request.number)
            .map(|(id, _)| *id)
    }

    /// Windows of a plan that were asked for and not declined, expired or answered in vain.
    pub(super) fn asked(&self, venue: CodeId, now: UnixTime) -> BTreeSet<Window> {
        self.requests
            .values()
            .filter(|request| request.venue == venue)
            .filter(|request| match request.stage {
                Stage::Waiting => request.expiry > now,
                Stage::Declined => false,
                Stage::Approved(_) => true,
            })
            .flat_map(|request| request.windows.iter().copied())
            .collect()
    }
}

impl RequestState {
    /// Whether a venue may still answer.
    pub(super) fn is_open(&self, now: UnixTime) -> bool {
        self.stage == Stage::Waiting && self.expiry > now
    }

    fn to_stage(&self, now: UnixTime) -> RequestStage {
        match &self.stage {
            Stage::Waiting if self.expiry > now => RequestStage::Waiting,
            Stage::Waiting => RequestStage::Expired,
            Stage::Declined => RequestStage::Declined,
            Stage::Approved(released) if released.shares.is_empty() => RequestStage::Published,
            Stage::Approved(_) => RequestStage::Answered,
        }
    }

    pub(super) fn to_summary(
        &self,
        id: RequestId,
        advice: Option<Advice>,
        now: UnixTime,
    ) -> RequestSummary {
        RequestSummary {
            request: id,
            venue: self.venue,
            windows: self.windows.to_vec(),
            expiry: self.expiry,
            advice,
            stage: self.to_stage(now),
        }
    }
}

/// What became of a release request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RequestStage {
    /// The venue released its shares; the next tick after its windows publishes them.
    Answered,
    /// The venue declined.
    Declined,
    /// The venue did not answer in time.
    Expired,
    /// All windows are published.
    Published,
    /// On offer.
    Waiting,
}

/// A release request, for the office's staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestSummary {
    /// Its id.
    pub request: RequestId,
    /// The venue's code.
    pub venue: CodeId,
    /// What is asked for.
    pub windows: Vec<Window>,
    /// Until when it may be answered.
    pub expiry: UnixTime,
    /// What those who were there are advised; none when its month's keys are gone.
    pub advice: Option<Advice>,
    /// What became of it.
    pub stage: RequestStage,
}

/// Counts, for `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfficeSummary {
    /// Registered plans.
    pub registrations: u64,
    /// Requests on offer.
    pub waiting: u64,
    /// Requests that were approved.
    pub answered: u64,
    /// Requests that were declined.
    pub declined: u64,
    /// The newest published tick's number; 0 before the first.
    pub seq: u64,
    /// When the next tick is due.
    pub next_tick: UnixTime,
}

/// The leaves' hashes of the registration tree.
#[derive(Debug, Default)]
pub(super) struct RegistrationTree(Vec<Hash>);

impl RegistrationTree {
    pub(super) fn push(&mut self, leaf: &[u8]) {
        self.0.push(Hash::of_leaf(leaf));
    }

    pub(super) fn len(&self) -> u64 {
        self.0.len() as u64
    }

    pub(super) fn root(&self) -> Hash {
        HashList(&self.0).root()
    }

    /// Where leaf `index` stands among the first `size` leaves.
    pub(super) fn path(&self, index: u64, size: u64) -> RegistrationPath {
        let hashes = HashList(&self.0).path(index, size);
        RegistrationPath {
            size,
            index,
            hashes,
        }
    }
}

/// Leaf hashes in order, as a tree.
pub(super) struct HashList<'a>(pub(super) &'a [Hash]);

impl HashList<'_> {
    pub(super) fn root(&self) -> Hash {
        let mut frontier = lachan_protocol::crypto::tree::Frontier::default();
        self.0.iter().for_each(|hash| frontier.push(*hash));
        frontier.root()
    }

    pub(super) fn path(&self, index: u64, size: u64) -> Vec<[u8; 32]> {
        let mut reader = HashList(self.0);
        let Ok(path) = prove_inclusion(&mut reader, index, size);
        path.into_iter().map(|hash| hash.0).collect()
    }
}

impl HashReader for HashList<'_> {
    type Error = Infallible;

    fn hash(&mut self, height: u32, index: u64) -> Result<Hash, Infallible> {
        let at = |leaf: u64| {
            usize::try_from(leaf)
                .unwrap_or(usize::MAX)
                .min(self.0.len())
        };
        let (from, to) = (at(index << height), at((index + 1) << height));
        Ok(HashList(&self.0[from..to]).root())
    }
}

/// The mailboxes of today and yesterday, by their names.
#[derive(Debug, Default)]
pub(super) struct Mailboxes {
    secrets: BTreeMap<CodeId, MailboxSecret>,
    names: BTreeMap<MailboxName, CodeId>,
    day: Option<Day>,
}

impl Mailboxes {
    pub(super) fn add(&mut self, venue: CodeId, secret: MailboxSecret) {
        if let Some(day) = self.day {
            self.name(venue, &secret, day);
        }
        self.secrets.insert(venue, secret);
    }

    /// Whose mailbox this is today or was yesterday.
    pub(super) fn find(&mut self, name: &MailboxName, today: Day) -> Option<CodeId> {
        if self.day != Some(today) {
            self.names.clear();
            let secrets = std::mem::take(&mut self.secrets);
            for (venue, secret) in &secrets {
                self.name(*venue, secret, today);
            }
            self.secrets = secrets;
            self.day = Some(today);
        }
        self.names.get(name).copied()
    }

    fn name(&mut self, venue: CodeId, secret: &MailboxSecret, today: Day) {
        self.names.insert(secret.name_on(today), venue);
        if let Some(yesterday) = today.0.checked_sub(1) {
            self.names.insert(secret.name_on(Day(yesterday)), venue);
        }
    }

    pub(super) fn forget(&mut self, venue: CodeId) {
        self.secrets.remove(&venue);
        self.names.retain(|_, of| *of != venue);
    }
}

/// Plans with their sums, ready to compare shares with: what was used last stays.
#[derive(Debug, Default)]
pub(super) struct Ready {
    plans: BTreeMap<CodeId, (u64, Arc<Registered>)>,
    turn: u64,
}

impl Ready {
    pub(super) fn find(&mut self, venue: CodeId) -> Option<Arc<Registered>> {
        self.turn += 1;
        let (used, plan) = self.plans.get_mut(&venue)?;
        *used = self.turn;
        Some(Arc::clone(plan))
    }

    pub(super) fn keep(&mut self, venue: CodeId, plan: Arc<Registered>) {
        if self.plans.len() >= MOST_READY {
            let oldest = self.plans.iter().min_by_key(|(_, (used, _))| *used);
            if let Some(oldest) = oldest.map(|(venue, _)| *venue) {
                self.plans.remove(&oldest);
            }
        }
        self.turn += 1;
        self.plans.insert(venue, (self.turn, plan));
    }

    pub(super) fn forget(&mut self, venue: CodeId) {
        self.plans.remove(&venue);
    }
}
