//! What any 64 KiB from outside can make us allocate: at most 1 MiB at a time, whatever lengths and counts they claim.
//! Knows the doors and a counting allocator; does not know the messages.
//! Specified in specs/wire.md §1.
use super::{Row, bytes_of, doors, read};
use allocation_counter::measure;
use lachan_protocol::crypto::sign::SigningKey;
use lachan_protocol::exposure::manifest::Manifest;
use lachan_protocol::keys::plan::UnverifiedPlan;
use lachan_protocol::log::follow::FollowState;
use lachan_protocol::log::note::{NoteSigner, SignatureType};
use lachan_protocol::log::policy::WitnessPolicy;
use lachan_protocol::log::witness::Witnessed;
use lachan_protocol::trust::TrustedAuthority;
use lachan_protocol::wire::Message;
use serde_json::Value;

const FROM_OUTSIDE: usize = 65_536;
const MOST: u64 = 1 << 20;

/// The most bytes that were allocated at one time while this ran.
fn peak(run: impl FnOnce()) -> u64 {
    measure(run).bytes_max
}

/// 64 KiB that begin like something good: at each of some lengths it goes on in each of some ways.
fn hostile(good: &[u8]) -> Vec<Vec<u8>> {
    let mut lengths: Vec<usize> = (0..good.len().min(12)).collect();
    lengths.extend((1..=16).map(|part| good.len() * part / 16));
    let endings: [&[u8]; 9] = [
        &[0],
        &[1],
        &[0xff],
        b"9",
        b"\n",
        b"a\n",
        "— a AAAAAAA=\n".as_bytes(),
        b"witness a b\n",
        good,
    ];
    let mut out = Vec::new();
    for length in lengths {
        for ending in endings.iter().filter(|ending| !ending.is_empty()) {
            let rest = ending.iter().copied().cycle();
            let bytes: Vec<u8> = good[..length]
                .iter()
                .copied()
                .chain(rest)
                .take(FROM_OUTSIDE)
                .collect();
            out.push(bytes);
        }
    }
    out
}

/// What takes bytes from outside, by its name.
type Door = (&'static str, fn(&[u8]));

/// Doors that no vector has bytes for.
const OTHERS: [Door; 6] = [
    ("follow state", |bytes| drop(FollowState::from_bytes(bytes))),
    ("manifest", |bytes| drop(Manifest::from_bytes(bytes))),
    ("plan, unverified", |bytes| {
        drop(UnverifiedPlan::from_bytes(bytes))
    }),
    ("policy", |bytes| {
        std::str::from_utf8(bytes)
            .map(WitnessPolicy::from_text)
            .ok();
    }),
    ("state of a witness", |bytes| {
        let key = SigningKey::from_seed(&[7; 32]);
        let log = NoteSigner::new("log", SignatureType::Ed25519, key).unwrap();
        drop(Witnessed::from_bytes(bytes, log.vkey()));
    }),
    ("an authority's block", |bytes| {
        std::str::from_utf8(bytes)
            .map(TrustedAuthority::from_text)
            .ok();
    }),
];

/// Bytes to begin with: those of the first accepted case and of the longest one.
fn begun(row: &Row) -> Vec<(Value, Vec<u8>)> {
    let cases = read(row.file)
        .into_iter()
        .filter(|case| case.get("refused").is_none());
    let mut begun: Vec<(Value, Vec<u8>)> = cases
        .filter_map(|case| bytes_of(&case, row).map(|bytes| (case, bytes)))
        .filter(|(case, bytes)| (row.door)(case, bytes).is_some())
        .collect();
    begun.sort_by_key(|(_, bytes)| bytes.len());
    let longest = begun.pop();
    begun.into_iter().take(1).chain(longest).collect()
}

#[test]
fn no_64_kib_from_outside_make_us_allocate_more_than_1_mib() {
    let mut highest = 0;
    for row in doors::ROWS {
        for (case, good) in begun(row) {
            for bytes in hostile(&good) {
                let peak = peak(|| drop((row.door)(&case, &bytes)));
                assert!(peak <= MOST, "{} {}: {peak} bytes", row.file, row.field);
                highest = highest.max(peak);
            }
        }
    }
    let policies = read("checkpoint");
    let lists = read("trust-list");
    let texts = [&policies[1]["policy"], &lists[0]["note"]];
    let starts = texts.map(|text| text.as_str().unwrap().as_bytes().to_vec());
    for (name, door) in OTHERS {
        for bytes in starts.iter().flat_map(|good| hostile(good)) {
            let peak = peak(|| door(&bytes));
            assert!(peak <= MOST, "{name}: {peak} bytes");
            highest = highest.max(peak);
        }
    }
    assert!(
        highest > FROM_OUTSIDE as u64,
        "nothing was kept: the counter sleeps"
    );
}

#[test]
fn the_counter_notices_2_mib() {
    let two = std::hint::black_box(2 << 20);
    assert!(peak(|| drop(std::hint::black_box(vec![0_u8; two]))) > MOST);
    assert!(peak(|| drop(std::hint::black_box(Vec::<u64>::with_capacity(two / 8)))) > MOST);
    assert!(peak(|| drop(std::hint::black_box("a".repeat(1_000)))) < MOST);
    // a reader that believes a count of two bytes before the elements are there
    let believing = |bytes: &[u8]| {
        let count = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
        drop(std::hint::black_box(Vec::<[u8; 40]>::with_capacity(count)));
    };
    assert!(peak(|| believing(&[0xff; 2])) > MOST);
}
