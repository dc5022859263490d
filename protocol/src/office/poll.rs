//! The mailbox poll: how an office reaches a venue that has no address, in one exchange of constant size.
//! Knows mailbox names, answers and what a reply may hold; does not know when anybody polls.
//! Specified in specs/protocol.md §10; bytes in specs/wire.md §8.

use crate::id::{Digest, MailboxName, RequestId};
use crate::keys::KeyShare;
use crate::message;
use crate::office::approval::Approval;
use crate::office::closing::Closing;
use crate::office::request::{FIXED_LEN, ITEM_LEN, MOST_ITEMS, UnverifiedRequestData};
use crate::wire::{DecodeError, Message, out_of_range};
use alloc::vec::Vec;
use bincode::de::Decoder;
use bincode::enc::Encoder;
use bincode::{Decode, Encode, impl_borrow_decode};
use zeroize::Zeroizing;

const NAME_LEN: usize = MailboxName::LEN;
const APPROVED: u8 = 1;
const DECLINED: u8 = 2;
const CLOSING: u8 = 3;
/// Most bytes of an answer: 1 ‖ request id ‖ n ‖ 64 shares ‖ approval.
const ANSWER_LIMIT: usize = 1 + 16 + 2 + MOST_ITEMS * 32 + 64;

/// A venue's answer to a release request, whole.
#[derive(Debug)]
pub enum ReleaseAnswer {
    /// The venue releases its shares of all windows of the request.
    Approved {
        /// Which request.
        request: RequestId,
        /// a_w in the order of the request, 1 to 64.
        shares: Vec<KeyShare>,
        /// The venue's signature.
        approval: Approval,
    },
    /// The venue releases nothing.
    Declined {
        /// Which request.
        request: RequestId,
    },
}
message!(ReleaseAnswer, ANSWER_LIMIT);

impl ReleaseAnswer {
    /// Which request is answered.
    #[must_use]
    pub const fn request(&self) -> RequestId {
        match self {
            Self::Approved { request, .. } | Self::Declined { request } => *request,
        }
    }
}

impl Encode for ReleaseAnswer {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), bincode::error::EncodeError> {
        match self {
            Self::Approved {
                request,
                shares,
                approval,
            } => {
                APPROVED.encode(encoder)?;
                request.encode(encoder)?;
                u16::try_from(shares.len())
                    .unwrap_or(u16::MAX)
                    .encode(encoder)?;
                shares
                    .iter()
                    .try_for_each(|share| (*share.to_bytes()).encode(encoder))?;
                approval.encode(encoder)
            }
            Self::Declined { request } => {
                DECLINED.encode(encoder)?;
                request.encode(encoder)
            }
        }
    }
}

impl<C> Decode<C> for ReleaseAnswer {
    fn decode<D: Decoder<Context = C>>(
        decoder: &mut D,
    ) -> Result<Self, bincode::error::DecodeError> {
        match u8::decode(decoder)? {
            APPROVED => Ok(Self::Approved {
                request: RequestId::decode(decoder)?,
                shares: decode_shares(decoder)?,
                approval: Approval::decode(decoder)?,
            }),
            DECLINED => Ok(Self::Declined {
                request: RequestId::decode(decoder)?,
            }),
            other => Err(out_of_range("answer", u32::from(other))),
        }
    }
}

impl_borrow_decode!(ReleaseAnswer);

fn decode_shares<C, D: Decoder<Context = C>>(
    decoder: &mut D,
) -> Result<Vec<KeyShare>, bincode::error::DecodeError> {
    let count = usize::from(u16::decode(decoder)?);
    if !(1..=MOST_ITEMS).contains(&count) {
        return Err(out_of_range(
            "shares",
            u32::try_from(count).unwrap_or(u32::MAX),
        ));
    }
    let mut shares = Vec::with_capacity(count);
    for _ in 0..count {
        let bytes = Zeroizing::new(<[u8; 32]>::decode(decoder)?);
        shares.push(KeyShare::from_bytes(&bytes).map_err(|_| out_of_range("share", 0))?);
    }
    Ok(shares)
}

/// What a venue's tool sends: the mailbox, and an answer when there is one.
#[derive(Debug)]
pub struct Poll {
    /// The mailbox's name on the day of sending.
    pub mailbox: MailboxName,
    /// The answer to a request.
    pub answer: Option<ReleaseAnswer>,
    /// That the plan is closed; goes out alone, before any answer.
    pub closing: Option<Closing>,
}

