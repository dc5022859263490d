//! The doors: for each field of bytes in a vector file, the function that the bytes come in by, as far as it goes.
//! Knows how a case states keys and times; does not know how bytes are changed.
//! Specified in specs/README.md, where each file has its row.
use super::Promise::{Canonical, Meaning, Never};
use super::Row;
use crate::properties::exposure_samples::accept;
use crate::vectors::kit::{CODE_SEED, Known, REGION, authority, trusting};
use crate::vectors::office::request;
use crate::vectors::sealed::Fixed;
use crate::vectors::{warning, witness};
use lachan_protocol::code::{CodeEvidence, CodeKey, UnverifiedVenueCode, VenueUrl};
use lachan_protocol::crypto::exchange::ExchangeSecret;
use lachan_protocol::crypto::point::Point;
use lachan_protocol::crypto::sign::{Signature, SigningKey, VerifyingKey};
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::exposure::entry::Entry;
use lachan_protocol::exposure::manifest::ManifestRecord;
use lachan_protocol::id::{AuthorityId, Digest};
use lachan_protocol::keys::ReleasedKey;
use lachan_protocol::keys::plan::Plan;
use lachan_protocol::keys::proof::{Role, ShareProof};
use lachan_protocol::keys::registration::{Registered, RegistrationAnswer, RegistrationData};
use lachan_protocol::log::checkpoint::Checkpoint;
use lachan_protocol::log::evidence::EquivocationProof;
use lachan_protocol::log::leaf::Leaf;
use lachan_protocol::log::note::{SignedNote, Vkey};
use lachan_protocol::log::policy::WitnessPolicy;
use lachan_protocol::log::proof::verify_consistency;
use lachan_protocol::log::tile_set::{
    entries_from_bundle, hashes_from_tile, push_entry, tile_to_bytes,
};
use lachan_protocol::log::tiles::Resource;
use lachan_protocol::office::approval::Statement;
use lachan_protocol::office::{
    Approval, Certificate, MessageKind, Poll, PollReply, ReportCode, RequestData, sealed,
};
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::token::{VisitRecord, VisitToken};
use lachan_protocol::trust::TrustList;
use lachan_protocol::wire::Message;
use serde_json::{Value, json};

const fn row(
    file: &'static str,
    field: &'static str,
    promise: super::Promise,
    door: fn(&Value, &[u8]) -> Option<Vec<u8>>,
) -> Row {
    Row {
        file,
        field,
        promise,
        door,
    }
}

