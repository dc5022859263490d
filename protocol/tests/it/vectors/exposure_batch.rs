//! Vectors of batches: whole ticks of decoys, accepted, and one for each rule that is broken.
use super::file::{compare, refusal};
use crate::properties::exposure_samples::{
    CLOCK, NOON, TODAY, accept, authority, batch_key, order_minus_one,
};
use lachan_protocol::crypto::hash::sha256;
use lachan_protocol::exposure::batch::{BatchError, BatchHead, ExposureBatch, UnsignedPart};
use lachan_protocol::exposure::cutting::cut;
use lachan_protocol::exposure::decoy::DecoySeed;
use lachan_protocol::id::Region;
use lachan_protocol::time::{Day, UnixTime};
use serde_json::{Value, json};

const ABOUT: &str = "Exposure batches (protocol.md sections 6.1 to 6.3, wire.md section 5.2). Every entry is a decoy of \
    this tick: seed number i is 32 bytes, i big-endian. `lists` are the tick's lists as [day, first seed, count], sorted \
    by s. `leaves` say how they lie in leaves, as [day, index in the list, count]. Each leaf is signed with batch_key_seed \
    after `change` (position from the start of leaf 0, new bytes), or changed after signing where `resigned` is false. \
    Read with the clock and the latest time that stand in the case; \
    where `last` stands, after a tick with that [seq, time].";

/// [day, first seed, count]
type List = (u16, u64, usize);

struct Case {
    head: BatchHead,
    lists: Vec<List>,
    leaves: Vec<Vec<(u16, usize, usize)>>,
    numbers: Vec<(u16, u16)>,
    change: Option<(usize, Vec<u8>, bool)>,
    latest: u64,
    /// [seq, time] of the tick before, where that is looked at.
    last: Option<(u64, u64)>,
}

fn head() -> BatchHead {
    BatchHead {
        authority: authority(),
        region: Region(1),
        seq: 7,
        time: NOON,
        nonce: [0xab; 16],
        manifest_root: [0xcd; 32],
        unlocks: 2,
        certificates: 3,
    }
}

fn empty() -> Vec<List> {
    (0..29_u16)
        .map(|i| (TODAY.0 - 28 + i, 10_000 * u64::from(i), 16))
        .collect()
}

impl Case {
    fn of(lists: Vec<List>) -> Self {
        let whole = lists.iter().map(|(day, _, count)| (Day(*day), *count));
        let mut placed = std::collections::BTreeMap::new();
        let leaves: Vec<Vec<_>> = cut(whole)
            .into_iter()
            .map(|leaf| {
                let place = |piece: lachan_protocol::exposure::cutting::Piece| {
                    let at: &mut usize = placed.entry(piece.day).or_default();
                    *at += piece.count;
                    (piece.day.0, *at - piece.count, piece.count)
                };
                leaf.into_iter().map(place).collect()
            })
            .collect();
        let parts = u16::try_from(leaves.len()).expect("few");
        let numbers = (0..parts).map(|part| (part, parts)).collect();
        Self {
            head: head(),
            lists,
            leaves,
            numbers,
            change: None,
            latest: NOON.0,
            last: None,
        }
    }

    fn changed(at: usize, bytes: &[u8]) -> Self {
        Self {
            change: Some((at, bytes.to_vec(), true)),
            ..Self::of(empty())
        }
    }

    fn entries(&self, day: u16) -> Vec<[u8; 40]> {
        let list = self.lists.iter().find(|list| list.0 == day);
        let (_, first, count) = *list.expect("a listed day");
        let mut entries: Vec<[u8; 40]> = (first..first + count as u64)
            .map(|number| {
                let mut seed = [0; 32];
                seed[24..].copy_from_slice(&number.to_be_bytes());
                let decoy = DecoySeed::from_bytes(&seed).expect("a scalar");
                decoy.entry(&self.head.id()).expect("a scalar").to_bytes()
            })
            .collect();
        entries.sort_unstable();
        entries
    }

    fn bytes(&self) -> Vec<Vec<u8>> {
        let mut signed = Vec::new();
        for (leaf, (part, parts)) in self.leaves.iter().zip(&self.numbers) {
            let lists = leaf
                .iter()
                .map(|&(day, at, count)| (Day(day), self.entries(day)[at..at + count].to_vec()));
            let lists = lists.collect();
            let part = UnsignedPart {
                head: self.head.clone(),
                part: *part,
                parts: *parts,
                lists,
            };
            signed.push(part.sign(&batch_key()).expect("it fits"));
        }
        if let Some((at, bytes, resigned)) = &self.change {
            let leaf = &mut signed[0];
            leaf[*at..at + bytes.len()].copy_from_slice(bytes);
            if *resigned {
                let end = leaf.len() - 64;
                let label = lachan_protocol::label::Label::LEAF_BATCH;
                let signature = batch_key().sign(label, &[&leaf[..end]]);
                leaf[end..].copy_from_slice(&signature.0);
            }
        }
        signed
    }

