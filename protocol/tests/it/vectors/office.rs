//! Vectors of requests, approvals, certificates and report codes.
use crate::vectors::sealed::{Fixed, against_file, named};
use lachan_protocol::crypto::sign::{Signature, SigningKey, VerifyingKey};
use lachan_protocol::id::{AuthorityId, Digest, RequestId};
use lachan_protocol::office::approval::Statement;
use lachan_protocol::office::{
    Approval, CaseCommitment, Certificate, ItemHash, ReportCode, RequestData, RequestDraft,
    RequestItem, WithdrawalOrder,
};
use lachan_protocol::time::{Day, UnixTime, Window};
use serde_json::{Value, json};

const ORIGIN: &str = "soyte.hanoi.gov.vn/lachan";

fn code() -> ReportCode {
    ReportCode::random(&mut Fixed::new(&[&[
        0xff, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01,
    ]]))
}

fn certificate() -> Certificate {
    let issuer = SigningKey::from_seed(&[0x11; 32]);
    Certificate::issue(
        &issuer,
        AuthorityId::of_origin(ORIGIN),
        &code(),
        Day(20_781),
        64,
    )
}

/// Three windows of a plan; the batch key is the seed of 0x22.
pub(crate) fn request() -> RequestData {
    let first = Window(20_780 * 24 + 2);
    let items = (0_u8..3)
        .map(|i| RequestItem {
            window: first.plus(u32::from(i) * 2).expect("in range"),
            advice: i + 1,
            hash: ItemHash::new(&[i; 32], first, 0x1fff_ffff_ffff_ffff),
        })
        .collect();
    let draft = RequestDraft {
        digest: Digest([0x33; 32]),
        request: RequestId([0x44; 16]),
        expiry: UnixTime(1_795_500_000),
        items,
        commitment: certificate().commitment(&[0x55; 32]),
    };
    RequestData::sign(draft, &SigningKey::from_seed(&[0x22; 32])).expect("sensible")
}

fn outcome<T, E: core::fmt::Debug>(type_name: &str, result: Result<T, E>) -> String {
    match result {
        Ok(_) => "accepted".into(),
        Err(error) => named(type_name, &error),
    }
}

#[test]
fn report_codes() {
    let text = code().to_text().to_string();
    let mut cases = vec![json!({
        "name": "a code from 9 random bytes",
        "random": "ff23456789abcdef01",
        "comment": "the low 65 bits, big-endian",
        "characters": String::from_utf8_lossy(code().as_characters()),
        "text": text,
        "hash": hex::encode(code().to_hash()),
        "report_id": hex::encode(code().to_report_id().0),
    })];
    let zero = ReportCode::random(&mut Fixed::new(&[&[0; 9]]));
    let most = ReportCode::random(&mut Fixed::new(&[&[0xff; 9]]));
    for (name, text) in [
        ("as written", text.clone()),
        (
            "lower case, other groups",
            text.to_lowercase().replace('-', " "),
        ),
        ("all zeros", zero.to_text().to_string()),
        ("all ones", most.to_text().to_string()),
        ("I, L as 1 and O as 0", "OooOO 0000i lLO6".into()),
    ] {
        let read = ReportCode::from_text(&text).expect(name);
        cases.push(json!({ "name": name, "text": text,
            "characters": String::from_utf8_lossy(read.as_characters()) }));
    }
    let mut misread = text.clone().into_bytes();
    misread[0] = if misread[0] == b'7' { b'8' } else { b'7' };
    for (name, text, refused) in [
        (
            "one character misread",
            String::from_utf8(misread).expect("ASCII"),
            "ReportCodeError::CheckDiffers",
        ),
        (
            "one character lost",
            text[1..].into(),
            "ReportCodeError::WrongLength",
        ),
        (
            "one character more",
            format!("{text}0"),
            "ReportCodeError::WrongLength",
        ),
        (
            "U in the middle",
            format!("U{}", &text[1..]),
            "ReportCodeError::UnknownCharacter",
        ),
        (
            "check symbol in the middle",
            format!("*{}", &text[1..]),
            "ReportCodeError::UnknownCharacter",
        ),
        (
            "full-width digit",
            format!("０{}", &text[1..]),
            "ReportCodeError::UnknownCharacter",
        ),
        (
            "tab between",
            format!("{}\t{}", &text[..3], &text[3..]),
            "ReportCodeError::WrongLength",
        ),
        ("nothing", String::new(), "ReportCodeError::WrongLength"),
    ] {
        let found = outcome("ReportCodeError", ReportCode::from_text(&text));
        assert_eq!(found, refused, "{name}");
        cases.push(json!({ "name": name, "text": text, "refused": refused }));
    }
    against_file("report-code", "Report codes (protocol.md §11.1).", cases);
}

