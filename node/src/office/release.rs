//! A venue's answer to a release request: verified whole, taken once, kept sealed until it is published.
//! Knows shares and requests; does not know batches.
//! Specified in specs/protocol.md §10.4 and §11.5.

use crate::office::core::Office;
use crate::office::io::{Change, Files, Shelf};
use crate::office::mailbox::Taken;
use crate::office::records::{CaseFile, Released, RequestRecord, RequestState, Share, Stage};
use lachan_protocol::id::{CodeId, RequestId};
use lachan_protocol::keys::budget::{ReleaseError, window_is_over};
use lachan_protocol::keys::epoch::Epoch;
use lachan_protocol::keys::release::combine;
use lachan_protocol::keys::{KeyShare, WindowPoint};
use lachan_protocol::office::{Approval, ApprovalError, ReleaseAnswer, RequestData};
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::wire::{Message, Seq8, Seq16};
use rand_core::CryptoRng;

/// Why a venue's answer is refused. Nothing of it is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerRefusal {
    /// The venue's key does not approve this request.
    #[error(transparent)]
    BadApproval(#[from] ApprovalError),
    /// The request's time was over.
    #[error("the request ended at {expiry}")]
    Expired {
        /// When it ended.
        expiry: UnixTime,
    },
    /// A share is wrong, or its window not over; a wrong share names the venue.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// What the office kept of the request or the plan cannot be read, or its seeds are not those of its answer: our own
    /// disk, or its month is over.
    #[error("what was kept of the request cannot be read")]
    RequestLost,
    /// Not as many shares as windows.
    #[error("{found} shares for {expected} windows")]
    ShareCount {
        /// Windows of the request.
        expected: usize,
        /// Shares that came.
        found: usize,
    },
    /// No such request in this mailbox.
    #[error("no such request in this mailbox")]
    UnknownRequest(RequestId),
}

impl<F: Files> Office<F> {
    /// Takes an answer: what it does, it does once, however often it comes.
    pub(super) fn take_answer(
        &mut self,
        venue: CodeId,
        answer: &ReleaseAnswer,
        now: UnixTime,
        rng: &mut impl CryptoRng,
        changes: &mut Vec<Change>,
    ) -> Result<Taken, AnswerRefusal> {
        let id = answer.request();
        let unknown = AnswerRefusal::UnknownRequest(id);
        let known = self.state.requests.get(&id).ok_or(unknown)?;
        if known.venue != venue {
            return Err(unknown);
        }
        match known.stage {
            Stage::Waiting => {}
            Stage::Approved(_) | Stage::Declined => return Ok(Taken::again()),
        }
        if known.expiry <= now {
            let expiry = known.expiry;
            return Err(AnswerRefusal::Expired { expiry });
        }
        let (stage, taken) = match answer {
            ReleaseAnswer::Declined { .. } => (Stage::Declined, Taken::declined(id)),
            ReleaseAnswer::Approved {
                shares, approval, ..
            } => {
                self.verify_answer(venue, id, shares, approval, now)?;
                let kept = shares.iter().map(|share| Share(*share.to_bytes()));
                let released = Released {
                    approval: *approval,
                    published: 0,
                    shares: Seq8::new(kept.collect()).map_err(|_| unknown)?,
                };
                (Stage::Approved(released), Taken::approved(id, shares.len()))
            }
        };
        changes.push(
            self.set_stage(id, stage, rng)
                .ok_or(AnswerRefusal::RequestLost)?,
        );
        Ok(taken)
    }

    /// Compressed s_w·G must be P_w for each window, all over, under the venue's approval of this very request.
    fn verify_answer(
        &mut self,
        venue: CodeId,
        id: RequestId,
        shares: &[KeyShare],
        approval: &Approval,
        now: UnixTime,
    ) -> Result<(), AnswerRefusal> {
        let lost = AnswerRefusal::RequestLost;
        let request = self.offered(id).ok_or(lost)?;
        let (expected, found) = (request.items().len(), shares.len());
        if expected != found {
            return Err(AnswerRefusal::ShareCount { expected, found });
        }
        let registered = self.registered(venue).ok_or(lost)?;
        let plan = registered.plan();
        approval.verify(&plan.venue_key(), &request)?;
        let seeds = self.secrets.epochs.get(&plan.head().epoch()).ok_or(lost)?;
        for (item, share) in request.items().iter().zip(shares) {
            window_is_over(item.window, now)?;
            // The sum is made again when it is published, and until then exists nowhere.
            let sum = combine(&registered, item.window, share, seeds);
            if let Err(ReleaseError::WrongShare { .. }) = sum
                && plan.head().point_of(plan.points(), item.window)
                    == Some(WindowPoint(share.to_point()))
            {
                // The venue's share is right: the seeds of the month are not those that the office answered with.
                return Err(lost);
            }
            drop(sum?);
        }
        Ok(())
    }

    /// The request data as they were signed.
    pub(super) fn offered(&self, id: RequestId) -> Option<RequestData> {
        let case = self.case_file(id)?;
        RequestData::from_bytes(&case.request, &self.keys.batch.verifying_key()).ok()
    }

    pub(super) fn case_file(&self, id: RequestId) -> Option<CaseFile> {
        let request = self.state.requests.get(&id)?;
        let plan = self.state.plans.get(&request.venue)?;
        let vault = self.secrets.vaults.get(&Epoch::of(plan.first))?;
        let sealed = self.files.read(&request.case)?;
        CaseFile::from_bytes(&vault.open(&[b"case", &id.0], &sealed).ok()?).ok()
    }

    /// Changes the stage of a request, in memory and as a record.
    pub(super) fn set_stage(
        &mut self,
        id: RequestId,
        stage: Stage,
        rng: &mut impl CryptoRng,
    ) -> Option<Change> {
        let request = self.state.requests.get_mut(&id)?;
        request.stage = stage;
        let request = request.clone();
        self.request_record(id, &request, rng)
    }

    pub(super) fn request_record(
        &self,
        id: RequestId,
        request: &RequestState,
        rng: &mut impl CryptoRng,
    ) -> Option<Change> {
        let epoch = Epoch::of(self.state.plans.get(&request.venue)?.first);
        let vault = self.secrets.vaults.get(&epoch)?;
        let state = zeroize::Zeroizing::new(request.to_bytes());
        let record = RequestRecord {
            month: Window(u32::from(epoch.first_day()?.0) * 24),
            state: Seq16::new(vault.seal(&[b"request", &id.0], &state, rng)).ok()?,
        };
        Some(Change::Put {
            shelf: Shelf::Requests,
            key: id.0.to_vec(),
            value: record.to_bytes(),
        })
    }
}
