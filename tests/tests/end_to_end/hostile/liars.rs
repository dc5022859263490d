//! Servers that lie to the client: each lie is refused by its name, nothing in the wallet changes, and the next
//! honest node is read. Knows the program from outside.
//! Specified in specs/protocol.md §8.6, §12.5 and §13.2.

use super::ground::Ground;
use super::ledger::{Files, Said, Server, files, framed, honest, signed};
use super::parts::Forger;
use lachan_link::exchange::Exchange;
use lachan_link::{LogExchange, LogReply, LogRequest, Refusal};
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::log::note::SignedNote;
use lachan_protocol::time::UnixTime;
use lachan_tests::home::Home;
use lachan_tests::world::Authority;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Leaves that the client knows, and leaves that there are.
const KNOWN: usize = 3;
const ALL: usize = 5;

/// A log that grew since the client read it.
struct Story {
    ground: Ground,
    before: Files,
    now: Files,
    /// The same leaves but for the first.
    other: Files,
}

impl Story {
    fn new() -> Self {
        let ground = Ground::new();
        let tick = |back: u64| Forger {
            authority: &ground.authority,
            tick: ground.tick.minus((ALL as u64 - back) * 21_600),
        };
        let seqs = 1..=ALL as u64;
        let leaves: Vec<Vec<u8>> = seqs.map(|seq| tick(seq).valid(seq)).collect();
        let mut changed = leaves.clone();
        changed[0] = tick(1).valid(1);
        let files = |leaves: &[Vec<u8>]| files(&ground.authority, leaves);
        let (before, now, other) = (files(&leaves[..KNOWN]), files(&leaves), files(&changed));
        Self {
            before,
            now,
            other,
            ground,
        }
    }

    /// A client that has read the log as it was.
    async fn client(&self, name: &str) -> Home {
        let client = self.ground.client(name);
        let server = Server::honest(self.before.clone()).await;
        let synced = sync(&client, &server.address).expect("an honest node");
        assert_eq!(synced["authorities"][0]["ticks"], KNOWN);
        client
    }

    /// A checkpoint that the log has signed.
    fn note(&self, size: u64, root: Hash) -> Vec<u8> {
        signed(&self.ground.authority, size, root)
    }
}

fn sync(client: &Home, from: &str) -> Result<Value, String> {
    let synced = tokio::task::block_in_place(|| client.run(&["sync", "--from", from]));
    synced.map_err(|error| match error.code() {
        "" => error.to_string(),
        code => code.to_owned(),
    })
}

/// Writes the servers into the settings.
fn set_nodes(client: &Home, nodes: &[&Server]) {
    let settings = client.folder().join("client.toml");
    let text = std::fs::read_to_string(&settings).expect("settings");
    let nodes: Vec<String> = nodes
        .iter()
        .map(|node| format!("'{}'", node.address))
        .collect();
    let nodes = format!("nodes = [{}]", nodes.join(", "));
    std::fs::write(&settings, text.replace("nodes = []", &nodes)).expect("settings");
}

fn state(client: &Home) -> Value {
    let mut status = client.run(&["status"]).expect("a status");
    // all but the time
    status["now"].take();
    status
}

