//! What is on its way to readers of logs: a peer that asks and does not read must not fill the memory.
//! Knows lengths and peers; does not know what is sent.
//! Specified in specs/protocol.md §13.1.

use lachan_link::PeerId;
use libp2p::request_response::InboundRequestId;
use std::collections::HashMap;

/// Bytes on their way to all peers.
const MOST: u64 = 256 << 20;
/// Bytes on their way to one peer.
const MOST_TO_A_PEER: u64 = 16 << 20;

/// Replies that are made or written, by the request that they answer.
#[derive(Debug)]
pub(super) struct Outgoing<Id = InboundRequestId> {
    replies: HashMap<Id, (PeerId, u64)>,
    peers: HashMap<PeerId, u64>,
    total: u64,
}

impl<Id> Default for Outgoing<Id> {
    fn default() -> Self {
        Self {
            replies: HashMap::new(),
            peers: HashMap::new(),
            total: 0,
        }
    }
}

impl<Id: Eq + std::hash::Hash> Outgoing<Id> {
    /// Takes room for a reply of at most so many bytes; false when there is none.
    pub(super) fn reserve(&mut self, id: Id, peer: PeerId, bytes: u32) -> bool {
        let bytes = u64::from(bytes);
        let to_peer = self.peers.get(&peer).copied().unwrap_or(0) + bytes;
        if self.total + bytes > MOST || to_peer > MOST_TO_A_PEER {
            return false;
        }
        self.total += bytes;
        self.peers.insert(peer, to_peer);
        self.replies.insert(id, (peer, bytes));
        true
    }

    /// The reply is written, or never will be.
    pub(super) fn release(&mut self, id: &Id) {
        let Some((peer, bytes)) = self.replies.remove(id) else {
            return;
        };
        self.total -= bytes;
        if let Some(to_peer) = self.peers.get_mut(&peer) {
            *to_peer -= bytes;
            if *to_peer == 0 {
                self.peers.remove(&peer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_and_all_peers_have_a_bound_and_what_is_written_makes_room() {
        let mut outgoing = Outgoing::default();
        let mib = 1 << 20;
        let peers: Vec<PeerId> = (0..17).map(|_| PeerId::random()).collect();
        for id in 0..256_u32 {
            let peer = peers[id as usize / 16];
            assert!(outgoing.reserve(id, peer, mib), "{id}");
        }
        assert!(!outgoing.reserve(300, peers[16], mib), "all of them");
        outgoing.release(&0);
        outgoing.release(&0);
        assert!(!outgoing.reserve(300, peers[1], mib), "one of them");
        assert!(outgoing.reserve(300, peers[0], mib));
        (1..=300).for_each(|id| outgoing.release(&id));
        assert_eq!((outgoing.total, outgoing.peers.len()), (0, 0));
        assert!(outgoing.replies.is_empty());
    }
}
