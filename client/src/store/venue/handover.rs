//! A plan on its way to another owner: what goes into the file, and what stays of it in the home it left.
//! Knows records and files; does not know passphrases.
//! Specified in specs/protocol.md §3.9.

use super::ended::{ClosedPlan, put_closed};
use super::{COUNTED, PLANS, PlanRecord, REQUESTS, Shelf, ShelfError, names_in};
use crate::venue::handover::{HandOver, HandOverError};
use crate::venue::secrets::{Secret, SecretName, SecretPart};
use lachan_protocol::id::{CodeId, RequestId};
use lachan_protocol::keys::registration::Registered;
use lachan_protocol::time::{UnixTime, Window};
use lachan_store::{Batch, SecretFile, Tree};

/// code id → generation u32 ‖ 0 taken over, 1 handed on
const HANDED: Tree = Tree::new("venue-handed");
/// A number of repairs that no store has: the sheet is used up.
const SPENT: u32 = u32::MAX;

impl Shelf<'_> {
    /// How often a plan was handed over as far as this home knows, and whether this home handed it on.
    ///
    /// # Errors
    /// [`ShelfError::Damaged`], [`ShelfError::Store`].
    pub fn handed(&self, code: CodeId) -> Result<(u32, bool), ShelfError> {
        let Some(bytes) = self.store.read(HANDED, code.0)? else {
            return Ok((0, false));
        };
        match bytes.as_slice() {
            &[a, b, c, d, is_gone] => Ok((u32::from_be_bytes([a, b, c, d]), is_gone != 0)),
            _ => Err(ShelfError::Damaged(code)),
        }
    }

    /// Marks, durably, that this home handed a plan on: from here on it approves nothing of it. Gives the generation;
    /// the same one when it was marked before and the file is written again.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn mark_handed(&self, code: CodeId) -> Result<u32, ShelfError> {
        let (generation, is_gone) = self.handed(code)?;
        if is_gone {
            return Ok(generation);
        }
        let next = generation.checked_add(1);
        let generation = next.ok_or(ShelfError::Damaged(code))?;
        let batch = Batch::new().put(HANDED, code.0, marker(generation, true));
        self.store.commit_head_first(&batch)?;
        Ok(generation)
    }

    /// All of a plan, for its new owner, in a file made at this time.
    ///
    /// # Errors
    /// [`ShelfError`]; [`ShelfError::UnknownPlan`] for one that waits for its answer.
    pub fn packed(
        &self,
        record: &PlanRecord,
        generation: u32,
        made: UnixTime,
    ) -> Result<HandOver, ShelfError> {
        let code = record.code;
        let answer = record.answer.ok_or(ShelfError::UnknownPlan(code))?;
        let mut secrets = Vec::new();
        for name in names_in(&self.keys)? {
            let Some(name) = SecretName::from_file_name(&name).filter(|name| name.code == code)
            else {
                continue;
            };
            if let Some(bytes) = self.secret(code, name.part)? {
                secrets.push(Secret { name, bytes });
            }
        }
        let mut counted = Vec::new();
        for found in self.store.scan_prefix(COUNTED, code.0) {
            counted.push(Window(u32::from_be_bytes(rest_of(&found?.key, code)?)));
        }
        let mut requests = Vec::new();
        for found in self.store.scan_prefix(REQUESTS, code.0) {
            let found = found?;
            requests.push((RequestId(rest_of(&found.key, code)?), found.value));
        }
        Ok(HandOver {
            generation,
            made,
            code,
            is_spent: self.is_spent(record),
            closed: self
                .closed(code)?
                .map(|closed| (closed.from, closed.is_sent)),
            plan: self.store.read_file(record.plan)?,
            answer: self.store.read_file(answer)?,
            secrets,
            counted,
            requests,
        })
    }

    /// Whether this home may take a plan over at this time.
    ///
    /// # Errors
    /// [`HandOverError::AlreadyHere`], [`HandOverError::Stale`], [`HandOverError::TooOld`], or what the shelf cannot read.
    pub fn may_take(
        &self,
        hand_over: &HandOver,
        now: UnixTime,
    ) -> Result<Result<(), HandOverError>, ShelfError> {
        let (known, _) = self.handed(hand_over.code)?;
        if hand_over.generation <= known {
            return Ok(Err(HandOverError::Stale));
        }
        if hand_over.is_too_old(now) {
            return Ok(Err(HandOverError::TooOld));
        }
        match self.record(hand_over.code) {
            Err(ShelfError::UnknownPlan(_)) => Ok(Ok(())),
            Ok(_) => Ok(Err(HandOverError::AlreadyHere)),
            Err(error) => Err(error),
        }
    }

    /// Keeps a verified hand-over durably: secrets first, then plan, count and closing in one step. In a store that was
    /// ever put back, its sheet is used up: such a store may have forgotten that it had this very file before.
    ///
    /// # Errors
    /// [`ShelfError::Store`].
    pub fn take(&self, hand_over: &HandOver, registered: &Registered) -> Result<(), ShelfError> {
        for secret in &hand_over.secrets {
            self.store_secret(secret)?;
        }
        let code = hand_over.code;
        let record = PlanRecord {
            code,
            last: registered.plan().head().last(),
            repairs: match self.store.repairs() {
                0 if !hand_over.is_spent => 0,
                _ => SPENT,
            },
            plan: self.store.put_file(&hand_over.plan)?,
            answer: Some(self.store.put_file(&hand_over.answer)?),
        };
        // Requests are large, and nothing without the plan: they may go first, bit by bit.
        for (id, request) in &hand_over.requests {
            let key = [code.0.as_slice(), &id.0].concat();
            self.store
                .commit(&Batch::new().put(REQUESTS, key, request.clone()))?;
        }
        let mut batch = Batch::new().put(PLANS, code.0, record.to_bytes()).put(
            HANDED,
            code.0,
            marker(hand_over.generation, false),
        );
        for window in &hand_over.counted {
            let key = [code.0.as_slice(), &window.0.to_be_bytes()].concat();
            batch = batch.put(COUNTED, key, [1]);
        }
        if let Some((from, is_sent)) = hand_over.closed {
            batch = put_closed(batch, code, ClosedPlan { from, is_sent });
        }
        self.store.commit_head_first(&batch)?;
        Ok(())
    }

    /// Whether a crash came while a plan that was handed on was erased.
    pub(super) fn is_half_gone(&self, record: &PlanRecord) -> Result<bool, ShelfError> {
        let (_, is_gone) = self.handed(record.code)?;
        let notice = SecretPart::Notice(record.last);
        Ok(is_gone && self.secret(record.code, notice)?.is_none())
    }

    /// Erases the secrets of a plan that was handed on, and forgets it; the mark stays.
    ///
    /// # Errors
    /// [`ShelfError::Store`].
    pub fn let_go(&self, code: CodeId) -> Result<(), ShelfError> {
        let mut names = names_in(&self.keys)?;
        let of_plan = |name: &String| SecretName::from_file_name(name).filter(|it| it.code == code);
        names.retain(|name| of_plan(name).is_some());
        // N goes first: without it what is left is known to be half of something.
        names.sort_by_key(|name| {
            !of_plan(name).is_some_and(|name| matches!(name.part, SecretPart::Notice(_)))
        });
        for name in names {
            SecretFile::new(self.keys.join(&name)).erase()?;
        }
        self.forget(code)
    }
}

fn marker(generation: u32, is_gone: bool) -> Vec<u8> {
    let mut bytes = generation.to_be_bytes().to_vec();
    bytes.push(u8::from(is_gone));
    bytes
}

fn rest_of<const N: usize>(key: &[u8], code: CodeId) -> Result<[u8; N], ShelfError> {
    let rest = key.get(CodeId::LEN..).and_then(|rest| rest.try_into().ok());
    rest.ok_or(ShelfError::Damaged(code))
}
