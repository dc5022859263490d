//! The act of release at the office: its share is added, and the sum must belong to the point on the code.
//! Knows shares and points; does not know requests, batches or clocks.
//! Specified in specs/protocol.md §3.2 and §11.5.

use crate::keys::budget::ReleaseError;
use crate::keys::office::OfficeSeeds;
use crate::keys::registration::Registered;
use crate::keys::types::{KeyShare, WindowKey};
use crate::time::Window;
use alloc::vec::Vec;
use core::iter;

/// Adds the office's share b_w to the venue's a_w and compares the compressed s_w·G with P_w.
///
/// # Errors
/// [`ReleaseError::NotInPlan`]; [`ReleaseError::WrongShare`] names the venue.
pub fn combine(
    registered: &Registered,
    window: Window,
    venue_share: &KeyShare,
    seeds: &OfficeSeeds,
) -> Result<WindowKey, ReleaseError> {
    let plan = registered.plan();
    let wrong = ReleaseError::WrongShare {
        venue: plan.code_id(),
        window,
    };
    let office: Vec<KeyShare> = seeds
        .shares_of(plan, window)
        .map_err(|_| ReleaseError::NotInPlan(window))?;
    let expected = registered.point_of(window).ok_or(wrong)?;
    let key = WindowKey::from_shares(iter::once(venue_share).chain(&office)).map_err(|_| wrong)?;
    if key.to_point().0.to_bytes() == expected.0.to_bytes() {
        Ok(key)
    } else {
        Err(wrong)
    }
}
