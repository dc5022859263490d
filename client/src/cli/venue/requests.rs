//! `venue requests`, `approve`, `decline`: one poll a plan, and the owner's decision, durable before it is sent.
//! Knows the answer's words; what is decided and counted stands in the core.
//! Specified in specs/protocol.md §10.4 and §11.4.

use super::desk::OpenPlan;
use super::error::VenueToolError;
use super::handover::still_here;
use super::{DecideArgs, RequestsArgs, authority_of, link, shelf, venue_of};
use crate::cli::CliError;
use crate::cli::Done;
use crate::cli::session::Session;
use crate::messages::advice::AdviceText;
use crate::messages::venue::{Cost, Standing};
use crate::messages::{Explain, Lang, Message, VenueMessage};
use crate::net::NetError;
use crate::store::venue::Shelf;
use crate::venue::releasing::{Decision, KeptRequest, ReleasingError};
use lachan_protocol::id::RequestId;
use lachan_protocol::keys::budget::Left;
use lachan_protocol::time::UnixTime;
use lachan_shell::arguments::Global;
use lachan_shell::moment::rfc3339;
use lachan_shell::output::plain;
use lachan_shell::terminal::Terminal;
use serde_json::{Value, json};

pub(super) fn requests(
    global: &Global,
    args: &RequestsArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let mut session = Session::open(global, terminal)?;
    let from = args.from.as_deref();
    let mut lines = Vec::new();
    let (mut list, mut failed) = (Vec::new(), Vec::new());
    if shelf(&session)?.plans()?.is_empty() {
        return Ok(Done::new(
            json!({"requests": []}),
            vec![VenueMessage::NoPlans.into()],
        ));
    }
    let offline = link::freshen(&mut session, from, terminal)?;
    let shelf = shelf(&session)?;
    let mut plans = open_plans(&session, &shelf)?;
    let mut first_failure = None;
    for plan in &mut plans {
        if let Err(error) = poll(&session, &shelf, plan, (from, offline), None) {
            failed.push(plan.record.code.to_string());
            lines.push(poll_failed(plan, &error));
            first_failure.get_or_insert(error);
        }
    }
    if failed.len() == plans.len()
        && let Some(error) = first_failure
    {
        return Err(error);
    }
    for plan in &plans {
        for request in plan.releasing.requests() {
            list.push(to_json(plan, request, session.now));
            lines.extend(describe(plan, request, session.now));
        }
    }
    if list.is_empty() && failed.is_empty() {
        lines.push(VenueMessage::NoRequests.into());
    }
    Ok(Done::new(
        json!({"requests": list, "failed": failed}),
        lines,
    ))
}

pub(super) fn decide(
    global: &Global,
    args: &DecideArgs,
    terminal: &Terminal,
) -> Result<Done, CliError> {
    let mut session = Session::open(global, terminal)?;
    let now = session.now;
    let (mut plan, id) = {
        let shelf = shelf(&session)?;
        find(open_plans(&session, &shelf)?, &args.request)?
    };
    let before = plan.releasing.request(id).cloned();
    let before = before.ok_or(VenueToolError::UnknownRequest)?;
    let mut data = to_json(&plan, &before, now);
    let mut lines = describe(&plan, &before, now);
    let decided = plan.decide(&shelf(&session)?, id, args.approved, now);
    match &decided {
        Ok(()) => {}
        // Declined as a whole: the office is told, and then the owner why.
        Err(VenueToolError::Releasing(ReleasingError::Release(_)))
            if plan.releasing.to_send(Some(id), now) == Some(id) => {}
        Err(_) => decided.clone()?,
    }
    let from = args.from.as_deref();
    let sent = link::freshen(&mut session, from, terminal).and_then(|offline| {
        let shelf = shelf(&session)?;
        poll(&session, &shelf, &mut plan, (from, offline), Some(id))
    });
    decided?;
    // Of what was described only where it stands has changed.
    if let Some(VenueMessage::Request { standing, .. }) = lines.first_mut().and_then(as_venue) {
        *standing = standing_of(&plan, id, now);
    }
    lines.push(if args.approved {
        VenueMessage::Approved { request: id }.into()
    } else {
        VenueMessage::Declined { request: id }.into()
    });
    data["state"] = json!(standing_of(&plan, id, now).word());
    data["sent"] = json!(sent.is_ok());
    lines.push(match sent {
        Ok(()) => VenueMessage::AnswerSent.into(),
        Err(error) => VenueMessage::AnswerWaits { why: both(&error) }.into(),
    });
    if plan.releasing.needs_spare() {
        lines.push(VenueMessage::HangSpare.into());
    }
    Ok(Done::new(data, lines))
}

