//! Vectors of visit tokens and records: sealed, opened, refused.
use super::file::{compare, refusal};
use crate::properties::exposure_samples::{
    Stream, TODAY, authority, order_minus_one, pair, window,
};
use lachan_protocol::crypto::aead;
use lachan_protocol::crypto::exchange::ExchangeSecret;
use lachan_protocol::crypto::hash::{HmacKey, sha256};
use lachan_protocol::id::CodeId;
use lachan_protocol::keys::NotificationKey;
use lachan_protocol::label::Label;
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::token::{
    DeviceSecret, Minutes, VisitRecord, VisitToken, seal, windows_of_visit,
};
use serde_json::{Value, json};

fn scalar(name: &str) -> [u8; 32] {
    let mut bytes = sha256(&[name.as_bytes()]);
    bytes[31] &= 0x0f;
    bytes
}

fn record(window: Window, from: u8, to: u8, name: &str, place: &str) -> VisitRecord {
    let minutes = Minutes::new(from, to).expect("minutes");
    let notice = NotificationKey(*sha256(&[b"notice"]).first_chunk().expect("16 of 32"));
    let code = CodeId(*sha256(&[b"code"]).first_chunk().expect("16 of 32"));
    VisitRecord::new(code, authority(), window, minutes, 4, notice, name, place).expect("a day")
}

fn sealed(name: &str, comment: &str, s: [u8; 32], record: &VisitRecord) -> (Value, VisitToken) {
    let (point, key) = pair(&s);
    let (fresh, device) = (sha256(&[b"r32", name.as_bytes()]), sha256(&[b"device"]));
    let diary = sha256(&[b"wrap2", name.as_bytes()]);
    let counter = 0x0102_0304_0506_0708;
    let secret = DeviceSecret::from_bytes(&device);
    let mut rng = Stream::after(&[&fresh, &diary], 0);
    let token = seal(record, &point, &secret, counter, &mut rng);
    assert_eq!(token.open_with(&key).as_ref(), Ok(record));
    let case = json!({
        "name": name, "comment": comment,
        "s": hex::encode(s), "point": hex::encode(point.0.to_bytes()),
        "r32": hex::encode(fresh), "device_secret": hex::encode(device), "counter": counter.to_string(),
        "random_wrap2": hex::encode(diary),
        "record": hex::encode(record.to_bytes()),
        "token": hex::encode(token.as_bytes()),
    });
    (case, token)
}

fn opened(name: &str, comment: &str, bytes: &[u8], s: [u8; 32], wanted: &str) -> Value {
    let (_, key) = pair(&s);
    let opened = VisitToken::from_bytes(bytes).and_then(|token| token.open_with(&key));
    let refused = refusal("TokenError", &opened.expect_err(name));
    assert_eq!(refused, wanted, "{name}");
    json!({ "name": name, "comment": comment, "s": hex::encode(s), "token": hex::encode(bytes),
        "refused": refused })
}

fn changed(token: &VisitToken, at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut out = token.as_bytes().to_vec();
    out[at..at + bytes.len()].copy_from_slice(bytes);
    out
}

/// A token that opens with s, whatever 120 bytes are in it: what no honest device seals.
fn crafted(s: [u8; 32], day: u16, record: &[u8; 120]) -> Vec<u8> {
    let ephemeral = ExchangeSecret::from_bytes(&sha256(&[b"e", record]));
    let (public, day) = (ephemeral.public().to_bytes(), day.to_be_bytes());
    let shared = ephemeral.agree(&pair(&s).0.0.to_u()).expect("contributes");
    let keyed =
        |label: Label| HmacKey::new(&[label.as_bytes(), &public, &day]).tag(&[shared.as_slice()]);
    let content = sha256(&[b"content", record]);
    let (tag, mask) = (keyed(Label::TOKEN_TAG), keyed(Label::TOKEN_WRAP));
    let wrap: Vec<u8> = content.iter().zip(mask).map(|(a, b)| a ^ b).collect();
    let head = [&day[..], &public, &tag[..16], &wrap, &sha256(&[b"diary"])].concat();
    let sealed = aead::seal(&content, [0; 12], &head, record);
    [head, sealed].concat()
}

