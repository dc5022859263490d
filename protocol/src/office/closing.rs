//! A closing: a venue tells its office from which window on none of its codes is shown any more.
//! Knows bytes and the venue's signature; what follows from it is a revocation in the log.
//! Specified in specs/protocol.md §10.4; bytes in specs/wire.md §8.3.

use crate::crypto::sign::{BadSignature, Signature, SigningKey, VerifyingKey};
use crate::id::Digest;
use crate::label::Label;
use crate::message;
use crate::time::Window;
use bincode::{Decode, Encode};

/// What a venue's tool sends once a plan is closed. Unverified until [`Closing::verify`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Closing {
    /// Codes whose last window is this or a later one are shown no more.
    pub from: Window,
    /// By the plan's venue key over label ‖ digest ‖ from.
    pub signature: Signature,
}

message!(Closing, 68);

impl Closing {
    /// Signs a closing of the plan with this digest.
    #[must_use]
    pub fn sign(key: &SigningKey, digest: &Digest, from: Window) -> Self {
        let signature = key.sign(Label::CLOSING, &[&digest.0, &from.0.to_be_bytes()]);
        Self { from, signature }
    }

    /// Checks that the venue of this plan signed it.
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn verify(&self, key: &VerifyingKey, digest: &Digest) -> Result<(), BadSignature> {
        let from = self.from.0.to_be_bytes();
        key.verify(Label::CLOSING, &[&digest.0, &from], &self.signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Message;

    #[test]
    fn a_closing_counts_for_one_plan_one_window_and_one_key() {
        let key = SigningKey::from_seed(&[7; 32]);
        let other = SigningKey::from_seed(&[8; 32]).verifying_key();
        let digest = Digest([1; 32]);
        let closing = Closing::sign(&key, &digest, Window(500_000));
        assert_eq!(closing.verify(&key.verifying_key(), &digest), Ok(()));
        assert_eq!(Closing::from_bytes(&closing.to_bytes()), Ok(closing));
        let later = Closing {
            from: Window(500_001),
            ..closing
        };
        for (closing, key, digest) in [
            (later, key.verifying_key(), digest),
            (closing, other, digest),
            (closing, key.verifying_key(), Digest([2; 32])),
        ] {
            assert_eq!(closing.verify(&key, &digest), Err(BadSignature));
        }
    }
}
