//! Unit tests of the exchanges' bytes.
//! Knows the module's inside; does not open a socket.
//! Specified in specs/wire.md §10.

use super::*;
use proptest::prelude::*;

fn origin() -> OriginHash {
    OriginHash::of_origin("log.example/hanoi")
}

#[test]
fn log_request_has_its_bytes() {
    let request = LogRequest::new(origin(), "checkpoint", 5, PART_LIMIT).unwrap();
    let mut want = origin().0.to_vec();
    want.extend_from_slice(&5_u64.to_be_bytes());
    want.extend_from_slice(&PART_LIMIT.to_be_bytes());
    want.push(10);
    want.extend_from_slice(b"checkpoint");
    assert_eq!(LogExchange::request_bytes(&request), want);
    assert_eq!(LogExchange::request(&want), Ok(request));
}

#[test]
fn refuses_ranges_of_no_bytes_and_of_more_than_a_mebibyte() {
    for length in [0, PART_LIMIT + 1] {
        let why = DecodeError::OutOfRange {
            field: "length",
            found: length,
        };
        assert_eq!(LogRequest::new(origin(), "checkpoint", 0, length), Err(why));
        let good = LogRequest::new(origin(), "checkpoint", 0, 1).unwrap();
        let mut bytes = LogExchange::request_bytes(&good);
        bytes[16..20].copy_from_slice(&length.to_be_bytes());
        assert_eq!(LogExchange::request(&bytes), Err(why));
    }
}

#[test]
fn an_empty_reply_is_truncated_and_never_a_success() {
    assert_eq!(LogExchange::reply(vec![]), Err(DecodeError::Truncated));
    assert_eq!(LogExchange::reply(vec![0]), Err(DecodeError::Truncated));
    assert_eq!(MailboxExchange::reply(vec![]), Err(DecodeError::Truncated));
    assert!(MailboxExchange::reply(vec![0]).is_err());
}

#[test]
fn every_reply_reads_back() {
    let mut log = vec![
        LogReply::Busy(Duration::from_secs(7)),
        LogReply::NotFound,
        LogReply::Part {
            total: 9,
            bytes: vec![1, 2],
        },
    ];
    log.extend(Refusal::ALL.map(LogReply::Refused));
    for reply in log {
        let bytes = LogExchange::reply_bytes(&reply);
        assert_eq!(LogExchange::reply(bytes), Ok(reply));
    }
    for reply in [
        SealedReply::Busy(Duration::from_secs(7)),
        SealedReply::Refused(Refusal::DoesNotOpen),
        SealedReply::Sealed(vec![3; 131_072]),
    ] {
        let bytes = RegisterExchange::reply_bytes(&reply);
        assert!(bytes.len() <= RegisterExchange::REPLY_LIMIT);
        assert_eq!(RegisterExchange::reply(bytes), Ok(reply));
    }
}

#[test]
fn sealed_messages_have_only_their_sizes() {
    let of = |len: usize| [vec![0; 8], vec![1; len]].concat();
    for len in [4_096, 32_768] {
        assert!(RegisterExchange::request(&of(len)).is_ok());
    }
    assert!(MailboxExchange::request(&of(4_096)).is_ok());
    for len in [0, 4_095, 4_097, 32_768] {
        assert!(MailboxExchange::request(&of(len)).is_err());
    }
    assert_eq!(
        MailboxExchange::request(&[0; 7]),
        Err(DecodeError::Truncated)
    );
}

#[test]
fn refuses_unknown_status_and_reason_and_left_over_bytes() {
    let status = |found| DecodeError::OutOfRange {
        field: "status",
        found,
    };
    assert_eq!(LogExchange::reply(vec![4]), Err(status(4)));
    assert_eq!(MailboxExchange::reply(vec![1]), Err(status(1)));
    assert!(LogExchange::reply(vec![2, 0]).is_err());
    assert!(LogExchange::reply(vec![2, 8]).is_err());
    assert_eq!(
        LogExchange::reply(vec![1, 0]),
        Err(DecodeError::BytesLeftOver(1))
    );
}

proptest! {
    #[test]
    fn whatever_parses_has_only_these_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(request) = LogExchange::request(&bytes) {
            prop_assert_eq!(LogExchange::request_bytes(&request), bytes.clone());
        }
        if let Ok(reply) = LogExchange::reply(bytes.clone()) {
            prop_assert_eq!(LogExchange::reply_bytes(&reply), bytes);
        }
    }
}
