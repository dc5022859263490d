//! What an office is: its authority, its regions, its clock, and the keys it signs with.
//! Knows keys; does not know the files they come from.
//! Specified in specs/protocol.md §6.1 and §9.

use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::id::{AuthorityId, Region};
use lachan_protocol::time::UnixTime;
use rand_core::CryptoRng;
use std::fmt;

/// What stands on the trust list of an office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeConfig {
    /// The id of its authority.
    pub authority: AuthorityId,
    /// Its regions, at least one; batches name the first.
    pub regions: Vec<Region>,
    /// Seconds between two ticks; 21,600 unless the trust list says otherwise.
    pub tick_seconds: u64,
}

impl OfficeConfig {
    /// The newest tick that is due at `now`.
    #[must_use]
    pub const fn newest_tick(&self, now: UnixTime) -> UnixTime {
        let period = if self.tick_seconds == 0 {
            1
        } else {
            self.tick_seconds
        };
        UnixTime(now.0 - now.0 % period)
    }

    /// The tick after a time.
    #[must_use]
    pub const fn next_tick(&self, after: UnixTime) -> UnixTime {
        self.newest_tick(after).plus(self.tick_seconds)
    }
}

/// The keys an office signs with; each is another one, and the log's is a fourth.
pub struct OfficeKeys {
    /// Signs batches, prekeys, registration roots and release requests.
    pub batch: SigningKey,
    /// Signs venue codes.
    pub code: SigningKey,
    /// Issues certificates for cases that the office opens itself.
    pub issuer: SigningKey,
}

impl OfficeKeys {
    /// Draws fresh keys.
    #[must_use]
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        Self {
            batch: SigningKey::random(rng),
            code: SigningKey::random(rng),
            issuer: SigningKey::random(rng),
        }
    }
}

impl fmt::Debug for OfficeKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OfficeKeys")
    }
}
