//! Whose codes count: the trust list, with the revocations that the logs told.
//! Knows keys and ends; does not know files.
//! Specified in specs/protocol.md §4.2 and §9.

use lachan_protocol::code::{CodeKey, CodeTrust};
use lachan_protocol::id::{AuthorityId, CodeId};
use lachan_protocol::time::Window;
use lachan_protocol::trust::TrustList;
use std::collections::BTreeMap;

/// A trust list and revocations.
#[derive(Clone, Debug)]
pub struct Trust {
    list: TrustList,
    revoked: BTreeMap<(AuthorityId, CodeId), Window>,
}

impl Trust {
    /// A verified list, before any revocation.
    #[must_use]
    pub const fn new(list: TrustList) -> Self {
        Self {
            list,
            revoked: BTreeMap::new(),
        }
    }

    /// The list.
    #[must_use]
    pub const fn list(&self) -> &TrustList {
        &self.list
    }

    /// Takes a newer list; revocations stay.
    pub fn replace_list(&mut self, list: TrustList) {
        self.list = list;
    }

    /// Remembers a revocation; of several the earliest window holds.
    pub fn revoke(&mut self, authority: AuthorityId, code: CodeId, from: Window) {
        let known = self.revoked.entry((authority, code)).or_insert(from);
        *known = from.min(*known);
    }

    /// All revocations, by code alone: no two plans have one id.
    pub fn revoked(&self) -> impl Iterator<Item = (CodeId, Window)> + '_ {
        self.revoked.iter().map(|((_, code), from)| (*code, *from))
    }
}

impl CodeTrust for Trust {
    fn code_keys(&self, authority: &AuthorityId) -> Option<Vec<CodeKey>> {
        Some(self.list.authority(authority)?.code_keys().to_vec())
    }

    fn revoked_from(&self, authority: &AuthorityId, code: &CodeId) -> Option<Window> {
        self.revoked.get(&(*authority, *code)).copied()
    }
}
