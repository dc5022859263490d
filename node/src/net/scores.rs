//! What becomes of peers whose lies put them on the gray list: they are parted from, but for those of the settings.
//! Knows scores and connections; does not know what was said.
//! Specified in specs/protocol.md §13.3.

use super::behaviour::thresholds;
use super::counters::Refused;
use super::events::Task;
use lachan_link::PeerId;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// How long nobody connects with a peer that lied: neither it with us nor we with it.
const APART: Duration = Duration::from_secs(600);

impl Task {
    /// Peers on the gray list: those who are shut out, and those of the settings, who stay.
    pub(super) fn on_the_gray_list(&self) -> usize {
        let gate = &self.swarm.behaviour().gate;
        let stay = self.graylisted.iter();
        gate.shunned() + stay.filter(|peer| gate.is_friend(peer)).count()
    }

    pub(super) fn look_at_scores(&mut self, now: Instant) {
        let gossip = &self.swarm.behaviour().gossip;
        let low = |peer: &&PeerId| {
            let score = gossip.peer_score(peer);
            score.is_some_and(|score| score < thresholds().graylist_threshold)
        };
        let graylisted: BTreeSet<PeerId> =
            self.swarm.connected_peers().filter(low).copied().collect();
        for peer in &graylisted {
            if self.graylisted.contains(peer) {
                continue;
            }
            tracing::info!(%peer, "a peer lied too often: what it gossips is not looked at");
            self.counters.count(Refused::Graylisted);
        }
        self.swarm.behaviour_mut().gate.let_back(now);
        for peer in &graylisted {
            let node = self.swarm.behaviour_mut();
            if !node.gate.shun(*peer, now + APART) {
                continue;
            }
            if let Some(kad) = node.kad.as_mut() {
                kad.remove_peer(peer);
            }
            // it may have gone by itself
            self.swarm.disconnect_peer_id(*peer).ok();
        }
        self.graylisted = graylisted;
    }
}
