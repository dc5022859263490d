//! What passing time does: keys of the day are made and logged, what is over is erased.
//! Knows names of secrets and files; does not know the clock.
//! Specified in specs/protocol.md §8.4, §10.1 and §14.5.

use crate::office::core::{Office, log_leaves};
use crate::office::io::{Change, Files, Output, Shelf};
use crate::office::records::RequestState;
use crate::office::secrets::SecretName;
use crate::office::vault::VaultKey;
use lachan_protocol::id::RequestId;
use lachan_protocol::keys::epoch::Epoch;
use lachan_protocol::log::leaf::{PrekeyLeaf, SignedLeaf};
use lachan_protocol::time::{Day, UnixTime};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

impl<F: Files> Office<F> {
    /// Makes the keys of today and tomorrow, erases what is over.
    pub(super) fn clock(&mut self, now: UnixTime, rng: &mut impl CryptoRng) -> Vec<Output> {
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
}
