//! Vectors of hits: two ticks, tokens of a day tried with their keys, which hits count, and the exposures behind them.
use super::file::{compare, refusal};
use crate::properties::exposure_samples::{
    NOON, Stream, TODAY, accept, authority, batch_key, pair, token, window,
};
use curve25519_dalek::scalar::Scalar;
use lachan_protocol::crypto::hash::sha256;
use lachan_protocol::exposure::batch::{BatchHead, ExposureBatch, UnsignedPart};
use lachan_protocol::exposure::decoy::DecoySeed;
use lachan_protocol::exposure::entry::{Entry, ExposureDetail};
use lachan_protocol::exposure::exposures::{Exposure, Finding, Outcome, exposures_of};
use lachan_protocol::exposure::matching::{Hit, Matcher};
use lachan_protocol::id::{AuthorityId, CodeId, Region};
use lachan_protocol::keys::NotificationKey;
use lachan_protocol::time::{Day, UnixTime, Window};
use lachan_protocol::token::{Minutes, VisitRecord, VisitToken};
use serde_json::{Value, json};

const ABOUT: &str = "Hits (protocol.md section 7). A case with `leaf` is one whole tick, signed with the batch key of the \
    seed 0x22 x 32. A case with `record` is a hit of the key `s` in the list of `day` of tick `tick`: it gives a finding \
    with the opened `detail` (hex of the u64, big-endian), or is refused. A case with `tokens` tries each token on the \
    day's list of both ticks in turn: `hits` are in order of ticks, tokens, and places in the list, each with the reason \
    when it does not count; `not_tried` has the tokens that are damaged or of another day; `exposures` is what is told.";

/// The hours of the sample day, each with the scalar that was published for it.
const PHO: u32 = 3;
const CINEMA: u32 = 4;
const MARKET: u32 = 5;
const GYM: u32 = 6;
/// It ends at the tick of 12:00 itself.
const LATE: u32 = 11;
const YESTERDAY: Day = Day(TODAY.0 - 1);

fn scalar(name: &str) -> [u8; 32] {
    let mut bytes = sha256(&[b"hits", name.as_bytes()]);
    bytes[31] &= 0x0f;
    bytes
}

/// l - s: it has the same u-coordinates as s.
fn negative(s: [u8; 32]) -> [u8; 32] {
    (-Scalar::from_bytes_mod_order(s)).to_bytes()
}

fn notice(window: Window) -> NotificationKey {
    NotificationKey(
        *sha256(&[b"notice", &window.0.to_be_bytes()])
            .first_chunk()
            .expect("16 of 32"),
    )
}

fn record_of(authority: AuthorityId, window: Window, from: u8, to: u8) -> VisitRecord {
    let minutes = Minutes::new(from, to).expect("minutes");
    VisitRecord::new(
        CodeId([7; 16]),
        authority,
        window,
        minutes,
        1,
        notice(window),
        "Phở Thìn",
        "13 Lò Đúc",
    )
    .expect("a window with a day")
}

fn record(window: Window, from: u8, to: u8) -> VisitRecord {
    record_of(authority(), window, from, to)
}

const fn detail(advice: u64, from: u64, to: u64) -> u64 {
    (advice << 60) | (((1 << (to - from)) - 1) << from)
}

/// A published hour: the list's day, the window that the detail is sealed for, s, the detail.
type Published = (Day, Window, [u8; 32], u64);

fn published(seq: u64) -> Vec<Published> {
    let today = |hour, name: &str, detail| (TODAY, window(TODAY, hour), scalar(name), detail);
    if seq == 7 {
        vec![
            today(PHO, "pho", detail(3, 0, 30)),
            (
                TODAY,
                window(TODAY, PHO),
                negative(scalar("pho")),
                detail(2, 40, 60),
            ),
            today(CINEMA, "cinema", detail(0, 0, 10)),
            today(MARKET, "market", 15 << 60),
            today(GYM, "gym", detail(5, 50, 60)),
            today(LATE, "late", detail(1, 0, 59)),
            today(PHO, "abroad", detail(1, 0, 59)),
            (
                YESTERDAY,
                window(YESTERDAY, 20),
                scalar("yesterday"),
                detail(1, 0, 1),
            ),
        ]
    } else {
        vec![
            today(PHO, "pho", detail(7, 10, 50)),
            today(CINEMA, "cinema", 15 << 60),
            today(GYM, "gym", detail(6, 0, 1)),
            today(LATE, "late", detail(1, 0, 59)),
        ]
    }
}

