//! Mirrors: each follows one log of the trust list, verifies every leaf and keeps a copy of its files.
//! Knows peers and when to ask them; what to believe the follower says, what to write the ledger.
//! Specified in specs/protocol.md §8.6.

mod turns;

use crate::ledger::{LedgerError, Mirror};
use crate::net::Net;
use crate::service::heads::Heads;
use crate::service::lists_in;
use lachan_link::dialer::{Whole, range};
use lachan_link::{LinkError, LogReply, LogRequest, PeerId};
use lachan_protocol::id::OriginHash;
use lachan_protocol::log::checkpoint::{Checkpoint, LONGEST_CHECKPOINT};
use lachan_protocol::log::follow::{FollowError, Follower, Input, Output, Request};
use lachan_protocol::log::note::Vkey;
use lachan_protocol::log::policy::WitnessPolicy;
use lachan_protocol::log::tiles::Resource;
use lachan_protocol::trust::TrustedAuthority;
use lachan_shell::clock::Clock;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};
use tokio::task::block_in_place;
use tokio::time::MissedTickBehavior;
use turns::Turns;

/// How often peers are asked for a newer checkpoint when no gossip comes.
const POLL: Duration = Duration::from_secs(10);
/// So many peers are asked at each poll.
const ASKED: usize = 3;
/// Who forwards a checkpoint may not have its leaves yet: somebody is asked again, first after this time.
const FIRST_AGAIN: Duration = Duration::from_millis(100);
/// So many times the leaves are asked for that soon, since they are on their way; then the waits grow.
const SOON: u32 = 15;
/// After so many failures in a row a checkpoint whose leaves nobody has is forgotten.
const MOST_FAILURES: u32 = 8;
/// So long others go before a peer that kept this node waiting, or sent what is not so.
const REST: Duration = Duration::from_secs(60);

/// How long a peer may keep this node waiting.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// For one answer.
    answer: Duration,
    /// For all that it is asked before the next peer has its turn.
    turn: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(15),
            turn: Duration::from_secs(60),
        }
    }
}

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

/// Where a mirror's things are.
#[derive(Clone, Debug)]
pub struct MirrorFiles {
    /// The folder of the copy.
    pub folder: PathBuf,
    /// What is known of the log beyond the copy's checkpoint.
    pub state: PathBuf,
}

/// A mirror of one log.
#[derive(Debug)]
pub struct MirrorTask {
    origin: OriginHash,
    log_key: Vkey,
    policy: WitnessPolicy,
    files: MirrorFiles,
    follower: Follower,
    ledger: Mirror,
    /// The disk failed: ledger and follower are taken up from it again before anything else.
    is_broken: bool,
    net: Net,
    heads: Heads,
    /// The head that was told last.
    told: Option<Checkpoint>,
    clock: Clock,
    patience: Patience,
    tried: watch::Sender<bool>,
    turns: Turns,
    failures: u32,
    /// How often in a row the leaves were not there yet.
    early: u32,
    /// When somebody is asked again.
    again: Option<Instant>,
    /// Notes of trust lists in leaves that came.
    found_lists: Vec<Vec<u8>>,
    /// Where they go.
    lists: Option<mpsc::Sender<Vec<u8>>>,
}

impl MirrorTask {
    /// Takes a log up where it was left.
    ///
    /// # Errors
    /// [`MirrorError`].
    pub fn open(
        authority: &TrustedAuthority,
        policy: &WitnessPolicy,
        files: MirrorFiles,
        net: Net,
        heads: Heads,
        clock: Clock,
    ) -> Result<Self, MirrorError> {
        let (ledger, state) = Mirror::open(&files.folder, &files.state)?;
        let follower = Follower::new(authority.log_key().clone(), policy.clone(), state)?;
        Ok(Self {
            origin: authority.origin_hash(),
            log_key: authority.log_key().clone(),
            policy: policy.clone(),
            files,
            follower,
            ledger,
            is_broken: false,
            net,
            heads,
            told: None,
            clock,
            patience: Patience::default(),
            tried: watch::Sender::new(false),
            turns: Turns::default(),
            failures: 0,
            early: 0,
            again: None,
            found_lists: Vec::new(),
            lists: None,
        })
    }

