//! The doctor: looks at a home, and says of each thing how it is.
//! Knows files, limits and who answers; changes nothing, and runs beside a node.
//! Specified in specs/protocol.md §14.10.

mod finding;
mod home;
mod logs;
mod reach;
#[cfg(test)]
mod tests;

pub use finding::{Check, Finding, Level, Space};

use crate::config::{Config, Role};
use crate::home::Paths;
use crate::keys::{KeyFolder, KeyName};
use crate::trust;
use lachan_protocol::time::UnixTime;
use lachan_protocol::trust::TrustList;
use serde_json::Value;

/// What the doctor looks with.
#[derive(Debug)]
pub struct Visit<'a> {
    /// Whose home.
    pub paths: &'a Paths,
    /// Its settings.
    pub config: &'a Config,
    /// The time, if there is one.
    pub now: UnixTime,
    /// What the running process answered to `status`; none when none runs.
    pub running: Option<&'a Value>,
}

/// Looks at everything, in an order in which the first that is bad is to be mended first.
#[must_use]
pub fn examine(visit: &Visit<'_>) -> Vec<Finding> {
    let mut found = home::permissions(visit.paths);
    found.push(home::lock(visit));
    found.extend(home::space(visit.paths));
    found.push(home::files_limit(visit.config));
    let trust = trust::read(visit.paths).map(|(trust, _)| trust);
    found.extend(home::trust(visit, &trust));
    found.extend(home::keys(visit, trust.as_ref().ok()));
    if visit.config.is(Role::Office) {
        found.extend(home::store(visit));
    }
    if let Ok(trust) = &trust {
        found.extend(logs::ledgers(visit, trust));
    }
    found.extend(home::spool(visit.paths));
    found.extend(reach::ports(visit));
    found.extend(reach::peers(visit));
    found
}

/// The key with which an office signs venue codes.
fn code_key(paths: &Paths) -> Option<lachan_protocol::crypto::sign::VerifyingKey> {
    let keys = KeyFolder::new(paths.keys());
    keys.signing_key(KeyName::Code)
        .ok()
        .map(|key| key.verifying_key())
}

/// What ends soon for this home.
#[must_use]
pub fn ending(paths: &Paths, trust: &TrustList, now: UnixTime) -> Vec<crate::expiry::Expiry> {
    crate::expiry::ending(trust, code_key(paths).as_ref(), now)
}
