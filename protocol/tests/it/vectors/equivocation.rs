//! Vectors of evidence that a log signed two histories.
use super::witness::{History, TIME, log, signer, witness};
use crate::vectors::file::{compare, refusal};
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::log::evidence::{EquivocationProof, UnverifiedEvidence};
use lachan_protocol::log::note::{SignatureType, SignedNote};
use lachan_protocol::log::proof::prove_roots;
use lachan_protocol::time::UnixTime;
use lachan_protocol::wire::Message;
use serde_json::json;

#[test]
fn evidence() {
    let (one, two) = (History("one", 3), History("two", 3));
    let both = |m: u64, n: u64, proof: Vec<Hash>| {
        let evidence =
            UnverifiedEvidence::new(&one.note(m).to_bytes(), &two.note(n).to_bytes(), proof);
        evidence.unwrap().to_bytes()
    };
    let proof = |m, n| prove_roots(&mut two.clone(), m, n).unwrap();
    let swapped = |bytes: Vec<u8>, m: u64| {
        let first = one.note(m).to_bytes().len() + 2;
        let second = 1 + first;
        let length = usize::from(u16::from_be_bytes([bytes[second], bytes[second + 1]])) + 2;
        [
            &bytes[..1],
            &bytes[second..second + length],
            &bytes[1..second],
            &bytes[second + length..],
        ]
        .concat()
    };
    let foreign = {
        let origin = "other.example/log".to_owned();
        let checkpoint = Checkpoint {
            origin,
            size: 9,
            root: Hash([1; 32]),
        };
        checkpoint
            .sign(&signer("other.example/log", SignatureType::Ed25519, 9))
            .unwrap()
            .to_bytes()
    };
    let unsigned = {
        let mut note = SignedNote::new(two.note(9).text()).unwrap();
        note.sign(&witness(), UnixTime(TIME));
        note.to_bytes()
    };
    let new = |one: &[u8], other: &[u8], proof| {
        UnverifiedEvidence::new(one, other, proof)
            .unwrap()
            .to_bytes()
    };
    let good = both(5, 9, proof(5, 9));
    let mut shorter = proof(5, 9);
    shorter.pop();
    let mut version = good.clone();
    version[0] = 2;
    let cases = [
        ("one size, two roots", both(5, 5, vec![])),
        ("5 leaves are not in 9", good.clone()),
        (
            "4 leaves, a complete tree, are not in 9",
            both(4, 9, proof(4, 9)),
        ),
        (
            "8 leaves, a complete tree, are not in 300",
            both(8, 300, proof(8, 300)),
        ),
        ("255 leaves are not in 256", both(255, 256, proof(255, 256))),
        ("3 leaves, which both have", both(3, 9, proof(3, 9))),
        ("one checkpoint twice", both(3, 3, vec![])),
        ("an empty tree and another", both(0, 9, vec![])),
        ("one size with a proof", both(5, 5, proof(5, 9))),
        ("no proof", both(5, 9, vec![])),
        ("a hash too few", both(5, 9, shorter)),
        (
            "a hash too many",
            both(5, 9, [proof(5, 9), vec![Hash([1; 32])]].concat()),
        ),
        (
            "the proof of the other history",
            both(5, 9, prove_roots(&mut one.clone(), 5, 9).unwrap()),
        ),
        ("the larger tree first", swapped(good.clone(), 5)),
        (
            "a checkpoint of another log",
            new(&one.note(5).to_bytes(), &foreign, proof(5, 9)),
        ),
        (
            "a checkpoint that only a witness signed",
            new(&one.note(5).to_bytes(), &unsigned, proof(5, 9)),
        ),
        ("version 2", version),
        ("a byte left over", [&good[..], &[0]].concat()),
        ("a byte missing", good[..good.len() - 1].to_vec()),
        ("nothing", vec![]),
    ];
    let cases = cases.into_iter().map(|(name, bytes)| {
        let mut case = json!({ "name": name, "log_vkey": log().vkey().to_string(), "evidence": hex::encode(&bytes) });
        let object = case.as_object_mut().unwrap();
        match EquivocationProof::from_bytes(&bytes, log().vkey()) {
            Ok(proof) => {
                assert_eq!(proof.to_bytes(), bytes);
                let sizes = proof.checkpoints().each_ref().map(|checkpoint| checkpoint.size);
                object.insert("accepted".into(), json!({ "sizes": sizes }));
            }
            Err(error) => {
                object.insert("refused".into(), refusal("EquivocationError", &error).into());
            }
        }
        case
    });
    let about = "Evidence that a log signed two histories (protocol.md §8.8). Leaf i of history \"one\" is the text of i for the first three leaves, then \"one\" and i; of \"two\" likewise. Seeds: log 0x07 x 32.";
    compare("equivocation", about, cases.collect());
}

#[test]
fn evidence_is_found_for_every_pair_of_sizes_and_never_against_an_honest_log() {
    for common in [0_u64, 1, 3, 8] {
        let (one, two) = (History("one", common), History("two", common));
        for n in 1..40_u64 {
            for m in 1..n {
                let evidence = |from: History| {
                    let proof = prove_roots(&mut two.clone(), m, n).unwrap();
                    let notes = (from.note(m).to_bytes(), two.note(n).to_bytes());
                    let evidence = UnverifiedEvidence::new(&notes.0, &notes.1, proof).unwrap();
                    evidence.verify(log().vkey()).is_ok()
                };
                assert_eq!(evidence(one), m > common, "{m} of {n}, {common} common");
                assert!(!evidence(two), "{m} of {n}: one history contradicts itself");
            }
        }
    }
}
