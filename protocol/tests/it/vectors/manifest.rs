//! Vectors of manifest records, their salted root, and an auditor's indices.
use super::file::{compare, refusal};
use crate::properties::exposure_samples::{Stream, TODAY, backing, case, mask, window};
use lachan_protocol::crypto::sign::Signature;
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::decoy::DecoySeed;
use lachan_protocol::exposure::entry::ExposureDetail;
use lachan_protocol::exposure::manifest::{
    Cause, EntryRef, Manifest, ManifestLeaf, ManifestRecord, ReleaseRecord, WithdrawalCause,
    audit_indices,
};
use lachan_protocol::id::BatchId;
use lachan_protocol::keys::NotificationKey;
use lachan_protocol::wire::{Message, Seq8};
use serde_json::{Value, json};

const ABOUT: &str = "Manifest (protocol.md sections 6.7 and 6.8, wire.md section 6). `record` under `salt` has `leaf_hash`; \
    a case with `leaf_hashes` gives their RFC 6962 root. A case with `drawn` gives the indices of an audit. The values \
    inside the records are patterns, not valid points or signatures: only the layout is shown.";

fn records() -> Vec<(&'static str, ManifestRecord)> {
    let first = EntryRef { seq: 5, entry: 77 };
    let further = case(0x31, mask(0, 10), Advice::StayAtHome);
    let withdrawal = WithdrawalCause {
        certificate: [0x32; 117],
        order: Signature([0x33; 64]),
    };
    let detail = ExposureDetail::from(further.own);
    let causes = |causes| Seq8::new(causes).expect("few");
    let release = ReleaseRecord {
        backing: backing(),
        window: window(TODAY, 3),
        notice: NotificationKey([0x34; 16]),
        detail,
        causes: causes(vec![Cause::Case(Box::new(further.clone()))]),
    };
    vec![
        (
            "a decoy",
            ManifestRecord::Decoy(DecoySeed::from_bytes(&[0x35; 32]).expect("a scalar")),
        ),
        ("a release", ManifestRecord::Release(Box::new(release))),
        (
            "a change: a further case and a withdrawal",
            ManifestRecord::Change {
                first,
                detail,
                causes: causes(vec![
                    Cause::Case(Box::new(further)),
                    Cause::Withdrawal(Box::new(withdrawal)),
                ]),
            },
        ),
        ("a repeat", ManifestRecord::Repeat(first)),
    ]
}

fn refused() -> Vec<Value> {
    let records = records();
    let bytes = |i: usize| records[i].1.to_bytes();
    let change = |i: usize, at: usize, byte: u8| {
        let mut out = bytes(i);
        out[at] = byte;
        out
    };
    let mut longer = bytes(3);
    longer.push(0);
    let cases = [
        ("an unknown type", vec![4; 13], "DecodeError::OutOfRange"),
        ("no byte", vec![], "DecodeError::Truncated"),
        (
            "a byte after a repeat",
            longer,
            "DecodeError::BytesLeftOver",
        ),
        (
            "half a decoy",
            bytes(0)[..20].to_vec(),
            "DecodeError::Truncated",
        ),
        (
            "an unknown cause",
            change(2, 22, 3),
            "DecodeError::OutOfRange",
        ),
        (
            "items of 65 bytes",
            change(2, 64, 65),
            "DecodeError::OutOfRange",
        ),
        (
            "a case that says no sense",
            change(2, 23, 0xf0),
            "DecodeError::OutOfRange",
        ),
    ];
    cases
        .map(|(name, bytes, wanted)| {
            let refused = refusal(
                "DecodeError",
                &ManifestRecord::from_bytes(&bytes).expect_err(name),
            );
            assert_eq!(refused, wanted, "{name}");
            json!({ "name": name, "record": hex::encode(bytes), "refused": refused })
        })
        .to_vec()
}

#[test]
fn manifests() {
    let mut rng = Stream::new(1);
    let mut manifest = Manifest::default();
    let mut cases = Vec::new();
    for (name, record) in records() {
        let bytes = record.to_bytes();
        assert_eq!(ManifestRecord::from_bytes(&bytes).as_ref(), Ok(&record));
        let leaf = ManifestLeaf::new(record, &mut rng);
        cases.push(
            json!({ "name": name, "record": hex::encode(bytes), "salt": hex::encode(leaf.salt),
            "leaf_hash": hex::encode(leaf.hash()) }),
        );
        manifest.leaves.push(leaf);
    }
    for count in 0..=manifest.leaves.len() {
        let some = Manifest {
            leaves: manifest.leaves[..count].to_vec(),
        };
        let hashes: Vec<String> = some
            .leaves
            .iter()
            .map(|leaf| hex::encode(leaf.hash()))
            .collect();
        cases.push(
            json!({ "name": format!("the root over {count}"), "leaf_hashes": hashes, "root": hex::encode(some.root()) }),
        );
    }
    for (byte, entries) in [(1, 464), (2, 464), (3, 7), (4, 1)] {
        let (drawn, batch) = ([byte; 32], BatchId([0x36; 32]));
        cases.push(json!({ "name": format!("audit {byte}, of {entries} entries"), "drawn": hex::encode(drawn), "batch_id": hex::encode(batch.0),
            "entries": entries, "indices": audit_indices(&drawn, &batch, entries) }));
    }
    cases.extend(refused());
    compare("manifest", ABOUT, cases);
}
