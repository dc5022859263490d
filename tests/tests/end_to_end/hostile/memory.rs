//! How much memory a flood can take: of a relay under each kind of it, and of a client that reads a large log.
//! Reads /proc; a control shows that the measure sees an allocation.
//! Specified in specs/protocol.md §13.1 and specs/threat-model.md.

use super::ground::{Ground, started, topic};
use super::ledger::{Files, Server, files, framed};
use super::parts::Forger;
use super::peer::{Door, Flood, Peer, Stream};
use super::rpc;
use super::wait_for;
use lachan_link::exchange::Exchange;
use lachan_link::names::TopicKind;
use lachan_link::{LogExchange, LogRequest};
use lachan_protocol::exposure::batch::{BatchHead, UnsignedPart};
use lachan_protocol::exposure::cutting::cut;
use lachan_protocol::exposure::entry::ENTRY_LEN;
use lachan_protocol::id::{OriginHash, Region};
use lachan_protocol::time::{DAY_SECONDS, Day, RETENTION_DAYS};
use lachan_tests::world::ORIGIN;
use rand::RngExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const MIB: u64 = 1 << 20;
/// Most that a relay may have taken at any time, under these floods.
const RELAY: u64 = 128 * MIB;
/// Most that a client may have taken while it reads these logs.
const CLIENT: u64 = 64 * MIB;
/// How long each flood goes on.
const FLOOD: Duration = Duration::from_secs(3);
/// Bytes that a flood sends at most.
const MOST_SENT: u64 = 512 * MIB;
/// A size that lists may have; 29 of them are a tick of 3.4 MB.
const LIST: usize = 2_929;
const TICKS: u64 = 6;

/// The most memory that a process had so far, in bytes; none when it is gone.
fn peak(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1_024)
}

