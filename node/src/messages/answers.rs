//! What commands answer when they worked.
//! Knows words only.
//! Specified in specs/interfaces.md.

use super::{Speak, StoreWord};
use crate::doctor::Finding;
use crate::expiry::Expiry;
use lachan_protocol::exposure::advice::Advice;

/// Anything a command says that is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A home was made.
    HomeMade {
        /// Where.
        home: String,
    },
    /// What to do with an office's block.
    AuthorityWritten {
        /// The file.
        file: String,
    },
    /// A backup was written.
    BackedUp {
        /// Where.
        file: String,
    },
    /// What a restored office must do before anything else.
    CatchUpFirst,
    /// A home was made of a backup.
    RestoredHome {
        /// Where.
        home: String,
        /// When the backup was made.
        made: String,
    },
    /// An office is as far as its log.
    CaughtUp {
        /// Leaves.
        size: u64,
        /// The newest tick.
        seq: u64,
        /// Its time.
        time: String,
        /// How many nodes answered.
        answered: u64,
    },
    /// Something ends soon.
    Ends(Expiry),
    /// The doctor found this.
    Finding(Finding),
    /// The node's log, one line.
    Log {
        /// Its origin.
        origin: String,
        /// Its leaves.
        size: u64,
    },
    /// No log is known yet.
    NoLogs,
    /// Who this node is, and what it does.
    Node {
        /// Its peer id.
        peer_id: String,
        /// Its roles.
        roles: String,
        /// How many nodes it is connected with.
        peers: u64,
    },
    /// Nothing is due.
    NothingDue,
    /// Counts of an office.
    Office {
        /// Registered plans.
        registrations: u64,
        /// Requests without an answer.
        waiting: u64,
        /// Approved requests.
        answered: u64,
        /// Declined requests.
        declined: u64,
        /// Newest tick.
        seq: u64,
        /// When the next one is due.
        next_tick: String,
    },
    /// A tick was published.
    Published {
        /// Its number.
        seq: u64,
        /// Its time.
        time: String,
        /// Entries of all lists.
        entries: u64,
        /// Hours among them.
        released: u64,
        /// Leaves.
        parts: u64,
    },
    /// A release request.
    Request(Box<RequestLine>),
    /// A request was made.
    Requested {
        /// Its id.
        request: String,
        /// How many hours.
        windows: u64,
    },
    /// A code was revoked.
    Revoked {
        /// The id of the venue's code.
        venue: String,
        /// The begin of the first hour that does not count.
        from: String,
        /// Whether it was known before.
        again: bool,
    },
    /// A loss was accepted.
    LossAccepted,
    /// The store refuses to be written to until a loss is accepted.
    LossNotAccepted,
    /// There are no requests.
    NoRequests,
    /// A new root key; the secret one lies in the file.
    RootMade {
        /// Where the secret key is.
        file: String,
    },
    /// The node has a new peer id.
    KeyRotated {
        /// The one before.
        old: String,
        /// The new one.
        new: String,
    },
    /// It serves.
    Serving {
        /// Where.
        address: String,
    },
    /// How the store is.
    Store {
        /// In words.
        state: StoreWord,
        /// Records that are whole.
        records: u64,
        /// Records and files that are not.
        damaged: u64,
    },
    /// The process ends.
    Stopping,
    /// The clock is a test clock.
    TestClock {
        /// What it shows.
        time: String,
    },
    /// A trust list was signed.
    TrustSigned {
        /// How many authorities it has.
        authorities: u64,
        /// Where it is.
        file: String,
    },
    /// A trust list was installed.
    TrustInstalled {
        /// Its number.
        sequence: u64,
    },
    /// A text that needs no translation.
    Verbatim(String),
}

