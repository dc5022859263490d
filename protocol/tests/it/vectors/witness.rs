//! Vectors of witnesses: each request with the answer that any witness gives (C2SP tlog-witness).
#![expect(
    clippy::unwrap_used,
    reason = "a test stops where its own input is wrong"
)]
use crate::properties::log::ORIGIN;
use crate::vectors::file::{compare, refusal};
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::crypto::tree::{Frontier, Hash};
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::log::note::{NoteSigner, SignatureType, SignedNote};
use lachan_protocol::log::proof::{HashReader, prove_consistency, read_root};
use lachan_protocol::log::witness::{AddCheckpoint, Examined, WitnessError, Witnessed};
use lachan_protocol::time::UnixTime;
use serde_json::{Value, json};
use std::convert::Infallible;

pub(super) const TIME: u64 = 1_795_500_000;

pub(super) fn signer(name: &str, signature_type: SignatureType, seed: u8) -> NoteSigner {
    NoteSigner::new(name, signature_type, SigningKey::from_seed(&[seed; 32])).unwrap()
}

pub(super) fn log() -> NoteSigner {
    signer(ORIGIN, SignatureType::Ed25519, 7)
}

pub(super) fn witness() -> NoteSigner {
    signer("witness.example/1", SignatureType::Cosignature, 0x41)
}

