//! Plans that ended before their last window: closed by the owner, or revoked by the authority.
//! Knows one record a plan; does not know why.
//! Specified in specs/protocol.md §10.4 and §14.5.

use super::{PlanRecord, Shelf, ShelfError, kept_until};
use lachan_protocol::id::CodeId;
use lachan_protocol::time::{UnixTime, Window};
use lachan_store::{Batch, Tree};
use std::collections::BTreeMap;

/// code id → from window ‖ sent
pub(super) const CLOSED: Tree = Tree::new("venue-closed");

/// What the owner decided: no code whose last window is `from` or a later one is shown any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosedPlan {
    /// The first window that is closed.
    pub from: Window,
    /// Whether the office knows.
    pub is_sent: bool,
}

/// The batch, with the closing of a plan.
pub(super) fn put_closed(batch: Batch, code: CodeId, closed: ClosedPlan) -> Batch {
    let mut value = closed.from.0.to_be_bytes().to_vec();
    value.push(u8::from(closed.is_sent));
    batch.put(CLOSED, code.0, value)
}

impl Shelf<'_> {
    /// With what the authorities' logs revoked: such codes are not laid out.
    #[must_use]
    pub fn with_revoked(mut self, revoked: BTreeMap<CodeId, Window>) -> Self {
        self.revoked = revoked;
        self
    }

    /// From which window on the authority revoked a plan.
    #[must_use]
    pub fn revoked_from(&self, code: CodeId) -> Option<Window> {
        self.revoked.get(&code).copied()
    }

    /// Whether, and from when on, a plan is closed.
    ///
    /// # Errors
    /// [`ShelfError::Damaged`], [`ShelfError::Store`].
    pub fn closed(&self, code: CodeId) -> Result<Option<ClosedPlan>, ShelfError> {
        let Some(bytes) = self.store.read(CLOSED, code.0)? else {
            return Ok(None);
        };
        match bytes.as_slice() {
            &[a, b, c, d, is_sent] => Ok(Some(ClosedPlan {
                from: Window(u32::from_be_bytes([a, b, c, d])),
                is_sent: is_sent != 0,
            })),
            _ => Err(ShelfError::Damaged(code)),
        }
    }

    /// Writes down, durably, that a plan is closed, or that the office knows it.
    ///
    /// # Errors
    /// [`ShelfError::Store`].
    pub fn store_closed(&self, code: CodeId, closed: ClosedPlan) -> Result<(), ShelfError> {
        self.store
            .commit_head_first(&put_closed(Batch::new(), code, closed))?;
        Ok(())
    }

    /// The first window, if any, from which on a plan's codes are not shown.
    ///
    /// # Errors
    /// As [`Shelf::closed`].
    pub fn ended_from(&self, code: CodeId) -> Result<Option<Window>, ShelfError> {
        let closed = self.closed(code)?.map(|closed| closed.from);
        let both = closed.into_iter().chain(self.revoked_from(code));
        Ok(both.min())
    }

    /// When a plan and its secrets are forgotten: 28 days after its last window, or after that before its closing.
    ///
    /// # Errors
    /// As [`Shelf::closed`].
    pub fn forgotten_at(&self, record: &PlanRecord) -> Result<UnixTime, ShelfError> {
        let closed = self.closed(record.code)?;
        let last = closed.map_or(record.last, |closed| {
            record.last.min(Window(closed.from.0.saturating_sub(1)))
        });
        Ok(kept_until(last))
    }
}
