//! Our logs and notes beside Go's own implementation (golang.org/x/mod), which others wrote.
//! Knows the ledger's doors and the Go program in tests/interop; asks for it by LACHAN_REQUIRE=go.
//! Specified in specs/protocol.md §8.1 to §8.3.
#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test stops where its own input is wrong, and says loudly what it skips"
)]
use lachan_node::ledger::Writer;
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::log::note::{NoteSigner, SignatureType, SignedNote, Vkey};
use lachan_protocol::time::UnixTime;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ORIGIN: &str = "log.lachan.example/interop";

/// The Go program, built; none, loudly, when Go or its module is missing and nobody requires them.
fn interop(folder: &Path) -> Option<PathBuf> {
    let required = std::env::var("LACHAN_REQUIRE").unwrap_or_default();
    let program = folder.join("interop");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/interop/main.go");
    let built = Command::new("go")
        .args(["build", "-o"])
        .args([&program, &source])
        .env("GO111MODULE", "off")
        .env("GOPATH", "/usr/share/gocode")
        .env("GOCACHE", folder.join("cache"))
        .output();
    let why = match built {
        Ok(output) if output.status.success() => return Some(program),
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    assert!(!required.contains("go"), "LACHAN_REQUIRE=go: {why}");
    eprintln!("SKIPPED: no Go with golang.org/x/mod (golang-go, golang-golang-x-mod-dev): {why}");
    None
}

/// A log of 600 leaves, written in steps; the files of the checkpoints on the way.
fn log(folder: &Path, signer: NoteSigner) -> Vec<PathBuf> {
    let mut writer = Writer::open(&folder.join("log"), signer).unwrap();
    let mut notes = Vec::new();
    for (step, count) in [1_usize, 2, 5, 120, 128, 1, 255, 88]
        .into_iter()
        .enumerate()
    {
        let leaf = |index: usize| {
            format!("leaf {step}.{index} ")
                .repeat(index % 7)
                .into_bytes()
        };
        let leaves: Vec<Vec<u8>> = (0..count).map(leaf).collect();
        writer.append(&leaves).unwrap();
        let file = folder.join(format!("note-{step}"));
        let mut note = SignedNote::from_bytes(writer.note()).unwrap();
        // Go reads over cosignatures of witnesses that it does not know
        let witness = SigningKey::from_seed(&[9; 32]);
        let witness = NoteSigner::new("witness.example/1", SignatureType::Cosignature, witness);
        note.sign(&witness.unwrap(), UnixTime(1_795_500_000));
        std::fs::write(&file, note.to_bytes()).unwrap();
        notes.push(file);
    }
    assert_eq!(writer.checkpoint().size, 600);
    notes
}

fn verify(program: &Path, folder: &Path, vkey: &Vkey, notes: &[PathBuf]) -> Output {
    Command::new(program)
        .arg("verify")
        .arg(folder.join("log"))
        .arg(vkey.to_string())
        .args(notes)
        .output()
        .unwrap()
}

fn signer(seed: u8) -> NoteSigner {
    NoteSigner::new(
        ORIGIN,
        SignatureType::Ed25519,
        SigningKey::from_seed(&[seed; 32]),
    )
    .unwrap()
}

#[test]
fn go_verifies_every_leaf_of_our_log_and_that_it_only_ever_grew() {
    let dir = tempfile::tempdir().unwrap();
    let Some(program) = interop(dir.path()) else {
        return;
    };
    let vkey = signer(7).vkey().clone();
    let notes = log(dir.path(), signer(7));
    let good = verify(&program, dir.path(), &vkey, &notes);
    let told = String::from_utf8_lossy(&good.stdout).into_owned();
    assert!(
        good.status.success(),
        "{}",
        String::from_utf8_lossy(&good.stderr)
    );
    assert_eq!(told, "600 leaves, 8 earlier checkpoints\n");
    // the controls: another key, a history that forks, a flipped bit in a tile and in a bundle
    assert!(
        !verify(&program, dir.path(), signer(8).vkey(), &notes)
            .status
            .success()
    );
    let fork = tempfile::tempdir().unwrap();
    let mut other = Writer::open(&fork.path().join("log"), signer(7)).unwrap();
    other
        .append(&[b"another".to_vec(), b"history".to_vec()])
        .unwrap();
    let forked = fork.path().join("note");
    std::fs::write(&forked, other.note()).unwrap();
    assert!(
        !verify(&program, dir.path(), &vkey, &[forked])
            .status
            .success()
    );
    for file in [
        "log/tile/0/001",
        "log/tile/entries/000",
        "log/tile/1/000.p/2",
    ] {
        let path = dir.path().join(file);
        let whole = std::fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        std::fs::write(&path, flipped).unwrap();
        assert!(
            !verify(&program, dir.path(), &vkey, &notes).status.success(),
            "{file}"
        );
        std::fs::write(&path, whole).unwrap();
    }
    assert!(verify(&program, dir.path(), &vkey, &notes).status.success());
}

#[test]
fn we_verify_notes_that_go_signed() {
    let dir = tempfile::tempdir().unwrap();
    let Some(program) = interop(dir.path()) else {
        return;
    };
    let made = Command::new(program)
        .args(["make", ORIGIN, "50"])
        .output()
        .unwrap();
    assert!(made.status.success());
    let lines = String::from_utf8(made.stdout).unwrap();
    assert_eq!(lines.lines().count(), 50);
    let mut before: Option<Vkey> = None;
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let vkey = Vkey::from_text(line["vkey"].as_str().unwrap()).unwrap();
        let bytes = line["note"].as_str().unwrap().as_bytes();
        let note = SignedNote::from_bytes(bytes).unwrap();
        assert_eq!(note.to_bytes(), bytes);
        assert_eq!(note.text(), line["text"]);
        assert_eq!(note.verify(&vkey), Ok(None));
        assert_eq!(Checkpoint::from_text(note.text()).unwrap().origin, ORIGIN);
        if let Some(other) = before.replace(vkey) {
            assert!(note.verify(&other).is_err(), "the control");
        }
    }
}
