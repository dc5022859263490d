//! The logs of a home: whether their files are those of their checkpoints, and what their newest tick says of the clock.
//! Knows the ledger's readers; writes nothing.
//! Specified in specs/protocol.md §14.10.

use super::{Finding, Visit};
use crate::config::Role;
use crate::ledger::{self, Edge};
use lachan_protocol::exposure::batch::{BatchRules, UnverifiedBatchPart};
use lachan_protocol::time::UnixTime;
use lachan_protocol::trust::{TrustList, TrustedAuthority};
use std::time::Duration;

/// A running node replaces the edge of a log while it is read: it is read again so often.
const TRIES: u32 = 5;
/// A clock may be so many seconds behind a tick.
const TOLERANCE_SECONDS: u64 = 300;

pub(super) fn ledgers(visit: &Visit<'_>, trust: &TrustList) -> Vec<Finding> {
    let (mut found, mut newest) = (Vec::new(), None);
    for authority in trust.authorities() {
        let is_own = authority.origin() == visit.config.office.origin;
        if !is_own && !visit.config.is(Role::Relay) {
            continue;
        }
        let origin = authority.origin().to_owned();
        let folder = visit.paths.log().join(authority.origin_hash().to_string());
        let mut edge = ledger::edge(&folder);
        for _ in 1..TRIES {
            if edge.is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(200));
            edge = ledger::edge(&folder);
        }
        found.push(match edge {
            Ok(None) => Finding::LedgerEmpty { origin },
            Ok(Some(edge)) => {
                newest = newest.max(newest_tick(&edge, authority));
                let size = edge.checkpoint.size;
                Finding::LedgerFits { origin, size }
            }
            Err(error) => Finding::LedgerDamaged {
                origin,
                why: error.to_string(),
            },
        });
    }
    found.push(match newest {
        None => Finding::ClockUnknown,
        Some(tick) if tick.0 > visit.now.0.saturating_add(TOLERANCE_SECONDS) => {
            Finding::ClockBehind { tick }
        }
        Some(_) => Finding::ClockFits,
    });
    found
}

/// The time of the newest tick among the log's last leaves, if its authority signed it.
fn newest_tick(edge: &Edge, authority: &TrustedAuthority) -> Option<UnixTime> {
    let rules = BatchRules {
        authority: authority.id(),
        region: authority.first_region(),
        batch_key: authority.batch_key(),
        clock_seconds: authority.clock(),
        latest: UnixTime(u64::MAX),
    };
    let parts = edge.leaves.iter().rev();
    parts
        .filter_map(|leaf| UnverifiedBatchPart::from_bytes(leaf).ok())
        .find_map(|part| part.verify(&rules).ok())
        .map(|part| part.head().time)
}