#[test]
fn certificates() {
    let issuer = SigningKey::from_seed(&[0x11; 32]);
    let key = issuer.verifying_key();
    let good = certificate().to_bytes();
    let order = WithdrawalOrder::sign(&issuer, &certificate(), 7, 12);
    let first = Day(20_781 - 14).windows().next().expect("24 windows");
    let last = Day(20_782).windows().last().expect("24 windows");
    for (window, covered) in [(first, true), (last, true)] {
        assert_eq!(certificate().covers(window), covered);
    }
    assert!(
        !certificate().covers(Window(first.0 - 1)) && !certificate().covers(Window(last.0 + 1))
    );
    let mut cases: Vec<Value> = vec![json!({
        "name": "a certificate",
        "issuer_seed": hex::encode([0x11; 32]), "origin": ORIGIN,
        "code": String::from_utf8_lossy(code().as_characters()), "test_day": 20_781, "most_windows": 64,
        "bytes": hex::encode(&good),
        "salt": hex::encode([0x55; 32]),
        "commitment": hex::encode(certificate().commitment(&[0x55; 32]).0),
        "first_window": first.0, "last_window": last.0,
        "withdrawal": { "seq": 7, "entry": 12, "order": hex::encode(order.0.0) },
    })];
    let other = SigningKey::from_seed(&[0x12; 32]).verifying_key();
    let changed = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    for (name, bytes, key, refused) in [
        (
            "version 0",
            changed(0),
            key,
            "CertificateError::Malformed(UnknownVersion)",
        ),
        (
            "another issuer's id",
            changed(1),
            key,
            "CertificateError::OtherIssuer",
        ),
        (
            "another issuer's key",
            good.clone(),
            other,
            "CertificateError::OtherIssuer",
        ),
        (
            "another authority",
            changed(9),
            key,
            "CertificateError::BadSignature",
        ),
        (
            "another code",
            changed(17),
            key,
            "CertificateError::BadSignature",
        ),
        (
            "another test day",
            changed(50),
            key,
            "CertificateError::BadSignature",
        ),
        (
            "more windows",
            changed(52),
            key,
            "CertificateError::BadSignature",
        ),
        (
            "another signature",
            changed(60),
            key,
            "CertificateError::BadSignature",
        ),
        (
            "one byte less",
            good[..116].to_vec(),
            key,
            "CertificateError::Malformed(Truncated)",
        ),
        (
            "one byte more",
            [&good[..], &[0]].concat(),
            key,
            "CertificateError::Malformed(TooLong)",
        ),
    ] {
        let found = outcome("CertificateError", Certificate::from_bytes(&bytes, &key));
        assert_eq!(found, refused, "{name}");
        cases.push(json!({ "name": name, "bytes": hex::encode(bytes),
            "issuer_key": hex::encode(key.to_bytes()), "refused": refused }));
    }
    against_file(
        "certificate",
        "Certificates, commitments, withdrawal orders (protocol.md §11.2, §11.6).",
        cases,
    );
}

fn resigned(items: &[(u32, u8)]) -> Vec<u8> {
    let good = request().to_bytes();
    let mut body = good[..56].to_vec();
    body.extend_from_slice(&u16::try_from(items.len()).expect("few").to_be_bytes());
    for (window, advice) in items {
        body.extend_from_slice(&window.to_be_bytes());
        body.push(*advice);
        body.extend_from_slice(&[9; 32]);
    }
    body.extend_from_slice(&[8; 32]);
    let key = SigningKey::from_seed(&[0x22; 32]);
    let signature = key.sign_unlabelled(&[b"lachan/v1/request".as_slice(), &body].concat());
    [body, signature.0.to_vec()].concat()
}

