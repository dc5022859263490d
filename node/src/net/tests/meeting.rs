//! How nodes meet: through a third one, again after a parting, and not where they must not go.
//! Knows the module's doors.
//! Specified in specs/protocol.md §13.1 and §13.6.

use super::*;
use futures::StreamExt;
use lachan_link::names::ADDRESSES;
use lachan_link::transport::transport;
use libp2p::kad::store::MemoryStore;
use libp2p::kad::{Behaviour, Config, Event, GetRecordOk, QueryResult, Quorum, Record, RecordKey};
use libp2p::swarm::{self, Swarm, SwarmEvent};

const PATIENCE: Duration = Duration::from_secs(30);

async fn knows(peers: Vec<Multiaddr>, reach: Reach, network: NetworkSection) -> Net {
    let settings = NetSettings {
        peers,
        reach,
        network,
        ..settings()
    };
    started(&settings, None).await.unwrap()
}

async fn meets(one: &Net, other: &Net) -> bool {
    let peer = other.peer_id();
    one.wait_for(PATIENCE, |status| status.peers.contains(&peer))
        .await
}

/// Two nodes that know a third, and whether they are connected with one another soon after both know it.
async fn meet_through_a_third(reach: Reach, discovery: bool) -> bool {
    let section = || NetworkSection {
        discovery,
        ..NetworkSection::default()
    };
    let third = knows(Vec::new(), reach, section()).await;
    let at = || vec![address(&third)];
    let one = knows(at(), reach, section()).await;
    let other = knows(at(), reach, section()).await;
    assert!(meets(&one, &third).await && meets(&other, &third).await);
    let peer = other.peer_id();
    let patience = match (reach, discovery) {
        (Reach::Anywhere, true) => PATIENCE,
        _ => Duration::from_secs(7),
    };
    one.wait_for(patience, |status| status.peers.contains(&peer))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_meet_through_a_third_and_not_where_private_addresses_are_not_told_on() {
    let (near, far, none) = tokio::join!(
        meet_through_a_third(Reach::Anywhere, true),
        meet_through_a_third(Reach::Public, true),
        meet_through_a_third(Reach::Anywhere, false),
    );
    assert!(near);
    assert!(!far, "a private address was told on");
    assert!(!none, "a node looked for others and was told not to");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_friend_that_comes_back_is_dialed_again_over_either_transport() {
    for at in [TCP, QUIC] {
        let listen = vec![(at.parse().unwrap(), None)];
        let mut friend = NetSettings {
            listen,
            ..settings()
        };
        let first = started(&friend, None).await.unwrap();
        let here = address(&first);
        let one = knows(vec![here.clone()], Reach::Public, NetworkSection::default()).await;
        assert!(meets(&one, &first).await);
        drop(first);
        assert!(
            one.wait_for(PATIENCE, |status| status.peers.is_empty())
                .await
        );
        // the same peer at the same port
        let port: Multiaddr = here.iter().take(here.iter().count() - 1).collect();
        friend.listen = vec![(port, None)];
        let mut again = started(&friend, None).await;
        // the first one's socket closes a little later than its handle
        for _ in 0..100 {
            if again.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            again = started(&friend, None).await;
        }
        let again = again.unwrap();
        assert!(meets(&one, &again).await, "{at}");
    }
}

/// Somebody who takes the table of addresses for a store of records.
fn hoarder() -> Swarm<Behaviour<MemoryStore>> {
    let key = Keypair::generate_ed25519();
    let me = key.public().to_peer_id();
    let kad = Behaviour::with_config(me, MemoryStore::new(me), Config::new(ADDRESSES));
    let config = swarm::Config::with_tokio_executor();
    Swarm::new(transport(&key, |_| true).unwrap(), kad, me, config)
}

/// Puts a record at a node, and asks it for the record; whether it is given back.
async fn keeps_record(at: &Multiaddr, peer: PeerId) -> bool {
    let (mut writer, mut reader) = (hoarder(), hoarder());
    let key = RecordKey::new(&b"anything");
    let asking = async {
        writer.behaviour_mut().add_address(&peer, at.clone());
        let record = Record::new(key.clone(), vec![7; 100]);
        let put = writer.behaviour_mut();
        put.put_record_to(record, [peer].into_iter(), Quorum::One);
        loop {
            let event = writer.select_next_some().await;
            if let SwarmEvent::Behaviour(Event::OutboundQueryProgressed { .. }) = event {
                break;
            }
        }
        reader.behaviour_mut().add_address(&peer, at.clone());
        reader.behaviour_mut().get_record(key);
        loop {
            let event = reader.select_next_some().await;
            if let SwarmEvent::Behaviour(Event::OutboundQueryProgressed { result, .. }) = event {
                let QueryResult::GetRecord(result) = result else {
                    continue;
                };
                break matches!(result, Ok(GetRecordOk::FoundRecord(_)));
            }
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_addresses_keeps_no_record_and_counts_who_puts_one() {
    let node = knows(Vec::new(), Reach::Anywhere, NetworkSection::default()).await;
    assert!(!keeps_record(&address(&node), node.peer_id()).await);
    assert_eq!(node.counters().of(Refused::Record), 1);
    // the control: a store that keeps what it is given is noticed
    let mut open = hoarder();
    open.behaviour_mut()
        .set_mode(Some(libp2p::kad::Mode::Server));
    open.listen_on(TCP.parse().unwrap()).unwrap();
    let peer = *open.local_peer_id();
    let at = loop {
        if let SwarmEvent::NewListenAddr { address, .. } = open.select_next_some().await {
            break address.with_p2p(peer).unwrap();
        }
    };
    let serving = tokio::spawn(async move {
        loop {
            open.select_next_some().await;
        }
    });
    assert!(keeps_record(&at, peer).await);
    serving.abort();
}
