//! What the client keeps of the logs: positions, ticks, prekeys, revocations, and the clock's floor.
//! Stores and does not judge; nothing here tells of a visit: tokens and findings are in the wallet.
//! Specified in specs/protocol.md §14.

pub mod evidence;
mod tidying;
pub mod venue;

use lachan_protocol::crypto::exchange::ExchangeKey;
use lachan_protocol::id::{AuthorityId, CodeId};
use lachan_protocol::log::follow::FollowState;
use lachan_protocol::log::leaf::{PrekeyLeaf, RevocationLeaf};
use lachan_protocol::time::{Day, UnixTime, Window};
use lachan_store::{Batch, FileName, Store, StoreError, Tree};
use std::path::Path;

/// How long lists are kept for tokens that are sealed later.
pub const LISTS_KEPT_SECONDS: u64 = 48 * 3_600;

const FLOOR: Tree = Tree::new("floor");
const LISTS: Tree = Tree::new("lists");
const LOGS: Tree = Tree::new("logs");
const PARTS: Tree = Tree::new("parts");
const PREKEYS: Tree = Tree::new("prekeys");
const REVOCATIONS: Tree = Tree::new("revocations");
const TICKS: Tree = Tree::new("ticks");

/// A value this long still lies in a record; longer ones are files.
const INLINE: usize = 4_000;
/// A batch is committed before it grows beyond this.
const FULL: usize = 40_000;

/// Why the client's records cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientStoreError {
    /// A record that this program did not write so.
    #[error("a record of tree {0} is not understood")]
    NotUnderstood(&'static str),
    /// The storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A whole tick as it is kept for two days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptTick {
    /// Its number.
    pub seq: u64,
    /// Its time.
    pub time: UnixTime,
    /// The leaves it came in.
    pub parts: Vec<Vec<u8>>,
}

/// What came of reading a piece of a log: kept together with the position after it.
#[derive(Debug)]
pub struct Progress {
    /// Where reading goes on.
    pub state: FollowState,
    /// The newest whole tick: seq and time.
    pub last: Option<(u64, UnixTime)>,
    /// Parts of a tick that is not whole yet.
    pub waiting: Vec<Vec<u8>>,
    /// Whole ticks.
    pub ticks: Vec<KeptTick>,
    /// Keys of the office.
    pub prekeys: Vec<PrekeyLeaf>,
    /// Codes that no longer count.
    pub revocations: Vec<RevocationLeaf>,
    /// The newest verified quorum or batch time.
    pub floor: UnixTime,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            state: FollowState::default(),
            last: None,
            waiting: vec![],
            ticks: vec![],
            prekeys: vec![],
            revocations: vec![],
            floor: UnixTime(0),
        }
    }
}

/// The client's store.
#[derive(Debug)]
pub struct ClientStore(Store);

impl ClientStore {
    /// Makes the store of a new home.
    ///
    /// # Errors
    /// [`ClientStoreError::Store`].
    pub fn create(dir: &Path) -> Result<Self, ClientStoreError> {
        Ok(Self(Store::create(dir)?))
    }

    /// Opens the store of a home.
    ///
    /// # Errors
    /// [`ClientStoreError::Store`].
    pub fn open(dir: &Path) -> Result<Self, ClientStoreError> {
        Ok(Self(Store::open(dir)?))
    }

    /// The storage module itself, for the trees of other rooms.
    #[must_use]
    pub const fn inner(&self) -> &Store {
        &self.0
    }

    /// The newest verified time that was seen; 0 at first.
    ///
    /// # Errors
    /// [`ClientStoreError`].
    pub fn floor(&self) -> Result<UnixTime, ClientStoreError> {
        let bytes = self.0.read(FLOOR, b"floor")?;
        bytes.map_or(Ok(UnixTime(0)), |bytes| number(FLOOR, &bytes).map(UnixTime))
    }

    /// Where reading a log goes on.
    ///
    /// # Errors
    /// [`ClientStoreError`].
    pub fn log_state(&self, authority: &AuthorityId) -> Result<FollowState, ClientStoreError> {
        let Some(record) = self.0.read(LOGS, authority.0)? else {
            return Ok(FollowState::default());
        };
        let bytes = self.blob(LOGS, &record)?;
        FollowState::from_bytes(&bytes).map_err(|_| ClientStoreError::NotUnderstood(LOGS.name()))
    }

