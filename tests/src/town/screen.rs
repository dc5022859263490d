//! How the town tells its story in a terminal: chapters, deeds, what each party learned, checks.
//! Knows lines and colours; does not know what happens.
//! Specified in README.md, "The town".

use std::io::{self, IsTerminal, Write};

/// The language of the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Tiếng Việt.
    Vi,
    /// English.
    En,
}

impl Language {
    /// The language that LC_ALL, LC_MESSAGES or LANG names; Vietnamese where they name neither.
    #[must_use]
    pub fn of_environment() -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        match set {
            Some(value) if value.starts_with("en") => Self::En,
            _ => Self::Vi,
        }
    }

    /// The name that `--lang` takes.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Say {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Say {
    /// The text in one language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Vi => &self.vi,
            Language::En => &self.en,
        }
    }
}

/// Makes a [`Say`](crate::town::screen::Say) of two format strings: Vietnamese, then English.
#[macro_export]
macro_rules! say {
    ($vi:literal, $en:literal) => {
        $crate::town::screen::Say {
            vi: format!($vi),
            en: format!($en),
        }
    };
}

/// Where the story goes.
pub struct Screen {
    language: Language,
    out: Option<Box<dyn Write>>,
    colour: bool,
    width: usize,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Screen")
    }
}

/// Columns for the name of who acts: the longest is a venue's.
const WHO_COLUMNS: usize = 15;

const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";
const RED: &str = "31;1";
const CYAN: &str = "36";
const YELLOW: &str = "33";

impl Screen {
    /// Tells the story on standard output, with colours where it is a terminal and `NO_COLOR` is not set.
    #[must_use]
    pub fn on_stdout(language: Language) -> Self {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let wants_none = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colour = io::stdout().is_terminal() && !is_dumb && !wants_none;
        Self::new(language, Some(Box::new(io::stdout())), colour)
    }

    /// Tells nothing: for `--json` and for tests.
    #[must_use]
    pub fn silent(language: Language) -> Self {
        Self::new(language, None, false)
    }

    fn new(language: Language, out: Option<Box<dyn Write>>, colour: bool) -> Self {
        Self {
            language,
            out,
            colour,
            width: 96,
        }
    }

    /// The language of this story.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The head of the story.
    pub fn title(&mut self, title: &Say, below: &Say) {
        self.blank();
        self.line(&format!(
            "  🛡  {}",
            self.paint(BOLD, title.in_language(self.language))
        ));
        self.wrapped("     ", below.in_language(self.language), DIM);
    }

    /// A new chapter.
    pub fn chapter(&mut self, title: &Say) {
        self.blank();
        let title = title.in_language(self.language);
        let rule = "─".repeat(self.width.saturating_sub(title.chars().count() + 5));
        self.line(&format!(
            "{} {} {}",
            self.paint(CYAN, "──"),
            self.paint(BOLD, title),
            self.paint(CYAN, &rule)
        ));
    }

    /// Somebody does something at some time of the town's day.
    pub fn deed(&mut self, time: &str, who: &str, what: &Say) {
        let head = format!(
            "  {} {} ",
            self.paint(DIM, time),
            self.paint(YELLOW, &pad(who, WHO_COLUMNS))
        );
        let indent = " ".repeat(4 + time.chars().count() + WHO_COLUMNS);
        self.hanging(&head, &indent, what.in_language(self.language), "");
    }

    /// What somebody knows after it.
    pub fn learned(&mut self, who: &str, what: &Say) {
        let what = what.in_language(self.language);
        let text = match self.language {
            Language::Vi => format!("{who} biết: {what}"),
            Language::En => format!("known to {who}: {what}"),
        };
        let indent = " ".repeat(WHO_COLUMNS + 11);
        let arrow = self.paint(DIM, &format!("{}↳ ", " ".repeat(WHO_COLUMNS + 9)));
        self.hanging(&arrow, &indent, &text, DIM);
    }

    /// A check and how it ended.
    pub fn check(&mut self, ok: bool, what: &Say) {
        let mark = if ok {
            self.paint(GREEN, "  ✓ ")
        } else {
            self.paint(RED, "  ✗ ")
        };
        self.hanging(&mark, "    ", what.in_language(self.language), "");
    }

    /// A line as it stands, such as a command to type.
    pub fn verbatim(&mut self, text: &str) {
        let line = self.paint(BOLD, text);
        self.line(&format!("    {line}"));
    }

    /// A free paragraph.
    pub fn note(&mut self, text: &Say) {
        self.wrapped("  ", text.in_language(self.language), "");
    }

    fn blank(&mut self) {
        self.line("");
    }

    fn wrapped(&mut self, indent: &str, text: &str, colour: &str) {
        self.hanging(indent, indent, text, colour);
    }

    fn hanging(&mut self, head: &str, indent: &str, text: &str, colour: &str) {
        let room = self.width.saturating_sub(indent.chars().count()).max(20);
        for (number, line) in wrap(text, room).iter().enumerate() {
            let line = self.paint(colour, line);
            self.line(&format!(
                "{}{line}",
                if number == 0 { head } else { indent }
            ));
        }
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.colour && !colour.is_empty() {
            format!("\u{1b}[{colour}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn line(&mut self, line: &str) {
        if let Some(out) = &mut self.out {
            // A reader who went away (a closed pipe) is no reason to stop the town.
            let _ = writeln!(out, "{line}").and_then(|()| out.flush());
        }
    }
}

fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(missing))
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always a line");
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}