/// A lie: what is refused, and what is said to a request; none where the truth is said.
type Lie = (&'static str, fn(&Story, &LogRequest) -> Option<Said>);

/// As an honest node would answer if this were the resource.
fn part_of(bytes: Vec<u8>, request: &LogRequest) -> Option<Said> {
    let files = Files::from([(request.path().to_owned(), bytes)]);
    Some(Said::reply(&honest(&files, request)))
}

/// The resources whose path begins so are changed.
fn changed(
    story: &Story,
    request: &LogRequest,
    head: &str,
    change: fn(&mut Vec<u8>),
) -> Option<Said> {
    let truth = story.now.get(request.path())?;
    let mut bytes = truth.clone();
    change(&mut bytes);
    is_at(request, head).then(|| part_of(bytes, request))?
}

fn is_at(request: &LogRequest, head: &str) -> bool {
    request.path().starts_with(head)
}

/// Another checkpoint is told.
fn another(request: &LogRequest, note: impl FnOnce() -> Vec<u8>) -> Option<Said> {
    is_at(request, NOTE).then(|| part_of(note(), request))?
}

/// These bytes instead of a tile.
fn instead(request: &LogRequest, bytes: &[u8]) -> Option<Said> {
    is_at(request, TILE).then(|| Said::Bytes(bytes.to_vec()))
}

fn replied(request: &LogRequest, head: &str, reply: &LogReply) -> Option<Said> {
    is_at(request, head).then(|| Said::reply(reply))
}

fn of_another_log() -> Vec<u8> {
    let checkpoint = Checkpoint {
        origin: "log.lachan.example/other".into(),
        size: 9,
        root: Hash([7; 32]),
    };
    let mut note = SignedNote::new(&checkpoint.to_text()).expect("a note");
    note.sign(&Authority::new().log_key, UnixTime(0));
    note.to_bytes()
}

const NOTE: &str = "checkpoint";
const TILE: &str = "tile/0/";
const LEAVES: &str = "tile/entries/";

/// Of checkpoints.
const NOTES: &[Lie] = &[
    ("Checkpoint::Note", |story, request| {
        changed(story, request, NOTE, |note| {
            let at = note.len() - 8;
            note[at] = if note[at] == b'A' { b'B' } else { b'A' };
        })
    }),
    ("Checkpoint::Note", |story, request| {
        changed(story, request, NOTE, |note| note.truncate(40))
    }),
    ("Checkpoint::OriginMismatch", |_, request| {
        another(request, of_another_log)
    }),
    ("Follow::Equivocation", |story, request| {
        another(request, || story.note(KNOWN as u64, Hash([7; 32])))
    }),
    ("Follow::TooFarAhead", |story, request| {
        another(request, || story.note(1 << 60, Hash([7; 32])))
    }),
    ("Link::TooLong", |_, request| {
        let bytes = vec![7; 1 << 10];
        replied(
            request,
            NOTE,
            &LogReply::Part {
                total: 1 << 40,
                bytes,
            },
        )
    }),
];

/// Of proofs and leaves.
const RESOURCES: &[Lie] = &[
    ("Follow::TilesMismatch", |story, request| {
        changed(story, request, TILE, |tile| {
            *tile.last_mut().expect("a hash") ^= 1
        })
    }),
    // a whole log, and not the one that was read before
    ("Follow::TilesMismatch", |story, request| {
        part_of(story.other.get(request.path())?.clone(), request)
    }),
    ("Follow::Tile", |story, request| {
        changed(story, request, TILE, |tile| tile.truncate(32))
    }),
    ("Follow::Unavailable", |_, request| {
        replied(request, TILE, &LogReply::NotFound)
    }),
    ("Follow::LeafMismatch", |story, request| {
        // the lengths, here and there, stay as they are
        changed(story, request, LEAVES, |leaves| {
            leaves
                .iter_mut()
                .skip(2)
                .step_by(2_000)
                .for_each(|byte| *byte ^= 1);
        })
    }),
    ("Follow::EndsEarly", |_, request| {
        replied(
            request,
            LEAVES,
            &LogReply::Part {
                total: request.offset(),
                bytes: Vec::new(),
            },
        )
    }),
    ("Follow::Unavailable", |_, request| {
        replied(request, LEAVES, &LogReply::NotFound)
    }),
];

/// Of answers.
const ANSWERS: &[Lie] = &[
    // nothing; half a frame; a giant; another version; a byte too many; no reply at all
    ("Link::Malformed", |_, request| instead(request, &[])),
    ("Link::Malformed", |_, request| {
        instead(request, &[1, 0, 0, 0, 40, 0, 0])
    }),
    ("Link::Malformed", |_, request| {
        instead(request, &[1, 255, 255, 255, 255])
    }),
    ("Link::Malformed", |_, request| {
        instead(request, &[2, 0, 0, 0, 1, 1])
    }),
    ("Link::Malformed", |_, request| {
        instead(request, &[1, 0, 0, 0, 1, 1, 9])
    }),
    ("Link::Malformed", |_, request| {
        instead(request, &framed(&[77]))
    }),
    // a part of the range, more than the range, a byte at a time
    ("Link::RangeWrong", |story, request| {
        let tile = story.now.get(request.path())?;
        let (total, bytes) = (tile.len() as u64, tile[..tile.len() / 2].to_vec());
        replied(request, TILE, &LogReply::Part { total, bytes })
    }),
    ("Link::RangeWrong", |_, request| {
        let (total, bytes) = (1 << 20, vec![7; 1 << 20]);
        replied(request, TILE, &LogReply::Part { total, bytes })
    }),
    ("Link::RangeWrong", |_, request| {
        let (total, bytes) = (u64::MAX, vec![0]);
        replied(request, LEAVES, &LogReply::Part { total, bytes })
    }),
    // the truth, a byte at a time, of a bundle that grows with each: without an end
    ("Link::ResourceChanged", |story, request| {
        let leaves = story.now.get(request.path())?;
        let offset = usize::try_from(request.offset()).ok()?;
        let (total, bytes) = (request.offset() + 1, vec![*leaves.get(offset)?]);
        replied(request, LEAVES, &LogReply::Part { total, bytes })
    }),
    ("Link::Refused", |_, request| {
        replied(request, TILE, &LogReply::Refused(Refusal::NotAPath))
    }),
    ("Link::Busy", |_, request| {
        replied(request, TILE, &LogReply::Busy(Duration::ZERO))
    }),
];

/// These bytes instead of a tile, and the stream stays open.
fn left_open(request: &LogRequest, bytes: &[u8]) -> Option<Said> {
    is_at(request, TILE).then(|| Said::Open(bytes.to_vec()))
}

async fn liar(story: &Arc<Story>, lie: fn(&Story, &LogRequest) -> Option<Said>) -> Server {
    let story = Arc::clone(story);
    Server::start(move |request| {
        let said = lie(&story, request);
        said.unwrap_or_else(|| Said::reply(&honest(&story.now, request)))
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_lie_of_a_server_is_named_and_the_next_node_is_read() {
    let story = Arc::new(Story::new());
    let client = story.client("client").await;
    let before = state(&client);
    let lies = [NOTES, RESOURCES, ANSWERS].concat();
    for (index, (wanted, lie)) in lies.into_iter().enumerate() {
        let server = liar(&story, lie).await;
        let refused = sync(&client, &server.address);
        assert_eq!(refused, Err(wanted.to_owned()), "lie {index}");
        assert_eq!(state(&client), before, "lie {index}: {wanted}");
    }
    // a liar before an honest node in the settings costs its turn and no more
    let first = liar(&story, RESOURCES[0].1).await;
    let second = Server::honest(story.now.clone()).await;
    set_nodes(&client, &[&first, &second]);
    let synced = tokio::task::block_in_place(|| client.run(&["sync"]));
    let synced = synced.expect("an honest node");
    assert_eq!(synced["authorities"][0]["ticks"], ALL - KNOWN);
    assert_ne!(state(&client), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_lags_is_no_liar_and_nothing_moves_back() {
    let story = Story::new();
    let client = story.client("client").await;
    let before = state(&client);
    let lagging = Server::honest(files(&story.ground.authority, &[])).await;
    let told = sync(&client, &lagging.address).expect("a node that lags");
    assert_eq!(told["authorities"][0]["behind"], true);
    assert_eq!(state(&client), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_never_ends_is_left() {
    let story = Arc::new(Story::new());
    let lies: [Lie; 3] = [
        ("silent", |_, request| left_open(request, &[])),
        ("half", |_, request| {
            left_open(request, &[1, 0, 0, 0, 169, 0])
        }),
        ("whole", |story, request| {
            let reply = LogExchange::reply_bytes(&honest(&story.now, request));
            left_open(request, &framed(&reply))
        }),
    ];
    let mut waiting = Vec::new();
    for (name, lie) in lies {
        let client = story.client(name).await;
        let (before, server) = (state(&client), liar(&story, lie).await);
        waiting.push(tokio::task::spawn_blocking(move || {
            let refused = client.run(&["sync", "--from", &server.address]);
            let code = refused.expect_err("no answer").code().to_owned();
            assert_eq!(
                (code.as_str(), state(&client)),
                ("Link::TimedOut", before),
                "{name}"
            );
        }));
    }
    for one in waiting {
        one.await.expect("it timed out");
    }
}

/// As an honest node, each answer after this time.
async fn late(story: &Story, after: Duration) -> Server {
    let files = story.now.clone();
    Server::start(move |request| Said::Late(after, honest(&files, request))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_trickles_loses_its_turn_and_the_next_one_goes_on() {
    let story = Story::new();
    // each answer comes in time, and all of them too late
    let trickling = late(&story, Duration::from_secs(25)).await;
    let slow = late(&story, Duration::from_millis(500)).await;
    // the control: who is only slow is read
    let patient = story.client("patient").await;
    let synced = sync(&patient, &slow.address).expect("a slow node");
    assert_eq!(synced["authorities"][0]["ticks"], ALL - KNOWN);
    let alone = story.client("alone").await;
    let (before, from) = (state(&alone), trickling.address.clone());
    let alone = tokio::task::spawn_blocking(move || {
        let refused = alone.run(&["sync", "--from", &from]);
        let code = refused.expect_err("a turn that is over").code().to_owned();
        assert_eq!((code.as_str(), state(&alone)), ("Net::TooSlow", before));
    });
    let client = story.client("client").await;
    set_nodes(&client, &[&trickling, &slow]);
    let synced = tokio::task::block_in_place(|| client.run(&["sync"]));
    let synced = synced.expect("the next node");
    assert_eq!(synced["authorities"][0]["ticks"], ALL - KNOWN);
    alone.await.expect("it was left");
}