/// A release request, as staff see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    /// Its id.
    pub request: String,
    /// The id of the venue's code.
    pub venue: String,
    /// The begin of its first hour.
    pub from: String,
    /// The end of its last hour.
    pub to: String,
    /// Until when the venue may answer.
    pub expiry: String,
    /// What people are advised, where that is still known.
    pub advice: Option<Advice>,
    /// What became of it.
    pub state: RequestWord,
}

impl Speak for RequestLine {
    fn en(&self) -> String {
        let Self {
            request,
            venue,
            from,
            to,
            ..
        } = self;
        let until = match self.state {
            RequestWord::Waiting => format!(" until {}", self.expiry),
            _ => String::new(),
        };
        let advice = self.advice.map_or_else(String::new, |advice| {
            format!("\n  Advice {}: {}", advice.to_u8(), advice.text_en())
        });
        let state = self.state.en();
        format!("Request {request}: {state}{until}\n  Venue code {venue}, {from} to {to}{advice}")
    }

    fn vi(&self) -> String {
        let Self {
            request,
            venue,
            from,
            to,
            ..
        } = self;
        let until = match self.state {
            RequestWord::Waiting => format!(" đến {}", self.expiry),
            _ => String::new(),
        };
        let advice = self.advice.map_or_else(String::new, |advice| {
            format!("\n  Lời khuyên {}: {}", advice.to_u8(), advice.text_vi())
        });
        let state = self.state.vi();
        format!(
            "Yêu cầu {request}: {state}{until}\n  Mã địa điểm {venue}, từ {from} đến {to}{advice}"
        )
    }
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestWord {
    /// Approved, not yet published.
    Answered,
    /// Declined.
    Declined,
    /// Nobody answered in time.
    Expired,
    /// Published.
    Published,
    /// On offer.
    Waiting,
}

impl RequestWord {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Answered,
        Self::Declined,
        Self::Expired,
        Self::Published,
        Self::Waiting,
    ];

    /// The word in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Published => "published",
            Self::Waiting => "waiting",
        }
    }
}

impl Speak for RequestWord {
    fn en(&self) -> String {
        match self {
            Self::Answered => "approved by the venue, to be published at the next tick",
            Self::Declined => "declined by the venue",
            Self::Expired => "expired without an answer",
            Self::Published => "published",
            Self::Waiting => "waiting for the venue",
        }
        .into()
    }

    fn vi(&self) -> String {
        match self {
            Self::Answered => "địa điểm đã đồng ý, công bố ở kỳ tới",
            Self::Declined => "địa điểm từ chối",
            Self::Expired => "hết hạn, không có câu trả lời",
            Self::Published => "đã công bố",
            Self::Waiting => "đang chờ địa điểm",
        }
        .into()
    }
}

/// A number with its noun, in English; Vietnamese nouns have one form.
fn count(number: u64, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{number} {noun}")
}

