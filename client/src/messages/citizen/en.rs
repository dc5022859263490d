//! What a citizen's commands say, in English.
//! Knows words only; the match is total.
//! Specified in specs/protocol.md §12.

use super::CitizenMessage;
use crate::messages::Speak;
use lachan_shell::moment::{clock, date, iso_day};

/// `1 key`, `2 keys`.
fn many(count: impl TryInto<u64>, thing: &str) -> String {
    match count.try_into().unwrap_or(u64::MAX) {
        1 => format!("1 {thing}"),
        count => format!("{count} {thing}s"),
    }
}

pub(super) fn say(message: &CitizenMessage) -> String {
    match message {
        CitizenMessage::Advice(advice) => format!("  What to do: {}", advice.en()),
        CitizenMessage::AskCheckIn { venue, arrival } => {
            format!(
                "Check in at {venue}, {} on {}?",
                clock(*arrival),
                date(*arrival)
            )
        }
        CitizenMessage::AskForgetAll => {
            "Forget all visits and all warnings? They cannot be brought back.".into()
        }
        CitizenMessage::AskForgetDay { day } => format!(
            "Forget all visits and warnings of {} (UTC day)? They cannot be brought back.",
            iso_day(*day)
        ),
        CitizenMessage::AskLeave { venue } => format!("You are at {venue} already. Leave now?"),
        CitizenMessage::CallPhone { authority, phone } => {
            format!("  {}: call {phone}", authority[1])
        }
        CitizenMessage::CheckedIn { venue, until, .. } => format!(
            "Checked in: {venue}. The visit ends by itself at {} ({}), or with `lachan check-out`.",
            clock(*until),
            date(*until)
        ),
        CitizenMessage::CheckedOut {
            venue,
            arrival,
            departure,
        } => format!(
            "Checked out: {venue}, {} to {}.",
            clock(*arrival),
            clock(*departure)
        ),
        CitizenMessage::ClockFarAhead { now, known } => format!(
            "WARNING: the clock of this device ({}) seems far ahead: the newest verified time is {}.\n\
             Old data are kept until a sync confirms the time. Check the clock, then run `lachan sync`.",
            date(*now),
            date(*known)
        ),
        CitizenMessage::DoorStamp { words, colour } => {
            format!(
                "Door stamp, the same as on the venue's screen: {words} · {}",
                colour[1]
            )
        }
        CitizenMessage::EndedByItself { venue, at } => {
            format!(
                "The visit to {venue} ended by itself at {} ({}).",
                clock(*at),
                date(*at)
            )
        }
        CitizenMessage::Exposed {
            venue,
            hour,
            from,
            to,
            minutes,
        } => {
            let together = match minutes {
                Some(1) => "1 minute together".to_owned(),
                Some(minutes) => format!("{minutes} minutes together"),
                None => "time together unknown".to_owned(),
            };
            format!(
                "● {venue}: {}, {} to {}, {together}",
                date(*hour),
                clock(hour.plus(60 * u64::from(*from))),
                clock(hour.plus(60 * u64::from(*to)))
            )
        }
        CitizenMessage::NoMinutesTogether { venue, hour } => {
            format!(
                "○ {venue}: {}, the hour from {}: not at the same time, no warning",
                date(*hour),
                clock(*hour)
            )
        }
        CitizenMessage::ExposureWithdrawn { venue, hour } => {
            format!(
                "○ {venue}: {}, the hour from {}: this warning was withdrawn",
                date(*hour),
                clock(*hour)
            )
        }
        CitizenMessage::ExposuresFound { count: 1 } => {
            "You may have been exposed at 1 visit.".into()
        }
        CitizenMessage::ExposuresFound { count } => {
            format!("You may have been exposed in {count} hours.")
        }
        CitizenMessage::ForgottenAll => "Forgotten: all visits and all warnings.".into(),
        CitizenMessage::ForgottenDay { day } => format!(
            "Forgotten: all visits and warnings of {} (UTC day).",
            iso_day(*day)
        ),
        CitizenMessage::HomeMade { dir, authorities } => {
            format!("Made: {dir}. Trusted health authorities: {authorities}.")
        }
        CitizenMessage::NoExposures { newest } => format!(
            "No exposure found. Newest list of keys: {} on {}.",
            clock(*newest),
            date(*newest)
        ),
        CitizenMessage::NoOpenVisit => "No visit is open.".into(),
        CitizenMessage::NothingToForget { day } => format!(
            "Nothing of {} (UTC day) is kept here; nothing was forgotten.",
            iso_day(*day)
        ),
        CitizenMessage::NoVisits => "No visits are kept.".into(),
        CitizenMessage::OpenVisit {
            venue,
            arrival,
            until,
        } => format!(
            "Open visit: {venue}, since {}; ends by itself at {}.",
            clock(*arrival),
            clock(*until)
        ),
        CitizenMessage::StatusAuthority { name, size, newest } => match newest {
            Some(newest) => format!(
                "{}: {size} leaves read, newest list of keys {} on {}.",
                name[1],
                clock(*newest),
                date(*newest)
            ),
            None => format!("{}: {size} leaves read, no list of keys yet.", name[1]),
        },
        CitizenMessage::StatusWallet { hours, days } => {
            let (hours, days) = (many(*hours, "sealed hour"), many(*days, "day"));
            format!("Kept: {hours} on {days}. This device cannot open them.")
        }
        CitizenMessage::Stayed { venue, until } => {
            format!(
                "Still at {venue}; the visit ends by itself at {}.",
                clock(*until)
            )
        }
        CitizenMessage::Synced {
            authority,
            ticks,
            keys,
            size,
        } => format!(
            "{}: {}, {} tried, log of {} verified.",
            authority[1],
            many(*ticks, "new list"),
            many(*keys, "key"),
            many(*size, "leaf").replace("leafs", "leaves"),
        ),
        CitizenMessage::SyncProgress => "leaves".into(),
        CitizenMessage::StaleLists { authority, newest } => format!(
            "{}: the newest list of keys is of {} on {}. Run `lachan sync`.",
            authority[1],
            clock(*newest),
            date(*newest)
        ),
        CitizenMessage::TestClock { now } => {
            format!("Test clock: {} on {} (UTC+7)", clock(*now), date(*now))
        }
        CitizenMessage::TrustListExpired => {
            "The trust list is expired: new codes are refused until there is a newer one.".into()
        }
        CitizenMessage::VisitEndsSoon { venue, at } => format!(
            "The visit to {venue} ends by itself at {}. If you stay longer, scan its code again before then: \
             `lachan check-in CODE --stay`.",
            clock(*at)
        ),
        CitizenMessage::VisitsOfDay { day, hours } => {
            format!("{}  {}", iso_day(*day), many(*hours, "sealed hour"))
        }
    }
}
