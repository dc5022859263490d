//! Vectors of notes, vkeys, checkpoints and witness policies.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops where its own input is wrong"
)]
use crate::properties::log::{ORIGIN, log_signer};
use crate::vectors::sealed::{against_file, named};
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::log::note::{NoteError, NoteSigner, SignatureType, SignedNote, Vkey};
use lachan_protocol::log::policy::{Quorum, WitnessPolicy};
use lachan_protocol::time::UnixTime;
use serde_json::{Value, json};

fn signer(name: &str, signature_type: SignatureType, seed: u8) -> NoteSigner {
    NoteSigner::new(name, signature_type, SigningKey::from_seed(&[seed; 32])).unwrap()
}

fn witness(number: u8) -> NoteSigner {
    let name = format!("witness.example/{number}");
    signer(&name, SignatureType::Cosignature, 0x40 + number)
}

fn ends_in(result: Result<String, String>) -> (&'static str, Value) {
    match result {
        Ok(fine) => ("accepted", fine.into()),
        Err(refused) => ("refused", refused.into()),
    }
}

pub(crate) fn case(name: &str, mut fields: Value, end: (&str, Value)) -> Value {
    let object = fields.as_object_mut().unwrap();
    object.insert("name".into(), name.into());
    object.insert(end.0.into(), end.1);
    fields
}

/// The same note with the last cosignature's time a second later.
fn later(note: &str) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let (head, encoded) = note.trim_end().rsplit_once(' ').unwrap();
    let mut bytes = STANDARD.decode(encoded).unwrap();
    bytes[11] += 1;
    format!("{head} {}\n", STANDARD.encode(bytes))
}

fn verified(note: &[u8], keys: &[&Vkey]) -> Result<String, String> {
    let name = |error: &NoteError| named("NoteError", error);
    let signed = SignedNote::from_bytes(note).map_err(|e| name(&e))?;
    for key in keys {
        signed.verify(key).map_err(|e| name(&e))?;
    }
    Ok(signed.text().into())
}

/// The example of Go's `golang.org/x/mod/sumdb/note`, made by another implementation.
const GO_VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_SECRET: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn signs_and_verifies_like_go() {
    let signer = NoteSigner::from_secret_text(GO_SECRET).unwrap();
    assert_eq!(signer.vkey().to_string(), GO_VKEY);
    assert_eq!(signer.to_secret_text().as_str(), GO_SECRET);
    let note = SignedNote::from_bytes(GO_NOTE.as_bytes()).unwrap();
    assert_eq!(note.verify(&Vkey::from_text(GO_VKEY).unwrap()), Ok(None));
    let mut again = SignedNote::new(note.text()).unwrap();
    again.sign(&signer, UnixTime(0));
    assert_eq!(again.to_bytes(), GO_NOTE.as_bytes());
}

#[test]
fn signed_notes() {
    let (one, two) = (signer("lachan-root", SignatureType::Ed25519, 1), witness(1));
    let mut note = SignedNote::new("Lá chắn\n\nche chở\n").unwrap();
    note.sign(&one, UnixTime(0));
    let single = String::from_utf8(note.to_bytes()).unwrap();
    note.sign(&two, UnixTime(1_795_500_000));
    let both = String::from_utf8(note.to_bytes()).unwrap();
    let line = single.lines().last().unwrap();
    let encoded = line.rsplit(' ').next().unwrap();
    let many = |count| [&single[..], &format!("{line}\n").repeat(count)].concat();
    let flipped = single.replace("che chở", "che cho");
    let texts = [
        ("one signature", single.clone()),
        ("with a cosignature", both.clone()),
        (
            "a signature of an unknown key is ignored",
            both.replace("witness.example/1 ", "witness.example/2 "),
        ),
        ("the same line twice", many(1)),
        ("64 lines", many(63)),
        ("65 lines", many(64)),
        ("another text", flipped),
        ("another cosigned time", later(&both)),
        (
            "no signature of the wanted key",
            single.replace("lachan-root ", "lachan-tree "),
        ),
        ("no empty line", single.replace("\n\n", "\n")),
        ("no signatures", single.split("— ").next().unwrap().into()),
        ("no newline at the end", single.trim_end().into()),
        ("a hyphen for the dash", single.replace("— ", "- ")),
        (
            "two spaces in a line",
            single.replace("lachan-root ", "lachan-root  "),
        ),
        (
            "a plus in a name",
            single.replace("lachan-root ", "lachan+root "),
        ),
        (
            "a no-break space in a name",
            single.replace("lachan-root ", "lachan\u{a0}root "),
        ),
        (
            "base64 without padding",
            single.replace(encoded, encoded.trim_end_matches('=')),
        ),
        (
            "a signature of no bytes",
            single.replace(encoded, "AAAAAA=="),
        ),
        ("a tab", single.replace("Lá ", "Lá\t")),
        ("a carriage return", single.replace('\n', "\r\n")),
    ];
    let mut cases: Vec<Value> = texts
        .iter()
        .map(|(name, text)| {
            let fields = json!({ "note": text, "vkey": one.vkey().to_string() });
            case(
                name,
                fields,
                ends_in(verified(
                    text.as_bytes(),
                    &[one.vkey(), two.vkey()][..if text.contains("witness.example/1") {
                        2
                    } else {
                        1
                    }],
                )),
            )
        })
        .collect();
    for value in &mut cases {
        value["witness_vkey"] = two.vkey().to_string().into();
    }
    let mut raw = single.into_bytes();
    raw[0] = 0xff;
    let fields = json!({ "note_hex": hex::encode(&raw), "vkey": one.vkey().to_string() });
    cases.push(case(
        "not UTF-8",
        fields,
        ends_in(verified(&raw, &[one.vkey()])),
    ));
    let long = json!({ "note": "", "then": ["61", 65_537], "vkey": one.vkey().to_string(),
        "comment": "`then` follows the note: these bytes, so many times" });
    cases.push(case(
        "65,537 bytes",
        long,
        ends_in(verified(&[b'a'; 65_537], &[one.vkey()])),
    ));
    cases.extend(vkeys());
    against_file(
        "signed-note",
        "Signed notes and vkeys (protocol.md §8.1): `accepted` is the text or the key's name. A note is verified under `vkey`, and under `witness_vkey` (type 4) where it names that key. Seeds: lachan-root 0x01 x 32, witness.example/1 0x41 x 32.",
        cases,
    );
}

