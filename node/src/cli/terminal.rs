//! The terminal: data on standard output, everything else on standard error.
//! The only file that prints; does not know what the commands do.
//! Specified in specs/interfaces.md.

use super::CliError;
use crate::messages::{Explain, Lang, Message, Speak};
use crate::output::{Done, done_json, error_json};
use std::io::Write;

/// How this run speaks.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    lang: Lang,
    json: bool,
}

impl Terminal {
    /// A terminal that speaks this language, or JSON.
    #[must_use]
    pub const fn new(lang: Lang, json: bool) -> Self {
        Self { lang, json }
    }

    /// The language of the person.
    #[must_use]
    pub const fn lang(&self) -> Lang {
        self.lang
    }

    /// A finished text, such as help.
    pub fn text(&self, text: &str) {
        put(std::io::stdout(), text.trim_end());
    }

    /// The answer of a command that worked.
    pub fn done(&self, done: &Done) {
        if self.json {
            put(std::io::stdout(), &done_json(&done.data).to_string());
            return;
        }
        for line in &done.lines {
            put(std::io::stdout(), &line.say(self.lang));
        }
    }

    /// The answer of a command that could not.
    pub fn error(&self, error: &CliError) {
        let explanation = error.explain(self.lang);
        if self.json {
            put(std::io::stdout(), &error_json(&explanation).to_string());
            return;
        }
        put(std::io::stderr(), &explanation.what);
        if !explanation.hint.is_empty() {
            put(std::io::stderr(), &format!("→ {}", explanation.hint));
        }
    }

    /// Something to know that is not the answer.
    pub fn note(&self, message: &Message) {
        put(std::io::stderr(), &message.say(self.lang));
    }
}

/// A reader that went away (`| head`) is no error of ours.
fn put(mut to: impl Write, text: &str) {
    let _ = writeln!(to, "{text}");
}
