//! Vectors of sealed messages and polls, and HPKE held against RFC 9180's own.
pub(crate) use crate::vectors::file::{compare as against_file, refusal as named};
use crate::vectors::office::request;
use core::convert::Infallible;
use lachan_protocol::crypto::exchange::ExchangeSecret;
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::crypto::{aead, hash::sha256, hpke};
use lachan_protocol::id::{Digest, MailboxName, RequestId};
use lachan_protocol::keys::KeyShare;
use lachan_protocol::keys::registration::MailboxSecret;
use lachan_protocol::office::Closing;
use lachan_protocol::office::{
    Approval, MessageKind, Poll, PollReply, RegistrationPath, ReleaseAnswer, Reply, SealedError,
    sealed,
};
use lachan_protocol::time::{Day, Window};
use rand_core::{TryCryptoRng, TryRng};
use serde_json::{Value, json};
use std::collections::VecDeque;

/// Randomness that is given: a vector says every byte that was drawn.
pub(crate) struct Fixed(VecDeque<u8>);

impl Fixed {
    pub(crate) fn new(parts: &[&[u8]]) -> Self {
        Self(parts.concat().into())
    }
}

impl TryRng for Fixed {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        assert!(self.0.len() >= out.len(), "more bytes are drawn than given");
        out.iter_mut()
            .for_each(|byte| *byte = self.0.pop_front().expect("counted"));
        Ok(())
    }
}

impl TryCryptoRng for Fixed {}

fn from_hex<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).expect("hex").try_into().expect("length")
}

/// RFC 9180 appendix A.2.1. Its sealed messages have associated data and ours have none, so the ciphertext is
/// made here from its key and base nonce; encapsulated key and exported secrets are compared as printed.
#[test]
fn hpke_agrees_with_rfc_9180_a_2_1() {
    let info = hex::decode("4f6465206f6e2061204772656369616e2055726e").expect("hex");
    let ikm_e: [u8; 32] =
        from_hex("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b");
    let enc: [u8; 32] =
        from_hex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a");
    let secret = ExchangeSecret::from_bytes(&from_hex(
        "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
    ));
    let public = "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a";
    let key = from_hex("ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91");
    let base_nonce = from_hex("5c4d98150661b848853b547f");
    let plaintext =
        hex::decode("4265617574792069732074727574682c20747275746820626561757479").expect("hex");
    assert_eq!(hex::encode(secret.public().to_bytes()), public);

    let (message, sender) = hpke::seal(
        &secret.public(),
        &[&info],
        &plaintext,
        &mut Fixed::new(&[&ikm_e]),
    );
    assert_eq!(message[..32], enc);
    assert_eq!(message[32..], aead::seal(&key, base_nonce, &[], &plaintext));
    let (opened, receiver) = hpke::open(&secret, &[&info], &message).expect("opens");
    assert_eq!(*opened, plaintext);
    for (context, exported) in [
        (
            "",
            "4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e",
        ),
        (
            "00",
            "8c1df14732580e5501b00f82b10a1647b40713191b7c1240ac80e2b68808ba69",
        ),
        (
            "54657374436f6e74657874",
            "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53",
        ),
    ] {
        let context = hex::decode(context).expect("hex");
        assert_eq!(hex::encode(sender.export(&context).as_slice()), exported);
        assert_eq!(hex::encode(receiver.export(&context).as_slice()), exported);
    }
}

fn shown(name: &str, bytes: &[u8]) -> (String, Value) {
    if bytes.len() <= 4_096 {
        (name.into(), hex::encode(bytes).into())
    } else {
        (
            format!("{name}_sha256"),
            hex::encode(sha256(&[bytes])).into(),
        )
    }
}

