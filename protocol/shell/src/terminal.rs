//! The terminal: data on standard output, everything else on standard error, questions only to a person.
//! The only file that prints; does not know what the commands do.
//! Specified in specs/protocol.md §12.
#![expect(clippy::print_stderr, reason = "this is the one place that prints")]

use crate::arguments::{Global, Parsed, UsageError, peek};
use crate::output::{Done, Exit, done_json, error_json};
use crate::words::{Explain, Lang, Speak};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::ffi::OsString;
use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;
use zeroize::Zeroizing;

/// Runs a program: private files, then parse, work, print; gives the exit code.
pub fn run<C, M: Speak, E: Explain + From<UsageError>>(
    args: impl IntoIterator<Item = OsString>,
    parse: impl FnOnce(&[OsString], Lang) -> Result<Parsed<C>, UsageError>,
    work: impl FnOnce(&Global, C, &Terminal) -> Result<Done<M>, E>,
) -> ExitCode {
    lachan_store::private_umask();
    let args: Vec<OsString> = args.into_iter().collect();
    let terminal = peek(&args);
    let result = match parse(&args, terminal.lang) {
        Ok(Parsed::Text(text)) => {
            terminal.text(&text);
            return ExitCode::SUCCESS;
        }
        Ok(Parsed::Command(global, command)) => work(&global, command, &terminal),
        Err(error) => Err(error.into()),
    };
    let exit = match result {
        Ok(done) => {
            terminal.done(&done);
            done.exit
        }
        Err(error) => {
            terminal.error(&error);
            Exit::Failed
        }
    };
    ExitCode::from(exit as u8)
}

/// How this run speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    /// Whether the answer is one JSON object.
    #[must_use]
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// Whether a person sees what goes to standard error, and not JSON.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        !self.json && std::io::stderr().is_terminal()
    }

    /// Whether a person sits at standard output and can see colours.
    #[must_use]
    pub fn has_colour(&self) -> bool {
        std::io::stdout().is_terminal()
            && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
    }

    /// A finished text, such as help.
    pub fn text(&self, text: &str) {
        put(std::io::stdout(), text.trim_end());
    }

    /// The answer of a command that worked.
    pub fn done(&self, done: &Done<impl Speak>) {
        if self.json {
            put(std::io::stdout(), &done_json(&done.data).to_string());
            return;
        }
        for line in &done.lines {
            put(std::io::stdout(), &line.say(self.lang));
        }
    }

    /// The answer of a command that could not.
    pub fn error(&self, error: &impl Explain) {
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
    pub fn note(&self, message: &impl Speak) {
        put(std::io::stderr(), &message.say(self.lang));
    }

    /// One more line of an answer that comes bit by bit (`--watch`); nothing in JSON.
    pub fn line(&self, message: &impl Speak) {
        if !self.json {
            put(std::io::stdout(), &message.say(self.lang));
        }
    }

    /// Asks a yes-or-no question; none when nobody is there to answer.
    #[must_use]
    pub fn ask(&self, question: &impl Speak, default: bool) -> Option<bool> {
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return None;
        }
        let choice = match (self.lang, default) {
            (Lang::Vi, false) => "[c/K]",
            (Lang::Vi, true) => "[C/k]",
            (Lang::En, false) => "[y/N]",
            (Lang::En, true) => "[Y/n]",
        };
        eprint!("{} {choice} ", question.say(self.lang));
        // A prompt that does not appear is answered by its default at worst.
        let _ = std::io::stderr().flush();
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer).ok()?;
        Some(read_answer(&answer, default))
    }

    /// Asks for a line that is not shown while it is typed; none when nobody is there to type.
    #[must_use]
    pub fn ask_unseen(&self, question: &impl Speak) -> Option<Zeroizing<String>> {
        let stdin = std::io::stdin();
        if !stdin.is_terminal() || !std::io::stderr().is_terminal() {
            return None;
        }
        let shown = tcgetattr(&stdin).ok()?;
        let mut unseen = shown.clone();
        unseen.local_modes.remove(LocalModes::ECHO);
        // What was typed before the question does not count: it may have been seen.
        tcsetattr(&stdin, OptionalActions::Flush, &unseen).ok()?;
        eprint!("{} ", question.say(self.lang));
        let _ = std::io::stderr().flush();
        let mut line = Zeroizing::new(String::with_capacity(LONGEST_LINE));
        let read = stdin.lock().read_line(&mut line);
        let restored = tcsetattr(&stdin, OptionalActions::Now, &shown);
        eprintln!();
        read.ok()?;
        restored.ok()?;
        Some(line)
    }
}

/// A line this long is kept without growing: growing would leave copies behind.
const LONGEST_LINE: usize = 4_096;

fn read_answer(answer: &str, default: bool) -> bool {
    match answer.trim().to_lowercase().as_str() {
        "" => default,
        "y" | "yes" | "c" | "có" | "co" => true,
        _ => false,
    }
}

/// A reader that went away (`| head`) is no error of ours.
fn put(mut to: impl Write, text: &str) {
    let _ = writeln!(to, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_a_yes() {
        for yes in ["y\n", "Y\n", "yes\n", "c\n", "Có\n", "CÓ"] {
            assert!(read_answer(yes, false), "{yes}");
        }
        for no in ["n\n", "k\n", "không\n", "yy\n", "ok\n"] {
            assert!(!read_answer(no, false), "{no}");
            assert!(!read_answer(no, true), "{no}");
        }
        assert!(!read_answer("\n", false));
        assert!(read_answer("\n", true));
    }
}
