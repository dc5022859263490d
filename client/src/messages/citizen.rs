//! What a citizen's commands say.
//! Knows words only: names of venues come in, already made harmless.
//! Specified in specs/protocol.md §12.

use super::advice::AdviceText;
use super::moment::{clock, date, iso_day};
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
        match self {
            Self::Advice(advice) => format!("  What to do: {}", advice.en()),
            Self::AskCheckIn { venue, arrival } => {
                format!(
                    "Check in at {venue}, {} on {}?",
                    clock(*arrival),
                    date(*arrival)
                )
            }
            Self::AskForgetAll => {
                "Forget all visits and all warnings? They cannot be brought back.".into()
            }
            Self::AskLeave { venue } => format!("You are at {venue} already. Leave now?"),
            Self::CallPhone { authority, phone } => format!("  {}: call {phone}", authority[1]),
            Self::CheckedIn { venue, until, .. } => format!(
                "Checked in: {venue}. The visit ends by itself at {} ({}), or with `lachan check-out`.",
                clock(*until),
                date(*until)
            ),
            Self::CheckedOut {
                venue,
                arrival,
                departure,
            } => format!(
                "Checked out: {venue}, {} to {}.",
                clock(*arrival),
                clock(*departure)
            ),
            Self::EndedByItself { venue, at } => {
                format!(
                    "The visit to {venue} ended by itself at {} ({}).",
                    clock(*at),
                    date(*at)
                )
            }
            Self::Exposed {
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
            Self::NoMinutesTogether { venue, hour } => {
                format!(
                    "○ {venue}: {}, the hour from {}: not at the same time, no warning",
                    date(*hour),
                    clock(*hour)
                )
            }
            Self::ExposureWithdrawn { venue, hour } => {
                format!(
                    "○ {venue}: {}, the hour from {}: this warning was withdrawn",
                    date(*hour),
                    clock(*hour)
                )
            }
            Self::ExposuresFound { count: 1 } => "You may have been exposed at 1 visit.".into(),
            Self::ExposuresFound { count } => {
                format!("You may have been exposed in {count} hours.")
            }
            Self::ForgottenAll => "Forgotten: all visits and all warnings.".into(),
            Self::ForgottenDay { day } => format!(
                "Forgotten: all visits and warnings of {} (UTC day).",
                iso_day(*day)
            ),
            Self::HomeMade { dir, authorities } => {
                format!("Made: {dir}. Trusted health authorities: {authorities}.")
            }
            Self::NoExposures { newest } => format!(
                "No exposure found. Newest list of keys: {} on {}.",
                clock(*newest),
                date(*newest)
            ),
            Self::NoOpenVisit => "No visit is open.".into(),
            Self::NoVisits => "No visits are kept.".into(),
            Self::OpenVisit {
                venue,
                arrival,
                until,
            } => format!(
                "Open visit: {venue}, since {}; ends by itself at {}.",
                clock(*arrival),
                clock(*until)
            ),
            Self::StatusAuthority { name, size, newest } => match newest {
                Some(newest) => format!(
                    "{}: {size} leaves read, newest list of keys {} on {}.",
                    name[1],
                    clock(*newest),
                    date(*newest)
                ),
                None => format!("{}: {size} leaves read, no list of keys yet.", name[1]),
            },
            Self::StatusWallet { hours, days } => {
                format!("Kept: {hours} sealed hours on {days} days. This device cannot open them.")
            }
            Self::Stayed { venue, until } => {
                format!(
                    "Still at {venue}; the visit ends by itself at {}.",
                    clock(*until)
                )
            }
            Self::Synced {
                authority,
                ticks,
                keys,
                size,
            } => format!(
                "{}: {ticks} new lists, {keys} keys tried, log of {size} leaves verified.",
                authority[1]
            ),
            Self::SyncProgress => "leaves".into(),
            Self::StaleLists { authority, newest } => format!(
                "{}: the newest list of keys is of {} on {}. Run `lachan sync`.",
                authority[1],
                clock(*newest),
                date(*newest)
            ),
            Self::TestClock { now } => {
                format!("Test clock: {} on {} (UTC+7)", clock(*now), date(*now))
            }
            Self::TrustListExpired => {
                "The trust list is expired: new codes are refused until there is a newer one."
                    .into()
            }
            Self::VisitsOfDay { day, hours } => format!("{}  {hours} sealed hours", iso_day(*day)),
        }
    }

    fn vi(&self) -> String {
        match self {
            Self::Advice(advice) => format!("  Việc cần làm: {}", advice.vi()),
            Self::AskCheckIn { venue, arrival } => {
                format!(
                    "Ghé vào {venue}, lúc {} ngày {}?",
                    clock(*arrival),
                    date(*arrival)
                )
            }
            Self::AskForgetAll => "Xoá mọi lượt ghé và mọi cảnh báo? Không thể lấy lại.".into(),
            Self::AskLeave { venue } => format!("Bạn đang ở {venue}. Rời đi bây giờ?"),
            Self::CallPhone { authority, phone } => format!("  {}: gọi {phone}", authority[0]),
            Self::CheckedIn { venue, until, .. } => format!(
                "Đã ghé vào: {venue}. Lượt ghé tự kết thúc lúc {} ({}), hoặc bằng `lachan check-out`.",
                clock(*until),
                date(*until)
            ),
            Self::CheckedOut {
                venue,
                arrival,
                departure,
            } => format!(
                "Đã rời đi: {venue}, từ {} đến {}.",
                clock(*arrival),
                clock(*departure)
            ),
            Self::EndedByItself { venue, at } => {
                format!(
                    "Lượt ghé {venue} đã tự kết thúc lúc {} ({}).",
                    clock(*at),
                    date(*at)
                )
            }
            Self::Exposed {
                venue,
                hour,
                from,
                to,
                minutes,
            } => {
                let together = minutes.map_or_else(
                    || "không rõ thời gian cùng có mặt".to_owned(),
                    |minutes| format!("cùng có mặt {minutes} phút"),
                );
                format!(
                    "● {venue}: {}, {} đến {}, {together}",
                    date(*hour),
                    clock(hour.plus(60 * u64::from(*from))),
                    clock(hour.plus(60 * u64::from(*to)))
                )
            }
            Self::NoMinutesTogether { venue, hour } => {
                format!(
                    "○ {venue}: {}, khung giờ từ {}: không cùng lúc, không phải cảnh báo",
                    date(*hour),
                    clock(*hour)
                )
            }
            Self::ExposureWithdrawn { venue, hour } => {
                format!(
                    "○ {venue}: {}, khung giờ từ {}: cảnh báo này đã được thu hồi",
                    date(*hour),
                    clock(*hour)
                )
            }
            Self::ExposuresFound { count } => {
                format!("Bạn có nguy cơ phơi nhiễm trong {count} khung giờ.")
            }
            Self::ForgottenAll => "Đã xoá: mọi lượt ghé và mọi cảnh báo.".into(),
            Self::ForgottenDay { day } => format!(
                "Đã xoá: mọi lượt ghé và cảnh báo của ngày {} (giờ UTC).",
                iso_day(*day)
            ),
            Self::HomeMade { dir, authorities } => {
                format!("Đã tạo: {dir}. Số cơ quan y tế được tin cậy: {authorities}.")
            }
            Self::NoExposures { newest } => format!(
                "Không thấy nguy cơ phơi nhiễm. Danh sách khoá mới nhất: {} ngày {}.",
                clock(*newest),
                date(*newest)
            ),
            Self::NoOpenVisit => "Không có lượt ghé nào đang mở.".into(),
            Self::NoVisits => "Không lưu lượt ghé nào.".into(),
            Self::OpenVisit {
                venue,
                arrival,
                until,
            } => format!(
                "Đang ở: {venue}, từ {}; tự kết thúc lúc {}.",
                clock(*arrival),
                clock(*until)
            ),
            Self::StatusAuthority { name, size, newest } => match newest {
                Some(newest) => format!(
                    "{}: đã đọc {size} mục, danh sách khoá mới nhất {} ngày {}.",
                    name[0],
                    clock(*newest),
                    date(*newest)
                ),
                None => format!("{}: đã đọc {size} mục, chưa có danh sách khoá.", name[0]),
            },
            Self::StatusWallet { hours, days } => {
                format!(
                    "Đang lưu: {hours} khung giờ niêm phong trong {days} ngày. Máy này không mở được chúng."
                )
            }
            Self::Stayed { venue, until } => {
                format!("Vẫn ở {venue}; lượt ghé tự kết thúc lúc {}.", clock(*until))
            }
            Self::Synced {
                authority,
                ticks,
                keys,
                size,
            } => format!(
                "{}: {ticks} danh sách mới, đã thử {keys} khoá, đã kiểm chứng sổ {size} mục.",
                authority[0]
            ),
            Self::SyncProgress => "mục".into(),
            Self::StaleLists { authority, newest } => format!(
                "{}: danh sách khoá mới nhất là của {} ngày {}. Hãy chạy `lachan sync`.",
                authority[0],
                clock(*newest),
                date(*newest)
            ),
            Self::TestClock { now } => {
                format!(
                    "Đồng hồ thử nghiệm: {} ngày {} (UTC+7)",
                    clock(*now),
                    date(*now)
                )
            }
            Self::TrustListExpired => {
                "Danh sách tin cậy đã hết hạn: mã mới bị từ chối cho đến khi có danh sách mới hơn."
                    .into()
            }
            Self::VisitsOfDay { day, hours } => {
                format!("{}  {hours} khung giờ niêm phong", iso_day(*day))
            }
        }
    }
}
