//! `venue show`: the code of now on the terminal, as a picture, or as a display that changes by itself.
//! Knows QR codes and time; a display reads only the codes that were laid out, and holds no lock.
//! Specified in specs/protocol.md §3.1 and §4.3.

use super::error::VenueToolError;
use super::handover::still_here;
use super::{ShowArgs, print, shelf, which};
use crate::cli::CliError;
use crate::cli::Done;
use crate::cli::session::{Session, clock_of, home_dir};
use crate::cli::stamp;
use crate::home::{Paths, Settings};
use crate::messages::citizen::Where;
use crate::messages::stamp::StampText;
use crate::messages::{Message, VenueMessage};
use crate::qr::{self, Modules, QrError};
use crate::store::venue::{PlanRecord, Shelf, laid_out};
use crate::venue::shown::{self, ShownCode};
use lachan_protocol::code::stamp::DoorStamp;
use lachan_protocol::id::CodeId;
use lachan_protocol::time::UnixTime;
use lachan_shell::arguments::Global;
use lachan_shell::home::read_settings;
use lachan_shell::moment::rfc3339;
use lachan_shell::output::{done_json, plain};
use lachan_shell::terminal::Terminal;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

const CLEAR: &str = "\u{1b}[2J\u{1b}[H";
/// A display looks at the clock so often.
const GLANCE: Duration = Duration::from_secs(1);

pub(super) fn show(
    global: &Global,
    args: &ShowArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    if args.watch {
        return watch(global, args.id.as_deref(), terminal);
    }
    let session = Session::open(global, terminal)?;
    let shelf = shelf(&session)?;
    let records = shelf.plans()?;
    let registered: Vec<_> = records
        .into_iter()
        .filter(|record| record.is_registered())
        .collect();
    let now = args.at.unwrap_or(session.now);
    let valid = valid_at(&shelf, &registered, now);
    let record = match (valid.as_slice(), args.id.as_deref()) {
        ([one], None) => *one,
        (_, id) => which(&registered, id)?,
    };
    still_here(&shelf, record.code)?;
    let registered = shelf.registered(&record)?;
    shelf.lay_out(&registered, session.now)?;
    if let Some(dir) = &args.all {
        let ended = shelf.ended_from(record.code)?;
        return print::all(&registered, ended, shelf.host(), dir, session.now);
    }
    let codes = shown::to_lay_out(&registered, shelf.host(), now);
    let head = registered.plan().head();
    let code = shown::at(&codes, now).ok_or(VenueToolError::NotShownThen {
        from: head.first.start(),
        until: head.last().end(),
    })?;
    may_be_shown(&shelf, record.code, code)?;
    let modules = Modules::of_url(code.url())?;
    let mut lines = lines(code, &modules, terminal);
    if let Some(path) = &args.png {
        lines.push(write(path, &qr::to_png(&modules)?)?);
    }
    if let Some(path) = &args.svg {
        lines.push(write(path, qr::to_svg(&modules).as_bytes())?);
    }
    Ok(Done::new(to_json(code), lines))
}

/// A code of a plan that was closed or revoked is not shown.
fn may_be_shown(shelf: &Shelf<'_>, plan: CodeId, code: &ShownCode) -> Result<(), VenueToolError> {
    if let Some(from) = shelf.revoked_from(plan)
        && code.last() >= from
    {
        return Err(VenueToolError::Revoked { from });
    }
    match shelf.closed(plan)? {
        Some(closed) if code.last() >= closed.from => {
            Err(VenueToolError::Closed { from: closed.from })
        }
        Some(_) | None => Ok(()),
    }
}

/// The plans in whose time `now` lies. One that is damaged is not chosen by itself.
pub(super) fn valid_at(
    shelf: &Shelf<'_>,
    records: &[PlanRecord],
    now: UnixTime,
) -> Vec<PlanRecord> {
    let is_valid = |record: &&PlanRecord| {
        shelf.plan(record).is_ok_and(|plan| {
            let head = plan.head();
            head.first.start() <= now && now < head.last().end()
        })
    };
    records.iter().filter(is_valid).copied().collect()
}

fn lines(code: &ShownCode, modules: &Modules, terminal: &Terminal) -> Vec<Message> {
    let kind = if terminal.has_colour() {
        qr::Terminal::Colour
    } else {
        qr::Terminal::Plain
    };
    let picture = qr::to_terminal(modules, kind)
        .trim_end_matches('\n')
        .to_owned();
    let shown = VenueMessage::Shown {
        venue: Where {
            name: plain(code.head().name.as_str()),
            place: plain(code.head().place.as_str()),
        },
        from: code.first().start(),
        until: code.shown_until(),
    };
    vec![
        Message::Verbatim(picture),
        shown.into(),
        Message::Verbatim(code.url().to_owned()),
    ]
}

