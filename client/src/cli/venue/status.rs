//! `venue status`: the plans of this home and what is left of their budgets.
//! Knows the answer's words.
//! Specified in specs/protocol.md §3.8.

use super::desk::OpenPlan;
use super::{authority_of, schedule_word, shelf, venue_of};
use crate::cli::CliError;
use crate::cli::Done;
use crate::cli::session::Session;
use crate::messages::VenueMessage;
use lachan_protocol::keys::budget::Left;
use lachan_protocol::keys::plan::PlanHead;
use lachan_shell::arguments::Global;
use lachan_shell::moment::rfc3339;
use lachan_shell::output::plain;
use lachan_shell::terminal::Terminal;
use serde_json::{Value, json};

pub(super) fn status(global: &Global, terminal: &Terminal) -> Result<Done, CliError> {
    let session = Session::open(global, terminal)?;
    let shelf = shelf(&session)?;
    let (mut list, mut lines) = (Vec::new(), Vec::new());
    for record in shelf.plans()? {
        let plan = shelf.plan(&record)?;
        let head = plan.head().clone();
        if !record.is_registered() {
            let (venue, code) = (venue_of(&head), record.code);
            lines.push(VenueMessage::PlanPending { venue, code }.into());
            let mut data = to_json(&head, &code.to_string(), "pending", None);
            data["ended"] = json!(session.now >= head.last().end());
            list.push(data);
            continue;
        }
        let key = authority_of(&session, head.authority)?.batch_key();
        let open = OpenPlan::new(&shelf, record, key)?;
        let budget = open.releasing.budget();
        let used = budget.approved().len();
        let counted = match (budget.budget(), budget.left()) {
            (Some(budget), Left::Windows(left)) => Some((budget, used, left)),
            _ => None,
        };
        let ended = session.now >= head.last().end();
        let plan = VenueMessage::Plan {
            venue: venue_of(&head),
            code: record.code,
            schedule: head.schedule,
            first: head.first,
            last: head.last(),
            budget: counted,
            ended,
        };
        lines.push(plan.into());
        let (revoked, closed) = (shelf.revoked_from(record.code), shelf.closed(record.code)?);
        let until = shelf.forgotten_at(&record)?;
        for (from, is_revoked) in [(revoked, true), (closed.map(|closed| closed.from), false)] {
            if let Some(from) = from {
                let message = VenueMessage::PlanEnded {
                    from,
                    is_revoked,
                    until,
                };
                lines.push(message.into());
            }
        }
        if !ended && open.releasing.needs_spare() {
            lines.push(VenueMessage::HangSpare.into());
        }
        let mut data = to_json(&head, &record.code.to_string(), "registered", counted);
        data["used"] = json!(used);
        data["ended"] = json!(ended);
        data["revoked_from"] = json!(revoked.map(|from| rfc3339(from.start())));
        data["closed_from"] = json!(closed.map(|closed| rfc3339(closed.from.start())));
        data["kept_until"] = json!(rfc3339(until));
        list.push(data);
    }
    if list.is_empty() {
        lines.push(VenueMessage::NoPlans.into());
    }
    Ok(Done::new(json!({"plans": list}), lines))
}

fn to_json(head: &PlanHead, code: &str, state: &str, counted: Option<(u8, usize, u8)>) -> Value {
    json!({
        "code_id": code,
        "name": plain(head.name.as_str()),
        "place": plain(head.place.as_str()),
        "schedule": schedule_word(head.schedule),
        "state": state,
        "first": rfc3339(head.first.start()),
        "last": rfc3339(head.last().start()),
        "budget": counted.map(|(budget, _, _)| budget),
        "used": counted.map_or(0, |(_, used, _)| used),
        "left": counted.map(|(_, _, left)| left),
    })
}
