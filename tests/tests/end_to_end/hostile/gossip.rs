//! Lies by gossip: not forwarded, and held against who tells them; what is merely stale is not.
//! A victim without the defence shows that the harness would notice.
//! Specified in specs/protocol.md §13.3 and §13.4.

use super::gossiper::Gossiper;
use super::ground::{Ground, started, topic};
use super::parts::{FIRST_LIE, Forger, Kind, LIES, STALE, known_text};
use super::peer::{Door, Peer, Stream};
use super::rpc;
use super::wait_for;
use lachan_link::names::TopicKind;
use lachan_protocol::log::note::SignedNote;
use lachan_protocol::time::UnixTime;
use lachan_tests::home::{Home, Running};
use std::time::Duration;

/// Enough lies for the gray list.
const LIES_TOLD: usize = 4;
/// More than enough, if what is stale were held against anybody.
const STALE_TOLD: usize = 10;
/// More of no use than anybody honest has, and enough lies on top.
const FLOOD: usize = 256 + 40;
/// Longer than a heartbeat of gossip: whoever forwards, forwards by then.
const HEARTBEAT: Duration = Duration::from_millis(1_500);

fn topics() -> [String; 2] {
    [TopicKind::Batch, TopicKind::Checkpoint].map(topic)
}

/// A relay, an honest peer and an observer, who hears what the relay forwards.
struct Scene<'a> {
    forger: Forger<'a>,
    home: Home,
    relay: Running,
    honest: Gossiper,
    observer: Gossiper,
    seq: u64,
    /// Messages that nobody may forward.
    unheard: Vec<(&'static str, Vec<u8>)>,
    peers: Vec<(Peer, Stream)>,
}

impl<'a> Scene<'a> {
    async fn set(ground: &'a Ground) -> Self {
        let home = ground.relay("relay", &[]);
        let relay = started(&home);
        let observer = Gossiper::join(relay.address(), &topics()).await;
        let honest = Gossiper::join(relay.address(), &topics()).await;
        let mut scene = Self {
            forger: Forger {
                authority: &ground.authority,
                tick: ground.tick,
            },
            home,
            relay,
            honest,
            observer,
            seq: 0,
            unheard: Vec::new(),
            peers: Vec::new(),
        };
        scene.tell(FIRST_LIE, LIES_TOLD, 1).await;
        let mut known = SignedNote::new(&known_text()).expect("a note may hold it");
        known.sign(&ground.authority.log_key, UnixTime(0));
        let known = known.to_bytes();
        let topic = topic(TopicKind::Checkpoint);
        scene.honest.publish(&topic, &known);
        scene.is_heard("the known checkpoint", &known).await;
        for _ in 0..3 {
            scene.honest_is_heard().await;
        }
        scene
    }

    async fn is_heard(&self, what: &str, message: &[u8]) {
        wait_for(what, || self.observer.has_heard(message)).await;
    }

    fn next_valid(&mut self) -> Vec<u8> {
        self.seq += 1;
        self.forger.valid(self.seq)
    }

    async fn honest_is_heard(&mut self) {
        let valid = self.next_valid();
        self.honest.publish(&topic(TopicKind::Batch), &valid);
        self.is_heard("an honest message", &valid).await;
    }

    async fn newcomer(&self) -> (Peer, Stream) {
        let peer = Peer::dial(self.relay.address()).await;
        let peer = peer.expect("the relay takes connections");
        let stream = peer.open(Door::Gossip, true);
        (peer, stream)
    }

    /// A newcomer tells a kind of message so many times; nobody may forward them.
    async fn tell(&mut self, kind: Kind, times: usize, next: u64) -> &Stream {
        let (what, topic_kind, make) = kind;
        let (peer, stream) = self.newcomer().await;
        for _ in 0..times {
            let message = make(&self.forger, next);
            stream.send(rpc::publish(&topic(topic_kind), &message));
            self.unheard.push((what, message));
        }
        self.peers.push((peer, stream));
        &self.peers[self.peers.len() - 1].1
    }

    /// The relay has parted from everybody who told something, and takes none of them back.
    async fn all_are_parted_from(&self) {
        for (peer, _) in &self.peers {
            wait_for("a liar's parting", || !peer.is_connected()).await;
        }
        let (peer, _) = &self.peers[0];
        if let Some(back) = Peer::dial_as(self.relay.address(), peer.key.clone()).await {
            wait_for("a liar who comes back", || !back.is_connected()).await;
        }
        let status = self.home.run(&["status"]).expect("a status");
        let network = &status["network"];
        let liars = self.peers.len() as u64;
        assert_eq!(network["graylisted"], liars, "{network}");
        assert_eq!(network["refused"]["graylisted"], liars, "{network}");
        assert_eq!(network["refused"]["shunned"], 1, "{network}");
    }

    fn next(&self, kind: TopicKind) -> u64 {
        match kind {
            TopicKind::Batch => self.seq + 1,
            TopicKind::Checkpoint | TopicKind::Evidence => 1_000 + self.seq,
        }
    }

