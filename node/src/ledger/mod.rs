//! The ledger: a log as a folder of tiles and bundles, written in the safe order, read back before it is signed.
//! Knows files and hashes; does not know what leaves mean, or who asks for them.
//! Specified in specs/protocol.md §8.3 and §14.4.

use lachan_protocol::log::checkpoint::{Checkpoint, CheckpointError};
use lachan_protocol::log::follow::FollowState;
use lachan_protocol::log::merkle::{Frontier, Hash};
use lachan_protocol::log::note::{NoteError, NoteSigner, SignedNote};
use lachan_protocol::log::tile_set::{
    BundleError, TileBuilder, Tiles, entries_from_bundle, hashes_from_tile, partial_tiles,
    push_entry,
};
use lachan_protocol::log::tiles::{Resource, TILE_WIDTH, bundle_in};
use lachan_store::{StoreError, create_private_dir, write_durably};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

const WIDTH: u64 = TILE_WIDTH as u64;

/// Why the ledger cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// A leaf is too long, or a bundle on the disk is not one.
    #[error("{0}")]
    Bundle(#[from] BundleError),
    /// The checkpoint on the disk is not one.
    #[error("the checkpoint on the disk is refused: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The files do not have the checkpoint's root.
    #[error("the files on the disk do not have the checkpoint's root")]
    Damaged,
    /// Leaves that do not follow the ones that are there.
    #[error("leaf {first} was given where {wanted} is next")]
    Gap {
        /// The first leaf given.
        first: u64,
        /// The next leaf.
        wanted: u64,
    },
    /// The note on the disk is not one.
    #[error("the checkpoint's note on the disk is refused: {0}")]
    Note(#[from] NoteError),
    /// The disk failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}

#[derive(Debug)]
struct Folder {
    dir: PathBuf,
    builder: TileBuilder,
    /// Bytes of the bundle that is not full.
    bundle: Vec<u8>,
    committed: Option<(Checkpoint, Vec<u8>)>,
}

impl Folder {
    fn open(dir: &Path) -> Result<Self, LedgerError> {
        let mut folder = Self {
            dir: dir.to_owned(),
            builder: TileBuilder::default(),
            bundle: Vec::new(),
            committed: None,
        };
        if let Some(note) = folder.read(Resource::Checkpoint)? {
            let checkpoint = Checkpoint::from_text(SignedNote::from_bytes(&note)?.text())?;
            let (builder, bundle) = folder.edge(checkpoint.size)?;
            if builder.root() != checkpoint.root {
                return Err(LedgerError::Damaged);
            }
            (folder.builder, folder.bundle) = (builder, bundle);
            folder.committed = Some((checkpoint, note));
        }
        Ok(folder)
    }

    fn read(&self, resource: Resource) -> Result<Option<Vec<u8>>, LedgerError> {
        match std::fs::read(self.dir.join(resource.to_path())) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::from(error).into()),
        }
    }

    fn write(&self, resource: Resource, bytes: &[u8]) -> Result<(), LedgerError> {
        let path = self.dir.join(resource.to_path());
        if let Some(parent) = path.parent() {
            create_private_dir(parent)?;
        }
        Ok(write_durably(&path, bytes)?)
    }

    /// What the files say about the right edge of a tree of this size.
    fn edge(&self, size: u64) -> Result<(TileBuilder, Vec<u8>), LedgerError> {
        let mut tiles = Tiles::new(size);
        for resource in partial_tiles(size) {
            if let Resource::Tile {
                level,
                index,
                width,
            } = resource
            {
                let bytes = self.read(resource)?.ok_or(LedgerError::Damaged)?;
                tiles.insert(level, index, hashes_from_tile(&bytes, width)?);
            }
        }
        let builder = TileBuilder::from_tiles(size, &tiles).map_err(|_| LedgerError::Damaged)?;
        let bundle = match bundle_in(size / WIDTH, size) {
            None => Vec::new(),
            Some(resource) => {
                let bytes = self.read(resource)?.ok_or(LedgerError::Damaged)?;
                self.same_leaves(resource, &bytes, &tiles)?;
                bytes
            }
        };
        Ok((builder, bundle))
    }

    fn same_leaves(
        &self,
        resource: Resource,
        bytes: &[u8],
        tiles: &Tiles,
    ) -> Result<(), LedgerError> {
        let Resource::Entries { index, width } = resource else {
            return Ok(());
        };
        let leaves = entries_from_bundle(bytes, width)?;
        let hashes: Vec<Hash> = leaves.iter().map(|leaf| Hash::of_leaf(leaf)).collect();
        if tiles.get(0, index) == Some(&hashes) {
            Ok(())
        } else {
            Err(LedgerError::Damaged)
        }
    }

    /// Adds leaves; full bundles and tiles are written.
    fn grow(&mut self, leaves: &[Vec<u8>]) -> Result<(), LedgerError> {
        for leaf in leaves {
            push_entry(&mut self.bundle, leaf)?;
            let full = self.builder.push(Hash::of_leaf(leaf));
            let size = self.builder.size();
            if size.is_multiple_of(WIDTH) {
                let bundle = std::mem::take(&mut self.bundle);
                let index = size / WIDTH - 1;
                let width = TILE_WIDTH;
                self.write(Resource::Entries { index, width }, &bundle)?;
            }
            for (resource, bytes) in full {
                self.write(resource, &bytes)?;
            }
        }
        Ok(())
    }

    /// Writes the partial files and reads the edge back.
    fn write_edge(&self) -> Result<(), LedgerError> {
        let size = self.builder.size();
        if let Some(resource) = bundle_in(size / WIDTH, size) {
            self.write(resource, &self.bundle)?;
        }
        for (resource, bytes) in self.builder.partial() {
            self.write(resource, &bytes)?;
        }
        let (builder, bundle) = self.edge(size)?;
        if builder.root() != self.builder.root() || bundle != self.bundle {
            return Err(LedgerError::Damaged);
        }
        Ok(())
    }

    /// Puts the checkpoint in place, and removes the partial files of the one before.
    fn commit(&mut self, checkpoint: Checkpoint, note: Vec<u8>) -> Result<(), LedgerError> {
        if checkpoint.root != self.builder.root() {
            return Err(LedgerError::Damaged);
        }
        write_durably(&self.dir.join(Resource::Checkpoint.to_path()), &note)?;
        let size = checkpoint.size;
        let before = self.committed.replace((checkpoint, note));
        let before = before.map_or(0, |(checkpoint, _)| checkpoint.size);
        let edge = |size| {
            let bundle = bundle_in(size / WIDTH, size);
            partial_tiles(size).into_iter().chain(bundle)
        };
        let now: Vec<Resource> = edge(size).collect();
        for old in edge(before).filter(|old| !now.contains(old)) {
            // a file that stays is harmless
            let path = self.dir.join(old.to_path());
            std::fs::remove_file(&path).ok();
            if let Some(parent) = path.parent() {
                std::fs::remove_dir(parent).ok();
            }
        }
        Ok(())
    }
}

