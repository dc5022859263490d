//! Gossip: whether a message is forwarded, and what it tells this node.
//! Decides; does not know sockets, clocks or files.
//! Specified in specs/protocol.md §13.3 and §13.4.

pub mod verdict;

use lachan_link::names::{Topic, TopicKind};
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::exposure::batch::{BatchRules, ExposureBatch, UnverifiedBatchPart};
use lachan_protocol::id::OriginHash;
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::time::UnixTime;
use lachan_protocol::trust::{TrustList, TrustedAuthority};
use std::collections::{BTreeMap, BTreeSet};
pub use verdict::{GossipError, Verdict};

/// While there is no witness, a batch may be of a time so many seconds ahead of the own clock.
const TOLERANCE_SECONDS: u64 = 300;
/// So many checkpoints beyond the held one are remembered of a log.
const MOST_TOLD: usize = 16;

/// What the core is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// This node holds a log up to this checkpoint.
    Known(Checkpoint),
    /// A message came.
    Message {
        /// Under which topic.
        topic: Topic,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// A log has a newer checkpoint: its leaves can be fetched from who sent it.
    Newer {
        /// Of which log.
        origin: OriginHash,
        /// The checkpoint's note.
        note: Vec<u8>,
    },
    /// The log signed two histories: keep this note beside the known one, and tell people.
    TwoHistories {
        /// Of which log.
        origin: OriginHash,
        /// The note that contradicts.
        note: Vec<u8>,
    },
    /// What becomes of the message, and why if it is not plainly accepted.
    Judge(Verdict, Option<GossipError>),
}

#[derive(Debug)]
struct Watched {
    authority: TrustedAuthority,
    newest: Option<Checkpoint>,
    /// Newer ones that were forwarded, by size: a note can be dressed in lines that nobody knows as often as one likes,
    /// and older ones told again in turn.
    told: BTreeMap<u64, Hash>,
    /// Whether it signed two histories, and this was told.
    contradicted: bool,
    seq: u64,
    parts: BTreeSet<u16>,
}

impl Watched {
    /// Remembers that this size was told. When there is no room the smallest goes, and nothing as small comes again.
    fn tell(&mut self, size: u64, root: Hash) -> Result<(), GossipError> {
        if self.told.len() >= MOST_TOLD {
            let smallest = self.told.first_entry();
            match smallest.filter(|smallest| *smallest.key() < size) {
                Some(smallest) => smallest.remove(),
                None => return Err(GossipError::TooOld),
            };
        }
        self.told.insert(size, root);
        Ok(())
    }
}

/// What is known of the logs on the trust list.
#[derive(Debug)]
pub struct Gossip {
    trust: TrustList,
    logs: BTreeMap<OriginHash, Watched>,
}

impl Gossip {
    /// Follows the logs of a trust list.
    #[must_use]
    pub fn new(trust: TrustList) -> Self {
        let watched = |authority: &TrustedAuthority| Watched {
            authority: authority.clone(),
            newest: None,
            told: BTreeMap::new(),
            contradicted: false,
            seq: 0,
            parts: BTreeSet::new(),
        };
        let logs = trust
            .authorities()
            .iter()
            .map(|authority| (authority.origin_hash(), watched(authority)))
            .collect();
        Self { trust, logs }
    }

    /// The topics to listen to.
    pub fn topics(&self) -> impl Iterator<Item = Topic> + '_ {
        self.logs.keys().flat_map(|&origin| {
            [TopicKind::Batch, TopicKind::Checkpoint].map(|kind| Topic { kind, origin })
        })
    }

    /// Takes one input.
    pub fn handle(&mut self, input: Input, now: UnixTime) -> Vec<Output> {
        match input {
            Input::Known(checkpoint) => {
                self.know(checkpoint);
                Vec::new()
            }
            Input::Message { topic, bytes } => {
                let mut outputs = Vec::new();
                let judged = self.judge(topic, &bytes, now, &mut outputs).err();
                let verdict = judged.map_or(Verdict::Accept, Verdict::from);
                outputs.push(Output::Judge(verdict, judged));
                outputs
            }
        }
    }

    fn know(&mut self, checkpoint: Checkpoint) {
        let origin = OriginHash::of_origin(&checkpoint.origin);
        if let Some(log) = self.logs.get_mut(&origin)
            && log
                .newest
                .as_ref()
                .is_none_or(|newest| newest.size <= checkpoint.size)
        {
            log.told = log.told.split_off(&checkpoint.size);
            log.newest = Some(checkpoint);
        }
    }

    fn judge(
        &mut self,
        topic: Topic,
        bytes: &[u8],
        now: UnixTime,
        outputs: &mut Vec<Output>,
    ) -> Result<(), GossipError> {
        match topic.kind {
            TopicKind::Batch => self.judge_batch(topic.origin, bytes, now),
            TopicKind::Checkpoint => self.judge_checkpoint(topic.origin, bytes, outputs),
            TopicKind::Evidence => Err(GossipError::EvidenceNotSpoken),
        }
    }

    fn judge_checkpoint(
        &mut self,
        origin: OriginHash,
        bytes: &[u8],
        outputs: &mut Vec<Output>,
    ) -> Result<(), GossipError> {
        let policy = self.trust.policy();
        let log = self.logs.get_mut(&origin).ok_or(GossipError::UnknownLog)?;
        let verified = Checkpoint::verify(bytes, log.authority.log_key(), policy)?;
        let (checkpoint, note) = (verified.checkpoint(), bytes.to_vec());
        let size = checkpoint.size;
        if log.newest.as_ref().is_some_and(|newest| size < newest.size) {
            return Err(GossipError::TooOld);
        }
        let newest = log.newest.as_ref().filter(|newest| newest.size == size);
        let known = newest.map(|newest| newest.root);
        let known = known.or_else(|| log.told.get(&size).copied());
        if known.is_some_and(|root| root != checkpoint.root) {
            if log.contradicted {
                return Err(GossipError::Duplicate);
            }
            log.contradicted = true;
            outputs.push(Output::TwoHistories { origin, note });
            return Err(GossipError::Equivocation { size });
        }
        if known.is_some() {
            return Err(GossipError::Duplicate);
        }
        log.tell(size, checkpoint.root)?;
        // what is known moves only when the leaves are there: this may be a lie of the log
        outputs.push(Output::Newer { origin, note });
        Ok(())
    }

    fn judge_batch(
        &mut self,
        origin: OriginHash,
        bytes: &[u8],
        now: UnixTime,
    ) -> Result<(), GossipError> {
        let log = self.logs.get_mut(&origin).ok_or(GossipError::UnknownLog)?;
        let part = UnverifiedBatchPart::from_bytes(bytes)?;
        if part.seq() < log.seq {
            return Err(GossipError::TooOld);
        }
        let part = part.verify(&BatchRules {
            authority: log.authority.id(),
            region: log.authority.first_region(),
            batch_key: log.authority.batch_key(),
            clock_seconds: log.authority.clock(),
            latest: now.plus(TOLERANCE_SECONDS),
        })?;
        let (seq, number) = (part.head().seq, part.part());
        if part.parts() == 1 {
            // a whole tick: what only a whole one can break is seen here too
            ExposureBatch::join(vec![part])?;
        }
        if seq > log.seq {
            log.seq = seq;
            log.parts.clear();
        }
        if log.parts.insert(number) {
            Ok(())
        } else {
            Err(GossipError::Duplicate)
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