#[test]
fn sealed_messages() {
    let office = ExchangeSecret::from_bytes(&[0x77; 32]);
    let yesterday = ExchangeSecret::from_bytes(&[0x78; 32]);
    let mut cases = Vec::new();
    for (index, kind) in MessageKind::ALL.into_iter().enumerate() {
        let ikm = [u8::try_from(index).expect("six") + 1; 32];
        let fresh = [0x99; 32];
        let data = b"Pho Bat Dan, 49 Bat Dan";
        let answer = b"done";
        let (message, opener) =
            sealed::seal(kind, &office.public(), data, &mut Fixed::new(&[&ikm])).expect("fits");
        let opened = sealed::open(kind, [&yesterday, &office], &message).expect("opens");
        assert_eq!(
            opened.data.as_deref().map(Vec::as_slice),
            Ok(data.as_slice())
        );
        assert_eq!(opened.enc, message[..32]);
        let reply = opened
            .reply
            .done(answer, &mut Fixed::new(&[&fresh]))
            .expect("fits");
        assert_eq!(opener.open(&reply), Ok(Reply::Done(answer.to_vec().into())));
        let again = sealed::open(kind, [&office], &message).expect("opens");
        let refusal = again.reply.refused(&mut Fixed::new(&[&fresh]));
        assert_eq!(opener.open(&refusal), Ok(Reply::Refused));
        let mut case = json!({
            "name": format!("{kind:?}"), "label": kind.label().as_str(),
            "size_up": kind.size_up(), "size_down": kind.size_down(),
            "recipient_secret": hex::encode([0x77; 32]), "ikm_of_ephemeral": hex::encode(ikm),
            "data": hex::encode(data), "reply_random": hex::encode(fresh), "reply_data": hex::encode(answer),
        });
        let fields = case.as_object_mut().expect("an object");
        fields.extend([
            shown("message", &message),
            shown("reply", &reply),
            shown("refusal", &refusal),
        ]);
        cases.push(case);
    }
    refused_messages(&office, &mut cases);
    refused_replies(&office, &mut cases);
    against_file(
        "sealed-message",
        "Sealed messages and replies (protocol.md §10.1 to §10.3). \
        The ephemeral key pair is DeriveKeyPair(ikm) of RFC 9180 §7.1.3; of kinds above 4,096 bytes the SHA-256 stands here.",
        cases,
    );
}

fn refused_messages(office: &ExchangeSecret, cases: &mut Vec<Value>) {
    let kind = MessageKind::Certificate;
    let recipient = office.public().to_bytes();
    let raw = |label: &str, plaintext: &[u8]| {
        hpke::seal(
            &office.public(),
            &[label.as_bytes(), &recipient],
            plaintext,
            &mut Fixed::new(&[&[5; 32]]),
        )
        .0
    };
    let label = kind.label().as_str();
    let mut padded = vec![0; kind.size_up() - sealed::OVERHEAD];
    let good = raw(label, &padded);
    assert!(
        sealed::open(kind, [office], &good)
            .and_then(|opened| opened.data)
            .is_ok(),
        "the control opens"
    );
    let mut flipped = good.clone();
    flipped[40] ^= 1;
    let other_label = raw("lachan/v1/hpke/poll", &padded);
    let short = raw(label, &padded[1..]);
    let last = padded.len() - 1;
    padded[last] = 1;
    let dirty = raw(label, &padded);
    padded[2] = 0xff;
    let long = raw(label, &padded);
    let mut small_order = good.clone();
    small_order[..32].fill(0);
    for (name, bytes, refused) in [
        ("one byte changed", flipped, SealedError::DoesNotOpen),
        (
            "another kind's label",
            other_label,
            SealedError::DoesNotOpen,
        ),
        (
            "an encapsulated key of small order",
            small_order,
            SealedError::DoesNotOpen,
        ),
        (
            "one byte less",
            short,
            SealedError::WrongSize {
                size: 1_024,
                len: 1_023,
            },
        ),
        (
            "padding that is not zeros",
            dirty,
            SealedError::PaddingNotZero,
        ),
        (
            "a length beyond the plaintext",
            long,
            SealedError::LengthOutOfRange,
        ),
    ] {
        assert_eq!(
            sealed::open(kind, [office], &bytes)
                .and_then(|opened| opened.data)
                .err(),
            Some(refused),
            "{name}"
        );
        cases.push(json!({ "name": name, "kind": "Certificate", "recipient_secret": hex::encode([0x77; 32]),
            "message": hex::encode(bytes), "refused": named("SealedError", &refused) }));
    }
}

