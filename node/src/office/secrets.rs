//! The office's secret files: epoch seeds, prekeys, vault keys, and when each is made and erased.
//! Knows names, bytes and days; does not know folders.
//! Specified in specs/protocol.md §3.4, §10.1 and §14.5.

use crate::office::vault::VaultKey;
use lachan_protocol::crypto::exchange::ExchangeSecret;
use lachan_protocol::keys::epoch::Epoch;
use lachan_protocol::keys::office::{EpochSeed, OfficeSeeds};
use lachan_protocol::time::{Day, UnixTime};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use zeroize::Zeroizing;

/// The name of a secret file under `keys/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretName {
    /// The seeds of an epoch: in no backup.
    Epoch(Epoch),
    /// The prekey of a day.
    Prekey(Day),
    /// What seals records of an epoch at rest.
    Vault(Epoch),
}

impl SecretName {
    /// From this second on the secret is erased.
    #[must_use]
    pub fn kept_until(self) -> UnixTime {
        match self {
            Self::Epoch(epoch) | Self::Vault(epoch) => epoch.seeds_needed_until(),
            Self::Prekey(day) => Day(day.0.saturating_add(2)).start(),
        }
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Epoch(epoch) => write!(f, "epoch-{epoch}"),
            Self::Prekey(day) => write!(f, "prekey-{day}"),
            Self::Vault(epoch) => write!(f, "vault-{epoch}"),
        }
    }
}

/// A file name that is none of an office's secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of an office's secret")]
pub struct NotASecretName;

impl FromStr for SecretName {
    type Err = NotASecretName;

    fn from_str(text: &str) -> Result<Self, NotASecretName> {
        let (kind, rest) = text.split_once('-').ok_or(NotASecretName)?;
        let name = match kind {
            "epoch" => Self::Epoch(rest.parse().map_err(|_| NotASecretName)?),
            "prekey" => Self::Prekey(Day(rest.parse().map_err(|_| NotASecretName)?)),
            "vault" => Self::Vault(rest.parse().map_err(|_| NotASecretName)?),
            _ => return Err(NotASecretName),
        };
        if name.to_string() == text {
            Ok(name)
        } else {
            Err(NotASecretName)
        }
    }
}

/// A secret file that does not hold what its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret file {0} does not hold 32 bytes")]
pub struct BadSecret(pub SecretName);

/// The secrets that are kept now.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    pub(super) epochs: BTreeMap<Epoch, OfficeSeeds>,
    pub(super) prekeys: BTreeMap<Day, ExchangeSecret>,
    pub(super) vaults: BTreeMap<Epoch, VaultKey>,
}

impl Secrets {
    pub(super) fn load(files: BTreeMap<SecretName, Zeroizing<Vec<u8>>>) -> Result<Self, BadSecret> {
        let mut secrets = Self::default();
        for (name, bytes) in files {
            let bytes = bytes.first_chunk::<32>().filter(|_| bytes.len() == 32);
            secrets.put(name, bytes.ok_or(BadSecret(name))?);
        }
        Ok(secrets)
    }

    pub(super) fn put(&mut self, name: SecretName, bytes: &[u8; 32]) {
        match name {
            SecretName::Epoch(epoch) => {
                let seeds = OfficeSeeds::single(EpochSeed::from_bytes(bytes));
                self.epochs.insert(epoch, seeds);
            }
            SecretName::Prekey(day) => {
                self.prekeys.insert(day, ExchangeSecret::from_bytes(bytes));
            }
            SecretName::Vault(epoch) => {
                self.vaults.insert(epoch, VaultKey::from_bytes(bytes));
            }
        }
    }

    /// Forgets what is over, and names it.
    pub(super) fn take_over(&mut self, now: UnixTime) -> Vec<SecretName> {
        let names: Vec<SecretName> = self
            .names()
            .filter(|name| name.kept_until() <= now)
            .collect();
        for name in &names {
            match name {
                SecretName::Epoch(epoch) => drop(self.epochs.remove(epoch)),
                SecretName::Prekey(day) => drop(self.prekeys.remove(day)),
                SecretName::Vault(epoch) => drop(self.vaults.remove(epoch)),
            }
        }
        names
    }

    fn names(&self) -> impl Iterator<Item = SecretName> + '_ {
        let epochs = self.epochs.keys().copied().map(SecretName::Epoch);
        let prekeys = self.prekeys.keys().copied().map(SecretName::Prekey);
        epochs
            .chain(prekeys)
            .chain(self.vaults.keys().copied().map(SecretName::Vault))
    }

    /// Today's prekey, then yesterday's.
    pub(super) fn prekeys_at(&self, now: UnixTime) -> impl Iterator<Item = &ExchangeSecret> + '_ {
        let today = now.day();
        let yesterday = today.0.checked_sub(1).map(Day);
        [Some(today), yesterday]
            .into_iter()
            .flatten()
            .filter_map(|day| self.prekeys.get(&day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_nothing_else_is_read() {
        for name in ["epoch-2026-11", "prekey-20781", "vault-2026-12"] {
            let read: SecretName = name.parse().unwrap();
            assert_eq!(read.to_string(), name);
        }
        for name in ["prekey-020781", "prekey-", "epoch-2026-13", "batch", "../x"] {
            assert_eq!(name.parse::<SecretName>(), Err(NotASecretName), "{name}");
        }
    }

    #[test]
    fn prekey_is_kept_through_the_next_day() {
        let name = SecretName::Prekey(Day(100));
        assert_eq!(name.kept_until(), Day(102).start());
    }
}