    /// Hands on the notes of trust lists, once the leaves before them are durable too.
    #[must_use]
    pub fn handing_lists_to(self, lists: mpsc::Sender<Vec<u8>>) -> Self {
        Self {
            lists: Some(lists),
            ..self
        }
    }

    /// Becomes true when the first peer was asked.
    #[must_use]
    pub fn tried(&self) -> watch::Receiver<bool> {
        self.tried.subscribe()
    }

    /// Follows until nobody nudges any more. May be dropped at any await: what is not durable is fetched again.
    pub async fn run(mut self, mut nudges: mpsc::Receiver<Nudge>) {
        self.tell_head(false).await;
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let again = self.again;
            tokio::select! {
                () = until(again), if again.is_some() => {
                    self.again = None;
                    if let Some(peer) = self.next_peer() {
                        self.look_at(peer, None).await;
                    }
                }
                nudge = nudges.recv() => match nudge {
                    None => break,
                    Some(Nudge::Ready(peer)) => self.look_at(peer, None).await,
                    Some(Nudge::Newer(peer, note)) => {
                        let rests = self.turns.is_resting(peer, Instant::now());
                        let other = self.next_peer().filter(|_| rests);
                        self.look_at(other.unwrap_or(peer), Some(note)).await;
                    }
                },
                _ = poll.tick() => self.poll().await,
            }
        }
    }

    fn next_peer(&mut self) -> Option<PeerId> {
        self.turns.next(&self.net.status().peers, Instant::now())
    }

    /// Any peer may be behind, so several are asked, and at each poll others.
    async fn poll(&mut self) {
        let mut asked = Vec::new();
        while asked.len() < ASKED {
            match self.next_peer() {
                Some(peer) if !asked.contains(&peer) => {
                    asked.push(peer);
                    self.look_at(peer, None).await;
                }
                Some(_) | None => break,
            }
        }
    }

    async fn look_at(&mut self, peer: PeerId, note: Option<Vec<u8>>) {
        let given = self.follower.state().frontier().size();
        let turn = tokio::time::timeout(self.patience.turn, self.catch_up(peer, note)).await;
        match turn.unwrap_or(Err(LinkError::TimedOut.into())) {
            Ok(()) => (self.failures, self.early) = (0, 0),
            Err(MirrorError::Link(LinkError::NotFound | LinkError::Refused { .. })) => {}
            // A slow peer, and a good one: the next one goes on where it came to.
            Err(MirrorError::Link(LinkError::TimedOut))
                if self.follower.state().frontier().size() > given =>
            {
                self.again = Some(Instant::now());
            }
            Err(error) => self.failed(peer, &error),
        }
        self.tell_head(true).await;
        self.tried.send_replace(true);
    }

    fn failed(&mut self, peer: PeerId, error: &MirrorError) {
        let now = Instant::now();
        if matches!(error, MirrorError::Follow(FollowError::Unavailable(_))) {
            tracing::debug!(%peer, log = %self.origin, %error, "a peer does not have the leaves yet");
            self.early += 1;
            if self.early <= SOON {
                self.again = Some(now + FIRST_AGAIN);
                return;
            }
        } else {
            tracing::warn!(%peer, log = %self.origin, %error, "could not follow a log");
        }
        if let Some(rest) = rest_after(error) {
            self.turns.rest(peer, now + rest);
        }
        self.is_broken |= matches!(error, MirrorError::Ledger(_));
        self.again = Some(now + FIRST_AGAIN * (1 << self.failures));
        self.failures += 1;
        if self.failures < MOST_FAILURES {
            return;
        }
        (self.failures, self.early) = (0, 0);
        self.again = None;
        let state = self.follower.state().clone();
        match Follower::new(self.log_key.clone(), self.policy.clone(), state) {
            Ok(follower) => self.follower = follower,
            Err(error) => tracing::error!(%error, "a log's state is damaged"),
        }
    }

    /// After a failure of the disk nobody knows what lies there: both are taken up from it.
    fn take_up(&mut self) -> Result<(), MirrorError> {
        if !self.is_broken {
            return Ok(());
        }
        let opened = block_in_place(|| Mirror::open(&self.files.folder, &self.files.state));
        let (ledger, state) = opened?;
        self.follower = Follower::new(self.log_key.clone(), self.policy.clone(), state)?;
        self.ledger = ledger;
        self.is_broken = false;
        tracing::info!(log = %self.origin, "the copy of a log is taken up again");
        Ok(())
    }

    async fn catch_up(&mut self, peer: PeerId, note: Option<Vec<u8>>) -> Result<(), MirrorError> {
        self.take_up()?;
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
                        self.found_lists.extend(lists_in(&leaves));
                        block_in_place(|| self.ledger.append(first, &leaves))?;
                    }
                    Output::Store => {
                        let state = self.follower.state();
                        block_in_place(|| self.ledger.store(state))?;
                        self.hand_on_lists().await;
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

    async fn hand_on_lists(&mut self) {
        for note in std::mem::take(&mut self.found_lists) {
            if let Some(lists) = &self.lists {
                // a node that ends takes no list
                lists.send(note).await.ok();
            }
        }
    }

    async fn fetch(&self, peer: PeerId, request: Request) -> Result<Input, MirrorError> {
        let path = request.resource.to_path();
        let ask = LogRequest::new(self.origin, &path, request.offset, request.length)
            .map_err(LinkError::RequestImpossible)?;
        let reply = self.ask(peer, ask.clone()).await?;
        Ok(range(&ask, reply)?.map_or(Input::Missing, Input::Bytes))
    }

    async fn fetch_checkpoint(&self, peer: PeerId) -> Result<Vec<u8>, MirrorError> {
        let mut whole = Whole::new(LONGEST_CHECKPOINT as u64);
        let path = Resource::Checkpoint.to_path();
        while let Some((offset, length)) = whole.wanted() {
            let ask = LogRequest::new(self.origin, &path, offset, length)
                .map_err(LinkError::RequestImpossible)?;
            whole.take(length, self.ask(peer, ask).await?)?;
        }
        Ok(whole.into_bytes())
    }

    async fn ask(&self, peer: PeerId, request: LogRequest) -> Result<LogReply, LinkError> {
        let answer = self.net.fetch(peer, request);
        tokio::time::timeout(self.patience.answer, answer)
            .await
            .unwrap_or(Err(LinkError::TimedOut))
    }

    /// Tells of a head once, when all its leaves are here: in whichever turn the last of them came.
    async fn tell_head(&mut self, is_new: bool) {
        let Some(checkpoint) = self.follower.checkpoint().cloned() else {
            return;
        };
        if !self.follower.is_caught_up() || self.told.as_ref() == Some(&checkpoint) {
            return;
        }
        if is_new {
            tracing::info!(log = %self.origin, size = checkpoint.size, "caught up");
        }
        let time = self.clock.now().ok().filter(|_| is_new);
        self.heads.set(checkpoint.clone(), time);
        self.told = Some(checkpoint.clone());
        self.net.know(checkpoint).await;
    }
}

/// How long others go before a peer with which this went wrong.
fn rest_after(error: &MirrorError) -> Option<Duration> {
    match error {
        MirrorError::Ledger(_)
        | MirrorError::Follow(FollowError::Equivocation { .. } | FollowError::Unavailable(_)) => {
            None
        }
        MirrorError::Link(LinkError::Busy { after }) => Some((*after).min(REST)),
        MirrorError::Follow(_) | MirrorError::Link(_) => Some(REST),
    }
}

/// Waits until it is time to ask again.
async fn until(again: Option<Instant>) {
    if let Some(at) = again {
        tokio::time::sleep_until(at.into()).await;
    }
}

#[cfg(test)]
mod tests;
