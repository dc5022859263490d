//! The office: one state, one door in, effects out.
//! Knows what is stored where; does not know disks, sockets or clocks.
//! Specified in specs/protocol.md §14.4.

use crate::office::config::{OfficeConfig, OfficeKeys};
use crate::office::io::{Change, FileHash, Files, Input, Output, Shelf};
use crate::office::records::{Leaves, PlanRecord, RequestRecord, RequestState, TickRecord, split};
use crate::office::secrets::{BadSecret, SecretName, Secrets};
use crate::office::state::{OfficeSummary, RequestStage, RequestSummary, State};
use crate::office::vault::VaultKey;
use lachan_protocol::exposure::history::EarlierEntry;
use lachan_protocol::id::{CodeId, RequestId};
use lachan_protocol::keys::epoch::Epoch;
use lachan_protocol::keys::plan::Plan;
use lachan_protocol::keys::registered::Registered;
use lachan_protocol::keys::registration::{MailboxSecret, RegistrationAnswer};
use lachan_protocol::log::leaf::{PrekeyLeaf, SignedLeaf};
use lachan_protocol::time::{Day, UnixTime};
use lachan_protocol::wire::Message;
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
        requests.sort_by_key(|(id, request)| (request.created, **id));
        requests
            .into_iter()
            .map(|(id, request)| request.to_summary(*id, now))
            .collect()
    }

    fn load_record(
        &mut self,
        shelf: Shelf,
        key: &[u8],
        value: &[u8],
        pending: &mut Vec<Output>,
    ) -> Result<(), LoadError> {
        let damaged = LoadError::RecordDamaged(shelf);
        let state = &mut self.state;
        match shelf {
            Shelf::Log if key == PENDING => *pending = self.load_pending(value)?,
            Shelf::Log => state.rooted = number(value).ok_or(damaged)?,
            Shelf::Plans => {
                let record = PlanRecord::from_bytes(value).map_err(|_| damaged)?;
                let venue = CodeId(array(key).ok_or(damaged)?);
                if let Some(vault) = self.secrets.vaults.get(&Epoch::of(record.first)) {
                    let secret = vault
                        .open(&[b"mailbox", &venue.0], &record.mailbox)
                        .map_err(|_| damaged)?;
                    let secret = MailboxSecret(array(&secret).ok_or(damaged)?);
                    state.mailboxes.add(venue, secret);
                }
                state.plans.insert(venue, record);
            }
            Shelf::Polls => {
                let venue = CodeId(array(key).ok_or(damaged)?);
                let at = UnixTime(number(value).ok_or(damaged)?);
                state.polls.insert(venue, at);
            }
            Shelf::Prekeys => {
                let day = Day(u16::from_be_bytes(array(key).ok_or(damaged)?));
                state.prekeys_logged.insert(day);
            }
            Shelf::Requests => {
                let id = RequestId(array(key).ok_or(damaged)?);
                let record = RequestRecord::from_bytes(value).map_err(|_| damaged)?;
                if let Some(vault) = self.secrets.vaults.get(&Epoch::of(record.plan_first)) {
                    let opened = vault
                        .open(&[b"request", &id.0], &record.state)
                        .map_err(|_| damaged)?;
                    let request = RequestState::from_bytes(&opened).map_err(|_| damaged)?;
                    state.requests.insert(id, request);
                }
            }
            Shelf::Ticks => {
                let seq = number(key).ok_or(damaged)?;
                let record = TickRecord::from_bytes(value).map_err(|_| damaged)?;
                state.ticks.insert(seq, record);
            }
        }
        Ok(())
    }

    fn load_pending(&self, value: &[u8]) -> Result<Vec<Output>, LoadError> {
        let damaged = LoadError::FileDamaged(Shelf::Log);
        let name = FileHash(array(value).ok_or(LoadError::RecordDamaged(Shelf::Log))?);
        let bytes = self.files.read(&name).ok_or(damaged)?;
        let Leaves(leaves) = Leaves::from_bytes(&bytes).ok_or(damaged)?;
        Ok(appended(leaves, name, true))
    }

    fn load_tree(&mut self) -> Result<(), LoadError> {
        let mut plans: Vec<&PlanRecord> = self.state.plans.values().collect();
        plans.sort_by_key(|plan| plan.index);
        for (index, plan) in (0..).zip(plans) {
            if plan.index != index {
                return Err(LoadError::RegistrationMissing(index));
            }
            self.state.tree.push(&plan.leaf());
        }
        Ok(())
    }

    fn load_history(&mut self) -> Result<(), LoadError> {
        let damaged = LoadError::FileDamaged(Shelf::Ticks);
        for (seq, record) in &self.state.ticks {
            let Some(vault) = self.secrets.vaults.get(&Epoch::of(record.time.window())) else {
                continue;
            };
            let Some(sealed) = self.files.read(&record.history) else {
                // Its day is over, and it was removed.
                continue;
            };
            let opened = vault
                .open(&[b"history", &seq.to_be_bytes()], &sealed)
                .map_err(|_| damaged)?;
            for entry in split(&opened).ok_or(damaged)? {
                let entry = EarlierEntry::from_bytes(&entry).map_err(|_| damaged)?;
                self.state.history.insert(entry.first, entry);
            }
        }
        Ok(())
    }

    /// Makes the keys of today and tomorrow, erases what is over.
    fn clock(&mut self, now: UnixTime, rng: &mut impl CryptoRng) -> Vec<Output> {
        let mut outputs = self.erase(now);
        let (mut leaves, mut changes) = (Vec::new(), Vec::new());
        let tomorrow = now.day().0.checked_add(1).map(Day);
        for day in [Some(now.day()), tomorrow].into_iter().flatten() {
            let is_new = !self.secrets.prekeys.contains_key(&day);
            if is_new {
                self.create_secret(SecretName::Prekey(day), rng, &mut outputs);
            }
            if let Some(prekey) = self.secrets.prekeys.get(&day)
                && (is_new || !self.state.prekeys_logged.contains(&day))
            {
                let leaf = PrekeyLeaf {
                    authority: self.config.authority,
                    day,
                    key: prekey.public(),
                };
                changes.push(Change::Put {
                    shelf: Shelf::Prekeys,
                    key: day.0.to_be_bytes().to_vec(),
                    value: leaf.key.to_bytes().to_vec(),
                });
                leaves.push(leaf.sign(&self.keys.batch));
                self.state.prekeys_logged.insert(day);
            }
        }
        if !leaves.is_empty() {
            outputs.extend(log_leaves(leaves, changes));
        }
        outputs
    }

    fn erase(&mut self, now: UnixTime) -> Vec<Output> {
        let mut outputs = Vec::new();
        for name in self.secrets.take_over(now) {
            outputs.push(Output::EraseSecret(name));
            match name {
                SecretName::Epoch(_) => {}
                SecretName::Prekey(day) => {
                    self.state.prekeys_logged.remove(&day);
                    outputs.push(Output::Store(vec![Change::Delete {
                        shelf: Shelf::Prekeys,
                        key: day.0.to_be_bytes().to_vec(),
                    }]));
                }
                SecretName::Vault(epoch) => self.forget_epoch(epoch, &mut outputs),
            }
        }
        outputs
    }

    /// With its vault key gone nothing of a month opens: its files and requests go too.
    fn forget_epoch(&mut self, epoch: Epoch, outputs: &mut Vec<Output>) {
        let state = &mut self.state;
        for (venue, plan) in &state.plans {
            if Epoch::of(plan.first) == epoch {
                outputs.push(Output::RemoveFile(plan.plan));
                outputs.push(Output::RemoveFile(plan.answer));
                state.mailboxes.forget(*venue);
                state.ready.forget(*venue);
            }
        }
        let is_over = |request: &RequestState| {
            let plan = state.plans.get(&request.venue);
            plan.is_some_and(|plan| Epoch::of(plan.first) == epoch)
        };
        let over: Vec<RequestId> = (state.requests.iter())
            .filter(|(_, request)| is_over(request))
            .map(|(id, _)| *id)
            .collect();
        for id in over {
            outputs.push(Output::Store(vec![Change::Delete {
                shelf: Shelf::Requests,
                key: id.0.to_vec(),
            }]));
            if let Some(request) = state.requests.remove(&id) {
                outputs.push(Output::RemoveFile(request.case));
            }
        }
        for tick in state.ticks.values() {
            if Epoch::of(tick.time.window()) == epoch {
                outputs.push(Output::RemoveFile(tick.history));
                outputs.push(Output::RemoveFile(tick.manifest));
            }
        }
    }

    pub(super) fn create_secret(
        &mut self,
        name: SecretName,
        rng: &mut impl CryptoRng,
        outputs: &mut Vec<Output>,
    ) {
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill_bytes(secret.as_mut_slice());
        self.secrets.put(name, &secret);
        outputs.push(Output::CreateSecret { name, secret });
    }

    /// The vault of a month, made when it is needed for the first time.
    pub(super) fn vault(
        &mut self,
        epoch: Epoch,
        rng: &mut impl CryptoRng,
        outputs: &mut Vec<Output>,
    ) -> &VaultKey {
        if !self.secrets.vaults.contains_key(&epoch) {
            self.create_secret(SecretName::Vault(epoch), rng, outputs);
        }
        &self.secrets.vaults[&epoch]
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

fn appended(leaves: Vec<Vec<u8>>, name: FileHash, again: bool) -> Vec<Output> {
    vec![
        Output::AppendLeaves { leaves, again },
        Output::Store(vec![Change::Delete {
            shelf: Shelf::Log,
            key: PENDING.to_vec(),
        }]),
        Output::RemoveFile(name),
    ]
}

fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

fn number(bytes: &[u8]) -> Option<u64> {
    array(bytes).map(u64::from_be_bytes)
}
