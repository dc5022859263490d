//! The heads of the logs that this node holds: for `status`, and for whoever waits for them.
//! Knows sizes and roots; does not know where they come from.
//! Specified in specs/interfaces.md.

use lachan_protocol::id::OriginHash;
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::time::UnixTime;
use std::collections::BTreeMap;
use tokio::sync::watch;

/// The head of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogHead {
    /// Origin, size, root.
    pub checkpoint: Checkpoint,
    /// When this node reached it; none when that was before its last start.
    pub time: Option<UnixTime>,
}

/// All heads, shared.
#[derive(Clone, Debug)]
pub struct Heads(watch::Sender<BTreeMap<OriginHash, LogHead>>);

impl Default for Heads {
    fn default() -> Self {
        Self(watch::Sender::new(BTreeMap::new()))
    }
}

impl Heads {
    /// A log has reached this head.
    pub fn set(&self, checkpoint: Checkpoint, time: Option<UnixTime>) {
        let origin = OriginHash::of_origin(&checkpoint.origin);
        self.0.send_modify(|heads| {
            heads.insert(origin, LogHead { checkpoint, time });
        });
    }

    /// All heads, by origin.
    #[must_use]
    pub fn all(&self) -> Vec<LogHead> {
        let mut heads: Vec<LogHead> = self.0.borrow().values().cloned().collect();
        heads.sort_by(|a, b| a.checkpoint.origin.cmp(&b.checkpoint.origin));
        heads
    }
}