    fn to_json(&self, name: &str, wanted: Option<&str>) -> Value {
        let leaves = self.bytes();
        let latest = UnixTime(self.latest);
        let read = accept(&leaves, latest).and_then(|batch| {
            let last = self.last.map(|(seq, time)| (seq, UnixTime(time)));
            last.map_or(Ok(()), |last| batch.follows(Some(last)))
                .map(|()| batch)
        });
        let refused = read
            .as_ref()
            .err()
            .map(|error| refusal("BatchError", error));
        assert_eq!(refused.as_deref(), wanted, "{name}");
        let mut case = json!({
            "name": name,
            "authority": hex::encode(self.head.authority.0), "region": self.head.region.0,
            "seq": self.head.seq, "time": self.head.time.0, "nonce": hex::encode(self.head.nonce),
            "manifest_root": hex::encode(self.head.manifest_root),
            "unlocks": self.head.unlocks, "certificates": self.head.certificates,
            "batch_key_seed": hex::encode(*batch_key().to_seed()),
            "batch_key": hex::encode(batch_key().verifying_key().to_bytes()),
            "clock": CLOCK, "latest": self.latest,
            "lists": self.lists, "leaves": self.leaves, "part_numbers": self.numbers,
            "lengths": leaves.iter().map(Vec::len).collect::<Vec<_>>(),
            "sha256": leaves.iter().map(|leaf| hex::encode(sha256(&[leaf]))).collect::<Vec<_>>(),
        });
        let more = case.as_object_mut().expect("an object");
        if let Some((at, bytes, resigned)) = &self.change {
            more.insert("change".into(), json!([at, hex::encode(bytes)]));
            more.insert("resigned".into(), json!(resigned));
        }
        if let Some(last) = self.last {
            more.insert("last".into(), json!(last));
        }
        match (read, refused) {
            (Ok(batch), _) => more.insert("batch_id".into(), json!(hex::encode(batch.id().0))),
            (_, refused) => more.insert("refused".into(), json!(refused)),
        };
        case
    }
}

fn with(change: impl FnOnce(&mut Case)) -> Case {
    let mut case = Case::of(empty());
    change(&mut case);
    case
}

fn accepted() -> Vec<Value> {
    let mut large = empty();
    large[28].2 = 1_499;
    let mut three = empty();
    (three[3].2, three[4].2) = (1_874, 1_499);
    let mut whole = Case::of(empty()).to_json("an empty tick", None);
    let bytes = hex::encode(&Case::of(empty()).bytes()[0]);
    whole
        .as_object_mut()
        .expect("an object")
        .insert("leaf".into(), json!(bytes));
    vec![
        whole,
        Case::of(large).to_json("a list that goes on in a second leaf", None),
        Case::of(three).to_json("three leaves", None),
    ]
}

fn parts_refused() -> Vec<Value> {
    let first_entry = 90 + 4;
    let sorted = Case::of(empty()).entries(TODAY.0 - 28);
    let swapped = [sorted[1], sorted[0]].concat();
    let mut order = order_minus_one();
    order[0] += 1;
    let mut cases = vec![
        Case::changed(0, &[2]).to_json(
            "another leaf type",
            Some("BatchError::Malformed(OutOfRange)"),
        ),
        Case::changed(1, &[2]).to_json(
            "another version",
            Some("BatchError::Malformed(UnknownVersion)"),
        ),
        Case::changed(88, &[0, 28]).to_json(
            "bytes left over",
            Some("BatchError::Malformed(BytesLeftOver)"),
        ),
        Case::changed(88, &[0, 30]).to_json(
            "a list too many is said",
            Some("BatchError::Malformed(Truncated)"),
        ),
        Case::changed(2, &[0; 8])
            .to_json("another authority", Some("BatchError::UnknownAuthority")),
        Case::changed(12, &[0; 8]).to_json("seq 0", Some("BatchError::SeqZero")),
        Case::changed(84, &[0, 1]).to_json("part 1 of 1", Some("BatchError::PartOutOfRange")),
        Case::changed(86, &[0, 0]).to_json("no parts", Some("BatchError::PartOutOfRange")),
        Case::changed(10, &[0, 2]).to_json("another region", Some("BatchError::RegionNotFirst")),
        Case::changed(27, &[NOON.0.to_be_bytes()[7] ^ 1])
            .to_json("a time off the tick", Some("BatchError::TimeOffTick")),
        Case::changed(20, &[0; 8])
            .to_json("a time before day 28", Some("BatchError::DayOutOfRange")),
        Case::changed(90, &(TODAY.0 - 29).to_be_bytes())
            .to_json("a list of day D - 29", Some("BatchError::DayOutOfRange")),
        Case::changed(90, &TODAY.0.to_be_bytes())
            .to_json("days not ascending", Some("BatchError::DaysNotSorted")),
        Case::changed(first_entry, &[0; 32]).to_json("s = 0", Some("BatchError::ScalarOutOfRange")),
        Case::changed(first_entry, &order).to_json("s = l", Some("BatchError::ScalarOutOfRange")),
        Case::changed(first_entry, &swapped).to_json(
            "two entries in the wrong order",
            Some("BatchError::KeysNotSorted"),
        ),
        Case::changed(first_entry, &sorted[1][..32])
            .to_json("a scalar beside itself", Some("BatchError::KeysNotSorted")),
    ];
    for at in [5, 44, 80, 95, 134, 18_829] {
        let byte = Case::of(empty()).bytes()[0][at] ^ 1;
        let case = with(|case| case.change = Some((at, vec![byte], false)));
        cases.push(case.to_json(
            &format!("one bit of byte {at} after signing"),
            Some(if at == 5 {
                "BatchError::UnknownAuthority"
            } else {
                "BatchError::BadSignature"
            }),
        ));
    }
    cases.push(
        with(|case| case.leaves[0].clear())
            .to_json("no lists", Some("BatchError::ListCountOutOfRange")),
    );
    cases.push(
        with(|case| case.leaves[0][3].2 = 0)
            .to_json("a list of no entry", Some("BatchError::EmptyList")),
    );
    cases.push(
        with(|case| case.latest -= 1)
            .to_json("a time in the future", Some("BatchError::TimeInFuture")),
    );
    cases
}