/// Where the promise is not `Never`, bytes are legitimately read after a change:
/// what is not signed by itself (entries, records, plans, polls, tiles, paths: a signature, a seal or a root stands
/// around them), an answer's mailbox secret (the seal guards it), lines of signatures by keys that nobody here knows,
/// the case of a URL's scheme and host, and of what a person types.
pub(super) const ROWS: &[Row] = &[
    row("approval", "approval", Never, approval),
    row("certificate", "bytes", Never, certificate),
    row("checkpoint", "note", Meaning, checkpoint),
    row("code-evidence", "first", Never, evidence_first),
    row("code-evidence", "second", Never, evidence_second),
    row("entry", "entry", Canonical, entry),
    row("equivocation", "evidence", Never, equivocation),
    row("exposure-batch", "leaf", Never, batch),
    row("hits", "leaf", Never, |_, bytes| {
        let batch = accept(&[bytes.to_vec()], UnixTime(u64::MAX)).ok()?;
        Some(batch.id().0.to_vec())
    }),
    row("hits", "record", Canonical, record),
    row("leaves", "leaf", Never, leaf),
    row("manifest", "record", Canonical, |_, bytes| {
        Some(ManifestRecord::from_bytes(bytes).ok()?.to_bytes())
    }),
    row("merkle", "proof", Never, proof),
    row("plan", "bytes", Canonical, |_, bytes| {
        Some(Plan::from_bytes(bytes).ok()?.to_bytes())
    }),
    row("poll", "poll", Canonical, |_, bytes| {
        Some(Poll::from_bytes(bytes).ok()?.to_bytes().to_vec())
    }),
    row("poll", "reply", Canonical, |_, bytes| {
        PollReply::from_bytes(bytes).ok()?.to_bytes().ok()
    }),
    row("registration", "answer", Canonical, answer),
    row("registration", "data", Never, registration),
    row("report-code", "text", Meaning, report_code),
    row("request", "bytes", Never, |_, bytes| {
        let key = SigningKey::from_seed(&[0x22; 32]).verifying_key();
        Some(RequestData::from_bytes(bytes, &key).ok()?.to_bytes())
    }),
    row("sealed-message", "message", Never, message),
    row("sealed-message", "reply", Never, reply),
    row("share-proof", "proof", Never, share_proof),
    row("signed-note", "note", Meaning, note),
    row("signed-note", "vkey", Never, |_, bytes| {
        Some(Vkey::from_text(text(bytes)?).ok()?.to_string().into_bytes())
    }),
    row("tiles", "bundle", Canonical, bundle),
    row("tiles", "path", Canonical, |_, bytes| {
        Some(
            Resource::from_path(text(bytes)?)
                .ok()?
                .to_path()
                .into_bytes(),
        )
    }),
    row("tiles", "tile", Canonical, |case, bytes| {
        Some(tile_to_bytes(&hashes_from_tile(bytes, width(case)?).ok()?))
    }),
    row("trust-list", "note", Never, |case, bytes| {
        let list = TrustList::read(bytes, &vkey(case, "root")).ok()?;
        Some(list.note().to_vec())
    }),
    row("venue-code", "bytes", Never, |case, bytes| {
        let code = UnverifiedVenueCode::from_bytes(bytes).ok()?;
        let code = code
            .verify(&trust(case), UnixTime(case["now"].as_u64()?))
            .ok()?;
        Some(code.as_bytes().to_vec())
    }),
    row("venue-url", "url", Canonical, url),
    row("visit-token", "record", Canonical, record),
    row("visit-token", "token", Never, |case, bytes| {
        let key = ReleasedKey::from_bytes(&hex(case, "s")).ok()?;
        let token = VisitToken::from_bytes(bytes).ok()?;
        Some(token.open_with(&key).ok()?.to_bytes().to_vec())
    }),
    row("warning", "bundle", Never, |_, bytes| {
        Some(warning::judge(bytes).ok()?.to_string().into_bytes())
    }),
    row("witness", "request", Meaning, |case, bytes| {
        let known = case["known"].as_str();
        let known =
            known.map(|note| witness::state(&SignedNote::from_bytes(note.as_bytes()).unwrap()));
        Some(witness::answer(bytes, known.as_ref()).ok()?.to_bytes())
    }),
];

