//! Vectors of the URLs of codes.
use super::kit::*;
use lachan_protocol::code::{DEFAULT_HOST, VenueUrl};
use serde_json::{Value, json};

fn accepted(bytes: &[u8], name: &str) -> Value {
    let url = VenueUrl::new(DEFAULT_HOST, bytes);
    let text = url.to_string();
    assert_eq!(VenueUrl::parse(&text, DEFAULT_HOST), Ok(url.clone()));
    let fields = json!({ "host": DEFAULT_HOST, "bytes": hex::encode(bytes), "url": text });
    case(name, "written so, and read back", fields)
}

fn read_only(name: &str, url: &str, bytes: &[u8]) -> Value {
    let read = VenueUrl::parse(url, DEFAULT_HOST).unwrap();
    assert_eq!(read.as_bytes(), bytes);
    assert_ne!(read.to_string(), url);
    let fields = json!({ "host": DEFAULT_HOST, "url": url, "read": hex::encode(bytes) });
    case(name, "read, but written otherwise", fields)
}

fn refused(name: &str, url: &str, expected: &str) -> Value {
    let found = refusal("UrlError", &VenueUrl::parse(url, DEFAULT_HOST).unwrap_err());
    assert_eq!(found, format!("UrlError::{expected}"), "{name}");
    case(
        name,
        "refused",
        json!({ "host": DEFAULT_HOST, "url": url, "refused": found }),
    )
}

#[test]
fn urls_are_as_written() {
    let counting: Vec<u8> = (1..=20).collect();
    let mut cases: Vec<Value> = [0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 20]
        .iter()
        .map(|&len| accepted(&counting[..len], &format!("{len} bytes")))
        .collect();
    cases.push(accepted(&[0xff; 21], "all bits set"));
    cases.push(accepted(&[0; 9], "all bits clear"));
    cases.push(read_only("upper case", "HTTPS://LACHAN.EXAMPLE/#001", &[1]));
    cases.extend([
        refused("http", "http://lachan.example/#001", "NotHttps"),
        refused("no scheme", "lachan.example/#001", "NotHttps"),
        refused(
            "other host",
            "https://lachan.example.org/#001",
            "NotOurHost",
        ),
        refused("port", "https://lachan.example:443/#001", "NotOurHost"),
        refused("user", "https://a@lachan.example/#001", "NotOurHost"),
        refused("path", "https://lachan.example/a#001", "PathNotEmpty"),
        refused("no path", "https://lachan.example#001", "PathNotEmpty"),
        refused("query", "https://lachan.example/?a#001", "PathNotEmpty"),
        refused(
            "query without path",
            "https://lachan.example?a#001",
            "PathNotEmpty",
        ),
        refused("no fragment", "https://lachan.example/", "FragmentMissing"),
        refused("letter", "https://lachan.example/#00a", "NotADigit"),
        refused(
            "other digits",
            "https://lachan.example/#\u{661}\u{662}\u{663}",
            "NotADigit",
        ),
        refused("space", "https://lachan.example/#001 ", "NotADigit"),
        refused(
            "second fragment",
            "https://lachan.example/#001#",
            "NotADigit",
        ),
        refused("one digit", "https://lachan.example/#1", "BadLength"),
        refused(
            "18 digits",
            "https://lachan.example/#000000000000000000",
            "BadLength",
        ),
        refused(
            "byte too large",
            "https://lachan.example/#256",
            "ValueTooLarge",
        ),
        refused(
            "chunk too large",
            "https://lachan.example/#72057594037927936",
            "ValueTooLarge",
        ),
        refused(
            "largest digits",
            "https://lachan.example/#99999999999999999",
            "ValueTooLarge",
        ),
        refused(
            "last chunk too large",
            "https://lachan.example/#0000000000000000065536",
            "ValueTooLarge",
        ),
    ]);
    same_as_file(
        "venue-url",
        "URLs of codes (protocol.md section 4.3). A case with `bytes` is written as `url`; one with `read` is only read.",
        cases,
    );
}