fn vkeys() -> Vec<Value> {
    let vkey = signer("lachan-root", SignatureType::Ed25519, 1)
        .vkey()
        .to_string();
    let (name, rest) = vkey.split_once('+').unwrap();
    let (id, key) = rest.split_once('+').unwrap();
    let mut torsion = vec![1];
    torsion.extend(
        hex::decode("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05").unwrap(),
    );
    let small = signer_of_bytes(name, &torsion);
    let texts = [
        ("a vkey", vkey.clone()),
        (
            "an upper-case id",
            format!("{name}+{}+{key}", id.to_uppercase()),
        ),
        ("an id of other bytes", format!("{name}+00000000+{key}")),
        ("an id of 6 digits", format!("{name}+{}+{key}", &id[..6])),
        ("another name", format!("lachan-tree+{id}+{key}")),
        ("no name", format!("+{id}+{key}")),
        ("a space in the name", format!("lachan root+{id}+{key}")),
        ("no key", format!("{name}+{id}+")),
        ("a short key", format!("{name}+{id}+{}", &key[..40])),
        (
            "an unknown signature type",
            format!("{name}+{id}+{}", key.replacen('A', "C", 1)),
        ),
        ("a key of small order", small),
    ];
    texts
        .iter()
        .map(|(name, text)| {
            let read = Vkey::from_text(text)
                .map(|key| key.name().into())
                .map_err(|e| named("VkeyError", &e));
            case(name, json!({ "vkey": text }), ends_in(read))
        })
        .collect()
}

fn signer_of_bytes(name: &str, material: &[u8]) -> String {
    use base64::Engine;
    let mut hashed = name.as_bytes().to_vec();
    hashed.push(b'\n');
    hashed.extend(material);
    let id = lachan_protocol::crypto::hash::sha256(&[&hashed]);
    let encoded = base64::engine::general_purpose::STANDARD.encode(material);
    format!("{name}+{}+{encoded}", hex::encode(&id[..4]))
}

fn policy(quorum: &str) -> WitnessPolicy {
    let mut text = format!("log {}\n", log_signer().vkey());
    for number in 1..=3 {
        text += &format!("witness w{number} {}\n", witness(number).vkey());
    }
    text += "group two 2 w1 w2 w3\n";
    WitnessPolicy::from_text(&format!("{text}quorum {quorum}\n")).unwrap()
}

