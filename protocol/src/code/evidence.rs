//! Evidence against a signer: two codes of one plan that say different things of one hour.
//! Knows two codes; does not know what becomes of the evidence.
//! Specified in specs/protocol.md §4.4.

use crate::code::trust::CodeTrust;
use crate::code::verify::{UnverifiedVenueCode, VenueCode, VenueCodeError};
use crate::time::Window;

/// In what two codes contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contradiction {
    /// They are of different kinds: screen, slip, sheet.
    KindOfCode,
    /// They name the venue differently.
    Name,
    /// Another notification key for one window.
    NotificationKey(Window),
    /// They place the venue differently.
    Place,
    /// Another point for one window.
    Point(Window),
    /// They give the venue different kinds.
    VenueKind,
}

/// Why two codes are no evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// They agree on every common window.
    #[error("the two codes do not contradict each other")]
    NoContradiction,
    /// They are not of one authority and plan, or have no window in common.
    #[error("the two codes have no window of one plan in common")]
    NothingInCommon,
    /// One of them is not validly signed.
    #[error(transparent)]
    Unsigned(#[from] VenueCodeError),
}

/// Two codes, validly signed, that contradict each other: whoever holds the code key is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeEvidence {
    first: VenueCode,
    second: VenueCode,
    contradiction: Contradiction,
}

impl CodeEvidence {
    /// Compares two codes. Time, revocations and revoked keys do not matter.
    ///
    /// # Errors
    /// [`EvidenceError`].
    pub fn find(
        first: UnverifiedVenueCode,
        second: UnverifiedVenueCode,
        trust: &impl CodeTrust,
    ) -> Result<Self, EvidenceError> {
        let first = first.verify_signed_by_any(trust)?;
        let second = second.verify_signed_by_any(trust)?;
        let contradiction = compare(&first, &second)?;
        Ok(Self {
            first,
            second,
            contradiction,
        })
    }

    /// In what they contradict each other.
    #[must_use]
    pub const fn contradiction(&self) -> Contradiction {
        self.contradiction
    }

    /// The exact bytes of both codes, to be kept.
    #[must_use]
    pub fn codes(&self) -> [&[u8]; 2] {
        [self.first.as_bytes(), self.second.as_bytes()]
    }
}

fn compare(a: &VenueCode, b: &VenueCode) -> Result<Contradiction, EvidenceError> {
    let is_one_plan = a.authority() == b.authority() && a.code_id() == b.code_id();
    let common = a.first().max(b.first()).0..=a.last().min(b.last()).0;
    if !is_one_plan || common.is_empty() {
        return Err(EvidenceError::NothingInCommon);
    }
    let differences = [
        (a.schedule() != b.schedule(), Contradiction::KindOfCode),
        (a.kind() != b.kind(), Contradiction::VenueKind),
        (a.name() != b.name(), Contradiction::Name),
        (a.place() != b.place(), Contradiction::Place),
    ];
    if let Some((_, found)) = differences.into_iter().find(|(differs, _)| *differs) {
        return Ok(found);
    }
    if a.first() == b.first() && a.has_the_lists_of(b) {
        return Err(EvidenceError::NoContradiction);
    }
    for window in common.map(Window) {
        if a.point_of(window) != b.point_of(window) {
            return Ok(Contradiction::Point(window));
        }
        if a.notification_key_of(window) != b.notification_key_of(window) {
            return Ok(Contradiction::NotificationKey(window));
        }
    }
    Err(EvidenceError::NoContradiction)
}
