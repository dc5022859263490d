//! The task that owns the swarm: events in, answers and gossip out.
//! Knows libp2p's events; what becomes of a message the gossip core says.
//! Specified in specs/protocol.md §13.

use super::behaviour::{Node, NodeEvent, thresholds};
use super::buckets::{Buckets, Rate};
use super::counters::{Counters, Now, Refused};
use super::dial::{Found, Friends, Missed};
use super::discover::Seeking;
use super::forward::Forwards;
use super::guard::Guard;
use super::outgoing::Outgoing;
use super::quota::{Asker, Quotas};
use super::serve::Answering;
use super::{Command, Door, NetEvent, NetSettings, NetStatus, Parts};
use crate::gossip::{self, Gossip, Input, Verdict};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use lachan_link::names::{self, Topic};
use lachan_link::{FrameError, LinkError, LogReply, LogRequest, Multiaddr, PeerId};
use lachan_link::{SealedReply, SealedRequest};
use libp2p::Swarm;
use libp2p::gossipsub::{self, IdentTopic, MessageAcceptance, MessageId, PublishError};
use libp2p::request_response::{Event, InboundFailure, Message, OutboundRequestId};
use libp2p::swarm::{ConnectionId, ListenError, SwarmEvent};
use libp2p::{identify, ping};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};

/// Gossip of no use (verdict Ignore) that one peer may send.
const STALE: Rate = Rate {
    a_second: 1.0,
    burst: 256.0,
};
/// Peers of whom that is remembered.
const PEERS: usize = 16_384;

type LogEvent = Event<Result<LogRequest, FrameError>, LogReply>;
type SealedEvent = Event<Result<SealedRequest, FrameError>, SealedReply>;

pub(super) struct Task {
    pub(super) swarm: Swarm<Node>,
    pub(super) parts: Parts,
    pub(super) quotas: Quotas,
    pub(super) answers: FuturesUnordered<Answering>,
    pub(super) forwards: Forwards,
    pub(super) outgoing: Outgoing,
    pub(super) offices: Vec<Multiaddr>,
    pub(super) office_patience: Duration,
    pub(super) friends: Friends,
    pub(super) guard: Guard,
    pub(super) counters: Arc<Counters>,
    pub(super) seeking: Seeking,
    pub(super) serving: BTreeSet<PeerId>,
    /// Nodes in the table of addresses.
    pub(super) known: usize,
    found: FuturesUnordered<Found>,
    /// Where peers were seen, by connection.
    seen: HashMap<ConnectionId, Multiaddr>,
    graylisted: BTreeSet<PeerId>,
    /// Messages of no use that peers may still send.
    stale: Buckets<PeerId>,
    gossip: Gossip,
    fetches: HashMap<OutboundRequestId, oneshot::Sender<Result<LogReply, LinkError>>>,
    status: watch::Sender<NetStatus>,
}

impl Task {
    pub(super) fn new(
        swarm: Swarm<Node>,
        settings: &NetSettings,
        guard: Guard,
        counters: Arc<Counters>,
        gossip: Gossip,
        parts: Parts,
        status: watch::Sender<NetStatus>,
    ) -> Self {
        let friends = settings.peers.iter().chain(&settings.offices);
        let now = Instant::now();
        Self {
            swarm,
            parts,
            quotas: Quotas::new(&settings.limits),
            answers: FuturesUnordered::new(),
            forwards: Forwards::default(),
            outgoing: Outgoing::default(),
            offices: settings.offices.clone(),
            office_patience: settings.office_patience,
            friends: Friends::new(friends, guard.reach(), now),
            guard,
            counters,
            seeking: Seeking::new(settings.network.wanted_nodes, now),
            serving: BTreeSet::new(),
            known: 0,
            found: FuturesUnordered::new(),
            seen: HashMap::new(),
            graylisted: BTreeSet::new(),
            stale: Buckets::new(STALE, PEERS),
            gossip,
            fetches: HashMap::new(),
            status,
        }
    }

