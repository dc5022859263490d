//! Following a log: from a checkpoint to its verified leaves, for clients and for nodes that mirror it.
//! Decides what to fetch and what to believe; does not know transports, files or what leaves mean.
//! Specified in specs/protocol.md §8.6.

mod expected;
mod io;
mod state;

pub use io::{FollowError, Input, Output, Request};
pub use state::FollowState;

use crate::crypto::tree::Hash;
use crate::log::checkpoint::{Checkpoint, CheckpointError, VerifiedCheckpoint};
use crate::log::note::{SignedNote, Vkey};
use crate::log::policy::WitnessPolicy;
use crate::log::tile_set::{hashes_from_tile, split_entry, tile_root};
use crate::log::tiles::{LONGEST_RANGE, Resource, TILE_WIDTH, bundle_in, tile_in};
use crate::time::UnixTime;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use expected::{Expected, hashes_between};

const WIDTH: u64 = TILE_WIDTH as u64;
/// The most leaves between what was given and a checkpoint: the way to its root is kept in memory until it leads there
/// (32 bytes for each 256 leaves), and a log could sign any number.
pub const FARTHEST: u64 = 1 << 26;

/// A checkpoint whose signatures are verified.
#[derive(Clone, Debug)]
struct Target {
    checkpoint: Checkpoint,
    quorum_time: Option<UnixTime>,
    note: Vec<u8>,
}

impl From<VerifiedCheckpoint> for Target {
    fn from(verified: VerifiedCheckpoint) -> Self {
        Self {
            checkpoint: verified.checkpoint().clone(),
            quorum_time: verified.quorum_time(),
            note: verified.note().to_bytes(),
        }
    }
}

/// What the follower is doing.
#[derive(Clone, Debug)]
enum Work {
    Idle,
    /// Fetching the tiles that lead to the target's root.
    Hashes {
        target: Target,
        queue: VecDeque<(u8, u64)>,
        hashes: Expected,
    },
    /// Fetching the leaves under the accepted checkpoint.
    Leaves {
        hashes: Expected,
        /// Bytes of the leaf that is not whole yet.
        rest: Vec<u8>,
    },
}

/// Follows one log, as client or as mirror.
#[derive(Clone, Debug)]
pub struct Follower {
    log: Vkey,
    policy: WitnessPolicy,
    state: FollowState,
    accepted: Option<Target>,
    next: Option<Target>,
    work: Work,
    asked: Option<Request>,
    /// A partial resource that the other side no longer has: the full one is asked for.
    replaced: Option<Resource>,
}

impl Follower {
    /// Takes up a log where it was left. The stored checkpoint was verified when it was stored.
    ///
    /// # Errors
    /// [`FollowError::Checkpoint`] when the stored note is of another log or damaged.
    pub fn new(log: Vkey, policy: WitnessPolicy, state: FollowState) -> Result<Self, FollowError> {
        let accepted = state.note().map(|note| stored(note, &log, &policy));
        let accepted = accepted.transpose()?;
        Ok(Self {
            log,
            policy,
            state,
            accepted,
            next: None,
            work: Work::Idle,
            asked: None,
            replaced: None,
        })
    }

    /// What to keep of this log.
    #[must_use]
    pub const fn state(&self) -> &FollowState {
        &self.state
    }

