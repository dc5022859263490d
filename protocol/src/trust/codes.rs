//! Which venue codes are trusted: the list's code keys, and the logs' revocations.
//! Knows keys and windows; does not know codes.
//! Specified in specs/protocol.md §4.2 and §9.

use super::TrustList;
use crate::code::{CodeKey, CodeTrust};
use crate::id::{AuthorityId, CodeId};
use crate::log::leaf::RevocationLeaf;
use crate::time::Window;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// The revocations that logs have published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revocations(BTreeMap<(AuthorityId, CodeId), Window>);

impl Revocations {
    /// Takes one up; the earliest of several for one code counts.
    pub fn add(&mut self, leaf: &RevocationLeaf) {
        let from = self
            .0
            .entry((leaf.authority, leaf.code))
            .or_insert(leaf.from);
        *from = leaf.from.min(*from);
    }
}

/// A trust list together with the revocations: what codes are verified against.
#[derive(Clone, Copy, Debug)]
pub struct TrustedCodes<'a> {
    /// The list in force.
    pub list: &'a TrustList,
    /// The revocations of all followed logs.
    pub revocations: &'a Revocations,
}

impl CodeTrust for TrustedCodes<'_> {
    fn code_keys(&self, authority: &AuthorityId) -> Option<Vec<CodeKey>> {
        self.list
            .authority(authority)
            .map(|authority| authority.code_keys().to_vec())
    }

    fn revoked_from(&self, authority: &AuthorityId, code: &CodeId) -> Option<Window> {
        self.revocations.0.get(&(*authority, *code)).copied()
    }
}