fn head(seq: u64) -> BatchHead {
    let mut nonce = [0xa0; 16];
    nonce[15] = u8::try_from(seq).expect("small");
    BatchHead {
        authority: authority(),
        region: Region(1),
        seq,
        time: NOON.plus((seq - 7) * 21_600),
        nonce,
        manifest_root: [0xcd; 32],
        unlocks: 0,
        certificates: 0,
    }
}

fn leaf(seq: u64) -> Vec<u8> {
    let head = head(seq);
    let list = |day: Day| {
        let mut entries: Vec<[u8; 40]> = published(seq)
            .iter()
            .filter(|hour| hour.0 == day)
            .map(|(_, window, s, detail)| {
                let (_, key) = pair(s);
                Entry::seal(
                    key,
                    ExposureDetail(*detail),
                    &notice(*window),
                    *window,
                    &head.id(),
                )
                .to_bytes()
            })
            .collect();
        for number in 0_u8.. {
            if entries.len() == 16 {
                break;
            }
            let seed = sha256(&[
                b"decoy",
                &day.0.to_be_bytes(),
                &seq.to_be_bytes(),
                &[number],
            ]);
            let decoy = DecoySeed::from_bytes(&seed).expect("a scalar");
            entries.push(decoy.entry(&head.id()).expect("a scalar").to_bytes());
        }
        entries.sort_unstable();
        (day, entries)
    };
    let lists = (TODAY.0 - 28..=TODAY.0).map(|day| list(Day(day))).collect();
    let part = UnsignedPart {
        head,
        part: 0,
        parts: 1,
        lists,
    };
    part.sign(&batch_key()).expect("it fits")
}

fn batch(seq: u64) -> ExposureBatch {
    accept(&[leaf(seq)], UnixTime(u64::MAX)).expect("a good tick")
}

fn tick(seq: u64) -> Value {
    json!({ "name": format!("tick {seq}"), "tick": seq, "time": head(seq).time.0,
        "batch_key": hex::encode(batch_key().verifying_key().to_bytes()),
        "leaf": hex::encode(leaf(seq)), "batch_id": hex::encode(batch(seq).id().0) })
}

fn judged(
    name: &str,
    comment: &str,
    seq: u64,
    day: Day,
    s: [u8; 32],
    record: VisitRecord,
    wanted: &str,
) -> Value {
    let (_, key) = pair(&s);
    let mut case = json!({ "name": name, "comment": comment, "tick": seq, "day": day.0, "s": hex::encode(s),
        "record": hex::encode(record.to_bytes()) });
    let hit = Hit {
        token: 0,
        position: 0,
        key,
        record,
    };
    let found = match Finding::of(&hit, day, &batch(seq)) {
        Ok(finding) => {
            let detail = format!("{:016x}", finding.detail.0);
            case["finding"] =
                json!({ "seq": finding.seq, "published": finding.published.0, "detail": detail });
            detail
        }
        Err(error) => {
            case["refused"] = refusal("HitError", &error).into();
            refusal("HitError", &error)
        }
    };
    assert_eq!(found, wanted, "{name}");
    case
}

