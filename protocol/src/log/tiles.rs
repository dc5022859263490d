//! Tiles and entry bundles (C2SP tlog-tiles): the paths of a log's resources, and which there are.
//! Knows sizes and numbers; does not know folders: a path from a peer is parsed, never joined.
//! Specified in specs/protocol.md §8.3.

use crate::log::policy::decimal;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// Hashes of a full tile, entries of a full bundle.
pub const TILE_WIDTH: u16 = 256;
/// Binary levels from one level of tiles to the next.
pub const TILE_HEIGHT: u32 = 8;
/// A leaf has at most this many bytes: its length is a u16.
pub const LONGEST_LEAF: usize = 65_535;
/// A bundle has at most this many bytes.
pub const LONGEST_BUNDLE: usize = TILE_WIDTH as usize * (2 + LONGEST_LEAF);
/// The most that one request for a part of a resource gives.
pub const LONGEST_RANGE: u32 = 1 << 20;

const MOST_LEVEL: u64 = 63;
const MOST_INDEX: u64 = 1 << 56;

/// Why a text is not the path of a resource. Whoever sent it is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// An index that is not written in groups of three digits, or too large.
    #[error("the index in the path is refused")]
    BadIndex,
    /// A level that is not 0 to 63 without leading zeros.
    #[error("the level in the path is refused")]
    BadLevel,
    /// A partial width that is not 1 to 255 without leading zeros.
    #[error("the width in the path is refused")]
    BadWidth,
    /// No resource of a log has such a path.
    #[error("no resource of a log has such a path")]
    UnknownResource,
}

/// One file of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// The newest checkpoint's note; the only one that changes.
    Checkpoint,
    /// The entries of the level 0 tile with the same index.
    Entries {
        /// Index of the bundle.
        index: u64,
        /// Entries, 1 to 256.
        width: u16,
    },
    /// The proof that this log signed two histories, where there is one (our own: tlog-tiles does not have it).
    Evidence,
    /// Neighbouring hashes of one level.
    Tile {
        /// Level: the hashes are of complete subtrees of 256^level leaves.
        level: u8,
        /// Index of the tile in its level.
        index: u64,
        /// Hashes, 1 to 256.
        width: u16,
    },
}

impl Resource {
    /// Reads a path; there is one for each resource.
    ///
    /// # Errors
    /// [`PathError`].
    pub fn from_path(path: &str) -> Result<Self, PathError> {
        if path == "checkpoint" {
            return Ok(Self::Checkpoint);
        }
        if path == "evidence" {
            return Ok(Self::Evidence);
        }
        let rest = path
            .strip_prefix("tile/")
            .ok_or(PathError::UnknownResource)?;
        let (level, place) = rest.split_once('/').ok_or(PathError::UnknownResource)?;
        let level = match level {
            "entries" => None,
            number => Some(level_from(number)?),
        };
        let (index, width) = match place.split_once(".p/") {
            Some((index, width)) => (index, partial_width(width)?),
            None => (place, TILE_WIDTH),
        };
        let index = index_from(index)?;
        Ok(match level {
            None => Self::Entries { index, width },
            Some(level) => Self::Tile {
                level,
                index,
                width,
            },
        })
    }

    /// The path, with `/` between its parts.
    #[must_use]
    pub fn to_path(self) -> String {
        self.to_string()
    }

    /// Whether it is a tile or bundle that a larger tree replaces by a full one.
    #[must_use]
    pub const fn is_partial(self) -> bool {
        match self {
            Self::Checkpoint | Self::Evidence => false,
            Self::Entries { width, .. } | Self::Tile { width, .. } => width < TILE_WIDTH,
        }
    }

    /// The full tile or bundle of the same place.
    #[must_use]
    pub const fn to_full(self) -> Self {
        match self {
            Self::Checkpoint | Self::Evidence => self,
            Self::Entries { index, .. } => Self::Entries {
                index,
                width: TILE_WIDTH,
            },
            Self::Tile { level, index, .. } => Self::Tile {
                level,
                index,
                width: TILE_WIDTH,
            },
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Checkpoint => f.write_str("checkpoint"),
            Self::Evidence => f.write_str("evidence"),
            Self::Entries { index, width } => {
                f.write_str("tile/entries")?;
                write_place(f, index, width)
            }
            Self::Tile {
                level,
                index,
                width,
            } => {
                write!(f, "tile/{level}")?;
                write_place(f, index, width)
            }
        }
    }
}

