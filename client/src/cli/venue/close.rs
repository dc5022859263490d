//! `venue close`: no code of the plan is shown any more; what visitors were promised is kept for 28 days.
//! Knows the question and the answer's words; the closing is durable before it is told to anybody.
//! Specified in specs/protocol.md §10.4 and §14.5.

use super::desk::OpenPlan;
use super::requests::{both, poll};
use super::{CloseArgs, authority_of, link, shelf, venue_of, which};
use crate::cli::session::Session;
use crate::cli::{CliError, Done};
use crate::messages::VenueMessage;
use crate::store::venue::ClosedPlan;
use lachan_protocol::time::Window;
use lachan_shell::arguments::{Global, UsageError};
use lachan_shell::moment::rfc3339;
use lachan_shell::terminal::Terminal;
use serde_json::json;

pub(super) fn close(
    global: &Global,
    args: &CloseArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let mut session = Session::open(global, terminal)?;
    let now = session.now;
    let (mut plan, closed, until) = {
        let shelf = shelf(&session)?;
        let mut records = shelf.plans()?;
        records.retain(|record| record.is_registered());
        let record = which(&records, args.id.as_deref())?;
        let authority = shelf.plan(&record)?.head().authority;
        let key = authority_of(&session, authority)?.batch_key();
        let plan = OpenPlan::new(&shelf, record, key)?;
        let head = plan.plan.head();
        let known = shelf.closed(record.code)?;
        // The hour that runs is still one of the venue's.
        let from = Window(now.window().0 + 1).max(head.first);
        let closed = known.unwrap_or(ClosedPlan {
            from,
            is_sent: false,
        });
        if known.is_none() {
            confirm(args, &venue_of(head), terminal)?;
            shelf.store_closed(record.code, closed)?;
        }
        // Opening the shelf anew takes the codes down.
        (plan, closed, shelf.forgotten_at(&record)?)
    };
    drop(shelf(&session)?);
    let from = args.from.as_deref();
    let sent = if closed.is_sent {
        Ok(())
    } else {
        link::freshen(&mut session, from, terminal).and_then(|offline| {
            let shelf = shelf(&session)?;
            poll(&session, &shelf, &mut plan, (from, offline), None)
        })
    };
    let is_sent = shelf(&session)?
        .closed(plan.record.code)?
        .is_some_and(|closed| closed.is_sent);
    let mut lines = vec![
        VenueMessage::Closed {
            venue: venue_of(plan.plan.head()),
            code: plan.record.code,
            until,
        }
        .into(),
    ];
    lines.push(match sent {
        Err(error) if !is_sent => VenueMessage::AnswerWaits { why: both(&error) }.into(),
        Ok(()) | Err(_) => VenueMessage::AnswerSent.into(),
    });
    let data = json!({
        "code_id": plan.record.code.to_string(),
        "from": rfc3339(closed.from.start()),
        "kept_until": rfc3339(until),
        "sent": is_sent,
    });
    Ok(Done::new(data, lines))
}

/// Codes cannot be brought back: a person says yes, or `--yes` does.
fn confirm(
    args: &CloseArgs,
    venue: &crate::messages::citizen::Where,
    terminal: &Terminal,
) -> Result<(), UsageError> {
    if args.yes {
        return Ok(());
    }
    let venue = venue.clone();
    match terminal.ask(&VenueMessage::AskClose { venue }, false) {
        None => Err(UsageError::NobodyToAsk),
        Some(false) => Err(UsageError::NotConfirmed),
        Some(true) => Ok(()),
    }
}