fn tried(name: &str, comment: &str, tokens: &[VisitToken], wanted: &[&str]) -> Value {
    let (mut hits, mut findings, mut not_tried) = (Vec::new(), Vec::new(), Vec::new());
    for seq in [7, 8] {
        let batch = batch(seq);
        let keys: Vec<_> = batch
            .entries_of(TODAY)
            .iter()
            .map(|entry| entry.key)
            .collect();
        let mut matcher = Matcher::new(TODAY, tokens);
        for hit in matcher.feed(&keys) {
            let mut shown = json!({ "tick": seq, "token": hit.token, "position": hit.position,
                "s": hex::encode(hit.key.to_bytes()) });
            match Finding::of(&hit, TODAY, &batch) {
                Ok(finding) => findings.push(finding),
                Err(error) => shown["does_not_count"] = refusal("HitError", &error).into(),
            }
            hits.push(shown);
        }
        not_tried = matcher
            .refused()
            .iter()
            .map(|(token, why)| json!({ "token": token, "why": refusal("TokenError", why) }))
            .collect();
    }
    let exposures = exposures_of(&findings);
    let outcomes: Vec<String> = exposures
        .iter()
        .map(|exposure| said(exposure)["outcome"].as_str().expect("text").into())
        .collect();
    assert_eq!(outcomes, wanted, "{name}");
    json!({ "name": name, "comment": comment, "day": TODAY.0,
        "tokens": tokens.iter().map(|token| hex::encode(token.as_bytes())).collect::<Vec<_>>(),
        "hits": hits, "not_tried": not_tried, "exposures": exposures.iter().map(said).collect::<Vec<_>>() })
}

fn said(exposure: &Exposure) -> Value {
    let mut said = json!({ "authority": hex::encode(exposure.authority.0), "code_id": hex::encode(exposure.code_id.0),
        "w": exposure.window.0, "venue_kind": exposure.venue_kind, "venue_name": exposure.name,
        "place": exposure.place, "published": exposure.published.0 });
    let (outcome, advice) = match exposure.outcome {
        Outcome::NoneTogether { advice } => ("none together", Some(advice)),
        Outcome::TimeUnknown => ("time unknown", None),
        Outcome::Together { minutes, advice } => {
            said["minutes_together"] = minutes.count().into();
            said["mask"] = format!("{:015x}", minutes.bits()).into();
            ("together", Some(advice))
        }
        Outcome::Withdrawn => ("withdrawn", None),
    };
    said["outcome"] = outcome.into();
    if let Some(advice) = advice {
        said["advice"] = advice.to_u8().into();
    }
    said
}

fn judgements() -> Vec<Value> {
    let hour = |hour| window(TODAY, hour);
    let abroad = AuthorityId([9; 8]);
    let (pho, late) = (scalar("pho"), scalar("late"));
    let text = |detail: u64| format!("{detail:016x}");
    vec![
        judged(
            "a hit that counts",
            "",
            7,
            TODAY,
            pho,
            record(hour(PHO), 0, 20),
            &text(detail(3, 0, 30)),
        ),
        judged(
            "the same key in the next tick",
            "sealed anew",
            8,
            TODAY,
            pho,
            record(hour(PHO), 0, 20),
            &text(detail(7, 10, 50)),
        ),
        judged(
            "the other scalar of the same u",
            "l - s stands in tick 7 as an entry of its own",
            7,
            TODAY,
            negative(pho),
            record(hour(PHO), 0, 20),
            &text(detail(2, 40, 60)),
        ),
        judged(
            "yesterday's list",
            "",
            7,
            YESTERDAY,
            scalar("yesterday"),
            record(window(YESTERDAY, 20), 0, 1),
            &text(detail(1, 0, 1)),
        ),
        judged(
            "an hour that ended in time",
            "at 18:00, what ended at 12:00",
            8,
            TODAY,
            late,
            record(hour(LATE), 0, 20),
            &text(detail(1, 0, 59)),
        ),
        judged(
            "another authority's record",
            "",
            7,
            TODAY,
            pho,
            record_of(abroad, hour(PHO), 0, 20),
            "HitError::OtherAuthority",
        ),
        judged(
            "a record of another day",
            "yesterday's, in today's list",
            7,
            TODAY,
            pho,
            record(window(YESTERDAY, PHO), 0, 20),
            "HitError::OtherDay",
        ),
        judged(
            "an hour that ended at the tick",
            "1,800 s are missing",
            7,
            TODAY,
            late,
            record(hour(LATE), 0, 20),
            "HitError::WindowInFuture",
        ),
        judged(
            "a key that is not in the list",
            "",
            7,
            TODAY,
            scalar("nobody"),
            record(hour(PHO), 0, 20),
            "HitError::NotInBatch",
        ),
        judged(
            "a key of another day's list",
            "",
            7,
            TODAY,
            scalar("yesterday"),
            record(hour(PHO), 0, 20),
            "HitError::NotInBatch",
        ),
        judged(
            "authority before day",
            "both differ",
            7,
            TODAY,
            pho,
            record_of(abroad, window(YESTERDAY, PHO), 0, 20),
            "HitError::OtherAuthority",
        ),
        judged(
            "day before time",
            "a record of tomorrow",
            7,
            TODAY,
            pho,
            record(window(Day(TODAY.0 + 1), 0), 0, 20),
            "HitError::OtherDay",
        ),
        judged(
            "time before list",
            "a key that is not in the list, of an hour that had not ended",
            7,
            TODAY,
            scalar("nobody"),
            record(hour(LATE), 0, 20),
            "HitError::WindowInFuture",
        ),
    ]
}

