//! Properties of sealed messages, requests and report codes.
use lachan_protocol::crypto::exchange::ExchangeSecret;
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::id::{AuthorityId, Digest, RequestId};
use lachan_protocol::office::{
    Approval, CaseCommitment, Certificate, ItemHash, MessageKind, Poll, PollReply, Reply,
    ReportCode, RequestData, RequestDraft, RequestItem, SealedError, sealed,
};
use lachan_protocol::time::{Day, UnixTime, Window};
use proptest::prelude::*;
use proptest::sample::Index;

fn kinds() -> impl Strategy<Value = MessageKind> {
    prop::sample::select(MessageKind::ALL.to_vec())
}

fn secret(byte: u8) -> ExchangeSecret {
    ExchangeSecret::from_bytes(&[byte; 32])
}

fn request(windows: u32) -> RequestData {
    let items = (0..windows)
        .map(|i| RequestItem {
            window: Window(500_000 + i),
            advice: 2,
            hash: ItemHash([7; 32]),
        })
        .collect();
    let draft = RequestDraft {
        digest: Digest([1; 32]),
        request: RequestId([2; 16]),
        expiry: UnixTime(1_800_000_000),
        items,
        commitment: CaseCommitment([3; 32]),
    };
    RequestData::sign(draft, &SigningKey::from_seed(&[4; 32])).expect("sensible")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn message_and_reply_have_one_size_whatever_they_hold(
        kind in kinds(), up in any::<Index>(), down in any::<Index>(),
    ) {
        let office = secret(1);
        let (up, down) = (up.index(kind.most_up() + 1), down.index(kind.most_down() + 1));
        let mut rng = rand::rng();
        let (message, opener) = sealed::seal(kind, &office.public(), &vec![1; up], &mut rng).expect("fits");
        prop_assert_eq!(message.len(), kind.size_up());
        let opened = sealed::open(kind, [&secret(2), &office], &message).expect("opens");
        prop_assert_eq!(opened.data.map(|data| data.len()), Ok(up));
        let reply = opened.reply.done(&vec![2; down], &mut rng).expect("fits");
        prop_assert_eq!(reply.len(), kind.size_down());
        prop_assert_eq!(opener.open(&reply), Ok(Reply::Done(vec![2; down].into())));
        let again = sealed::open(kind, [&office], &message).expect("opens again");
        let refusal = again.reply.refused(&mut rng);
        prop_assert_eq!(refusal.len(), kind.size_down());
        prop_assert_eq!(opener.open(&refusal), Ok(Reply::Refused));
    }

    #[test]
    fn refuses_message_with_any_bit_flipped(kind in kinds(), at in any::<Index>(), bit in 0..8_u8) {
        let office = secret(1);
        let (mut message, _) = sealed::seal(kind, &office.public(), b"data", &mut rand::rng()).expect("fits");
        prop_assert!(sealed::open(kind, [&office], &message).is_ok(), "the control opens");
        let at = at.index(message.len());
        message[at] ^= 1 << bit;
        // X25519 ignores the highest bit of a u-coordinate, but enc is part of what HPKE hashes.
        prop_assert_eq!(sealed::open(kind, [&office], &message).err(), Some(SealedError::DoesNotOpen));
    }

    #[test]
    fn refuses_reply_with_any_bit_flipped(kind in kinds(), at in any::<Index>(), bit in 0..8_u8) {
        let office = secret(1);
        let mut rng = rand::rng();
        let (message, opener) = sealed::seal(kind, &office.public(), b"", &mut rng).expect("fits");
        let opened = sealed::open(kind, [&office], &message).expect("opens");
        let mut reply = opened.reply.done(b"data", &mut rng).expect("fits");
        let at = at.index(reply.len());
        reply[at] ^= 1 << bit;
        prop_assert_eq!(opener.open(&reply).err(), Some(SealedError::DoesNotOpen));
    }

    #[test]
    fn replayed_message_is_answered_under_another_key(kind in kinds()) {
        let office = secret(1);
        let mut rng = rand::rng();
        let (message, opener) = sealed::seal(kind, &office.public(), b"", &mut rng).expect("fits");
        let mut reply = || sealed::open(kind, [&office], &message)
            .expect("opens").reply.done(b"same", &mut rng).expect("fits");
        let (one, two) = (reply(), reply());
        // Under one key and nonce the equal plaintexts, mostly zeros, would give equal bytes.
        let equal = one.iter().zip(&two).filter(|(a, b)| a == b).count();
        prop_assert!(equal < one.len() / 16, "{} of {} bytes are equal", equal, one.len());
        prop_assert_eq!(opener.open(&one), opener.open(&two));
    }

    #[test]
    fn message_to_another_office_does_not_open(kind in kinds()) {
        let (message, _) = sealed::seal(kind, &secret(1).public(), b"", &mut rand::rng()).expect("fits");
        prop_assert_eq!(sealed::open(kind, [&secret(2), &secret(3)], &message).err(), Some(SealedError::DoesNotOpen));
    }

    #[test]
    fn report_code_is_read_as_it_was_written(lower in any::<bool>(), gap in prop::sample::select(vec!["", " ", "-", " - "])) {
        let code = ReportCode::random(&mut rand::rng());
        let text = code.to_text().replace('-', gap);
        let text = if lower { text.to_lowercase() } else { text };
        prop_assert!(ReportCode::from_text(&text) == Ok(code));
    }

    /// 37 is a prime, and no power of 32 is a multiple of it.
    #[test]
    fn report_code_notices_one_wrong_character(at in 0..14_usize, to in 0..32_usize) {
        let text = ReportCode::random(&mut rand::rng()).to_text().replace('-', "");
        let mut bytes = text.clone().into_bytes();
        bytes[at] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[to];
        let changed = String::from_utf8(bytes).expect("ASCII");
        prop_assert_eq!(ReportCode::from_text(&changed).is_ok(), changed == text);
    }

    #[test]
    fn refuses_request_and_approval_with_any_bit_flipped(n in 1..=64_u32, at in any::<Index>(), bit in 0..8_u8) {
        let key = SigningKey::from_seed(&[4; 32]).verifying_key();
        let venue = SigningKey::from_seed(&[5; 32]);
        let good = request(n);
        let mut bytes = good.to_bytes();
        prop_assert_eq!(RequestData::from_bytes(&bytes, &key), Ok(good.clone()));
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(RequestData::from_bytes(&bytes, &key).is_err());
        let mut approval = Approval::sign(&venue, &good);
        prop_assert_eq!(approval.verify(&venue.verifying_key(), &good), Ok(()));
        approval.0.0[at % 64] ^= 1 << bit;
        prop_assert!(approval.verify(&venue.verifying_key(), &good).is_err());
    }

    #[test]
    fn refuses_certificate_with_any_bit_flipped(at in 0..117_usize, bit in 0..8_u8) {
        let issuer = SigningKey::from_seed(&[6; 32]);
        let code = ReportCode::random(&mut rand::rng());
        let good = Certificate::issue(&issuer, AuthorityId([1; 8]), &code, Day(20_000), 10);
        let mut bytes = good.to_bytes();
        prop_assert_eq!(bytes.len(), 117);
        prop_assert_eq!(Certificate::from_bytes(&bytes, &issuer.verifying_key()), Ok(good));
        bytes[at] ^= 1 << bit;
        prop_assert!(Certificate::from_bytes(&bytes, &issuer.verifying_key()).is_err());
    }

    #[test]
    fn bytes_from_anybody_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..3_000)) {
        let _ = Poll::from_bytes(&bytes);
        let _ = PollReply::from_bytes(&bytes);
        let _ = RequestData::from_bytes(&bytes, &SigningKey::from_seed(&[4; 32]).verifying_key());
        let _ = ReportCode::from_text(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn request_of_every_count_fits_a_poll_reply_and_is_told_from_a_path() {
    for n in 1..=64 {
        let request = request(n);
        let bytes = request.to_bytes();
        assert!(bytes.len() <= MessageKind::Poll.most_down());
        assert_eq!(
            PollReply::from_bytes(&bytes),
            Ok(PollReply::Request(request.into_unverified()))
        );
    }
}
