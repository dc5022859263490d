//! The venue code: everything a visitor needs, signed.
//! Knows bytes and signatures; does not know who scans.
//! Specified in specs/protocol.md §4.

pub mod body;
mod evidence;
pub mod stamp;
mod trust;
mod url;
mod verify;

pub use evidence::{CodeEvidence, Contradiction, EvidenceError};
pub use trust::{CodeKey, CodeTrust};
pub use url::{DEFAULT_HOST, UrlError, VenueUrl, bytes_from_digits, digits_from_bytes};
pub use verify::{UnverifiedVenueCode, VenueCode, VenueCodeError};
