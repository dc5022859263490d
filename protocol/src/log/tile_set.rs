//! What lies in tiles and bundles: read as hashes and entries, and built as a tree grows.
//! Knows the files' bytes; does not know where they come from.
//! Specified in specs/protocol.md §8.3.

use crate::crypto::tree::{Frontier, Hash, hashes_from_bytes};
use crate::log::checkpoint::Checkpoint;
use crate::log::proof::{
    ConsistencyError, HashReader, prove_consistency, prove_inclusion, read_root, verify_consistency,
};
use crate::log::tiles::{
    LONGEST_LEAF, Resource, TILE_HEIGHT, TILE_WIDTH, hashes_of_level, tile_in,
};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

/// Why bytes are not a tile or bundle. Whoever sent them is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// More bytes than the entries have.
    #[error("{0} bytes are left over after the entries")]
    BytesLeftOver(usize),
    /// The bytes end within an entry or before the last one.
    #[error("the bundle ends before its entry {entry}")]
    EntryMissing {
        /// The entry within the bundle.
        entry: usize,
    },
    /// A leaf too long for its length to be written.
    #[error("a leaf of {len} bytes is longer than {LONGEST_LEAF}")]
    LeafTooLong {
        /// Bytes of the leaf.
        len: usize,
    },
    /// A tile is not its width times 32 bytes.
    #[error("the tile has {len} bytes where {wanted} are needed")]
    WrongLength {
        /// Bytes of a tile of this width.
        wanted: usize,
        /// Bytes that came.
        len: usize,
    },
}

/// The entries of a bundle of `width` entries.
///
/// # Errors
/// [`BundleError::BytesLeftOver`], [`BundleError::EntryMissing`].
pub fn entries_from_bundle(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    let (mut entries, mut rest) = (Vec::new(), bytes);
    for entry in 0..usize::from(width) {
        let (leaf, after) = split_entry(rest).ok_or(BundleError::EntryMissing { entry })?;
        entries.push(leaf);
        rest = after;
    }
    if !rest.is_empty() {
        return Err(BundleError::BytesLeftOver(rest.len()));
    }
    Ok(entries)
}

