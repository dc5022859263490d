//! The office: one state, one door in, effects out.
//! Knows what is stored where; does not know disks, sockets or clocks.
//! Specified in specs/protocol.md §14.4.

use crate::office::config::{OfficeConfig, OfficeKeys};
use crate::office::io::{Change, FileHash, Files, Input, Output, Shelf};
use crate::office::records::{Leaves, PlanRecord};
use crate::office::secrets::{BadSecret, SecretName, Secrets};
use crate::office::state::{OfficeSummary, RequestStage, RequestSummary, State};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::id::{CodeId, RequestId};
use lachan_protocol::keys::epoch::Epoch;
use lachan_protocol::keys::plan::Plan;
use lachan_protocol::keys::registered::Registered;
use lachan_protocol::keys::registration::RegistrationAnswer;
use lachan_protocol::time::UnixTime;
use rand_core::CryptoRng;
use std::collections::BTreeMap;
use std::sync::Arc;
use zeroize::Zeroizing;

pub(super) const PENDING: &[u8] = b"pending";
pub(super) const ROOTED: &[u8] = b"rooted";

/// Why what is stored cannot be taken up. The disk, or whoever changed it, is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// A secret file does not hold a secret.
    #[error(transparent)]
    BadSecret(#[from] BadSecret),
    /// A file that a record names is not there, or does not open.
    #[error("a file that a record of {0:?} names is damaged or absent")]
    FileDamaged(Shelf),
    /// A record is not one.
    #[error("a record of {0:?} is damaged")]
    RecordDamaged(Shelf),
    /// A place in the order of registrations is missing.
    #[error("registration {0} is missing")]
    RegistrationMissing(u64),
}

/// What the office stored: all its records and secret files.
#[derive(Default)]
pub struct Saved {
    /// Records: compartment, key, value.
    pub records: Vec<(Shelf, Vec<u8>, Vec<u8>)>,
    /// The secret files under `keys/` whose names [`SecretName`] reads.
    pub secrets: BTreeMap<SecretName, Zeroizing<Vec<u8>>>,
}

impl std::fmt::Debug for Saved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Saved")
    }
}

/// An authority's office. After an output failed, drop it and load it anew.
#[derive(Debug)]
pub struct Office<F> {
    pub(super) config: OfficeConfig,
    pub(super) keys: OfficeKeys,
    pub(super) files: F,
    pub(super) secrets: Secrets,
    pub(super) state: State,
}