fn bad_inside(s: [u8; 32]) -> Vec<Value> {
    let good = *record(window(TODAY, 3), 10, 20, "Phở", "").to_bytes();
    let control = crafted(s, TODAY.0, &good);
    let (_, key) = pair(&s);
    let read = VisitToken::from_bytes(&control).and_then(|token| token.open_with(&key));
    assert_eq!(read.map(|record| *record.to_bytes()), Ok(good));
    let case = |name: &str, day: u16, at: usize, bytes: &[u8], wanted: &str| {
        let mut raw = good;
        raw[at..at + bytes.len()].copy_from_slice(bytes);
        opened(name, "the seal is whole", &crafted(s, day, &raw), s, wanted)
    };
    vec![
        case(
            "minutes 20 to 20 inside",
            TODAY.0,
            28,
            &[20, 20],
            "TokenError::BadRecord(MinutesOutOfRange)",
        ),
        case(
            "a length of 73 inside",
            TODAY.0,
            47,
            &[73],
            "TokenError::BadRecord(LengthOverField)",
        ),
        case(
            "bytes after the text inside",
            TODAY.0,
            119,
            &[1],
            "TokenError::BadRecord(NotZeroAfterText)",
        ),
        case(
            "half a character inside",
            TODAY.0,
            47,
            &[1, 0xe1, 0, 0, 0, 0, 0],
            "TokenError::BadRecord(NotText)",
        ),
        case(
            "a window after day 65,535 inside",
            TODAY.0,
            24,
            &[0, 0x18, 0, 0],
            "TokenError::BadRecord(WindowAfterLastDay)",
        ),
        case(
            "the day before",
            TODAY.0 - 1,
            0,
            &[],
            "TokenError::WrongDay",
        ),
        case("the day after", TODAY.0 + 1, 0, &[], "TokenError::WrongDay"),
    ]
}

#[test]
fn visit_tokens() {
    let hour = window(TODAY, 3);
    let plain = record(hour, 0, 60, "Phở Thìn Lò Đúc", "bàn ngoài");
    let (first, token) = sealed("a whole hour", "", scalar("s"), &plain);
    let long = record(hour, 59, 60, &"Nhà hàng ".repeat(8), &"tầng hai ".repeat(4));
    assert!(long.name().len() <= 72 && long.place().is_empty());
    let cut = record(hour, 0, 1, &"ờ".repeat(30), "");
    let mut one = [0; 32];
    one[0] = 1;
    let mut above = [0; 32];
    (above[0], above[31]) = (5, 0x10);
    let cases = [
        sealed(
            "a name of 72 bytes and more",
            "cut at 72 bytes; no place is left",
            scalar("s"),
            &long,
        )
        .0,
        sealed(
            "characters of three bytes",
            "24 of them are 72 bytes",
            scalar("s"),
            &cut,
        )
        .0,
        sealed("s = 1", "", one, &record(hour, 5, 6, "Chợ", "")).0,
        sealed(
            "s = l - 1",
            "",
            order_minus_one(),
            &record(hour, 5, 6, "Chợ", ""),
        )
        .0,
        sealed("s above 2^252", "", above, &record(hour, 5, 6, "Chợ", "")).0,
        sealed(
            "the last window",
            "day 65,535",
            scalar("s"),
            &record(Window::LAST, 0, 60, "C", "p"),
        )
        .0,
    ];
    let mut cases: Vec<Value> = core::iter::once(first).chain(cases).collect();

    let s = scalar("s");
    let whole = token.as_bytes();
    let mut p = [0xff; 32];
    (p[0], p[31]) = (0xed, 0x7f);
    let mut high = *token.ephemeral();
    high[31] |= 0x80;
    let mut twist = [0; 32];
    twist[0] = 2;
    let mut longer = whole.to_vec();
    longer.push(0);
    let flip = |at: usize| changed(&token, at, &[whole[at] ^ 1]);
    let closed = "TokenError::DoesNotOpen";
    let damaged = "TokenError::Damaged(NotCanonical)";
    cases.extend([
        opened("249 bytes", "", &whole[..249], s, "TokenError::WrongLength"),
        opened("251 bytes", "", &longer, s, "TokenError::WrongLength"),
        opened("E = p", "", &changed(&token, 2, &p), s, damaged),
        opened(
            "E with its high bit set",
            "",
            &changed(&token, 2, &high),
            s,
            damaged,
        ),
        opened(
            "E on the twist",
            "u = 2",
            &changed(&token, 2, &twist),
            s,
            damaged,
        ),
        opened(
            "E of small order",
            "u = 0",
            &changed(&token, 2, &[0; 32]),
            s,
            "TokenError::Damaged(SmallOrder)",
        ),
        opened("the key of another window", "", whole, scalar("t"), closed),
        opened("another day", "one bit of the day", &flip(1), s, closed),
        opened("another tag", "one bit of the tag", &flip(34), s, closed),
        opened("another wrap1", "one bit of it", &flip(50), s, closed),
        opened(
            "another wrap2",
            "one bit of it: it is in the associated data",
            &flip(82),
            s,
            closed,
        ),
        opened("another record", "one bit of ct", &flip(114), s, closed),
        opened(
            "another seal",
            "one bit of the Poly1305 tag",
            &flip(249),
            s,
            closed,
        ),
    ]);
    compare(
        "visit-token",
        ABOUT,
        cases
            .into_iter()
            .chain(bad_inside(s))
            .chain(records())
            .chain(visits())
            .collect(),
    );
}

