//! Vectors of trust lists.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops where its own input is wrong"
)]
use crate::vectors::sealed::{against_file, named};
use lachan_protocol::code::{CodeKey, CodeTrust};
use lachan_protocol::crypto::sign::{SigningKey, VerifyingKey};
use lachan_protocol::id::{AuthorityId, CodeId, IssuerId, Region};
use lachan_protocol::log::leaf::RevocationLeaf;
use lachan_protocol::log::note::{NoteSigner, SignatureType, SignedNote};
use lachan_protocol::log::policy::WitnessPolicy;
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::trust::{
    AuthorityEntry, Revocations, TrustList, TrustListError, TrustListHead, TrustedAuthority,
    TrustedCodes,
};
use serde_json::{Value, json};

const NOW: UnixTime = UnixTime(1_795_500_000);

fn seed(seed: u8) -> VerifyingKey {
    SigningKey::from_seed(&[seed; 32]).verifying_key()
}

fn root() -> NoteSigner {
    NoteSigner::new(
        "lachan-root",
        SignatureType::Ed25519,
        SigningKey::from_seed(&[1; 32]),
    )
    .unwrap()
}

fn authority(origin: &str, first_seed: u8) -> TrustedAuthority {
    let key = SigningKey::from_seed(&[first_seed; 32]);
    let log = NoteSigner::new(origin, SignatureType::Ed25519, key).unwrap();
    TrustedAuthority::new(AuthorityEntry {
        name_vi: "Sở Y tế Hà Nội".into(),
        name_en: "Hanoi Department of Health".into(),
        regions: vec![Region(1), Region(7)],
        phone: "19001009".into(),
        clock: 21_600,
        log_key: log.vkey().clone(),
        batch_key: seed(first_seed + 1),
        code_keys: vec![
            CodeKey::Current {
                key: seed(first_seed + 2),
                last: Window(499_000),
            },
            CodeKey::Current {
                key: seed(first_seed + 3),
                last: Window(510_000),
            },
            CodeKey::Revoked {
                key: seed(first_seed + 4),
            },
        ],
        issuers: vec![seed(first_seed + 5)],
    })
    .unwrap()
}

fn head() -> TrustListHead {
    TrustListHead {
        sequence: 3,
        made: UnixTime(1_795_000_000),
        until: UnixTime(1_830_000_000),
    }
}

fn authorities() -> Vec<TrustedAuthority> {
    vec![
        authority("hanoi.example/log", 0x10),
        authority("hue.example/log", 0x20),
    ]
}

fn logs(authorities: &[TrustedAuthority]) -> WitnessPolicy {
    WitnessPolicy::none(authorities.iter().map(|a| a.log_key().clone()).collect())
}

fn list() -> TrustList {
    let authorities = authorities();
    TrustList::sign(&head(), &authorities, &logs(&authorities), &root()).unwrap()
}

fn text() -> String {
    let note = SignedNote::from_bytes(list().note()).unwrap();
    note.text().into()
}

fn signed(text: &str) -> Vec<u8> {
    let mut note = SignedNote::new(text).unwrap();
    note.sign(&root(), UnixTime(0));
    note.to_bytes()
}

fn refused(note: &[u8], now: UnixTime) -> Option<TrustListError> {
    TrustList::verify_update(note, root().vkey(), &list(), now).err()
}

