//! A bar for work that takes a while; invisible when nobody looks.
//! Knows the terminal; does not know the work.
//! Specified in specs/protocol.md §12.

use crate::messages::{Message, Speak};
use indicatif::{ProgressBar, ProgressStyle};
use lachan_shell::terminal::Terminal;

/// A bar whose steps are called `unit`.
pub(super) fn progress(terminal: &Terminal, unit: &Message) -> ProgressBar {
    if !terminal.is_watched() {
        return ProgressBar::hidden();
    }
    let template = format!(
        "{{bar:32}} {{pos}}/{{len}} {} ({{elapsed}})",
        unit.say(terminal.lang())
    );
    let style =
        ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}