const ABOUT: &str = "Visit tokens (protocol.md section 5, wire.md section 4). `token` is sealed from `record` to \
    `point` with r32, device_secret and counter (u64, as text); random_wrap2 is drawn after r32. With `refused` the \
    token is read and opened with s. Refused cases with `record` read a record; cases with `arrival` list the \
    windows of a visit as [window, from, to].";

fn records() -> Vec<Value> {
    let good = *record(window(TODAY, 3), 10, 20, "Phở", "").to_bytes();
    let case = |name: &str, at: usize, bytes: &[u8], wanted: &str| {
        let mut raw = good;
        raw[at..at + bytes.len()].copy_from_slice(bytes);
        let refused = refusal(
            "RecordError",
            &VisitRecord::from_bytes(&raw).expect_err(name),
        );
        assert_eq!(refused, wanted, "{name}");
        json!({ "name": name, "record": hex::encode(raw), "refused": refused })
    };
    let of_length = |length: usize| {
        let raw = [&good[..], &[0]].concat()[..length].to_vec();
        let error = VisitRecord::from_bytes(&raw).expect_err("another length");
        let refused = refusal("RecordError", &error);
        assert_eq!(refused, "RecordError::WrongLength");
        json!({ "name": format!("a record of {length} bytes"), "record": hex::encode(raw), "refused": refused })
    };
    vec![
        of_length(0),
        of_length(119),
        of_length(121),
        case("from = to", 28, &[20, 20], "RecordError::MinutesOutOfRange"),
        case(
            "from above to",
            28,
            &[21, 20],
            "RecordError::MinutesOutOfRange",
        ),
        case("to = 61", 28, &[0, 61], "RecordError::MinutesOutOfRange"),
        case("a length of 73", 47, &[73], "RecordError::LengthOverField"),
        case(
            "a byte after the text",
            119,
            &[1],
            "RecordError::NotZeroAfterText",
        ),
        case(
            "half a character",
            47,
            &[1, 0xe1, 0, 0, 0, 0, 0],
            "RecordError::NotText",
        ),
        case(
            "a window after day 65,535",
            24,
            &[0, 0x18, 0, 0],
            "RecordError::WindowAfterLastDay",
        ),
    ]
}

fn visits() -> Vec<Value> {
    let visits = [
        ("a visit of no time", 3_600, 3_600),
        ("within one hour", 3_661, 5_399),
        ("to the end of the hour", 3_600, 7_200),
        ("one second into the next", 3_600, 7_201),
        ("three hours", 7_199, 14_401),
        ("a departure before the arrival", 5_400, 4_000),
    ];
    visits
        .map(|(name, arrival, departure)| {
            let windows: Vec<Value> = windows_of_visit(UnixTime(arrival), UnixTime(departure))
                .map(|(window, minutes)| json!([window.0, minutes.from(), minutes.to()]))
                .collect();
            json!({ "name": name, "arrival": arrival, "departure": departure, "windows": windows })
        })
        .to_vec()
}
