//! The node as a whole: opens its parts, joins them, and ends them in order.
//! Knows which part talks to which; each part knows its own work.
//! Specified in specs/protocol.md §13 and specs/interfaces.md.

pub mod catch_up;
mod error;
pub mod heads;
pub mod logs;
pub mod office;
mod ports;
pub mod repair;
mod start;
mod upkeep;

pub use error::RunError;
pub(crate) use start::signer as signer_of;

use crate::control::server::{Asked, MOST, Server};
use crate::control::{Ask, ControlError};
use crate::home::{Home, Ready};
use crate::messages::Explain;
use crate::mirror::Nudge;
use crate::net::{Net, NetEvent};
use crate::office::OfficeSummary;
use heads::Heads;
use lachan_protocol::id::OriginHash;
use lachan_shell::clock::Clock;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use upkeep::Upkeep;
pub(crate) use upkeep::lists_in;

/// How long the parts may take to end.
const ENDING: Duration = Duration::from_secs(5);
/// How long the first look at the peers' logs may keep a relay from saying that it serves.
const FIRST_LOOK: Duration = Duration::from_secs(3);

/// How often the node looks whether a day has begun.
const LOOK: Duration = Duration::from_secs(30);

/// A running node.
struct Service {
    home: Home,
    clock: Clock,
    net: Net,
    heads: Heads,
    mirrors: BTreeMap<OriginHash, mpsc::Sender<Nudge>>,
    /// Of an office: where commands go, and its counts.
    office: Option<(mpsc::Sender<Asked>, watch::Receiver<OfficeSummary>)>,
}

/// Why a node ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// It was told to.
    Stopped,
    /// It took a newer trust list, by which every part is to go.
    NewList,
}

/// Serves until `stop` becomes true; begins anew when it took a newer trust list.
///
/// # Errors
/// [`RunError`] when it cannot begin.
pub async fn run(
    mut home: Home,
    clock: Clock,
    mut stop: watch::Receiver<bool>,
    on_serving: impl Fn(String),
) -> Result<(), RunError> {
    loop {
        let (back, ended) = serve(home, clock.clone(), &mut stop, &on_serving).await?;
        match ended {
            Ended::Stopped => return Ok(()),
            Ended::NewList => home = back,
        }
    }
}

async fn serve(
    home: Home,
    clock: Clock,
    stop: &mut watch::Receiver<bool>,
    on_serving: &impl Fn(String),
) -> Result<(Home, Ended), RunError> {
    // what a process that was killed said of itself
    Ready::remove(home.paths());
    let mut upkeep = Upkeep::default();
    upkeep.tell(home.paths(), &clock);
    let started = start::start(home, clock).await?;
    let start::Started {
        service,
        mut events,
        mut following,
        mut tasks,
        tried,
        mut lists,
    } = started;
    let (commands, mut asked) = mpsc::channel(MOST);
    let server = Server::bind(&service.home.paths().control())
        .map_err(|error| RunError::Control(error.kind()))?;
    let control = tokio::spawn(server.run(commands));

    let first_look = tokio::time::sleep(FIRST_LOOK);
    let all_tried = start::all_tried(tried);
    tokio::pin!(first_look, all_tried);
    let mut look = tokio::time::interval(LOOK);
    let mut is_ready = false;
    let ended = loop {
        tokio::select! {
            () = &mut all_tried, if !is_ready => is_ready = service.say_ready(on_serving)?,
            () = &mut first_look, if !is_ready => is_ready = service.say_ready(on_serving)?,
            event = events.recv() => match event {
                None => break Ended::Stopped,
                Some(event) => service.on_event(event),
            },
            Some(asked) = asked.recv() => service.command(asked).await,
            Some(note) = lists.recv() => if service.take_list(&note) {
                break Ended::NewList;
            },
            _ = look.tick() => upkeep.tell(service.home.paths(), &service.clock),
            stopped = stop.wait_for(|stop| *stop) => {
                stopped.ok();
                break Ended::Stopped;
            }
        }
    };
    Ready::remove(service.home.paths());
    drop(asked);
    // the handles go, so that mirrors, office and network end in this order
    let Service {
        home,
        clock: _,
        net,
        heads,
        mirrors,
        office,
    } = service;
    drop((net, heads, mirrors, office, events, lists));
    // a mirror may wait for a silent peer: nothing is lost when it stops there
    following.shutdown().await;
    let parts_ended = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(ENDING, parts_ended).await.is_err() {
        tracing::warn!("some parts did not end in time");
    }
    control.await.ok();
    Ok((home, ended))
}