fn ticks_refused() -> Vec<Value> {
    let two = || {
        let mut lists = empty();
        lists[28].2 = 1_499;
        Case::of(lists)
    };
    let mut missing = two();
    missing.leaves.pop();
    missing.numbers.pop();
    let mut twice = two();
    twice.leaves[1] = twice.leaves[0].clone();
    twice.numbers[1] = twice.numbers[0];
    let mut parts_differ = two();
    parts_differ.numbers[0].1 = 3;
    let mut early = two();
    let last = early.leaves[0].last_mut().expect("lists");
    last.2 -= 1;
    let rest = early.leaves[1].first_mut().expect("a piece");
    (rest.1, rest.2) = (rest.1 - 1, rest.2 + 1);
    let mut needless = Case::of(empty());
    let moved = needless.leaves[0].split_off(20);
    needless.leaves.push(moved);
    needless.numbers = vec![(0, 2), (1, 2)];
    let mut day_missing = empty();
    day_missing.remove(4);
    let mut last_missing = empty();
    last_missing.pop();
    let mut size = empty();
    size[5].2 = 17;
    let mut small = empty();
    small[5].2 = 15;
    let mut again = empty();
    again[9].1 = again[8].1;
    let mut fields = two().bytes();
    let mut other = two();
    other.head.unlocks += 1;
    fields[1] = other.bytes()[1].clone();
    let read = accept(&fields, NOON).expect_err("unlocks differ");
    assert_eq!(read, BatchError::FieldsDiffer { part: 1 });
    vec![
        missing.to_json(
            "the second part is missing",
            Some("BatchError::PartsMissing"),
        ),
        twice.to_json("the first part twice", Some("BatchError::PartTwice")),
        parts_differ.to_json(
            "parts differ in their number",
            Some("BatchError::FieldsDiffer"),
        ),
        early.to_json("cut one entry too early", Some("BatchError::CutOtherwise")),
        needless.to_json("cut without need", Some("BatchError::CutOtherwise")),
        Case::of(day_missing).to_json("a day is missing", Some("BatchError::DaysNotConsecutive")),
        Case::of(last_missing).to_json(
            "the last day is missing",
            Some("BatchError::DaysNotConsecutive"),
        ),
        Case::of(size).to_json("a list of 17", Some("BatchError::BadListSize")),
        Case::of(small).to_json("a list of 15", Some("BatchError::BadListSize")),
        Case::of(again).to_json(
            "the scalars of one day on the next",
            Some("BatchError::KeyTwice"),
        ),
    ]
}

/// The tick of seq 7 at noon after another one.
fn successions() -> Vec<Value> {
    let after = |seq, time| with(|case| case.last = Some((seq, time)));
    let before = NOON.0 - 21_600;
    let (not_next, not_later) = ("BatchError::SeqNotNext", "BatchError::TimeNotLater");
    vec![
        after(6, before).to_json("after the tick before", None),
        after(6, NOON.0 - 86_400).to_json("after a pause of a day", None),
        after(7, before).to_json("a seq once more", Some(not_next)),
        after(5, before).to_json("a seq left out", Some(not_next)),
        after(u64::MAX, before).to_json("after the last seq there is", Some(not_next)),
        after(6, NOON.0).to_json("a time once more", Some(not_later)),
        after(6, NOON.0 + 21_600).to_json("a time before the last one", Some(not_later)),
        after(8, NOON.0).to_json("seq before time", Some(not_next)),
    ]
}

#[test]
fn exposure_batches() {
    let cases = [accepted(), parts_refused(), ticks_refused(), successions()].concat();
    compare("exposure-batch", ABOUT, cases);
}

#[test]
fn a_leaf_longer_than_a_leaf_may_be_is_refused() {
    let leaf = vec![0; 65_536];
    let read = accept(&[leaf], NOON).expect_err("too long");
    assert_eq!(
        refusal("BatchError", &read),
        "BatchError::Malformed(TooLong)"
    );
    assert_eq!(
        ExposureBatch::join(vec![]).map(|_| ()),
        Err(BatchError::PartsMissing { have: 0, parts: 1 })
    );
}