fn refused_replies(office: &ExchangeSecret, cases: &mut Vec<Value>) {
    let kind = MessageKind::Certificate;
    let ikm = [5; 32];
    let (message, opener) =
        sealed::seal(kind, &office.public(), b"", &mut Fixed::new(&[&ikm])).expect("fits");
    let info = [kind.label().as_bytes(), &office.public().to_bytes()];
    let (_, exporter) = hpke::open(office, &info, &message).expect("opens");
    let fresh = [0x9a; 32];
    let keys = lachan_protocol::crypto::kdf::derive::<44>(
        lachan_protocol::label::KdfLabel::REPLY,
        &[exporter.export(b"lachan/v1/reply").as_slice()],
        &[&message[..32], &fresh],
    );
    let (key, nonce) = keys.split_at(32);
    let raw = |plaintext: &[u8]| {
        let sealed = aead::seal(
            &key.try_into().expect("32"),
            nonce.try_into().expect("12"),
            &[],
            plaintext,
        );
        [fresh.as_slice(), &sealed].concat()
    };
    let plain = |head: &[u8]| {
        let mut bytes = head.to_vec();
        bytes.resize(kind.size_down() - sealed::OVERHEAD, 0);
        bytes
    };
    let control = raw(&plain(&[0, 0, 0, 1, 0]));
    assert_eq!(opener.open(&control), Ok(Reply::Done(Vec::new().into())));
    let mut other_n = control.clone();
    other_n[0] ^= 1;
    for (name, bytes, refused) in [
        (
            "a reply without status",
            raw(&plain(&[0; 4])),
            SealedError::StatusMissing,
        ),
        (
            "a reply of status 2",
            raw(&plain(&[0, 0, 0, 1, 2])),
            SealedError::UnknownStatus(2),
        ),
        (
            "a refusal with data",
            raw(&plain(&[0, 0, 0, 3, 1, 0, 0])),
            SealedError::RefusalWithData(2),
        ),
        (
            "a reply with dirty padding",
            raw(&plain(&[0, 0, 0, 1, 0, 1])),
            SealedError::PaddingNotZero,
        ),
        ("a reply with another N", other_n, SealedError::DoesNotOpen),
        (
            "a reply of another size",
            raw(&[0; 16]),
            SealedError::WrongSize {
                size: 1_024,
                len: 64,
            },
        ),
    ] {
        assert_eq!(opener.open(&bytes).err(), Some(refused), "{name}");
        cases.push(json!({ "name": name, "kind": "Certificate", "recipient_secret": hex::encode([0x77; 32]),
            "ikm_of_ephemeral": hex::encode(ikm), "data": "", "reply": hex::encode(bytes),
            "refused": named("SealedError", &refused) }));
    }
}

fn share(byte: u8) -> KeyShare {
    let mut bytes = [0; 32];
    bytes[0] = byte;
    KeyShare::from_bytes(&bytes).expect("small scalars are canonical")
}