#[test]
fn says_what_the_authority_said() {
    let list = TrustList::verify(list().note(), root().vkey(), NOW).unwrap();
    let id = AuthorityId::of_origin("hanoi.example/log");
    let hanoi = list.authority(&id).unwrap();
    assert_eq!(hanoi, &authority("hanoi.example/log", 0x10));
    assert_eq!(hanoi.first_region(), Region(1));
    let issuer = seed(0x15);
    assert_eq!(
        hanoi.issuer(&IssuerId::of_key(&issuer.to_bytes())),
        Some(&issuer)
    );
    assert_eq!(
        TrustedAuthority::from_text(&hanoi.to_string()).as_ref(),
        Ok(hanoi)
    );
    let mut revocations = Revocations::default();
    let code = CodeId([5; 16]);
    for from in [9, 7, 8] {
        revocations.add(&RevocationLeaf {
            authority: id,
            code,
            from: Window(from),
        });
    }
    let codes = TrustedCodes {
        list: &list,
        revocations: &revocations,
    };
    assert_eq!(codes.code_keys(&id).unwrap().len(), 3);
    assert_eq!(codes.revoked_from(&id, &code), Some(Window(7)));
    assert_eq!(codes.revoked_from(&AuthorityId([0; 8]), &code), None);
}

#[test]
fn takes_the_place_of_older_lists_only() {
    let known = list();
    let authorities = authorities();
    let with = |sequence, until| {
        let head = TrustListHead {
            sequence,
            until,
            ..head()
        };
        TrustList::sign(&head, &authorities, &logs(&authorities), &root()).unwrap()
    };
    let until = head().until;
    assert_eq!(with(4, until).replaces(&known), Ok(true));
    assert_eq!(known.replaces(&known), Ok(false));
    let not_newer = |sequence| Err(TrustListError::NotNewer { sequence, known: 3 });
    assert_eq!(with(3, until.plus(1)).replaces(&known), not_newer(3));
    assert_eq!(with(2, until).replaces(&known), not_newer(2));
}

#[test]
fn refuses_texts_that_would_make_lines() {
    let good = authority("hanoi.example/log", 0x10);
    let entry = |name: &str, phone: &str| AuthorityEntry {
        name_vi: name.into(),
        name_en: good.name_en().into(),
        regions: good.regions().to_vec(),
        phone: phone.into(),
        clock: good.clock(),
        log_key: good.log_key().clone(),
        batch_key: *good.batch_key(),
        code_keys: good.code_keys().to_vec(),
        issuers: good.issuers().to_vec(),
    };
    assert!(TrustedAuthority::new(entry("Sở Y tế", "115")).is_ok());
    for (name, phone) in [
        ("a\nname-en b", "115"),
        ("Sở Y tế", "115\nclock 86400"),
        ("", "115"),
        (" a", "115"),
        ("a\u{202e}b", "115"),
        ("Ha\u{302}", "115"),
    ] {
        assert!(
            TrustedAuthority::new(entry(name, phone)).is_err(),
            "{name:?}"
        );
    }
}