    async fn nothing_bad_was_heard(&mut self) {
        self.honest_is_heard().await;
        tokio::time::sleep(HEARTBEAT).await;
        self.honest_is_heard().await;
        for (what, message) in &self.unheard {
            assert!(!self.observer.has_heard(message), "{what} was forwarded");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_tells_lies_is_not_heard_any_more_and_lies_are_not_forwarded() {
    let ground = Ground::new();
    let mut scene = Scene::set(&ground).await;
    for &kind in LIES {
        let next = scene.next(kind.1);
        scene.tell(kind, LIES_TOLD, next).await;
        // the gray list: now even the truth
        let probe = scene.next_valid();
        let (_, stream) = &scene.peers[scene.peers.len() - 1];
        stream.send(rpc::publish(&topic(TopicKind::Batch), &probe));
        scene.unheard.push((kind.0, probe));
        if scene.peers.len() % 8 == 0 {
            scene.honest_is_heard().await;
        }
    }
    scene.all_are_parted_from().await;
    // the control: who tells the truth as often is heard to the end
    let (peer, stream) = scene.newcomer().await;
    for _ in 0..=LIES_TOLD * 2 {
        let valid = scene.next_valid();
        stream.send(rpc::publish(&topic(TopicKind::Batch), &valid));
        scene.is_heard("the truth of a newcomer", &valid).await;
    }
    scene.nothing_bad_was_heard().await;
    assert!(peer.is_connected());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_stale_is_not_forwarded_and_held_against_nobody() {
    let ground = Ground::new();
    let mut scene = Scene::set(&ground).await;
    for &kind in STALE {
        let next = scene.seq + 1;
        scene.tell(kind, STALE_TOLD, next).await;
        let valid = scene.next_valid();
        let (_, stream) = &scene.peers[scene.peers.len() - 1];
        stream.send(rpc::publish(&topic(TopicKind::Batch), &valid));
        scene.is_heard(kind.0, &valid).await;
    }
    // but for a flood of it
    let next = scene.seq + 1;
    scene.tell(STALE[0], FLOOD, next).await;
    let probe = scene.next_valid();
    let (_, stream) = &scene.peers[scene.peers.len() - 1];
    stream.send(rpc::publish(&topic(TopicKind::Batch), &probe));
    scene.unheard.push(("who floods", probe));
    scene.nothing_bad_was_heard().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_parts_come_one_after_the_other_and_what_is_larger_is_a_lie() {
    let ground = Ground::new();
    let mut scene = Scene::set(&ground).await;
    let (_peer, stream) = scene.newcomer().await;
    let topic = topic(TopicKind::Batch);
    let parts = scene.forger.large(scene.seq + 1, 8);
    for part in &parts {
        stream.send(rpc::publish(&topic, part));
    }
    for part in &parts {
        scene.is_heard("a large part", part).await;
    }
    scene.seq += 1;
    // beyond the largest, and beyond what is read at once
    for len in [68_000, 200_000] {
        let (peer, stream) = scene.newcomer().await;
        for byte in 0..LIES_TOLD {
            let byte = u8::try_from(byte).expect("few");
            stream.send(rpc::publish(&topic, &vec![byte; len]));
            scene.unheard.push(("too long", vec![byte; len]));
        }
        let probe = scene.next_valid();
        stream.send(rpc::publish(&topic, &probe));
        scene.unheard.push(("who sends what is too long", probe));
        scene.peers.push((peer, stream));
    }
    // an author, a sequence number, a signature: nobody says who a message is of
    for field in [1, 3, 5] {
        let (peer, stream) = scene.newcomer().await;
        for _ in 0..LIES_TOLD {
            let valid = scene.next_valid();
            let more = [(field, [7; 8].as_slice())];
            stream.send(rpc::publish_with(&topic, &valid, &more));
            scene
                .unheard
                .push(("a message that says who it is of", valid));
        }
        let probe = scene.next_valid();
        stream.send(rpc::publish(&topic, &probe));
        scene.unheard.push(("who says who a message is of", probe));
        scene.peers.push((peer, stream));
    }
    scene.nothing_bad_was_heard().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_harness_notices_a_victim_that_forwards_what_is_bad() {
    let ground = Ground::new();
    let forger = Forger {
        authority: &ground.authority,
        tick: ground.tick,
    };
    let (_victim, address) = Gossiper::victim(&topics()).await;
    let observer = Gossiper::join(&address, &topics()).await;
    let peer = Peer::dial(&address).await.expect("a victim");
    let stream = peer.open(Door::Gossip, true);
    for &(what, kind, make) in [FIRST_LIE].iter().chain(LIES).chain(STALE) {
        let message = make(&forger, 5);
        stream.send(rpc::publish(&topic(kind), &message));
        wait_for(what, || observer.has_heard(&message)).await;
    }
}
