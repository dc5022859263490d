//! Sealed files: what a passphrase opens, and each way in which it does not.
//! Knows only the public doors; the vectors are specs/vectors/sealed-file.json.
//! Specified in specs/protocol.md §14.6.

use lachan_store::sealed_file::{
    Cost, HEAD_LEN, LEAST_STEP, Passphrase, SealedFileError, SealedKind, kind_of, open, read, seal,
    seal_with,
};
use lachan_store::{StoreError, write_new_durably};
use serde_json::{Value, json};
use std::path::Path;

/// Cheap enough for many trials; a real file is sealed at [`Cost::USUAL`].
const CHEAP: Cost = Cost {
    memory_kib: 8_192,
    passes: 1,
    lanes: 1,
};
const KIND: SealedKind = SealedKind::ClientWallet;

fn words() -> Passphrase {
    Passphrase::new("năm từ không liên quan nhau")
}

fn sealed(content: &[u8]) -> Vec<u8> {
    seal_with(&words(), KIND, content, CHEAP, [7; 16]).unwrap()
}

fn refusal(file: &[u8]) -> SealedFileError {
    open(&words(), KIND, file).unwrap_err()
}

/// The file with a changed head whose checksum fits: what only somebody who knows the format makes.
fn with_head(file: &[u8], at: usize, byte: u8) -> Vec<u8> {
    let mut file = file.to_vec();
    file[at] = byte;
    let sum = ring::digest::digest(&ring::digest::SHA256, &file[..HEAD_LEN - 10]);
    file[HEAD_LEN - 10..HEAD_LEN].copy_from_slice(&sum.as_ref()[..10]);
    file
}

#[test]
fn what_was_sealed_opens_under_the_same_words_from_another_keyboard() {
    let file = seal(&words(), KIND, b"visits").unwrap();
    // The same letters, written as base and marks: NFD.
    let apart =
        Passphrase::new("na\u{306}m tu\u{31b}\u{300} kho\u{302}ng lie\u{302}n quan nhau\r\n");
    assert_eq!(open(&apart, KIND, &file).unwrap().as_slice(), b"visits");
    assert_eq!(kind_of(&file), Ok(KIND));
    let again = seal(&words(), KIND, b"visits").unwrap();
    assert_ne!(file, again, "control: each file has a salt of its own");
    assert_eq!(format!("{:?}", words()), "Passphrase");
}

#[test]
fn a_wrong_passphrase_is_told_apart_from_damage() {
    let file = sealed(b"visits");
    let other = Passphrase::new("Năm từ không liên quan nhau");
    assert_eq!(
        open(&other, KIND, &file).unwrap_err(),
        SealedFileError::WrongPassphrase
    );
    let mut damaged = file.clone();
    damaged[HEAD_LEN + 5] ^= 1;
    assert_eq!(refusal(&damaged), SealedFileError::Damaged);
    // With the wrong words damage of the content is not seen: they are wrong in any case.
    assert_eq!(
        open(&other, KIND, &damaged).unwrap_err(),
        SealedFileError::WrongPassphrase
    );
    assert!(open(&words(), KIND, &file).is_ok(), "control");
}

#[test]
fn every_changed_byte_of_the_head_is_named() {
    let file = sealed(b"visits");
    for at in 0..HEAD_LEN {
        let mut changed = file.clone();
        changed[at] ^= 0x40;
        let expected = match at {
            0..14 => SealedFileError::NotSealed,
            14 => SealedFileError::UnknownVersion(0x41),
            _ => SealedFileError::DamagedHead,
        };
        assert_eq!(refusal(&changed), expected, "byte {at}");
    }
}

