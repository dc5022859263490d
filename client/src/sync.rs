//! Reading an authority's log: from verified leaves to ticks, prekeys and revocations.
//! Decides what a leaf counts for; does not know where leaves come from or where results are kept.
//! Specified in specs/protocol.md §12.5.

use lachan_protocol::crypto::sign::VerifyingKey;
use lachan_protocol::exposure::batch::{
    BatchError, BatchPart, BatchRules, ExposureBatch, UnverifiedBatchPart,
};
use lachan_protocol::id::{AuthorityId, Region};
use lachan_protocol::log::leaf::{Leaf, LeafError, PrekeyLeaf, RevocationLeaf};
use lachan_protocol::time::UnixTime;
use lachan_protocol::trust::TrustedAuthority;

/// While no witness is asked for, a batch may be this much ahead of the own clock.
pub const CLOCK_TOLERANCE_SECONDS: u64 = 300;

/// Why a leaf of a verified log is not taken: the authority signed what breaks the rules. Reading stops before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    /// A batch.
    #[error("a batch in the log is refused: {0}")]
    Batch(#[from] BatchError),
    /// Another leaf.
    #[error("a leaf in the log is refused: {0}")]
    Leaf(#[from] LeafError),
}

/// What the reader is told.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// The next leaf of the log, under a verified checkpoint.
    Leaf(&'a [u8]),
}

/// What came of it, to be kept before the position moves on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// The office's key of a day.
    Prekey(PrekeyLeaf),
    /// A code that no longer counts.
    Revocation(RevocationLeaf),
    /// A whole tick, with the bytes of its parts.
    Tick {
        /// Verified, all parts joined, following the one before.
        batch: Box<ExposureBatch>,
        /// The leaves it came in.
        parts: Vec<Vec<u8>>,
    },
    /// The note of a trust list, still to be verified.
    TrustList(Vec<u8>),
}

/// Reads the leaves of one authority's log in order.
#[derive(Debug)]
pub struct LogReader {
    id: AuthorityId,
    region: Region,
    batch_key: VerifyingKey,
    clock_seconds: u32,
    last: Option<(u64, UnixTime)>,
    waiting: Vec<(Vec<u8>, BatchPart)>,
}

impl LogReader {
    /// Takes up reading after the tick `last` (seq, time), with the parts of the next tick that were read already.
    ///
    /// # Errors
    /// [`SyncError`] when a kept part no longer verifies.
    pub fn new(
        authority: &TrustedAuthority,
        last: Option<(u64, UnixTime)>,
        waiting: Vec<Vec<u8>>,
    ) -> Result<Self, SyncError> {
        let mut reader = Self {
            id: authority.id(),
            region: authority.first_region(),
            batch_key: *authority.batch_key(),
            clock_seconds: authority.clock(),
            last,
            waiting: vec![],
        };
        for bytes in waiting {
            let part = reader.part(&bytes, UnixTime(u64::MAX))?;
            reader.waiting.push((bytes, part));
        }
        Ok(reader)
    }

    /// The newest whole tick: seq and time.
    #[must_use]
    pub const fn last(&self) -> Option<(u64, UnixTime)> {
        self.last
    }

    /// The parts of a tick that is not whole yet.
    pub fn waiting(&self) -> impl Iterator<Item = &[u8]> {
        self.waiting.iter().map(|(bytes, _)| bytes.as_slice())
    }

    /// Takes one input. `latest` is the quorum time, or while there is no witness the own clock and
    /// [`CLOCK_TOLERANCE_SECONDS`].
    ///
    /// # Errors
    /// [`SyncError`]; nothing has changed then.
    pub fn handle(
        &mut self,
        input: Input<'_>,
        latest: UnixTime,
    ) -> Result<Option<Output>, SyncError> {
        let Input::Leaf(bytes) = input;
        Ok(match Leaf::verify(bytes, &self.id, &self.batch_key)? {
            Leaf::Batch(bytes) => self.take_part(bytes, latest)?,
            Leaf::Prekey(leaf) => Some(Output::Prekey(leaf)),
            Leaf::Revocation(leaf) => Some(Output::Revocation(leaf)),
            Leaf::TrustList(note) => Some(Output::TrustList(note.to_vec())),
            Leaf::Helper(_) | Leaf::Registrations(_) | Leaf::Skipped(_) => None,
        })
    }

    fn take_part(&mut self, bytes: &[u8], latest: UnixTime) -> Result<Option<Output>, SyncError> {
        let part = self.part(bytes, latest)?;
        let mut parts: Vec<BatchPart> = self.waiting.iter().map(|(_, part)| part.clone()).collect();
        parts.push(part.clone());
        let batch = match ExposureBatch::join(parts) {
            Ok(batch) => batch,
            Err(BatchError::PartsMissing { .. }) => {
                self.waiting.push((bytes.to_vec(), part));
                return Ok(None);
            }
            Err(refusal) => return Err(refusal.into()),
        };
        batch.follows(self.last)?;
        self.last = Some((batch.head().seq, batch.head().time));
        let waiting = std::mem::take(&mut self.waiting);
        let mut parts: Vec<Vec<u8>> = waiting.into_iter().map(|(bytes, _)| bytes).collect();
        parts.push(bytes.to_vec());
        let batch = Box::new(batch);
        Ok(Some(Output::Tick { batch, parts }))
    }

    fn part(&self, bytes: &[u8], latest: UnixTime) -> Result<BatchPart, SyncError> {
        let rules = BatchRules {
            authority: self.id,
            region: self.region,
            batch_key: &self.batch_key,
            clock_seconds: self.clock_seconds,
            latest,
        };
        Ok(UnverifiedBatchPart::from_bytes(bytes)?.verify(&rules)?)
    }
}

/// A tick that was kept, joined again from its parts: they were verified when they were kept.
///
/// # Errors
/// [`SyncError`] when they no longer verify.
pub fn rejoin(authority: &TrustedAuthority, parts: &[Vec<u8>]) -> Result<ExposureBatch, SyncError> {
    let reader = LogReader::new(authority, None, parts.to_vec())?;
    let parts = reader.waiting.into_iter().map(|(_, part)| part).collect();
    Ok(ExposureBatch::join(parts)?)
}