impl Speak for Message {
    fn en(&self) -> String {
        match self {
            Self::HomeMade { home } => {
                format!("Made {home}. Read its node.toml, then run `lachan-node run`.")
            }
            Self::AuthorityWritten { file } => format!(
                "{file} is this authority's block of a trust list: have the root sign it (`trust sign`), then `trust install`."
            ),
            Self::CaughtUp { size, seq, time, answered } => format!(
                "Caught up, as {} say: {}, the newest tick is {seq} of {time}. If this office published later ones, do not run it: ask further nodes with --from.",
                count(*answered, "node", "nodes"),
                count(*size, "leaf", "leaves")
            ),
            Self::BackedUp { file } => format!("The backup is {file}. Whoever has it and its passphrase can speak for this node; without the passphrase nobody can open it."),
            Self::CatchUpFirst => "This office may not sign yet: run `lachan-node catch-up`. Venues registered before must register again: the keys of their months are in no backup.".into(),
            Self::RestoredHome { home, made } => format!("Made {home} of the backup of {made}. See that the old home never runs again."),
            Self::Ends(expiry) => expiry.en(),
            Self::Finding(finding) => finding.en(),
            Self::Log { origin, size } => {
                format!("Log {origin}: {}", count(*size, "leaf", "leaves"))
            }
            Self::NoLogs => "No log is known yet.".into(),
            Self::Node {
                peer_id,
                roles,
                peers,
            } => format!(
                "{roles} {peer_id}, connected with {}",
                count(*peers, "node", "nodes")
            ),
            Self::NothingDue => "Nothing is due: the newest tick is published.".into(),
            Self::Office {
                registrations,
                waiting,
                answered,
                declined,
                seq,
                next_tick,
            } => format!(
                "Office: {}; requests: {waiting} waiting, {answered} approved, {declined} declined; tick {seq} published, the next at {next_tick}",
                count(*registrations, "plan", "plans")
            ),
            Self::Published {
                seq,
                time,
                entries,
                released,
                parts,
            } => format!(
                "Published tick {seq} of {time}: {}, {} among them, in {}",
                count(*entries, "entry", "entries"),
                count(*released, "new hour", "new hours"),
                count(*parts, "leaf", "leaves")
            ),
            Self::Request(line) => line.en(),
            Self::Requested { request, windows } => {
                format!(
                    "Request {request}, of {}, is on offer in the venue's mailbox.",
                    count(*windows, "hour", "hours")
                )
            }
            Self::Revoked { venue, from, again } => {
                let before = if *again { "was revoked before" } else { "is revoked" };
                format!(
                    "Code {venue} {before}, from {from} on. Clients refuse it after their next sync; earlier hours can \
                     still be released. The venue must register again."
                )
            }
            Self::LossAccepted => "What is left counts as the whole from now on; what was lost stays lost.".into(),
            Self::LossNotAccepted => "Better than a repair: restore state/ from the newest backup. Else copy the home elsewhere and run `repair --accept-rollback`: what was lost stays lost.".into(),
            Self::Store { state, records, damaged } => format!(
                "The store: {}. {} whole, {damaged} damaged.",
                state.en(),
                count(*records, "record", "records")
            ),
            Self::NoRequests => "There are no requests.".into(),
            Self::RootMade { file } => format!(
                "The secret root key is in {file}: keep it off line. Its public half, for posters and builds:"
            ),
            Self::KeyRotated { old, new } => format!(
                "The peer id was {old} and is {new} now. Tell everybody who wrote /p2p/{old} down: nothing announces the new one."
            ),
            Self::Serving { address } => format!("Serving at {address}"),
            Self::Stopping => "Ending.".into(),
            Self::TestClock { time } => format!("Test clock: {time}"),
            Self::TrustSigned { authorities, file } => {
                format!(
                    "Signed a trust list of {}: {file}",
                    count(*authorities, "authority", "authorities")
                )
            }
            Self::TrustInstalled { sequence } => format!("Installed trust list {sequence}."),
            Self::Verbatim(text) => text.clone(),
        }
    }