#[test]
fn trust_lists() {
    let good = text();
    let key = |seed_number: u8| hex::encode(seed(seed_number).to_bytes());
    let swap = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    let small_order = format!("01{}", "00".repeat(31));
    let hanoi = authority("hanoi.example/log", 0x10).to_string();
    let last_block = good.find("authority hue").unwrap();
    let policy_at = good.find("policy\n").unwrap();
    let code_line = format!("code-key {} 499000\n", key(0x12));
    let named_witness = |name: &str, n: u8| {
        let key = SigningKey::from_seed(&[0x40 + n; 32]);
        NoteSigner::new(name, SignatureType::Cosignature, key)
            .unwrap()
            .vkey()
            .to_string()
    };
    let witness = |n: u8| named_witness(&format!("witness.example/{n}"), n);
    let witnesses: String = (1..=3)
        .map(|n| format!("witness w{n} {}\n", witness(n)))
        .collect();
    let quorum = |lines: &str| swap("quorum none\n", &format!("{witnesses}{lines}"));
    let texts = vec![
        ("the list", good.clone()),
        (
            "with a policy of two of three",
            quorum("group g 2 w1 w2 w3\nquorum g\n").replace("sequence 3", "sequence 4"),
        ),
        (
            "a witness of a log's own operator",
            swap(
                "quorum none\n",
                &format!(
                    "witness w1 {}\nquorum w1\n",
                    named_witness("hanoi.example/w", 1)
                ),
            ),
        ),
        (
            "a witness with an issuer's key",
            swap(
                "quorum none\n",
                &format!("witness w1 {}\nquorum w1\n", witness(0)),
            )
            .replacen(
                "end\nauthority",
                &format!("issuer {}\nend\nauthority", key(0x40)),
                1,
            ),
        ),
        (
            "version 2",
            swap("lachan-trust-list/v1", "lachan-trust-list/v2"),
        ),
        ("sequence 0", swap("sequence 3", "sequence 0")),
        ("sequence 03", swap("sequence 3", "sequence 03")),
        (
            "sequence 2^63",
            swap("sequence 3", "sequence 9223372036854775808"),
        ),
        ("lower sequence", swap("sequence 3", "sequence 2")),
        (
            "the same sequence, other bytes",
            swap("19001009", "19001010"),
        ),
        (
            "made after until",
            swap("made 1795000000", "made 1830000000"),
        ),
        ("two spaces", swap("sequence 3", "sequence  3")),
        ("a space at the end", swap("sequence 3", "sequence 3 ")),
        ("an empty line", swap("made ", "\nmade ")),
        ("an unknown key", swap("phone ", "fax 1\nphone ")),
        ("a key is missing", swap("phone 19001009\n", "")),
        (
            "another order",
            swap(
                "phone 19001009\nclock 21600\n",
                "clock 21600\nphone 19001009\n",
            ),
        ),
        ("an empty text", swap("Sở Y tế Hà Nội", "")),
        ("a text not in NFC", swap("Hà", "Ha\u{300}")),
        ("a direction mark", swap("Hà", "\u{202e}Hà")),
        (
            "a text of 201 bytes",
            swap("Sở Y tế Hà Nội", &"a".repeat(201)),
        ),
        (
            "regions not ascending",
            swap("region 1\nregion 7", "region 7\nregion 1"),
        ),
        (
            "a region twice",
            swap("region 1\nregion 7", "region 7\nregion 7"),
        ),
        ("region 65536", swap("region 7", "region 65536")),
        (
            "a clock that does not divide the day",
            swap("clock 21600", "clock 21601"),
        ),
        ("clock 0", swap("clock 21600", "clock 0")),
        (
            "an origin with a plus",
            swap("authority hanoi.example/log", "authority hanoi+example/log"),
        ),
        (
            "an origin that is not its log key's name",
            swap(
                "authority hanoi.example/log",
                "authority hanoi.example/logs",
            ),
        ),
        (
            "a log key of type 4",
            swap(authorities()[0].log_key().to_string().as_str(), &witness(1)),
        ),
        (
            "a log key with another id",
            swap("log-key hanoi.example/log+", "log-key hanoi.example/log+0"),
        ),
        (
            "upper-case hex",
            swap(&key(0x11), &key(0x11).to_uppercase()),
        ),
        ("a batch key of small order", swap(&key(0x11), &small_order)),
        (
            "the batch key is the code key",
            swap(&key(0x11), &key(0x12)),
        ),
        (
            "a revoked code key is the batch key",
            swap(
                &format!("revoked-code-key {}", key(0x14)),
                &format!("revoked-code-key {}", key(0x11)),
            ),
        ),
        (
            "no code key",
            swap(&format!("{code_line}code-key {} 510000\n", key(0x13)), ""),
        ),
        (
            "five code keys",
            swap(
                &code_line,
                &format!(
                    "{code_line}code-key {} 1\ncode-key {} 1\n",
                    key(0x31),
                    key(0x32)
                ),
            ),
        ),
        ("a last window after day 65,535", swap("499000", "1572864")),
        ("a code key without last window", swap(" 499000", "")),
        ("no end of a block", swap("end\nauthority", "authority")),
        (
            "no authority",
            [&good[..good.find("authority").unwrap()], &good[policy_at..]].concat(),
        ),
        (
            "an authority twice",
            [&good[..last_block], &hanoi, &good[policy_at..]].concat(),
        ),
        ("one log key under two names", {
            let twin = authority("hanoi.example/twin", 0x10).to_string();
            [&good[..last_block], &twin, &good[policy_at..]].concat()
        }),
        (
            "a log is missing in the policy",
            swap(&format!("log {}\n", authorities()[1].log_key()), ""),
        ),
        ("the policy's logs in another order", {
            let (a, b) = (
                authorities()[0].log_key().to_string(),
                authorities()[1].log_key().to_string(),
            );
            swap(
                &format!("log {a}\nlog {b}\n"),
                &format!("log {b}\nlog {a}\n"),
            )
        }),
        (
            "a comment in the policy",
            swap("quorum none", "# none\nquorum none"),
        ),
        (
            "two spaces in the policy",
            swap("quorum none", "quorum  none"),
        ),
        (
            "a URL in the policy",
            quorum("quorum w1\n")
                .replace(&witness(1), &format!("{} https://w.example/", witness(1))),
        ),
        (
            "a witness before a log",
            swap("policy\n", &format!("policy\n{witnesses}")),
        ),
        ("no quorum", swap("quorum none\n", "")),
        (
            "two disjoint quorums",
            quorum("group g 1 w1 w2 w3\nquorum g\n"),
        ),
        ("no end", good.trim_end_matches("end\n").into()),
        ("a line after the end", format!("{good}more\n")),
    ];
    let mut cases: Vec<Value> = texts
        .iter()
        .map(|(name, text)| one_case(name, &signed(text), NOW))
        .collect();
    let note = list().note().to_vec();
    cases.push(one_case("until is over", &note, head().until));
    cases.push(one_case("the last second", &note, head().until.minus(1)));
    let mut bad = note.clone();
    bad[30] ^= 1;
    cases.push(one_case("a changed byte", &bad, NOW));
    let other = NoteSigner::new(
        "lachan-root",
        SignatureType::Ed25519,
        SigningKey::from_seed(&[2; 32]),
    )
    .unwrap();
    let mut unsigned = SignedNote::new(&good).unwrap();
    unsigned.sign(&other, UnixTime(0));
    cases.push(one_case(
        "another key of the same name",
        &unsigned.to_bytes(),
        NOW,
    ));
    let mut long = one_case("65,537 bytes", &vec![b'a'; 65_537], NOW);
    long["comment"] = "`then` follows the note: these bytes, so many times".into();
    (long["note"], long["then"]) = ("".into(), json!(["61", 65_537]));
    assert_eq!(long["refused"], "TrustListError::TooLong");
    cases.push(long);
    against_file(
        "trust-list",
        "Trust lists (protocol.md §9): each note verified under the root's vkey at `now`, as an update of the first one. Seeds: root 0x01 x 32; hanoi: log 0x10, batch 0x11, code 0x12 and 0x13, revoked 0x14, issuer 0x15; hue: the same from 0x20; each x 32.",
        cases,
    );
}

fn one_case(name: &str, note: &[u8], now: UnixTime) -> Value {
    let mut fields = json!({
        "name": name,
        "note": String::from_utf8_lossy(note),
        "root": root().vkey().to_string(),
        "now": now.0,
    });
    match refused(note, now) {
        None => fields["accepted"] = true.into(),
        Some(error) => {
            fields["refused"] = named("TrustListError", &error).into();
            if let Some(line) = line_of(&error) {
                fields["line"] = line.into();
            }
        }
    }
    fields
}

fn line_of(error: &TrustListError) -> Option<usize> {
    match error {
        TrustListError::BadKey { line }
        | TrustListError::BadPolicy { line }
        | TrustListError::BadValue { line }
        | TrustListError::UnexpectedLine { line } => Some(*line),
        _ => None,
    }
}
