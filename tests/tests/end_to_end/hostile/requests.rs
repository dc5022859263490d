//! Requests as they should not be: malformed, over-long, slow, silent, too many, never read; each is answered by name
//! or let go, counted, and takes nothing from others. Knows frames; does not know what a log holds.
//! Specified in specs/protocol.md §13.1 and §13.2.

use super::ground::{Ground, started};
use super::ledger::{Server, files, framed, payload};
use super::parts::Forger;
use super::peer::{Door, Peer, Stream};
use super::wait_for;
use lachan_link::exchange::Exchange;
use lachan_link::{LogExchange, LogReply, LogRequest, MailboxExchange, Refusal, SealedReply};
use lachan_protocol::id::OriginHash;
use lachan_tests::home::{Home, Running};
use lachan_tests::world::ORIGIN;
use std::time::Duration;

/// Log requests a second that one peer may make in these tests; ten times as many at once.
const A_SECOND: u32 = 5;
/// Longer than a request may take.
const SLOW_SECONDS: usize = 13;
/// Connections that a relay takes in these tests.
const CONNECTIONS: u32 = 64;

/// Changes a limit in a node's settings.
pub(super) fn limit(home: &Home, name: &str, value: u32) {
    let file = home.folder().join("node.toml");
    let text = std::fs::read_to_string(&file).expect("settings");
    let lines = text.lines().map(|line| match line.split_once(" = ") {
        Some((key, _)) if key == name => format!("{name} = {value}"),
        _ => line.to_owned(),
    });
    let lines: Vec<String> = lines.collect();
    assert_ne!(lines.join("\n"), text.trim_end(), "{name} is a limit");
    std::fs::write(&file, lines.join("\n")).expect("settings");
}

fn asks_checkpoint() -> Vec<u8> {
    let origin = OriginHash::of_origin(ORIGIN);
    let request = LogRequest::new(origin, "checkpoint", 0, 16_384).expect("a request");
    framed(&LogExchange::request_bytes(&request))
}

/// What a relay answers to bytes that are sent as a log request.
async fn asked(peer: &Peer, bytes: Vec<u8>) -> Result<LogReply, String> {
    let payload = payload(peer.ask(Door::Log, bytes).await)?;
    LogExchange::reply(payload).map_err(|error| error.to_string())
}

/// A relay that holds a small log, and who holds it too.
async fn relay(ground: &Ground, limits: &[(&str, u32)]) -> (Running, Server) {
    let forger = Forger {
        authority: &ground.authority,
        tick: ground.tick,
    };
    let source = Server::honest(files(&ground.authority, &[forger.valid(1)])).await;
    let home = ground.relay("relay", &["--peer", &source.address]);
    for (name, value) in limits {
        limit(&home, name, *value);
    }
    let relay = started(&home);
    let copied = home.folder().join("log");
    let copied = copied.join(OriginHash::of_origin(ORIGIN).to_string());
    wait_for("the relay's copy", || copied.join("checkpoint").exists()).await;
    (relay, source)
}

async fn is_served(peer: &Peer) -> bool {
    let reply = asked(peer, asks_checkpoint()).await;
    matches!(reply, Ok(LogReply::Part { total, .. }) if total > 100)
}

async fn newcomer(relay: &Running) -> Peer {
    let peer = Peer::dial(relay.address()).await;
    peer.expect("the relay takes connections")
}

