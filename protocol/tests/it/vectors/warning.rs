//! Vectors of the warning bundle, and what becomes of it when a bit changes.
use super::file::{compare, refusal};
use super::witness::signer;
use crate::properties::exposure_samples::{
    NOON, ORIGIN, Stream, TODAY, authority, batch_key, pair, record, token, window,
};
use lachan_protocol::code::CodeKey;
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::crypto::tree::{Frontier, Hash};
use lachan_protocol::exposure::batch::{BatchHead, UnsignedPart};
use lachan_protocol::exposure::entry::{Entry, ExposureDetail};
use lachan_protocol::exposure::exposures::Outcome;
use lachan_protocol::exposure::warning::{WarningBundle, WarningError};
use lachan_protocol::id::Region;
use lachan_protocol::keys::NotificationKey;
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::log::note::{NoteSigner, SignatureType, SignedNote, Vkey};
use lachan_protocol::log::policy::WitnessPolicy;
use lachan_protocol::log::proof::{HashReader, prove_inclusion, read_root};
use lachan_protocol::log::tlog_proof::TlogProof;
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::token::{Minutes, VisitToken};
use lachan_protocol::trust::{AuthorityEntry, TrustList, TrustListHead, TrustedAuthority};
use serde_json::{Value, json};
use std::convert::Infallible;

/// When the witnesses cosigned.
const COSIGNED: u64 = NOON.0 + 60;
/// The hour that is published, and one that is not.
const PUBLISHED: u32 = 4;
const OTHER: u32 = 5;

fn log() -> NoteSigner {
    signer(ORIGIN, SignatureType::Ed25519, 7)
}

fn witness(number: u8) -> NoteSigner {
    let name = format!("witness.example/{number}");
    signer(&name, SignatureType::Cosignature, 0x40 + number)
}

fn trust() -> TrustList {
    let entry = AuthorityEntry {
        name_vi: "Trung tâm Y tế".into(),
        name_en: "Health Centre".into(),
        regions: vec![Region(1)],
        phone: "1900 0000".into(),
        clock: 21_600,
        log_key: log().vkey().clone(),
        batch_key: batch_key().verifying_key(),
        code_keys: vec![CodeKey::Current {
            key: SigningKey::from_seed(&[0x33; 32]).verifying_key(),
            last: Window::LAST,
        }],
        issuers: vec![],
    };
    let authority = TrustedAuthority::new(entry).expect("a good entry");
    let witnesses: String = (1..=3)
        .map(|n| format!("witness w{n} {}\n", witness(n).vkey()))
        .collect();
    let policy = format!(
        "log {}\n{witnesses}group g 2 w1 w2 w3\nquorum g\n",
        log().vkey()
    );
    let policy = WitnessPolicy::from_text(&policy).expect("a good policy");
    let head = TrustListHead {
        sequence: 1,
        made: UnixTime(1),
        until: UnixTime(i64::MAX.unsigned_abs()),
    };
    let root = signer("lachan-root", SignatureType::Ed25519, 1);
    TrustList::sign(&head, &[authority], &policy, &root).expect("a good list")
}

fn leaf() -> Vec<u8> {
    let head = BatchHead {
        authority: authority(),
        region: Region(1),
        seq: 7,
        time: NOON,
        nonce: [0xa7; 16],
        manifest_root: [0xcd; 32],
        unlocks: 0,
        certificates: 0,
    };
    let window = window(TODAY, PUBLISHED);
    let (_, key) = pair(&scalar(PUBLISHED));
    let detail = ExposureDetail(3 << 60 | 0x3fff_ffff);
    let notice = record_of(PUBLISHED).notice().0;
    let published = Entry::seal(key, detail, &NotificationKey(notice), window, &head.id());
    let mut entries = vec![published.to_bytes()];
    entries.extend(
        (1..16)
            .map(|number| [&scalar(100 + number)[..], &[7; 8]].concat())
            .map(|entry| <[u8; 40]>::try_from(entry.as_slice()).expect("40 bytes")),
    );
    entries.sort_unstable();
    let part = UnsignedPart {
        head,
        part: 0,
        parts: 1,
        lists: vec![(TODAY, entries)],
    };
    part.sign(&batch_key()).expect("it fits")
}

fn scalar(number: u32) -> [u8; 32] {
    let mut scalar = [0; 32];
    scalar[..4].copy_from_slice(&(number * 0x0101_0101 + 3).to_le_bytes());
    scalar[31] = 0x0a;
    scalar
}