#[test]
fn checkpoints() {
    let good = Checkpoint {
        origin: ORIGIN.into(),
        size: 20_852_163,
        root: Hash([0x5a; 32]),
    };
    let mut note = good.sign(&log_signer()).unwrap();
    let bare = String::from_utf8(note.to_bytes()).unwrap();
    note.sign(&witness(1), UnixTime(1_795_500_000));
    let one = String::from_utf8(note.to_bytes()).unwrap();
    note.sign(&witness(2), UnixTime(1_795_500_700));
    note.sign(&witness(3), UnixTime(1_795_500_300));
    let three = String::from_utf8(note.to_bytes()).unwrap();
    let resigned = |text: &str| {
        let mut note = SignedNote::new(text).unwrap();
        note.sign(&log_signer(), UnixTime(0));
        String::from_utf8(note.to_bytes()).unwrap()
    };
    let text = good.to_text();
    let broken = later(&three);
    let (none, two) = ("none", "two");
    let list = [
        ("without witnesses", bare.clone(), none),
        ("cosignatures nobody asks for", three.clone(), none),
        (
            "a tree without leaves",
            {
                let empty = Checkpoint {
                    origin: ORIGIN.into(),
                    size: 0,
                    root: Hash::of_nothing(),
                };
                resigned(&empty.to_text())
            },
            none,
        ),
        (
            "three cosignatures, two needed: the second newest time",
            three.clone(),
            two,
        ),
        ("one cosignature, two needed", one, two),
        ("no cosignature, two needed", bare.clone(), two),
        (
            "a cosignature of another time refuses the note",
            broken,
            two,
        ),
        (
            "an extension line",
            resigned(&format!("{text}extension\n")),
            none,
        ),
        ("two lines", resigned(&text.replace("20852163\n", "")), none),
        (
            "a leading zero",
            resigned(&text.replace("20852163", "020852163")),
            none,
        ),
        (
            "a plus sign",
            resigned(&text.replace("20852163", "+20852163")),
            none,
        ),
        (
            "a size beyond 64 bits",
            resigned(&text.replace("20852163", "18446744073709551616")),
            none,
        ),
        (
            "a root of 31 bytes",
            resigned(&text.replace("Wlpa\n", "Wlo=\n").replace("WlpaWlo=", "Wlo=")),
            none,
        ),
        ("no origin", resigned(&text.replace(ORIGIN, "")), none),
        (
            "another origin",
            resigned(&text.replace("hanoi", "hue")),
            none,
        ),
        (
            "the log has not signed",
            three.replace(&bare[text.len() + 1..], ""),
            none,
        ),
        (
            "another size under the signature",
            bare.replace("20852163", "20852164"),
            none,
        ),
        (
            "too long",
            format!("{}{}", bare, "— x AAAAAAA=\n".repeat(1_200)),
            none,
        ),
    ];
    let cases = list
        .into_iter()
        .map(|(name, note, quorum)| {
            let policy = policy(quorum);
            let log = log_signer();
            let fields = json!({ "note": note, "vkey": log.vkey().to_string(), "policy": policy.to_string() });
            match Checkpoint::verify(note.as_bytes(), log.vkey(), &policy) {
                Ok(verified) => {
                    let checkpoint = verified.checkpoint();
                    case(name, fields, ("accepted", json!({
                        "origin": checkpoint.origin,
                        "size": checkpoint.size,
                        "root": checkpoint.root.to_string(),
                        "quorum_time": verified.quorum_time().map(|time| time.0),
                    })))
                }
                Err(error) => case(name, fields, ("refused", named("CheckpointError", &error).into())),
            }
        })
        .chain(policies())
        .collect();
    against_file(
        "checkpoint",
        "Checkpoints and witness policies (protocol.md §8.2, §9.2): a note verified under the log's vkey and the policy. Seeds: log 0x07 x 32, witness N 0x40+N x 32.",
        cases,
    );
}

fn witnesses(count: u8) -> String {
    let line = |n| format!("witness w{n} {}\n", witness(n).vkey());
    (1..=count).map(line).collect()
}

/// The first 32 of one witness each, then one of the first two of them.
fn groups(count: u8) -> String {
    let group = |n: u8| {
        if n <= 32 {
            format!("group g{n} all w{n}\n")
        } else {
            format!("group g{n} all g1 g2\n")
        }
    };
    (1..=count).map(group).collect()
}

fn logs(count: u8) -> String {
    let log = |n: u8| {
        signer(
            &format!("log.example/{n}"),
            SignatureType::Ed25519,
            0x80 + n,
        )
    };
    (0..count)
        .map(|n| format!("log {}\n", log(n).vkey()))
        .collect()
}

