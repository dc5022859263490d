//! The task behind a connection: drives its swarm and hands answers to those who wait.
//! Knows libp2p events; does not know what is asked.
//! Specified in specs/protocol.md §13.

use super::Timeouts;
use crate::codec::FrameCodec;
use crate::error::LinkError;
use crate::exchange::{
    Exchange, LogExchange, LogReply, LogRequest, MailboxExchange, RegisterExchange, SealedReply,
    SealedRequest,
};
use crate::transport::transport;
use futures::StreamExt;
use libp2p::identity::Keypair;
use libp2p::request_response::{
    self, Behaviour, Event, Message, OutboundRequestId, ProtocolSupport,
};
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{Config, NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm};
use std::collections::HashMap;
use tokio::sync::{mpsc, oneshot};

type Answer<T> = oneshot::Sender<Result<T, LinkError>>;

/// What a connection can ask.
pub(super) enum Command {
    Log(LogRequest, Answer<LogReply>),
    Mailbox(SealedRequest, Answer<SealedReply>),
    Register(SealedRequest, Answer<SealedReply>),
}

#[derive(NetworkBehaviour)]
pub(super) struct Asking {
    log: Behaviour<FrameCodec<LogExchange>>,
    mailbox: Behaviour<FrameCodec<MailboxExchange>>,
    register: Behaviour<FrameCodec<RegisterExchange>>,
}

fn behaviour<X: Exchange>(timeouts: Timeouts) -> Behaviour<FrameCodec<X>> {
    Behaviour::new(
        [(X::NAME, ProtocolSupport::Outbound)],
        request_response::Config::default().with_request_timeout(timeouts.answer),
    )
}

/// A swarm that is dialing these addresses of one node, and never another one.
pub(super) fn dialing(
    addresses: Vec<Multiaddr>,
    peer: PeerId,
    timeouts: Timeouts,
) -> Result<Swarm<Asking>, LinkError> {
    let key = Keypair::generate_ed25519();
    let asking = Asking {
        log: behaviour(timeouts),
        mailbox: behaviour(timeouts),
        register: behaviour(timeouts),
    };
    let config = Config::with_tokio_executor().with_idle_connection_timeout(timeouts.answer);
    let (named, me) = (addresses.clone(), key.public().to_peer_id());
    let transport = transport(&key, move |address| named.contains(address))?;
    let mut swarm = Swarm::new(transport, asking, me, config);
    let options = DialOpts::peer_id(peer)
        .condition(PeerCondition::Always)
        .addresses(addresses)
        .build();
    swarm.dial(options).map_err(|_| LinkError::Unreachable)?;
    Ok(swarm)
}

#[derive(Default)]
struct Waiting {
    log: HashMap<OutboundRequestId, Answer<LogReply>>,
    mailbox: HashMap<OutboundRequestId, Answer<SealedReply>>,
    register: HashMap<OutboundRequestId, Answer<SealedReply>>,
}

/// Runs until nobody can ask any more, or the connection is gone.
pub(super) async fn run(
    mut swarm: Swarm<Asking>,
    peer: PeerId,
    mut commands: mpsc::Receiver<Command>,
    ready: oneshot::Sender<Result<(), LinkError>>,
) {
    let mut ready = Some(ready);
    let mut waiting = Waiting::default();
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                None => break,
                Some(command) => send(&mut swarm, &mut waiting, peer, command),
            },
            event = swarm.select_next_some() => match event {
                SwarmEvent::ConnectionEstablished { .. } => tell(ready.take(), Ok(())),
                SwarmEvent::OutgoingConnectionError { error, .. } => {
                    tracing::debug!(%error, "could not dial");
                    tell(ready.take(), Err(LinkError::Unreachable));
                    break;
                }
                SwarmEvent::ConnectionClosed { num_established: 0, .. } => {
                    waiting.fail_all();
                    break;
                }
                SwarmEvent::Behaviour(event) => waiting.take(event),
                _ => {}
            },
        }
    }
    swarm.disconnect_peer_id(peer).ok();
}

fn tell(ready: Option<oneshot::Sender<Result<(), LinkError>>>, outcome: Result<(), LinkError>) {
    if let Some(ready) = ready {
        // whoever dialed may have stopped waiting
        ready.send(outcome).ok();
    }
}

fn send(swarm: &mut Swarm<Asking>, waiting: &mut Waiting, peer: PeerId, command: Command) {
    let asking = swarm.behaviour_mut();
    match command {
        Command::Log(request, answer) => {
            let id = asking.log.send_request(&peer, Ok(request));
            waiting.log.insert(id, answer);
        }
        Command::Mailbox(request, answer) => {
            let id = asking.mailbox.send_request(&peer, Ok(request));
            waiting.mailbox.insert(id, answer);
        }
        Command::Register(request, answer) => {
            let id = asking.register.send_request(&peer, Ok(request));
            waiting.register.insert(id, answer);
        }
    }
}

impl Waiting {
    fn take(&mut self, event: AskingEvent) {
        match event {
            AskingEvent::Log(event) => hand_over(&mut self.log, event),
            AskingEvent::Mailbox(event) => hand_over(&mut self.mailbox, event),
            AskingEvent::Register(event) => hand_over(&mut self.register, event),
        }
    }

    fn fail_all(&mut self) {
        // dropping a sender tells its receiver that the link was closed
        *self = Self::default();
    }
}

fn hand_over<Q, A>(waiting: &mut HashMap<OutboundRequestId, Answer<A>>, event: Event<Q, A>) {
    let (id, outcome) = match event {
        Event::Message {
            message:
                Message::Response {
                    request_id,
                    response,
                },
            ..
        } => (request_id, Ok(response)),
        Event::OutboundFailure {
            request_id, error, ..
        } => (request_id, Err(error.into())),
        Event::Message { .. } | Event::InboundFailure { .. } | Event::ResponseSent { .. } => return,
    };
    if let Some(answer) = waiting.remove(&id) {
        answer.send(outcome).ok();
    }
}