/// The most memory of a child until it ended, and whether it ended well.
fn peak_of(mut child: Child) -> (u64, bool) {
    let mut most = 0;
    loop {
        most = peak(child.id()).unwrap_or(0).max(most);
        if let Some(status) = child.try_wait().expect("a child of this process") {
            return (most, status.success());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A tick of many large lists, as the authority signs it.
fn large_tick(ground: &Ground, seq: u64) -> Vec<Vec<u8>> {
    let time = ground.tick.minus((TICKS - seq) * 21_600);
    let last = u16::try_from(time.0 / DAY_SECONDS).expect("a day of this century");
    let days: Vec<Day> = (last - RETENTION_DAYS..=last).map(Day).collect();
    let list = || {
        let mut keys: Vec<[u8; ENTRY_LEN]> = (0..LIST)
            .map(|_| {
                let mut entry = [0; ENTRY_LEN];
                rand::rng().fill(&mut entry[..]);
                // below the order of the group
                entry[31] &= 0x0f;
                entry
            })
            .collect();
        keys.sort_unstable();
        keys
    };
    let mut left: Vec<_> = days.iter().map(|_| list()).collect();
    let leaves = cut(days.iter().map(|day| (*day, LIST)));
    let parts = u16::try_from(leaves.len()).expect("few parts");
    let head = BatchHead {
        authority: ground.authority.id(),
        region: Region(1),
        seq,
        time,
        nonce: rand::rng().random(),
        manifest_root: [7; 32],
        unlocks: 0,
        certificates: 0,
    };
    let signed = (0..parts).zip(leaves).map(|(part, pieces)| {
        let lists = pieces.iter().map(|piece| {
            let at = days.iter().position(|day| *day == piece.day);
            let list = &mut left[at.expect("one of the days")];
            (piece.day, list.drain(..piece.count).collect())
        });
        let unsigned = UnsignedPart {
            head: head.clone(),
            part,
            parts,
            lists: lists.collect(),
        };
        let leaf = unsigned.sign(&ground.authority.batch_key);
        leaf.expect("a leaf was cut to fit")
    });
    signed.collect()
}

/// A log of 20 MB: a city's day and a half at 5,000 cases a day.
fn large_log(ground: &Ground) -> Files {
    let leaves: Vec<Vec<u8>> = (1..=TICKS)
        .flat_map(|seq| large_tick(ground, seq))
        .collect();
    files(&ground.authority, &leaves)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_reads_a_large_log_in_little_memory() {
    let ground = Ground::new();
    let log = large_log(&ground);
    let size: usize = log.values().map(Vec::len).sum();
    let server = Server::honest(log).await;
    let client = ground.client("client");
    let sync = client.begin(&["sync", "--from", &server.address]);
    let (most, ended_well) =
        tokio::task::block_in_place(|| peak_of(sync.expect("the program starts")));
    assert!(ended_well, "the log is read");
    let status = client.run(&["status"]).expect("a status");
    assert!(
        status["authorities"][0]["size"].as_u64() > Some(200),
        "{status}"
    );
    eprintln!(
        "client: {} MiB at most for a log of {} MiB",
        most / MIB,
        size as u64 / MIB
    );
    assert!(most <= CLIENT, "{} MiB", most / MIB);
    // the control: the measure sees what a process takes
    let mut dd = Command::new("dd");
    dd.args(["if=/dev/zero", "of=/dev/null", "bs=80M", "count=20"]);
    let dd = dd.stderr(Stdio::null()).spawn().expect("dd");
    assert!(peak_of(dd).0 >= 80 * MIB, "the control");
}

/// A flood of what `make` makes, within the bounds; adds up what was taken.
fn bounded(sent: &Arc<AtomicU64>, mut make: impl FnMut() -> Vec<u8> + Send + 'static) -> Flood {
    let (sent, end) = (Arc::clone(sent), Instant::now() + FLOOD);
    Box::new(move || {
        let bytes = make();
        let so_far = sent.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        (so_far < MOST_SENT && Instant::now() < end).then_some(bytes)
    })
}

fn noise(len: usize) -> Vec<u8> {
    let mut bytes = vec![7; len];
    let head: [u8; 16] = rand::rng().random();
    bytes[..16].copy_from_slice(&head);
    bytes
}

/// What a flooding peer does.
type Kind = (
    &'static str,
    fn(&Forger<'_>) -> Box<dyn FnMut() -> Vec<u8> + Send>,
);

const FLOODS: &[Kind] = &[
    ("the largest messages, all lies", |_| {
        let topic = topic(TopicKind::Batch);
        Box::new(move || rpc::publish(&topic, &noise(65_000)))
    }),
    ("the largest messages of a topic that nobody knows", |_| {
        Box::new(|| rpc::publish("/lachan/1/batch/0011223344556677", &noise(65_000)))
    }),
    ("small messages of a topic that nobody knows", |_| {
        Box::new(|| rpc::publish("/lachan/1/batch/0011223344556677", &noise(16)))
    }),
    ("stale parts", |forger| {
        let (topic, part) = (topic(TopicKind::Batch), forger.valid(1));
        Box::new(move || {
            // nobody verifies what is old: any bytes do
            let mut part = part.clone();
            let nonce: [u8; 16] = rand::rng().random();
            part[30..46].copy_from_slice(&nonce);
            rpc::publish(&topic, &part)
        })
    }),
    ("subscriptions to topics that nobody knows", |_| {
        Box::new(|| {
            let topics = (0..100).map(|_| {
                let name = format!("/lachan/1/batch/{:016x}", rand::rng().random::<u64>());
                rpc::subscribe(&name)
            });
            rpc::rpc(&topics.collect::<Vec<_>>())
        })
    }),
    ("messages that are announced and never come", |_| {
        let topic = topic(TopicKind::Batch);
        Box::new(move || {
            let ids: Vec<Vec<u8>> = (0..100).map(|_| noise(20)).collect();
            rpc::rpc(&[rpc::ihave(&topic, &ids)])
        })
    }),
    ("grafts, and prunes for an eternity", |_| {
        let topic = topic(TopicKind::Batch);
        Box::new(move || rpc::rpc(&[rpc::prune(&topic, u64::MAX), rpc::graft(&topic)]))
    }),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_keeps_its_memory_under_each_flood_and_serves_on() {
    let ground = Ground::new();
    let log = large_log(&ground);
    let bundle = log.keys().find(|path| path.ends_with("entries/000"));
    let bundle = bundle.expect("a full bundle").clone();
    let source = Server::honest(log).await;
    let home = ground.relay("relay", &["--peer", &source.address]);
    let relay = started(&home);
    let caught_up = |status: &serde_json::Value| status["logs"][0]["size"].as_u64() > Some(200);
    wait_for("the relay's copy", || {
        home.run(&["status"]).is_ok_and(|status| caught_up(&status))
    })
    .await;
    report(&relay, "a copy of 20 MB");
    let forger = Forger {
        authority: &ground.authority,
        tick: ground.tick,
    };
    // so that parts of the first tick are old
    let newest = Peer::dial(relay.address()).await.expect("a peer");
    let stream = newest.open(Door::Gossip, true);
    stream.send(rpc::publish(&topic(TopicKind::Batch), &forger.valid(50)));
    for &(what, make) in FLOODS {
        let sent = Arc::new(AtomicU64::new(0));
        let mut floods = Vec::new();
        for _ in 0..4 {
            let Some(peer) = Peer::dial(relay.address()).await else {
                continue;
            };
            let flood = bounded(&sent, make(&forger));
            floods.push(tokio::spawn(async move {
                peer.flood(Door::Gossip, flood).await
            }));
        }
        assert!(!floods.is_empty(), "{what}");
        tokio::time::sleep(FLOOD).await;
        for flood in floods {
            flood.abort();
        }
        let sent = sent.load(Ordering::Relaxed);
        report(&relay, &format!("{what}: {} MiB taken", sent / MIB));
    }
    readers_that_do_not_read(&relay, &bundle).await;
    report(&relay, "readers that do not read");
    let honest = Peer::dial(relay.address()).await.expect("a peer");
    let answer = honest
        .ask(Door::Log, asks(&bundle, 0))
        .await
        .expect("an answer");
    assert!(answer.len() > 65_536, "served on");
}

#[expect(
    clippy::print_stderr,
    reason = "figures, for who asks for a test's output"
)]
fn report(relay: &lachan_tests::home::Running, what: &str) {
    let most = peak(relay.pid()).expect("the relay runs");
    eprintln!("relay: {} MiB at most after {what}", most / MIB);
    assert!(most <= RELAY, "{} MiB after {what}", most / MIB);
}

fn asks(path: &str, offset: u64) -> Vec<u8> {
    let origin = OriginHash::of_origin(ORIGIN);
    let request = LogRequest::new(origin, path, offset, 1 << 20).expect("a request");
    framed(&LogExchange::request_bytes(&request))
}

/// Many peers ask for a MiB many times, and read nothing.
async fn readers_that_do_not_read(relay: &lachan_tests::home::Running, path: &str) {
    let mut deaf: Vec<(Peer, Vec<Stream>)> = Vec::new();
    for _ in 0..24 {
        let Some(peer) = Peer::dial(relay.address()).await else {
            continue;
        };
        let streams = (0..20).map(|at| {
            let stream = peer.open(Door::Log, false);
            stream.send(asks(path, at % 12));
            stream
        });
        let streams: Vec<Stream> = streams.map(ended).collect();
        deaf.push((peer, streams));
    }
    tokio::time::sleep(FLOOD).await;
}

/// The own half ends; the answer waits.
fn ended(stream: Stream) -> Stream {
    let (bytes, _) = tokio::sync::mpsc::unbounded_channel();
    Stream { bytes, ..stream }
}