#[test]
fn a_head_that_was_changed_on_purpose_is_refused_before_it_costs_anything() {
    let file = sealed(b"visits");
    assert_eq!(
        refusal(&with_head(&file, 15, 9)),
        SealedFileError::UnknownKind(9)
    );
    let found = SealedKind::NodeHome;
    assert_eq!(
        refusal(&with_head(&file, 15, 2)),
        SealedFileError::OtherKind { found }
    );
    for (at, byte) in [
        (16, 0xff),
        (17, 0x10),
        (18, 0),
        (20, 0),
        (20, 17),
        (21, 0),
        (21, 5),
    ] {
        let changed = with_head(&file, at, byte);
        assert_eq!(
            refusal(&changed),
            SealedFileError::OutsideLimits,
            "byte {at}"
        );
    }
    // The head is bound to the content, and the commitment to the passphrase.
    assert_eq!(
        refusal(&with_head(&file, 40, !file[40])),
        SealedFileError::WrongPassphrase
    );
    assert_eq!(
        with_head(&file, 15, 1),
        file,
        "control: the same head has the same checksum"
    );
}

#[test]
fn a_file_that_was_cut_off_or_grew_is_named() {
    let file = sealed(b"visits");
    for len in [15, HEAD_LEN - 1, HEAD_LEN, HEAD_LEN + 1, file.len() - 1] {
        let expected = if len < 14 {
            SealedFileError::NotSealed
        } else {
            SealedFileError::Truncated
        };
        assert_eq!(refusal(&file[..len]), expected, "{len}");
    }
    assert_eq!(refusal(&file[..13]), SealedFileError::NotSealed);
    assert_eq!(
        refusal(&[file, vec![0]].concat()),
        SealedFileError::Truncated
    );
    assert_eq!(refusal(b""), SealedFileError::NotSealed);
}

#[test]
fn small_contents_all_have_one_size_and_large_ones_few() {
    let size = |len: usize| sealed(&vec![1; len]).len() - HEAD_LEN - 16;
    for len in [0, 1, 40_000, LEAST_STEP - 8] {
        assert_eq!(size(len), LEAST_STEP);
    }
    assert_eq!(size(LEAST_STEP - 7), 2 * LEAST_STEP);
    assert_eq!(size(1_000_000), 1 << 20);
}

#[test]
fn a_file_on_the_disk_is_private_and_never_takes_the_place_of_another() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("backup");
    write_new_durably(&path, b"first").unwrap();
    assert_eq!(
        write_new_durably(&path, b"second"),
        Err(StoreError::AlreadyThere)
    );
    assert_eq!(read(&path).unwrap(), b"first");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let absent = read(&dir.path().join("absent")).unwrap_err();
    assert_eq!(
        absent,
        SealedFileError::Unreadable(std::io::ErrorKind::NotFound)
    );
}

/// A content, and what its file must be: the head whole, the rest by its hash.
fn case(name: &str, kind: SealedKind, number: u8, content: &[u8], cost: Cost) -> Value {
    let salt = [number; 16];
    let file = seal_with(&words(), kind, content, cost, salt).unwrap();
    let hash = ring::digest::digest(&ring::digest::SHA256, &file);
    json!({
        "name": name,
        "comment": "",
        "passphrase": "năm từ không liên quan nhau",
        "kind": number,
        "memory_kib": cost.memory_kib,
        "passes": cost.passes,
        "lanes": cost.lanes,
        "salt": hex::encode(salt),
        "content": hex::encode(content),
        "bytes": hex::encode(&file[..HEAD_LEN]),
        "size": file.len(),
        "hash": hex::encode(hash),
    })
}

#[test]
fn the_vectors_are_as_they_were() {
    let cases = [
        case("an empty wallet", SealedKind::ClientWallet, 1, b"", CHEAP),
        case(
            "a node at the usual cost",
            SealedKind::NodeHome,
            2,
            b"home",
            Cost::USUAL,
        ),
        case(
            "a venue in two lanes",
            SealedKind::VenueSecrets,
            3,
            b"secrets",
            Cost {
                memory_kib: 16_384,
                passes: 2,
                lanes: 2,
            },
        ),
    ];
    let about = "Files that a passphrase opens (protocol.md §14.6): `bytes` is the head, `hash` the SHA-256 of the whole file.";
    let now = json!({"about": about, "cases": cases});
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs/vectors/sealed-file.json");
    let text = serde_json::to_string_pretty(&now).unwrap() + "\n";
    if std::env::var_os("LACHAN_WRITE_VECTORS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let known: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(known, now);
}
