//! Tests of the network over real sockets: relays whose offices are silent or away, and peers that ask too much.
//! Knows the module's doors, and the link that clients use.
//! Specified in specs/protocol.md §13.2.

mod gossiping;
mod meeting;

use super::counters::Refused;
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

const TCP: &str = "/ip4/127.0.0.1/tcp/0";
const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";

fn settings() -> NetSettings {
    let listen = [TCP, QUIC].map(|text| (text.parse().unwrap(), None));
    NetSettings {
        key: Zeroizing::new(rand::random()),
        listen: listen.into(),
        peers: Vec::new(),
        offices: Vec::new(),
        office_patience: Duration::from_secs(1),
        limits: Limits::default(),
        network: NetworkSection::default(),
        announce: Vec::new(),
        reach: Reach::Anywhere,
    }
}

async fn started(settings: &NetSettings, office: Option<OfficeDoor>) -> Result<Net, NetError> {
    let (events, _) = mpsc::channel(8);
    let parts = Parts {
        clock: Clock::System,
        events,
        logs: Arc::new(Nothing),
        office,
    };
    let started = start(settings, gossip::tests::any(), parts).await;
    started.map(|(net, _)| net)
}

async fn node(offices: Vec<Multiaddr>, office: Option<OfficeDoor>, limits: Limits) -> Net {
    let settings = NetSettings {
        offices,
        limits,
        ..settings()
    };
    started(&settings, office).await.unwrap()
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

fn request() -> LogRequest {
    LogRequest::new(OriginHash([1; 8]), "checkpoint", 0, 16).unwrap()
}

async fn dial(net: &Net) -> Connection {
    let dialed = Connection::dial(&address(net), Timeouts::default()).await;
    dialed.unwrap()
}

/// Asks until it is told to wait: how often it was served, and how long it is to wait.
async fn served(link: &Connection) -> (u32, Option<Duration>) {
    for count in 0..200 {
        match link.fetch(request()).await.unwrap() {
            LogReply::Busy(after) => return (count, Some(after)),
            reply => assert!(matches!(reply, LogReply::Part { .. })),
        }
    }
    (200, None)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_is_asked_over_tcp_and_over_quic() {
    let node = node(Vec::new(), None, Limits::default()).await;
    let addresses = node.status().addresses;
    let is_quic = |address: &&Multiaddr| address.to_string().contains("/quic-v1/");
    assert_eq!(
        (addresses.len(), addresses.iter().filter(is_quic).count()),
        (2, 1)
    );
    for address in addresses {
        let link = Connection::dial(&address, Timeouts::default())
            .await
            .unwrap();
        // the largest reply there is
        let whole = LogRequest::new(OriginHash([1; 8]), "checkpoint", 0, 1 << 20).unwrap();
        let reply = link.fetch(whole).await.unwrap();
        assert!(matches!(reply, LogReply::Part { bytes, .. } if bytes.len() == 1 << 20));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_asks_too_much_is_told_to_wait_and_others_are_served() {
    let limits = Limits {
        log_requests_a_second: 1,
        ..Limits::default()
    };
    let node = node(Vec::new(), None, limits).await;
    let (count, told) = served(&dial(&node).await).await;
    assert!(count >= 10 && told.is_some_and(|after| after >= Duration::from_secs(1)));
    assert_eq!(node.counters().of(Refused::Quota), 1);
    assert!(served(&dial(&node).await).await.0 >= 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_peer_id_does_not_refresh_a_quota() {
    let limits = Limits {
        log_requests_a_second: 1,
        peers_of_a_prefix: 1,
        ..Limits::default()
    };
    let node = node(Vec::new(), None, limits).await;
    let first = dial(&node).await;
    assert!(served(&first).await.0 >= 10);
    first.close().await;
    let (count, told) = served(&dial(&node).await).await;
    assert!(count < 5 && told.is_some(), "{count}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_port_that_another_node_has_and_leaves_the_last_runs_port_for_a_free_one() {
    let first = node(Vec::new(), None, Limits::default()).await;
    let taken: Multiaddr = address(&first).into_iter().take(2).collect();
    let beside = async |wanted, last| {
        let listen = vec![(wanted, last)];
        let settings = NetSettings {
            listen,
            ..settings()
        };
        started(&settings, None).await
    };
    let refused = beside(taken.clone(), None).await.map(|_| ());
    assert_eq!(refused, Err(NetError::CannotListen(1)));
    let any: Multiaddr = TCP.parse().unwrap();
    let other = beside(any, Some(taken.clone())).await.unwrap();
    let found: Multiaddr = address(&other).into_iter().take(2).collect();
    assert_ne!(found, taken);
}