impl<F: Files> Office<F> {
    /// Takes up what was stored. The outputs finish what a crash interrupted: perform them first.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn load(
        config: OfficeConfig,
        keys: OfficeKeys,
        saved: Saved,
        files: F,
    ) -> Result<(Self, Vec<Output>), LoadError> {
        let mut office = Self {
            config,
            keys,
            files,
            secrets: Secrets::load(saved.secrets)?,
            state: State::default(),
        };
        let mut pending = Vec::new();
        for (shelf, key, value) in saved.records {
            office.load_record(shelf, &key, &value, &mut pending)?;
        }
        office.load_tree()?;
        office.load_history()?;
        Ok((office, pending))
    }

    /// Takes one input; the outputs are to be performed in order.
    pub fn handle(&mut self, input: Input, now: UnixTime, rng: &mut impl CryptoRng) -> Vec<Output> {
        match input {
            Input::Clock => self.clock(now, rng),
            Input::Poll { sealed, reply_to } => self.poll(&sealed, reply_to, now, rng),
            Input::Registration { sealed, reply_to } => {
                self.registration(&sealed, reply_to, now, rng)
            }
            Input::ReleaseRequest {
                venue,
                from,
                to,
                advice,
                reply_to,
            } => {
                let mut outputs = Vec::new();
                let result = self.request(venue, from, to, advice, now, rng, &mut outputs);
                outputs.push(Output::Requested { reply_to, result });
                outputs
            }
            Input::Revoke {
                venue,
                from,
                is_foreign,
                reply_to,
            } => self.revoke_for_staff(venue, from, is_foreign, reply_to),
            Input::Tick { reply_to } => self.tick(reply_to, now, rng),
        }
    }

    /// Counts, for `status`.
    #[must_use]
    pub fn summary(&self, now: UnixTime) -> OfficeSummary {
        let last = self.state.last_tick();
        let mut summary = OfficeSummary {
            registrations: self.state.registrations(),
            seq: last.map_or(0, |(seq, _)| seq),
            next_tick: match last {
                Some((_, time)) if time >= self.config.newest_tick(now) => {
                    self.config.next_tick(now)
                }
                _ => self.config.newest_tick(now),
            },
            waiting: 0,
            answered: 0,
            declined: 0,
        };
        for request in self.requests(now) {
            match request.stage {
                RequestStage::Waiting => summary.waiting += 1,
                RequestStage::Answered | RequestStage::Published => summary.answered += 1,
                RequestStage::Declined => summary.declined += 1,
                RequestStage::Expired => {}
            }
        }
        summary
    }

    /// All release requests that are kept, oldest first.
    #[must_use]
    pub fn requests(&self, now: UnixTime) -> Vec<RequestSummary> {
        let mut requests: Vec<_> = self.state.requests.iter().collect();
        requests.sort_by_key(|(_, request)| request.number);
        requests
            .into_iter()
            .map(|(id, request)| request.to_summary(*id, self.advice(*id), now))
            .collect()
    }

    fn advice(&self, id: RequestId) -> Option<Advice> {
        let offered = self.offered(id)?;
        let item = offered.items().first()?;
        Advice::from_u8(item.advice)
    }

    /// The sealed file of a plan: its bytes, or those of its answer.
    pub(super) fn plan_file(
        &self,
        record: &PlanRecord,
        name: &FileHash,
        context: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let vault = self.secrets.vaults.get(&Epoch::of(record.first))?;
        let sealed = self.files.read(name)?;
        vault.open(&[context, &record.digest.0], &sealed).ok()
    }

    /// A registered plan with its sums; none when its files or its month's vault are gone.
    pub(super) fn registered(&mut self, venue: CodeId) -> Option<Arc<Registered>> {
        if let Some(registered) = self.state.ready.find(venue) {
            return Some(registered);
        }
        let record = self.state.plans.get(&venue)?;
        let plan = Plan::from_bytes(&self.plan_file(record, &record.plan, b"plan")?).ok()?;
        let answer = self.plan_file(record, &record.answer, b"answer")?;
        let answer = RegistrationAnswer::from_bytes(&answer, plan.head()).ok()?;
        let registered = Arc::new(Registered::reload(plan, answer).ok()?);
        self.state.ready.keep(venue, Arc::clone(&registered));
        Some(registered)
    }
}

/// Stores what the leaves stand for, together with the leaves; appends them; forgets that they were on their way.
pub(super) fn log_leaves(leaves: Vec<Vec<u8>>, mut changes: Vec<Change>) -> Vec<Output> {
    let leaves = Leaves(leaves);
    let bytes = leaves.to_bytes();
    let name = FileHash::of(&bytes);
    changes.push(Change::Put {
        shelf: Shelf::Log,
        key: PENDING.to_vec(),
        value: name.0.to_vec(),
    });
    let mut outputs = vec![Output::PutFile(bytes), Output::Store(changes)];
    outputs.extend(appended(leaves.0, name, false));
    outputs
}

pub(super) fn appended(leaves: Vec<Vec<u8>>, name: FileHash, again: bool) -> Vec<Output> {
    vec![
        Output::AppendLeaves { leaves, again },
        Output::Store(vec![Change::Delete {
            shelf: Shelf::Log,
            key: PENDING.to_vec(),
        }]),
        Output::RemoveFile(name),
    ]
}
