//! One look into a mailbox: constant sizes both ways, with an answer or without.
//! Knows poll and reply; does not know when to poll or what to do with what comes.
//! Specified in specs/protocol.md §10.4.

use lachan_protocol::crypto::exchange::ExchangeKey;
use lachan_protocol::keys::registration::MailboxSecret;
use lachan_protocol::office::Closing;
use lachan_protocol::office::poll::{Poll, PollReply, ReleaseAnswer};
use lachan_protocol::office::sealed::{self, MessageKind, Reply, ReplyOpener, SealedError};
use lachan_protocol::time::UnixTime;
use lachan_protocol::wire::DecodeError;
use rand_core::CryptoRng;

/// Why a poll brought nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PollError {
    /// The office refuses the answer, or does not know the mailbox.
    #[error("the office refuses the poll")]
    ByOffice,
    /// What is in the reply is not what a mailbox holds.
    #[error("the reply is malformed: {0}")]
    Malformed(#[from] DecodeError),
    /// The poll cannot be sealed, or the reply does not open.
    #[error("the sealed message is refused: {0}")]
    Sealed(#[from] SealedError),
}

/// What a poll carries.
#[derive(Debug, Default)]
pub enum Carried {
    /// An answer to a request.
    Answer(ReleaseAnswer),
    /// That the plan is closed.
    Closing(Closing),
    /// Nothing.
    #[default]
    Nothing,
}

/// Seals a poll of the mailbox of today.
///
/// # Errors
/// [`PollError::Sealed`].
pub fn seal(
    mailbox: &MailboxSecret,
    carried: Carried,
    prekey: &ExchangeKey,
    now: UnixTime,
    rng: &mut impl CryptoRng,
) -> Result<(Vec<u8>, ReplyOpener), PollError> {
    let (answer, closing) = match carried {
        Carried::Answer(answer) => (Some(answer), None),
        Carried::Closing(closing) => (None, Some(closing)),
        Carried::Nothing => (None, None),
    };
    let poll = Poll {
        mailbox: mailbox.name_on(now.day()),
        answer,
        closing,
    };
    Ok(sealed::seal(
        MessageKind::Poll,
        prekey,
        &poll.to_bytes(),
        rng,
    )?)
}

/// Opens the reply.
///
/// # Errors
/// [`PollError`].
pub fn open(opener: &ReplyOpener, reply: &[u8]) -> Result<PollReply, PollError> {
    match opener.open(reply)? {
        Reply::Refused => Err(PollError::ByOffice),
        Reply::Done(data) => Ok(PollReply::from_bytes(&data)?),
    }
}
