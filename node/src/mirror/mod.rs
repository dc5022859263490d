//! Mirrors: each follows one log of the trust list, verifies every leaf and keeps a copy of its files.
//! Knows peers and when to ask them; what to believe the follower says, what to write the ledger.
//! Specified in specs/protocol.md §8.6.

use crate::ledger::{LedgerError, Mirror};
use crate::net::Net;
use crate::service::heads::Heads;
use lachan_link::dialer::Whole;
use lachan_link::{LinkError, LogReply, LogRequest, PeerId};
use lachan_protocol::id::OriginHash;
use lachan_protocol::log::checkpoint::LONGEST_CHECKPOINT;
use lachan_protocol::log::follow::{FollowError, Follower, Input, Output, Request};
use lachan_protocol::log::note::Vkey;
use lachan_protocol::log::policy::WitnessPolicy;
use lachan_protocol::log::tiles::Resource;
use lachan_protocol::trust::TrustedAuthority;
use lachan_shell::clock::Clock;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};
use tokio::task::block_in_place;

/// How often peers are asked for a newer checkpoint when no gossip comes.
const POLL: Duration = Duration::from_secs(10);
/// So many peers are asked at each poll.
const ASKED: usize = 3;
/// Who forwards a checkpoint may not have its leaves yet: it is asked again, first after this time.
const FIRST_AGAIN: Duration = Duration::from_millis(100);
/// After so many failures in a row a checkpoint whose leaves nobody has is forgotten.
const MOST_FAILURES: u32 = 8;

