//! A registered plan: the sums of both sides' points, and every code that may be shown.
//! Knows nothing that is secret but N and the mailbox; does not know the venue's shares or the office's seeds.
//! Specified in specs/protocol.md §3.6 and §4.1.

use crate::code::CodeKey;
use crate::code::body::{CodeBody, CodeHead};
use crate::crypto::point::Point;
use crate::crypto::sign::Signature;
use crate::keys::answer::{AnswerError, MailboxSecret, RegistrationAnswer};
use crate::keys::notice::SLIP_WINDOWS;
use crate::keys::plan::{Plan, PlanHead, equal_pair, good_points};
use crate::keys::proof::Role;
use crate::keys::types::{KeySchedule, WindowPoint};
use crate::label::Label;
use crate::time::{UnixTime, Window};
use crate::wire::{Version1, encode};
use alloc::vec::Vec;
use core::fmt;

/// A code of a screen may be shown and scanned this many seconds before and after its first hour.
pub const SCREEN_SLACK_SECONDS: u64 = 600;

/// The windows of one code of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeSpan {
    /// First window.
    pub first: Window,
    /// Number of windows.
    pub count: u16,
}

/// The codes of a plan in their order: one an hour for a screen, one for 24 hours for a slip, one for a sheet.
pub(crate) fn code_spans(head: &PlanHead, listed: u8) -> impl Iterator<Item = CodeSpan> + use<> {
    let (step, most) = match head.schedule {
        KeySchedule::Screen => (1, u16::from(listed)),
        KeySchedule::Slip => (SLIP_WINDOWS, SLIP_WINDOWS),
        KeySchedule::Sheet => (head.count.max(1), head.count),
    };
    let (first, count) = (head.first.0, head.count);
    (0..count)
        .step_by(usize::from(step))
        .map(move |index| CodeSpan {
            first: Window(first.saturating_add(u32::from(index))),
            count: most.min(count - index),
        })
}

/// The code of a plan for one span, as it is signed.
pub(crate) fn body_of(plan: &Plan, sums: &[Point], span: CodeSpan) -> CodeBody {
    let head = plan.head();
    let at = usize::from(head.index_of(span.first).unwrap_or(0));
    let listed = at..at + usize::from(span.count);
    let (key_windows, points) = match head.schedule {
        KeySchedule::Screen => (usize::from(span.count), &sums[listed]),
        KeySchedule::Slip => (1, &sums[listed]),
        KeySchedule::Sheet => (1, sums),
    };
    let windows = head.windows().skip(at).take(key_windows);
    CodeBody {
        head: CodeHead {
            version: Version1,
            schedule: head.schedule,
            code_id: plan.code_id(),
            authority: head.authority,
            region: head.region,
            kind: head.kind,
            first: span.first,
            count: span.count,
            degree: head.degree,
            name: head.name.clone(),
            place: head.place.clone(),
        },
        notification_keys: windows
            .filter_map(|window| plan.notice_secret().code_key(head, window))
            .collect(),
        points: points.iter().map(Point::to_bytes).collect(),
    }
}

/// P = A + the office's points of each seed; all good, all different.
pub(crate) fn sums_of(venue: &[Point], office: &[Vec<Point>]) -> Result<Vec<Point>, AnswerError> {
    let sum_at = |(index, point)| {
        let others = office.iter().filter_map(|points| points.get(index));
        Point::sum(core::iter::once(point).chain(others))
            .map_err(|why| AnswerError::BadSum { index, why })
    };
    let sums: Vec<Point> = venue
        .iter()
        .enumerate()
        .map(sum_at)
        .collect::<Result<_, _>>()?;
    match equal_pair(&sums) {
        Some((first, second)) => Err(AnswerError::DuplicateSum { first, second }),
        None => Ok(sums),
    }
}

/// A plan that both sides contributed to: everything about it except the shares.
#[derive(Clone)]
pub struct Registered {
    plan: Plan,
    sums: Vec<Point>,
    listed: u8,
    signatures: Vec<Signature>,
    mailbox: MailboxSecret,
}

impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Registered({})", self.plan.code_id())
    }
}