/// The level 0 tile of this bundle in a tree of `size` leaves, or none when it has none there.
#[must_use]
pub fn tile_in(level: u8, index: u64, size: u64) -> Option<Resource> {
    let hashes = hashes_of_level(level, size);
    let left = hashes.checked_sub(index.checked_mul(u64::from(TILE_WIDTH))?)?;
    let width = u16::try_from(left.min(u64::from(TILE_WIDTH))).ok()?;
    (width > 0).then_some(Resource::Tile {
        level,
        index,
        width,
    })
}

/// The bundle with this index in a tree of `size` leaves, or none when it has none there.
#[must_use]
pub fn bundle_in(index: u64, size: u64) -> Option<Resource> {
    match tile_in(0, index, size)? {
        Resource::Tile { index, width, .. } => Some(Resource::Entries { index, width }),
        Resource::Checkpoint | Resource::Entries { .. } | Resource::Evidence => None,
    }
}

/// Every tile and bundle of a tree of `size` leaves.
#[must_use]
pub fn resources(size: u64) -> Vec<Resource> {
    grown(0, size)
}

/// The tiles and bundles that a tree of `to` leaves has and one of `from` leaves has not: bundles first.
#[must_use]
pub fn grown(from: u64, to: u64) -> Vec<Resource> {
    let mut all = Vec::new();
    let width = u64::from(TILE_WIDTH);
    for level in 0..=7 {
        let (before, after) = (hashes_of_level(level, from), hashes_of_level(level, to));
        if before < after {
            let tiles = before / width..after.div_ceil(width);
            if level == 0 {
                all.extend(tiles.clone().filter_map(|index| bundle_in(index, to)));
            }
            all.extend(tiles.filter_map(|index| tile_in(level, index, to)));
        }
    }
    all
}

/// How many hashes the tiles of a level hold in a tree of `size` leaves.
#[must_use]
pub fn hashes_of_level(level: u8, size: u64) -> u64 {
    size.checked_shr(TILE_HEIGHT * u32::from(level))
        .unwrap_or(0)
}

fn write_place(f: &mut fmt::Formatter<'_>, index: u64, width: u16) -> fmt::Result {
    let mut groups = Vec::new();
    let mut rest = index;
    loop {
        groups.push(rest % 1_000);
        rest /= 1_000;
        if rest == 0 {
            break;
        }
    }
    while groups.len() > 1 {
        write!(f, "/x{:03}", groups.pop().unwrap_or(0))?;
    }
    write!(f, "/{:03}", groups.pop().unwrap_or(0))?;
    if width < TILE_WIDTH {
        write!(f, ".p/{width}")?;
    }
    Ok(())
}

fn level_from(text: &str) -> Result<u8, PathError> {
    decimal(text)
        .filter(|level| *level <= MOST_LEVEL)
        .and_then(|level| u8::try_from(level).ok())
        .ok_or(PathError::BadLevel)
}

fn partial_width(text: &str) -> Result<u16, PathError> {
    decimal(text)
        .and_then(|width| u16::try_from(width).ok())
        .filter(|width| (1..TILE_WIDTH).contains(width))
        .ok_or(PathError::BadWidth)
}

fn index_from(text: &str) -> Result<u64, PathError> {
    let (high, last) = match text.rsplit_once('/') {
        Some((high, last)) => (Some(high), last),
        None => (None, text),
    };
    let mut index = 0_u64;
    for group in high.into_iter().flat_map(|high| high.split('/')) {
        let digits = group.strip_prefix('x').ok_or(PathError::BadIndex)?;
        // Without this each index would have many paths: x000/001 and 001.
        if index == 0 && digits == "000" {
            return Err(PathError::BadIndex);
        }
        index = next_group(index, digits)?;
    }
    next_group(index, last)
}

fn next_group(index: u64, digits: &str) -> Result<u64, PathError> {
    if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PathError::BadIndex);
    }
    let group: u64 = digits.parse().map_err(|_| PathError::BadIndex)?;
    index
        .checked_mul(1_000)
        .and_then(|index| index.checked_add(group))
        .filter(|index| *index < MOST_INDEX)
        .ok_or(PathError::BadIndex)
}
