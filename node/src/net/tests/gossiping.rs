//! Gossip between two nodes: the largest batch passes over each transport, and lies on any topic cost the sender its ear.
//! Knows the swarm's behaviour.
//! Specified in specs/protocol.md §13.3 and §13.4.

use super::super::behaviour::{self, Making, Node, NodeEvent};
use super::super::guard::Guard;
use super::*;
use crate::gossip::{Input, Output, Verdict};
use futures::StreamExt;
use lachan_link::names::TopicKind;
use lachan_protocol::time::UnixTime;
use libp2p::Swarm;
use libp2p::gossipsub::{self, IdentTopic, MessageAcceptance};
use libp2p::swarm::SwarmEvent;

/// More than any test needs.
const PATIENCE: Duration = Duration::from_secs(30);

fn swarm(topics: &[Topic], invalid: Option<f64>) -> Swarm<Node> {
    let counters = Arc::new(Counters::default());
    let making = Making {
        key: &Keypair::generate_ed25519(),
        limits: &Limits::default(),
        network: &NetworkSection::default(),
        topics,
        friends: &[],
        guard: Guard::new(std::iter::empty(), Reach::Anywhere, counters),
    };
    let mut swarm = behaviour::swarm(making).unwrap();
    if let Some(invalid) = invalid {
        swarm.behaviour_mut().gossip = behaviour::gossip(topics, invalid).unwrap();
    }
    swarm
}

/// Two swarms, the second of which has dialed the first and knows that it listens to all topics.
async fn pair(at: &str, topics: &[Topic], invalid: Option<f64>) -> (Swarm<Node>, Swarm<Node>) {
    let (mut one, mut two) = (swarm(topics, invalid), swarm(topics, None));
    one.listen_on(at.parse().unwrap()).unwrap();
    let mut heard = 0;
    let meeting = async {
        while heard < topics.len() {
            tokio::select! {
                event = one.select_next_some() => if let SwarmEvent::NewListenAddr { address, .. } = event {
                    two.dial(address).unwrap();
                },
                event = two.select_next_some() => {
                    heard += usize::from(matches!(
                        event,
                        SwarmEvent::Behaviour(NodeEvent::Gossip(gossipsub::Event::Subscribed { .. }))
                    ));
                }
            }
        }
    };
    tokio::time::timeout(PATIENCE, meeting).await.unwrap();
    (one, two)
}

fn topics() -> Vec<Topic> {
    gossip::tests::any().topics().collect()
}

#[tokio::test]
async fn the_largest_legal_batch_passes_over_tcp_and_over_quic() {
    let batches: Vec<Topic> = topics()
        .into_iter()
        .filter(|topic| topic.kind == TopicKind::Batch)
        .collect();
    let named = || IdentTopic::new(batches[0].name());
    for at in [TCP, QUIC] {
        let (mut one, mut two) = pair(at, &batches, None).await;
        let gossip = &mut two.behaviour_mut().gossip;
        assert!(gossip.publish(named(), vec![7; 65_535 + 1_025]).is_err());
        gossip.publish(named(), vec![7; 65_535]).unwrap();
        let came = async {
            loop {
                tokio::select! {
                    _ = two.select_next_some() => {}
                    event = one.select_next_some() => {
                        if let SwarmEvent::Behaviour(NodeEvent::Gossip(gossipsub::Event::Message { message, .. })) = event {
                            break message.data;
                        }
                    }
                }
            }
        };
        let came = tokio::time::timeout(PATIENCE, came).await;
        assert_eq!(came.unwrap(), vec![7; 65_535], "{at}");
    }
}

/// Publishes three messages that the gossip core judges so, and gives the score that the sender then has.
async fn score_after(
    topic: Topic,
    lie: impl Fn(u8) -> Vec<u8>,
    want: Verdict,
    invalid: Option<f64>,
) -> f64 {
    let (mut one, mut two) = pair(TCP, &topics(), invalid).await;
    let (mut core, sender) = (gossip::tests::any(), *two.local_peer_id());
    for n in 0..3 {
        let named = IdentTopic::new(topic.name());
        two.behaviour_mut().gossip.publish(named, lie(n)).unwrap();
    }
    let mut judged = 0;
    let judging = async {
        while judged < 3 {
            tokio::select! {
                _ = two.select_next_some() => {}
                event = one.select_next_some() => {
                    let SwarmEvent::Behaviour(NodeEvent::Gossip(gossipsub::Event::Message {
                        propagation_source, message_id, message,
                    })) = event else { continue };
                    let input = Input::Message { topic, bytes: message.data };
                    let outputs = core.handle(input, UnixTime(1_800_000_000));
                    let Some(Output::Judge(verdict, _)) = outputs.last() else { panic!("no verdict") };
                    assert_eq!(*verdict, want);
                    let acceptance = match verdict {
                        Verdict::Accept => MessageAcceptance::Accept,
                        Verdict::Ignore => MessageAcceptance::Ignore,
                        Verdict::Reject => MessageAcceptance::Reject,
                    };
                    let gossip = &mut one.behaviour_mut().gossip;
                    assert!(gossip.report_message_validation_result(&message_id, &propagation_source, acceptance));
                    judged += 1;
                }
            }
        }
    };
    tokio::time::timeout(PATIENCE, judging).await.unwrap();
    one.behaviour().gossip.peer_score(&sender).unwrap()
}

#[tokio::test]
async fn three_lies_on_any_topic_lead_to_the_gray_list_and_useless_messages_do_not() {
    let gray = behaviour::thresholds().graylist_threshold;
    let lie = |n| vec![n; 100];
    for topic in topics() {
        let score = score_after(topic, lie, Verdict::Reject, None).await;
        assert!(score < gray, "{topic:?}: {score}");
        // the control: a configuration that never punishes is noticed
        let score = score_after(topic, lie, Verdict::Reject, Some(0.0)).await;
        assert!(score >= gray, "{topic:?}: {score}");
    }
}

#[test]
fn nothing_that_a_peer_does_raises_its_score() {
    let (scores, best) = (behaviour::topic_score(-10.0), 0.0);
    assert_eq!(scores.time_in_mesh_weight, best);
    assert_eq!(scores.first_message_deliveries_weight, best);
    assert!(scores.invalid_message_deliveries_weight < 0.0);
}