/// Policies alone: `quorum` says whether the cosignatures of the named witnesses suffice, and of which time.
fn policies() -> Vec<Value> {
    let w: Vec<String> = (1..=6)
        .map(|n| format!("witness w{n} {}\n", witness(n).vkey()))
        .collect();
    let all = w.concat();
    let log = format!("log {}\n", log_signer().vkey());
    let texts = [
        ("one witness", format!("{}quorum w1\n", w[0])),
        (
            "two of three",
            format!("{all}group g 2 w1 w2 w3\nquorum g\n"),
        ),
        (
            "all of groups of which one could be split",
            format!("{all}group a 1 w1 w2\ngroup b 2 w3 w4 w5\ngroup c all a b\nquorum c\n"),
        ),
        ("any of one", format!("{all}group g any w1\nquorum g\n")),
        (
            "comments, tabs, URLs",
            format!(
                "# head\n\n{log}\twitness  w1\t{} https://w.example/\nquorum w1\n",
                witness(1).vkey()
            ),
        ),
        (
            "one of two: two quorums",
            format!("{all}group g any w1 w2\nquorum g\n"),
        ),
        (
            "three of six: two quorums",
            format!("{all}group g 3 w1 w2 w3 w4 w5 w6\nquorum g\n"),
        ),
        (
            "two of two groups that can each be split",
            format!("{all}group a any w1 w2\ngroup b any w3 w4\ngroup c all a b\nquorum c\n"),
        ),
        (
            "a splittable member weakens two of three",
            format!("{all}group a any w1 w2\ngroup c 2 a w3 w4\nquorum c\n"),
        ),
        ("no quorum", all.clone()),
        ("two quorums lines", format!("{all}quorum w1\nquorum w2\n")),
        (
            "a name defined later",
            format!("group g all w1\n{all}quorum g\n"),
        ),
        ("an unknown quorum", format!("{all}quorum w7\n")),
        (
            "the name none",
            format!("witness none {}\nquorum none\n", witness(1).vkey()),
        ),
        (
            "a name twice",
            format!("{all}witness w1 {}\nquorum w1\n", witness(7).vkey()),
        ),
        (
            "a key twice",
            format!("{all}witness w7 {}\nquorum w1\n", witness(1).vkey()),
        ),
        (
            "a log key of type 4",
            format!("log {}\nquorum none\n", witness(1).vkey()),
        ),
        (
            "a witness of the log's own operator",
            format!(
                "log {}\nwitness w1 {}\nquorum w1\n",
                log_signer().vkey(),
                signer(
                    &format!("{}/witness", ORIGIN.split('/').next().unwrap()),
                    SignatureType::Cosignature,
                    0x41
                )
                .vkey()
            ),
        ),
        (
            "a witness key of type 1",
            format!("witness w1 {}\nquorum w1\n", log_signer().vkey()),
        ),
        (
            "a member in two groups",
            format!("{all}group a all w1 w2\ngroup b all w2 w3\nquorum a\n"),
        ),
        (
            "a member twice",
            format!("{all}group a all w1 w1\nquorum a\n"),
        ),
        ("threshold 0", format!("{all}group a 0 w1 w2\nquorum a\n")),
        (
            "threshold 3 of 2",
            format!("{all}group a 3 w1 w2\nquorum a\n"),
        ),
        ("threshold 02", format!("{all}group a 02 w1 w2\nquorum a\n")),
        (
            "a group without members",
            format!("{all}group a 1\nquorum w1\n"),
        ),
        ("an unknown line", format!("{all}relay x\nquorum w1\n")),
        ("33 witnesses", format!("{}quorum w1\n", witnesses(33))),
        ("32 witnesses", format!("{}quorum w1\n", witnesses(32))),
        (
            "33 groups",
            format!("{}{}quorum w1\n", witnesses(32), groups(33)),
        ),
        ("65 logs", format!("{}quorum none\n", logs(65))),
        ("64 logs", format!("{}quorum none\n", logs(64))),
    ];
    texts
        .iter()
        .map(|(name, text)| {
            let read = WitnessPolicy::from_text(text);
            let end = match read {
                Err(error) => ("refused", named("PolicyError", &error).into()),
                Ok(policy) => {
                    let evaluate = |chosen: &[usize]| {
                        let times: Vec<_> = (0..policy.witnesses().len())
                            .map(|i| chosen.contains(&i).then_some(UnixTime(1_000 + i as u64)))
                            .collect();
                        match policy.evaluate(&times) {
                            Quorum::At(time) => json!(time.0),
                            Quorum::Missing => json!("missing"),
                            Quorum::NotNeeded => json!("not needed"),
                        }
                    };
                    let sets: [&[usize]; 6] =
                        [&[], &[0], &[0, 1], &[0, 2, 3], &[0, 1, 2], &[2, 3, 4]];
                    let list: Vec<Value> = sets
                        .iter()
                        .map(|set| json!({ "witnesses": set, "quorum": evaluate(set) }))
                        .collect();
                    ("accepted", list.into())
                }
            };
            case(
                name,
                json!({ "comment": "witness i (from 0) cosigned at 1000 + i", "policy": text }),
                end,
            )
        })
        .collect()
}
