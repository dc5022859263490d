//! What was refused, counted by kind, for `status`.
//! Knows numbers only; never who was refused.
//! Specified in specs/protocol.md §13.6.

use serde_json::{Map, Value, json};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A kind of refusal that is counted since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refused {
    /// An address that somebody named is not dialed: private, malformed, or too many to one place.
    Address,
    /// A request that came while too much was on its way.
    Busy,
    /// A connection beyond a limit.
    Connection,
    /// A peer whose lies put it on the gray list.
    Graylisted,
    /// A gossip message that is of no use (verdict Ignore).
    Ignored,
    /// A request whose bytes are not one.
    Malformed,
    /// A request beyond the quota of its peer or of its prefix.
    Quota,
    /// A record that was to be stored in the table of addresses.
    Record,
    /// A gossip message that is a lie (verdict Reject).
    Rejected,
    /// A connection of a peer that is shut out for its lies.
    Shunned,
    /// A peer that was silent for too long, or too slow to take its answer.
    Slow,
}

impl Refused {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::Address,
        Self::Busy,
        Self::Connection,
        Self::Graylisted,
        Self::Ignored,
        Self::Malformed,
        Self::Quota,
        Self::Record,
        Self::Rejected,
        Self::Shunned,
        Self::Slow,
    ];

    /// Its word in `status --json`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Busy => "busy",
            Self::Connection => "connection",
            Self::Graylisted => "graylisted",
            Self::Ignored => "ignored",
            Self::Malformed => "malformed",
            Self::Quota => "quota",
            Self::Record => "record",
            Self::Rejected => "rejected",
            Self::Shunned => "shunned",
            Self::Slow => "slow",
        }
    }
}

/// The counts of one network since its start, and how it is now.
#[derive(Debug, Default)]
pub struct Counters {
    refused: [AtomicU64; Refused::ALL.len()],
    connections: AtomicU64,
    graylisted: AtomicU64,
    known: AtomicU64,
}

/// How a network is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Connections, those on their way in included.
    pub connections: usize,
    /// Peers on the gray list: shut out, or of the settings and not listened to.
    pub graylisted: usize,
    /// Nodes in the table of addresses.
    pub known: usize,
}

impl Counters {
    /// One more.
    pub fn count(&self, kind: Refused) {
        self.refused[kind as usize].fetch_add(1, Relaxed);
    }

    /// How many.
    #[must_use]
    pub fn of(&self, kind: Refused) -> u64 {
        self.refused[kind as usize].load(Relaxed)
    }

    /// Keeps how the network is now.
    pub fn keep(&self, now: Now) {
        self.connections.store(now.connections as u64, Relaxed);
        self.graylisted.store(now.graylisted as u64, Relaxed);
        self.known.store(now.known as u64, Relaxed);
    }

    /// For `status`: how the network is now, and what it refused since its start.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let refused: Map<String, Value> = Refused::ALL
            .into_iter()
            .map(|kind| (kind.word().to_owned(), self.of(kind).into()))
            .collect();
        json!({
            "connections": self.connections.load(Relaxed),
            "graylisted": self.graylisted.load(Relaxed),
            "known_nodes": self.known.load(Relaxed),
            "refused": refused,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_count_and_word() {
        let counters = Counters::default();
        for (at, kind) in Refused::ALL.into_iter().enumerate() {
            (0..=at).for_each(|_| counters.count(kind));
        }
        let counts = Refused::ALL.map(|kind| counters.of(kind));
        assert_eq!(counts, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
        let words: std::collections::BTreeSet<_> = Refused::ALL.map(Refused::word).into();
        assert_eq!(words.len(), Refused::ALL.len());
    }
}
