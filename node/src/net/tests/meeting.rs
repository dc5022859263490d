//! How nodes meet: through a third one, again after a parting, and not where they must not go.
//! Knows the module's doors.
//! Specified in specs/protocol.md §13.1 and §13.6.

use super::*;

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