/// A history: leaf i is its name and i, but for the first `common` leaves, which all histories share.
#[derive(Clone, Copy)]
pub(super) struct History(pub(super) &'static str, pub(super) u64);

impl History {
    fn leaf(self, index: u64) -> Hash {
        let name = if index < self.1 { "" } else { self.0 };
        Hash::of_leaf(format!("{name}{index}").as_bytes())
    }

    fn root(mut self, size: u64) -> Hash {
        read_root(&mut self, size).unwrap()
    }

    pub(super) fn note(self, size: u64) -> SignedNote {
        note(size, self.root(size))
    }
}

impl HashReader for History {
    type Error = Infallible;

    fn hash(&mut self, height: u32, index: u64) -> Result<Hash, Infallible> {
        let mut frontier = Frontier::default();
        let leaves = (index << height)..((index + 1) << height);
        leaves.for_each(|leaf| frontier.push(self.leaf(leaf)));
        Ok(frontier.root())
    }
}

const ONE: History = History("one", 0);

pub(super) fn note(size: u64, root: Hash) -> SignedNote {
    let origin = ORIGIN.to_owned();
    Checkpoint { origin, size, root }.sign(&log()).unwrap()
}

fn request(old: u64, size: u64) -> AddCheckpoint {
    AddCheckpoint {
        old,
        proof: prove_consistency(&mut ONE.clone(), old, size).unwrap(),
        note: ONE.note(size).to_bytes(),
    }
}

/// The state of a witness that cosigned this tree a minute before.
pub(super) fn state(note: &SignedNote) -> Witnessed {
    let bytes = [&(TIME - 60).to_be_bytes()[..], &note.to_bytes()].concat();
    Witnessed::from_bytes(&bytes, log().vkey()).unwrap()
}

pub(super) fn answer(body: &[u8], known: Option<&Witnessed>) -> Result<Witnessed, WitnessError> {
    let (log, witness) = (log(), witness());
    let request = AddCheckpoint::from_bytes(body)?;
    assert_eq!(request.to_bytes(), body, "one form for each request");
    let log_of = |origin: &str| (origin == ORIGIN).then_some(log.vkey());
    Examined::new(request, witness.vkey(), log_of)?.compare(known, UnixTime(TIME))
}

#[test]
fn add_checkpoint() {
    let none: Option<SignedNote> = None;
    let at = |size| Some(ONE.note(size));
    let bytes = |request: &AddCheckpoint| request.to_bytes();
    let with = |old: u64, proof: Vec<Hash>, note: &SignedNote| {
        bytes(&AddCheckpoint {
            old,
            proof,
            note: note.to_bytes(),
        })
    };
    let text = |body: &[u8]| String::from_utf8(body.to_vec()).unwrap();
    let good = text(&bytes(&request(3, 8)));
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1).into_bytes()
    };
    let mut cosigned = ONE.note(8);
    cosigned.sign(&witness(), UnixTime(TIME - 60));
    let mut cosigned_before = ONE.note(3);
    cosigned_before.sign(&witness(), UnixTime(TIME - 60));
    let mut dressed = ONE.note(8);
    for number in 0..16 {
        let name = format!("unknown.example/{number}");
        dressed.sign(
            &signer(&name, SignatureType::Cosignature, number),
            UnixTime(TIME),
        );
    }
    let mut twice = ONE.note(8);
    twice.add(note(9, Hash([9; 32])).signatures()[0].clone());
    let mut unsigned = SignedNote::new(ONE.note(8).text()).unwrap();
    unsigned.sign(
        &signer("other.example/log", SignatureType::Ed25519, 9),
        UnixTime(0),
    );
    let elsewhere = Checkpoint {
        origin: "other.example/log".into(),
        size: 8,
        root: ONE.root(8),
    };
    let elsewhere = elsewhere
        .sign(&signer("other.example/log", SignatureType::Ed25519, 9))
        .unwrap();
    let proof = |old, size| prove_consistency(&mut ONE.clone(), old, size).unwrap();
    let many: Vec<Hash> = vec![Hash([1; 32]); 64];
    let cases = [
        ("the first checkpoint", none.clone(), bytes(&request(0, 3))),
        (
            "the first checkpoint of an empty log",
            none.clone(),
            bytes(&request(0, 0)),
        ),
        ("a larger tree", at(3), bytes(&request(3, 8))),
        (
            "a larger tree after a complete one",
            at(4),
            bytes(&request(4, 7)),
        ),
        ("from an empty tree", at(0), bytes(&request(0, 5))),
        ("the same tree again", at(8), bytes(&request(8, 8))),
        ("the same empty tree again", at(0), bytes(&request(0, 0))),
        (
            "sixteen cosignatures of others",
            at(3),
            with(3, proof(3, 8), &dressed),
        ),
        (
            "its own cosignature of the tree that it remembers",
            at(8),
            with(8, vec![], &cosigned),
        ),
        ("nothing", at(3), vec![]),
        ("no old size", at(3), changed("old 3\n", "")),
        ("another word", at(3), changed("old ", "new ")),
        ("two spaces", at(3), changed("old ", "old  ")),
        ("a leading zero", at(3), changed("old 3", "old 03")),
        ("a sign", at(3), changed("old 3", "old +3")),
        (
            "an old size beyond 64 bits",
            at(3),
            changed("old 3", "old 18446744073709551616"),
        ),
        ("a carriage return", at(3), changed("old 3\n", "old 3\r\n")),
        (
            "a proof line without its padding",
            at(3),
            changed("=\n", "\n"),
        ),
        (
            "a proof line of one letter",
            at(3),
            changed("old 3\n", "old 3\nA\n"),
        ),
        (
            "no empty line",
            at(3),
            good.split("\n\n").next().unwrap().as_bytes().to_vec(),
        ),
        (
            "only the proof",
            at(3),
            [good.split("\n\n").next().unwrap(), "\n\n"]
                .concat()
                .into_bytes(),
        ),
        ("64 proof lines", at(3), with(3, many.clone(), &ONE.note(8))),
        (
            "not UTF-8",
            at(3),
            [&b"old 3\n\xff\n\n"[..], &ONE.note(8).to_bytes()].concat(),
        ),
        (
            "a note without signatures",
            at(3),
            [format!("old 3\n\n{}", ONE.note(8).text()).as_bytes(), b"\n"].concat(),
        ),
        (
            "an extension line",
            at(3),
            with(3, proof(3, 8), &extended()),
        ),
        (
            "the size with a leading zero",
            at(3),
            changed("\n8\n", "\n08\n"),
        ),
        ("another log", at(3), with(3, proof(3, 8), &elsewhere)),
        (
            "not signed by the log",
            at(3),
            with(3, proof(3, 8), &unsigned),
        ),
        (
            "signed by the log, and once badly in its name",
            at(3),
            with(3, proof(3, 8), &twice),
        ),
        (
            "an old size above the checkpoint's",
            at(8),
            with(8, vec![], &ONE.note(3)),
        ),
        (
            "an old size above what is remembered",
            at(3),
            bytes(&request(5, 8)),
        ),
        (
            "an old size below what is remembered",
            at(5),
            bytes(&request(3, 8)),
        ),
        (
            "an old size where nothing is remembered",
            none.clone(),
            bytes(&request(3, 8)),
        ),
        (
            "an old size of 0 where something is",
            at(3),
            bytes(&request(0, 8)),
        ),
        (
            "the same size with another root",
            at(8),
            with(8, vec![], &History("two", 0).note(8)),
        ),
        (
            "the same size with another root and a proof",
            at(8),
            with(8, proof(3, 8), &History("two", 0).note(8)),
        ),
        (
            "an empty tree with another root",
            none.clone(),
            with(0, vec![], &note(0, Hash([0; 32]))),
        ),
        (
            "an empty tree with another root, again",
            at(0),
            with(0, vec![], &note(0, Hash([0; 32]))),
        ),
        (
            "a proof of another history",
            at(3),
            with(
                3,
                prove_consistency(&mut History("two", 0), 3, 8).unwrap(),
                &History("two", 0).note(8),
            ),
        ),
        ("no proof", at(3), with(3, vec![], &ONE.note(8))),
        (
            "one hash too many",
            at(3),
            with(3, [proof(3, 8), vec![Hash([1; 32])]].concat(), &ONE.note(8)),
        ),
        (
            "one hash too few",
            at(3),
            with(3, proof(3, 8)[1..].to_vec(), &ONE.note(8)),
        ),
        (
            "a proof where nothing is remembered",
            none.clone(),
            with(0, proof(3, 8), &ONE.note(8)),
        ),
        (
            "a proof for the same tree",
            at(8),
            with(8, proof(3, 8), &ONE.note(8)),
        ),
        (
            "its own cosignature of a tree that it does not remember",
            at(3),
            with(3, proof(3, 8), &cosigned),
        ),
        (
            "its own cosignature where nothing is remembered",
            none.clone(),
            with(0, vec![], &cosigned),
        ),
        (
            "its own cosignature of a smaller tree",
            at(8),
            with(3, vec![], &cosigned_before),
        ),
    ];
    let cases = cases
        .into_iter()
        .map(|(name, known, body)| one_case(name, known, &body));
    let mut cases: Vec<Value> = cases.collect();
    let mut long = bytes(&request(0, 3));
    long.extend(vec![b'x'; 20_481 - long.len()]);
    let refused = refusal("WitnessError", &answer(&long, None).unwrap_err());
    cases.push(json!({ "name": "20,481 bytes", "comment": "the request is that of the first checkpoint, filled up with x", "known": null, "status": 400, "refused": refused }));
    let about = "Requests add-checkpoint of C2SP tlog-witness and what a witness answers (protocol.md §8.5). `known`: the note that it cosigned last, a minute before `now`; `accepted`: the cosignature line of an answer 200, and what is remembered from then on (wire.md §7). `body` of 409 with `type` text/x.tlog.size the size. Seeds: log 0x07 x 32, witness.example/1 0x41 x 32; the cosignature's time is `now`.";
    compare("witness", about, cases);
}

