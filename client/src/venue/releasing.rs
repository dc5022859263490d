//! Deciding about release requests: the owner's decision is on the disk, and counted, before an answer exists.
//! Knows one plan's requests and its budget; does not know polls, files or who asks.
//! Specified in specs/protocol.md §3.8, §11.4 and §11.5.

use crate::venue::secrets::PlanSecrets;
use lachan_protocol::crypto::sign::VerifyingKey;
use lachan_protocol::id::{CodeId, Digest, RequestId};
use lachan_protocol::keys::budget::{Left, ReleaseBudget, ReleaseError, window_is_over};
use lachan_protocol::keys::plan::PlanHead;
use lachan_protocol::office::approval::Approval;
use lachan_protocol::office::poll::ReleaseAnswer;
use lachan_protocol::office::request::{RequestData, RequestError, UnverifiedRequestData};
use lachan_protocol::time::{UnixTime, Window};
use std::collections::BTreeMap;

/// From so many used windows on, a sheet's spare should be hung up.
pub const SPARE_AT: usize = 8;

/// Why a request is not taken, or not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleasingError {
    /// It was decided before, and otherwise.
    #[error("the request was decided before")]
    DecidedBefore(RequestId),
    /// The request is for another plan than that of the mailbox in which it lay.
    #[error("the request is for another plan")]
    OtherPlan,
    /// One of its windows cannot be released.
    #[error("the request is refused: {0}")]
    Release(#[from] ReleaseError),
    /// The request itself.
    #[error("the request is refused: {0}")]
    Request(#[from] RequestError),
    /// Nobody asked for this.
    #[error("there is no request {0}")]
    UnknownRequest(RequestId),
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The owner approved it.
    Approved,
    /// The owner declined it.
    Declined,
    /// The tool declined it: its new windows are more than the sheet has left.
    OverBudget,
}

/// A request as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRequest {
    /// The request, verified.
    pub data: RequestData,
    /// What was decided, if anything was.
    pub decision: Option<Decision>,
    /// Whether the office has the answer.
    pub is_sent: bool,
}

impl KeptRequest {
    /// The windows that are asked for, ascending.
    #[must_use]
    pub fn windows(&self) -> Vec<Window> {
        self.data.items().iter().map(|item| item.window).collect()
    }
}

/// What happens.
#[derive(Debug)]
pub enum Input<'a> {
    /// The owner approves.
    Approve {
        /// Which request.
        request: RequestId,
        /// What shares and approval are made of.
        secrets: &'a PlanSecrets,
    },
    /// The owner declines.
    Decline(RequestId),
    /// A poll brought a request; this is the batch key of the plan's authority.
    Offered(UnverifiedRequestData, &'a VerifyingKey),
    /// The office has the answer to this request.
    Sent(RequestId),
}

/// What must be done, in this order; the first that fails ends it.
#[derive(Debug)]
pub enum Output {
    /// The answer may be sent: with the next poll.
    Answer(ReleaseAnswer),
    /// It did not work.
    Refused(ReleasingError),
    /// Keep the request, and count these windows as approved, together, durably, so that a database put back later
    /// is noticed.
    Store {
        /// The request as it is now.
        request: KeptRequest,
        /// Windows that are counted from now on.
        counted: Vec<Window>,
    },
}

/// The requests of one plan.
#[derive(Debug)]
pub struct Releasing {
    head: PlanHead,
    digest: Digest,
    budget: ReleaseBudget,
    requests: BTreeMap<RequestId, KeptRequest>,
}

impl Releasing {
    /// A plan's requests and approved windows as they were kept. `is_spent`: the count cannot be trusted (the
    /// database was put back), so a sheet counts as used up.
    #[must_use]
    pub fn new(
        head: &PlanHead,
        digest: Digest,
        approved: impl IntoIterator<Item = Window>,
        requests: impl IntoIterator<Item = KeptRequest>,
        is_spent: bool,
    ) -> Self {
        let mut budget = ReleaseBudget::with_approved(head, approved);
        if is_spent {
            budget.spend_all();
        }
        Self {
            head: head.clone(),
            digest,
            budget,
            requests: requests
                .into_iter()
                .map(|request| (request.data.id(), request))
                .collect(),
        }
    }

