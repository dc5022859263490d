//! What a venue keeps: plans, requests and counted windows in the store, secrets in `keys/`, codes in `codes/`.
//! Knows files and records; does not judge what it keeps.
//! Specified in specs/protocol.md §14.

mod codes;
mod ended;
mod handover;
mod records;

pub use codes::laid_out;
pub use ended::ClosedPlan;
pub use records::PlanRecord;

use codes::{names_in, remove_codes};
use ended::CLOSED;
use records::{request_from, request_to};

use crate::venue::releasing::{KeptRequest, Releasing};
use crate::venue::secrets::{
    PlanSecrets, Secret, SecretName, SecretPart, kept_until, mailbox_from, notice_from,
};
use crate::venue::shown::{ShownCode, to_lay_out};
use lachan_protocol::crypto::sign::VerifyingKey;
use lachan_protocol::id::CodeId;
use lachan_protocol::keys::plan::Plan;
use lachan_protocol::keys::registration::{MailboxSecret, Registered, RegistrationAnswer};
use lachan_protocol::time::{UnixTime, Window};
use lachan_store::{Batch, SecretFile, Store, StoreError, Tree};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// code id → [`PlanRecord`]
const PLANS: Tree = Tree::new("venue-plans");
/// code id ‖ window → 1: a window that was approved, and counts
const COUNTED: Tree = Tree::new("venue-counted");
/// code id ‖ request id → decision ‖ sent ‖ request
const REQUESTS: Tree = Tree::new("venue-requests");

/// Why the venue's things cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShelfError {
    /// What was kept of a plan is damaged.
    #[error("what is kept of plan {0} is damaged")]
    Damaged(CodeId),
    /// A secret of a plan is not there: it was erased, or lost.
    #[error("a secret of plan {0} is missing")]
    SecretMissing(CodeId),
    /// The store, or a file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such plan.
    #[error("there is no plan {0}")]
    UnknownPlan(CodeId),
}

impl From<std::io::Error> for ShelfError {
    fn from(error: std::io::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The places where a venue keeps its things.
#[derive(Debug)]
pub struct Shelf<'a> {
    store: &'a Store,
    keys: PathBuf,
    codes: PathBuf,
    host: String,
    revoked: BTreeMap<CodeId, Window>,
}

impl<'a> Shelf<'a> {
    /// `keys` for secrets, `codes` for displays, whose URLs have this host.
    #[must_use]
    pub const fn new(store: &'a Store, keys: PathBuf, codes: PathBuf, host: String) -> Self {
        Self {
            store,
            keys,
            codes,
            host,
            revoked: BTreeMap::new(),
        }
    }

    /// The host in the URLs of the codes.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Erases the secrets and forgets the plans whose time is over. To be done at every start.
    ///
    /// # Errors
    /// [`ShelfError::Store`].
    pub fn tidy(&self, now: UnixTime) -> Result<(), ShelfError> {
        for name in names_in(&self.keys)? {
            let is_over = |secret: &SecretName| now >= secret.erased_at();
            if SecretName::from_file_name(&name)
                .as_ref()
                .is_some_and(is_over)
            {
                SecretFile::new(self.keys.join(&name)).erase()?;
            }
        }
        if self.store.condition().allows_commits().is_err() {
            return Ok(());
        }
        for plan in self.plans()? {
            if now >= self.forgotten_at(&plan)? || self.is_half_gone(&plan)? {
                self.forget(plan.code)?;
            } else if self.handed(plan.code)?.1 {
                // Killed before it was let go: its codes are the new owner's to show.
                remove_codes(&self.codes.join(plan.code.to_string()), |_| false)?;
            } else if let Some(from) = self.ended_from(plan.code)? {
                self.take_down(plan.code, from)?;
            }
        }
        Ok(())
    }

    /// All plans, in the order of their codes.
    ///
    /// # Errors
    /// [`ShelfError::Damaged`], [`ShelfError::Store`].
    pub fn plans(&self) -> Result<Vec<PlanRecord>, ShelfError> {
        let mut plans = Vec::new();
        for record in self.store.scan(PLANS, []) {
            let record = record?;
            let code = CodeId(
                record
                    .key
                    .as_slice()
                    .try_into()
                    .map_err(|_| damaged_key())?,
            );
            let plan = PlanRecord::from_bytes(code, &record.value);
            plans.push(plan.ok_or(ShelfError::Damaged(code))?);
        }
        Ok(plans)
    }

