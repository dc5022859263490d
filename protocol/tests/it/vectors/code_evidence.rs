//! Vectors of evidence against a signer: two codes of one plan that contradict each other, and pairs that do not.
use super::kit::*;
use lachan_protocol::code::body::CodeBody;
use lachan_protocol::code::{CodeEvidence, CodeKey, Contradiction, UnverifiedVenueCode};
use lachan_protocol::id::{AuthorityId, CodeId};
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::kind::VenueKind;
use lachan_protocol::keys::range::ShownText;
use lachan_protocol::label::Label;
use lachan_protocol::time::Window;
use lachan_protocol::wire::encode;
use serde_json::{Value, json};

const ABOUT: &str = "Evidence against a signer (protocol.md section 4.4): `first` and `second`, both validly signed under \
    `code_keys` (seeds 0x02, 0x03 x 32; the second one is revoked), say different things of one plan. `contradiction` is \
    the first of kind of code, venue kind, name, place that differs, else the first window whose point (looked at first) \
    or notification key differs. Time and revocations do not matter.";

const REVOKED_SEED: u8 = 3;

struct Pair {
    first: CodeBody,
    second: CodeBody,
    signer: u8,
    flipped: Option<usize>,
}

/// The bodies of the codes shown at the starts of the plan's windows `a` and `b`.
fn pair(schedule: KeySchedule, count: u16, a: u32, b: u32) -> Pair {
    let mut rng = Seeded::new("code-evidence");
    let registered = registered(&profile(schedule, count), &seeds(1), &mut rng).0;
    let body = |index: u32| {
        let bytes = registered
            .code_at(Window(FIRST.0 + index).start())
            .expect("a code");
        let code = UnverifiedVenueCode::from_bytes(&bytes).expect("the office's own");
        code.body().clone()
    };
    Pair {
        first: body(a),
        second: body(b),
        signer: CODE_SEED,
        flipped: None,
    }
}

fn signed(body: &CodeBody, signer: u8) -> Vec<u8> {
    let mut bytes = encode(body);
    let signature = key(signer).sign(Label::VENUE_CODE, &[&bytes]);
    bytes.extend(signature.0);
    bytes
}

fn trust() -> Known {
    let mut trust = trusting(CODE_SEED, Window(FIRST.0 + 1_000));
    trust.keys.push(CodeKey::Revoked {
        key: key(REVOKED_SEED).verifying_key(),
    });
    trust
}

fn one(name: &str, comment: &str, pair: Pair, change: fn(&mut Pair), expected: &str) -> Value {
    let mut pair = pair;
    change(&mut pair);
    let first = signed(&pair.first, CODE_SEED);
    let mut second = signed(&pair.second, pair.signer);
    if let Some(at) = pair.flipped {
        second[at] ^= 1;
    }
    let code = |bytes| UnverifiedVenueCode::from_bytes(bytes).expect("the bytes of a code");
    let found = CodeEvidence::find(code(&first), code(&second), &trust());
    let swapped = CodeEvidence::find(code(&second), code(&first), &trust());
    assert_eq!(
        found.as_ref().map(CodeEvidence::contradiction),
        swapped.as_ref().map(CodeEvidence::contradiction),
        "{name}: which of the two is the first does not matter"
    );
    let keys = [CODE_SEED, REVOKED_SEED].map(|seed| key(seed).verifying_key().to_bytes());
    let mut fields = json!({
        "authority": authority().to_string(), "code_keys": hexes(keys),
        "first": hex::encode(&first), "second": hex::encode(&second),
    });
    match found {
        Ok(evidence) => {
            assert_eq!(evidence.codes(), [&first[..], &second[..]]);
            let (what, window) = named(evidence.contradiction());
            assert_eq!(what, expected, "{name}");
            fields["contradiction"] = what.into();
            fields["window"] = window.map_or(Value::Null, |window| window.0.into());
        }
        Err(error) => {
            let refused = refusal("EvidenceError", &error);
            assert_eq!(refused, expected, "{name}");
            fields["refused"] = refused.into();
        }
    }
    case(name, comment, fields)
}

fn named(contradiction: Contradiction) -> (&'static str, Option<Window>) {
    match contradiction {
        Contradiction::KindOfCode => ("kind of code", None),
        Contradiction::Name => ("name", None),
        Contradiction::NotificationKey(window) => ("notification key", Some(window)),
        Contradiction::Place => ("place", None),
        Contradiction::Point(window) => ("point", Some(window)),
        Contradiction::VenueKind => ("venue kind", None),
    }
}

fn text(text: &str) -> ShownText {
    ShownText::new(text).expect("a good text")
}