    /// The plan's code.
    #[must_use]
    pub fn code(&self) -> CodeId {
        CodeId::of_digest(&self.digest)
    }

    /// The budget as it stands.
    #[must_use]
    pub const fn budget(&self) -> &ReleaseBudget {
        &self.budget
    }

    /// All requests.
    pub fn requests(&self) -> impl Iterator<Item = &KeptRequest> {
        self.requests.values()
    }

    /// One request.
    #[must_use]
    pub fn request(&self, id: RequestId) -> Option<&KeptRequest> {
        self.requests.get(&id)
    }

    /// How many windows of the budget approving this request uses: those that were not approved before.
    #[must_use]
    pub fn uses(&self, request: &KeptRequest) -> usize {
        let windows = request.windows();
        windows
            .iter()
            .filter(|window| !self.is_counted(**window))
            .count()
    }

    /// Whether the spare of a sheet should be hung up.
    #[must_use]
    pub fn needs_spare(&self) -> bool {
        self.budget.budget().is_some()
            && (self.budget.is_spent() || self.budget.approved().len() >= SPARE_AT)
    }

    /// The oldest answer that the office does not have, or the one that is asked for.
    #[must_use]
    pub fn to_send(&self, preferred: Option<RequestId>, now: UnixTime) -> Option<RequestId> {
        let waits = |request: &&KeptRequest| {
            request.decision.is_some() && !request.is_sent && request.data.ensure_open(now).is_ok()
        };
        let mut waiting: Vec<_> = self.requests.values().filter(waits).collect();
        waiting
            .sort_by_key(|request| (Some(request.data.id()) != preferred, request.data.expiry()));
        waiting.first().map(|request| request.data.id())
    }

    /// The answer to a decided request: the same bytes each time.
    ///
    /// # Errors
    /// [`ReleasingError::UnknownRequest`] also when nothing was decided; [`ReleaseError::ShareErased`].
    pub fn answer(
        &self,
        id: RequestId,
        secrets: &PlanSecrets,
    ) -> Result<ReleaseAnswer, ReleasingError> {
        let unknown = ReleasingError::UnknownRequest(id);
        let request = self.requests.get(&id).ok_or(unknown)?;
        match request.decision.ok_or(unknown)? {
            Decision::Declined | Decision::OverBudget => {
                Ok(ReleaseAnswer::Declined { request: id })
            }
            Decision::Approved => {
                let windows = request.windows().into_iter();
                Ok(ReleaseAnswer::Approved {
                    request: id,
                    shares: windows
                        .map(|window| secrets.shares.share_of(&self.head, window))
                        .collect::<Result<_, _>>()?,
                    approval: Approval::sign(&secrets.signing, &request.data),
                })
            }
        }
    }

    /// Takes an input; gives what must be done.
    pub fn handle(&mut self, input: Input<'_>, now: UnixTime) -> Vec<Output> {
        let done = match input {
            Input::Approve { request, secrets } => self.approve(request, secrets, now),
            Input::Decline(request) => self.decline(request, now),
            Input::Offered(data, key) => self.offered(data, key, now),
            Input::Sent(request) => self.sent(request),
        };
        done.unwrap_or_else(|why| vec![Output::Refused(why)])
    }