impl Poll {
    /// Parses the data of a sealed poll; without more bytes after the name there is no answer.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (name, rest) = bytes
            .split_first_chunk::<NAME_LEN>()
            .ok_or(DecodeError::Truncated)?;
        let (answer, closing) = match rest {
            [] => (None, None),
            [CLOSING, rest @ ..] => (None, Some(Closing::from_bytes(rest)?)),
            rest => (Some(ReleaseAnswer::from_bytes(rest)?), None),
        };
        Ok(Self {
            mailbox: MailboxName(*name),
            answer,
            closing,
        })
    }

    /// The data of a sealed poll; they may hold shares.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        if let Some(closing) = &self.closing {
            let closing = closing.to_bytes();
            return Zeroizing::new([self.mailbox.0.as_slice(), &[CLOSING], &closing].concat());
        }
        let answer = self.answer.as_ref().map(ReleaseAnswer::to_bytes);
        let answer = Zeroizing::new(answer.unwrap_or_default());
        Zeroizing::new([self.mailbox.0.as_slice(), &answer].concat())
    }
}

/// The leaf of a registration in its authority's tree: digest ‖ for each seed the RFC 6962 root over the office's points.
#[must_use]
pub fn registration_leaf(digest: &Digest, roots: &[[u8; 32]]) -> Vec<u8> {
    [digest.0.as_slice(), roots.as_flattened()].concat()
}

/// Most hashes of a path: below 39 a path never has the length of a request.
pub const MOST_PATH_HASHES: usize = 38;
const PATH_HEAD: usize = 16;

/// Where a registration stands in its authority's registration tree (RFC 6962).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationPath {
    /// Registrations of the tree.
    pub size: u64,
    /// This one's place, from 0.
    pub index: u64,
    /// The inclusion path, at most 38 hashes.
    pub hashes: Vec<[u8; 32]>,
}

impl RegistrationPath {
    fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (head, hashes) = bytes
            .split_at_checked(PATH_HEAD)
            .ok_or(DecodeError::Truncated)?;
        let (hashes, left) = hashes.as_chunks::<32>();
        if !left.is_empty() {
            return Err(DecodeError::BytesLeftOver(left.len()));
        }
        let number = |part: &[u8]| part.iter().fold(0, |n, &b| (n << 8) | u64::from(b));
        Ok(Self {
            size: number(&head[..8]),
            index: number(&head[8..]),
            hashes: hashes.to_vec(),
        })
    }

    /// size 8 ‖ index 8 ‖ hashes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(PATH_HEAD + 32 * self.hashes.len());
        bytes.extend_from_slice(&self.size.to_be_bytes());
        bytes.extend_from_slice(&self.index.to_be_bytes());
        self.hashes
            .iter()
            .for_each(|hash| bytes.extend_from_slice(hash));
        bytes
    }
}

/// What the office offers in a mailbox; the three forms are told apart by their lengths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PollReply {
    /// Nothing.
    Nothing,
    /// A registration path.
    Path(RegistrationPath),
    /// A release request, to be verified before it is shown.
    Request(UnverifiedRequestData),
}

impl PollReply {
    /// Parses the data of a reply, after its status.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let len = bytes.len();
        if len == 0 {
            return Ok(Self::Nothing);
        }
        if len <= PATH_HEAD + 32 * MOST_PATH_HASHES && len % 32 == PATH_HEAD {
            return RegistrationPath::from_bytes(bytes).map(Self::Path);
        }
        UnverifiedRequestData::from_bytes(bytes).map(Self::Request)
    }

    /// The data of a reply, after its status.
    ///
    /// # Errors
    /// [`DecodeError::TooLong`] for a path of more than 38 hashes: it could be taken for a request.
    pub fn to_bytes(&self) -> Result<Vec<u8>, DecodeError> {
        match self {
            Self::Nothing => Ok(Vec::new()),
            Self::Path(path) if path.hashes.len() > MOST_PATH_HASHES => Err(DecodeError::TooLong {
                limit: MOST_PATH_HASHES,
                len: path.hashes.len(),
            }),
            Self::Path(path) => Ok(path.to_bytes()),
            Self::Request(request) => Ok(request.to_bytes()),
        }
    }
}

const _: () = assert!(
    FIXED_LEN + 30 * ITEM_LEN == PATH_HEAD + 32 * (MOST_PATH_HASHES + 1),
    "the shortest request that has a path's length belongs to a path of 39 hashes"
);