    /// One plan's record.
    ///
    /// # Errors
    /// [`ShelfError::UnknownPlan`], [`ShelfError::Damaged`], [`ShelfError::Store`].
    pub fn record(&self, code: CodeId) -> Result<PlanRecord, ShelfError> {
        let bytes = self.store.read(PLANS, code.0)?;
        let bytes = bytes.ok_or(ShelfError::UnknownPlan(code))?;
        PlanRecord::from_bytes(code, &bytes).ok_or(ShelfError::Damaged(code))
    }

    /// Keeps a secret durably. The same secret once more is fine.
    ///
    /// # Errors
    /// [`ShelfError::Store`].
    pub fn store_secret(&self, secret: &Secret) -> Result<(), ShelfError> {
        let file = SecretFile::new(self.keys.join(secret.name.to_file_name()));
        match file.create(&secret.bytes) {
            Err(StoreError::AlreadyThere) if *file.read()? == *secret.bytes => Ok(()),
            Err(StoreError::AlreadyThere) => Ok(file.replace(&secret.bytes)?),
            done => Ok(done?),
        }
    }

    /// Keeps a plan that waits for its answer, durably. Its secrets are kept before.
    ///
    /// # Errors
    /// [`ShelfError::Store`].
    pub fn store_plan(&self, code: CodeId, last: Window, public: &[u8]) -> Result<(), ShelfError> {
        let record = PlanRecord {
            code,
            last,
            repairs: self.store.repairs(),
            plan: self.store.put_file(public)?,
            answer: None,
        };
        self.store
            .commit(&Batch::new().put(PLANS, code.0, record.to_bytes()))?;
        Ok(())
    }

    /// Keeps the answer to a plan, durably: from here on it is registered.
    ///
    /// # Errors
    /// [`ShelfError::UnknownPlan`], [`ShelfError::Damaged`], [`ShelfError::Store`].
    pub fn store_answer(&self, code: CodeId, public: &[u8]) -> Result<(), ShelfError> {
        let record = PlanRecord {
            answer: Some(self.store.put_file(public)?),
            ..self.record(code)?
        };
        self.store
            .commit_head_first(&Batch::new().put(PLANS, code.0, record.to_bytes()))?;
        Ok(())
    }

    /// Forgets a plan and all that belongs to it: codes, records, files, secrets.
    ///
    /// # Errors
    /// [`ShelfError::Store`].
    pub fn forget(&self, code: CodeId) -> Result<(), ShelfError> {
        remove_codes(&self.codes.join(code.to_string()), |_| false)?;
        let record = match self.record(code) {
            Err(ShelfError::UnknownPlan(_)) => None,
            found => Some(found?),
        };
        for tree in [CLOSED, COUNTED, REQUESTS] {
            for found in self.store.scan_prefix(tree, code.0) {
                self.store.commit(&Batch::new().delete(tree, found?.key))?;
            }
        }
        self.store.commit(&Batch::new().delete(PLANS, code.0))?;
        if let Some(record) = record {
            self.store.remove_file(record.plan)?;
            record
                .answer
                .map_or(Ok(false), |name| self.store.remove_file(name))?;
        }
        for name in names_in(&self.keys)? {
            if SecretName::from_file_name(&name).is_some_and(|secret| secret.code == code) {
                SecretFile::new(self.keys.join(&name)).erase()?;
            }
        }
        Ok(())
    }

    /// A plan, put together from its file and N.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn plan(&self, record: &PlanRecord) -> Result<Plan, ShelfError> {
        let code = record.code;
        let notice = self.secret(code, SecretPart::Notice(record.last))?;
        let notice = notice.and_then(|bytes| notice_from(&bytes));
        let notice = notice.ok_or(ShelfError::SecretMissing(code))?;
        let plan = Plan::from_public_bytes(&self.store.read_file(record.plan)?, notice);
        let is_whole = |plan: &Plan| plan.code_id() == code;
        plan.ok().filter(is_whole).ok_or(ShelfError::Damaged(code))
    }

    /// A registered plan, put together from its files, N and the mailbox's secret.
    ///
    /// # Errors
    /// [`ShelfError`]; [`ShelfError::UnknownPlan`] for one that waits for its answer.
    pub fn registered(&self, record: &PlanRecord) -> Result<Registered, ShelfError> {
        let damaged = ShelfError::Damaged(record.code);
        let name = record.answer.ok_or(ShelfError::UnknownPlan(record.code))?;
        let plan = self.plan(record)?;
        let public = self.store.read_file(name)?;
        let answer =
            RegistrationAnswer::from_public_bytes(&public, self.mailbox(record)?, plan.head());
        let answer = answer.map_err(|_| damaged.clone())?;
        Registered::reload(plan, answer).map_err(|_| damaged)
    }