/// Frames that are none, each for its own reason.
fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let good = asks_checkpoint();
    let mut other_version = good.clone();
    other_version[0] = 2;
    let mut too_long_range = good.clone();
    too_long_range[5 + 16..5 + 20].copy_from_slice(&[0xff; 4]);
    vec![
        ("nothing", Vec::new()),
        ("half a header", good[..3].to_vec()),
        ("half a frame", good[..good.len() - 1].to_vec()),
        ("a byte too many", [good.as_slice(), &[0]].concat()),
        ("another version", other_version),
        ("a length of 4 GiB", vec![1, 0xff, 0xff, 0xff, 0xff]),
        ("a length beyond the limit", vec![1, 0, 0, 1, 21]),
        ("an empty payload", framed(&[])),
        ("a range beyond the limit", too_long_range),
        (
            "a path that is no text",
            framed(&[[0; 20].as_slice(), &[2, 0xff, 0xfe]].concat()),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_malformed_is_named_and_counted_and_costs_others_nothing() {
    let ground = Ground::new();
    // all peers of these tests have one prefix
    let limits = [
        ("log-requests-a-second", A_SECOND),
        ("peers-of-a-prefix", 100),
    ];
    let (relay, _source) = relay(&ground, &limits).await;
    let honest = newcomer(&relay).await;
    for (what, bytes) in malformed() {
        let peer = newcomer(&relay).await;
        let mut counted = false;
        // the control is the quota itself: as many good requests would all be answered
        for asked_so_far in 0..10 * A_SECOND {
            match asked(&peer, bytes.clone()).await {
                Ok(LogReply::Refused(Refusal::Malformed)) => {}
                Ok(LogReply::Busy(_)) => {
                    assert!(asked_so_far > 0, "{what}");
                    counted = true;
                    break;
                }
                // a peer that sends nothing else may be left
                Err(_) if asked_so_far > 0 && !peer.is_connected() => {
                    counted = true;
                    break;
                }
                other => panic!("{what}: {other:?}"),
            }
        }
        assert!(counted, "{what} is not counted");
        assert!(is_served(&honest).await, "{what}");
    }
    let peer = newcomer(&relay).await;
    for _ in 0..10 * A_SECOND / 2 {
        assert!(is_served(&peer).await, "the control");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_asks_too_much_is_told_when_to_come_again_and_then_is_served() {
    let ground = Ground::new();
    let limits = [
        ("log-requests-a-second", 1),
        ("sealed-messages-a-second", 1),
    ];
    let (relay, _source) = relay(&ground, &limits).await;
    let (peer, other) = (newcomer(&relay).await, newcomer(&relay).await);
    let mut after = None;
    for _ in 0..40 {
        match asked(&peer, asks_checkpoint()).await {
            Ok(LogReply::Part { .. }) => {}
            Ok(LogReply::Busy(wait)) => after = Some(wait),
            other => panic!("{other:?}"),
        }
    }
    let after = after.expect("ten at once, and not 40");
    assert!(after >= Duration::from_secs(1), "{after:?}");
    assert!(is_served(&other).await, "others are not touched");
    // sealed messages have a share of their own
    let sealed = framed(&[0; 8 + 4_096]);
    let mut busy = false;
    for _ in 0..40 {
        let reply = payload(peer.ask(Door::Mailbox, sealed.clone()).await);
        let reply = MailboxExchange::reply(reply.expect("a reply")).expect("a reply");
        busy |= matches!(reply, SealedReply::Busy(_));
    }
    assert!(busy);
    tokio::time::sleep(after).await;
    assert!(is_served_again(&peer).await);
}

async fn is_served_again(peer: &Peer) -> bool {
    for _ in 0..20 {
        if is_served(peer).await {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_protocol_that_nobody_speaks_is_no_reason_to_part() {
    let ground = Ground::new();
    let (relay, _source) = relay(&ground, &[]).await;
    let peer = newcomer(&relay).await;
    for _ in 0..20 {
        let answer = peer.ask(Door::Strange, vec![7; 100]).await;
        assert!(answer.is_err(), "{answer:?}");
    }
    // more than a frame of a door that is spoken
    let long = framed(&vec![7; 100_000]);
    let reply = payload(peer.ask(Door::Register, long).await);
    assert_eq!(reply, Ok(vec![2, Refusal::Malformed.code()]));
    assert!(is_served(&peer).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_connections_and_streams_part_nobody_who_was_there() {
    let ground = Ground::new();
    let limits = [("connections", CONNECTIONS)];
    let (relay, _source) = relay(&ground, &limits).await;
    let honest = newcomer(&relay).await;
    let mut crowd = Vec::new();
    for _ in 0..10 {
        let address = relay.address().to_owned();
        let dials = (0..50).map(|_| {
            let address = address.clone();
            tokio::spawn(async move { Peer::dial(&address).await })
        });
        let dials: Vec<_> = dials.collect();
        for dial in dials {
            crowd.push(dial.await.expect("a dial ends"));
        }
    }
    let crowd: Vec<Peer> = crowd.into_iter().flatten().collect();
    wait_for("the relay to part from too many", || {
        let connected = crowd.iter().filter(|peer| peer.is_connected()).count();
        connected <= CONNECTIONS as usize
    })
    .await;
    assert!(is_served(&honest).await, "500 connections");
    // the streams of one connection: most are let go, and the others' are not touched
    let one = crowd
        .iter()
        .find(|peer| peer.is_connected())
        .expect("some are taken");
    let streams: Vec<Stream> = (0..500).map(|_| one.open(Door::Log, true)).collect();
    for stream in &streams {
        stream.send(asks_checkpoint()[..7].to_vec());
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(is_served(&honest).await, "500 streams");
    drop(streams);
    drop(crowd);
    // who could not come in can now
    let mut newcomers = 0;
    for _ in 0..50 {
        newcomers += u32::from(Peer::dial(relay.address()).await.is_some());
        if newcomers > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(newcomers > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_slow_or_silent_or_does_not_read_is_let_go_and_others_are_served() {
    let ground = Ground::new();
    let (relay, _source) = relay(&ground, &[]).await;
    let honest = newcomer(&relay).await;
    let slow = newcomer(&relay).await;
    let good = asks_checkpoint();
    // nothing; half a frame; a byte a second; a whole request whose answer is never read
    let silent = slow.open(Door::Log, true);
    let half = slow.open(Door::Log, true);
    half.send(good[..good.len() / 2].to_vec());
    let drip = slow.open(Door::Log, true);
    let deaf: Vec<Stream> = (0..40).map(|_| slow.open(Door::Log, false)).collect();
    for stream in deaf {
        stream.send(good.clone());
        // the own half ends; the answer waits
        drop(stream.bytes);
    }
    let (first, rest) = good.split_at(SLOW_SECONDS);
    for byte in first {
        drip.send(vec![*byte]);
        assert!(is_served(&honest).await);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    drip.send(rest.to_vec());
    // had it waited for the drip, it would answer now
    for stream in [silent, half, drip] {
        let answer = payload(stream.answer().await);
        assert!(!answer.is_ok_and(|reply| reply[0] == 0), "let go");
    }
    assert!(is_served(&honest).await);
    assert!(is_served(&newcomer(&relay).await).await);
}
