//! What ends soon: the trust list, and the key that signs an office's venue codes.
//! Decides from a trust list and the time; does not know files or who is told.
//! Specified in specs/protocol.md §14.10.

use lachan_protocol::code::CodeKey;
use lachan_protocol::crypto::sign::VerifyingKey;
use lachan_protocol::time::{DAY_SECONDS, UnixTime};
use lachan_protocol::trust::TrustList;
use serde_json::{Value, json};

/// Something that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// The key with which the office signs codes: the end of its last window.
    CodeKey,
    /// The trust list.
    TrustList,
}

impl Ending {
    /// Both.
    pub const ALL: [Self; 2] = [Self::CodeKey, Self::TrustList];

    /// Its word in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::CodeKey => "code-key",
            Self::TrustList => "trust-list",
        }
    }
}

/// How soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Soon {
    /// Within thirty days.
    Month,
    /// Within seven days.
    Week,
    /// Within a day.
    Day,
    /// It is over.
    Over,
}

/// Something that ends within thirty days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// What.
    pub what: Ending,
    /// When.
    pub at: UnixTime,
    /// How soon.
    pub soon: Soon,
}

impl Expiry {
    fn of(what: Ending, at: UnixTime, now: UnixTime) -> Option<Self> {
        let left = at.0.saturating_sub(now.0);
        let soon = match left {
            0 => Soon::Over,
            1..=DAY_SECONDS => Soon::Day,
            left if left <= 7 * DAY_SECONDS => Soon::Week,
            left if left <= 30 * DAY_SECONDS => Soon::Month,
            _ => return None,
        };
        Some(Self { what, at, soon })
    }

    /// `{what, at, days, over}`, the days that are left, begun ones not counted.
    #[must_use]
    pub fn to_json(&self, now: UnixTime) -> Value {
        let days = self.at.0.saturating_sub(now.0) / DAY_SECONDS;
        json!({"what": self.what.code(), "at": self.at.0, "days": days, "over": self.soon == Soon::Over})
    }
}

/// What ends within thirty days, the soonest first. `code` is the key that this office signs codes with.
#[must_use]
pub fn ending(trust: &TrustList, code: Option<&VerifyingKey>, now: UnixTime) -> Vec<Expiry> {
    let list = Expiry::of(Ending::TrustList, trust.until(), now);
    let keys = trust.authorities().iter().flat_map(|one| one.code_keys());
    let last = keys.filter_map(|one| match one {
        CodeKey::Current { key, last } if Some(key) == code => Some(*last),
        CodeKey::Current { .. } | CodeKey::Revoked { .. } => None,
    });
    let key = last.max().map(|last| last.end());
    let key = key.and_then(|at| Expiry::of(Ending::CodeKey, at, now));
    let mut found: Vec<Expiry> = list.into_iter().chain(key).collect();
    found.sort_by_key(|one| one.at);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_is_told_thirty_days_a_week_and_a_day_before_and_when_it_is_over() {
        let at = UnixTime(1_795_511_400);
        let told = |days: u64, seconds: u64| {
            let now = UnixTime(at.0 - days * DAY_SECONDS - seconds);
            Expiry::of(Ending::TrustList, at, now).map(|one| one.soon)
        };
        assert_eq!(told(30, 1), None);
        assert_eq!(told(30, 0), Some(Soon::Month));
        assert_eq!(told(7, 1), Some(Soon::Month));
        assert_eq!(told(7, 0), Some(Soon::Week));
        assert_eq!(told(1, 1), Some(Soon::Week));
        assert_eq!(told(1, 0), Some(Soon::Day));
        assert_eq!(told(0, 1), Some(Soon::Day));
        assert_eq!(told(0, 0), Some(Soon::Over));
        let after = Expiry::of(Ending::CodeKey, at, at.plus(99)).unwrap();
        assert_eq!(after.soon, Soon::Over);
        let json = after.to_json(at.plus(99));
        assert_eq!(
            json,
            json!({"what": "code-key", "at": at.0, "days": 0, "over": true})
        );
    }
}