#[test]
fn evidence_is_as_written() {
    use KeySchedule::{Screen, Sheet, Slip};
    let same = |schedule| pair(schedule, 11, 0, 0);
    let cases = vec![
        one(
            "another name",
            "",
            same(Screen),
            |p| p.second.head.name = text("Bún chả"),
            "name",
        ),
        one(
            "another place",
            "",
            same(Screen),
            |p| p.second.head.place = text(""),
            "place",
        ),
        one(
            "another venue kind",
            "",
            same(Sheet),
            |p| p.second.head.kind = VenueKind(9),
            "venue kind",
        ),
        one(
            "another kind of code",
            "a screen and a slip with the same windows, keys and points",
            same(Screen),
            |p| {
                p.second.head.schedule = Slip;
                p.second.notification_keys.truncate(1);
            },
            "kind of code",
        ),
        one(
            "name before place",
            "both differ",
            same(Slip),
            |p| {
                p.second.head.name = text("A");
                p.second.head.place = text("B");
            },
            "name",
        ),
        one(
            "another point",
            "two points in each other's place: the first of the two windows is named",
            same(Screen),
            |p| p.second.points.swap(1, 2),
            "point",
        ),
        one(
            "another point in overlapping codes",
            "the codes of two hours in a row; only window 1 differs",
            pair(Screen, 11, 0, 1),
            |p| p.second.points[0] = p.first.points[0],
            "point",
        ),
        one(
            "another notification key",
            "of window 2",
            same(Screen),
            |p| p.second.notification_keys[2].0[0] ^= 1,
            "notification key",
        ),
        one(
            "point before notification key",
            "of one window",
            same(Screen),
            |p| {
                p.second.points.swap(0, 1);
                p.second.notification_keys[0].0[0] ^= 1;
            },
            "point",
        ),
        one(
            "an earlier notification key before a later point",
            "window 0 and window 1",
            same(Screen),
            |p| {
                p.second.points.swap(1, 2);
                p.second.notification_keys[0].0[0] ^= 1;
            },
            "notification key",
        ),
        one(
            "another commitment of a sheet",
            "C_3 and C_4 in each other's place: at x = 1 the sum is the same, so window 1 is named",
            same(Sheet),
            |p| p.second.points.swap(3, 4),
            "point",
        ),
        one(
            "another notification key of a sheet",
            "",
            same(Sheet),
            |p| p.second.notification_keys[0].0[15] ^= 1,
            "notification key",
        ),
        one(
            "signed by a revoked key",
            "counts all the same",
            same(Screen),
            |p| {
                p.signer = REVOKED_SEED;
                p.second.head.name = text("C");
            },
            "name",
        ),
        one(
            "another name in overlapping codes",
            "one common window is enough",
            pair(Screen, 11, 0, 2),
            |p| p.second.head.name = text("D"),
            "name",
        ),
        one(
            "one code twice",
            "",
            same(Screen),
            |_| {},
            "EvidenceError::NoContradiction",
        ),
        one(
            "a sheet twice",
            "",
            same(Sheet),
            |_| {},
            "EvidenceError::NoContradiction",
        ),
        one(
            "two hours in a row",
            "honest codes of one screen",
            pair(Screen, 11, 0, 1),
            |_| {},
            "EvidenceError::NoContradiction",
        ),
        one(
            "another region",
            "is no contradiction",
            same(Screen),
            |p| p.second.head.region.0 += 1,
            "EvidenceError::NoContradiction",
        ),
        one(
            "no common window",
            "the codes of windows 0 and 3 list three windows each",
            pair(Screen, 11, 0, 3),
            |p| p.second.head.name = text("E"),
            "EvidenceError::NothingInCommon",
        ),
        one(
            "another plan",
            "another code id",
            same(Screen),
            |p| {
                p.second.head.code_id = CodeId([9; 16]);
                p.second.head.name = text("F");
            },
            "EvidenceError::NothingInCommon",
        ),
        one(
            "altered",
            "one bit of the second code's name",
            same(Screen),
            |p| p.flipped = Some(37),
            "EvidenceError::Unsigned(Altered)",
        ),
        one(
            "a forger's",
            "signed by a key that is not listed",
            same(Screen),
            |p| {
                p.signer = 77;
                p.second.head.name = text("G");
            },
            "EvidenceError::Unsigned(Altered)",
        ),
        one(
            "another authority",
            "that the trust list does not have",
            same(Screen),
            |p| p.second.head.authority = AuthorityId([9; 8]),
            "EvidenceError::Unsigned(UnknownAuthority)",
        ),
        one(
            "no windows",
            "count 0",
            same(Screen),
            |p| {
                p.second.head.count = 0;
                p.second.points.clear();
                p.second.notification_keys.clear();
            },
            "EvidenceError::Unsigned(Range)",
        ),
        one(
            "equal points",
            "",
            same(Screen),
            |p| p.second.points[1] = p.second.points[0],
            "EvidenceError::Unsigned(DuplicatePoint)",
        ),
    ];
    same_as_file("code-evidence", ABOUT, cases);
}
