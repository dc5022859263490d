//! Tests of mirrors over real sockets: peers that are silent, slow, behind or lying, and a disk that fails.
//! Knows the module's doors and the network's; each bad peer is a node whose files are read badly.
//! Specified in specs/protocol.md §8.6 and §13.2.

use super::*;
use crate::config::{Limits, NetworkSection};
use crate::gossip::Gossip;
use crate::ledger::Writer;
use crate::net::{LogSource, NetEvent, NetSettings, Parts, start};
use crate::service::logs::Logs;
use lachan_link::Multiaddr;
use lachan_link::address::Reach;
use lachan_protocol::code::CodeKey;
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::id::Region;
use lachan_protocol::log::note::{NoteSigner, SignatureType};
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::trust::{AuthorityEntry, TrustList, TrustListHead};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, mpsc as blocking};
use tempfile::TempDir;
use zeroize::Zeroizing;

const ORIGIN: &str = "log.example/hanoi";
const LEAVES: u64 = 600;

fn signer(name: &str) -> NoteSigner {
    let key = SigningKey::random(&mut rand::rng());
    NoteSigner::new(name, SignatureType::Ed25519, key).unwrap()
}

/// A log of so many leaves, and the trust list that names it.
struct World {
    dir: TempDir,
    trust: TrustList,
    note: Vec<u8>,
}

impl World {
    fn new() -> Self {
        let (log, root) = (signer(ORIGIN), signer("lachan-root"));
        let authority = TrustedAuthority::new(AuthorityEntry {
            name_vi: "Hà Nội".into(),
            name_en: "Hanoi".into(),
            regions: vec![Region(1)],
            phone: "1900 0000".into(),
            clock: 21_600,
            log_key: log.vkey().clone(),
            batch_key: SigningKey::random(&mut rand::rng()).verifying_key(),
            code_keys: vec![CodeKey::Current {
                key: SigningKey::random(&mut rand::rng()).verifying_key(),
                last: Window::LAST,
            }],
            issuers: Vec::new(),
        })
        .unwrap();
        let head = TrustListHead {
            sequence: 1,
            made: UnixTime(1),
            until: UnixTime(u32::MAX.into()),
        };
        let policy = WitnessPolicy::none(vec![log.vkey().clone()]);
        let trust = TrustList::sign(&head, &[authority], &policy, &root).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let mut writer = Writer::open(&dir.path().join("log"), log).unwrap();
        let leaves: Vec<Vec<u8>> = (0..LEAVES)
            .map(|at| at.to_be_bytes().repeat(6).to_vec())
            .collect();
        writer.append(&leaves).unwrap();
        let note = writer.note().to_vec();
        Self { dir, trust, note }
    }

    fn honest(&self) -> Logs {
        let folder = self.dir.path().join("log");
        Logs::new(BTreeMap::from([(OriginHash::of_origin(ORIGIN), folder)]))
    }

    async fn node(&self, logs: impl LogSource, peers: &[&Node]) -> Node {
        let (events, heard) = mpsc::channel(64);
        let settings = NetSettings {
            key: Zeroizing::new(rand::random()),
            listen: vec![("/ip4/127.0.0.1/tcp/0".parse().unwrap(), None)],
            peers: peers.iter().map(|node| node.address()).collect(),
            offices: Vec::new(),
            office_patience: crate::net::OFFICE_PATIENCE,
            limits: Limits::default(),
            network: NetworkSection::default(),
            announce: Vec::new(),
            reach: Reach::Anywhere,
        };
        let parts = Parts {
            clock: Clock::System,
            events,
            logs: Arc::new(logs),
            office: None,
        };
        let gossip = Gossip::new(self.trust.clone());
        let (net, _) = start(&settings, gossip, parts).await.unwrap();
        Node { net, _heard: heard }
    }

    fn files(&self, name: &str) -> MirrorFiles {
        let home = self.dir.path().join(name);
        let folder = home.join("log");
        std::fs::create_dir_all(&folder).unwrap();
        let state = home.join("following");
        MirrorFiles { folder, state }
    }

    /// A mirror that is connected with these nodes; the first of them says that there is something new.
    async fn mirror(&self, files: MirrorFiles, peers: &[&Node]) -> Mirrored {
        let node = self.node(Logs::default(), peers).await;
        let all_here = |status: &crate::net::NetStatus| status.peers.len() == peers.len();
        let patience = Duration::from_secs(10);
        assert!(node.net.wait_for(patience, all_here).await);
        let authority = &self.trust.authorities()[0];
        let heads = Heads::default();
        let (policy, clock) = (self.trust.policy(), Clock::System);
        let (net, shown) = (node.net.clone(), heads.clone());
        let mut mirror = MirrorTask::open(authority, policy, files, net, heads, clock).unwrap();
        mirror.patience = Patience {
            answer: Duration::from_millis(400),
            turn: Duration::from_millis(1_500),
        };
        let (nudge, nudges) = mpsc::channel(8);
        let first = peers[0].net.peer_id();
        nudge
            .send(Nudge::Newer(first, self.note.clone()))
            .await
            .unwrap();
        tokio::spawn(mirror.run(nudges));
        Mirrored {
            heads: shown,
            _node: node,
            _nudge: nudge,
        }
    }
}