    fn vi(&self) -> String {
        match self {
            Self::HomeMade { home } => {
                format!("Đã tạo {home}. Đọc node.toml trong đó, rồi chạy `lachan-node run`.")
            }
            Self::AuthorityWritten { file } => format!(
                "{file} là phần của cơ quan này trong danh sách tin cậy: nhờ gốc ký (`trust sign`), rồi `trust install`."
            ),
            Self::CaughtUp { size, seq, time, answered } => format!(
                "Đã bắt kịp, theo {answered} nút: {size} lá, kỳ mới nhất là {seq} lúc {time}. Nếu văn phòng từng công bố kỳ sau đó thì đừng chạy: hỏi thêm nút khác bằng --from."
            ),
            Self::BackedUp { file } => format!("Bản sao lưu là {file}. Ai có tệp và mật khẩu thì nói thay được nút này; mất mật khẩu thì không ai mở được."),
            Self::CatchUpFirst => "Văn phòng chưa được ký: hãy chạy `lachan-node catch-up`. Các địa điểm đã đăng ký phải đăng ký lại: khoá tháng của chúng không nằm trong bản sao lưu nào.".into(),
            Self::RestoredHome { home, made } => format!("Đã dựng {home} từ bản sao lưu lúc {made}. Đừng bao giờ chạy lại thư mục cũ."),
            Self::Ends(expiry) => expiry.vi(),
            Self::Finding(finding) => finding.vi(),
            Self::Log { origin, size } => format!("Sổ {origin}: {size} lá"),
            Self::NoLogs => "Chưa biết sổ kiểm chứng nào.".into(),
            Self::Node {
                peer_id,
                roles,
                peers,
            } => format!("{roles} {peer_id}, đang nối với {peers} nút"),
            Self::NothingDue => "Chưa có gì đến hạn: kỳ gần nhất đã công bố.".into(),
            Self::Office {
                registrations,
                waiting,
                answered,
                declined,
                seq,
                next_tick,
            } => format!(
                "Văn phòng: {registrations} kế hoạch; yêu cầu: {waiting} đang chờ, {answered} đồng ý, {declined} từ chối; đã công bố kỳ {seq}, kỳ tới lúc {next_tick}"
            ),
            Self::Published {
                seq,
                time,
                entries,
                released,
                parts,
            } => format!(
                "Đã công bố kỳ {seq} lúc {time}: {entries} mục, trong đó {released} giờ mới, gồm {parts} lá"
            ),
            Self::Request(line) => line.vi(),
            Self::Requested { request, windows } => {
                format!("Yêu cầu {request}: {windows} giờ đang chờ trong hộp thư của địa điểm.")
            }
            Self::Revoked { venue, from, again } => {
                let before = if *again { "đã bị thu hồi từ trước" } else { "đã bị thu hồi" };
                format!(
                    "Mã {venue} {before}, kể từ {from}. Ứng dụng từ chối mã này sau lần đồng bộ tới; các giờ trước đó vẫn \
                     công bố được. Địa điểm phải đăng ký lại."
                )
            }
            Self::LossAccepted => "Từ nay phần còn lại được coi là đủ; những gì đã mất thì không lấy lại được.".into(),
            Self::LossNotAccepted => "Tốt hơn cả: khôi phục state/ từ bản sao lưu mới nhất. Nếu không có, sao thư mục ra nơi khác rồi chạy `repair --accept-rollback`: những gì đã mất thì không lấy lại được.".into(),
            Self::Store { state, records, damaged } => format!(
                "Kho dữ liệu: {}. {records} bản ghi còn nguyên, {damaged} bị hỏng.",
                state.vi()
            ),
            Self::NoRequests => "Không có yêu cầu nào.".into(),
            Self::RootMade { file } => format!(
                "Khoá gốc bí mật nằm trong {file}: hãy cất ngoài mạng. Phần công khai, để in áp phích và đưa vào bản dựng:"
            ),
            Self::KeyRotated { old, new } => format!(
                "Mã nút trước là {old}, nay là {new}. Hãy báo cho mọi nơi đã ghi /p2p/{old}: không có gì tự thông báo mã mới."
            ),
            Self::Serving { address } => format!("Đang phục vụ tại {address}"),
            Self::Stopping => "Đang kết thúc.".into(),
            Self::TestClock { time } => format!("Đồng hồ thử nghiệm: {time}"),
            Self::TrustSigned { authorities, file } => {
                format!("Đã ký danh sách tin cậy gồm {authorities} cơ quan: {file}")
            }
            Self::TrustInstalled { sequence } => format!("Đã cài danh sách tin cậy số {sequence}."),
            Self::Verbatim(text) => text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_thing_is_said_in_the_singular() {
        let of = |number: u64| Message::TrustSigned {
            authorities: number,
            file: "trust.txt".into(),
        };
        assert!(of(1).en().contains("1 authority:"));
        assert!(of(2).en().contains("2 authorities:"));
        assert_eq!(count(0, "hour", "hours"), "0 hours");
    }
}
