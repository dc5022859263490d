//! Vectors of network frames: whole streams of each protocol, both ways, read and written by its codec.
//! Goes through the crate's public doors only.
//! Specified in specs/wire.md §10.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up should say so at once"
)]

use futures::io::Cursor;
use lachan_link::exchange::Exchange;
use lachan_link::{
    FrameCodec, FrameError, LogExchange, LogReply, LogRequest, MailboxExchange, PART_LIMIT,
    Refusal, RegisterExchange, SealedReply, SealedRequest,
};
use lachan_protocol::id::{AuthorityId, OriginHash};
use libp2p::request_response::Codec;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

const ABOUT: &str = "Network frames (protocol.md section 13.2, wire.md section 10): one whole `stream`, from its first byte to \
    its end, as a request or reply of `protocol`. Where `then` stands, it follows `stream`: this byte, so many times. \
    `fields` is what the payload says, and gives the same stream when it is written; a sealed message is given by its \
    length (its bytes are the last ones of the stream).";

/// A protocol whose messages a vector can show.
pub(super) trait Shown: Exchange {
    fn request_fields(request: &Self::Request) -> Value;
    fn reply_fields(reply: &Self::Reply) -> Value;
}

impl Shown for LogExchange {
    fn request_fields(request: &LogRequest) -> Value {
        json!({ "origin_hash": hex::encode(request.origin().0), "offset": request.offset(),
            "length": request.length(), "path": request.path() })
    }
    fn reply_fields(reply: &LogReply) -> Value {
        match reply {
            LogReply::Busy(after) => json!({ "busy": after.as_secs() }),
            LogReply::NotFound => json!("not found"),
            LogReply::Part { total, bytes } => json!({ "total": total, "bytes": bytes.len() }),
            LogReply::Refused(why) => json!({ "refused": why.code() }),
        }
    }
}

fn sealed_request(request: &SealedRequest) -> Value {
    json!({ "authority": hex::encode(request.authority.0), "sealed": request.sealed.len() })
}

fn sealed_reply(reply: &SealedReply) -> Value {
    match reply {
        SealedReply::Busy(after) => json!({ "busy": after.as_secs() }),
        SealedReply::Refused(why) => json!({ "refused": why.code() }),
        SealedReply::Sealed(bytes) => json!({ "sealed": bytes.len() }),
    }
}

impl Shown for RegisterExchange {
    fn request_fields(request: &SealedRequest) -> Value {
        sealed_request(request)
    }
    fn reply_fields(reply: &SealedReply) -> Value {
        sealed_reply(reply)
    }
}

impl Shown for MailboxExchange {
    fn request_fields(request: &SealedRequest) -> Value {
        sealed_request(request)
    }
    fn reply_fields(reply: &SealedReply) -> Value {
        sealed_reply(reply)
    }
}

#[derive(Clone, Copy)]
pub(super) enum Way {
    Request,
    Reply,
}