    /// Runs until nobody holds a handle any more.
    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>, missed: Missed) {
        missed.into_iter().for_each(|event| self.on_event(event));
        let mut tick = tokio::time::interval(Duration::from_millis(500));
        loop {
            tokio::select! {
                command = commands.recv() => match command {
                    None => break,
                    Some(command) => self.obey(command),
                },
                event = self.swarm.select_next_some() => self.on_event(event),
                Some(ready) = self.answers.next(), if !self.answers.is_empty() => self.answer(ready),
                Some((peer, at)) = self.found.next(), if !self.found.is_empty() => {
                    self.guard.let_through(&at);
                    self.friends.found(&mut self.swarm, peer, at);
                }
                _ = tick.tick() => self.tick(Instant::now()),
            }
        }
    }

    fn tick(&mut self, now: Instant) {
        self.found.extend(self.friends.due(&self.swarm, now));
        self.pass_silent_offices(now);
        self.seek(now);
        self.look_at_scores();
        self.counters.keep(Now {
            connections: self.swarm.behaviour().gate.connections(),
            graylisted: self.graylisted.len(),
            known: self.known,
        });
    }

    fn look_at_scores(&mut self) {
        let gossip = &self.swarm.behaviour().gossip;
        let low = |peer: &&PeerId| {
            let score = gossip.peer_score(peer);
            score.is_some_and(|score| score < thresholds().graylist_threshold)
        };
        let graylisted: BTreeSet<PeerId> =
            self.swarm.connected_peers().filter(low).copied().collect();
        for peer in graylisted.difference(&self.graylisted) {
            tracing::info!(%peer, "a peer lied too often: what it gossips is not looked at");
            self.counters.count(Refused::Graylisted);
        }
        self.graylisted = graylisted;
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Fetch(peer, request, answer) => {
                let node = self.swarm.behaviour_mut();
                let id = node.log.send_request(&peer, Ok(request));
                self.fetches.insert(id, answer);
            }
            Command::Known(checkpoint) => self.tell_gossip(Input::Known(checkpoint)),
            Command::Publish(topic, bytes) => self.publish(topic, bytes),
        }
    }

    fn publish(&mut self, topic: Topic, bytes: Vec<u8>) {
        let node = self.swarm.behaviour_mut();
        match node.gossip.publish(IdentTopic::new(topic.name()), bytes) {
            // alone, or heard before: others ask by themselves
            Ok(_) | Err(PublishError::Duplicate | PublishError::NoPeersSubscribedToTopic) => {}
            Err(error) => tracing::warn!(%error, "could not gossip"),
        }
    }

    fn tell_gossip(&mut self, input: Input) {
        if let Ok(now) = self.parts.clock.now() {
            self.gossip.handle(input, now);
        }
    }

    fn on_event(&mut self, event: SwarmEvent<NodeEvent>) {
        match event {
            SwarmEvent::Behaviour(event) => self.on_node_event(event),
            SwarmEvent::ConnectionEstablished {
                peer_id,
                connection_id,
                endpoint,
                ..
            } => {
                let address = endpoint.get_remote_address().clone();
                self.seen.insert(connection_id, address);
                self.friends.connected(peer_id);
            }
            SwarmEvent::ConnectionClosed {
                peer_id,
                connection_id,
                num_established,
                ..
            } => {
                self.seen.remove(&connection_id);
                if num_established == 0 && self.serving.remove(&peer_id) {
                    self.tell_status();
                }
            }
            SwarmEvent::IncomingConnectionError {
                error: ListenError::Denied { .. },
                ..
            } => self.counters.count(Refused::Connection),
            SwarmEvent::OutgoingConnectionError { peer_id, error, .. } => {
                tracing::debug!(?peer_id, %error, "could not dial");
            }
            _ => {}
        }
    }

    fn on_node_event(&mut self, event: NodeEvent) {
        match event {
            NodeEvent::Gossip(gossipsub::Event::Message {
                propagation_source,
                message_id,
                message,
            }) => self.heard(propagation_source, &message_id, message),
            NodeEvent::Identify(identify::Event::Received {
                peer_id,
                connection_id,
                info,
            }) => {
                let seen = self.seen.get(&connection_id).cloned();
                self.identified(peer_id, seen, &info);
                if info.protocols.contains(&names::LOG) && self.serving.insert(peer_id) {
                    self.tell_status();
                    self.tell(NetEvent::PeerReady(peer_id));
                }
            }
            NodeEvent::Log(event) => self.on_log_event(event),
            NodeEvent::Mailbox(event) => self.on_sealed_event(Door::Mailbox, event),
            NodeEvent::Register(event) => self.on_sealed_event(Door::Register, event),
            NodeEvent::Kad(event) => self.on_kad_event(event),
            NodeEvent::Mdns(event) => self.on_mdns_event(event),
            NodeEvent::Ping(ping::Event {
                connection,
                result: Err(ping::Failure::Timeout | ping::Failure::Other { .. }),
                ..
            }) => {
                // it is silent: its place is free for others, and a friend is dialed again
                self.counters.count(Refused::Slow);
                self.swarm.close_connection(connection);
            }
            NodeEvent::Gossip(_) | NodeEvent::Identify(_) | NodeEvent::Ping(_) => {}
        }
    }

    fn asker(&self, peer: PeerId, connection: ConnectionId) -> Asker {
        let prefix = self.swarm.behaviour().gate.prefix_of(connection);
        Asker { peer, prefix }
    }

    fn on_log_event(&mut self, event: LogEvent) {
        match event {
            Event::Message {
                peer,
                connection_id,
                message,
            } => match message {
                Message::Request {
                    request_id,
                    request,
                    channel,
                } => {
                    let asker = self.asker(peer, connection_id);
                    self.asked_log(asker, request_id, request, channel);
                }
                Message::Response {
                    request_id,
                    response,
                } => self.fetched(request_id, Ok(response)),
            },
            Event::OutboundFailure {
                request_id, error, ..
            } => self.fetched(request_id, Err(error.into())),
            Event::InboundFailure {
                peer,
                request_id,
                error,
                ..
            } => {
                tracing::debug!(%peer, %error, "could not answer");
                if matches!(error, InboundFailure::Timeout) {
                    self.counters.count(Refused::Slow);
                }
                self.outgoing.release(&request_id);
            }
            Event::ResponseSent { request_id, .. } => self.outgoing.release(&request_id),
        }
    }

    fn fetched(&mut self, id: OutboundRequestId, outcome: Result<LogReply, LinkError>) {
        if let Some(answer) = self.fetches.remove(&id) {
            answer.send(outcome).ok();
        }
    }

    fn on_sealed_event(&mut self, door: Door, event: SealedEvent) {
        match event {
            Event::Message {
                peer,
                connection_id,
                message,
            } => match message {
                Message::Request {
                    request, channel, ..
                } => {
                    let asker = self.asker(peer, connection_id);
                    self.asked_sealed(door, asker, request, channel);
                }
                Message::Response {
                    request_id,
                    response,
                } => self.forwarded(door, request_id, Some(response)),
            },
            Event::OutboundFailure {
                request_id, error, ..
            } => {
                tracing::debug!(%error, "the office did not answer");
                self.forwarded(door, request_id, None);
            }
            Event::InboundFailure { .. } | Event::ResponseSent { .. } => {}
        }
    }

    fn heard(&mut self, peer: PeerId, id: &MessageId, message: gossipsub::Message) {
        let verdict = match (
            Topic::from_name(message.topic.as_str()),
            self.parts.clock.now(),
        ) {
            (Some(topic), Ok(now)) => {
                let bytes = message.data;
                let outputs = self.gossip.handle(Input::Message { topic, bytes }, now);
                self.judged(peer, topic, outputs)
            }
            _ => Verdict::Ignore,
        };
        let is_flood = verdict == Verdict::Ignore && self.stale.take(peer, Instant::now()).is_err();
        let acceptance = match verdict {
            Verdict::Accept => MessageAcceptance::Accept,
            Verdict::Ignore if is_flood => {
                // each is remembered for a while: nobody honest has so many
                self.counters.count(Refused::Rejected);
                MessageAcceptance::Reject
            }
            Verdict::Ignore => {
                self.counters.count(Refused::Ignored);
                MessageAcceptance::Ignore
            }
            Verdict::Reject => {
                self.counters.count(Refused::Rejected);
                MessageAcceptance::Reject
            }
        };
        let node = self.swarm.behaviour_mut();
        let gossip = &mut node.gossip;
        if !gossip.report_message_validation_result(id, &peer, acceptance) {
            tracing::debug!(%peer, "a verdict came too late");
        }
    }

    fn judged(&self, peer: PeerId, topic: Topic, outputs: Vec<gossip::Output>) -> Verdict {
        let mut verdict = Verdict::Ignore;
        for output in outputs {
            match output {
                gossip::Output::Judge(judged, why) => {
                    verdict = judged;
                    if let Some(why) = why {
                        tracing::debug!(%peer, topic = topic.kind.word(), %why, "gossip");
                    }
                }
                gossip::Output::Newer { origin, note } => {
                    self.tell(NetEvent::Newer { origin, note, peer });
                }
                gossip::Output::TwoHistories { origin, note } => {
                    self.tell(NetEvent::TwoHistories { origin, note });
                }
            }
        }
        verdict
    }

    fn tell(&self, event: NetEvent) {
        if self.parts.events.try_send(event).is_err() {
            tracing::debug!("the node is busy: an event of the network is lost");
        }
    }

    fn tell_status(&self) {
        let peers = self.serving.iter().copied().collect();
        self.status.send_modify(|status| status.peers = peers);
    }
}
