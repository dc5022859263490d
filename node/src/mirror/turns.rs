//! Whose turn it is to be asked: one peer after the other, so that nobody is asked alone or never.
//! Knows peers and moments; does not know what they are asked for.
//! Specified in specs/protocol.md §13.2.

use lachan_link::PeerId;
use std::collections::BTreeMap;
use std::time::Instant;

/// Turns among the peers that are connected.
#[derive(Debug, Default)]
pub(super) struct Turns {
    last: Option<PeerId>,
    /// Peers that kept this node waiting or sent what is not so, and until when others go first.
    resting: BTreeMap<PeerId, Instant>,
}

impl Turns {
    /// The next of these peers (in order of their ids); of those who rest one only when nobody else is there.
    pub(super) fn next(&mut self, peers: &[PeerId], now: Instant) -> Option<PeerId> {
        self.resting
            .retain(|peer, until| *until > now && peers.contains(peer));
        let awake: Vec<PeerId> = peers
            .iter()
            .copied()
            .filter(|peer| !self.resting.contains_key(peer))
            .collect();
        let from = if awake.is_empty() { peers } else { &awake };
        let after = from.iter().find(|peer| Some(**peer) > self.last);
        self.last = after.or(from.first()).copied();
        self.last
    }

    /// Others go first until then.
    pub(super) fn rest(&mut self, peer: PeerId, until: Instant) {
        self.resting.insert(peer, until);
    }

    /// Whether others go before this peer.
    pub(super) fn is_resting(&self, peer: PeerId, now: Instant) -> bool {
        self.resting.get(&peer).is_some_and(|until| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn everybody_has_a_turn_and_who_rests_comes_only_when_alone() {
        let mut peers: Vec<PeerId> = (0..5).map(|_| PeerId::random()).collect();
        peers.sort();
        let (mut turns, now) = (Turns::default(), Instant::now());
        let round: Vec<PeerId> = (0..5).filter_map(|_| turns.next(&peers, now)).collect();
        assert_eq!(round, peers);
        assert_eq!(turns.next(&peers, now), Some(peers[0]));
        let until = now + Duration::from_secs(1);
        turns.rest(peers[1], until);
        turns.rest(peers[2], until);
        assert!(turns.is_resting(peers[1], now) && !turns.is_resting(peers[3], now));
        assert_eq!(turns.next(&peers, now), Some(peers[3]));
        assert_eq!(turns.next(&peers[1..3], now), Some(peers[1]));
        assert_eq!(turns.next(&peers[1..3], now), Some(peers[2]));
        assert_eq!(turns.next(&peers[1..3], until), Some(peers[1]));
        assert_eq!(turns.next(&[], now), None);
    }
}
