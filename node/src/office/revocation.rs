//! Revocations: a lost sheet, a stolen key, a venue that closed. A signed leaf, written down before it is logged.
//! Knows plans and leaves; does not know who lost what.
//! Specified in specs/protocol.md §8.4 and §10.4.

use crate::office::core::{Office, log_leaves};
use crate::office::io::{Change, Files, Note, Output, ReplyTo, Revoked, Shelf};
use lachan_protocol::crypto::sign::BadSignature;
use lachan_protocol::id::CodeId;
use lachan_protocol::log::leaf::{RevocationLeaf, SignedLeaf};
use lachan_protocol::office::Closing;
use lachan_protocol::time::Window;

/// Why the office does not revoke a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevokeRefusal {
    /// The venue of the plan did not sign the closing.
    #[error(transparent)]
    BadClosing(#[from] BadSignature),
    /// What is needed of the plan to check its closing is gone.
    #[error("what is needed of the plan is gone")]
    PlanGone,
    /// No such plan is registered here.
    #[error("no venue is registered under this id")]
    UnknownVenue,
}

impl<F: Files> Office<F> {
    pub(super) fn revoke_for_staff(
        &mut self,
        venue: CodeId,
        from: Window,
        is_foreign: bool,
        reply_to: ReplyTo,
    ) -> Vec<Output> {
        let mut outputs = Vec::new();
        let result = if is_foreign || self.state.plans.contains_key(&venue) {
            Ok(self.revoke(venue, from, &mut outputs))
        } else {
            Err(RevokeRefusal::UnknownVenue)
        };
        outputs.push(Output::Revoked { reply_to, result });
        outputs
    }

    /// A venue closed one of its plans: the same leaf, by the venue's own signature.
    pub(super) fn close(
        &mut self,
        venue: CodeId,
        closing: &Closing,
        outputs: &mut Vec<Output>,
    ) -> Result<(), RevokeRefusal> {
        let registered = self.registered(venue).ok_or(RevokeRefusal::PlanGone)?;
        let plan = registered.plan();
        closing.verify(&plan.venue_key(), &plan.digest())?;
        self.revoke(venue, closing.from, outputs);
        Ok(())
    }

    /// Of several revocations the earliest window holds; one that says nothing new makes no leaf.
    fn revoke(&mut self, venue: CodeId, from: Window, outputs: &mut Vec<Output>) -> Revoked {
        if let Some(known) = self.state.revoked.get(&venue)
            && *known <= from
        {
            return Revoked {
                venue,
                from: *known,
                again: true,
            };
        }
        let leaf = RevocationLeaf {
            authority: self.config.authority,
            code: venue,
            from,
        };
        let change = Change::Put {
            shelf: Shelf::Revocations,
            key: venue.0.to_vec(),
            value: from.0.to_be_bytes().to_vec(),
        };
        let leaves = vec![leaf.sign(&self.keys.batch)];
        outputs.extend(log_leaves(leaves, vec![change]));
        self.state.revoked.insert(venue, from);
        let revoked = Revoked {
            venue,
            from,
            again: false,
        };
        outputs.push(Output::Note(Note::Revoked(revoked)));
        revoked
    }

    /// From which window on codes of a plan do not count.
    #[must_use]
    pub fn revoked_from(&self, venue: &CodeId) -> Option<Window> {
        self.state.revoked.get(venue).copied()
    }
}
