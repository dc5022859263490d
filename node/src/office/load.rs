//! Taking up what was stored: records, then the registration tree and the history that follow from them.
//! Knows encodings and vaults; believes nothing that does not open.
//! Specified in specs/protocol.md §14.

use crate::office::core::{LoadError, Office, PENDING, appended};
use crate::office::io::{FileHash, Files, Output, Shelf};
use crate::office::records::{Leaves, PlanRecord, RequestRecord, RequestState, TickRecord, split};
use lachan_protocol::exposure::history::EarlierEntry;
use lachan_protocol::id::{CodeId, RequestId};
use lachan_protocol::keys::epoch::Epoch;
use lachan_protocol::keys::registration::MailboxSecret;
use lachan_protocol::time::{Day, UnixTime, Window};
use lachan_protocol::wire::Message;

impl<F: Files> Office<F> {
    pub(super) fn load_record(
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
                let vault = self.secrets.vaults.get(&Epoch::of(record.first));
                // a restored record has no mailbox: its month's vault is gone, and a new one may be there
                if let Some(vault) = vault.filter(|_| !record.mailbox.is_empty()) {
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
                if let Some(vault) = self.secrets.vaults.get(&Epoch::of(record.month)) {
                    let opened = vault
                        .open(&[b"request", &id.0], &record.state)
                        .map_err(|_| damaged)?;
                    let request = RequestState::from_bytes(&opened).map_err(|_| damaged)?;
                    state.requests.insert(id, request);
                }
            }
            Shelf::Revocations => {
                let venue = CodeId(array(key).ok_or(damaged)?);
                let from = u32::from_be_bytes(array(value).ok_or(damaged)?);
                state.revoked.insert(venue, Window(from));
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

    pub(super) fn load_tree(&mut self) -> Result<(), LoadError> {
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

    pub(super) fn load_history(&mut self) -> Result<(), LoadError> {
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
}

fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

fn number(bytes: &[u8]) -> Option<u64> {
    array(bytes).map(u64::from_be_bytes)
}