struct Node {
    net: Net,
    _heard: mpsc::Receiver<NetEvent>,
}

impl Node {
    fn address(&self) -> Multiaddr {
        self.net.status().addresses[0].clone()
    }
}

struct Mirrored {
    heads: Heads,
    _node: Node,
    _nudge: mpsc::Sender<Nudge>,
}

impl Mirrored {
    fn size(&self) -> u64 {
        let heads = self.heads.all();
        heads.first().map_or(0, |head| head.checkpoint.size)
    }

    async fn gets_there(&self, patience: Duration) -> bool {
        let all = async {
            while self.size() < LEAVES {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(patience, all).await.is_ok()
    }
}

/// Answers with what `change` makes of the honest answer.
struct Changed<F>(Logs, F);

impl<F> LogSource for Changed<F>
where
    F: Fn(&LogRequest, LogReply) -> LogReply + Send + Sync + 'static,
{
    fn read(&self, request: &LogRequest) -> LogReply {
        (self.1)(request, self.0.read(request))
    }
}

/// Each part of a tile or bundle as `change` makes it; checkpoints stay.
fn parts(change: impl Fn(Vec<u8>) -> Vec<u8>) -> impl Fn(&LogRequest, LogReply) -> LogReply {
    move |request, reply| match reply {
        LogReply::Part { total, bytes } if request.path() != "checkpoint" => {
            let bytes = change(bytes);
            LogReply::Part { total, bytes }
        }
        other => other,
    }
}

async fn outlives(world: &World, bad: impl LogSource, name: &str) {
    let bad = world.node(bad, &[]).await;
    let alone = world
        .mirror(world.files(&format!("{name}-alone")), &[&bad])
        .await;
    let good = world.node(world.honest(), &[]).await;
    let both = world.mirror(world.files(name), &[&bad, &good]).await;
    assert!(both.gets_there(Duration::from_secs(8)).await, "{name}");
    assert_eq!(alone.size(), 0, "{name}: nothing is taken of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_peer_keeps_nobody_waiting() {
    let world = World::new();
    let (release, held) = blocking::channel::<()>();
    let held = Mutex::new(held);
    let silent = Changed(world.honest(), move |_: &LogRequest, reply| {
        held.lock().unwrap().recv().ok();
        reply
    });
    outlives(&world, silent, "silent").await;
    drop(release);
}

#[tokio::test(flavor = "multi_thread")]
async fn lies_and_half_answers_cost_a_turn_and_nothing_else() {
    let world = World::new();
    let flip = parts(|mut bytes| {
        bytes.iter_mut().for_each(|byte| *byte ^= 1);
        bytes
    });
    outlives(&world, Changed(world.honest(), flip), "flipping").await;
    let half = parts(|mut bytes| {
        bytes.truncate(bytes.len() / 2);
        bytes
    });
    outlives(&world, Changed(world.honest(), half), "halving").await;
    outlives(
        &world,
        Changed(world.honest(), parts(|_| Vec::new())),
        "empty",
    )
    .await;
    let missing = |request: &LogRequest, reply| match request.path() {
        "checkpoint" => reply,
        _ => LogReply::NotFound,
    };
    outlives(&world, Changed(world.honest(), missing), "missing").await;
    let busy = |_: &LogRequest, _| LogReply::Busy(Duration::from_secs(u32::MAX.into()));
    outlives(&world, Changed(world.honest(), busy), "busy").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_drips_bytes_loses_its_turn() {
    let world = World::new();
    let drip = |request: &LogRequest, reply| match reply {
        LogReply::Part { total, mut bytes } if request.path().contains("entries") => {
            std::thread::sleep(Duration::from_millis(50));
            bytes.truncate(1);
            LogReply::Part { total, bytes }
        }
        other => other,
    };
    let drip = world.node(Changed(world.honest(), drip), &[]).await;
    let good = world.node(world.honest(), &[]).await;
    let mirror = world.mirror(world.files("drip"), &[&drip, &good]).await;
    assert!(mirror.gets_there(Duration::from_secs(8)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_taken_up_again_after_its_disk_failed() {
    let world = World::new();
    let good = world.node(world.honest(), &[]).await;
    let files = world.files("flaky");
    let block = |folder: &Path| std::fs::write(folder.join("tile"), b"in the way");
    let folder = files.folder.clone();
    let waiting = world.node(Logs::default(), &[&good]).await;
    assert!(
        waiting
            .net
            .wait_for(Duration::from_secs(10), |status| !status.peers.is_empty())
            .await
    );
    let authority = &world.trust.authorities()[0];
    let heads = Heads::default();
    let mirror = MirrorTask::open(
        authority,
        world.trust.policy(),
        files,
        waiting.net.clone(),
        heads.clone(),
        Clock::System,
    );
    block(&folder).unwrap();
    let (nudge, nudges) = mpsc::channel(8);
    tokio::spawn(mirror.unwrap().run(nudges));
    let mirrored = Mirrored {
        heads,
        _node: waiting,
        _nudge: nudge,
    };
    assert!(!mirrored.gets_there(Duration::from_secs(2)).await);
    std::fs::remove_file(folder.join("tile")).unwrap();
    assert!(mirrored.gets_there(Duration::from_secs(20)).await);
    assert!(folder.join("checkpoint").exists());
}
