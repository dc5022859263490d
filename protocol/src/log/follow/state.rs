//! What is known of a followed log, from one start to the next.
//! Knows the edge of what was given; does not know what is being fetched.
//! Specified in specs/protocol.md §8.6.

use crate::crypto::tree::{Frontier, NotAFrontier};
use crate::log::tiles::TILE_WIDTH;
use crate::wire::DecodeError;
use alloc::vec::Vec;

/// What is known of a log: kept durably, and taken up at the next start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FollowState {
    pub(super) frontier: Frontier,
    pub(super) offset: u64,
    pub(super) note: Option<Vec<u8>>,
}

impl FollowState {
    /// Starts at a frontier that [`join_late`](crate::log::tile_set::join_late) verified, at a full bundle.
    #[must_use]
    pub fn starting_at(frontier: Frontier) -> Option<Self> {
        frontier
            .size()
            .is_multiple_of(u64::from(TILE_WIDTH))
            .then(|| Self {
                frontier,
                ..Self::default()
            })
    }

    /// What a verified copy of the log says: its frontier, the bytes of its bundle that is not full, a checkpoint's note.
    #[must_use]
    pub const fn of_copy(frontier: Frontier, offset: u64, note: Vec<u8>) -> Self {
        Self {
            frontier,
            offset,
            note: Some(note),
        }
    }

    /// Leaves that were given, and the edge of their tree.
    #[must_use]
    pub const fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Bytes that the given leaves take in the bundle that is not full yet.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// The newest accepted checkpoint's note; it may have more leaves than were given.
    #[must_use]
    pub fn note(&self) -> Option<&[u8]> {
        self.note.as_deref()
    }

    /// frontier length u16 ‖ frontier ‖ offset 8 ‖ note (nothing when there is none).
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let frontier = self.frontier.to_bytes();
        let length = u16::try_from(frontier.len()).expect("a frontier has at most 64 hashes");
        let note = self.note().unwrap_or_default();
        [
            length.to_be_bytes().as_slice(),
            &frontier,
            &self.offset.to_be_bytes(),
            note,
        ]
        .concat()
    }

    /// Reads what [`FollowState::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`], [`DecodeError::NotCanonical`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (length, rest) = bytes.split_first_chunk().ok_or(DecodeError::Truncated)?;
        let (frontier, rest) = rest
            .split_at_checked(usize::from(u16::from_be_bytes(*length)))
            .ok_or(DecodeError::Truncated)?;
        let (offset, note) = rest.split_first_chunk().ok_or(DecodeError::Truncated)?;
        Ok(Self {
            frontier: Frontier::from_bytes(frontier)
                .map_err(|NotAFrontier| DecodeError::NotCanonical)?,
            offset: u64::from_be_bytes(*offset),
            note: (!note.is_empty()).then(|| note.to_vec()),
        })
    }
}
