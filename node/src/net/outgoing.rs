//! What is on its way to readers of logs: a peer that asks and does not read must not fill the memory.
//! Knows lengths, peers and prefixes; does not know what is sent.
//! Specified in specs/protocol.md §13.2.

use super::prefix::Prefix;
use super::quota::Asker;
use lachan_link::PeerId;
use libp2p::request_response::InboundRequestId;
use std::collections::HashMap;
use std::hash::Hash;

/// Bytes on their way to all peers.
const MOST: u64 = 32 << 20;
/// Bytes on their way to one prefix.
const MOST_TO_A_PREFIX: u64 = 16 << 20;
/// Bytes on their way to one peer.
const MOST_TO_A_PEER: u64 = 4 << 20;

/// Replies that are made or written, by the request that they answer.
#[derive(Debug)]
pub(super) struct Outgoing<Id = InboundRequestId> {
    replies: HashMap<Id, (Asker, u64)>,
    peers: HashMap<PeerId, u64>,
    prefixes: HashMap<Prefix, u64>,
    total: u64,
}

impl<Id> Default for Outgoing<Id> {
    fn default() -> Self {
        Self {
            replies: HashMap::new(),
            peers: HashMap::new(),
            prefixes: HashMap::new(),
            total: 0,
        }
    }
}

impl<Id: Eq + Hash> Outgoing<Id> {
    /// Takes room for a reply of at most so many bytes; false when there is none.
    pub(super) fn reserve(&mut self, id: Id, asker: Asker, bytes: u32) -> bool {
        let bytes = u64::from(bytes);
        let to_peer = after(&self.peers, &asker.peer, bytes);
        let to_prefix = after(&self.prefixes, &asker.prefix, bytes);
        if self.total + bytes > MOST || to_peer > MOST_TO_A_PEER || to_prefix > MOST_TO_A_PREFIX {
            return false;
        }
        self.total += bytes;
        self.peers.insert(asker.peer, to_peer);
        self.prefixes.insert(asker.prefix, to_prefix);
        self.replies.insert(id, (asker, bytes));
        true
    }

    /// The reply is written, or never will be.
    pub(super) fn release(&mut self, id: &Id) {
        let Some((asker, bytes)) = self.replies.remove(id) else {
            return;
        };
        self.total -= bytes;
        give_back(&mut self.peers, &asker.peer, bytes);
        give_back(&mut self.prefixes, &asker.prefix, bytes);
    }
}

fn after<K: Eq + Hash>(taken: &HashMap<K, u64>, key: &K, bytes: u64) -> u64 {
    taken.get(key).copied().unwrap_or(0) + bytes
}

fn give_back<K: Eq + Hash>(taken: &mut HashMap<K, u64>, key: &K, bytes: u64) {
    if let Some(left) = taken.get_mut(key) {
        *left -= bytes;
        if *left == 0 {
            taken.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asker(third: u8) -> Asker {
        Asker {
            peer: PeerId::random(),
            prefix: Prefix::V4([192, 0, third]),
        }
    }

    #[test]
    fn a_peer_a_prefix_and_all_have_a_bound_and_what_is_written_makes_room() {
        let mut outgoing = Outgoing::default();
        let mib = 1 << 20;
        let askers: Vec<Asker> = (0..9).map(|at| asker(at / 4)).collect();
        for id in 0..16_u32 {
            let asker = askers[id as usize / 4];
            assert!(outgoing.reserve(id, asker, mib), "{id}");
        }
        assert!(
            !outgoing.reserve(300, asker(0), mib),
            "a new peer of a full prefix"
        );
        for id in 16..32_u32 {
            let asker = askers[id as usize / 4];
            assert!(outgoing.reserve(id, asker, mib), "{id}");
        }
        assert!(!outgoing.reserve(300, askers[8], mib), "all of them");
        outgoing.release(&0);
        outgoing.release(&0);
        assert!(!outgoing.reserve(300, askers[1], mib), "one peer");
        assert!(outgoing.reserve(300, askers[0], mib));
        (1..=300).for_each(|id| outgoing.release(&id));
        assert_eq!((outgoing.total, outgoing.peers.len()), (0, 0));
        assert!(outgoing.replies.is_empty() && outgoing.prefixes.is_empty());
    }
}
