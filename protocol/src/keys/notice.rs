//! Notification keys: who holds n_w was handed the code of that hour.
//! Knows the secret of notices and what follows from it; does not know what the keys open.
//! Specified in specs/protocol.md §3.7.

use crate::crypto::hash::{HmacKey, sha256};
use crate::crypto::kdf::derive;
use crate::keys::plan::PlanHead;
use crate::keys::types::{KeySchedule, NotificationKey};
use crate::label::{KdfLabel, Label};
use crate::time::Window;
use bincode::{Decode, Encode};
use core::fmt;
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Windows of one slip.
pub const SLIP_WINDOWS: u16 = 24;

/// N: venue and office know it, and from it every notification key of one plan.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Zeroize, ZeroizeOnDrop)]
pub struct NoticeSecret(pub [u8; 32]);

impl NoticeSecret {
    /// Draws a fresh one.
    #[must_use]
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut secret = Self([0; 32]);
        rng.fill_bytes(&mut secret.0);
        secret
    }

    /// What the digest of a plan says of N: 32 bytes of SHA-256 over a label and N.
    #[must_use]
    pub fn commitment(&self) -> [u8; 32] {
        sha256(&[Label::SECRET_OF_NOTICES.as_bytes(), &self.0])
    }

    /// The key that a code of the plan carries for `window`; none outside the plan.
    #[must_use]
    pub fn code_key(&self, head: &PlanHead, window: Window) -> Option<NotificationKey> {
        let index = head.index_of(window)?;
        let derived = match head.schedule {
            KeySchedule::Screen => self.derive(&[&[0], &window.0.to_be_bytes()]),
            KeySchedule::Slip => {
                let first_of_slip = window.0 - u32::from(index % SLIP_WINDOWS);
                self.derive(&[&[1], &first_of_slip.to_be_bytes()])
            }
            KeySchedule::Sheet => self.derive(&[&[2]]),
        };
        Some(derived)
    }

    /// n_w of a window of the plan; none outside the plan.
    #[must_use]
    pub fn window_key(&self, head: &PlanHead, window: Window) -> Option<NotificationKey> {
        let code_key = self.code_key(head, window)?;
        Some(hour_key(head.schedule, &code_key, window))
    }

    fn derive(&self, info: &[&[u8]]) -> NotificationKey {
        NotificationKey(*derive(KdfLabel::NOTICE, &[&self.0], info))
    }
}

impl fmt::Debug for NoticeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoticeSecret")
    }
}

/// n_w from the key that stands in a code: the same for a screen, derived for slip and sheet.
#[must_use]
pub fn hour_key(
    schedule: KeySchedule,
    code_key: &NotificationKey,
    window: Window,
) -> NotificationKey {
    match schedule {
        KeySchedule::Screen => code_key.clone(),
        KeySchedule::Slip | KeySchedule::Sheet => NotificationKey(*derive(
            KdfLabel::HOUR_NOTICE,
            &[&code_key.0],
            &[&window.0.to_be_bytes()],
        )),
    }
}

/// 16 bytes that show in a report that its sender held the code of that hour.
#[must_use]
pub fn presence_evidence(window_key: &NotificationKey, report_id: &[u8; 16]) -> [u8; 16] {
    let tag = HmacKey::new(&[&window_key.0]).tag(&[Label::PRESENCE.as_bytes(), report_id]);
    let mut evidence = [0; 16];
    evidence.copy_from_slice(&tag[..16]);
    evidence
}