impl Service {
    fn say_ready(&self, on_serving: &impl Fn(String)) -> Result<bool, RunError> {
        let addresses: Vec<String> = self.addresses();
        addresses.iter().cloned().for_each(on_serving);
        Ready {
            pid: std::process::id(),
            peer_id: self.net.peer_id().to_string(),
            addresses,
            roles: self.roles(),
        }
        .write(self.home.paths())?;
        Ok(true)
    }

    fn take_list(&self, note: &[u8]) -> bool {
        upkeep::take_list(self.home.paths(), &self.clock, note)
    }

    fn addresses(&self) -> Vec<String> {
        let status = self.net.status();
        status.addresses.iter().map(ToString::to_string).collect()
    }

    fn roles(&self) -> Vec<String> {
        let roles = &self.home.settings().roles;
        roles.iter().map(|role| role.name().to_owned()).collect()
    }

    fn on_event(&self, event: NetEvent) {
        match event {
            NetEvent::Newer { origin, note, peer } => {
                self.nudge(&origin, Nudge::Newer(peer, note));
            }
            NetEvent::PeerReady(peer) => {
                for origin in self.mirrors.keys() {
                    self.nudge(origin, Nudge::Ready(peer));
                }
            }
            NetEvent::TwoHistories { origin, note } => {
                let file = self.home.paths().spool().join(format!("two-{origin}"));
                tracing::error!(log = %origin, "a log signed two histories");
                if let Err(error) = lachan_store::write_durably(&file, &note) {
                    tracing::error!(%error, "the evidence could not be kept");
                }
            }
        }
    }

    fn nudge(&self, origin: &OriginHash, nudge: Nudge) {
        if let Some(mirror) = self.mirrors.get(origin) {
            // a mirror that is busy polls by itself
            mirror.try_send(nudge).ok();
        }
    }

    async fn command(&self, asked: Asked) {
        if asked.ask == Ask::Status {
            asked.answer.send(Ok(self.status())).ok();
            return;
        }
        match &self.office {
            None => refuse(asked, ControlError::NotAnOffice),
            Some((office, _)) => {
                if let Err(mpsc::error::SendError(asked)) = office.send(asked).await {
                    refuse(asked, ControlError::Stopping);
                }
            }
        }
    }

    fn status(&self) -> Value {
        let logs: Vec<Value> = self.heads.all().iter().map(head_json).collect();
        let office = self
            .office
            .as_ref()
            .map(|(_, summary)| office_json(&summary.borrow()));
        json!({
            "roles": self.roles(),
            "peer_id": self.net.peer_id().to_string(),
            "addresses": self.addresses(),
            "peers": self.net.status().peers.len(),
            "network": self.net.counters().to_json(),
            "logs": logs,
            "office": office,
            "expiring": upkeep::expiring_json(self.home.paths(), &self.clock),
        })
    }
}

fn head_json(head: &heads::LogHead) -> Value {
    json!({
        "origin": head.checkpoint.origin,
        "size": head.checkpoint.size,
        "root": head.checkpoint.root.to_string(),
        "time": head.time.map(|time| time.0),
    })
}

fn office_json(office: &OfficeSummary) -> Value {
    json!({
        "registrations": office.registrations,
        "requests": {
            "waiting": office.waiting,
            "answered": office.answered,
            "declined": office.declined,
        },
        "next_tick": office.next_tick.0,
        "seq": office.seq,
    })
}

fn refuse(asked: Asked, error: ControlError) {
    let explanation = error.explain(asked.lang);
    asked.answer.send(Err(explanation)).ok();
}