fn open_plans(session: &Session, shelf: &Shelf<'_>) -> Result<Vec<OpenPlan>, CliError> {
    let mut plans = Vec::new();
    for record in shelf.plans()? {
        // What was handed on is answered by its new owner alone.
        if record.is_registered() && still_here(shelf, record.code).is_ok() {
            let authority = shelf.plan(&record)?.head().authority;
            let key = authority_of(session, authority)?.batch_key();
            plans.push(OpenPlan::new(shelf, record, key)?);
        }
    }
    Ok(plans)
}

fn find(plans: Vec<OpenPlan>, id: &str) -> Result<(OpenPlan, RequestId), VenueToolError> {
    let mut found = None;
    for plan in plans {
        let begins = |request: &&KeptRequest| {
            request
                .data
                .id()
                .to_string()
                .starts_with(&id.to_lowercase())
        };
        let ids: Vec<_> = plan
            .releasing
            .requests()
            .filter(begins)
            .map(|r| r.data.id())
            .collect();
        match (ids.as_slice(), &found) {
            ([], _) => {}
            ([one], None) => found = Some((plan, *one)),
            _ => return Err(VenueToolError::Ambiguous),
        }
    }
    found.ok_or(VenueToolError::UnknownRequest)
}

pub(super) fn poll(
    session: &Session,
    shelf: &Shelf<'_>,
    plan: &mut OpenPlan,
    (from, offline): (Option<&str>, Option<NetError>),
    preferred: Option<RequestId>,
) -> Result<(), CliError> {
    let authority = authority_of(session, plan.plan.head().authority)?;
    let prekey = link::prekey_of(session, authority.id(), offline)?;
    let mut peer = link::connect(session, from)?;
    let keys = (&prekey, authority.batch_key());
    let (now, rng) = (session.now, &mut rand::rng());
    let polled = plan.poll(shelf, &mut peer, keys, preferred, now, rng)?;
    match polled.refused {
        Some(why) if preferred.is_none() => Err(VenueToolError::Releasing(why).into()),
        Some(_) | None => Ok(()),
    }
}

fn describe(plan: &OpenPlan, request: &KeptRequest, now: UnixTime) -> Vec<Message> {
    let heading = VenueMessage::Request {
        request: request.data.id(),
        venue: venue_of(plan.plan.head()),
        cost: cost(plan, request),
        standing: standing(request, now),
        expiry: request.data.expiry(),
    };
    let hours = request.data.items().iter().map(|item| {
        let advice = AdviceText::from_number(item.advice);
        VenueMessage::Hour {
            window: item.window,
            advice,
        }
        .into()
    });
    std::iter::once(heading.into()).chain(hours).collect()
}

fn cost(plan: &OpenPlan, request: &KeptRequest) -> Cost {
    match plan.releasing.budget().left() {
        Left::AllWindows => Cost::Nothing,
        Left::Windows(left) => Cost::Counted {
            uses: plan.releasing.uses(request),
            left,
        },
    }
}

fn standing(request: &KeptRequest, now: UnixTime) -> Standing {
    match request.decision {
        Some(Decision::Approved) => Standing::Approved(request.is_sent),
        Some(Decision::Declined) => Standing::Declined(request.is_sent),
        Some(Decision::OverBudget) => Standing::OverBudget,
        None if request.data.ensure_open(now).is_err() => Standing::Expired,
        None => Standing::Waiting,
    }
}

fn standing_of(plan: &OpenPlan, id: RequestId, now: UnixTime) -> Standing {
    let request = plan.releasing.request(id);
    request.map_or(Standing::Expired, |request| standing(request, now))
}

fn to_json(plan: &OpenPlan, request: &KeptRequest, now: UnixTime) -> Value {
    let items = request.data.items();
    let (uses, left) = match cost(plan, request) {
        Cost::Counted { uses, left } => (uses, Some(left)),
        Cost::Nothing => (0, None),
    };
    json!({
        "request": request.data.id().to_string(),
        "code_id": plan.record.code.to_string(),
        "venue": plain(plan.plan.head().name.as_str()),
        "hours": items.iter().map(|item| rfc3339(item.window.start())).collect::<Vec<_>>(),
        "advice": items.iter().map(|item| item.advice).collect::<Vec<_>>(),
        "uses": uses,
        "left": left,
        "state": standing(request, now).word(),
        "sent": request.is_sent,
        "until": rfc3339(request.data.expiry()),
    })
}

fn poll_failed(plan: &OpenPlan, error: &CliError) -> Message {
    VenueMessage::PollFailed {
        venue: venue_of(plan.plan.head()),
        why: both(error),
    }
    .into()
}

pub(super) fn both(error: &CliError) -> [String; 2] {
    [Lang::Vi, Lang::En].map(|lang| error.explain(lang).what)
}

fn as_venue(message: &mut Message) -> Option<&mut VenueMessage> {
    match message {
        Message::Venue(message) => Some(message),
        Message::Citizen(_) | Message::Evidence(_) | Message::Verbatim(_) | Message::Wallet(_) => {
            None
        }
    }
}