fn trials() -> Vec<Value> {
    let mut rng = Stream::new(9);
    let mut sealed =
        |name: &str, record: VisitRecord| token(&record, &pair(&scalar(name)).0, &mut rng);
    let hour = |hour| window(TODAY, hour);
    let pho = sealed("pho", record(hour(PHO), 0, 20));
    let pho_later = sealed("pho", record(hour(PHO), 45, 60));
    let cinema = sealed("cinema", record(hour(CINEMA), 0, 60));
    let market = sealed("market", record(hour(MARKET), 0, 60));
    let gym = sealed("gym", record(hour(GYM), 10, 20));
    let late = sealed("late", record(hour(LATE), 5, 15));
    let elsewhere = sealed("nobody", record(hour(PHO), 0, 60));
    let abroad = sealed("abroad", record_of(AuthorityId([9; 8]), hour(PHO), 0, 60));
    let yesterday = sealed("yesterday", record(window(YESTERDAY, 20), 0, 60));
    let mut twist = *elsewhere.as_bytes();
    twist[2..34].fill(0);
    twist[2] = 2;
    let twist = VisitToken::from_bytes(&twist).expect("canonical");
    vec![
        tried(
            "minutes together",
            "tick 8 replaces what tick 7 said of s; what it said of l - s stays, and has no minute of this visit",
            std::slice::from_ref(&pho),
            &["together"],
        ),
        tried(
            "two visits in one hour",
            "one exposure with the minutes of both: 10..20 and 45..50 with s, 45..60 with l - s",
            &[pho.clone(), pho_later],
            &["together"],
        ),
        tried(
            "withdrawn later",
            "time unknown in tick 7, withdrawn in tick 8",
            std::slice::from_ref(&cinema),
            &["withdrawn"],
        ),
        tried("withdrawn", "", &[market], &["withdrawn"]),
        tried(
            "no minute together",
            "in both ticks; the advice is the newer one",
            &[gym],
            &["none together"],
        ),
        tried(
            "too early in tick 7",
            "counts in tick 8 only",
            &[late],
            &["together"],
        ),
        tried("nothing found", "", std::slice::from_ref(&elsewhere), &[]),
        tried(
            "another authority's token",
            "it opens, and does not count",
            &[abroad],
            &[],
        ),
        tried(
            "tokens that are not tried",
            "one of yesterday, one whose E is on the twist",
            &[yesterday, twist, pho],
            &["together"],
        ),
        tried(
            "several hours",
            "by window",
            &[cinema, elsewhere],
            &["withdrawn"],
        ),
    ]
}

#[test]
fn hits() {
    let cases = [vec![tick(7), tick(8)], judgements(), trials()].concat();
    compare("hits", ABOUT, cases);
}