/// Why a log could not be followed further with a peer.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// What the peer showed is refused.
    #[error("refused: {0}")]
    Follow(#[from] FollowError),
    /// The disk failed.
    #[error("the ledger failed: {0}")]
    Ledger(#[from] LedgerError),
    /// The peer did not answer.
    #[error("no answer: {0}")]
    Link(#[from] LinkError),
}

/// A reason to look at a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nudge {
    /// It said that there is a newer checkpoint: this note.
    Newer(PeerId, Vec<u8>),
    /// It is connected now.
    Ready(PeerId),
}

/// A mirror of one log.
#[derive(Debug)]
pub struct MirrorTask {
    origin: OriginHash,
    log_key: Vkey,
    policy: WitnessPolicy,
    follower: Follower,
    ledger: Mirror,
    net: Net,
    heads: Heads,
    clock: Clock,
    tried: watch::Sender<bool>,
    failures: u32,
    /// Whom to ask again, and when.
    again: Option<(Instant, PeerId)>,
}

impl MirrorTask {
    /// Takes a log up where it was left.
    ///
    /// # Errors
    /// [`MirrorError`].
    pub fn open(
        authority: &TrustedAuthority,
        policy: &WitnessPolicy,
        (folder, state): (&Path, &Path),
        net: Net,
        heads: Heads,
        clock: Clock,
    ) -> Result<Self, MirrorError> {
        let (ledger, state) = Mirror::open(folder, state)?;
        let follower = Follower::new(authority.log_key().clone(), policy.clone(), state)?;
        Ok(Self {
            origin: authority.origin_hash(),
            log_key: authority.log_key().clone(),
            policy: policy.clone(),
            follower,
            ledger,
            net,
            heads,
            clock,
            tried: watch::Sender::new(false),
            failures: 0,
            again: None,
        })
    }

    /// Becomes true when the first peer was asked.
    #[must_use]
    pub fn tried(&self) -> watch::Receiver<bool> {
        self.tried.subscribe()
    }

    /// Follows until nobody nudges any more.
    pub async fn run(mut self, mut nudges: mpsc::Receiver<Nudge>) {
        self.tell_head(false).await;
        let mut poll = tokio::time::interval(POLL);
        loop {
            let again = self.again;
            tokio::select! {
                () = until(again), if again.is_some() => {
                    if let Some((_, peer)) = self.again.take() {
                        self.look_at(peer, None).await;
                    }
                }
                nudge = nudges.recv() => match nudge {
                    None => break,
                    Some(Nudge::Ready(peer)) => self.look_at(peer, None).await,
                    Some(Nudge::Newer(peer, note)) => self.look_at(peer, Some(note)).await,
                },
                _ = poll.tick() => self.poll().await,
            }
        }
    }

    async fn poll(&mut self) {
        // any of them may be behind, so several are asked
        for peer in self.net.status().peers.into_iter().take(ASKED) {
            self.look_at(peer, None).await;
        }
    }

    async fn look_at(&mut self, peer: PeerId, note: Option<Vec<u8>>) {
        let before = self.follower.checkpoint().map(|newest| newest.size);
        match self.catch_up(peer, note).await {
            Ok(()) => self.failures = 0,
            Err(MirrorError::Link(LinkError::NotFound | LinkError::Refused { .. })) => {}
            Err(error) => self.failed(peer, &error),
        }
        let after = self.follower.checkpoint().map(|newest| newest.size);
        if after != before && self.follower.is_caught_up() {
            self.tell_head(true).await;
        }
        self.tried.send_replace(true);
    }

    fn failed(&mut self, peer: PeerId, error: &MirrorError) {
        if matches!(error, MirrorError::Follow(FollowError::Unavailable(_))) {
            tracing::debug!(%peer, log = %self.origin, %error, "a peer does not have the leaves yet");
        } else {
            tracing::warn!(%peer, log = %self.origin, %error, "could not follow a log");
        }
        self.again = Some((Instant::now() + FIRST_AGAIN * (1 << self.failures), peer));
        self.failures += 1;
        if self.failures < MOST_FAILURES {
            return;
        }
        self.failures = 0;
        self.again = None;
        let state = self.follower.state().clone();
        match Follower::new(self.log_key.clone(), self.policy.clone(), state) {
            Ok(follower) => self.follower = follower,
            Err(error) => tracing::error!(%error, "a log's state is damaged"),
        }
    }

    async fn catch_up(&mut self, peer: PeerId, note: Option<Vec<u8>>) -> Result<(), MirrorError> {
        let note = match note {
            Some(note) => note,
            None => self.fetch_checkpoint(peer).await?,
        };
        let mut outputs = match self.follower.is_caught_up() {
            true => Vec::new(),
            false => self.follower.handle(Input::Resume)?,
        };
        // A larger tree takes the place of one that was only begun.
        match self.follower.handle(Input::Checkpoint(note)) {
            Ok(newer) => outputs.extend(newer),
            // the peer is behind
            Err(FollowError::Smaller { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        self.perform(peer, outputs).await
    }

    async fn perform(&mut self, peer: PeerId, mut outputs: Vec<Output>) -> Result<(), MirrorError> {
        loop {
            let mut wanted = None;
            for output in outputs {
                match output {
                    Output::Fetch(request) => wanted = Some(request),
                    Output::Leaves { first, leaves } => {
                        block_in_place(|| self.ledger.append(first, &leaves))?;
                    }
                    Output::Store => {
                        let state = self.follower.state();
                        block_in_place(|| self.ledger.store(state))?;
                    }
                    Output::CaughtUp => {}
                }
            }
            let Some(request) = wanted else {
                return Ok(());
            };
            let input = self.fetch(peer, request).await?;
            outputs = self.follower.handle(input)?;
        }
    }

    async fn fetch(&self, peer: PeerId, request: Request) -> Result<Input, MirrorError> {
        let path = request.resource.to_path();
        let ask = LogRequest::new(self.origin, &path, request.offset, request.length)
            .map_err(LinkError::RequestImpossible)?;
        match self.net.fetch(peer, ask).await? {
            LogReply::Part { bytes, .. } => Ok(Input::Bytes(bytes)),
            LogReply::NotFound => Ok(Input::Missing),
            LogReply::Busy(after) => Err(LinkError::Busy { after }.into()),
            LogReply::Refused(why) => Err(LinkError::Refused { why }.into()),
        }
    }

    async fn fetch_checkpoint(&self, peer: PeerId) -> Result<Vec<u8>, MirrorError> {
        let mut whole = Whole::new(LONGEST_CHECKPOINT as u64);
        let path = Resource::Checkpoint.to_path();
        while let Some((offset, length)) = whole.wanted() {
            let ask = LogRequest::new(self.origin, &path, offset, length)
                .map_err(LinkError::RequestImpossible)?;
            whole.take(length, self.net.fetch(peer, ask).await?)?;
        }
        Ok(whole.into_bytes())
    }

    async fn tell_head(&self, is_new: bool) {
        let Some(checkpoint) = self.follower.checkpoint().cloned() else {
            return;
        };
        if !self.follower.is_caught_up() {
            return;
        }
        if is_new {
            tracing::info!(log = %self.origin, size = checkpoint.size, "caught up");
        }
        let time = self.clock.now().ok().filter(|_| is_new);
        self.heads.set(checkpoint.clone(), time);
        self.net.know(checkpoint).await;
    }
}

/// Waits until it is time to ask again.
async fn until(again: Option<(Instant, PeerId)>) {
    if let Some((at, _)) = again {
        tokio::time::sleep_until(at.into()).await;
    }
}