    /// The newest whole tick of an authority: seq and time.
    ///
    /// # Errors
    /// [`ClientStoreError`].
    pub fn last_tick(
        &self,
        authority: &AuthorityId,
    ) -> Result<Option<(u64, UnixTime)>, ClientStoreError> {
        let Some(bytes) = self.0.read(TICKS, authority.0)? else {
            return Ok(None);
        };
        let (seq, time) = bytes.split_at_checked(8).ok_or(NOT_A_TICK)?;
        Ok(Some((number(TICKS, seq)?, UnixTime(number(TICKS, time)?))))
    }

    /// The parts of a tick that was not whole yet.
    ///
    /// # Errors
    /// [`ClientStoreError`].
    pub fn waiting(&self, authority: &AuthorityId) -> Result<Vec<Vec<u8>>, ClientStoreError> {
        let Some(record) = self.0.read(PARTS, authority.0)? else {
            return Ok(vec![]);
        };
        let names = self.blob(PARTS, &record)?;
        self.files(PARTS, &names)
    }

    /// The kept ticks of an authority, oldest first.
    ///
    /// # Errors
    /// [`ClientStoreError`].
    pub fn kept_ticks(&self, authority: &AuthorityId) -> Result<Vec<KeptTick>, ClientStoreError> {
        let mut ticks = Vec::new();
        for record in self.0.scan_prefix(LISTS, authority.0) {
            let record = record?;
            let seq = number(LISTS, record.key.get(8..).unwrap_or_default())?;
            let bytes = self.blob(LISTS, &record.value)?;
            let (time, names) = bytes.split_at_checked(8).ok_or(NOT_A_LIST)?;
            ticks.push(KeptTick {
                seq,
                time: UnixTime(number(LISTS, time)?),
                parts: self.files(LISTS, names)?,
            });
        }
        Ok(ticks)
    }

