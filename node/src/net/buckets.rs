//! Token buckets by key, remembered for as long as a bound of memory allows.
//! Knows counts and moments; does not know what is counted.
//! Specified in specs/protocol.md §13.2.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Somebody asked for more than its share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many requests; ask again in {} s", retry_after.as_secs())]
pub struct QuotaExceeded {
    /// When it may ask again.
    pub retry_after: Duration,
}

/// How a bucket is filled.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Tokens a second.
    pub a_second: f64,
    /// Tokens that a full bucket holds.
    pub burst: f64,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// Buckets that are filled at one rate. Those used least recently are forgotten beyond the bound.
#[derive(Debug)]
pub struct Buckets<K> {
    rate: Rate,
    most: usize,
    // two generations: when the young one is full, the old one is forgotten and the young one grows old
    young: HashMap<K, Bucket>,
    old: HashMap<K, Bucket>,
}

impl<K: Copy + Eq + Hash> Buckets<K> {
    /// At most `most` buckets, each full at first.
    #[must_use]
    pub fn new(rate: Rate, most: usize) -> Self {
        Self {
            rate,
            most,
            young: HashMap::new(),
            old: HashMap::new(),
        }
    }

    /// Whether a token is there.
    ///
    /// # Errors
    /// [`QuotaExceeded`].
    pub fn look(&mut self, key: K, now: Instant) -> Result<(), QuotaExceeded> {
        let rate = self.rate;
        let bucket = self.bucket(key, now);
        if bucket.left >= 1.0 {
            return Ok(());
        }
        let wait = ((1.0 - bucket.left) / rate.a_second).ceil().max(1.0);
        Err(QuotaExceeded {
            retry_after: Duration::try_from_secs_f64(wait).unwrap_or(Duration::MAX),
        })
    }

    /// Takes tokens; a bucket may owe some afterwards.
    pub fn spend(&mut self, key: K, tokens: f64, now: Instant) {
        self.bucket(key, now).left -= tokens;
    }

    /// Takes one token.
    ///
    /// # Errors
    /// [`QuotaExceeded`]; then nothing was taken.
    pub fn take(&mut self, key: K, now: Instant) -> Result<(), QuotaExceeded> {
        self.look(key, now)?;
        self.spend(key, 1.0, now);
        Ok(())
    }

    fn bucket(&mut self, key: K, now: Instant) -> &mut Bucket {
        if !self.young.contains_key(&key) && self.young.len() >= self.most.div_ceil(2) {
            self.old = std::mem::take(&mut self.young);
        }
        let Rate { a_second, burst } = self.rate;
        let remembered = self.old.remove(&key);
        let bucket = self.young.entry(key).or_insert_with(|| {
            remembered.unwrap_or(Bucket {
                left: burst,
                at: now,
            })
        });
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.left = (bucket.left + passed * a_second).min(burst);
        bucket.at = now;
        bucket
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_of_keys_is_kept_and_those_in_use_are_remembered() {
        let rate = Rate {
            a_second: 0.001,
            burst: 2.0,
        };
        let (mut buckets, now) = (Buckets::new(rate, 64), Instant::now());
        buckets.spend(0, 2.0, now);
        for key in 1..10_000_u32 {
            buckets.take(key, now).unwrap();
            assert!(buckets.take(0, now).is_err(), "forgotten at {key}");
            assert!(buckets.young.len() + buckets.old.len() <= 64);
        }
    }

    #[test]
    fn debts_are_paid_by_time() {
        let rate = Rate {
            a_second: 1.0,
            burst: 5.0,
        };
        let (mut buckets, now) = (Buckets::new(rate, 8), Instant::now());
        buckets.spend((), 15.0, now);
        let retry_after = Duration::from_secs(11);
        assert_eq!(buckets.look((), now), Err(QuotaExceeded { retry_after }));
        assert!(buckets.look((), now + Duration::from_secs(10)).is_err());
        assert!(buckets.look((), now + retry_after).is_ok());
    }
}
