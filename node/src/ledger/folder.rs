//! The files of one log: taken up at its checkpoint, grown, read back, and committed by the next checkpoint.
//! Knows files and hashes; does not know who signs.
//! Specified in specs/protocol.md §14.4.

use super::{Disk, LedgerError};
use lachan_protocol::crypto::tree::{Frontier, Hash};
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::log::note::SignedNote;
use lachan_protocol::log::tile_set::{
    TileBuilder, Tiles, entries_from_bundle, hashes_from_tile, partial_tiles, push_entry, tile_root,
};
use lachan_protocol::log::tiles::{
    Resource, TILE_WIDTH, bundle_in, grown, hashes_of_level, tile_in,
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const WIDTH: u64 = TILE_WIDTH as u64;

/// A log's files, and the edge of its tree in memory.
#[derive(Debug)]
pub(super) struct Folder<D> {
    disk: D,
    /// The tree with all leaves given.
    builder: TileBuilder,
    /// Bytes of the bundle that is not full.
    bundle: Vec<u8>,
    /// The tree as it was last read from the disk.
    settled: Frontier,
    committed: Option<(Checkpoint, Vec<u8>)>,
}

impl<D: Disk> Folder<D> {
    /// Takes the log up at its checkpoint, without looking at anything beyond it yet.
    pub(super) fn open(disk: D) -> Result<Self, LedgerError> {
        let mut folder = Self {
            disk,
            builder: TileBuilder::default(),
            bundle: Vec::new(),
            settled: Frontier::default(),
            committed: None,
        };
        if let Some(note) = folder.disk.read(&Resource::Checkpoint.to_path())? {
            let checkpoint = Checkpoint::from_text(SignedNote::from_bytes(&note)?.text())?;
            folder.take_up(checkpoint.size)?;
            if folder.settled.root() != checkpoint.root {
                return Err(LedgerError::Damaged);
            }
            folder.committed = Some((checkpoint, note));
        }
        Ok(folder)
    }

    /// Takes the edge of a tree of this size from the files.
    pub(super) fn take_up(&mut self, size: u64) -> Result<(), LedgerError> {
        let mut tiles = Tiles::new(size);
        for resource in partial_tiles(size) {
            if let Resource::Tile {
                level,
                index,
                width,
            } = resource
            {
                let bytes = self.disk.read(&resource.to_path())?;
                let bytes = bytes.ok_or(LedgerError::Damaged)?;
                tiles.insert(level, index, hashes_from_tile(&bytes, width)?);
            }
        }
        let builder = TileBuilder::from_tiles(size, &tiles).map_err(|_| LedgerError::Damaged)?;
        let mut bundle = Vec::new();
        if let Some(Resource::Entries { index, width }) = bundle_in(size / WIDTH, size) {
            let path = Resource::Entries { index, width }.to_path();
            bundle = self.disk.read(&path)?.ok_or(LedgerError::Damaged)?;
            let leaves = entries_from_bundle(&bundle, width)?;
            let hashes: Vec<Hash> = leaves.into_iter().map(Hash::of_leaf).collect();
            if tiles.get(0, index) != Some(&hashes) {
                return Err(LedgerError::Damaged);
            }
        }
        self.settled = builder.frontier();
        (self.builder, self.bundle) = (builder, bundle);
        Ok(())
    }

    /// Removes what lies beyond the tree (leaves that no checkpoint ever had), and partial files that were outgrown.
    pub(super) fn truncate(&self) -> Result<(), LedgerError> {
        let size = self.settled.size();
        let keep = self.edges();
        for path in self.disk.list("tile")? {
            let Ok(resource) = Resource::from_path(&path) else {
                continue;
            };
            let outgrown = resource.is_partial() && !keep.contains(&resource);
            if outgrown || lies_beyond(resource, size) {
                self.disk.remove(&path)?;
            }
        }
        Ok(())
    }

    /// The partial files of the checkpoint and of the tree beyond it.
    fn edges(&self) -> BTreeSet<Resource> {
        let committed = self.committed.as_ref();
        let committed = committed.map_or(0, |(checkpoint, _)| checkpoint.size);
        [committed, self.settled.size()]
            .into_iter()
            .flat_map(edge_of)
            .collect()
    }

    pub(super) const fn disk(&self) -> &D {
        &self.disk
    }

    pub(super) fn into_disk(self) -> D {
        self.disk
    }

    /// Leaves given, settled or not.
    pub(super) const fn size(&self) -> u64 {
        self.builder.size()
    }

    /// The tree as it lies on the disk.
    pub(super) const fn settled(&self) -> &Frontier {
        &self.settled
    }

    /// Bytes of the bundle that is not full.
    pub(super) const fn offset(&self) -> u64 {
        self.bundle.len() as u64
    }

    pub(super) fn committed(&self) -> Option<(&Checkpoint, &[u8])> {
        let committed = self.committed.as_ref();
        committed.map(|(checkpoint, note)| (checkpoint, note.as_slice()))
    }

    /// Adds leaves; full bundles and tiles are written, bundles first.
    pub(super) fn grow(&mut self, leaves: &[Vec<u8>]) -> Result<(), LedgerError> {
        for leaf in leaves {
            push_entry(&mut self.bundle, leaf)?;
            let full = self.builder.push(Hash::of_leaf(leaf));
            let size = self.builder.size();
            if size.is_multiple_of(WIDTH) {
                let bundle = Resource::Entries {
                    index: size / WIDTH - 1,
                    width: TILE_WIDTH,
                };
                self.disk.write(&bundle.to_path(), &self.bundle)?;
                self.bundle.clear();
            }
            for (resource, bytes) in full {
                self.disk.write(&resource.to_path(), &bytes)?;
            }
        }
        Ok(())
    }

    /// Writes the edge, reads all that is new back, and hashes it again.
    pub(super) fn settle(&mut self) -> Result<(), LedgerError> {
        self.write_edge()?;
        self.settled = self.read_back()?;
        Ok(())
    }

    /// What a ledger without the reading back would believe.
    #[cfg(test)]
    pub(super) fn settle_unread(&mut self) {
        self.settled = self.builder.frontier();
    }

    /// Writes the partial bundle and the partial tiles that grew.
    pub(super) fn write_edge(&self) -> Result<(), LedgerError> {
        let size = self.size();
        let mut edge: BTreeMap<Resource, Vec<u8>> = self.builder.partial().into_iter().collect();
        if let Some(bundle) = bundle_in(size / WIDTH, size) {
            edge.insert(bundle, self.bundle.clone());
        }
        for resource in grown(self.settled.size(), size) {
            if let Some(bytes) = edge.get(&resource) {
                self.disk.write(&resource.to_path(), bytes)?;
            }
        }
        Ok(())
    }

    /// The frontier that the files have, from what was settled before and the leaves as they lie there.
    fn read_back(&self) -> Result<Frontier, LedgerError> {
        let size = self.size();
        let new = grown(self.settled.size(), size);
        let edge = partial_tiles(size);
        let mut tiles = Tiles::new(size);
        for resource in new.iter().chain(&edge) {
            if let Resource::Tile {
                level,
                index,
                width,
            } = *resource
            {
                let hashes = hashes_from_tile(&self.as_written(*resource)?, width);
                let hashes = hashes.map_err(|_| LedgerError::NotAsWritten(*resource))?;
                tiles.insert(level, index, hashes);
            }
        }
        let mut frontier = self.settled.clone();
        for resource in &new {
            let good = match *resource {
                Resource::Entries { index, width } => {
                    let bytes = self.as_written(*resource)?;
                    same_leaves(&bytes, index, width, &tiles, &mut frontier)
                }
                Resource::Tile {
                    level,
                    index,
                    width,
                } => width < TILE_WIDTH || stands_above(level, index, &tiles),
                Resource::Checkpoint | Resource::Evidence => false,
            };
            if !good {
                return Err(LedgerError::NotAsWritten(*resource));
            }
        }
        let root = TileBuilder::from_tiles(size, &tiles).map(|edge| edge.root());
        if frontier.size() != size || root != Ok(frontier.root()) {
            let first = new.first().or(edge.first());
            let blamed = first.copied().unwrap_or(Resource::Checkpoint);
            return Err(LedgerError::NotAsWritten(blamed));
        }
        Ok(frontier)
    }

    fn as_written(&self, resource: Resource) -> Result<Vec<u8>, LedgerError> {
        let bytes = self.disk.read_back(&resource.to_path())?;
        bytes.ok_or(LedgerError::NotAsWritten(resource))
    }

    /// Puts the checkpoint of the settled tree in place; then what full files replace may go.
    pub(super) fn commit(
        &mut self,
        checkpoint: Checkpoint,
        note: Vec<u8>,
    ) -> Result<(), LedgerError> {
        let settled = &self.settled;
        if (checkpoint.size, checkpoint.root) != (settled.size(), settled.root()) {
            return Err(LedgerError::Damaged);
        }
        self.disk.write(&Resource::Checkpoint.to_path(), &note)?;
        let size = checkpoint.size;
        let before = self.committed.replace((checkpoint, note));
        let before = before.map_or(0, |(checkpoint, _)| checkpoint.size);
        let keep = self.edges();
        let places: BTreeSet<Resource> = grown(before, size)
            .into_iter()
            .chain(edge_of(before))
            .map(Resource::to_full)
            .collect();
        for place in places {
            self.remove_outgrown(place, &keep);
        }
        Ok(())
    }

    /// Only the newest partial files stay, so that copies are equal whatever sizes they met on their way; a reader
    /// of an older checkpoint is served their beginnings (`service/logs.rs`).
    fn remove_outgrown(&self, full: Resource, keep: &BTreeSet<Resource>) {
        let partial = self.disk.list(&format!("{}.p", full.to_path()));
        for path in partial.unwrap_or_default() {
            let kept = Resource::from_path(&path).is_ok_and(|found| keep.contains(&found));
            if !kept {
                // One that stays is harmless, and goes at the next start.
                self.disk.remove(&path).ok();
            }
        }
    }

    /// Shows every leaf under the checkpoint, one bundle in memory at a time.
    pub(super) fn visit(&self, mut show: impl FnMut(&[u8])) -> Result<(), LedgerError> {
        let size = self.settled.size();
        for index in 0..size.div_ceil(WIDTH) {
            let Some(bundle) = bundle_in(index, size) else {
                continue;
            };
            let bytes = self.disk.read(&bundle.to_path())?;
            let bytes = bytes.ok_or(LedgerError::Damaged)?;
            let left = size - index * WIDTH;
            let width = u16::try_from(left.min(WIDTH)).unwrap_or(TILE_WIDTH);
            entries_from_bundle(&bytes, width)?
                .into_iter()
                .for_each(&mut show);
        }
        Ok(())
    }

    /// The newest `count` leaves.
    pub(super) fn newest(&self, count: u64) -> Result<Vec<Vec<u8>>, LedgerError> {
        let size = self.settled.size();
        let first = size.saturating_sub(count);
        let mut found: Vec<Vec<u8>> = Vec::new();
        for index in first / WIDTH..size.div_ceil(WIDTH) {
            let Some(Resource::Entries { index, width }) = bundle_in(index, size) else {
                continue;
            };
            let bytes = self
                .disk
                .read(&Resource::Entries { index, width }.to_path())?;
            let bytes = bytes.ok_or(LedgerError::Damaged)?;
            let entries = entries_from_bundle(&bytes, width)?;
            found.extend(entries.into_iter().map(<[u8]>::to_vec));
        }
        let more = found.len() as u64 - (size - first);
        Ok(found.split_off(usize::try_from(more).unwrap_or(0)))
    }
}

/// The partial files of a tree of this size.
fn edge_of(size: u64) -> impl Iterator<Item = Resource> {
    partial_tiles(size)
        .into_iter()
        .chain(bundle_in(size / WIDTH, size))
}

/// Whether a bundle's leaves hash to its tile; the new ones are added to the frontier.
fn same_leaves(
    bytes: &[u8],
    index: u64,
    width: u16,
    tiles: &Tiles,
    frontier: &mut Frontier,
) -> bool {
    let Ok(leaves) = entries_from_bundle(bytes, width) else {
        return false;
    };
    let hashes: Vec<Hash> = leaves.into_iter().map(Hash::of_leaf).collect();
    for (place, hash) in (index * WIDTH..).zip(&hashes) {
        if place == frontier.size() {
            frontier.push(*hash);
        }
    }
    tiles.get(0, index) == Some(&hashes)
}

/// Whether the level above has this full tile's root.
fn stands_above(level: u8, index: u64, tiles: &Tiles) -> bool {
    let above = tiles.get(level + 1, index / WIDTH);
    let place = usize::try_from(index % WIDTH).unwrap_or(usize::MAX);
    let root = tiles.get(level, index).map(tile_root);
    root.is_some() && above.and_then(|above| above.get(place)).copied() == root
}

fn lies_beyond(resource: Resource, size: u64) -> bool {
    match resource {
        Resource::Checkpoint | Resource::Evidence => false,
        Resource::Entries { index, width } => !holds(0, index, width, size),
        Resource::Tile {
            level,
            index,
            width,
        } => !holds(level, index, width, size),
    }
}

fn holds(level: u8, index: u64, width: u16, size: u64) -> bool {
    let widest = tile_in(level, index, size);
    let left = hashes_of_level(level, size).saturating_sub(index.saturating_mul(WIDTH));
    widest.is_some() && left >= u64::from(width)
}