    /// The office's keys of today and yesterday, as far as they were read, today's first.
    ///
    /// # Errors
    /// [`ClientStoreError`].
    pub fn newest_prekeys(
        &self,
        authority: &AuthorityId,
        today: Day,
    ) -> Result<Vec<PrekeyLeaf>, ClientStoreError> {
        let mut leaves = Vec::new();
        for day in [today, Day(today.0.saturating_sub(1))] {
            let Some(bytes) = self.0.read(PREKEYS, prekey_name(authority, day))? else {
                continue;
            };
            let bad = || ClientStoreError::NotUnderstood(PREKEYS.name());
            let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| bad())?;
            leaves.push(PrekeyLeaf {
                authority: *authority,
                day,
                key: ExchangeKey::from_bytes(&bytes).map_err(|_| bad())?,
            });
        }
        Ok(leaves)
    }

    /// All revocations that were read.
    ///
    /// # Errors
    /// [`ClientStoreError`].
    pub fn revocations(&self) -> Result<Vec<RevocationLeaf>, ClientStoreError> {
        let mut leaves = Vec::new();
        for record in self.0.scan(REVOCATIONS, b"") {
            let record = record?;
            let bad = || ClientStoreError::NotUnderstood(REVOCATIONS.name());
            let (authority, code) = record.key.split_first_chunk().ok_or_else(bad)?;
            leaves.push(RevocationLeaf {
                authority: AuthorityId(*authority),
                code: CodeId(code.try_into().map_err(|_| bad())?),
                from: Window(u32::from_be_bytes(
                    record.value.as_slice().try_into().map_err(|_| bad())?,
                )),
            });
        }
        Ok(leaves)
    }

    /// Keeps what came of reading, and the position last: after a crash a piece is read again rather than lost.
    ///
    /// # Errors
    /// [`ClientStoreError`].
    pub fn keep(
        &self,
        authority: &AuthorityId,
        progress: &Progress,
        now: UnixTime,
    ) -> Result<(), ClientStoreError> {
        let mut batch = Batch::new();
        for tick in &progress.ticks {
            if tick.time.plus(LISTS_KEPT_SECONDS) <= now {
                continue;
            }
            let mut value = tick.time.0.to_be_bytes().to_vec();
            value.extend(self.put_files(&tick.parts)?);
            let key = [authority.0.as_slice(), &tick.seq.to_be_bytes()].concat();
            batch = self.flushed(batch.put(LISTS, key, self.to_blob(&value)?))?;
        }
        for leaf in &progress.prekeys {
            let name = prekey_name(&leaf.authority, leaf.day);
            batch = self.flushed(batch.put(PREKEYS, name, leaf.key.to_bytes()))?;
        }
        for leaf in &progress.revocations {
            let key = [leaf.authority.0.as_slice(), &leaf.code.0].concat();
            let known = self.0.read(REVOCATIONS, &key)?;
            let known = known.map_or(Ok(u64::MAX), |known| number(REVOCATIONS, &known))?;
            if u64::from(leaf.from.0) < known {
                batch = self.flushed(batch.put(REVOCATIONS, key, leaf.from.0.to_be_bytes()))?;
            }
        }
        if let Some((seq, time)) = progress.last {
            let value = [seq.to_be_bytes(), time.0.to_be_bytes()].concat();
            batch = batch.put(TICKS, authority.0, value);
        }
        let waiting = self.put_files(&progress.waiting)?;
        let floor = progress.floor.max(self.floor()?);
        batch = batch
            .put(PARTS, authority.0, self.to_blob(&waiting)?)
            .put(LOGS, authority.0, self.to_blob(&progress.state.to_bytes())?)
            .put(FLOOR, b"floor", floor.0.to_be_bytes());
        self.0.commit(&batch)?;
        Ok(())
    }

    /// Drops lists older than two days and prekeys older than yesterday, and files that no record names any more.
    ///
    /// # Errors
    /// [`ClientStoreError`].
    pub fn drop_old(&self, now: UnixTime) -> Result<(), ClientStoreError> {
        let mut batch = Batch::new();
        let mut files = Vec::new();
        for record in self.0.scan(LISTS, b"") {
            let record = record?;
            let bytes = self.blob(LISTS, &record.value)?;
            let (time, names) = bytes.split_at_checked(8).ok_or(NOT_A_LIST)?;
            if UnixTime(number(LISTS, time)?).plus(LISTS_KEPT_SECONDS) <= now {
                files.extend(names_in(names));
                batch = self.flushed(batch.delete(LISTS, record.key))?;
            }
        }
        for record in self.0.scan(PREKEYS, b"") {
            let record = record?;
            let day = number(PREKEYS, record.key.get(8..).unwrap_or_default())?;
            if day + 1 < u64::from(now.day().0) {
                batch = self.flushed(batch.delete(PREKEYS, record.key))?;
            }
        }
        if !batch.is_empty() {
            self.0.commit(&batch)?;
        }
        for name in files {
            self.0.remove_file(name)?;
        }
        self.remove_unnamed_files()
    }

    fn flushed(&self, batch: Batch) -> Result<Batch, ClientStoreError> {
        if batch.len_bytes() < FULL {
            return Ok(batch);
        }
        self.0.commit(&batch)?;
        Ok(Batch::new())
    }

    fn put_files(&self, parts: &[Vec<u8>]) -> Result<Vec<u8>, ClientStoreError> {
        let mut names = Vec::new();
        for part in parts {
            names.extend(self.0.put_file(part)?.to_bytes());
        }
        Ok(names)
    }

    fn files(&self, tree: Tree, names: &[u8]) -> Result<Vec<Vec<u8>>, ClientStoreError> {
        if !names.len().is_multiple_of(32) {
            return Err(ClientStoreError::NotUnderstood(tree.name()));
        }
        let files = names_in(names).map(|name| self.0.read_file(name));
        files.collect::<Result<_, _>>().map_err(Into::into)
    }

    /// 0 ‖ the value, or 1 ‖ the name of a file with it.
    fn to_blob(&self, value: &[u8]) -> Result<Vec<u8>, ClientStoreError> {
        if value.len() <= INLINE {
            return Ok([&[0], value].concat());
        }
        Ok([[1].as_slice(), &self.0.put_file(value)?.to_bytes()].concat())
    }

    fn blob(&self, tree: Tree, record: &[u8]) -> Result<Vec<u8>, ClientStoreError> {
        let bad = || ClientStoreError::NotUnderstood(tree.name());
        match record.split_first().ok_or_else(bad)? {
            (0, value) => Ok(value.to_vec()),
            (1, name) => {
                let name = FileName::from_bytes(name.try_into().map_err(|_| bad())?);
                Ok(self.0.read_file(name)?)
            }
            _ => Err(bad()),
        }
    }
}

const NOT_A_TICK: ClientStoreError = ClientStoreError::NotUnderstood(TICKS.name());
const NOT_A_LIST: ClientStoreError = ClientStoreError::NotUnderstood(LISTS.name());

fn prekey_name(authority: &AuthorityId, day: Day) -> Vec<u8> {
    [authority.0.as_slice(), &day.0.to_be_bytes()].concat()
}

fn names_in(names: &[u8]) -> impl Iterator<Item = FileName> {
    names
        .as_chunks::<32>()
        .0
        .iter()
        .map(|name| FileName::from_bytes(*name))
}

/// A big-endian number of at most 8 bytes.
fn number(tree: Tree, bytes: &[u8]) -> Result<u64, ClientStoreError> {
    if bytes.is_empty() || bytes.len() > 8 {
        return Err(ClientStoreError::NotUnderstood(tree.name()));
    }
    let digits = bytes.iter();
    Ok(digits.fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
