//! Vectors of entries, details, decoys and places.
use super::file::{compare, refusal};
use crate::properties::exposure_samples::{
    Stream, TODAY, case, mask, order_minus_one, pair, window,
};
use lachan_protocol::crypto::hash::sha256;
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::decoy::DecoySeed;
use lachan_protocol::exposure::entry::{DetailMeaning, Entry, ExposureDetail, MinuteMask};
use lachan_protocol::exposure::padding::{places, sizes};
use lachan_protocol::id::BatchId;
use lachan_protocol::keys::NotificationKey;
use lachan_protocol::token::Minutes;
use serde_json::{Value, json};

const ABOUT: &str = "Entries (protocol.md sections 6.2 and 6.4 to 6.6). `detail` (hex of the u64, big-endian) sealed with n_w \
    gives `entry`; `meaning` is what a detail says. `seed` gives a decoy's entry. `releases`, `changes`, `earlier` \
    give size, repeats and decoys of a list. `minutes_together` = popcount(mask of the detail AND from..to - 1).";

fn sealed(name: &str, s: [u8; 32], detail: u64) -> Value {
    let (_, key) = pair(&s);
    let batch = BatchId(sha256(&[b"batch"]));
    let notice = NotificationKey(*sha256(&[b"notice"]).first_chunk().expect("16 of 32"));
    let hour = window(TODAY, 3);
    let entry = Entry::seal(key, ExposureDetail(detail), &notice, hour, &batch);
    assert_eq!(entry.open(&notice, hour, &batch), ExposureDetail(detail));
    assert_eq!(Entry::from_bytes(&entry.to_bytes()), Ok(entry));
    let meaning = match ExposureDetail(detail).meaning() {
        DetailMeaning::Minutes(case) => json!({
            "mask": format!("{:015x}", case.minutes().bits()), "minutes": case.minutes().count(),
            "advice": case.advice().to_u8() }),
        DetailMeaning::TimeUnknown => json!("time unknown"),
        DetailMeaning::Withdrawn => json!("withdrawn"),
    };
    json!({ "name": name, "s": hex::encode(s), "n_w": hex::encode(notice.0), "w": hour.0,
        "batch_id": hex::encode(batch.0), "detail": format!("{detail:016x}"),
        "entry": hex::encode(entry.to_bytes()), "meaning": meaning })
}

fn decoy(name: &str, seed: [u8; 32]) -> Value {
    let batches = [b"batch".as_slice(), b"next batch"].map(|name| BatchId(sha256(&[name])));
    let decoy = DecoySeed::from_bytes(&seed).expect("a scalar");
    let entries =
        batches.map(|batch| hex::encode(decoy.entry(&batch).expect("a scalar").to_bytes()));
    json!({ "name": name, "seed": hex::encode(seed),
        "batch_ids": batches.map(|batch| hex::encode(batch.0)), "entries": entries })
}

fn refused(name: &str, s: [u8; 32]) -> Value {
    let mut bytes = [0; 40];
    bytes[..32].copy_from_slice(&s);
    let refused = refusal("PointError", &Entry::from_bytes(&bytes).expect_err(name));
    assert_eq!(refused, "PointError::ScalarOutOfRange");
    json!({ "name": name, "entry": hex::encode(bytes), "refused": refused })
}

#[test]
fn entries() {
    let mut rng = Stream::new(1);
    let mut s = rng.bytes::<32>();
    s[31] &= 0x0f;
    let mut order = order_minus_one();
    order[0] += 1;
    let all = (1 << 60) - 1;
    let own = case(1, mask(0, 10), Advice::StayAtHome).own;
    let further = case(2, mask(20, 25), Advice::TakeTest).own;
    let merged = ExposureDetail::of_cases([own, further]).0;
    assert_eq!(merged, (5 << 60) | 0x1f0_03ff);
    let mut cases = vec![
        sealed("one minute, advice 1", s, (1 << 60) | 1),
        sealed("all minutes, advice 7", s, (7 << 60) | all),
        sealed(
            "two cases: minutes 0..10 with 5, minutes 20..25 with 2",
            s,
            merged,
        ),
        sealed("withdrawn", s, 15 << 60),
        sealed("withdrawn with minutes", s, (15 << 60) | 1),
        sealed("no minute", s, 3 << 60),
        sealed("advice 0", s, all),
        sealed("advice 8", s, (8 << 60) | 1),
        sealed("advice 14", s, (14 << 60) | 1),
        sealed("s = l - 1", order_minus_one(), (2 << 60) | 0xff),
        decoy("a decoy in two batches, seed 0", [0; 32]),
        decoy("a decoy in two batches", rng.bytes()),
        refused("s = 0", [0; 32]),
        refused("s = l", order),
        refused("s of 32 bytes ff", [0xff; 32]),
        json!({ "name": "the sequence of sizes", "sizes": sizes().take(40).collect::<Vec<_>>() }),
    ];
    let counts = [
        (0, 0, 0),
        (1, 0, 0),
        (16, 0, 0),
        (16, 0, 1),
        (15, 0, 1),
        (0, 3, 100),
        (28, 4, 100),
        (29, 4, 100),
        (129, 0, 10),
        (129, 0, 5_000),
        (0, 20, 20),
        (0, 21, 21),
        (1_000, 7, 5_000),
        (40_000, 0, 0),
    ];
    for (releases, changes, earlier) in counts {
        let p = places(releases, changes, earlier).expect("changes <= earlier");
        cases.push(
            json!({ "name": format!("places of a list: {releases} new, {changes} changed, {earlier} earlier"), "releases": releases, "changes": changes,
            "earlier": earlier, "size": p.size, "repeats": p.repeats, "decoys": p.decoys }),
        );
    }
    for (from, to, bits) in [
        (0, 60, all),
        (0, 1, 2),
        (59, 60, 1 << 59),
        (10, 20, 0xf_ff00_u64),
        (5, 25, 0x0f0f_0f0f),
    ] {
        let minutes = MinuteMask::from(Minutes::new(from, to).expect("minutes"));
        let together = MinuteMask::new(bits).expect("60 bits").and(minutes).count();
        cases.push(
            json!({ "name": format!("minutes together: {from} to {to}"), "from": from, "to": to,
            "mask": format!("{bits:015x}"), "minutes_together": together }),
        );
    }
    for advice in Advice::ALL {
        cases.push(
            json!({ "name": format!("the text of advice {}", advice.to_u8()), "advice": advice.to_u8(), "en": advice.text_en(),
            "vi": advice.text_vi() }),
        );
    }
    compare("entry", ABOUT, cases);
}