fn extended() -> SignedNote {
    let text = format!("{}extension\n", ONE.note(8).text());
    let mut note = SignedNote::new(&text).unwrap();
    note.sign(&log(), UnixTime(0));
    note
}

fn one_case(name: &str, known: Option<SignedNote>, body: &[u8]) -> Value {
    let remembered = known.as_ref().map(state);
    let known = known.map(|note| String::from_utf8(note.to_bytes()).unwrap());
    let mut case = json!({
        "name": name,
        "known": known,
        "now": TIME,
        "log_vkey": log().vkey().to_string(),
        "witness_vkey": witness().vkey().to_string(),
        "request": std::str::from_utf8(body).ok(),
        "request_hex": std::str::from_utf8(body).is_err().then(|| hex::encode(body)),
    });
    let object = case.as_object_mut().unwrap();
    match answer(body, remembered.as_ref()) {
        Ok(next) => {
            object.insert("status".into(), 200.into());
            let (line, state_after) = (next.cosign(&witness()), hex::encode(next.to_bytes()));
            let accepted = json!({ "body": line, "state_after": state_after });
            object.insert("accepted".into(), accepted);
            let mut note = SignedNote::from_bytes(body.split_at(find(body)).1).unwrap();
            let line = format!("{}\n{}", note.text(), next.cosign(&witness()));
            let line = SignedNote::from_bytes(line.as_bytes()).unwrap();
            note.add(line.signatures()[0].clone());
            assert_eq!(note.verify(witness().vkey()), Ok(Some(UnixTime(TIME))));
        }
        Err(error) => {
            object.insert("status".into(), error.status().into());
            object.insert("refused".into(), refusal("WitnessError", &error).into());
            if let WitnessError::SizeConflict { known } = error {
                object.insert("type".into(), "text/x.tlog.size".into());
                object.insert("body".into(), format!("{known}\n").into());
            }
        }
    }
    case
}

/// Where the checkpoint begins in a request.
fn find(body: &[u8]) -> usize {
    body.windows(2).position(|pair| pair == b"\n\n").unwrap() + 2
}
