//! Vectors of venue codes: accepted at a time, and each refusal in its order.
use super::kit::*;
use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use lachan_protocol::code::body::CodeBody;
use lachan_protocol::code::{CodeKey, CodeTrust, UnverifiedVenueCode, VenueCode, VenueCodeError};
use lachan_protocol::id::{AuthorityId, CodeId};
use lachan_protocol::keys::range::ShownText;
use lachan_protocol::keys::registration::Registered;
use lachan_protocol::keys::{KeySchedule, NotificationKey};
use lachan_protocol::label::Label;
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::wire::encode;
use serde_json::{Value, json};

fn trust_json(trust: &Known) -> Value {
    let key = |key: &CodeKey| match key {
        CodeKey::Current { key, last } => {
            json!({ "key": hex::encode(key.to_bytes()), "last": last.0 })
        }
        CodeKey::Revoked { key } => json!({ "key": hex::encode(key.to_bytes()), "revoked": true }),
    };
    let revoked = trust
        .revoked
        .map(|(id, from)| json!({ "code_id": id.to_string(), "from": from.0 }));
    json!({
        "authority": authority().to_string(),
        "code_keys": trust.keys.iter().map(key).collect::<Vec<_>>(),
        "revocations": revoked.into_iter().collect::<Vec<_>>(),
    })
}

fn make(name: &str, schedule: KeySchedule, count: u16) -> Registered {
    let mut rng = Seeded::new(&format!("venue-code/{name}"));
    registered(&profile(schedule, count), &seeds(1), &mut rng).0
}

fn read(bytes: &[u8], trust: &impl CodeTrust, now: UnixTime) -> Result<VenueCode, VenueCodeError> {
    UnverifiedVenueCode::from_bytes(bytes)?.verify(trust, now)
}

fn accepted(name: &str, schedule: KeySchedule, count: u16, now: UnixTime) -> Value {
    let registered = make(name, schedule, count);
    let bytes = registered.code_at(now).unwrap();
    let trust = trusting(CODE_SEED, registered.plan().head().last());
    let code = read(&bytes, &trust, now).unwrap();
    let window = |w: Window| {
        let point = code.point_of(w).unwrap();
        assert_eq!(Some(point), registered.point_of(w));
        let notice = code.notification_key_of(w).unwrap();
        assert_eq!(
            Some(&notice),
            registered.plan().notification_key_of(w).as_ref()
        );
        json!({ "w": w.0, "P_w": hex::encode(point.0.to_bytes()), "n_w": hex::encode(notice.0) })
    };
    case(
        name,
        "accepted at this time",
        json!({
            "bytes": hex::encode(&bytes),
            "trust": trust_json(&trust),
            "now": now.0,
            "code_id": code.code_id().to_string(),
            "kind_of_code": code.schedule() as u8,
            "venue_kind": code.kind().0,
            "name_text": code.name(),
            "place_text": code.place(),
            "first": code.first().0,
            "count": code.count(),
            "sealing_start": code.sealing_start(now).0,
            "accepted_from": code.accepted_from().0,
            "accepted_until": code.accepted_until().0,
            "windows": code.windows().map(window).collect::<Vec<_>>(),
        }),
    )
}

/// A code in the making: what is changed, signed and asked.
struct Attempt {
    body: CodeBody,
    signer: u8,
    trust: Known,
    now: UnixTime,
}