/// The first entry of a bundle's rest, and what follows; none when it is not whole.
#[must_use]
pub fn split_entry(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// Adds an entry to a bundle: u16 length ‖ leaf.
///
/// # Errors
/// [`BundleError::LeafTooLong`].
pub fn push_entry(bundle: &mut Vec<u8>, leaf: &[u8]) -> Result<(), BundleError> {
    let length =
        u16::try_from(leaf.len()).map_err(|_| BundleError::LeafTooLong { len: leaf.len() })?;
    bundle.extend(length.to_be_bytes());
    bundle.extend(leaf);
    Ok(())
}

/// The hashes of a tile of `width` hashes.
///
/// # Errors
/// [`BundleError::WrongLength`].
pub fn hashes_from_tile(bytes: &[u8], width: u16) -> Result<Vec<Hash>, BundleError> {
    let wanted = usize::from(width) * Hash::LEN;
    let hashes = hashes_from_bytes(bytes).filter(|_| bytes.len() == wanted);
    hashes.ok_or(BundleError::WrongLength {
        wanted,
        len: bytes.len(),
    })
}

/// The bytes of a tile.
#[must_use]
pub fn tile_to_bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// The root of a full tile: the hash that stands for it in the level above.
#[must_use]
pub fn tile_root(hashes: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    hashes.iter().for_each(|hash| frontier.push(*hash));
    frontier.root()
}

/// A tile that a reader needs and does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tile {0} is missing")]
pub struct TileMissing(pub Resource);

/// Tiles of a tree of a given size, to read hashes from. Nothing in it is believed before a proof from it verifies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tiles {
    size: u64,
    tiles: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl Tiles {
    /// No tiles yet, of a tree of `size` leaves.
    #[must_use]
    pub const fn new(size: u64) -> Self {
        Self {
            size,
            tiles: BTreeMap::new(),
        }
    }

    /// Adds a tile's hashes, at least as many as the tree's tile has.
    pub fn insert(&mut self, level: u8, index: u64, hashes: Vec<Hash>) {
        self.tiles.insert((level, index), hashes);
    }

    /// A tile's hashes, when it was added.
    #[must_use]
    pub fn get(&self, level: u8, index: u64) -> Option<&[Hash]> {
        self.tiles.get(&(level, index)).map(Vec::as_slice)
    }
}

impl HashReader for Tiles {
    type Error = TileMissing;

    fn hash(&mut self, height: u32, index: u64) -> Result<Hash, TileMissing> {
        let (resource, places) = place_of(height, index, self.size);
        let Resource::Tile {
            level,
            index: tile,
            width: _,
        } = resource
        else {
            return Err(TileMissing(resource));
        };
        self.get(level, tile)
            .and_then(|hashes| hashes.get(places))
            .map(tile_root)
            .ok_or(TileMissing(resource))
    }
}

/// The tile that holds a complete subtree, and the places of its hashes in the tile.
fn place_of(height: u32, index: u64, size: u64) -> (Resource, core::ops::Range<usize>) {
    let level = u8::try_from(height / TILE_HEIGHT).unwrap_or(u8::MAX);
    let inner = height % TILE_HEIGHT;
    let first = index << inner;
    let tile = first / u64::from(TILE_WIDTH);
    let start = usize::try_from(first % u64::from(TILE_WIDTH)).unwrap_or(0);
    let resource = tile_in(level, tile, size).unwrap_or(Resource::Tile {
        level,
        index: tile,
        width: TILE_WIDTH,
    });
    (resource, start..start + (1 << inner))
}

/// Notes which tiles a computation reads.
struct Wanted {
    size: u64,
    tiles: BTreeSet<Resource>,
}

impl HashReader for Wanted {
    type Error = core::convert::Infallible;

    fn hash(&mut self, height: u32, index: u64) -> Result<Hash, Self::Error> {
        self.tiles.insert(place_of(height, index, self.size).0);
        Ok(Hash([0; 32]))
    }
}

fn wanted(size: u64, read: impl FnOnce(&mut Wanted)) -> BTreeSet<Resource> {
    let mut wanted = Wanted {
        size,
        tiles: BTreeSet::new(),
    };
    read(&mut wanted);
    wanted.tiles
}

/// The tiles of the tree of `size` leaves from which the proof that it has leaf `index` is computed.
#[must_use]
pub fn tiles_for_inclusion(index: u64, size: u64) -> BTreeSet<Resource> {
    wanted(size, |reader| {
        let Ok(_) = prove_inclusion(reader, index, size);
    })
}

/// The tiles of the tree of `to` leaves from which [`continues`] and [`join_late`] are computed.
#[must_use]
pub fn tiles_for_consistency(from: u64, to: u64) -> BTreeSet<Resource> {
    wanted(to, |reader| {
        let Ok(_) = read_root(reader, from);
        let Ok(_) = prove_consistency(reader, from, to);
    })
}

/// Why tiles do not show that a log continues what was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TilesError {
    /// The tiles do not lead from one root to the other.
    #[error("{0}")]
    Consistency(#[from] ConsistencyError),
    /// A tile is missing.
    #[error("{0}")]
    Missing(#[from] TileMissing),
}

/// Verifies from tiles that `newer` continues `older`, for a caller that does not read all leaves between.
///
/// # Errors
/// [`TilesError`].
pub fn continues(
    older: &Checkpoint,
    newer: &Checkpoint,
    tiles: &mut Tiles,
) -> Result<(), TilesError> {
    let proof = prove_consistency(tiles, older.size, newer.size)?;
    verify_consistency(older.size, &older.root, newer.size, &newer.root, &proof)?;
    Ok(())
}

/// The frontier at `start` leaves of the log with this checkpoint, verified: a late joiner reads leaves from there on.
///
/// # Errors
/// [`TilesError`].
pub fn join_late(
    start: u64,
    checkpoint: &Checkpoint,
    tiles: &mut Tiles,
) -> Result<Frontier, TilesError> {
    let frontier = Frontier::read(tiles, start)?;
    let proof = prove_consistency(tiles, start, checkpoint.size)?;
    verify_consistency(
        start,
        &frontier.root(),
        checkpoint.size,
        &checkpoint.root,
        &proof,
    )?;
    Ok(frontier)
}

/// The tiles at the right edge of a growing tree, which gives the full ones as they fill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TileBuilder {
    size: u64,
    edges: Vec<Vec<Hash>>,
}

impl TileBuilder {
    /// Takes up a tree of `size` leaves, from its partial tiles.
    ///
    /// # Errors
    /// [`TileMissing`].
    pub fn from_tiles(size: u64, tiles: &Tiles) -> Result<Self, TileMissing> {
        let mut edges = Vec::new();
        for resource in partial_tiles(size) {
            let Resource::Tile {
                level,
                index,
                width,
            } = resource
            else {
                continue;
            };
            edges.resize(usize::from(level), Vec::new());
            let hashes = tiles
                .get(level, index)
                .and_then(|h| h.get(..usize::from(width)));
            edges.push(hashes.ok_or(TileMissing(resource))?.to_vec());
        }
        Ok(Self { size, edges })
    }

    /// Leaves of the tree.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds the next leaf by its hash, and gives the tiles that became full, the lowest first.
    pub fn push(&mut self, leaf: Hash) -> Vec<(Resource, Vec<u8>)> {
        self.size += 1;
        let (mut full, mut hash) = (Vec::new(), leaf);
        for level in 0_u8..8 {
            let place = usize::from(level);
            if self.edges.len() == place {
                self.edges.push(Vec::new());
            }
            let edge = &mut self.edges[place];
            edge.push(hash);
            if edge.len() < usize::from(TILE_WIDTH) {
                break;
            }
            let index = (hashes_of_level(level, self.size) - 1) / u64::from(TILE_WIDTH);
            let resource = Resource::Tile {
                level,
                index,
                width: TILE_WIDTH,
            };
            full.push((resource, tile_to_bytes(edge)));
            hash = tile_root(edge);
            edge.clear();
        }
        full
    }

    /// The partial tiles of the tree as it stands.
    #[must_use]
    pub fn partial(&self) -> Vec<(Resource, Vec<u8>)> {
        let edges = self.edges.iter().filter(|edge| !edge.is_empty());
        partial_tiles(self.size)
            .into_iter()
            .zip(edges.map(|edge| tile_to_bytes(edge)))
            .collect()
    }

    /// The edge as a frontier.
    #[must_use]
    pub fn frontier(&self) -> Frontier {
        // Each level's complete subtrees stand right of those of the level above it.
        let mut subtrees = Vec::new();
        for edge in self.edges.iter().rev() {
            let mut frontier = Frontier::default();
            edge.iter().for_each(|hash| frontier.push(*hash));
            subtrees.extend(frontier.hashes());
        }
        Frontier::new(self.size, subtrees).expect("one subtree for each bit of the size")
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier().root()
    }
}

/// The partial tiles of a tree of `size` leaves, the lowest first.
#[must_use]
pub fn partial_tiles(size: u64) -> Vec<Resource> {
    (0..8)
        .filter_map(|level| {
            let hashes = hashes_of_level(level, size);
            tile_in(level, hashes / u64::from(TILE_WIDTH), size)
        })
        .collect()
}