#[test]
fn polls() {
    let secret = MailboxSecret([0xab; 32]);
    let mailbox = secret.name_on(Day(20_781));
    let approved = ReleaseAnswer::Approved {
        request: RequestId([0x44; 16]),
        shares: vec![share(1), share(2), share(3)],
        approval: Approval::sign(&SigningKey::from_seed(&[0x66; 32]), &request()),
    };
    let declined = ReleaseAnswer::Declined {
        request: RequestId([0x44; 16]),
    };
    let bytes_of = |answer| {
        let closing = None;
        let poll = Poll {
            mailbox,
            answer,
            closing,
        };
        poll.to_bytes().to_vec()
    };
    let closing = Poll {
        mailbox,
        answer: None,
        closing: Some(Closing::sign(
            &SigningKey::from_seed(&[0x66; 32]),
            &Digest([0x55; 32]),
            Window(498_745),
        )),
    };
    let closing = closing.to_bytes().to_vec();
    let mut cases = Vec::new();
    let good = bytes_of(Some(approved));
    for (name, bytes) in [
        ("no answer", bytes_of(None)),
        ("approved", good.clone()),
        ("declined", bytes_of(Some(declined))),
        ("closing", closing.clone()),
    ] {
        let read = Poll::from_bytes(&bytes).expect(name);
        assert_eq!(read.to_bytes().as_slice(), bytes, "{name}");
        cases.push(
            json!({ "name": name, "mailbox_secret": hex::encode([0xab; 32]), "day": 20_781,
            "mailbox": hex::encode(mailbox.0), "poll": hex::encode(bytes) }),
        );
    }
    let changed = |at: usize, to: u8| {
        let mut bytes = good.clone();
        bytes[at] = to;
        bytes
    };
    let mut zero_share = good.clone();
    zero_share[35] = 0;
    let mut many = good[..33].to_vec();
    many.extend_from_slice(&65_u16.to_be_bytes());
    many.extend(core::iter::repeat_n(1, 28 * 32));
    for (name, bytes, refused) in [
        (
            "shorter than a mailbox name",
            good[..15].to_vec(),
            "DecodeError::Truncated",
        ),
        ("answer 0", changed(16, 0), "DecodeError::OutOfRange"),
        ("answer 4", changed(16, 4), "DecodeError::OutOfRange"),
        (
            "closing in the bytes of an approval",
            changed(16, 3),
            "DecodeError::TooLong",
        ),
        (
            "closing cut",
            closing[..84].to_vec(),
            "DecodeError::Truncated",
        ),
        ("no share", changed(34, 0), "DecodeError::OutOfRange"),
        ("65 shares", many, "DecodeError::OutOfRange"),
        ("a share of 0", zero_share, "DecodeError::OutOfRange"),
        (
            "a share above the order",
            changed(66, 0xff),
            "DecodeError::OutOfRange",
        ),
        (
            "more shares than said",
            changed(34, 2),
            "DecodeError::BytesLeftOver",
        ),
        (
            "one byte less",
            good[..good.len() - 1].to_vec(),
            "DecodeError::Truncated",
        ),
        (
            "one byte more",
            [&good[..], &[0]].concat(),
            "DecodeError::BytesLeftOver",
        ),
    ] {
        let found = Poll::from_bytes(&bytes).map(|_| ()).expect_err(name);
        assert_eq!(named("DecodeError", &found), refused, "{name}");
        cases.push(json!({ "name": name, "poll": hex::encode(bytes), "refused": refused }));
    }
    poll_replies(&mut cases);
    against_file(
        "poll",
        "Polls and what a reply to one holds after its status (protocol.md §10.4).",
        cases,
    );
    assert_ne!(secret.name_on(Day(20_782)), mailbox);
    let _: MailboxName = mailbox;
}

fn poll_replies(cases: &mut Vec<Value>) {
    let path = RegistrationPath {
        size: 5,
        index: 3,
        hashes: vec![[1; 32], [2; 32], [3; 32]],
    };
    for (name, reply) in [
        ("a reply with nothing", PollReply::Nothing),
        (
            "a reply with the request of request.json",
            PollReply::Request(request().into_unverified()),
        ),
        (
            "a reply with a registration path",
            PollReply::Path(path.clone()),
        ),
    ] {
        let bytes = reply.to_bytes().expect(name);
        assert_eq!(PollReply::from_bytes(&bytes), Ok(reply), "{name}");
        cases.push(json!({ "name": name, "reply": hex::encode(bytes) }));
    }
    let long = RegistrationPath {
        hashes: vec![[0; 32]; 39],
        ..path
    };
    assert!(
        PollReply::Path(long).to_bytes().is_err(),
        "39 hashes could be a request"
    );
    let found = PollReply::from_bytes(&[0; 15]).expect_err("too short");
    assert_eq!(named("DecodeError", &found), "DecodeError::Truncated");
    cases.push(json!({ "name": "a reply of 15 bytes", "reply": hex::encode([0; 15]), "refused": "DecodeError::Truncated" }));
}
