//! What a plan's new owner gets: all that answers requests, and the count of what was released.
//! Knows bytes; does not know files, passphrases or who takes over.
//! Specified in specs/protocol.md §3.9; bytes in specs/wire.md §13.

use crate::venue::secrets::{
    PlanSecrets, Secret, SecretName, SecretPart, is_of, mailbox_from, notice_from,
};
use lachan_protocol::code::CodeKey;
use lachan_protocol::id::{CodeId, RequestId};
use lachan_protocol::keys::budget::ReleaseError;
use lachan_protocol::keys::plan::Plan;
use lachan_protocol::keys::registration::{Registered, RegistrationAnswer};
use lachan_protocol::time::{DAY_SECONDS, UnixTime, Window};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
/// Later than so many seconds after it was made, a hand-over is not taken: what the old count says is long over.
pub const TAKEN_WITHIN_SECONDS: u64 = 7 * DAY_SECONDS;

/// Why a plan is not handed over or taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandOverError {
    /// The plan is in this home already.
    #[error("the plan is in this home already")]
    AlreadyHere,
    /// Not what a hand-over holds, or its parts do not belong together.
    #[error("the content of the hand-over is damaged")]
    Damaged,
    /// There is a file of this name already, and it is not this plan's hand-over.
    #[error("there is such a file already")]
    FileExists,
    /// The authority's code keys do not verify the plan's codes.
    #[error("the codes of the plan do not verify")]
    NotRegistered,
    /// This home handed the plan on: it answers nothing any more.
    #[error("this home handed the plan on")]
    HandedOver,
    /// This home had the plan as late as this hand-over, or later.
    #[error("an older hand-over than this home knows")]
    Stale,
    /// It was made more than 7 days ago.
    #[error("the hand-over was made too long ago")]
    TooOld,
}

/// All of a plan.
pub struct HandOver {
    /// How often the plan was handed over, with this time.
    pub generation: u32,
    /// When the file was made.
    pub made: UnixTime,
    /// The plan.
    pub code: CodeId,
    /// Whether a sheet counts as used up.
    pub is_spent: bool,
    /// From when on it is closed, and whether the office knows.
    pub closed: Option<(Window, bool)>,
    /// Its public bytes.
    pub plan: Vec<u8>,
    /// The answer's public bytes.
    pub answer: Vec<u8>,
    /// Its secrets, as files are named.
    pub secrets: Vec<Secret>,
    /// Windows that were counted.
    pub counted: Vec<Window>,
    /// Requests as they are kept.
    pub requests: Vec<(RequestId, Vec<u8>)>,
}

impl std::fmt::Debug for HandOver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HandOver({})", self.code)
    }
}

