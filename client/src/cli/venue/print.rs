//! `venue show --all`: every code of a plan that is printed, a page for each slip.
//! Knows pages and files; what a code says stands in the venue's core.
//! Specified in specs/protocol.md §3.1.

use super::error::VenueToolError;
use super::show::write;
use crate::cli::{CliError, Done};
use crate::messages::VenueMessage;
use crate::qr::{self, Modules, QrError};
use crate::venue::shown::{self, ShownCode};
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::registered::Registered;
use lachan_protocol::time::{DAY_SECONDS, UnixTime, Window};
use lachan_shell::moment::{clock, date, rfc3339};
use lachan_shell::output::plain;
use serde_json::json;
use std::path::Path;

/// Writes a page (SVG) and the QR code alone (PNG) of each slip that is not over, or of the sheet.
pub(super) fn all(
    registered: &Registered,
    ended: Option<Window>,
    host: &str,
    dir: &Path,
    now: UnixTime,
) -> Result<Done, CliError> {
    let head = registered.plan().head();
    let what = match head.schedule {
        // Whoever takes the paper would hold the notification keys of all its hours.
        KeySchedule::Screen => return Err(VenueToolError::ScreenNotPrinted.into()),
        KeySchedule::Slip => "slip",
        KeySchedule::Sheet => "sheet",
    };
    let mut codes = shown::codes_from(registered, host, now, usize::MAX);
    codes.retain(|code| ended.is_none_or(|from| code.last() < from));
    if codes.is_empty() {
        let (from, until) = (head.first.start(), head.last().end());
        return Err(VenueToolError::NotShownThen { from, until }.into());
    }
    std::fs::create_dir_all(dir)
        .map_err(|error| CliError::from(QrError::File(error.kind())).at(dir))?;
    let mut files = Vec::new();
    for code in &codes {
        let modules = Modules::of_url(code.url())?;
        let name = format!("{what}-{}", day_of(code.first().start()));
        let (page, png) = (dir.join(name.clone() + ".svg"), dir.join(name + ".png"));
        write(&page, page_of(code, &modules).as_bytes())?;
        write(&png, &qr::to_png(&modules)?)?;
        files.push(json!({
            "page": page.display().to_string(),
            "png": png.display().to_string(),
            "first": rfc3339(code.first().start()),
            "last": rfc3339(code.last().start()),
            "until": rfc3339(code.shown_until()),
        }));
    }
    let printed = VenueMessage::Printed {
        codes: files.len(),
        dir: plain(&dir.display().to_string()),
    };
    let code_id = registered.plan().code_id().to_string();
    let data = json!({"code_id": code_id, "codes": files});
    Ok(Done::new(data, vec![printed.into()]))
}

/// The local day, as files are named.
fn day_of(time: UnixTime) -> String {
    let shown = date(time);
    let parts: Vec<&str> = shown.rsplit('/').collect();
    parts.join("-")
}

/// A page of 100 by 140 mm: whose it is, the code, the day and its hours.
fn page_of(code: &ShownCode, modules: &Modules) -> String {
    let (from, until) = (code.first().start(), code.shown_until());
    let is_whole_day = until.0 - from.0 == DAY_SECONDS;
    let hours = if is_whole_day || date(from) == date(until) {
        format!("{} – {}", clock(from), clock(until))
    } else {
        format!("{} – {} {}", clock(from), clock(until), date(until))
    };
    let qr = qr::to_svg(modules);
    let qr = qr.replacen(
        "<svg ",
        "<svg x=\"5\" y=\"24\" width=\"90\" height=\"90\" ",
        1,
    );
    let line = |y: u8, most: usize, text: &str| {
        let len = text.chars().count().max(1);
        let size = (170 / len).clamp(2, most);
        let text = escaped(&plain(text));
        format!("<text x=\"50\" y=\"{y}\" font-size=\"{size}\">{text}</text>")
    };
    let head = code.head();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 100 140\" width=\"100mm\" height=\"140mm\" \
         font-family=\"sans-serif\" text-anchor=\"middle\"><rect width=\"100\" height=\"140\" fill=\"#fff\"/>\
         {}{}{}{}{}</svg>\n",
        line(12, 8, head.name.as_str()),
        line(20, 4, head.place.as_str()),
        qr.trim_end(),
        line(126, 9, &date(from)),
        line(135, 5, &hours),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_the_local_day_and_names_are_no_markup() {
        // 17:00 UTC is midnight in Vietnam.
        let midnight = UnixTime(1_795_453_200);
        assert_eq!(day_of(midnight), "2026-11-24");
        assert_eq!(day_of(midnight.minus(1)), "2026-11-23");
        assert_eq!(escaped("A & <b>"), "A &amp; &lt;b&gt;");
    }
}
