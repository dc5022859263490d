//! Names of things: short hashes and numbers, each a type of its own.
//! Knows how a name is derived; does not know what stands behind it.
//! Specified in specs/protocol.md §2.

use crate::crypto::hash::sha256;
use crate::label::Label;
use bincode::{Decode, Encode};
use core::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Bytes of this name.
            pub const LEN: usize = $len;

            /// Reads the name's lower-case hexadecimal form.
            #[must_use]
            pub fn from_hex(text: &str) -> Option<Self> {
                let mut bytes = [0; $len];
                hex::decode_to_slice(text, &mut bytes).ok()?;
                Some(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

id!(
    /// A health authority: first 8 bytes of SHA-256(label ‖ origin of its log).
    AuthorityId, 8
);
id!(
    /// A batch: authority id ‖ seq ‖ nonce.
    BatchId, 32
);
id!(
    /// A venue code's plan: the first 16 bytes of its registration digest.
    CodeId, 16
);
id!(
    /// The digest of an exact plan: what every share, proof and signature of a registration is bound to.
    Digest, 32
);
id!(
    /// An issuer of report codes: first 8 bytes of SHA-256(label ‖ key).
    IssuerId, 8
);
id!(
    /// The name of a mailbox on one day.
    MailboxName, 16
);
id!(
    /// The name of a log on every transport: first 8 bytes of SHA-256(origin).
    OriginHash, 8
);
id!(
    /// A release request, drawn at random by the office.
    RequestId, 16
);

impl AuthorityId {
    /// The id of the authority whose log has this origin.
    #[must_use]
    pub fn of_origin(origin: &str) -> Self {
        Self(head(&sha256(&[
            Label::AUTHORITY.as_bytes(),
            origin.as_bytes(),
        ])))
    }
}

impl IssuerId {
    /// The id of the issuer with this Ed25519 key.
    #[must_use]
    pub fn of_key(key: &[u8; 32]) -> Self {
        Self(head(&sha256(&[Label::ISSUER.as_bytes(), key])))
    }
}

impl OriginHash {
    /// The hash that stands for this origin in paths and topics.
    #[must_use]
    pub fn of_origin(origin: &str) -> Self {
        Self(head(&sha256(&[origin.as_bytes()])))
    }
}

impl CodeId {
    /// The id of the code whose plan has this digest.
    #[must_use]
    pub fn of_digest(digest: &Digest) -> Self {
        Self(head(&digest.0))
    }
}

/// A region number of an authority; what it means, the authority says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Region(pub u16);

fn head<const N: usize>(hash: &[u8; 32]) -> [u8; N] {
    const { assert!(N <= 32) };
    let mut out = [0; N];
    out.copy_from_slice(&hash[..N]);
    out
}
