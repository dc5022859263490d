//! The witness against the vectors of any witness.
//! Knows requests and answers; sees no disk and no socket.
//! Specified in specs/protocol.md §8.5.

use super::*;
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::log::note::{SignatureType, SignedNote};
use lachan_protocol::log::witness::SIZE_TYPE;
use serde_json::Value;

const VECTORS: &str = include_str!("../../../specs/vectors/witness.json");

fn signer(name: &str, signature_type: SignatureType, seed: u8) -> NoteSigner {
    NoteSigner::new(name, signature_type, SigningKey::from_seed(&[seed; 32])).expect("a good name")
}

/// A witness that knows the log of the vectors, and remembers this note, cosigned a minute before.
fn witness(case: &Value) -> Witness {
    let log = Vkey::from_text(case["log_vkey"].as_str().expect("a key")).expect("a vkey");
    let known = case["known"].as_str().map(|note| {
        let now = case["now"].as_u64().expect("a time");
        let state = [&(now - 60).to_be_bytes(), note.as_bytes()].concat();
        Witnessed::from_bytes(&state, &log).expect("a state")
    });
    let origin = log.name().to_owned();
    Witness {
        signer: signer("witness.example/1", SignatureType::Cosignature, 0x41),
        known: known
            .map(|known| (origin.clone(), known))
            .into_iter()
            .collect(),
        logs: BTreeMap::from([(origin, log)]),
        liars: BTreeSet::new(),
        lost: false,
    }
}

fn ask(witness: &mut Witness, body: &[u8], now: u64) -> (Vec<Output>, WitnessAnswer) {
    let input = Input::AddCheckpoint {
        body: body.to_vec(),
        reply_to: ReplyTo(1),
    };
    let mut outputs = witness.handle(input, UnixTime(now));
    match outputs.pop() {
        Some(Output::Answer { answer, .. }) => (outputs, answer),
        other => unreachable!("the last output is the answer, not {other:?}"),
    }
}

fn cases() -> Vec<Value> {
    let vectors: Value = serde_json::from_str(VECTORS).expect("the vectors are JSON");
    let cases = vectors["cases"].as_array().expect("cases").clone();
    cases
        .into_iter()
        .filter(|case| case.get("now").is_some())
        .collect()
}

fn body(case: &Value) -> Vec<u8> {
    let hexed = case["request_hex"]
        .as_str()
        .map(|text| hex::decode(text).expect("hex"));
    let text = || {
        case["request"]
            .as_str()
            .map(|text| text.as_bytes().to_vec())
    };
    hexed.or_else(text).expect("a request")
}

#[test]
fn answers_every_vector_with_its_status_type_and_body_and_stores_before_it_signs() {
    for case in cases() {
        let name = case["name"].as_str().expect("a name");
        let now = case["now"].as_u64().expect("a time");
        let mut witness = witness(&case);
        let before: Vec<Witnessed> = witness.known().cloned().collect();
        let (outputs, answer) = ask(&mut witness, &body(&case), now);
        assert_eq!(u64::from(answer.status), case["status"], "{name}");
        let wanted_type = case["type"].as_str();
        assert_eq!(
            answer.content == Content::Size,
            wanted_type == Some(SIZE_TYPE),
            "{name}"
        );
        let stored = outputs.iter().filter_map(|output| match output {
            Output::Store(kept) => Some(hex::encode(&kept.state)),
            Output::Answer { .. }
            | Output::Evidence { .. }
            | Output::Note(_)
            | Output::StandStill => None,
        });
        let stored: Vec<String> = stored.collect();
        if let Some(accepted) = case.get("accepted") {
            assert_eq!(answer.body, accepted["body"], "{name}");
            assert_eq!(
                stored,
                [accepted["state_after"].as_str().expect("a state")],
                "{name}"
            );
        } else {
            assert!(stored.is_empty(), "{name}: nothing changes");
            assert_eq!(
                witness.known().cloned().collect::<Vec<_>>(),
                before,
                "{name}"
            );
            if let Some(size) = case["body"].as_str() {
                assert_eq!(answer.body, size, "{name}");
            }
        }
    }
}

#[test]
fn keeps_evidence_of_two_roots_and_never_cosigns_that_log_again() {
    let cases = cases();
    let named = |name: &str| {
        let found = cases.iter().find(|case| case["name"] == name);
        found
            .unwrap_or_else(|| unreachable!("no case {name}"))
            .clone()
    };
    let conflict = named("the same size with another root");
    let mut witness = witness(&conflict);
    let again = named("the same tree again");
    let now = conflict["now"].as_u64().expect("a time");
    assert_eq!(
        ask(&mut witness, &body(&again), now).1.status,
        200,
        "the control"
    );
    let (outputs, answer) = ask(&mut witness, &body(&conflict), now);
    assert_eq!(answer.status, 409);
    let evidence = outputs.iter().find_map(|output| match output {
        Output::Evidence { bytes, .. } => Some(bytes),
        Output::Answer { .. } | Output::Note(_) | Output::StandStill | Output::Store(_) => None,
    });
    let log = witness.logs.values().next().expect("a log");
    let evidence = evidence.expect("the notes are kept");
    let proof = lachan_protocol::log::evidence::EquivocationProof::from_bytes(evidence, log);
    assert!(proof.is_ok(), "{proof:?}");
    assert_eq!(ask(&mut witness, &body(&again), now).1.status, 503);
}

#[test]
fn stands_still_when_it_meets_a_cosignature_of_its_own_that_it_does_not_remember() {
    let case = cases()
        .into_iter()
        .find(|case| case["name"] == "a larger tree")
        .expect("a case");
    let now = case["now"].as_u64().expect("a time");
    let mut newer = witness(&case);
    let (_, answer) = ask(&mut newer, &body(&case), now);
    let request = AddCheckpoint::from_bytes(&body(&case)).expect("a request");
    let note = [request.note, answer.body.into_bytes()].concat();
    assert!(SignedNote::from_bytes(&note).is_ok());
    // the witness that remembers it goes on; the control
    newer.handle(Input::Seen(note.clone()), UnixTime(now));
    assert!(!newer.is_lost());
    // the one that was put back to the state before does not
    let mut older = witness(&case);
    let outputs = older.handle(Input::Seen(note), UnixTime(now));
    assert_eq!(
        outputs.first(),
        Some(&Output::StandStill),
        "kept for the next start"
    );
    assert!(older.is_lost());
    assert_eq!(ask(&mut older, &body(&case), now).1.status, 503);
}

#[test]
fn its_time_never_falls() {
    let case = cases()
        .into_iter()
        .find(|case| case["name"] == "the same tree again")
        .expect("a case");
    let mut witness = witness(&case);
    let now = case["now"].as_u64().expect("a time");
    ask(&mut witness, &body(&case), now);
    ask(&mut witness, &body(&case), now - 500);
    let times: Vec<UnixTime> = witness.known().map(Witnessed::time).collect();
    assert_eq!(times, [UnixTime(now)]);
}
