//! Answering: ranges of logs from the disk, sealed messages by the office or through a relay; all under quotas.
//! Knows who asked; does not know what is sealed.
//! Specified in specs/protocol.md §13.2.

use super::buckets::QuotaExceeded;
use super::counters::Refused;
use super::events::Task;
use super::quota::{Asker, Kind};
use super::{Door, Passing, SealedAsk};
use futures::FutureExt;
use futures::future::BoxFuture;
use lachan_link::{FrameError, LogReply, LogRequest, Refusal, SealedReply, SealedRequest};
use libp2p::request_response::{InboundRequestId, ResponseChannel};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Answers in the making at once; beyond it: busy.
const MOST_ANSWERS: usize = 256;
const BUSY: Duration = Duration::from_secs(1);

/// An answer that is ready.
#[derive(Debug)]
pub(super) enum Ready {
    Log(ResponseChannel<LogReply>, LogReply),
    Sealed(Door, ResponseChannel<SealedReply>, SealedReply),
}

pub(super) type Answering = BoxFuture<'static, Ready>;

impl Task {
    /// A peer asks for a range of a log.
    pub(super) fn asked_log(
        &mut self,
        asker: Asker,
        id: InboundRequestId,
        request: Result<LogRequest, FrameError>,
        channel: ResponseChannel<LogReply>,
    ) {
        if let Err(wait) = self.take(asker, Kind::Log, request.as_ref().err()) {
            self.reply_log(channel, LogReply::Busy(wait));
            return;
        }
        let request = match request {
            Ok(request) if self.answers.len() < MOST_ANSWERS => request,
            Ok(_) => return self.log_busy(channel),
            Err(_) => return self.reply_log(channel, LogReply::Refused(Refusal::Malformed)),
        };
        // Made and not yet taken: a reader that does not read finds us busy.
        if !self.outgoing.reserve(id, asker, request.length()) {
            return self.log_busy(channel);
        }
        let logs = Arc::clone(&self.parts.logs);
        let read = tokio::task::spawn_blocking(move || logs.read(&request));
        let answer = read.map(|read| {
            let reply = read.unwrap_or(LogReply::Busy(BUSY));
            Ready::Log(channel, reply)
        });
        self.answers.push(answer.boxed());
    }

    /// A peer hands a sealed message in.
    pub(super) fn asked_sealed(
        &mut self,
        door: Door,
        asker: Asker,
        request: Result<SealedRequest, FrameError>,
        channel: ResponseChannel<SealedReply>,
    ) {
        if let Err(wait) = self.take(asker, Kind::Sealed, request.as_ref().err()) {
            self.reply_sealed(door, channel, SealedReply::Busy(wait));
            return;
        }
        let Ok(request) = request else {
            let reply = SealedReply::Refused(Refusal::Malformed);
            self.reply_sealed(door, channel, reply);
            return;
        };
        match &self.parts.office {
            Some(office) if office.authority == request.authority => {
                self.ask_office(door, request.sealed, channel);
            }
            Some(_) | None if self.forwards.is_full() => {
                self.sealed_busy(door, channel);
            }
            Some(_) | None => {
                let passing = Passing {
                    door,
                    request,
                    next: 0,
                };
                let none = SealedReply::Refused(Refusal::UnknownAuthority);
                self.forward(passing, channel, none);
            }
        }
    }

    fn ask_office(&mut self, door: Door, sealed: Vec<u8>, channel: ResponseChannel<SealedReply>) {
        let (reply, replied) = oneshot::channel();
        let ask = SealedAsk {
            door,
            sealed,
            reply,
        };
        let taken = match &self.parts.office {
            Some(office) if self.answers.len() < MOST_ANSWERS => {
                office.messages.try_send(ask).is_ok()
            }
            Some(_) | None => false,
        };
        if !taken {
            self.sealed_busy(door, channel);
            return;
        }
        let answer = replied.map(move |replied| {
            let reply = replied.unwrap_or(SealedReply::Busy(BUSY));
            Ready::Sealed(door, channel, reply)
        });
        self.answers.push(answer.boxed());
    }

    /// Sends an answer that became ready.
    pub(super) fn answer(&mut self, ready: Ready) {
        match ready {
            Ready::Log(channel, reply) => self.reply_log(channel, reply),
            Ready::Sealed(door, channel, reply) => self.reply_sealed(door, channel, reply),
        }
    }

    fn log_busy(&mut self, channel: ResponseChannel<LogReply>) {
        self.counters.count(Refused::Busy);
        self.reply_log(channel, LogReply::Busy(BUSY));
    }

    fn sealed_busy(&mut self, door: Door, channel: ResponseChannel<SealedReply>) {
        self.counters.count(Refused::Busy);
        self.reply_sealed(door, channel, SealedReply::Busy(BUSY));
    }

    fn reply_log(&mut self, channel: ResponseChannel<LogReply>, reply: LogReply) {
        let node = self.swarm.behaviour_mut();
        // who asked may have gone
        node.log.send_response(channel, reply).ok();
    }

    pub(super) fn reply_sealed(
        &mut self,
        door: Door,
        channel: ResponseChannel<SealedReply>,
        reply: SealedReply,
    ) {
        let node = self.swarm.behaviour_mut();
        match door {
            Door::Mailbox => node.mailbox.send_response(channel, reply).ok(),
            Door::Register => node.register.send_response(channel, reply).ok(),
        };
    }

    /// Takes a request from its asker's share, counts it if it is none, or says how long to wait.
    fn take(
        &mut self,
        asker: Asker,
        kind: Kind,
        malformed: Option<&FrameError>,
    ) -> Result<(), Duration> {
        if let Some(error) = malformed {
            tracing::debug!(peer = %asker.peer, %error, "a malformed request");
            self.counters.count(match error {
                FrameError::TooSlow => Refused::Slow,
                FrameError::BytesLeftOver
                | FrameError::Ended
                | FrameError::Malformed(_)
                | FrameError::TooLong { .. }
                | FrameError::UnknownVersion(_) => Refused::Malformed,
            });
        }
        let taken = self
            .quotas
            .take(asker, kind, malformed.is_some(), Instant::now());
        taken.map_err(|QuotaExceeded { retry_after }| {
            self.counters.count(Refused::Quota);
            retry_after
        })
    }
}
