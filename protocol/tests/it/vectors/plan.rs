//! Vectors of plans: digests, shares, notification keys, and every refusal.
use super::kit::*;
use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use lachan_protocol::crypto::point::Point;
use lachan_protocol::id::{AuthorityId, Region};
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::plan::{Plan, PlanError, UnverifiedPlan};
use lachan_protocol::keys::range::ShownText;
use lachan_protocol::keys::venue::VenueSecrets;
use lachan_protocol::time::Window;
use lachan_protocol::wire::Message;
use serde_json::{Value, json};

fn read(bytes: &[u8]) -> Result<Plan, PlanError> {
    UnverifiedPlan::from_bytes(bytes)?.verify_for(&authority(), &[REGION])
}

fn accepted(name: &str, schedule: KeySchedule, count: u16) -> Value {
    let mut rng = Seeded::new(&format!("plan/{name}"));
    let (plan, secrets) = plan_of(&profile(schedule, count), &mut rng);
    assert_eq!(read(&plan.to_bytes()), Ok(plan.clone()));
    let public = Plan::from_public_bytes(&plan.to_public_bytes(), plan.notice_secret().clone());
    assert_eq!(public, Ok(plan.clone()));
    let head = plan.head();
    case(
        name,
        "a plan, its digest, and for each window the venue's share and notification keys",
        json!({
            "venue_seed": hex::encode([VENUE_SEED; 32]),
            "secrets": secrets_json(&secrets),
            "bytes": hex::encode(plan.to_bytes()),
            "points": hexes(plan.points().iter().map(Point::to_bytes)),
            "points_root": hex::encode(plan.points_root()),
            "digest": plan.digest().0.map(|b| format!("{b:02x}")).concat(),
            "code_id": plan.code_id().to_string(),
            "epoch": head.epoch().to_string(),
            "windows": head.windows().map(|w| window(&plan, &secrets, w)).collect::<Vec<_>>(),
        }),
    )
}

fn window(plan: &Plan, secrets: &VenueSecrets, w: Window) -> Value {
    let head = plan.head();
    let share = secrets.share_of(head, w).unwrap();
    let point = head.point_of(plan.points(), w).unwrap();
    assert_eq!(share.to_point(), point.0);
    json!({
        "w": w.0,
        "a_w": hex::encode(*share.to_bytes()),
        "A_w": hex::encode(point.0.to_bytes()),
        "key_in_code": hex::encode(plan.notice_secret().code_key(head, w).unwrap().0),
        "n_w": hex::encode(plan.notification_key_of(w).unwrap().0),
    })
}

type Change = fn(&mut UnverifiedPlan);

fn refused(name: &str, comment: &str, change: Change, expected: &str) -> Value {
    let mut rng = Seeded::new("plan/refused");
    let (plan, _) = plan_of(&profile(KeySchedule::Screen, 3), &mut rng);
    let mut raw = plan.to_unverified();
    change(&mut raw);
    refused_bytes(name, comment, &raw.to_bytes(), expected)
}

fn refused_bytes(name: &str, comment: &str, bytes: &[u8], expected: &str) -> Value {
    let error = read(bytes).unwrap_err();
    let found = refusal("PlanError", &error);
    assert_eq!(found, expected, "{name}");
    let fields = json!({
        "authority": authority().to_string(),
        "regions": [REGION.0],
        "bytes": hex::encode(bytes),
        "refused": found,
    });
    case(name, comment, fields)
}

fn text(text: &str) -> ShownText {
    ShownText::new(text).unwrap()
}

fn mixed() -> [u8; 32] {
    (ED25519_BASEPOINT_POINT + EIGHT_TORSION[1]).compress().0
}

fn not_on_curve() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = 2;
    bytes
}

fn identity() -> [u8; 32] {
    EIGHT_TORSION[0].compress().0
}