impl Registered {
    /// Checks an answer whole: the office's points, its proofs, the sums, and each signature over the code that
    /// the venue builds itself. Only then may a code be shown.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub fn accept(
        plan: Plan,
        answer: RegistrationAnswer,
        code_keys: &[CodeKey],
    ) -> Result<Self, AnswerError> {
        let office = office_points(&answer)?;
        for ((points, seed), index) in office.iter().zip(&answer.seeds).zip(0..) {
            seed.proof
                .verify(Role::Office { seed: index }, &plan.digest(), points)
                .map_err(|why| AnswerError::BadProof { seed: index, why })?;
        }
        let registered = Self::put_together(plan, &office, answer)?;
        registered.check_signatures(code_keys)?;
        Ok(registered)
    }

    /// Puts together an answer that was accepted (or made) before and kept: proofs and signatures are not checked again.
    ///
    /// # Errors
    /// [`AnswerError`] when what was kept is damaged.
    pub fn reload(plan: Plan, answer: RegistrationAnswer) -> Result<Self, AnswerError> {
        let office = office_points(&answer)?;
        Self::put_together(plan, &office, answer)
    }

    fn put_together(
        plan: Plan,
        office: &[Vec<Point>],
        answer: RegistrationAnswer,
    ) -> Result<Self, AnswerError> {
        let expected = code_spans(plan.head(), answer.listed).count();
        let is_whole = office
            .iter()
            .all(|points| points.len() == plan.points().len());
        if !is_whole || answer.signatures.len() != expected {
            return Err(AnswerError::Truncated);
        }
        Ok(Self {
            sums: sums_of(plan.points(), office)?,
            plan,
            listed: answer.listed,
            signatures: answer.signatures,
            mailbox: answer.mailbox,
        })
    }

    fn check_signatures(&self, code_keys: &[CodeKey]) -> Result<(), AnswerError> {
        for (index, (span, signature)) in self.spans().zip(&self.signatures).enumerate() {
            let body = encode(&body_of(&self.plan, &self.sums, span));
            let last = Window(span.first.0.saturating_add(u32::from(span.count) - 1));
            let verifies = |key: &CodeKey| {
                key.may_sign_until(last)
                    && key
                        .key()
                        .verify(Label::VENUE_CODE, &[&body], signature)
                        .is_ok()
            };
            if !code_keys.iter().any(verifies) {
                return Err(AnswerError::BadCodeSignature { index });
            }
        }
        Ok(())
    }

    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// P_w of a window; none outside the plan (or, for a sheet, in the one case of 2^252 that is the identity).
    #[must_use]
    pub fn point_of(&self, window: Window) -> Option<WindowPoint> {
        self.plan.head().point_of(&self.sums, window)
    }

    /// The final points: P_w of each window, or C_0..C_q.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.sums
    }

    /// The secret of the mailbox that the venue polls.
    #[must_use]
    pub const fn mailbox(&self) -> &MailboxSecret {
        &self.mailbox
    }

    /// The spans of all codes in order.
    pub fn spans(&self) -> impl Iterator<Item = CodeSpan> + use<> {
        code_spans(self.plan.head(), self.listed)
    }

    /// The bytes of the code number `index`, from 0, in the order of [`Registered::spans`].
    #[must_use]
    pub fn code(&self, index: usize) -> Option<Vec<u8>> {
        let span = self.spans().nth(index)?;
        let mut bytes = encode(&body_of(&self.plan, &self.sums, span));
        bytes.extend(self.signatures.get(index)?.0);
        Some(bytes)
    }

    /// The number of the code to show at `now`; a screen's first one also in the 10 minutes before its hour.
    #[must_use]
    pub fn index_at(&self, now: UnixTime) -> Option<usize> {
        let head = self.plan.head();
        let slack = match head.schedule {
            KeySchedule::Screen => SCREEN_SLACK_SECONDS,
            KeySchedule::Slip | KeySchedule::Sheet => 0,
        };
        let opens = head.first.start();
        let is_early = now < opens && now >= opens.minus(slack);
        let window = if is_early { head.first } else { now.window() };
        let index = head.index_of(window)?;
        Some(usize::from(match head.schedule {
            KeySchedule::Screen => index,
            KeySchedule::Slip => index / SLIP_WINDOWS,
            KeySchedule::Sheet => 0,
        }))
    }

    /// The bytes of the code to show at `now`; none before and after the plan.
    #[must_use]
    pub fn code_at(&self, now: UnixTime) -> Option<Vec<u8>> {
        self.code(self.index_at(now)?)
    }

    /// The codes to preload on a display: from the one shown at `from` on, at most `count`.
    #[must_use]
    pub fn codes_from(&self, from: UnixTime, count: usize) -> Vec<(CodeSpan, Vec<u8>)> {
        let start = match self.index_at(from) {
            Some(index) => index,
            None if from < self.plan.head().first.start() => 0,
            None => return Vec::new(),
        };
        let spans = self.spans().enumerate().skip(start).take(count);
        spans
            .filter_map(|(index, span)| Some((span, self.code(index)?)))
            .collect()
    }
}

fn office_points(answer: &RegistrationAnswer) -> Result<Vec<Vec<Point>>, AnswerError> {
    let of_seed = |(seed, points): (u8, &Vec<[u8; 32]>)| {
        good_points(points).map_err(|(index, why)| AnswerError::BadPoint { seed, index, why })
    };
    let seeds = answer.seeds.iter().map(|seed| &seed.points);
    (0..).zip(seeds).map(of_seed).collect()
}
