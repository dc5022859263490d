//! `venue register`: a plan made, asked for, verified and kept.
//! Knows the answer's words; what is sent and kept is decided in the core.
//! Specified in specs/protocol.md §3.6.

use super::error::VenueToolError;
use super::{RegisterArgs, desk, link, schedule_word, shelf, venue_of};
use crate::cli::CliError;
use crate::cli::Done;
use crate::cli::session::Session;
use crate::messages::VenueMessage;
use crate::venue::registering::Registering;
use crate::venue::wish::Wish;
use lachan_protocol::code::CodeTrust;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::keys::kind::VenueKind;
use lachan_protocol::trust::TrustedAuthority;
use lachan_shell::arguments::Global;
use lachan_shell::moment::rfc3339;
use lachan_shell::output::plain;
use lachan_shell::terminal::Terminal;
use serde_json::json;

/// Clinic, hospital, place of worship: who copied a sheet can test its hours later.
const NO_SHEETS: [VenueKind; 3] = [VenueKind(7), VenueKind(8), VenueKind(12)];

pub(super) fn register(
    global: &Global,
    args: &RegisterArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let mut session = Session::open(global, terminal)?;
    let authority = choose(
        session.trust.list().authorities(),
        args.authority.as_deref(),
    )?
    .clone();
    let wish = Wish {
        authority: authority.id(),
        region: authority.first_region(),
        schedule: args.schedule,
        kind: args.kind,
        name: args.name.clone(),
        place: args.place.clone(),
        first: args.first.map(|first| first.window()),
        hours: args.hours,
    };
    if args.schedule == KeySchedule::Sheet {
        terminal.note(&VenueMessage::SheetLimits);
        if NO_SHEETS.contains(&args.kind) {
            terminal.note(&VenueMessage::SheetUnwise);
        }
    }
    // Whatever else stands in the way: a name that no office takes is told first.
    Registering::check(&wish.profile(session.now)).map_err(VenueToolError::from)?;
    let from = args.from.as_deref();
    let offline = link::freshen(&mut session, from, terminal)?;
    let prekey = link::prekey_of(&session, authority.id(), offline)?;
    let shelf = shelf(&session)?;
    let mut peer = link::connect(&session, from)?;
    let code_keys = session.trust.code_keys(&authority.id()).unwrap_or_default();
    let known = (&prekey, code_keys.as_slice());
    let rng = &mut rand::rng();
    let registered = desk::register(&shelf, &mut peer, &wish, known, session.now, rng)?;
    let (plan, head) = (registered.plan(), registered.plan().head());
    let message = VenueMessage::Registered {
        venue: venue_of(head),
        code: plan.code_id(),
        schedule: head.schedule,
        first: head.first,
        last: head.last(),
        authority: [plain(authority.name_vi()), plain(authority.name_en())],
    };
    let data = json!({
        "code_id": plan.code_id().to_string(),
        "name": plain(head.name.as_str()),
        "place": plain(head.place.as_str()),
        "schedule": schedule_word(head.schedule),
        "first": rfc3339(head.first.start()),
        "last": rfc3339(head.last().start()),
        "hours": head.count,
        "authority": authority.origin(),
    });
    Ok(Done::new(data, vec![message.into()]))
}

/// The authority that was named, or the only one.
fn choose<'a>(
    authorities: &'a [TrustedAuthority],
    origin: Option<&str>,
) -> Result<&'a TrustedAuthority, VenueToolError> {
    match (authorities, origin) {
        (all, Some(origin)) => all
            .iter()
            .find(|authority| authority.origin() == origin)
            .ok_or(VenueToolError::UnknownAuthority),
        ([one], None) => Ok(one),
        ([], None) => Err(VenueToolError::UnknownAuthority),
        (_, None) => Err(VenueToolError::WhichAuthority),
    }
}