fn hex<const N: usize>(case: &Value, field: &str) -> [u8; N] {
    let text = case[field].as_str().unwrap();
    hex::decode(text).unwrap().try_into().unwrap()
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn width(case: &Value) -> Option<u16> {
    u16::try_from(case["width"].as_u64()?).ok()
}

fn vkey(case: &Value, field: &str) -> Vkey {
    Vkey::from_text(case[field].as_str().unwrap()).unwrap()
}

/// The public key of a seed that the case states.
fn key_of(case: &Value, field: &str) -> VerifyingKey {
    SigningKey::from_seed(&hex(case, field)).verifying_key()
}

fn trust(case: &Value) -> Known {
    let key = |value: &Value| {
        let key = VerifyingKey::from_bytes(&hex(value, "key")).unwrap();
        match value["last"].as_u64() {
            Some(last) => CodeKey::Current {
                key,
                last: Window(u32::try_from(last).unwrap()),
            },
            None => CodeKey::Revoked { key },
        }
    };
    let keys = case["trust"]["code_keys"].as_array().unwrap();
    Known {
        keys: keys.iter().map(key).collect(),
        revoked: None,
    }
}

fn approval(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let signature = Signature(bytes.try_into().ok()?);
    let statement = Statement::of(&request());
    let verified = Approval(signature).verify_statement(&key_of(case, "venue_seed"), &statement);
    verified.ok().map(|_| statement.to_bytes())
}

fn certificate(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let certificate = Certificate::from_bytes(bytes, &key_of(case, "issuer_seed")).ok()?;
    Some(certificate.to_bytes())
}

fn checkpoint(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let policy = WitnessPolicy::from_text(case["policy"].as_str()?).unwrap();
    let verified = Checkpoint::verify(bytes, &vkey(case, "vkey"), &policy).ok()?;
    Some(verified.note().text().as_bytes().to_vec())
}

fn evidence(case: &Value, first: &[u8], second: &[u8]) -> Option<Vec<u8>> {
    let code = |bytes| UnverifiedVenueCode::from_bytes(bytes).ok();
    let keys = case["code_keys"].as_array()?.iter().map(|key| {
        let key = hex(&json!({ "key": key }), "key");
        CodeKey::Revoked {
            key: VerifyingKey::from_bytes(&key).unwrap(),
        }
    });
    let trust = Known {
        keys: keys.collect(),
        revoked: None,
    };
    let found = CodeEvidence::find(code(first)?, code(second)?, &trust).ok()?;
    Some(found.codes().concat())
}

fn evidence_first(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let second = hex::decode(case["second"].as_str()?).unwrap();
    evidence(case, bytes, &second)
}

fn evidence_second(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let first = hex::decode(case["first"].as_str()?).unwrap();
    evidence(case, &first, bytes)
}

fn entry(_: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    Some(
        Entry::from_bytes(bytes.try_into().ok()?)
            .ok()?
            .to_bytes()
            .to_vec(),
    )
}

fn equivocation(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let proof = EquivocationProof::from_bytes(bytes, &vkey(case, "log_vkey")).ok()?;
    Some(proof.to_bytes().to_vec())
}

fn batch(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let latest = UnixTime(case["latest"].as_u64()?);
    Some(accept(&[bytes.to_vec()], latest).ok()?.id().0.to_vec())
}

fn record(_: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    Some(VisitRecord::from_bytes(bytes).ok()?.to_bytes().to_vec())
}

/// The small leaves; batches and trust lists are verified elsewhere, unknown ones skipped.
fn leaf(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let authority = AuthorityId(hex(case, "authority"));
    let key = VerifyingKey::from_bytes(&hex(case, "batch_key")).unwrap();
    match Leaf::verify(bytes, &authority, &key).ok()? {
        Leaf::Batch(_) | Leaf::Skipped(_) | Leaf::TrustList(_) => None,
        Leaf::Helper(_) | Leaf::Prekey(_) | Leaf::Registrations(_) | Leaf::Revocation(_) => {
            Some(bytes.to_vec())
        }
    }
}

/// The consistency proofs of the trees in merkle.json, each as a case of its own.
pub(super) fn proofs(cases: &[Value]) -> Vec<Value> {
    let trees: Vec<&Value> = cases
        .iter()
        .filter(|case| case["consistency"].is_array())
        .collect();
    let root = |size: usize| {
        cases
            .iter()
            .find(|case| case["size"] == size && case["frontier"].is_array())
    };
    let mut out = Vec::new();
    for tree in trees {
        for (from, proof) in tree["consistency"].as_array().unwrap().iter().enumerate() {
            let hashes = proof
                .as_array()
                .unwrap()
                .iter()
                .map(|hash| hash.as_str().unwrap());
            let Some(older) = root(from).filter(|_| from > 0) else {
                continue;
            };
            out.push(json!({ "name": format!("{from} in {}", tree["name"]), "from": from, "to": tree["size"],
                "from_root": older["root"], "to_root": tree["root"], "proof": hashes.collect::<String>() }));
        }
    }
    out
}

fn proof(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let root = |field| Hash(hex(case, field));
    let (from, to) = (case["from"].as_u64()?, case["to"].as_u64()?);
    let width = u16::try_from(bytes.len() / Hash::LEN).ok()?;
    let proof = hashes_from_tile(bytes, width).ok()?;
    verify_consistency(from, &root("from_root"), to, &root("to_root"), &proof).ok()?;
    Some(bytes.to_vec())
}

fn answer(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let plan = Plan::from_bytes(&hex::decode(case["plan"].as_str()?).unwrap()).unwrap();
    let trust = trusting(CODE_SEED, plan.head().last());
    let answer = RegistrationAnswer::from_bytes(bytes, plan.head()).ok()?;
    let written = answer.to_bytes().to_vec();
    Registered::accept(plan, answer, &trust.keys).ok()?;
    Some(written)
}

fn registration(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let data = RegistrationData::from_bytes(bytes).ok()?;
    let plan = data
        .verify(&authority(), &[REGION], &hex(case, "enc"))
        .ok()?;
    Some(plan.to_bytes())
}

fn report_code(_: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let code = ReportCode::from_text(text(bytes)?).ok()?;
    Some(code.as_characters().to_vec())
}

fn kind(case: &Value) -> Option<MessageKind> {
    let name = case["kind"].as_str().or_else(|| case["name"].as_str())?;
    MessageKind::ALL
        .into_iter()
        .find(|kind| format!("{kind:?}") == name)
}

fn message(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let office = ExchangeSecret::from_bytes(&hex(case, "recipient_secret"));
    let opened = sealed::open(kind(case)?, [&office], bytes).ok()?;
    Some(opened.data.ok()?.to_vec())
}

fn reply(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let office = ExchangeSecret::from_bytes(&hex(case, "recipient_secret"));
    let ikm: [u8; 32] = hex(case, "ikm_of_ephemeral");
    let data = hex::decode(case["data"].as_str()?).unwrap();
    let sealed = sealed::seal(
        kind(case)?,
        &office.public(),
        &data,
        &mut Fixed::new(&[&ikm]),
    );
    match sealed.unwrap().1.open(bytes).ok()? {
        sealed::Reply::Done(data) => Some(data.to_vec()),
        sealed::Reply::Refused => Some(Vec::new()),
    }
}

fn share_proof(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let role = match case["role"].as_u64()? {
        0 => Role::Venue,
        seed => Role::Office {
            seed: u8::try_from(seed - 1).unwrap(),
        },
    };
    let point = |point: &Value| Point::from_bytes(&hex(&json!({ "p": point }), "p")).unwrap();
    let points: Vec<Point> = case["points"].as_array()?.iter().map(point).collect();
    let proof = ShareProof(bytes.try_into().ok()?);
    let verified = proof.verify(role, &Digest(hex(case, "digest")), &points);
    verified.ok().map(|()| bytes.to_vec())
}

fn note(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let note = SignedNote::from_bytes(bytes).ok()?;
    note.verify(&vkey(case, "vkey")).ok()?;
    Some(note.text().as_bytes().to_vec())
}

fn bundle(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut written = Vec::new();
    for entry in entries_from_bundle(bytes, width(case)?).ok()? {
        push_entry(&mut written, entry).ok()?;
    }
    Some(written)
}

/// Scheme and host are read in any case: the form keeps that of the bytes, so that all else must agree.
fn url(case: &Value, bytes: &[u8]) -> Option<Vec<u8>> {
    let url = VenueUrl::parse(text(bytes)?, case["host"].as_str()?).ok()?;
    let mut written = url.to_string().into_bytes();
    let head = url.head().len();
    if written[..head].eq_ignore_ascii_case(bytes.get(..head)?) {
        written[..head].copy_from_slice(&bytes[..head]);
    }
    Some(written)
}
