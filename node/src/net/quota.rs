//! Quotas: what one peer may ask, as token buckets.
//! Knows counts and moments; does not know what is asked.
//! Specified in specs/protocol.md §13.2.

use crate::config::Limits;
use lachan_link::PeerId;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// A bucket holds so many seconds of what it is filled with.
const BURST_SECONDS: u32 = 10;
/// What a malformed request costs.
const MALFORMED_COST: f64 = 10.0;

/// A peer asked for more than its share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many requests; ask again in {} s", retry_after.as_secs())]
pub struct QuotaExceeded {
    /// When it may ask again.
    pub retry_after: Duration,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A range of a log.
    Log,
    /// A sealed message is taken or handed on.
    Sealed,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// The quotas of all peers that are connected.
#[derive(Debug)]
pub struct Quotas {
    log: u32,
    sealed: u32,
    buckets: HashMap<(PeerId, Kind), Bucket>,
}

impl Quotas {
    /// Quotas of these limits.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            log: limits.log_requests_a_second.max(1),
            sealed: limits.sealed_messages_a_second.max(1),
            buckets: HashMap::new(),
        }
    }

    /// Takes one request, or a malformed one, from a peer's share.
    ///
    /// # Errors
    /// [`QuotaExceeded`]; then nothing was taken.
    pub fn take(
        &mut self,
        peer: PeerId,
        kind: Kind,
        is_malformed: bool,
        now: Instant,
    ) -> Result<(), QuotaExceeded> {
        let a_second = f64::from(match kind {
            Kind::Log => self.log,
            Kind::Sealed => self.sealed,
        });
        let most = a_second * f64::from(BURST_SECONDS);
        let bucket = self.buckets.entry((peer, kind)).or_insert(Bucket {
            left: most,
            at: now,
        });
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.left = (bucket.left + passed * a_second).min(most);
        bucket.at = now;
        if bucket.left < 1.0 {
            let wait = ((1.0 - bucket.left) / a_second).ceil().max(1.0);
            return Err(QuotaExceeded {
                retry_after: Duration::from_secs_f64(wait),
            });
        }
        let cost = if is_malformed { MALFORMED_COST } else { 1.0 };
        bucket.left -= cost;
        Ok(())
    }

    /// Forgets a peer that is gone; a burst is what it gains by coming back, and connections are limited.
    pub fn forget(&mut self, peer: PeerId) {
        self.buckets.retain(|(of, _), _| *of != peer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotas() -> Quotas {
        Quotas::new(&Limits {
            log_requests_a_second: 2,
            sealed_messages_a_second: 1,
            ..Limits::default()
        })
    }

    #[test]
    fn a_peer_gets_its_burst_then_its_rate_and_others_are_not_touched() {
        let (mut quotas, now) = (quotas(), Instant::now());
        let (peer, other) = (PeerId::random(), PeerId::random());
        for _ in 0..20 {
            quotas.take(peer, Kind::Log, false, now).unwrap();
        }
        let retry_after = Duration::from_secs(1);
        assert_eq!(
            quotas.take(peer, Kind::Log, false, now),
            Err(QuotaExceeded { retry_after })
        );
        quotas.take(other, Kind::Log, false, now).unwrap();
        quotas.take(peer, Kind::Sealed, false, now).unwrap();
        let later = now + Duration::from_secs(1);
        quotas.take(peer, Kind::Log, false, later).unwrap();
        quotas.take(peer, Kind::Log, false, later).unwrap();
        assert!(quotas.take(peer, Kind::Log, false, later).is_err());
    }

    #[test]
    fn malformed_requests_cost_more() {
        let (mut quotas, now) = (quotas(), Instant::now());
        let peer = PeerId::random();
        quotas.take(peer, Kind::Log, true, now).unwrap();
        quotas.take(peer, Kind::Log, true, now).unwrap();
        assert!(quotas.take(peer, Kind::Log, true, now).is_err());
    }
}
