//! Every frame of the vectors, changed, is refused or is the message whose only stream it is; and what a stream of
//! 64 KiB makes us allocate. Goes through the codec only.
//! Specified in specs/wire.md §1 and §10.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot be set up should say so at once"
)]

use crate::frames::{Read, Way, read};
use allocation_counter::measure;
use lachan_link::exchange::Exchange;
use lachan_link::{LogExchange, MailboxExchange, RegisterExchange};
use libp2p::StreamProtocol;
use serde_json::Value;
use std::path::PathBuf;

type Door = fn(Way, &[u8]) -> Read;

fn door(protocol: &str) -> Door {
    let is = |name: StreamProtocol| name.as_ref() == protocol;
    match () {
        () if is(LogExchange::NAME) => read::<LogExchange>,
        () if is(MailboxExchange::NAME) => read::<MailboxExchange>,
        () if is(RegisterExchange::NAME) => read::<RegisterExchange>,
        () => panic!("{protocol} is no protocol"),
    }
}

/// (name, door, way, stream) of the accepted frames.
fn accepted() -> Vec<(String, Door, Way, Vec<u8>)> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../specs/vectors/frames.json");
    let json: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = json["cases"].as_array().unwrap().iter();
    let accepted = cases.filter(|case| case.get("refused").is_none());
    let read = |case: &Value| {
        let mut stream = hex::decode(case["stream"].as_str().unwrap()).unwrap();
        if let Some(then) = case.get("then") {
            let byte = hex::decode(then[0].as_str().unwrap()).unwrap()[0];
            let more = usize::try_from(then[1].as_u64().unwrap()).unwrap();
            stream.resize(stream.len() + more, byte);
        }
        let way = match case["direction"].as_str().unwrap() {
            "request" => Way::Request,
            _ => Way::Reply,
        };
        let name = case["name"].as_str().unwrap().to_owned();
        (name, door(case["protocol"].as_str().unwrap()), way, stream)
    };
    accepted.map(read).collect()
}

/// Places in a stream: all of a short one; of a long one its head and its end.
fn places(len: usize) -> impl Iterator<Item = usize> {
    (0..len).filter(move |at| *at < 300 || at + 8 > len)
}

#[test]
fn a_changed_frame_is_refused_or_is_the_message_whose_stream_it_is() {
    let (mut tried, mut kept) = (0, 0);
    for (name, door, way, stream) in accepted() {
        let mut changed: Vec<Vec<u8>> = Vec::new();
        // one bit of each byte of a long stream, each bit of a short one
        let bits = if stream.len() > 300 { 1 } else { 8 };
        for at in places(stream.len()) {
            changed.extend((0..bits).map(|bit| {
                let mut flipped = stream.clone();
                flipped[at] ^= 1 << ((at + bit) % 8);
                flipped
            }));
            changed.push(stream[..at].to_vec());
            // a stream of 1 MiB is not copied 600 times
            if stream.len() > 200_000 && at > 16 {
                break;
            }
        }
        changed.push([&stream[..], &[0]].concat());
        for bytes in changed {
            if let Ok((_, written)) = door(way, &bytes) {
                assert_eq!(written, bytes, "{name}");
                assert_eq!(bytes.len(), stream.len(), "{name}: cut or lengthened");
                kept += 1;
            }
            tried += 1;
        }
    }
    assert!(
        tried > 1_000 && kept > 0 && kept < tried,
        "{kept} of {tried}"
    );
}

#[test]
fn a_stream_of_64_kib_makes_us_allocate_at_most_1_mib() {
    const MOST: u64 = 1 << 20;
    for (name, door, way, stream) in accepted() {
        for length in 0..stream.len().min(40) {
            for fill in [0, 1, 0xff] {
                let mut bytes = stream[..length].to_vec();
                bytes.resize(65_536, fill);
                let peak = measure(|| drop(door(way, &bytes))).bytes_max;
                assert!(peak <= MOST, "{name}: {peak} bytes");
            }
        }
        // the length that the header claims, up to the longest that is allowed, is not believed
        for claim in [
            0x0000_ffff_u32,
            0x0002_0000,
            0x0010_0009,
            0x7fff_ffff,
            u32::MAX,
        ] {
            let mut bytes = [&[1][..], &claim.to_be_bytes()].concat();
            bytes.resize(65_536, 1);
            let peak = measure(|| drop(door(way, &bytes))).bytes_max;
            assert!(peak <= MOST, "{name}, {claim} claimed: {peak} bytes");
        }
    }
    let believing = |claim: usize| drop(std::hint::black_box(vec![0_u8; claim]));
    assert!(
        measure(|| believing(2 << 20)).bytes_max > MOST,
        "the control"
    );
}
