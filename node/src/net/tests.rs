//! Tests of the network over real sockets: relays whose offices are silent or away, and peers that ask too much.
//! Knows the module's doors, and the link that clients use.
//! Specified in specs/protocol.md §13.2.

use super::*;
use crate::gossip;
use lachan_link::{Connection, Refusal, Timeouts};
use std::time::Instant;

const AUTHORITY: AuthorityId = AuthorityId([7; 8]);

struct Nothing;

impl LogSource for Nothing {
    fn read(&self, request: &LogRequest) -> LogReply {
        let length = usize::try_from(request.length()).unwrap();
        LogReply::Part {
            total: u64::MAX,
            bytes: vec![0; length],
        }
    }
}

async fn node(offices: Vec<Multiaddr>, office: Option<OfficeDoor>, limits: Limits) -> Net {
    let listen = ("/ip4/127.0.0.1/tcp/0".parse().unwrap(), None);
    node_at(listen, offices, office, limits).await.unwrap()
}

async fn node_at(
    listen: (Multiaddr, Option<Multiaddr>),
    offices: Vec<Multiaddr>,
    office: Option<OfficeDoor>,
    limits: Limits,
) -> Result<Net, NetError> {
    let settings = NetSettings {
        key: Zeroizing::new(rand::random()),
        listen: vec![listen],
        peers: Vec::new(),
        offices,
        office_patience: Duration::from_secs(1),
        limits,
    };
    let (events, _) = mpsc::channel(8);
    let parts = Parts {
        clock: Clock::System,
        events,
        logs: Arc::new(Nothing),
        office,
    };
    let started = start(&settings, gossip::tests::any(), parts).await;
    started.map(|(net, _)| net)
}

fn address(net: &Net) -> Multiaddr {
    net.status().addresses[0].clone()
}

/// An office that answers each message with zeros, or with nothing.
async fn office(answers: bool) -> Net {
    let (messages, mut asked) = mpsc::channel::<SealedAsk>(8);
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Some(ask) = asked.recv().await {
            if answers {
                ask.reply.send(SealedReply::Sealed(vec![0; 4_096])).ok();
            } else {
                kept.push(ask);
            }
        }
    });
    let authority = AUTHORITY;
    let door = OfficeDoor {
        authority,
        messages,
    };
    node(Vec::new(), Some(door), Limits::default()).await
}

async fn poll(relay: &Net) -> Result<Vec<u8>, LinkError> {
    let link = Connection::dial(&address(relay), Timeouts::default()).await?;
    link.mailbox(AUTHORITY, vec![1; 4_096]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_office_leaves_time_for_the_next_one_and_for_an_answer() {
    let (silent, good) = (office(false).await, office(true).await);
    let (deaf, begun) = (address(&silent), Instant::now());
    let relay = node(vec![deaf.clone(), address(&good)], None, Limits::default()).await;
    assert_eq!(poll(&relay).await, Ok(vec![0; 4_096]));
    let alone = node(vec![deaf], None, Limits::default()).await;
    let why = Refusal::OfficeUnreachable;
    assert_eq!(poll(&alone).await, Err(LinkError::Refused { why }));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_asks_too_much_is_told_to_wait_and_others_are_served() {
    let limits = Limits {
        log_requests_a_second: 1,
        ..Limits::default()
    };
    let node = node(Vec::new(), None, limits).await;
    let origin = OriginHash([1; 8]);
    let request = || LogRequest::new(origin, "checkpoint", 0, 16).unwrap();
    let greedy = Connection::dial(&address(&node), Timeouts::default())
        .await
        .unwrap();
    let mut told = None;
    for _ in 0..12 {
        if let LogReply::Busy(after) = greedy.fetch(request()).await.unwrap() {
            told = Some(after);
        }
    }
    assert!(told.is_some_and(|after| after >= Duration::from_secs(1)));
    let other = Connection::dial(&address(&node), Timeouts::default())
        .await
        .unwrap();
    let served = other.fetch(request()).await.unwrap();
    assert!(matches!(served, LogReply::Part { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_port_that_another_node_has_and_leaves_the_last_runs_port_for_a_free_one() {
    let first = node(Vec::new(), None, Limits::default()).await;
    let taken: Multiaddr = address(&first).into_iter().take(2).collect();
    let beside = |wanted, last| node_at((wanted, last), Vec::new(), None, Limits::default());
    let refused = beside(taken.clone(), None).await.map(|_| ());
    assert_eq!(refused, Err(NetError::CannotListen(1)));
    let any: Multiaddr = "/ip4/127.0.0.1/tcp/0".parse().unwrap();
    let other = beside(any, Some(taken.clone())).await.unwrap();
    let found: Multiaddr = address(&other).into_iter().take(2).collect();
    assert_ne!(found, taken);
}
