//! How a plan and a request lie in the store.
//! Knows bytes; does not know the store.
//! Specified in specs/protocol.md §14.

use crate::venue::releasing::{Decision, KeptRequest};
use lachan_protocol::crypto::sign::VerifyingKey;
use lachan_protocol::id::CodeId;
use lachan_protocol::office::request::RequestData;
use lachan_protocol::time::Window;
use lachan_store::FileName;

const RECORD_VERSION: u8 = 1;
const PENDING_LEN: usize = 1 + 4 + 4 + 32;

/// What the store says of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanRecord {
    /// Its code.
    pub code: CodeId,
    /// Its last window.
    pub last: Window,
    /// How often a rollback of the store had been accepted when the plan was made.
    pub(super) repairs: u32,
    /// The file with its public bytes.
    pub(super) plan: FileName,
    /// The file with the answer's public bytes; none while it waits for its answer.
    pub(super) answer: Option<FileName>,
}

impl PlanRecord {
    /// Whether the office has answered.
    #[must_use]
    pub const fn is_registered(&self) -> bool {
        self.answer.is_some()
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = vec![RECORD_VERSION];
        bytes.extend(self.last.0.to_be_bytes());
        bytes.extend(self.repairs.to_be_bytes());
        bytes.extend(self.plan.to_bytes());
        bytes.extend(self.answer.iter().flat_map(|name| name.to_bytes()));
        bytes
    }

    pub(super) fn from_bytes(code: CodeId, bytes: &[u8]) -> Option<Self> {
        let (head, answer) = bytes.split_at_checked(PENDING_LEN)?;
        let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
        let answer = match answer.len() {
            0 => None,
            _ => Some(FileName::from_bytes(answer.try_into().ok()?)),
        };
        (head.first() == Some(&RECORD_VERSION)).then_some(Self {
            code,
            last: Window(number(1)?),
            repairs: number(5)?,
            plan: FileName::from_bytes(head.get(9..)?.try_into().ok()?),
            answer,
        })
    }
}

pub(super) fn request_to(request: &KeptRequest) -> Vec<u8> {
    let decision = match request.decision {
        None => 0,
        Some(Decision::Approved) => 1,
        Some(Decision::Declined) => 2,
        Some(Decision::OverBudget) => 3,
    };
    let mut bytes = vec![decision, u8::from(request.is_sent)];
    bytes.extend(request.data.to_bytes());
    bytes
}

pub(super) fn request_from(bytes: &[u8], batch_key: &VerifyingKey) -> Option<KeptRequest> {
    let (&[decision, is_sent], data) = bytes.split_first_chunk()?;
    Some(KeptRequest {
        data: RequestData::from_bytes(data, batch_key).ok()?,
        decision: match decision {
            1 => Some(Decision::Approved),
            2 => Some(Decision::Declined),
            3 => Some(Decision::OverBudget),
            _ => None,
        },
        is_sent: is_sent != 0,
    })
}