fn record_of(hour: u32) -> lachan_protocol::token::VisitRecord {
    let minutes = Minutes::new(5, 40).expect("minutes");
    record(window(TODAY, hour), minutes, "Phở Thìn", "13 Lò Đúc")
}

fn token_of(hour: u32) -> VisitToken {
    let (point, _) = pair(&scalar(hour));
    token(&record_of(hour), &point, &mut Stream::new(u64::from(hour)))
}

struct Leaves(Vec<Hash>);

impl HashReader for Leaves {
    type Error = Infallible;
    fn hash(&mut self, height: u32, index: u64) -> Result<Hash, Infallible> {
        let mut frontier = Frontier::default();
        for leaf in (index << height)..((index + 1) << height) {
            frontier.push(self.0[usize::try_from(leaf).expect("small")]);
        }
        Ok(frontier.root())
    }
}

/// A bundle whose batch leaf is leaf 3 of 7, cosigned by two of three.
fn bundle() -> WarningBundle {
    let mut hashes: Vec<Hash> = (0..7_u8).map(|i| Hash::of_leaf(&[i])).collect();
    hashes[3] = Hash::of_leaf(&leaf());
    let mut leaves = Leaves(hashes);
    let Ok(root) = read_root(&mut leaves, 7);
    let Ok(hashes) = prove_inclusion(&mut leaves, 3, 7);
    let checkpoint = Checkpoint {
        origin: ORIGIN.into(),
        size: 7,
        root,
    };
    let mut note = checkpoint.sign(&log()).expect("our log");
    note.sign(&witness(1), UnixTime(COSIGNED));
    note.sign(&witness(2), UnixTime(COSIGNED + 60));
    let entry = leaf()
        .windows(32)
        .position(|bytes| bytes == scalar(PUBLISHED))
        .expect("the entry is there");
    WarningBundle {
        proof: TlogProof {
            index: 3,
            hashes,
            checkpoint: note.to_bytes(),
        },
        // the list's entries stand before the signature of 64 bytes
        entry: u16::try_from((entry + 16 * 40 + 64 - leaf().len()) / 40).expect("small"),
        leaf: leaf(),
        token: token_of(PUBLISHED),
    }
}

pub(super) fn judge(bytes: &[u8]) -> Result<Value, WarningError> {
    let verified = WarningBundle::from_bytes(bytes)?.verify(&trust(), UnixTime(0))?;
    let exposure = verified.exposure;
    let minutes = match exposure.outcome {
        Outcome::Together { minutes, .. } => minutes.count(),
        Outcome::NoneTogether { .. } | Outcome::TimeUnknown | Outcome::Withdrawn => 0,
    };
    Ok(json!({
        "name": exposure.name, "place": exposure.place, "window": exposure.window.0, "minutes_together": minutes,
        "seq": verified.batch.seq, "index": verified.index, "size": verified.size,
        "quorum_time": verified.quorum_time.map(|time| time.0),
    }))
}

fn with(change: impl FnOnce(&mut WarningBundle)) -> Vec<u8> {
    let mut bundle = bundle();
    change(&mut bundle);
    bundle.to_bytes()
}

fn cosigned(sign: &[(NoteSigner, u64)]) -> Vec<u8> {
    with(|bundle| {
        let note = SignedNote::from_bytes(&bundle.proof.checkpoint).expect("our own note");
        let mut note = note.only(log().vkey());
        for (signer, time) in sign {
            note.sign(signer, UnixTime(*time));
        }
        bundle.proof.checkpoint = note.to_bytes();
    })
}

