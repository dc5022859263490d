//! What a venue's commands say.
//! Knows words only.
//! Specified in specs/protocol.md §12.

use super::Speak;

/// Anything a venue's command says that is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VenueMessage {}

impl Speak for VenueMessage {
    fn en(&self) -> String {
        match *self {}
    }

    fn vi(&self) -> String {
        match *self {}
    }
}
