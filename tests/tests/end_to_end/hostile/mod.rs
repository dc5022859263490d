//! Hostile peers: raw ones with a swarm of their own, against real nodes and the real client over real sockets.
//! Knows the protocols from outside; each kind has a control that shows that the harness notices.
//! Specified in specs/protocol.md §13 and specs/threat-model.md.

mod gossip;
mod gossiper;
mod ground;
mod ledger;
mod liars;
mod memory;
mod parts;
mod peer;
mod requests;
mod rpc;

use std::time::{Duration, Instant};

/// Waits for something that honest nodes do soon; fails by its name when they do not.
async fn wait_for(what: &str, mut look: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !look() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
