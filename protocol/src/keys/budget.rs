//! The release budget: which windows of a plan a venue has approved, and how many are left.
//! Knows one plan's numbers; whoever keeps the count writes it down durably before an answer leaves.
//! Specified in specs/protocol.md §3.8.

use crate::id::CodeId;
use crate::keys::plan::PlanHead;
use crate::keys::types::KeySchedule;
use crate::time::{UnixTime, Window};
use alloc::collections::BTreeSet;

/// Why a window is not released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// The sheet has released as many windows as it may: one more would open all its hours.
    #[error("the release budget of {budget} windows is spent")]
    BudgetSpent {
        /// q of the plan.
        budget: u8,
    },
    /// The window is not one of the plan.
    #[error("window {0} is not in the plan")]
    NotInPlan(Window),
    /// The window is not over yet.
    #[error("window {window} is not over at {now}")]
    NotOver {
        /// The window.
        window: Window,
        /// The time at which it was asked.
        now: UnixTime,
    },
    /// Nobody asked for this window.
    #[error("window {0} was not asked for")]
    NotRequested(Window),
    /// The secret of that day was erased.
    #[error("the secret of window {0} was erased")]
    ShareErased(Window),
    /// The venue's share does not belong to the point on its code: the venue is to blame, nothing is published.
    #[error("a wrong share of window {window}")]
    WrongShare {
        /// The code of the venue to blame.
        venue: CodeId,
        /// The window.
        window: Window,
    },
}

/// What a budget still allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// Every window of the plan: the keys of screens and slips are independent.
    AllWindows,
    /// So many further windows.
    Windows(u8),
}

/// Counts the distinct approved windows of one plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseBudget {
    first: Window,
    count: u16,
    budget: Option<u8>,
    approved: BTreeSet<Window>,
    is_spent: bool,
}

impl ReleaseBudget {
    /// The budget of a plan of which nothing was approved.
    #[must_use]
    pub fn new(head: &PlanHead) -> Self {
        Self {
            first: head.first,
            count: head.count,
            budget: match head.schedule {
                KeySchedule::Screen | KeySchedule::Slip => None,
                KeySchedule::Sheet => Some(head.degree),
            },
            approved: BTreeSet::new(),
            is_spent: false,
        }
    }

    /// The budget of a plan of which these windows were approved, as they were kept.
    #[must_use]
    pub fn with_approved(head: &PlanHead, approved: impl IntoIterator<Item = Window>) -> Self {
        let mut budget = Self::new(head);
        budget.approved.extend(approved);
        budget
    }

    /// Counts one window. A window that was approved before costs nothing.
    ///
    /// # Errors
    /// [`ReleaseError::NotInPlan`], [`ReleaseError::BudgetSpent`]; nothing is counted then.
    pub fn approve(&mut self, window: Window) -> Result<Left, ReleaseError> {
        self.approve_all(&[window])
    }

    /// Counts all windows of a request, or none of them.
    ///
    /// # Errors
    /// As [`ReleaseBudget::approve`].
    pub fn approve_all(&mut self, windows: &[Window]) -> Result<Left, ReleaseError> {
        let mut new = BTreeSet::new();
        for &window in windows {
            let index = window.0.checked_sub(self.first.0);
            if index.is_none_or(|index| index >= u32::from(self.count)) {
                return Err(ReleaseError::NotInPlan(window));
            }
            if !self.approved.contains(&window) {
                new.insert(window);
            }
        }
        if let (Left::Windows(left), Some(budget)) = (self.left(), self.budget)
            && new.len() > usize::from(left)
        {
            return Err(ReleaseError::BudgetSpent { budget });
        }
        self.approved.append(&mut new);
        Ok(self.left())
    }

    /// Marks a sheet as used up (its tool was restored from a backup): no new window is approved any more.
    pub const fn spend_all(&mut self) {
        self.is_spent = true;
    }

    /// Whether [`ReleaseBudget::spend_all`] was called.
    #[must_use]
    pub const fn is_spent(&self) -> bool {
        self.is_spent
    }

    /// What is left.
    #[must_use]
    pub fn left(&self) -> Left {
        match self.budget {
            None => Left::AllWindows,
            Some(_) if self.is_spent => Left::Windows(0),
            Some(budget) => Left::Windows(
                u8::try_from(self.approved.len()).map_or(0, |used| budget.saturating_sub(used)),
            ),
        }
    }

    /// q of a sheet; none for screens and slips, which have no budget.
    #[must_use]
    pub const fn budget(&self) -> Option<u8> {
        self.budget
    }

    /// The approved windows, ascending: what is kept.
    pub fn approved(&self) -> impl ExactSizeIterator<Item = Window> + '_ {
        self.approved.iter().copied()
    }
}

/// Checks that a window is over.
///
/// # Errors
/// [`ReleaseError::NotOver`].
pub fn window_is_over(window: Window, now: UnixTime) -> Result<(), ReleaseError> {
    if now < window.end() {
        return Err(ReleaseError::NotOver { window, now });
    }
    Ok(())
}