impl HandOver {
    /// version 1 ‖ generation u32 ‖ made u64 ‖ code id ‖ spent ‖ closed (0, 1, 2 = told) ‖ from u32 ‖ plan ‖ answer ‖ secrets ‖
    /// counted ‖ requests; texts and bytes behind a u32 length, lists behind a u32 count.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        // Never grows: growing would leave copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.size()));
        bytes.push(VERSION);
        bytes.extend(self.generation.to_be_bytes());
        bytes.extend(self.made.0.to_be_bytes());
        bytes.extend(self.code.0);
        let (closed, from) = match self.closed {
            None => (0, 0),
            Some((from, false)) => (1, from.0),
            Some((from, true)) => (2, from.0),
        };
        bytes.extend([u8::from(self.is_spent), closed]);
        bytes.extend(u32::to_be_bytes(from));
        put(&mut bytes, &self.plan);
        put(&mut bytes, &self.answer);
        bytes.extend(number(self.secrets.len()));
        for secret in &self.secrets {
            put(&mut bytes, secret.name.to_file_name().as_bytes());
            put(&mut bytes, &secret.bytes);
        }
        bytes.extend(number(self.counted.len()));
        for window in &self.counted {
            bytes.extend(window.0.to_be_bytes());
        }
        bytes.extend(number(self.requests.len()));
        for (id, request) in &self.requests {
            bytes.extend(id.0);
            put(&mut bytes, request);
        }
        bytes
    }

    fn size(&self) -> usize {
        let secret = |secret: &Secret| 8 + secret.name.to_file_name().len() + secret.bytes.len();
        let request = |(_, bytes): &(RequestId, Vec<u8>)| RequestId::LEN + 4 + bytes.len();
        let fixed = 1 + 4 + 8 + CodeId::LEN + 2 + 4;
        let public = 8 + self.plan.len() + self.answer.len();
        let secrets: usize = self.secrets.iter().map(secret).sum();
        let requests: usize = self.requests.iter().map(request).sum();
        fixed + public + 4 + secrets + 4 + 4 * self.counted.len() + 4 + requests
    }

    /// Reads the content of a hand-over; nothing of it is believed yet.
    ///
    /// # Errors
    /// [`HandOverError::Damaged`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HandOverError> {
        Self::parse(bytes).ok_or(HandOverError::Damaged)
    }

    fn parse(mut rest: &[u8]) -> Option<Self> {
        let rest = &mut rest;
        let [VERSION] = array(rest)? else {
            return None;
        };
        // After the last number there would be no other: the plan could not move on.
        let generation = u32::from_be_bytes(array(rest)?);
        let generation = (generation < u32::MAX).then_some(generation)?;
        let made = UnixTime(u64::from_be_bytes(array(rest)?));
        let code = CodeId(array(rest)?);
        let [is_spent, closed] = array(rest)?;
        let from = Window(u32::from_be_bytes(array(rest)?));
        let closed = match closed {
            0 => None,
            1 => Some((from, false)),
            2 => Some((from, true)),
            _ => return None,
        };
        let plan = take(rest)?.to_vec();
        let answer = take(rest)?.to_vec();
        let mut secrets = Vec::new();
        for _ in 0..count(rest, 8)? {
            let name = std::str::from_utf8(take(rest)?).ok()?;
            let name = SecretName::from_file_name(name).filter(|name| name.code == code)?;
            let bytes = Zeroizing::new(take(rest)?.to_vec());
            secrets.push(Secret { name, bytes });
        }
        let mut counted = Vec::new();
        for _ in 0..count(rest, 4)? {
            counted.push(Window(u32::from_be_bytes(array(rest)?)));
        }
        let mut requests = Vec::new();
        for _ in 0..count(rest, 20)? {
            requests.push((RequestId(array(rest)?), take(rest)?.to_vec()));
        }
        rest.is_empty().then_some(Self {
            generation,
            made,
            code,
            is_spent: is_spent != 0,
            closed,
            plan,
            answer,
            secrets,
            counted,
            requests,
        })
    }

    /// Whether it was made more than 7 days before `now`.
    #[must_use]
    pub fn is_too_old(&self, now: UnixTime) -> bool {
        now > self.made.plus(TAKEN_WITHIN_SECONDS)
    }

    /// Checks that everything belongs together: the plan to its code, each file to the plan's days and windows, the codes to the authority's keys, the key and each
    /// share that is left to the plan's points.
    ///
    /// # Errors
    /// [`HandOverError::Damaged`], [`HandOverError::NotRegistered`].
    pub fn verify(
        &self,
        code_keys: impl FnOnce(&Plan) -> Vec<CodeKey>,
    ) -> Result<Registered, HandOverError> {
        let damaged = HandOverError::Damaged;
        let files: BTreeMap<SecretName, &Secret> =
            self.secrets.iter().map(|file| (file.name, file)).collect();
        // Its window is that of the plan: all files are tried on the plan below.
        let mut parts = files.iter();
        let notice = parts.find(|(name, _)| matches!(name.part, SecretPart::Notice(_)));
        let notice = notice.and_then(|(_, file)| notice_from(&file.bytes));
        let plan =
            Plan::from_public_bytes(&self.plan, notice.ok_or(damaged)?).map_err(|_| damaged)?;
        if plan.code_id() != self.code {
            return Err(damaged);
        }
        let belongs = |name: &SecretName| is_of(name.part, plan.head());
        if files.len() != self.secrets.len() || !files.keys().all(belongs) {
            return Err(damaged);
        }
        let secrets = PlanSecrets::from_files(self.code, plan.head(), |name| {
            Ok::<_, HandOverError>(files.get(&name).map(|file| file.bytes.clone()))
        })?;
        let secrets = secrets.ok_or(damaged)?;
        if secrets.signing.verifying_key() != plan.venue_key() {
            return Err(damaged);
        }
        for window in plan.head().windows() {
            let share = match secrets.shares.share_of(plan.head(), window) {
                Ok(share) => share.to_point(),
                // Its day is over, and its seed was erased.
                Err(ReleaseError::ShareErased(_)) => continue,
                Err(_) => return Err(damaged),
            };
            let point = plan.head().point_of(plan.points(), window);
            if point.map(|point| point.0) != Some(share) {
                return Err(damaged);
            }
        }
        let mailbox = SecretName {
            code: self.code,
            part: SecretPart::Mailbox(plan.head().last()),
        };
        let mailbox = files.get(&mailbox);
        let mailbox = mailbox.and_then(|file| mailbox_from(&file.bytes));
        let answer = RegistrationAnswer::from_public_bytes(
            &self.answer,
            mailbox.ok_or(damaged)?,
            plan.head(),
        );
        let keys = code_keys(&plan);
        Registered::accept(plan, answer.map_err(|_| damaged)?, &keys)
            .map_err(|_| HandOverError::NotRegistered)
    }
}

fn number(count: usize) -> [u8; 4] {
    u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes()
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend(number(part.len()));
    bytes.extend(part);
}

fn array<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*head)
}

fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = usize::try_from(u32::from_be_bytes(array(rest)?)).ok()?;
    let (part, tail) = rest.split_at_checked(len)?;
    *rest = tail;
    Some(part)
}

/// A count of things of at least `least` bytes each: never more than the bytes that are left can hold.
fn count(rest: &mut &[u8], least: usize) -> Option<usize> {
    let count = usize::try_from(u32::from_be_bytes(array(rest)?)).ok()?;
    (count <= rest.len() / least).then_some(count)
}
