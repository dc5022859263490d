//! What a command answers: one JSON object, an exit code, and texts that cannot steer a terminal.
//! Knows shapes only; the terminal is asked in `terminal`.
//! Specified in specs/protocol.md §12.

use crate::words::Explanation;
use lachan_protocol::text::is_forbidden;
use serde_json::{Value, json};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing found.
    Done = 0,
    /// The answer is bad news.
    BadNews = 1,
    /// It could not be done.
    Failed = 2,
}

/// What a command that worked has to say; `M` is one line of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Done<M> {
    /// `data` of the JSON object.
    pub data: Value,
    /// The same for people, line by line, on standard output.
    pub lines: Vec<M>,
    /// 0 or 1.
    pub exit: Exit,
}

impl<M> Done<M> {
    /// An answer that is no bad news.
    #[must_use]
    pub const fn new(data: Value, lines: Vec<M>) -> Self {
        Self {
            data,
            lines,
            exit: Exit::Done,
        }
    }
}

/// `{"v":1,"ok":true,"data":{...}}`
#[must_use]
pub fn done_json(data: &Value) -> Value {
    json!({"v": 1, "ok": true, "data": data})
}

/// `{"v":1,"ok":false,"error":{"code","message","hint"}}`
#[must_use]
pub fn error_json(explanation: &Explanation) -> Value {
    json!({"v": 1, "ok": false, "error": {
        "code": explanation.code,
        "message": explanation.what,
        "hint": explanation.hint,
    }})
}

/// A text from outside as it may be shown: characters that could steer a terminal are replaced.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if is_forbidden(c) { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_from_outside_cannot_steer_the_terminal() {
        assert_eq!(
            plain("Phở \u{1b}[31mđỏ\u{202e}"),
            "Phở \u{fffd}[31mđỏ\u{fffd}"
        );
        assert_eq!(plain("Quán Phở Thìn"), "Quán Phở Thìn");
    }
}