#[test]
fn warnings() {
    let good = bundle().to_bytes();
    let unknown = signer("unknown.example/1", SignatureType::Cosignature, 0x77);
    let early = NOON.0 - 1;
    let cases = [
        ("the warning", good.clone()),
        (
            "three cosignatures",
            cosigned(&[
                (witness(1), COSIGNED),
                (witness(2), COSIGNED),
                (witness(3), COSIGNED + 9),
            ]),
        ),
        (
            "another magic",
            [b"lachan-warning/v2\n", &good[18..]].concat(),
        ),
        ("nothing", vec![]),
        ("a byte left over", [&good[..], &[0]].concat()),
        ("a byte missing", good[..good.len() - 1].to_vec()),
        (
            "a piece that claims 4 GiB",
            [&good[..18], &[0xff; 4], &good[22..]].concat(),
        ),
        ("an extra line in the proof", {
            let proof = bundle().proof.to_bytes();
            let text = String::from_utf8(proof.clone()).expect("text").replacen(
                "index",
                "extra AA==\nindex",
                1,
            );
            let length = u32::try_from(text.len()).expect("small").to_be_bytes();
            [
                &good[..18],
                &length,
                text.as_bytes(),
                &good[22 + proof.len()..],
            ]
            .concat()
        }),
        ("one cosignature", cosigned(&[(witness(1), COSIGNED)])),
        (
            "two cosignatures of one witness",
            cosigned(&[(witness(1), COSIGNED), (witness(1), COSIGNED + 1)]),
        ),
        (
            "a cosignature of an unknown key beside the quorum",
            cosigned(&[
                (witness(1), COSIGNED),
                (witness(2), COSIGNED),
                (unknown, COSIGNED),
            ]),
        ),
        (
            "a quorum before the batch's time",
            cosigned(&[(witness(1), early), (witness(2), early)]),
        ),
        ("another index", with(|bundle| bundle.proof.index = 4)),
        (
            "an index behind the log",
            with(|bundle| bundle.proof.index = 7),
        ),
        (
            "a hash fewer",
            with(|bundle| bundle.proof.hashes.truncate(2)),
        ),
        (
            "65 hashes",
            with(|bundle| bundle.proof.hashes = vec![Hash([1; 32]); 65]),
        ),
        (
            "a byte of the batch changed",
            with(|bundle| bundle.leaf[80] ^= 1),
        ),
        (
            "another authority's batch",
            with(|bundle| bundle.leaf[2] ^= 1),
        ),
        (
            "another entry",
            with(|bundle| bundle.entry = (bundle.entry + 1) % 16),
        ),
        (
            "an entry that is not there",
            with(|bundle| bundle.entry = 16),
        ),
        (
            "the token of another hour",
            with(|bundle| bundle.token = token_of(OTHER)),
        ),
        (
            "a token of another day",
            with(|bundle| {
                let mut bytes = *bundle.token.as_bytes();
                bytes[1] ^= 1;
                bundle.token = VisitToken::from_bytes(&bytes).expect("250 bytes");
            }),
        ),
    ];
    let cases = cases.into_iter().map(|(name, bytes)| {
        let mut case = json!({ "name": name, "bundle": hex::encode(&bytes) });
        let object = case.as_object_mut().expect("an object");
        match judge(&bytes) {
            Ok(told) => object.insert("accepted".into(), told),
            Err(error) => object.insert("refused".into(), refusal("WarningError", &error).into()),
        };
        case
    });
    let list = trust();
    let list = String::from_utf8_lossy(list.note()).into_owned();
    let mut cases: Vec<Value> = cases.collect();
    cases[0]["trust_list"] = list.into();
    let about = "Warning bundles (protocol.md §8.9), verified by the trust list of the first case alone. The batch leaf is leaf 3 of 7. Seeds: log 0x07 x 32, batch 0x22 x 32, witness N 0x40+N x 32.";
    compare("warning", about, cases);
}

#[test]
fn no_changed_bit_no_cut_and_no_added_byte_is_accepted() {
    let good = bundle().to_bytes();
    assert!(judge(&good).is_ok(), "the control");
    let mut tried = 0;
    for at in (0..good.len())
        .step_by(3)
        .chain(good.len() - 260..good.len())
    {
        let mut flipped = good.clone();
        flipped[at] ^= 1 << (at % 8);
        assert!(judge(&flipped).is_err(), "byte {at}");
        tried += 1;
    }
    for end in (0..good.len()).step_by(11) {
        assert!(judge(&good[..end]).is_err(), "cut at {end}");
        tried += 1;
    }
    assert!(tried >= 500, "{tried} changes were tried");
}

#[test]
fn the_token_of_another_visit_stays_closed_to_whoever_holds_the_bundle() {
    let bundle = bundle();
    let (_, key) = pair(&scalar(PUBLISHED));
    assert!(bundle.token.open_with(&key).is_ok(), "the control");
    assert!(token_of(OTHER).open_with(&key).is_err());
}

#[test]
fn another_trust_list_refuses_the_warning() {
    let bytes = bundle().to_bytes();
    let bundle = WarningBundle::from_bytes(&bytes).expect("a good form");
    assert_eq!(bundle.to_bytes(), bytes);
    let other: Vkey = signer(ORIGIN, SignatureType::Ed25519, 8).vkey().clone();
    let policy = WitnessPolicy::none(vec![other.clone()]);
    assert!(bundle.proof.verify(&bundle.leaf, &other, &policy).is_err());
    assert!(
        bundle
            .proof
            .verify(&bundle.leaf, log().vkey(), &policy)
            .is_ok()
    );
}
