//! Records as sled keeps them: the key with its tree, the value with its checksum, the sum of all.
//! Knows bytes; does not know where they lie.
//! Specified in specs/protocol.md §14.

use std::fmt;

use ring::digest::{Context, SHA256};

use crate::error::{RecordKey, StoreError};

/// Bytes of checksum before a stored value.
const CHECKSUM_LEN: usize = 16;
const RECORD_LABEL: &[u8] = b"lachan/store/record/1";

/// The name of a tree: a compartment of keys that is scanned on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tree(&'static str);

impl Tree {
    /// A tree by its name: 1 to 32 bytes of `a-z`, `0-9`, `-` and `/`. Meant for a `const`, where a name that breaks
    /// the rule does not compile.
    ///
    /// # Panics
    /// When the name breaks the rule.
    pub const fn new(name: &'static str) -> Self {
        let bytes = name.as_bytes();
        assert!(
            !bytes.is_empty() && bytes.len() <= 32,
            "a tree's name has 1 to 32 bytes"
        );
        let mut index = 0;
        while index < bytes.len() {
            assert!(
                matches!(bytes[index], b'a'..=b'z' | b'0'..=b'9' | b'-' | b'/'),
                "a tree's name is plain"
            );
            index += 1;
        }
        Self(name)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// The key sled sees: name ‖ 00 ‖ key.
    pub(crate) fn stored_key(self, key: &[u8]) -> Vec<u8> {
        let mut stored = Vec::with_capacity(self.0.len() + 1 + key.len());
        stored.extend_from_slice(self.0.as_bytes());
        stored.push(0);
        stored.extend_from_slice(key);
        stored
    }
}

/// Name of the tree and key inside it, from a key that sled holds; the name is empty when it cannot be read.
pub(crate) fn split_key(stored: &[u8]) -> (&str, &[u8]) {
    let Some(end) = stored.iter().position(|byte| *byte == 0) else {
        return ("", stored);
    };
    match std::str::from_utf8(&stored[..end]) {
        Ok(tree) => (tree, &stored[end + 1..]),
        Err(_) => ("", stored),
    }
}

/// The error that names a damaged record.
pub(crate) fn corrupt(stored_key: &[u8]) -> StoreError {
    let (tree, key) = split_key(stored_key);
    StoreError::Corrupt {
        tree: tree.to_owned(),
        key: RecordKey::new(key),
    }
}

/// SHA-256 over label, key (with tree) and value.
pub(crate) fn digest(stored_key: &[u8], value: &[u8]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(RECORD_LABEL);
    context.update(
        &u64::try_from(stored_key.len())
            .unwrap_or(u64::MAX)
            .to_be_bytes(),
    );
    context.update(stored_key);
    context.update(value);
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// The value as sled keeps it, and the digest for the sum.
pub(crate) fn wrap(stored_key: &[u8], value: &[u8]) -> (Vec<u8>, [u8; 32]) {
    let digest = digest(stored_key, value);
    let mut stored = Vec::with_capacity(CHECKSUM_LEN + value.len());
    stored.extend_from_slice(&digest[..CHECKSUM_LEN]);
    stored.extend_from_slice(value);
    (stored, digest)
}

/// The value out of what sled keeps, and the digest for the sum.
pub(crate) fn unwrap_checked<'a>(
    stored_key: &[u8],
    stored: &'a [u8],
) -> Result<(&'a [u8], [u8; 32]), StoreError> {
    let Some((checksum, value)) = stored.split_at_checked(CHECKSUM_LEN) else {
        return Err(corrupt(stored_key));
    };
    let digest = digest(stored_key, value);
    if checksum == &digest[..CHECKSUM_LEN] {
        Ok((value, digest))
    } else {
        Err(corrupt(stored_key))
    }
}

/// The digests of all records added modulo 2^256: any record lost, added, older or newer changes it. Against damage,
/// not against somebody who chooses records.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sum([u64; 4]);

impl Sum {
    pub(crate) fn add(&mut self, digest: &[u8; 32]) {
        let mut carry = false;
        for (limb, other) in self.0.iter_mut().zip(limbs(digest)) {
            let (sum, first) = limb.overflowing_add(other);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            *limb = sum;
            carry = first || second;
        }
    }

    pub(crate) fn subtract(&mut self, digest: &[u8; 32]) {
        let mut borrow = false;
        for (limb, other) in self.0.iter_mut().zip(limbs(digest)) {
            let (rest, first) = limb.overflowing_sub(other);
            let (rest, second) = rest.overflowing_sub(u64::from(borrow));
            *limb = rest;
            borrow = first || second;
        }
    }

    pub(crate) fn to_bytes(self) -> [u8; 32] {
        let mut out = [0; 32];
        for (chunk, limb) in out.chunks_exact_mut(8).zip(self.0) {
            chunk.copy_from_slice(&limb.to_le_bytes());
        }
        out
    }

    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(limbs(bytes))
    }
}

impl fmt::Debug for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sum")
    }
}

fn limbs(bytes: &[u8; 32]) -> [u64; 4] {
    let mut out = [0; 4];
    for (limb, chunk) in out.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *limb = u64::from_le_bytes(*chunk);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: Tree = Tree::new("visits");

    #[test]
    fn value_under_another_key_or_tree_is_corrupt() {
        let key = TREE.stored_key(b"a");
        let (stored, _) = wrap(&key, b"value");
        assert_eq!(
            unwrap_checked(&key, &stored).unwrap().0,
            b"value",
            "control: under its own key it is right"
        );
        assert!(unwrap_checked(&TREE.stored_key(b"b"), &stored).is_err());
        assert!(unwrap_checked(&Tree::new("plans").stored_key(b"a"), &stored).is_err());
        assert!(unwrap_checked(&key, &stored[..10]).is_err());
    }

    #[test]
    fn sum_does_not_depend_on_order_and_comes_back() {
        let digests: Vec<_> = (0..20u8).map(|n| digest(b"k", &[n])).collect();
        let (mut forward, mut backward) = (Sum::default(), Sum::default());
        digests.iter().for_each(|digest| forward.add(digest));
        digests.iter().rev().for_each(|digest| backward.add(digest));
        assert_eq!(forward, backward);
        assert_eq!(Sum::from_bytes(&forward.to_bytes()), forward);
        forward.subtract(&digests[3]);
        assert_ne!(forward, backward);
        digests
            .iter()
            .filter(|digest| **digest != digests[3])
            .for_each(|digest| forward.subtract(digest));
        assert_eq!(forward, Sum::default());
    }

    #[test]
    fn sum_carries_through_all_limbs() {
        let mut sum = Sum([u64::MAX; 4]);
        let mut one = [0; 32];
        one[0] = 1;
        sum.add(&one);
        assert_eq!(sum, Sum::default());
        sum.subtract(&one);
        assert_eq!(sum, Sum([u64::MAX; 4]));
    }

    #[test]
    fn corrupt_names_the_tree_and_shows_no_key() {
        let error = corrupt(&TREE.stored_key(b"secret place"));
        assert!(error.to_string().contains("visits"));
        assert!(
            !format!("{error} {error:?}").contains("secret")
                && !format!("{error:?}").contains("115")
        );
    }
}
