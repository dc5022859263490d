//! What a command answers: one JSON object, an exit code, and texts that cannot steer a terminal.
//! Knows shapes only; the terminal is asked in `cli`.
//! Specified in specs/protocol.md §13 and specs/interfaces.md.

use crate::messages::{Explanation, Message};
use lachan_protocol::text::is_forbidden;
use serde_json::{Value, json};

/// What a command that worked has to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// `data` of the JSON object.
    pub data: Value,
    /// The same for people, line by line, on standard output.
    pub lines: Vec<Message>,
}

impl Done {
    /// An answer.
    #[must_use]
    pub const fn new(data: Value, lines: Vec<Message>) -> Self {
        Self { data, lines }
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
        assert_eq!(plain("a\u{1b}[31m\u{202e}"), "a\u{fffd}[31m\u{fffd}");
        assert_eq!(plain("Bến Nước"), "Bến Nước");
    }
}