impl Attempt {
    fn new(schedule: KeySchedule, count: u16) -> Self {
        let registered = make("refused", schedule, count);
        let now = FIRST.start();
        let bytes = registered.code_at(now).unwrap();
        let code = UnverifiedVenueCode::from_bytes(&bytes).unwrap();
        Self {
            body: code.body().clone(),
            signer: CODE_SEED,
            trust: trusting(CODE_SEED, registered.plan().head().last()),
            now,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = encode(&self.body);
        let signature = key(self.signer).sign(Label::VENUE_CODE, &[&bytes]);
        bytes.extend(signature.0);
        bytes
    }

    fn refused(&self, name: &str, comment: &str, bytes: &[u8], expected: &str) -> Value {
        let error = read(bytes, &self.trust, self.now).unwrap_err();
        let found = refusal("VenueCodeError", &error);
        assert_eq!(found, expected, "{name}");
        let fields = json!({
            "bytes": hex::encode(bytes),
            "trust": trust_json(&self.trust),
            "now": self.now.0,
            "refused": found,
        });
        case(name, comment, fields)
    }
}

type Change = fn(&mut Attempt);

fn refused(
    schedule: KeySchedule,
    name: &str,
    comment: &str,
    change: Change,
    expected: &str,
) -> Value {
    let mut attempt = Attempt::new(schedule, 5);
    change(&mut attempt);
    attempt.refused(name, comment, &attempt.bytes(), expected)
}

fn mixed() -> [u8; 32] {
    (ED25519_BASEPOINT_POINT + EIGHT_TORSION[1]).compress().0
}

fn identity() -> [u8; 32] {
    EIGHT_TORSION[0].compress().0
}

fn not_reduced() -> [u8; 32] {
    // y = p + 1: the identity in another form
    let mut bytes = [0xff; 32];
    (bytes[0], bytes[31]) = (0xee, 0x7f);
    bytes
}

fn text(text: &str) -> ShownText {
    ShownText::new(text).unwrap()
}

fn spread(attempt: &mut Attempt, count: u16) {
    attempt.body.head.count = count;
    let count = usize::from(count);
    attempt.body.notification_keys = vec![NotificationKey([3; 16]); attempt.body.head.keys_len()];
    if attempt.body.head.schedule != KeySchedule::Sheet {
        attempt.body.points = vec![attempt.body.points[0]; count];
    }
}

fn shifted(attempt: &mut Attempt, windows: i64, seconds: i64) {
    let start = i64::from(attempt.body.head.first.0) + windows;
    attempt.now = UnixTime(u64::try_from(start * 3600 + seconds).unwrap());
}

fn changes() -> Vec<(
    KeySchedule,
    &'static str,
    &'static str,
    Change,
    &'static str,
)> {
    use KeySchedule::{Screen, Sheet, Slip};
    vec![
        (
            Screen,
            "count 0",
            "a screen that lists nothing",
            |a| spread(a, 0),
            "VenueCodeError::Range(Count)",
        ),
        (
            Screen,
            "count 13",
            "a screen that lists 13 windows",
            |a| spread(a, 13),
            "VenueCodeError::Range(Count)",
        ),
        (
            Slip,
            "count 25",
            "a slip of 25 windows",
            |a| spread(a, 25),
            "VenueCodeError::Range(Count)",
        ),
        (
            Sheet,
            "count 745",
            "a sheet of 745 windows",
            |a| spread(a, 745),
            "VenueCodeError::Range(Count)",
        ),
        (
            Screen,
            "q of a screen",
            "q 15 for a screen",
            |a| a.body.head.degree = 15,
            "VenueCodeError::Range(Degree)",
        ),
        (
            Sheet,
            "q of a sheet",
            "q 14 for a sheet",
            |a| {
                a.body.head.degree = 14;
                a.body.points.pop();
            },
            "VenueCodeError::Range(Degree)",
        ),
        (
            Screen,
            "no name",
            "an empty name",
            |a| a.body.head.name = text(""),
            "VenueCodeError::Range(Text)",
        ),
        (
            Screen,
            "long",
            "name and place of 111 bytes",
            |a| {
                a.body.head.name = text(&"a".repeat(100));
                a.body.head.place = text(&"b".repeat(11));
            },
            "VenueCodeError::Range(Text)",
        ),
        (
            Screen,
            "last day",
            "the last window lies on day 65,536",
            |a| a.body.head.first = Window(Window::LAST.0 - 1),
            "VenueCodeError::Range(WindowBeyondLastDay)",
        ),
        (
            Screen,
            "range before authority",
            "count 13 of another authority",
            |a| {
                spread(a, 13);
                a.body.head.authority = AuthorityId([9; 8]);
            },
            "VenueCodeError::Range(Count)",
        ),
        (
            Screen,
            "authority",
            "an authority that the trust list does not have",
            |a| a.body.head.authority = AuthorityId([9; 8]),
            "VenueCodeError::UnknownAuthority",
        ),
        (
            Screen,
            "other signer",
            "signed by a key that is not listed",
            |a| a.signer = 77,
            "VenueCodeError::Altered",
        ),
        (
            Screen,
            "signature before points",
            "a bad point, signed by a key that is not listed",
            |a| {
                a.signer = 77;
                a.body.points[0] = mixed();
            },
            "VenueCodeError::Altered",
        ),
        (
            Screen,
            "revoked key",
            "signed by a revoked key, another one is current",
            |a| {
                a.signer = 3;
                a.trust.keys.push(CodeKey::Revoked {
                    key: key(3).verifying_key(),
                });
            },
            "VenueCodeError::KeyRevoked",
        ),
        (
            Screen,
            "point not canonical",
            "point 1 is the identity, not reduced",
            |a| a.body.points[1] = not_reduced(),
            "VenueCodeError::BadPoint(NotCanonical)",
        ),
        (
            Screen,
            "point of small order",
            "point 1 is the identity",
            |a| a.body.points[1] = identity(),
            "VenueCodeError::BadPoint(SmallOrder)",
        ),
        (
            Screen,
            "point with torsion",
            "point 0 has a torsion part; point 1 is the identity and comes later",
            |a| {
                a.body.points[0] = mixed();
                a.body.points[1] = identity();
            },
            "VenueCodeError::BadPoint(TorsionPart)",
        ),
        (
            Sheet,
            "commitment with torsion",
            "C_15 has a torsion part",
            |a| a.body.points[15] = mixed(),
            "VenueCodeError::BadPoint(TorsionPart)",
        ),
        (
            Screen,
            "equal points",
            "points 0 and 2 are equal",
            |a| a.body.points[2] = a.body.points[0],
            "VenueCodeError::DuplicatePoint",
        ),
        (
            Sheet,
            "equal commitments",
            "C_0 and C_1 are equal, and the key has ended",
            |a| {
                a.body.points[1] = a.body.points[0];
                a.trust = trusting(CODE_SEED, FIRST);
            },
            "VenueCodeError::DuplicatePoint",
        ),
        (
            Screen,
            "ended key",
            "the key ends one window before the code",
            |a| {
                let last = a.body.head.last();
                a.trust = trusting(CODE_SEED, Window(last.0 - 1));
            },
            "VenueCodeError::KeyExpired",
        ),
        (
            Screen,
            "ended key before revoked code",
            "both",
            |a| {
                a.trust = trusting(CODE_SEED, FIRST);
                a.trust.revoked = Some((a.body.head.code_id, FIRST));
            },
            "VenueCodeError::KeyExpired",
        ),
        (
            Screen,
            "revoked code",
            "revoked from its last window on",
            |a| a.trust.revoked = Some((a.body.head.code_id, a.body.head.last())),
            "VenueCodeError::Revoked",
        ),
        (
            Screen,
            "revoked before expired",
            "revoked, and its time is over",
            |a| {
                a.trust.revoked = Some((a.body.head.code_id, FIRST));
                shifted(a, 9, 0);
            },
            "VenueCodeError::Revoked",
        ),
        (
            Screen,
            "screen too early",
            "601 s before its hour",
            |a| shifted(a, 0, -601),
            "VenueCodeError::NotYetValid",
        ),
        (
            Screen,
            "screen too late",
            "600 s after its hour",
            |a| shifted(a, 1, 600),
            "VenueCodeError::Expired",
        ),
        (
            Screen,
            "last screen too late",
            "the end of the only window it lists",
            |a| {
                spread(a, 1);
                shifted(a, 1, 0);
            },
            "VenueCodeError::Expired",
        ),
        (
            Slip,
            "slip too early",
            "1 s before its first hour",
            |a| shifted(a, 0, -1),
            "VenueCodeError::NotYetValid",
        ),
        (
            Slip,
            "slip too late",
            "the end of its last hour",
            |a| shifted(a, 5, 0),
            "VenueCodeError::Expired",
        ),
        (
            Sheet,
            "sheet too early",
            "1 s before its first hour",
            |a| shifted(a, 0, -1),
            "VenueCodeError::NotYetValid",
        ),
        (
            Sheet,
            "sheet too late",
            "the end of its last hour",
            |a| shifted(a, 5, 0),
            "VenueCodeError::Expired",
        ),
    ]
}

fn refused_bytes() -> Vec<Value> {
    let attempt = Attempt::new(KeySchedule::Screen, 5);
    let good = attempt.bytes();
    let with = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    let no_window_and_more = {
        let mut attempt = Attempt::new(KeySchedule::Screen, 5);
        spread(&mut attempt, 0);
        [&attempt.bytes()[..], &[0]].concat()
    };
    let longer = [&good[..], &[0]].concat();
    let case =
        |name, comment, bytes: &[u8], expected| attempt.refused(name, comment, bytes, expected);
    vec![
        case(
            "empty",
            "no bytes at all",
            &[],
            "VenueCodeError::Malformed(Truncated)",
        ),
        case(
            "version",
            "version 2",
            &with(0, 2),
            "VenueCodeError::Malformed(UnknownVersion)",
        ),
        case(
            "kind of code",
            "kind of code 0",
            &with(1, 0),
            "VenueCodeError::Malformed(OutOfRange)",
        ),
        case(
            "not text",
            "the name is not UTF-8",
            &with(37, 0xff),
            "VenueCodeError::Malformed(NotText)",
        ),
        case(
            "character",
            "the name holds U+007F",
            &with(37, 0x7f),
            "VenueCodeError::Malformed(OutOfRange)",
        ),
        case(
            "too short",
            "one byte is missing",
            &good[..good.len() - 1],
            "VenueCodeError::Malformed(Truncated)",
        ),
        case(
            "count too large for its bytes",
            "count says 255 more than there are",
            &with(33, 1),
            "VenueCodeError::Malformed(Truncated)",
        ),
        case(
            "left over",
            "one byte more",
            &longer,
            "VenueCodeError::BytesLeftOver",
        ),
        case(
            "left over before range",
            "no window, and one byte more",
            &no_window_and_more,
            "VenueCodeError::BytesLeftOver",
        ),
        case(
            "altered",
            "another code id",
            &with(2, good[2] ^ 1),
            "VenueCodeError::Altered",
        ),
        case(
            "altered signature",
            "another last byte",
            &with(good.len() - 1, good[good.len() - 1] ^ 1),
            "VenueCodeError::Altered",
        ),
    ]
}

#[test]
fn venue_codes_are_as_written() {
    let start = FIRST.start();
    let mut cases = vec![
        accepted("screen", KeySchedule::Screen, 11, start.plus(1800)),
        accepted("screen, early", KeySchedule::Screen, 11, start.minus(600)),
        accepted(
            "screen, last window",
            KeySchedule::Screen,
            11,
            Window(FIRST.0 + 10).end().minus(1),
        ),
        accepted("slip", KeySchedule::Slip, 26, start),
        accepted(
            "slip, second",
            KeySchedule::Slip,
            26,
            Window(FIRST.0 + 25).end().minus(1),
        ),
        accepted(
            "sheet",
            KeySchedule::Sheet,
            40,
            Window(FIRST.0 + 39).end().minus(1),
        ),
    ];
    cases.extend(refused_bytes());
    let changes = changes().into_iter();
    cases.extend(changes.map(|(schedule, name, comment, change, expected)| {
        refused(schedule, name, comment, change, expected)
    }));
    same_as_file(
        "venue-code",
        "Venue codes (protocol.md section 4; wire.md section 3), verified at `now` with the keys and revocations of `trust`.",
        cases,
    );
}

#[test]
fn a_revocation_of_another_code_or_of_later_windows_changes_nothing() {
    let mut attempt = Attempt::new(KeySchedule::Screen, 5);
    let (id, last) = (attempt.body.head.code_id, attempt.body.head.last());
    for revoked in [(CodeId([1; 16]), FIRST), (id, Window(last.0 + 1))] {
        attempt.trust.revoked = Some(revoked);
        assert!(read(&attempt.bytes(), &attempt.trust, attempt.now).is_ok());
    }
}