fn to_json(code: &ShownCode) -> Value {
    json!({
        "url": code.url(),
        "code_id": code.code_id().to_string(),
        "first": rfc3339(code.first().start()),
        "last": rfc3339(code.last().start()),
        "until": rfc3339(code.shown_until()),
        "name": plain(code.head().name.as_str()),
        "place": plain(code.head().place.as_str()),
    })
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<Message, CliError> {
    std::fs::write(path, bytes)
        .map_err(|error| CliError::from(QrError::File(error.kind())).at(path))?;
    let path = plain(&path.display().to_string());
    Ok(VenueMessage::Written { path }.into())
}

fn watch(global: &Global, id: Option<&str>, terminal: &Terminal) -> Result<Done, CliError> {
    let dir = home_dir(global)?;
    let settings: Settings = read_settings(&dir)?;
    let (clock, mut now) = clock_of(global, settings.test_clock, terminal)?;
    let display = Display {
        global,
        id,
        terminal,
        codes: Paths::new(&dir).codes(),
        host: settings.host,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| crate::net::NetError::Runtime(error.kind()))?;
    let mut drawn: Option<(ShownCode, Vec<(bool, DoorStamp)>)> = None;
    loop {
        let plan = drawn.as_ref().map(|(code, _)| code.code_id());
        let code = display.code_at(now, plan)?;
        let stamps = shown::stamps(&laid_out(&display.codes, &display.host)?, &code, now);
        match &drawn {
            Some((old, shown)) if *old == code && *shown == stamps => {}
            Some((old, _)) if *old == code && !terminal.has_colour() && !terminal.is_json() => {
                display.draw_stamps(&stamps);
            }
            Some(_) | None => display.draw(&code, &stamps, now)?,
        }
        let is_interrupted = runtime.block_on(async {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => true,
                () = tokio::time::sleep(GLANCE) => false,
            }
        });
        if is_interrupted {
            return Ok(Done::new(watch_json(&code, &stamps, now), Vec::new()));
        }
        drawn = Some((code, stamps));
        now = clock.now()?;
    }
}

/// Door stamps to show, each with whether it is of the code shown; a step before the next older one.
type Stamps = [(bool, DoorStamp)];

fn watch_json(code: &ShownCode, stamps: &Stamps, now: UnixTime) -> Value {
    let stamps = stamps.iter().map(|(is_current, stamp)| {
        let mut shown = stamp::to_json(*stamp, now);
        shown["current_code"] = (*is_current).into();
        shown
    });
    let mut data = to_json(code);
    data["stamps"] = stamps.collect();
    data
}

struct Display<'a> {
    global: &'a Global,
    id: Option<&'a str>,
    terminal: &'a Terminal,
    codes: std::path::PathBuf,
    host: String,
}

impl Display<'_> {
    /// The code of now, out of those laid out. Only when they run out the home is opened, for a moment.
    /// The plan that was drawn last goes before others as long as it has codes.
    fn code_at(&self, now: UnixTime, drawn: Option<CodeId>) -> Result<ShownCode, CliError> {
        if let Some(code) = self.laid_out_at(now, drawn)? {
            return Ok(code);
        }
        let topped = self.top_up();
        for plan in [drawn, None] {
            if let Some(code) = self.laid_out_at(now, plan)? {
                return Ok(code);
            }
        }
        topped?;
        Err(VenueToolError::CodesRanOut.into())
    }

    /// Of this plan, or of the one that was named, or of the only one whose time it is.
    fn laid_out_at(
        &self,
        now: UnixTime,
        plan: Option<CodeId>,
    ) -> Result<Option<ShownCode>, VenueToolError> {
        let mut codes = laid_out(&self.codes, &self.host)?;
        codes.retain(|code| now < code.shown_until());
        let is_begun = |code: &&ShownCode| code.first().start() <= now;
        let valid: BTreeSet<CodeId> = codes
            .iter()
            .filter(is_begun)
            .map(ShownCode::code_id)
            .collect();
        if let Some(plan) = plan {
            codes.retain(|code| code.code_id() == plan);
        } else if let Some(id) = self.id {
            codes.retain(|code| code.code_id().to_string().starts_with(&id.to_lowercase()));
        } else if valid.len() == 1 {
            codes.retain(|code| valid.contains(&code.code_id()));
        }
        match codes.as_slice() {
            [first, .., last] if first.code_id() != last.code_id() => {
                Err(VenueToolError::WhichPlan)
            }
            codes => Ok(shown::at(codes, now).cloned()),
        }
    }

    /// Lays out the next codes of all plans, if this is the home of the venue itself.
    fn top_up(&self) -> Result<(), CliError> {
        let session = Session::open(self.global, self.terminal)?;
        let shelf = shelf(&session)?;
        for record in shelf.plans()? {
            if record.is_registered() {
                shelf.lay_out(&shelf.registered(&record)?, session.now)?;
            }
        }
        Ok(())
    }

    fn draw_stamps(&self, stamps: &Stamps) {
        for (place, (is_current, stamp)) in stamps.iter().enumerate() {
            self.terminal.line(&VenueMessage::Stamp(StampText {
                words: stamp::words(*stamp, self.terminal),
                colour: stamp.colour().name,
                is_current: *is_current,
                is_old: place % 2 == 1,
            }));
        }
    }

    fn draw(&self, code: &ShownCode, stamps: &Stamps, now: UnixTime) -> Result<(), CliError> {
        if self.terminal.is_json() {
            let data = watch_json(code, stamps, now);
            self.terminal.text(&done_json(&data).to_string());
            return Ok(());
        }
        let modules = Modules::of_url(code.url())?;
        if self.terminal.has_colour() {
            self.terminal.line(&Message::Verbatim(CLEAR.to_owned()));
        }
        for line in lines(code, &modules, self.terminal) {
            self.terminal.line(&line);
        }
        self.draw_stamps(stamps);
        self.terminal.note(&VenueMessage::EndWithCtrlC);
        Ok(())
    }
}