    /// The secret of a registered plan's mailbox.
    ///
    /// # Errors
    /// [`ShelfError::SecretMissing`], [`ShelfError::Store`].
    pub fn mailbox(&self, record: &PlanRecord) -> Result<MailboxSecret, ShelfError> {
        let bytes = self.secret(record.code, SecretPart::Mailbox(record.last))?;
        let mailbox = bytes.and_then(|bytes| mailbox_from(&bytes));
        mailbox.ok_or(ShelfError::SecretMissing(record.code))
    }

    /// What shares and signatures of a plan are made of.
    ///
    /// # Errors
    /// [`ShelfError::SecretMissing`], [`ShelfError::Store`].
    pub fn secrets(&self, plan: &Plan) -> Result<PlanSecrets, ShelfError> {
        let code = plan.code_id();
        PlanSecrets::from_files(code, plan.head(), |name| self.secret(name.code, name.part))?
            .ok_or(ShelfError::SecretMissing(code))
    }

    /// The requests of a plan and what was counted. Requests that its authority's batch key does not verify (any
    /// more) are left out. A sheet whose count cannot be trusted is used up.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn releasing(
        &self,
        record: &PlanRecord,
        plan: &Plan,
        batch_key: &VerifyingKey,
    ) -> Result<Releasing, ShelfError> {
        let mut requests = Vec::new();
        for found in self.store.scan_prefix(REQUESTS, record.code.0) {
            requests.extend(request_from(&found?.value, batch_key));
        }
        let mut counted = Vec::new();
        for found in self.store.scan_prefix(COUNTED, record.code.0) {
            let key = found?.key;
            let window = key
                .get(CodeId::LEN..)
                .and_then(|window| window.try_into().ok());
            let window = window.ok_or(ShelfError::Damaged(record.code))?;
            counted.push(Window(u32::from_be_bytes(window)));
        }
        Ok(Releasing::new(
            plan.head(),
            plan.digest(),
            counted,
            requests,
            self.is_spent(record),
        ))
    }

    /// Whether the count of a plan cannot be trusted: the store was put back since the plan was made or taken over.
    fn is_spent(&self, record: &PlanRecord) -> bool {
        self.store.repairs() != record.repairs || self.store.condition().allows_commits().is_err()
    }

    /// Keeps a request as it is now, and counts windows, in one step; the head is durable too when this returns.
    ///
    /// # Errors
    /// [`ShelfError::Store`].
    pub fn store_request(
        &self,
        code: CodeId,
        request: &KeptRequest,
        counted: &[Window],
    ) -> Result<(), ShelfError> {
        let key = [code.0.as_slice(), &request.data.id().0].concat();
        let mut batch = Batch::new().put(REQUESTS, key, request_to(request));
        for window in counted {
            let key = [code.0.as_slice(), &window.0.to_be_bytes()].concat();
            batch = batch.put(COUNTED, key, [1]);
        }
        self.store.commit_head_first(&batch)?;
        Ok(())
    }

    /// Lays out the codes of a plan for displays: the one to show at `now` and the next few; removes those that are over,
    /// and all of a plan that was handed on.
    ///
    /// # Errors
    /// [`ShelfError::Store`].
    pub fn lay_out(&self, registered: &Registered, now: UnixTime) -> Result<(), ShelfError> {
        let code = registered.plan().code_id();
        let mut codes = to_lay_out(registered, &self.host, now);
        if let Some(from) = self.ended_from(code)? {
            codes.retain(|code| code.last() < from);
        }
        if self.handed(code)?.1 {
            codes.clear();
        }
        codes::lay_out(&self.codes.join(code.to_string()), &codes)
    }

    /// Removes the codes laid out that an ended plan must not show any more. One that cannot be read goes too.
    fn take_down(&self, code: CodeId, from: Window) -> Result<(), ShelfError> {
        let folder = self.codes.join(code.to_string());
        remove_codes(&folder, |name| {
            let text = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
            ShownCode::from_text(&text, &self.host).is_ok_and(|shown| shown.last() < from)
        })
    }

    fn secret(
        &self,
        code: CodeId,
        part: SecretPart,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, ShelfError> {
        let name = SecretName { code, part }.to_file_name();
        match SecretFile::new(self.keys.join(name)).read() {
            Err(StoreError::Absent) => Ok(None),
            found => Ok(Some(found?)),
        }
    }
}

fn damaged_key() -> StoreError {
    StoreError::Io(ErrorKind::InvalidData)
}
