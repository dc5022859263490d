//! What a code is verified against: an authority's code keys and its revocations.
//! Knows keys and their last windows; does not know where the trust list comes from.
//! Specified in specs/protocol.md §4.2 and §9.

use crate::crypto::sign::VerifyingKey;
use crate::id::{AuthorityId, CodeId};
use crate::time::Window;

/// A code key on the trust list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKey {
    /// It signs codes up to a last window; codes with a later one are refused.
    Current {
        /// The key.
        key: VerifyingKey,
        /// L: the last window of any code it signs.
        last: Window,
    },
    /// It was revoked: nothing it signed is accepted.
    Revoked {
        /// The key.
        key: VerifyingKey,
    },
}

impl CodeKey {
    /// The Ed25519 key.
    #[must_use]
    pub const fn key(&self) -> &VerifyingKey {
        match self {
            Self::Current { key, .. } | Self::Revoked { key } => key,
        }
    }

    /// Whether codes whose last window is `last` are accepted under it.
    #[must_use]
    pub fn may_sign_until(&self, last: Window) -> bool {
        match self {
            Self::Current { last: limit, .. } => last <= *limit,
            Self::Revoked { .. } => false,
        }
    }
}

/// Whoever knows which codes to trust: the trust list, with the revocations of the logs.
pub trait CodeTrust {
    /// The code keys of an authority, at most 4, ended and revoked ones included; none for an unknown authority.
    fn code_keys(&self, authority: &AuthorityId) -> Option<alloc::vec::Vec<CodeKey>>;

    /// The earliest `from` of any revocation of this code.
    fn revoked_from(&self, authority: &AuthorityId, code: &CodeId) -> Option<Window>;
}