    fn approve(
        &mut self,
        id: RequestId,
        secrets: &PlanSecrets,
        now: UnixTime,
    ) -> Result<Vec<Output>, ReleasingError> {
        let mut request = self.undecided_or(id, Decision::Approved, now)?;
        if request.decision.is_some() {
            return Ok(vec![Output::Answer(self.answer(id, secrets)?)]);
        }
        for window in request.windows() {
            window_is_over(window, now)?;
            secrets.shares.share_of(&self.head, window)?;
        }
        let windows = request.windows();
        let counted: Vec<Window> = windows
            .iter()
            .copied()
            .filter(|window| !self.is_counted(*window))
            .collect();
        match self.budget.approve_all(&windows) {
            Ok(_) => {}
            Err(why @ ReleaseError::BudgetSpent { .. }) => {
                request.decision = Some(Decision::OverBudget);
                let kept = self.keep(request, Vec::new());
                return Ok(vec![kept, Output::Refused(why.into())]);
            }
            Err(why) => return Err(why.into()),
        }
        request.decision = Some(Decision::Approved);
        let store = self.keep(request, counted);
        Ok(vec![store, Output::Answer(self.answer(id, secrets)?)])
    }

    fn decline(&mut self, id: RequestId, now: UnixTime) -> Result<Vec<Output>, ReleasingError> {
        let mut request = self.undecided_or(id, Decision::Declined, now)?;
        let answer = Output::Answer(ReleaseAnswer::Declined { request: id });
        if request.decision.is_some() {
            return Ok(vec![answer]);
        }
        request.decision = Some(Decision::Declined);
        Ok(vec![self.keep(request, Vec::new()), answer])
    }

    /// The checks of the specification, in its order. What is kept already is not checked again: the office offers a
    /// request until it has the answer, so a decided one is answered again.
    fn offered(
        &mut self,
        data: UnverifiedRequestData,
        key: &VerifyingKey,
        now: UnixTime,
    ) -> Result<Vec<Output>, ReleasingError> {
        let data = data.verify(key)?;
        if *data.digest() != self.digest {
            return Err(ReleasingError::OtherPlan);
        }
        data.ensure_open(now)?;
        if let Some(known) = self.requests.get(&data.id()) {
            if known.data != data {
                return Err(ReleasingError::DecidedBefore(data.id()));
            }
            if !known.is_sent {
                return Ok(Vec::new());
            }
            let mut again = known.clone();
            again.is_sent = false;
            return Ok(vec![self.keep(again, Vec::new())]);
        }
        for item in data.items() {
            if self.head.index_of(item.window).is_none() {
                return Err(ReleaseError::NotInPlan(item.window).into());
            }
            window_is_over(item.window, now)?;
        }
        let mut request = KeptRequest {
            data,
            decision: None,
            is_sent: false,
        };
        if let Left::Windows(left) = self.budget.left()
            && self.uses(&request) > usize::from(left)
        {
            request.decision = Some(Decision::OverBudget);
        }
        Ok(vec![self.keep(request, Vec::new())])
    }

    fn sent(&mut self, id: RequestId) -> Result<Vec<Output>, ReleasingError> {
        let request = self
            .requests
            .get(&id)
            .ok_or(ReleasingError::UnknownRequest(id))?;
        let mut request = request.clone();
        if request.is_sent {
            return Ok(Vec::new());
        }
        request.is_sent = true;
        Ok(vec![self.keep(request, Vec::new())])
    }

    /// The request, if nothing was decided, or exactly this.
    fn undecided_or(
        &self,
        id: RequestId,
        wanted: Decision,
        now: UnixTime,
    ) -> Result<KeptRequest, ReleasingError> {
        let request = self
            .requests
            .get(&id)
            .ok_or(ReleasingError::UnknownRequest(id))?;
        match request.decision {
            Some(decision) if decision != wanted => match (decision, wanted) {
                (Decision::OverBudget, Decision::Approved) => Err(self.spent().into()),
                _ => Err(ReleasingError::DecidedBefore(id)),
            },
            Some(_) | None => {
                request.data.ensure_open(now)?;
                Ok(request.clone())
            }
        }
    }

    fn spent(&self) -> ReleaseError {
        ReleaseError::BudgetSpent {
            budget: self.budget.budget().unwrap_or(0),
        }
    }

    fn is_counted(&self, window: Window) -> bool {
        self.budget.approved().any(|counted| counted == window)
    }

    fn keep(&mut self, request: KeptRequest, counted: Vec<Window>) -> Output {
        self.requests.insert(request.data.id(), request.clone());
        Output::Store { request, counted }
    }
}