/// Codecs have deadlines, so they run where there is a timer.
fn block_on<F: Future>(future: F) -> F::Output {
    thread_local! {
        static RUNTIME: Runtime = Builder::new_current_thread().enable_time().build().unwrap();
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// What the codec reads, and the stream that it writes of it.
pub(super) type Read = Result<(Value, Vec<u8>), FrameError>;

pub(super) fn read<X: Shown>(way: Way, stream: &[u8]) -> Read {
    let mut codec = FrameCodec::<X>::default();
    let (mut io, mut out) = (Cursor::new(stream), Vec::new());
    match way {
        Way::Request => {
            let request = block_on(codec.read_request(&X::NAME, &mut io)).unwrap()?;
            let fields = X::request_fields(&request);
            block_on(codec.write_request(&X::NAME, &mut out, Ok(request))).unwrap();
            Ok((fields, out))
        }
        Way::Reply => {
            let reply = match block_on(codec.read_response(&X::NAME, &mut io)) {
                Ok(reply) => reply,
                Err(error) => return Err(*error.get_ref().unwrap().downcast_ref().unwrap()),
            };
            let fields = X::reply_fields(&reply);
            block_on(codec.write_response(&X::NAME, &mut out, reply)).unwrap();
            Ok((fields, out))
        }
    }
}

/// `Enum::Variant`, with the inner variant where there is one.
fn refusal(error: &FrameError) -> String {
    match error {
        FrameError::Malformed(inner) => {
            let text = format!("{inner:?}");
            let variant = text.split([' ', '(']).next().unwrap();
            format!("FrameError::Malformed({variant})")
        }
        FrameError::BytesLeftOver => "FrameError::BytesLeftOver".into(),
        FrameError::Ended => "FrameError::Ended".into(),
        FrameError::TooLong { .. } => "FrameError::TooLong".into(),
        FrameError::TooSlow => "FrameError::TooSlow".into(),
        FrameError::UnknownVersion(_) => "FrameError::UnknownVersion".into(),
    }
}

/// The head in hex, and the run at the end where it is long.
fn shown(case: &mut Value, stream: &[u8]) {
    let run = stream.last().map_or(0, |last| {
        stream.iter().rev().take_while(|byte| *byte == last).count()
    });
    let head = if run > 64 {
        stream.len() - run
    } else {
        stream.len()
    };
    case["stream"] = hex::encode(&stream[..head]).into();
    if let (true, Some(last)) = (head < stream.len(), stream.last()) {
        case["then"] = json!([hex::encode([*last]), run]);
    }
}

fn one<X: Shown>(way: Way, name: &str, comment: &str, stream: &[u8], wanted: &str) -> Value {
    let direction = match way {
        Way::Request => "request",
        Way::Reply => "reply",
    };
    let mut case = json!({ "name": format!("{} {direction}: {name}", X::NAME), "comment": comment,
        "protocol": X::NAME.as_ref(), "direction": direction });
    shown(&mut case, stream);
    match read::<X>(way, stream) {
        Ok((fields, written)) => {
            assert_eq!("accepted", wanted, "{name}");
            assert_eq!(written, stream, "{name} is written as it was read");
            case["fields"] = fields;
        }
        Err(error) => {
            assert_eq!(refusal(&error), wanted, "{name}");
            case["refused"] = refusal(&error).into();
        }
    }
    case
}

fn frame(payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&[1], &length[..], payload].concat()
}

const ENDED: &str = "FrameError::Ended";
const LEFT_OVER: &str = "FrameError::BytesLeftOver";
const TOO_LONG: &str = "FrameError::TooLong";
const TRUNCATED: &str = "FrameError::Malformed(Truncated)";
const PAYLOAD_LEFT_OVER: &str = "FrameError::Malformed(BytesLeftOver)";
const OUT_OF_RANGE: &str = "FrameError::Malformed(OutOfRange)";

fn log_request(path: &str, offset: u64, length: u32) -> Vec<u8> {
    let origin = OriginHash::of_origin("hanoi.example/log");
    LogExchange::request_bytes(&LogRequest::new(origin, path, offset, length).unwrap())
}

fn log_requests() -> Vec<Value> {
    let good = log_request("checkpoint", 0, PART_LIMIT);
    let with = |at: usize, bytes: &[u8]| {
        let mut payload = good.clone();
        payload[at..at + bytes.len()].copy_from_slice(bytes);
        frame(&payload)
    };
    let whole = frame(&good);
    let of = |name: &str, comment: &str, stream: &[u8], wanted| {
        one::<LogExchange>(Way::Request, name, comment, stream, wanted)
    };
    let mut longer = whole.clone();
    longer.push(0);
    let mut version = whole.clone();
    version[0] = 2;
    let mut claims = whole.clone();
    claims[1..5].copy_from_slice(&277_u32.to_be_bytes());
    vec![
        of("the checkpoint", "", &whole, "accepted"),
        of(
            "one byte of a bundle",
            "",
            &frame(&log_request("tile/entries/x001/000.p/7", 70_000, 1)),
            "accepted",
        ),
        of(
            "the last offset",
            "",
            &frame(&log_request("tile/0/000", u64::MAX, 5)),
            "accepted",
        ),
        of(
            "a path that no log has",
            "the frame is good; the reply is refused with reason 2",
            &frame(&log_request("../etc", 0, 1)),
            "accepted",
        ),
        of(
            "the longest path",
            "255 bytes",
            &frame(&log_request(&"a".repeat(255), 0, 1)),
            "accepted",
        ),
        of("nothing", "an end of stream is never a message", &[], ENDED),
        of("half a head", "", &whole[..4], ENDED),
        of("half a payload", "", &whole[..20], ENDED),
        of("one byte less", "", &whole[..whole.len() - 1], ENDED),
        of("one byte more", "", &longer, LEFT_OVER),
        of("two frames", "", &[&whole[..], &whole].concat(), LEFT_OVER),
        of("version 2", "", &version, "FrameError::UnknownVersion"),
        of(
            "version before length",
            "version 0, and a length of 2^32 - 1",
            &[0, 255, 255, 255, 255],
            "FrameError::UnknownVersion",
        ),
        of(
            "a length of 277",
            "refused before anything is read",
            &claims[..5],
            TOO_LONG,
        ),
        of(
            "a length of 2^32 - 1",
            "",
            &[1, 255, 255, 255, 255],
            TOO_LONG,
        ),
        of("an empty payload", "", &frame(&[]), TRUNCATED),
        of(
            "a payload that ends in the path",
            "",
            &frame(&good[..25]),
            TRUNCATED,
        ),
        of(
            "a payload with a byte more",
            "the path's length says one less",
            &with(20, &[9]),
            PAYLOAD_LEFT_OVER,
        ),
        of("a length of no bytes", "", &with(16, &[0; 4]), OUT_OF_RANGE),
        of(
            "a range above 1 MiB",
            "",
            &with(16, &(PART_LIMIT + 1).to_be_bytes()),
            OUT_OF_RANGE,
        ),
        of(
            "a path that is not UTF-8",
            "",
            &with(21, &[0xff]),
            "FrameError::Malformed(NotText)",
        ),
    ]
}

fn log_replies() -> Vec<Value> {
    let of = |name: &str, comment: &str, payload: &[u8], wanted| {
        one::<LogExchange>(Way::Reply, name, comment, &frame(payload), wanted)
    };
    let bytes = |reply: &LogReply| LogExchange::reply_bytes(reply);
    let part = |total, bytes: &[u8]| {
        LogExchange::reply_bytes(&LogReply::Part {
            total,
            bytes: bytes.to_vec(),
        })
    };
    let mut cases = vec![
        of("a whole resource", "", &part(3, b"abc"), "accepted"),
        of(
            "the largest part",
            "1 MiB",
            &part(16_777_000, &vec![7; PART_LIMIT as usize]),
            "accepted",
        ),
        of("at the end", "offset = total", &part(3, b""), "accepted"),
        of("not found", "", &bytes(&LogReply::NotFound), "accepted"),
        of(
            "busy for a minute",
            "",
            &bytes(&LogReply::Busy(Duration::from_secs(60))),
            "accepted",
        ),
    ];
    for reason in Refusal::ALL {
        let name = format!("reason {}", reason.code());
        let comment = format!("{reason}");
        cases.push(of(
            &name,
            &comment,
            &bytes(&LogReply::Refused(reason)),
            "accepted",
        ));
    }
    let whole = frame(&part(3, b"abc"));
    let long = [&[1][..], &1_048_586_u32.to_be_bytes()].concat();
    cases.extend([
        of("no status", "", &[], TRUNCATED),
        of("a status alone", "", &[0], TRUNCATED),
        of("half a total", "", &[0, 0, 0, 0, 0, 0, 0, 3], TRUNCATED),
        of("status 4", "", &[4], OUT_OF_RANGE),
        of("bytes after not found", "", &[1, 0], PAYLOAD_LEFT_OVER),
        of("no reason", "", &[2], TRUNCATED),
        of("reason 0", "", &[2, 0], OUT_OF_RANGE),
        of("reason 8", "", &[2, 8], OUT_OF_RANGE),
        of("two reasons", "", &[2, 1, 1], PAYLOAD_LEFT_OVER),
        of("busy for half a number", "", &[3, 0, 0, 0], TRUNCATED),
        of(
            "busy, and a byte more",
            "",
            &[3, 0, 0, 0, 1, 0],
            PAYLOAD_LEFT_OVER,
        ),
        one::<LogExchange>(
            Way::Reply,
            "one byte less",
            "",
            &whole[..whole.len() - 1],
            ENDED,
        ),
        one::<LogExchange>(
            Way::Reply,
            "one byte more",
            "",
            &[&whole[..], &[0]].concat(),
            LEFT_OVER,
        ),
        one::<LogExchange>(Way::Reply, "a length of 1,048,586", "", &long, TOO_LONG),
    ]);
    cases
}

/// What register and mailbox have in common, with their sizes up and down.
fn sealed<X>(up: &[usize], down: &[usize]) -> Vec<Value>
where
    X: Shown<Request = SealedRequest, Reply = SealedReply>,
{
    let authority = AuthorityId::of_origin("hanoi.example/log");
    let ask = |len: usize| frame(&[&authority.0[..], &vec![0x5a; len]].concat());
    let answer = |len: usize| frame(&[&[0][..], &vec![0xa5; len]].concat());
    let request =
        |name: &str, stream: &[u8], wanted| one::<X>(Way::Request, name, "", stream, wanted);
    let reply = |name: &str, stream: &[u8], wanted| one::<X>(Way::Reply, name, "", stream, wanted);
    let mut cases = Vec::new();
    for len in up {
        cases.push(request(&format!("{len} bytes"), &ask(*len), "accepted"));
    }
    for len in down {
        cases.push(reply(&format!("{len} bytes"), &answer(*len), "accepted"));
    }
    let (most, longest) = (up[up.len() - 1], down[down.len() - 1]);
    cases.extend([
        request("half an authority id", &frame(&authority.0[..7]), TRUNCATED),
        request("no sealed message", &ask(0), OUT_OF_RANGE),
        request("one byte less than a size", &ask(up[0] - 1), OUT_OF_RANGE),
        request(
            "one byte more than the largest size",
            &ask(most + 1)[..5],
            TOO_LONG,
        ),
        request(
            "another version",
            &[3, 0, 0, 0, 0],
            "FrameError::UnknownVersion",
        ),
        request("nothing", &[], ENDED),
        reply("busy", &frame(&[3, 0, 0, 0, 9]), "accepted"),
        reply("the office is out of reach", &frame(&[2, 6]), "accepted"),
        reply("no status", &frame(&[]), TRUNCATED),
        reply("status 1", &frame(&[1]), OUT_OF_RANGE),
        reply("reason 8", &frame(&[2, 8]), OUT_OF_RANGE),
        reply("a sealed reply of no bytes", &frame(&[0]), OUT_OF_RANGE),
        reply(
            "one byte less than a size",
            &answer(down[0] - 1),
            OUT_OF_RANGE,
        ),
        reply(
            "one byte more than the largest size",
            &answer(longest + 1)[..5],
            TOO_LONG,
        ),
        reply(
            "bytes after the frame",
            &[&frame(&[2, 6])[..], &[0]].concat(),
            LEFT_OVER,
        ),
    ]);
    cases
}

/// Compares the cases with `specs/vectors/frames.json`, or writes them when `LACHAN_WRITE_VECTORS=1`.
fn compare(cases: &[Value]) {
    let mut text =
        serde_json::to_string_pretty(&json!({ "about": ABOUT, "cases": cases })).unwrap();
    text.push('\n');
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../specs/vectors/frames.json");
    if std::env::var_os("LACHAN_WRITE_VECTORS").is_some_and(|value| value == "1") {
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(
        kept == text,
        "{} differs from what the code makes",
        path.display()
    );
}

#[test]
fn frames_are_as_written() {
    let cases = [
        log_requests(),
        log_replies(),
        sealed::<RegisterExchange>(&[4_096, 32_768], &[4_096, 131_072]),
        sealed::<MailboxExchange>(&[4_096], &[4_096]),
    ]
    .concat();
    compare(&cases);
}

#[test]
fn a_request_that_does_not_come_whole_in_time_is_named_so() {
    struct Silent;
    impl futures::AsyncRead for Silent {
        fn poll_read(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            _: &mut [u8],
        ) -> std::task::Poll<std::io::Result<usize>> {
            std::task::Poll::Pending
        }
    }
    let mut codec = FrameCodec::<LogExchange>::default();
    let read = block_on(codec.read_request(&LogExchange::NAME, &mut Silent));
    assert_eq!(read.unwrap().err(), Some(FrameError::TooSlow));
}