#[test]
fn plans_are_as_written() {
    let mut cases: Vec<Value> = SCHEDULES
        .iter()
        .map(|(name, schedule, count)| accepted(name, *schedule, *count))
        .collect();
    let mut rng = Seeded::new("plan/refused");
    let good = plan_of(&profile(KeySchedule::Screen, 3), &mut rng)
        .0
        .to_bytes();
    let with = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    let bytes =
        |name, comment, bytes: &[u8], expected| refused_bytes(name, comment, bytes, expected);
    cases.extend([
        bytes(
            "version",
            "version 2",
            &with(0, 2),
            "PlanError::Malformed(UnknownVersion)",
        ),
        bytes(
            "kind of code",
            "kind of code 4",
            &with(11, 4),
            "PlanError::Malformed(OutOfRange)",
        ),
        bytes(
            "text",
            "the name is not UTF-8",
            &with(14, 0xff),
            "PlanError::Malformed(NotText)",
        ),
        bytes(
            "character",
            "the name holds U+000A",
            &with(14, 0x0a),
            "PlanError::Malformed(OutOfRange)",
        ),
        bytes(
            "too short",
            "one byte is missing",
            &good[..good.len() - 1],
            "PlanError::Malformed(Truncated)",
        ),
        bytes(
            "empty",
            "no bytes at all",
            &[],
            "PlanError::Malformed(Truncated)",
        ),
        bytes(
            "left over",
            "one byte more",
            &[&good[..], &[0]].concat(),
            "PlanError::BytesLeftOver",
        ),
        bytes(
            "left over before range",
            "one byte more, and no window",
            &{
                let mut raw = UnverifiedPlan::from_bytes(&good).unwrap();
                (raw.head.count, raw.points) = (0, Vec::new());
                [&raw.to_bytes()[..], &[0]].concat()
            },
            "PlanError::BytesLeftOver",
        ),
    ]);
    let changes: [(&str, &str, Change, &str); 29] = [
        (
            "no window",
            "count 0",
            |p| {
                p.head.count = 0;
                p.points.clear();
            },
            "PlanError::Range(Count)",
        ),
        (
            "too many windows",
            "count 745",
            |p| {
                p.head.count = 745;
                p.points = vec![[9; 32]; 745];
            },
            "PlanError::Range(Count)",
        ),
        (
            "degree of a screen",
            "q 1 for a screen",
            |p| p.head.degree = 1,
            "PlanError::Range(Degree)",
        ),
        (
            "degree of a sheet",
            "q 14 for a sheet",
            |p| {
                p.head.schedule = KeySchedule::Sheet;
                p.head.degree = 14;
                p.points = vec![[9; 32]; 15];
            },
            "PlanError::Range(Degree)",
        ),
        (
            "no name",
            "an empty name",
            |p| p.head.name = text(""),
            "PlanError::Range(Text)",
        ),
        (
            "long",
            "name and place of 111 bytes",
            |p| {
                p.head.name = text(&"a".repeat(60));
                p.head.place = text(&"b".repeat(51));
            },
            "PlanError::Range(Text)",
        ),
        (
            "last day",
            "the last window lies on day 65,536",
            |p| p.head.first = Window(Window::LAST.0 - 1),
            "PlanError::Range(WindowBeyondLastDay)",
        ),
        (
            "range before authority",
            "count 0 of another authority",
            |p| {
                p.head.count = 0;
                p.points.clear();
                p.head.authority = AuthorityId([9; 8]);
            },
            "PlanError::Range(Count)",
        ),
        (
            "authority",
            "another authority",
            |p| p.head.authority = AuthorityId([9; 8]),
            "PlanError::UnknownAuthority",
        ),
        (
            "region",
            "a region that is not the authority's",
            |p| p.head.region = Region(2),
            "PlanError::UnknownAuthority",
        ),
        (
            "authority before NFC",
            "another authority, and a name not in NFC",
            |p| {
                p.head.authority = AuthorityId([9; 8]);
                p.head.name = text("Pho\u{31b}");
            },
            "PlanError::UnknownAuthority",
        ),
        (
            "name not NFC",
            "o and a combining horn",
            |p| p.head.name = text("Pho\u{31b}"),
            "PlanError::NotNormal",
        ),
        (
            "place not NFC",
            "a and a combining grave",
            |p| p.head.place = text("Ha\u{300} Nội"),
            "PlanError::NotNormal",
        ),
        (
            "name with a filler",
            "U+3164 shows nothing",
            |p| p.head.name = text("Ph\u{3164}"),
            "PlanError::Range(Text)",
        ),
        (
            "name with three marks",
            "x with three combining marks that are in NFC",
            |p| p.head.name = text("x\u{323}\u{302}\u{315}"),
            "PlanError::Range(Text)",
        ),
        (
            "place that begins with a mark",
            "a mark has no base",
            |p| p.head.place = text("\u{301}x"),
            "PlanError::Range(Text)",
        ),
        (
            "name of two scripts",
            "a Cyrillic letter among Latin ones",
            |p| p.head.name = text("C\u{430}fé"),
            "PlanError::Range(Text)",
        ),
        (
            "place of two scripts",
            "Greek letters beside Latin ones",
            |p| p.head.place = text("tầng Ω"),
            "PlanError::Range(Text)",
        ),
        (
            "text before key",
            "a name of two scripts, and a bad key",
            |p| {
                p.head.name = text("C\u{430}fé");
                p.head.venue_key = [2; 32];
            },
            "PlanError::Range(Text)",
        ),
        (
            "NFC before key",
            "a name not in NFC, and a bad key",
            |p| {
                p.head.name = text("Pho\u{31b}");
                p.head.venue_key = [2; 32];
            },
            "PlanError::NotNormal",
        ),
        (
            "key not canonical",
            "no point of the curve",
            |p| p.head.venue_key = not_on_curve(),
            "PlanError::BadVenueKey(NotCanonical)",
        ),
        (
            "key of small order",
            "the identity",
            |p| p.head.venue_key = identity(),
            "PlanError::BadVenueKey(SmallOrder)",
        ),
        (
            "key with torsion",
            "a key with a torsion part",
            |p| p.head.venue_key = mixed(),
            "PlanError::BadVenueKey(TorsionPart)",
        ),
        (
            "key before points",
            "a bad key, and a bad point",
            |p| {
                p.head.venue_key = identity();
                p.points[0] = mixed();
            },
            "PlanError::BadVenueKey(SmallOrder)",
        ),
        (
            "point not canonical",
            "point 1 is no point of the curve",
            |p| p.points[1] = not_on_curve(),
            "PlanError::BadPoint(NotCanonical)",
        ),
        (
            "point of small order",
            "point 1 is the identity",
            |p| p.points[1] = identity(),
            "PlanError::BadPoint(SmallOrder)",
        ),
        (
            "point with torsion",
            "point 0 has a torsion part; point 1 is the identity and comes later",
            |p| {
                p.points[0] = mixed();
                p.points[1] = identity();
            },
            "PlanError::BadPoint(TorsionPart)",
        ),
        (
            "bad point before equal ones",
            "points 0 and 1 are equal, point 2 is the identity",
            |p| {
                p.points[1] = p.points[0];
                p.points[2] = identity();
            },
            "PlanError::BadPoint(SmallOrder)",
        ),
        (
            "equal points",
            "points 0 and 2 are equal",
            |p| p.points[2] = p.points[0],
            "PlanError::DuplicatePoint",
        ),
    ];
    cases.extend(
        changes.map(|(name, comment, change, expected)| refused(name, comment, change, expected)),
    );
    same_as_file(
        "plan",
        "Plans (protocol.md section 3.3; wire.md section 2.1). venue_seed: Ed25519 seed of the venue's key. A refused plan is checked by the office of `authority` with `regions`.",
        cases,
    );
}