    /// The newest accepted checkpoint: its tiles lead from what was known to its root.
    #[must_use]
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.accepted.as_ref().map(|target| &target.checkpoint)
    }

    /// The time of its quorum, while the policy asks for one.
    #[must_use]
    pub fn quorum_time(&self) -> Option<UnixTime> {
        self.accepted.as_ref().and_then(|target| target.quorum_time)
    }

    /// Whether all leaves under the newest accepted checkpoint were given, and no newer one waits.
    #[must_use]
    pub fn is_caught_up(&self) -> bool {
        let size = self.checkpoint().map_or(0, |checkpoint| checkpoint.size);
        matches!(self.work, Work::Idle) && self.state.frontier.size() == size
    }

    /// Counts from now on with another policy (a newer trust list).
    pub fn set_policy(&mut self, policy: WitnessPolicy) {
        self.policy = policy;
    }

    /// Takes one input; the outputs are to be done in order.
    ///
    /// # Errors
    /// [`FollowError`]; nothing that was given before changes.
    pub fn handle(&mut self, input: Input) -> Result<Vec<Output>, FollowError> {
        let mut outputs = Vec::new();
        match input {
            Input::Bytes(bytes) => self.take_bytes(bytes, &mut outputs)?,
            Input::Checkpoint(note) => self.take_checkpoint(&note, &mut outputs)?,
            Input::Missing => self.take_missing()?,
            Input::Resume => self.resume(),
        }
        self.step(&mut outputs)?;
        Ok(outputs)
    }

    fn newest(&self) -> Option<&Target> {
        let working = match &self.work {
            Work::Hashes { target, .. } => Some(target),
            Work::Idle | Work::Leaves { .. } => None,
        };
        self.next.as_ref().or(working).or(self.accepted.as_ref())
    }

    fn take_checkpoint(
        &mut self,
        note: &[u8],
        outputs: &mut Vec<Output>,
    ) -> Result<(), FollowError> {
        let target = Target::from(Checkpoint::verify(note, &self.log, &self.policy)?);
        let (size, root) = (target.checkpoint.size, target.checkpoint.root);
        let newest = self.newest().map(|known| &known.checkpoint);
        let given = self.state.frontier.size();
        let known = newest.map_or(given, |known| known.size.max(given));
        if size < known {
            return Err(FollowError::Smaller {
                known,
                offered: size,
            });
        }
        if size - given > FARTHEST {
            return Err(FollowError::TooFarAhead {
                given,
                offered: size,
            });
        }
        match newest.filter(|newest| newest.size == size) {
            None => {
                self.next = Some(target);
                // Nothing of a tree that is not accepted yet was given out: the larger one takes its place,
                // since the files of the smaller may be gone by now.
                if matches!(self.work, Work::Hashes { .. }) {
                    self.work = Work::Idle;
                    (self.asked, self.replaced) = (None, None);
                }
            }
            Some(same) if same.root != root => return Err(FollowError::Equivocation { size }),
            Some(_) => self.renew(target, outputs),
        }
        Ok(())
    }

    /// The same tree, cosigned anew: its time is the newer one.
    fn renew(&mut self, target: Target, outputs: &mut Vec<Output>) {
        let accepted = self
            .accepted
            .as_mut()
            .filter(|accepted| accepted.checkpoint == target.checkpoint);
        if let Some(accepted) = accepted
            && accepted.quorum_time < target.quorum_time
        {
            self.state.note = Some(target.note.clone());
            *accepted = target;
            outputs.push(Output::Store);
        }
    }

    fn take_missing(&mut self) -> Result<(), FollowError> {
        let asked = self.asked.take().ok_or(FollowError::NotAsked)?;
        let wanted = self.wanted();
        if wanted.is_some_and(|wanted| wanted.is_partial() && asked.resource == wanted) {
            self.replaced = wanted;
            return Ok(());
        }
        self.replaced = None;
        Err(FollowError::Unavailable(asked.resource))
    }

    fn resume(&mut self) {
        self.asked = None;
        self.replaced = None;
        if let Work::Leaves { rest, .. } = &mut self.work {
            rest.clear();
        }
    }

    fn take_bytes(&mut self, bytes: Vec<u8>, outputs: &mut Vec<Output>) -> Result<(), FollowError> {
        let asked = self.asked.take().ok_or(FollowError::NotAsked)?;
        if bytes.len() > asked.length as usize {
            return Err(FollowError::NotAsked);
        }
        match asked.resource {
            Resource::Tile { level, index, .. } => {
                let width = u16::try_from(asked.length / 32).unwrap_or(TILE_WIDTH);
                self.take_tile(level, index, hashes_from_tile(&bytes, width)?)
            }
            Resource::Entries { .. } | Resource::Checkpoint | Resource::Evidence => {
                self.take_entries(asked.resource, bytes, outputs)
            }
        }
    }

    fn take_tile(&mut self, level: u8, index: u64, tile: Vec<Hash>) -> Result<(), FollowError> {
        match &mut self.work {
            Work::Hashes { queue, hashes, .. } => {
                queue.pop_front();
                match level {
                    0 => hashes.leaves.insert(index, tile),
                    _ => hashes.bundles.insert(index, tile),
                };
            }
            Work::Leaves { hashes, .. } => {
                if hashes.bundle_root(index) != Some(tile_root(&tile)) {
                    return Err(FollowError::TilesMismatch);
                }
                hashes.leaves.insert(index, tile);
            }
            Work::Idle => return Err(FollowError::NotAsked),
        }
        Ok(())
    }

    fn take_entries(
        &mut self,
        resource: Resource,
        bytes: Vec<u8>,
        outputs: &mut Vec<Output>,
    ) -> Result<(), FollowError> {
        let size = self.checkpoint().map_or(0, |checkpoint| checkpoint.size);
        let Work::Leaves { hashes, rest } = &mut self.work else {
            return Err(FollowError::NotAsked);
        };
        if bytes.is_empty() {
            rest.clear();
            return Err(FollowError::EndsEarly(resource));
        }
        let mut buffer = core::mem::take(rest);
        buffer.extend(bytes);
        let first = self.state.frontier.size();
        let bundle = first / WIDTH;
        let end = size.min((bundle + 1) * WIDTH);
        let expected = hashes.leaves.get(&bundle).map_or(&[][..], Vec::as_slice);
        let (mut left, mut leaves) = (buffer.as_slice(), Vec::new());
        while self.state.frontier.size() < end {
            let Some((leaf, after)) = split_entry(left) else {
                *rest = left.to_vec();
                break;
            };
            let index = self.state.frontier.size();
            let hash = Hash::of_leaf(leaf);
            let place = usize::try_from(index % WIDTH).unwrap_or(usize::MAX);
            if expected.get(place) != Some(&hash) {
                if leaves.is_empty() {
                    return Err(FollowError::LeafMismatch { index });
                }
                // What was good is given; the bad one is asked for again and then refused.
                break;
            }
            self.state.frontier.push(hash);
            self.state.offset += leaf.len() as u64 + 2;
            leaves.push(leaf.to_vec());
            left = after;
        }
        if self.state.frontier.size().is_multiple_of(WIDTH) && !leaves.is_empty() {
            self.state.offset = 0;
            hashes.leaves.remove(&bundle);
        }
        if !leaves.is_empty() {
            outputs.push(Output::Leaves { first, leaves });
            outputs.push(Output::Store);
        }
        Ok(())
    }

    /// Goes on until something must be fetched or nothing is left to do.
    fn step(&mut self, outputs: &mut Vec<Output>) -> Result<(), FollowError> {
        while self.asked.is_none() {
            match &self.work {
                Work::Idle => match self.begin() {
                    true => {}
                    false => break,
                },
                Work::Hashes { queue, .. } if queue.is_empty() => self.accept(outputs)?,
                Work::Leaves { .. } if self.wanted().is_none() => {
                    self.work = Work::Idle;
                    outputs.push(Output::CaughtUp);
                }
                Work::Hashes { .. } | Work::Leaves { .. } => {
                    let request = self.request();
                    self.asked = request;
                    outputs.extend(request.map(Output::Fetch));
                }
            }
        }
        Ok(())
    }

    /// Begins with what was accepted and not yet read, else with the next checkpoint.
    fn begin(&mut self) -> bool {
        let given = self.state.frontier.size();
        let unread = self
            .accepted
            .clone()
            .filter(|accepted| accepted.checkpoint.size > given);
        let Some(target) = unread.or_else(|| self.next.take()) else {
            return false;
        };
        self.work = Work::Hashes {
            queue: hashes_between(given, target.checkpoint.size),
            hashes: Expected::default(),
            target,
        };
        true
    }

    fn accept(&mut self, outputs: &mut Vec<Output>) -> Result<(), FollowError> {
        let work = core::mem::replace(&mut self.work, Work::Idle);
        let Work::Hashes { target, hashes, .. } = work else {
            return Ok(());
        };
        if !hashes.leads(&self.state.frontier, &target.checkpoint) {
            // Kept, so that another peer may show the right tiles; a larger checkpoint takes its place.
            self.next.get_or_insert(target);
            return Err(FollowError::TilesMismatch);
        }
        if self.state.note() != Some(&target.note) {
            self.state.note = Some(target.note.clone());
            outputs.push(Output::Store);
        }
        self.accepted = Some(target);
        self.work = Work::Leaves {
            hashes,
            rest: Vec::new(),
        };
        Ok(())
    }

    /// The tile or bundle that is needed next, as the tree of the checkpoint has it.
    fn wanted(&self) -> Option<Resource> {
        match &self.work {
            Work::Idle => None,
            Work::Hashes { target, queue, .. } => {
                let (level, index) = queue.front()?;
                tile_in(*level, *index, target.checkpoint.size)
            }
            Work::Leaves { hashes, .. } => {
                let (given, size) = (self.state.frontier.size(), self.checkpoint()?.size);
                let bundle = given / WIDTH;
                if given >= size {
                    None
                } else if hashes.leaves.contains_key(&bundle) {
                    bundle_in(bundle, size)
                } else {
                    tile_in(0, bundle, size)
                }
            }
        }
    }

    fn request(&self) -> Option<Request> {
        let wanted = self.wanted()?;
        let resource = match self.replaced == Some(wanted) {
            true => wanted.to_full(),
            false => wanted,
        };
        let (offset, length) = match (wanted, &self.work) {
            (Resource::Tile { width, .. }, _) => (0, u32::from(width) * 32),
            (_, Work::Leaves { rest, .. }) => {
                (self.state.offset + rest.len() as u64, LONGEST_RANGE)
            }
            (
                Resource::Checkpoint | Resource::Entries { .. } | Resource::Evidence,
                Work::Idle | Work::Hashes { .. },
            ) => return None,
        };
        Some(Request {
            resource,
            offset,
            length,
        })
    }
}

fn stored(note: &[u8], log: &Vkey, policy: &WitnessPolicy) -> Result<Target, FollowError> {
    // A newer policy may ask for other witnesses; what counted when it was stored counts on.
    if let Ok(verified) = Checkpoint::verify(note, log, policy) {
        return Ok(verified.into());
    }
    let parsed = SignedNote::from_bytes(note).map_err(CheckpointError::Note)?;
    let checkpoint = Checkpoint::from_text(parsed.text())?;
    if checkpoint.origin != log.name() {
        return Err(CheckpointError::OriginMismatch.into());
    }
    Ok(Target {
        checkpoint,
        quorum_time: None,
        note: note.to_vec(),
    })
}
