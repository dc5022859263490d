//! Names on the network: protocol ids and gossip topics.
//! Knows texts only; does not know who speaks under them.
//! Specified in specs/protocol.md §13.

use lachan_protocol::id::OriginHash;
use libp2p::StreamProtocol;

/// Resources of a log, by path and range.
pub const LOG: StreamProtocol = StreamProtocol::new("/lachan/log/1");
/// Sealed registrations of venues.
pub const REGISTER: StreamProtocol = StreamProtocol::new("/lachan/register/1");
/// Sealed polls of venues.
pub const MAILBOX: StreamProtocol = StreamProtocol::new("/lachan/mailbox/1");
/// Addresses of nodes, and nothing else (kad).
pub const ADDRESSES: StreamProtocol = StreamProtocol::new("/lachan/kad/1");
/// What identify says that this network is.
pub const NETWORK: &str = "/lachan/1";

/// What a gossip topic carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TopicKind {
    /// Leaves of exposure batches.
    Batch,
    /// Signed checkpoints.
    Checkpoint,
    /// Proofs of two histories.
    Evidence,
}

/// A gossip topic: what it carries, of which log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topic {
    /// What it carries.
    pub kind: TopicKind,
    /// Of which log.
    pub origin: OriginHash,
}

impl TopicKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Batch, Self::Checkpoint, Self::Evidence];

    /// The word in the topic's name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Batch => "batch",
            Self::Checkpoint => "checkpoint",
            Self::Evidence => "evidence",
        }
    }
}

impl Topic {
    /// The topic's name: `/lachan/1/KIND/HEX`, 16 digits.
    #[must_use]
    pub fn name(&self) -> String {
        format!("/lachan/1/{}/{}", self.kind.word(), self.origin)
    }

    /// Reads a name back; none when it is not exactly such a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let (word, hex) = name.strip_prefix("/lachan/1/")?.split_once('/')?;
        let kind = TopicKind::ALL
            .into_iter()
            .find(|kind| kind.word() == word)?;
        let topic = Self {
            kind,
            origin: OriginHash::from_hex(hex)?,
        };
        (topic.name() == name).then_some(topic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topic_names_hold_sixteen_digits_and_read_back() {
        for kind in TopicKind::ALL {
            let topic = Topic {
                kind,
                origin: OriginHash::of_origin("log.example/hanoi"),
            };
            let name = topic.name();
            assert_eq!(name.rsplit('/').next().map(str::len), Some(16));
            assert_eq!(Topic::from_name(&name), Some(topic));
            assert_eq!(Topic::from_name(&name.to_uppercase()), None);
            assert_eq!(Topic::from_name(&format!("{name}0")), None);
        }
        assert_eq!(Topic::from_name("/lachan/1/other/0011223344556677"), None);
        let upper = "/lachan/1/batch/00112233445566AA";
        assert_eq!(Topic::from_name(upper), None);
    }
}