/// An authority's own log.
#[derive(Debug)]
pub struct Writer {
    folder: Folder,
    signer: NoteSigner,
}

impl Writer {
    /// Takes the log up, or begins it with a checkpoint of nothing.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn open(dir: &Path, signer: NoteSigner) -> Result<Self, LedgerError> {
        let mut writer = Self {
            folder: Folder::open(dir)?,
            signer,
        };
        if writer.folder.committed.is_none() {
            writer.sign()?;
        }
        Ok(writer)
    }

    /// Takes the log up again after a failure.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn reopen(&mut self) -> Result<(), LedgerError> {
        self.folder = Folder::open(&self.folder.dir)?;
        Ok(())
    }

    /// Appends leaves durably and signs the new checkpoint.
    ///
    /// # Errors
    /// [`LedgerError`]; then [`Writer::reopen`].
    pub fn append(&mut self, leaves: &[Vec<u8>]) -> Result<(), LedgerError> {
        self.folder.grow(leaves)?;
        self.folder.write_edge()?;
        self.sign()
    }

    fn sign(&mut self) -> Result<(), LedgerError> {
        let checkpoint = Checkpoint {
            origin: self.signer.vkey().name().to_owned(),
            size: self.folder.builder.size(),
            root: self.folder.builder.root(),
        };
        let note = checkpoint.sign(&self.signer)?.to_bytes();
        self.folder.commit(checkpoint, note)
    }

    /// Whether the newest leaves are these.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn ends_with(&self, leaves: &[Vec<u8>]) -> Result<bool, LedgerError> {
        let size = self.folder.builder.size();
        let Some(first) = size.checked_sub(leaves.len() as u64) else {
            return Ok(false);
        };
        let mut found: Vec<Vec<u8>> = Vec::new();
        for index in first / WIDTH..size.div_ceil(WIDTH) {
            let Some(Resource::Entries { index, width }) = bundle_in(index, size) else {
                continue;
            };
            let bytes = self.folder.read(Resource::Entries { index, width })?;
            let bytes = bytes.ok_or(LedgerError::Damaged)?;
            let entries = entries_from_bundle(&bytes, width)?;
            found.extend(entries.into_iter().map(<[u8]>::to_vec));
        }
        Ok(found.ends_with(leaves))
    }

    /// The newest checkpoint.
    ///
    /// # Panics
    /// Never: a writer begins with a checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        let committed = self.folder.committed.as_ref();
        &committed.expect("a writer begins with a checkpoint").0
    }

    /// Its note.
    ///
    /// # Panics
    /// Never: a writer begins with a checkpoint.
    #[must_use]
    pub fn note(&self) -> &[u8] {
        let committed = self.folder.committed.as_ref();
        &committed.expect("a writer begins with a checkpoint").1
    }
}