#[test]
fn requests() {
    let key = SigningKey::from_seed(&[0x22; 32]).verifying_key();
    let good = request().to_bytes();
    let item = request().items()[0];
    let mut cases = vec![json!({
        "name": "three windows", "batch_seed": hex::encode([0x22; 32]),
        "digest": hex::encode(request().digest().0), "request": hex::encode(request().id().0),
        "expiry": request().expiry().0,
        "items": request().items().iter().map(|i| json!({
            "window": i.window.0, "advice": i.advice, "m": hex::encode(i.hash.0) })).collect::<Vec<_>>(),
        "commitment": hex::encode(request().commitment().0),
        "first_item": { "salt": hex::encode([0; 32]), "window": item.window.0, "detail": "1fffffffffffffff" },
        "bytes": hex::encode(&good), "hash": hex::encode(request().hash().0),
    })];
    let many: Vec<_> = (0..64).map(|i| (500_000 + i, 1)).collect();
    let too_many: Vec<_> = (0..65).map(|i| (500_000 + i, 1)).collect();
    let changed = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    for (name, bytes, expected) in [
        ("one window", resigned(&[(500_000, 7)]), "accepted"),
        ("64 windows", resigned(&many), "accepted"),
        (
            "65 windows",
            resigned(&too_many),
            "RequestError::Malformed(TooLong)",
        ),
        ("no window", resigned(&[]), "RequestError::ItemCount"),
        (
            "a window twice",
            resigned(&[(500_000, 1), (500_000, 2)]),
            "RequestError::WindowsNotAscending",
        ),
        (
            "windows descending",
            resigned(&[(500_001, 1), (500_000, 2)]),
            "RequestError::WindowsNotAscending",
        ),
        (
            "a window after day 65,535",
            resigned(&[(65_536 * 24, 1)]),
            "RequestError::WindowsNotAscending",
        ),
        (
            "advice 0",
            resigned(&[(500_000, 0)]),
            "RequestError::UnknownAdvice",
        ),
        (
            "advice 8",
            resigned(&[(500_000, 8)]),
            "RequestError::UnknownAdvice",
        ),
        (
            "advice 15",
            resigned(&[(500_000, 1), (500_001, 15)]),
            "RequestError::UnknownAdvice",
        ),
        ("another plan", changed(0), "RequestError::BadSignature"),
        ("another id", changed(32), "RequestError::BadSignature"),
        ("another expiry", changed(55), "RequestError::BadSignature"),
        (
            "another commitment",
            changed(good.len() - 70),
            "RequestError::BadSignature",
        ),
        (
            "another signature",
            changed(good.len() - 1),
            "RequestError::BadSignature",
        ),
        (
            "one byte less",
            good[..good.len() - 1].to_vec(),
            "RequestError::Malformed(Truncated)",
        ),
        (
            "one byte more",
            [&good[..], &[0]].concat(),
            "RequestError::Malformed(BytesLeftOver)",
        ),
    ] {
        let found = outcome("RequestError", RequestData::from_bytes(&bytes, &key));
        assert_eq!(found, expected, "{name}");
        let key_of = if expected == "accepted" {
            "outcome"
        } else {
            "refused"
        };
        cases.push(json!({ "name": name, "bytes": hex::encode(bytes), key_of: expected }));
    }
    let expiry = request().expiry();
    for (name, now, expected) in [
        ("the second before the expiry", expiry.minus(1), "accepted"),
        ("at the expiry", expiry, "RequestError::Expired"),
        ("after the expiry", expiry.plus(1), "RequestError::Expired"),
    ] {
        let read = RequestData::from_bytes(&good, &key).expect(name);
        let found = outcome("RequestError", read.ensure_open(now));
        assert_eq!(found, expected, "{name}");
        let key_of = if expected == "accepted" {
            "outcome"
        } else {
            "refused"
        };
        cases.push(
            json!({ "name": name, "bytes": hex::encode(&good), "now": now.0, key_of: expected }),
        );
    }
    against_file(
        "request",
        "Request data (protocol.md §11.4); the batch key of all cases is that of the first. With `now`, whether it is still open then is looked at too.",
        cases,
    );
}

#[test]
fn approvals() {
    let venue = SigningKey::from_seed(&[0x66; 32]);
    let approval = Approval::sign(&venue, &request());
    let statement = Statement::of(&request());
    let mut cases = vec![json!({
        "name": "the request of request.json, approved",
        "venue_seed": hex::encode([0x66; 32]), "statement": hex::encode(statement.to_bytes()),
        "approval": hex::encode(approval.0.0),
    })];
    let mut fewer = statement.clone();
    fewer.items.pop();
    let mut other_case = statement.clone();
    other_case.commitment = CaseCommitment([0; 32]);
    let mut other_order = statement.clone();
    other_order.items.reverse();
    let mut other_plan = statement.clone();
    other_plan.digest = Digest([0; 32]);
    let mut no_signature = approval.0;
    no_signature.0[63] = 0xff;
    let venue_key = venue.verifying_key();
    let other_key = SigningKey::from_seed(&[0x67; 32]).verifying_key();
    let check = |key: &VerifyingKey, statement: &Statement, signature: Signature| {
        outcome(
            "ApprovalError",
            Approval(signature).verify_statement(key, statement),
        )
    };
    assert_eq!(check(&venue_key, &statement, approval.0), "accepted");
    for (name, statement, key, signature) in [
        ("one window less", &fewer, venue_key, approval.0),
        ("another case", &other_case, venue_key, approval.0),
        ("another order", &other_order, venue_key, approval.0),
        ("another plan", &other_plan, venue_key, approval.0),
        ("another venue's key", &statement, other_key, approval.0),
        ("S above the order", &statement, venue_key, no_signature),
    ] {
        let refused = check(&key, statement, signature);
        assert_eq!(refused, "ApprovalError::BadSignature", "{name}");
        cases.push(
            json!({ "name": name, "venue_key": hex::encode(key.to_bytes()),
            "statement": hex::encode(statement.to_bytes()),
            "approval": hex::encode(signature.0), "refused": refused }),
        );
    }
    against_file(
        "approval",
        "Approvals (protocol.md §11.5); `statement` is what stands after the label.",
        cases,
    );
}
