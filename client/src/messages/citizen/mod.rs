//! What a citizen's commands say.
//! Knows words only: names of venues come in, already made harmless.
//! Specified in specs/protocol.md §12.

mod en;
mod vi;

use super::advice::AdviceText;
use super::{Speak, name_and_place};
use lachan_protocol::time::{Day, UnixTime};

/// A venue as people know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Where {
    /// Its name.
    pub name: String,
    /// Its place; may be empty.
    pub place: String,
}

impl std::fmt::Display for Where {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&name_and_place(&self.name, &self.place))
    }
}

/// Anything a citizen's command says that is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CitizenMessage {
    /// What to do after a warning.
    Advice(AdviceText),
    /// The question before a check-in.
    AskCheckIn {
        /// Where.
        venue: Where,
        /// Since when.
        arrival: UnixTime,
    },
    /// The question before everything is forgotten.
    AskForgetAll,
    /// The question before a day is forgotten.
    AskForgetDay {
        /// Which, in UTC.
        day: Day,
    },
    /// The question at the second scan of a venue.
    AskLeave {
        /// Where.
        venue: Where,
    },
    /// Whom to call.
    CallPhone {
        /// Name of the authority, Vietnamese and English.
        authority: [String; 2],
        /// Its number.
        phone: String,
    },
    /// A check-in is on the disk.
    CheckedIn {
        /// Where.
        venue: Where,
        /// Since when.
        arrival: UnixTime,
        /// When the visit ends by itself.
        until: UnixTime,
    },
    /// A check-out is on the disk.
    CheckedOut {
        /// Where.
        venue: Where,
        /// Since when.
        arrival: UnixTime,
        /// Until when.
        departure: UnixTime,
    },
    /// What the venue's screen shows too, for its staff.
    DoorStamp {
        /// Two words, perhaps on a ground of the colour.
        words: String,
        /// The colour, Vietnamese and English.
        colour: [&'static str; 2],
    },
    /// A visit had ended by itself.
    EndedByItself {
        /// Where.
        venue: Where,
        /// When.
        at: UnixTime,
    },
    /// A warning.
    Exposed {
        /// Where.
        venue: Where,
        /// First second of the hour.
        hour: UnixTime,
        /// First minute of one's own stay in that hour.
        from: u8,
        /// First minute after it.
        to: u8,
        /// Minutes together with the case; none when unknown.
        minutes: Option<u32>,
    },
    /// Several hours were looked at and no minute was together.
    NoMinutesTogether {
        /// Where.
        venue: Where,
        /// First second of the hour.
        hour: UnixTime,
    },
    /// A warning that was withdrawn.
    ExposureWithdrawn {
        /// Where.
        venue: Where,
        /// First second of the hour.
        hour: UnixTime,
    },
    /// The clock is far ahead of all that was verified.
    ClockFarAhead {
        /// What the clock says.
        now: UnixTime,
        /// The newest verified time.
        known: UnixTime,
    },
    /// How many warnings there are.
    ExposuresFound {
        /// So many.
        count: usize,
    },
    /// Everything was forgotten.
    ForgottenAll,
    /// A day was forgotten.
    ForgottenDay {
        /// Which.
        day: Day,
    },
    /// A home was made.
    HomeMade {
        /// In which folder.
        dir: String,
        /// How many authorities the trust list names.
        authorities: usize,
    },
    /// No warning.
    NoExposures {
        /// The newest list that was looked at.
        newest: UnixTime,
    },
    /// No visit is open.
    NoOpenVisit,
    /// Nothing of a day is kept, so nothing was forgotten.
    NothingToForget {
        /// Which, in UTC.
        day: Day,
    },
    /// Nothing to answer, no visits.
    NoVisits,
    /// The open visit.
    OpenVisit {
        /// Where.
        venue: Where,
        /// Since when.
        arrival: UnixTime,
        /// When it ends by itself.
        until: UnixTime,
    },
    /// Of `status`: an authority and how far its log has been read.
    StatusAuthority {
        /// Name of the authority, Vietnamese and English.
        name: [String; 2],
        /// Leaves read.
        size: u64,
        /// Newest list, if there is one.
        newest: Option<UnixTime>,
    },
    /// Of `status`: how many hours the wallet holds.
    StatusWallet {
        /// Tokens.
        hours: usize,
        /// Days.
        days: usize,
    },
    /// A stay was made longer.
    Stayed {
        /// Where.
        venue: Where,
        /// When it ends by itself now.
        until: UnixTime,
    },
    /// A log was read to its end.
    Synced {
        /// Name of the authority, Vietnamese and English.
        authority: [String; 2],
        /// Lists of keys read now.
        ticks: usize,
        /// Keys tried now.
        keys: u64,
        /// Leaves of the log.
        size: u64,
    },
    /// What the progress bar counts.
    SyncProgress,
    /// The newest list is older than it should be.
    StaleLists {
        /// Name of the authority, Vietnamese and English.
        authority: [String; 2],
        /// The newest list.
        newest: UnixTime,
    },
    /// This command runs on a test clock.
    TestClock {
        /// What it says.
        now: UnixTime,
    },
    /// The trust list is expired.
    TrustListExpired,
    /// The open visit ends by itself soon.
    VisitEndsSoon {
        /// Where.
        venue: Where,
        /// When.
        at: UnixTime,
    },
    /// One day of the wallet.
    VisitsOfDay {
        /// Which, in UTC.
        day: Day,
        /// How many hours.
        hours: usize,
    },
}

impl Speak for CitizenMessage {
    fn en(&self) -> String {
        en::say(self)
    }

    fn vi(&self) -> String {
        vi::say(self)
    }
}