/// A copy of another's log.
#[derive(Debug)]
pub struct Mirror(Folder);

impl Mirror {
    /// Takes the copy up, and says what is known of the log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn open(dir: &Path) -> Result<(Self, FollowState), LedgerError> {
        let folder = Folder::open(dir)?;
        let state = match &folder.committed {
            None => FollowState::default(),
            Some((checkpoint, note)) => known(&folder, checkpoint, note)?,
        };
        Ok((Self(folder), state))
    }

    /// Adds verified leaves.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn append(&mut self, first: u64, leaves: &[Vec<u8>]) -> Result<(), LedgerError> {
        let wanted = self.0.builder.size();
        if first != wanted {
            return Err(LedgerError::Gap { first, wanted });
        }
        self.0.grow(leaves)
    }

    /// Puts the checkpoint in place when all its leaves are there.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn store(&mut self, state: &FollowState) -> Result<(), LedgerError> {
        let Some(note) = state.note() else {
            return Ok(());
        };
        let checkpoint = Checkpoint::from_text(SignedNote::from_bytes(note)?.text())?;
        if checkpoint.size != self.0.builder.size() {
            return Ok(());
        }
        self.0.write_edge()?;
        self.0.commit(checkpoint, note.to_vec())
    }
}

fn known(
    folder: &Folder,
    checkpoint: &Checkpoint,
    note: &[u8],
) -> Result<FollowState, LedgerError> {
    let mut frontier = Frontier::default();
    let size = checkpoint.size;
    for resource in partial_tiles(size).into_iter().rev() {
        if let Resource::Tile { level, width, .. } = resource {
            let bytes = folder.read(resource)?.ok_or(LedgerError::Damaged)?;
            for hash in hashes_from_tile(&bytes, width)? {
                frontier
                    .push_subtree(8 * u32::from(level), hash)
                    .map_err(|_| LedgerError::Damaged)?;
            }
        }
    }
    let frontier = frontier.to_bytes();
    let length = u16::try_from(frontier.len()).map_err(|_| LedgerError::Damaged)?;
    let offset = folder.bundle.len() as u64;
    let bytes = [
        length.to_be_bytes().as_slice(),
        &frontier,
        &offset.to_be_bytes(),
        note,
    ]
    .concat();
    FollowState::from_bytes(&bytes).map_err(|_| LedgerError::Damaged)
}
