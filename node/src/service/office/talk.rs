//! Answers to those who asked the office: peers in sealed form, staff through the control socket.
//! Knows JSON fields and who waits; does not decide.
//! Specified in specs/interfaces.md.

use super::{OfficeHost, RunError};
use crate::control::server::Asked;
use crate::control::{Answer, Ask, ControlError};
use crate::messages::errors::of_build;
use crate::messages::{Explain, Lang, RequestWord};
use crate::office::{
    Input, Publication, ReplyTo, RequestRefusal, RequestStage, RequestSummary, Requested,
    RevokeRefusal, Revoked,
};
use lachan_link::SealedReply;
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::build::BuildError;
use lachan_protocol::id::CodeId;
use lachan_protocol::time::{UnixTime, Window};
use serde_json::{Value, json};
use tokio::sync::oneshot;

/// Registrations in one answer: a line has at most 1 MiB.
const MOST_RECORDS: usize = 1_000;

/// Who waits for an answer.
#[derive(Debug)]
pub(super) enum Waiting {
    /// Staff.
    Command(Lang, oneshot::Sender<Answer>),
    /// A venue's tool.
    Sealed(oneshot::Sender<SealedReply>),
}

impl OfficeHost {
    pub(super) fn command(&mut self, asked: Asked) -> Result<(), RunError> {
        let Asked { ask, lang, answer } = asked;
        let now = self.now()?;
        match ask {
            Ask::Publish => {
                let reply_to = Some(self.wait(Waiting::Command(lang, answer)));
                self.tell(Input::Tick { reply_to }, now)?;
            }
            Ask::Registrations { from } => {
                let part = self.office.registrations().part(from, MOST_RECORDS);
                let records: String = part
                    .to_bytes()
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect();
                let next = from + part.count();
                answer
                    .send(Ok(json!({"records": records, "next": next})))
                    .ok();
            }
            Ask::ReleaseList => {
                let requests = self.office.requests(now);
                let requests: Vec<Value> = requests.iter().map(request_json).collect();
                // who asked may have gone
                answer.send(Ok(json!({"requests": requests}))).ok();
            }
            Ask::ReleaseRequest {
                venue,
                from,
                to,
                advice,
            } => {
                let Some((venue, advice)) = CodeId::from_hex(&venue).zip(Advice::from_u8(advice))
                else {
                    let error = ControlError::Malformed.explain(lang);
                    answer.send(Err(error)).ok();
                    return Ok(());
                };
                let reply_to = self.wait(Waiting::Command(lang, answer));
                let (from, to) = (UnixTime(from), UnixTime(to));
                let input = Input::ReleaseRequest {
                    venue,
                    from,
                    to,
                    advice,
                    reply_to,
                };
                self.tell(input, now)?;
            }
            Ask::Revoke {
                venue,
                from,
                foreign,
            } => {
                let Some(venue) = CodeId::from_hex(&venue) else {
                    let error = ControlError::Malformed.explain(lang);
                    answer.send(Err(error)).ok();
                    return Ok(());
                };
                let input = Input::Revoke {
                    venue,
                    from: UnixTime(from).window(),
                    is_foreign: foreign,
                    reply_to: self.wait(Waiting::Command(lang, answer)),
                };
                self.tell(input, now)?;
            }
            Ask::Status => {
                answer.send(Err(ControlError::Malformed.explain(lang))).ok();
            }
        }
        self.show(now);
        Ok(())
    }

    pub(super) fn reply_sealed(&mut self, to: ReplyTo, reply: SealedReply) {
        if let Some(Waiting::Sealed(waiting)) = self.waiting.remove(&to) {
            waiting.send(reply).ok();
        }
    }

    fn reply_command(&mut self, to: ReplyTo, answer: impl FnOnce(Lang) -> Answer) {
        if let Some(Waiting::Command(lang, waiting)) = self.waiting.remove(&to) {
            waiting.send(answer(lang)).ok();
        }
    }

    pub(super) fn tell_published(
        &mut self,
        to: ReplyTo,
        result: Result<Option<Publication>, BuildError>,
    ) {
        self.reply_command(to, |lang| match result {
            Ok(published) => Ok(published_json(published.as_ref())),
            Err(error) => Err(of_build(&error, lang)),
        });
    }

    pub(super) fn tell_revoked(&mut self, to: ReplyTo, result: Result<Revoked, RevokeRefusal>) {
        self.reply_command(to, |lang| match result {
            Ok(revoked) => Ok(json!({
                "venue": revoked.venue.to_string(),
                "from": revoked.from.start().0,
                "again": revoked.again,
            })),
            Err(error) => Err(error.explain(lang)),
        });
    }

    pub(super) fn tell_requested(
        &mut self,
        to: ReplyTo,
        result: Result<Requested, RequestRefusal>,
    ) {
        self.reply_command(to, |lang| match result {
            Ok(requested) => Ok(json!({
                "request": requested.request.to_string(),
                "windows": windows_json(&requested.windows),
                "expiry": requested.expiry.0,
            })),
            Err(error) => Err(error.explain(lang)),
        });
    }
}

fn published_json(published: Option<&Publication>) -> Value {
    match published {
        None => json!({"seq": null}),
        Some(tick) => json!({
            "seq": tick.seq,
            "time": tick.time.0,
            "entries": tick.entries,
            "released": tick.released,
            "changed": tick.changed,
            "parts": tick.parts,
            "size": tick.size_bytes,
        }),
    }
}

fn windows_json(windows: &[Window]) -> Vec<u32> {
    windows.iter().map(|window| window.0).collect()
}

fn request_json(request: &RequestSummary) -> Value {
    json!({
        "request": request.request.to_string(),
        "venue": request.venue.to_string(),
        "windows": windows_json(&request.windows),
        "expiry": request.expiry.0,
        "advice": request.advice.map(Advice::to_u8),
        "state": word(request.stage).code(),
    })
}

const fn word(stage: RequestStage) -> RequestWord {
    match stage {
        RequestStage::Answered => RequestWord::Answered,
        RequestStage::Declined => RequestWord::Declined,
        RequestStage::Expired => RequestWord::Expired,
        RequestStage::Published => RequestWord::Published,
        RequestStage::Waiting => RequestWord::Waiting,
    }
}
