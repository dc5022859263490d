//! Quotas: what one peer, and all peers of one prefix together, may ask.
//! Knows counts and moments; does not know what is asked.
//! Specified in specs/protocol.md §13.2.

use super::buckets::{Buckets, QuotaExceeded, Rate};
use super::prefix::Prefix;
use crate::config::Limits;
use lachan_link::PeerId;
use std::time::Instant;

/// A bucket holds so many seconds of what it is filled with.
const BURST_SECONDS: f64 = 10.0;
/// What a malformed request costs.
const MALFORMED_COST: f64 = 10.0;
/// Peers, and prefixes, that are remembered after they left.
const REMEMBERED: usize = 16_384;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A range of a log.
    Log,
    /// A sealed message is taken or handed on.
    Sealed,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Asker {
    /// The peer.
    pub peer: PeerId,
    /// Where its connection comes from.
    pub prefix: Prefix,
}

#[derive(Debug)]
struct Share {
    peers: Buckets<PeerId>,
    prefixes: Buckets<Prefix>,
}

/// The quotas of all who asked lately, connected or not: a peer that comes back finds its bucket as it left it, and a
/// new peer id finds that of its prefix.
#[derive(Debug)]
pub struct Quotas {
    log: Share,
    sealed: Share,
}

impl Quotas {
    /// Quotas of these limits.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let share = |a_second: u32| {
            let of_peer = rate(a_second, 1);
            let of_prefix = rate(a_second, limits.peers_of_a_prefix);
            Share {
                peers: Buckets::new(of_peer, REMEMBERED),
                prefixes: Buckets::new(of_prefix, REMEMBERED),
            }
        };
        Self {
            log: share(limits.log_requests_a_second),
            sealed: share(limits.sealed_messages_a_second),
        }
    }

    /// Takes one request, or a malformed one, from the shares of a peer and of its prefix.
    ///
    /// # Errors
    /// [`QuotaExceeded`]; then nothing was taken.
    pub fn take(
        &mut self,
        Asker { peer, prefix }: Asker,
        kind: Kind,
        is_malformed: bool,
        now: Instant,
    ) -> Result<(), QuotaExceeded> {
        let share = match kind {
            Kind::Log => &mut self.log,
            Kind::Sealed => &mut self.sealed,
        };
        // first the prefix: who has none left must not make others be forgotten with ever new peer ids
        share.prefixes.look(prefix, now)?;
        share.peers.look(peer, now)?;
        let cost = if is_malformed { MALFORMED_COST } else { 1.0 };
        share.peers.spend(peer, cost, now);
        share.prefixes.spend(prefix, cost, now);
        Ok(())
    }
}

fn rate(a_second: u32, peers: u32) -> Rate {
    let a_second = f64::from(a_second.max(1)) * f64::from(peers.max(1));
    Rate {
        a_second,
        burst: a_second * BURST_SECONDS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn quotas() -> Quotas {
        Quotas::new(&Limits {
            log_requests_a_second: 2,
            sealed_messages_a_second: 1,
            peers_of_a_prefix: 3,
            ..Limits::default()
        })
    }

    fn asker(third: u8) -> Asker {
        Asker {
            peer: PeerId::random(),
            prefix: Prefix::V4([192, 0, third]),
        }
    }

    #[test]
    fn a_peer_gets_its_burst_then_its_rate_and_others_are_not_touched() {
        let (mut quotas, now) = (quotas(), Instant::now());
        let (one, other) = (asker(2), asker(2));
        for _ in 0..20 {
            quotas.take(one, Kind::Log, false, now).unwrap();
        }
        let retry_after = Duration::from_secs(1);
        assert_eq!(
            quotas.take(one, Kind::Log, false, now),
            Err(QuotaExceeded { retry_after })
        );
        quotas.take(other, Kind::Log, false, now).unwrap();
        quotas.take(one, Kind::Sealed, false, now).unwrap();
        let later = now + Duration::from_secs(1);
        quotas.take(one, Kind::Log, false, later).unwrap();
        quotas.take(one, Kind::Log, false, later).unwrap();
        assert!(quotas.take(one, Kind::Log, false, later).is_err());
    }

    #[test]
    fn malformed_requests_cost_more() {
        let (mut quotas, now) = (quotas(), Instant::now());
        let one = asker(2);
        quotas.take(one, Kind::Log, true, now).unwrap();
        quotas.take(one, Kind::Log, true, now).unwrap();
        assert!(quotas.take(one, Kind::Log, true, now).is_err());
    }

    #[test]
    fn new_peer_ids_of_one_prefix_share_what_is_left_and_other_prefixes_do_not() {
        let (mut quotas, now) = (quotas(), Instant::now());
        let asked = (0..1_000).filter(|_| quotas.take(asker(2), Kind::Log, false, now).is_ok());
        // three peers' bursts, whoever asks
        assert_eq!(asked.count(), 60);
        quotas.take(asker(3), Kind::Log, false, now).unwrap();
        quotas.take(asker(2), Kind::Sealed, false, now).unwrap();
    }
}
