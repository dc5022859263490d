//! What a venue's commands say.
//! Knows words only: names of venues come in, already made harmless.
//! Specified in specs/protocol.md §12.

use super::Speak;
use super::advice::AdviceText;
use super::citizen::Where;
use super::stamp::StampText;
use lachan_protocol::id::{CodeId, RequestId};
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::time::{UnixTime, Window};
use lachan_shell::moment::{clock, date};

/// What approving uses of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// Of a sheet: so many of what is left.
    Counted {
        /// Windows that were not approved before.
        uses: usize,
        /// Windows left, before.
        left: u8,
    },
    /// Of a screen: nothing, its hours are independent.
    Nothing,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Approved; whether the office has the answer.
    Approved(bool),
    /// Declined by the owner; whether the office has the answer.
    Declined(bool),
    /// Nobody decided in time.
    Expired,
    /// Declined by the tool: the sheet has not enough left.
    OverBudget,
    /// The owner has not decided.
    Waiting,
}

impl Standing {
    /// The word in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approved(_) => "approved",
            Self::Declined(_) | Self::OverBudget => "declined",
            Self::Expired => "expired",
            Self::Waiting => "waiting",
        }
    }
}

/// Anything a venue's command says that is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VenueMessage {
    /// The answer is at the office.
    AnswerSent,
    /// The answer is on the disk and waits for the next poll.
    AnswerWaits {
        /// Why it could not be sent: in Vietnamese and in English.
        why: [String; 2],
    },
    /// A request was approved.
    Approved {
        /// Which.
        request: RequestId,
    },
    /// The question before a plan is closed.
    AskClose {
        /// Whose.
        venue: Where,
    },
    /// The question before a plan is handed over.
    AskHandOver {
        /// Whose.
        venue: Where,
    },
    /// A plan is closed.
    Closed {
        /// Whose.
        venue: Where,
        /// Its code.
        code: CodeId,
        /// When what is kept of it is erased.
        until: UnixTime,
    },
    /// A request was declined.
    Declined {
        /// Which.
        request: RequestId,
    },
    /// How to leave the display.
    EndWithCtrlC,
    /// A plan is handed over.
    HandedOver {
        /// Whose.
        venue: Where,
        /// Its code.
        code: CodeId,
        /// The sealed file.
        file: String,
    },
    /// A sheet has used half of its budget.
    HangSpare,
    /// A request, without minutes.
    Hour {
        /// The hour that is asked for.
        window: Window,
        /// What its visitors would be told.
        advice: AdviceText,
    },
    /// There is no request.
    NoRequests,
    /// There is no plan.
    NoPlans,
    /// A plan and its budget.
    Plan {
        /// Whose.
        venue: Where,
        /// Its code.
        code: CodeId,
        /// The kind of code.
        schedule: KeySchedule,
        /// First window.
        first: Window,
        /// Last window.
        last: Window,
        /// q, windows used, windows left; none without a budget.
        budget: Option<(u8, usize, u8)>,
        /// Whether its last window is over.
        ended: bool,
    },
    /// A plan of which no code is shown from an hour on.
    PlanEnded {
        /// The first hour.
        from: Window,
        /// Whether the authority revoked it; else the owner closed it.
        is_revoked: bool,
        /// When what is kept of it is erased.
        until: UnixTime,
    },
    /// A plan that waits for its answer.
    PlanPending {
        /// Whose.
        venue: Where,
        /// Its code.
        code: CodeId,
    },
    /// A poll of one plan did not work.
    PollFailed {
        /// Whose.
        venue: Where,
        /// Why: in Vietnamese and in English.
        why: [String; 2],
    },
    /// Codes were written as pages to print.
    Printed {
        /// How many.
        codes: usize,
        /// Into which folder.
        dir: String,
    },
    /// A plan is registered.
    Registered {
        /// Whose.
        venue: Where,
        /// Its code.
        code: CodeId,
        /// The kind of code.
        schedule: KeySchedule,
        /// First window.
        first: Window,
        /// Last window.
        last: Window,
        /// Vietnamese and English name of the authority.
        authority: [String; 2],
    },
    /// A request.
    Request {
        /// Which.
        request: RequestId,
        /// For which venue.
        venue: Where,
        /// What approving uses.
        cost: Cost,
        /// Where it stands.
        standing: Standing,
        /// Until when it can be answered.
        expiry: UnixTime,
    },
    /// What a sheet cannot do, said when one is registered.
    SheetLimits,
    /// A kind of venue that should not hang a sheet.
    SheetUnwise,
    /// A code, below its QR code.
    Shown {
        /// Whose.
        venue: Where,
        /// First second of the time for which it is shown.
        from: UnixTime,
        /// First second after it.
        until: UnixTime,
    },
    /// A door stamp that visitors may show.
    Stamp(StampText),
    /// A plan was taken over.
    TakenOver {
        /// Whose.
        venue: Where,
        /// Its code.
        code: CodeId,
        /// Hours that were released before.
        used: usize,
    },
    /// A file was written.
    Written {
        /// Its path.
        path: String,
    },
}

fn hour(window: Window) -> String {
    let (from, until) = (window.start(), window.end());
    format!("{} {}–{}", date(from), clock(from), clock(until))
}

fn span(first: UnixTime, until: UnixTime) -> [String; 4] {
    [clock(first), date(first), clock(until), date(until)]
}

impl Speak for VenueMessage {
    fn en(&self) -> String {
        match self {
            Self::AnswerSent => "The health authority has the answer.".into(),
            Self::AnswerWaits { why: [_, why] } => format!(
                "The answer could not be sent ({why}) It is kept and goes out with the next \
                 `lachan venue requests`."
            ),
            Self::Approved { request } => format!("Approved: {request}"),
            Self::AskClose { venue } => format!(
                "Close {venue}? Its codes are shown no more, and the health authority publishes that they do not count."
            ),
            Self::AskHandOver { venue } => format!(
                "Hand {venue} over? This device answers no request of it any more, and cannot take it back from the same file."
            ),
            Self::HandedOver { venue, code, file } => format!(
                "Handed over: {venue}, {code}. Its secrets lie in {file} alone, sealed, and are erased here.\n\
                 Give file and passphrase to the new owner by different ways: `lachan venue take-over FILE`. Then destroy the file."
            ),
            Self::TakenOver { venue, code, used } => format!(
                "Taken over: {venue}, {code}; {used} hours were released before. Destroy the file: whoever opens it could answer too."
            ),
            Self::Closed { venue, code, until } => format!(
                "Closed: {venue}, {code}. No code of it is shown any more; take down what was printed.\n\
                 Its keys are kept until {} so that requests for past hours can still be answered \
                 (`lachan venue requests`), and then erased.",
                date(*until)
            ),
            Self::Declined { request } => {
                format!("Declined: {request}. No key leaves this venue.")
            }
            Self::EndWithCtrlC => "The code changes by itself; Ctrl-C ends it.".into(),
            Self::HangSpare => "Half of this sheet's releases are used: hang the spare (register another sheet).".into(),
            Self::Hour { window, advice } => {
                format!("  {}  advice: {}", hour(*window), advice.en())
            }
            Self::NoRequests => "Nobody asks for an hour.".into(),
            Self::NoPlans => "Nothing is registered here yet. Begin with `lachan venue register`.".into(),
            Self::Plan { venue, code, schedule, first, last, budget, ended } => {
                let [from, on, until, end] = span(first.start(), last.end());
                let budget = match budget {
                    None => "every hour can be released alone".into(),
                    Some((budget, used, left)) => {
                        format!("{used} of {budget} releases used, {left} left")
                    }
                };
                let ended = if *ended { "ENDED  " } else { "" };
                format!(
                    "{ended}{venue}: {}, from {from} on {on} until {until} on {end}; {budget}\n  {code}",
                    schedule_en(*schedule)
                )
            }
            Self::PlanEnded { from, is_revoked, until } => {
                let who = if *is_revoked { "REVOKED by the health authority" } else { "CLOSED" };
                format!(
                    "  {who} from {} on {}; requests are answered and keys kept until {}",
                    clock(from.start()), date(from.start()), date(*until)
                )
            }
            Self::PlanPending { venue, code } => format!(
                "{venue}: waits for the health authority's answer; repeat the same `venue register`\n  {code}"
            ),
            Self::PollFailed { venue, why: [_, why] } => {
                format!("{venue}: could not ask for requests. {why}")
            }
            Self::Printed { codes, dir } => format!(
                "Pages to print: {codes} in {dir}. Hang only the page of its day; keep the others where nobody photographs them."
            ),
            Self::Registered { venue, code, schedule, first, last, authority: [_, authority] } => {
                let [from, on, until, end] = span(first.start(), last.end());
                let next = match schedule {
                    KeySchedule::Screen => "Show the code with `lachan venue show --watch`.",
                    KeySchedule::Slip => "Print the slips, one a day: `lachan venue show --all FOLDER`.",
                    KeySchedule::Sheet => "Print the code: `lachan venue show --png FILE`.",
                };
                format!(
                    "Registered with {authority}: {venue}, {}, from {from} on {on} until {until} on {end}.\n\
                     Code {code}. {next}",
                    schedule_en(*schedule)
                )
            }
            Self::Request { request, venue, cost, standing, expiry } => {
                let standing = match standing {
                    Standing::Approved(true) => "approved, answered".into(),
                    Standing::Approved(false) => "approved, the answer waits to be sent".into(),
                    Standing::Declined(true) => "declined, answered".into(),
                    Standing::Declined(false) => "declined, the answer waits to be sent".into(),
                    Standing::Expired => "not answered in time".into(),
                    Standing::OverBudget => {
                        "declined as a whole: the sheet has not enough releases left".into()
                    }
                    Standing::Waiting => format!(
                        "waits for you until {} on {}: `lachan venue approve {request}` or `lachan venue decline {request}`",
                        clock(*expiry), date(*expiry)
                    ),
                };
                let cost = match cost {
                    Cost::Counted { uses, left } => format!("uses {uses} of the {left} left"),
                    Cost::Nothing => "uses up nothing".into(),
                };
                format!("{venue}: request {request}; {cost}\n  {standing}")
            }
            Self::SheetLimits => "A sheet can release at most 15 hours in its life; one more would open them all. A busy place should use a screen or slips.".into(),
            Self::SheetUnwise => "Clinics, hospitals and places of worship should use a screen, not a sheet: whoever copies a sheet can later tell which of its hours were released.".into(),
            Self::Shown { venue, from, until } => {
                let [from, on, until, end] = span(*from, *until);
                if on == end {
                    format!("{venue}\n{from}–{until}, {on}")
                } else {
                    format!("{venue}\nfrom {from} on {on} until {until} on {end}")
                }
            }
            Self::Stamp(stamp) => stamp.en(),
            Self::Written { path } => format!("Written: {path}"),
        }
    }

    fn vi(&self) -> String {
        match self {
            Self::AnswerSent => "Cơ quan y tế đã nhận được câu trả lời.".into(),
            Self::AnswerWaits { why: [why, _] } => format!(
                "Chưa gửi được câu trả lời ({why}) Câu trả lời đã được lưu và sẽ đi cùng lần chạy \
                 `lachan venue requests` tới."
            ),
            Self::Approved { request } => format!("Đã đồng ý: {request}"),
            Self::AskClose { venue } => format!(
                "Đóng {venue}? Mã sẽ không hiện nữa, và cơ quan y tế công bố rằng mã không còn giá trị."
            ),
            Self::AskHandOver { venue } => format!(
                "Bàn giao {venue}? Máy này sẽ không trả lời yêu cầu nào của địa điểm ấy nữa, và không nhận lại được bằng chính tệp này."
            ),
            Self::HandedOver { venue, code, file } => format!(
                "Đã bàn giao: {venue}, {code}. Khoá bí mật giờ chỉ còn trong {file}, đã niêm phong, và bị xoá ở máy này.\n\
                 Đưa tệp và mật khẩu cho chủ mới bằng hai đường khác nhau: `lachan venue take-over TỆP`. Sau đó huỷ tệp."
            ),
            Self::TakenOver { venue, code, used } => format!(
                "Đã nhận: {venue}, {code}; trước đây đã công bố {used} giờ. Hãy huỷ tệp: ai mở được nó cũng trả lời được."
            ),
            Self::Closed { venue, code, until } => format!(
                "Đã đóng: {venue}, {code}. Mã không hiện nữa; hãy gỡ mọi bản in.\n\
                 Khoá được giữ đến {} để còn trả lời yêu cầu về các giờ đã qua \
                 (`lachan venue requests`), rồi bị xoá.",
                date(*until)
            ),
            Self::Declined { request } => {
                format!("Đã từ chối: {request}. Không khoá nào rời khỏi địa điểm này.")
            }
            Self::EndWithCtrlC => "Mã tự đổi; nhấn Ctrl-C để dừng.".into(),
            Self::HangSpare => "Tờ tháng này đã dùng hết nửa số lần công bố: hãy treo tờ dự phòng (đăng ký một tờ khác).".into(),
            Self::Hour { window, advice } => {
                format!("  {}  lời khuyên: {}", hour(*window), advice.vi())
            }
            Self::NoRequests => "Không ai xin khung giờ nào.".into(),
            Self::NoPlans => "Chưa đăng ký gì ở đây. Bắt đầu bằng `lachan venue register`.".into(),
            Self::Plan { venue, code, schedule, first, last, budget, ended } => {
                let [from, on, until, end] = span(first.start(), last.end());
                let budget = match budget {
                    None => "mỗi giờ có thể công bố riêng".into(),
                    Some((budget, used, left)) => {
                        format!("đã dùng {used} trong {budget} lần công bố, còn {left}")
                    }
                };
                let ended = if *ended { "ĐÃ HẾT HẠN  " } else { "" };
                format!(
                    "{ended}{venue}: {}, từ {from} ngày {on} đến {until} ngày {end}; {budget}\n  {code}",
                    schedule_vi(*schedule)
                )
            }
            Self::PlanEnded { from, is_revoked, until } => {
                let who = if *is_revoked { "ĐÃ BỊ cơ quan y tế THU HỒI" } else { "ĐÃ ĐÓNG" };
                format!(
                    "  {who} từ {} ngày {}; vẫn trả lời yêu cầu và giữ khoá đến {}",
                    clock(from.start()), date(from.start()), date(*until)
                )
            }
            Self::PlanPending { venue, code } => format!(
                "{venue}: đang chờ cơ quan y tế trả lời; hãy chạy lại đúng lệnh `venue register`\n  {code}"
            ),
            Self::PollFailed { venue, why: [why, _] } => {
                format!("{venue}: chưa hỏi được yêu cầu. {why}")
            }
            Self::Printed { codes, dir } => format!(
                "Trang để in: {codes} trong {dir}. Mỗi ngày chỉ treo trang của ngày ấy; cất các trang khác, đừng để ai chụp lại."
            ),
            Self::Registered { venue, code, schedule, first, last, authority: [authority, _] } => {
                let [from, on, until, end] = span(first.start(), last.end());
                let next = match schedule {
                    KeySchedule::Screen => "Hiện mã bằng `lachan venue show --watch`.",
                    KeySchedule::Slip => "In lịch bloc, mỗi ngày một tờ: `lachan venue show --all THƯ_MỤC`.",
                    KeySchedule::Sheet => "In mã: `lachan venue show --png TỆP`.",
                };
                format!(
                    "Đã đăng ký với {authority}: {venue}, {}, từ {from} ngày {on} đến {until} ngày {end}.\n\
                     Mã {code}. {next}",
                    schedule_vi(*schedule)
                )
            }
            Self::Request { request, venue, cost, standing, expiry } => {
                let standing = match standing {
                    Standing::Approved(true) => "đã đồng ý, đã trả lời".into(),
                    Standing::Approved(false) => "đã đồng ý, câu trả lời chờ gửi".into(),
                    Standing::Declined(true) => "đã từ chối, đã trả lời".into(),
                    Standing::Declined(false) => "đã từ chối, câu trả lời chờ gửi".into(),
                    Standing::Expired => "không được trả lời kịp".into(),
                    Standing::OverBudget => {
                        "từ chối toàn bộ: tờ tháng không còn đủ lần công bố".into()
                    }
                    Standing::Waiting => format!(
                        "chờ bạn đến {} ngày {}: `lachan venue approve {request}` hoặc `lachan venue decline {request}`",
                        clock(*expiry), date(*expiry)
                    ),
                };
                let cost = match cost {
                    Cost::Counted { uses, left } => format!("dùng {uses} trong {left} lần còn lại"),
                    Cost::Nothing => "không tốn lần công bố nào".into(),
                };
                format!("{venue}: yêu cầu {request}; {cost}\n  {standing}")
            }
            Self::SheetLimits => "Một tờ tháng chỉ công bố được nhiều nhất 15 giờ; thêm một giờ nữa là mọi giờ đều lộ. Nơi đông khách nên dùng màn hình hoặc lịch bloc.".into(),
            Self::SheetUnwise => "Phòng khám, bệnh viện và cơ sở tôn giáo nên dùng màn hình, không nên dùng tờ tháng: ai chép lại tờ tháng về sau sẽ biết giờ nào của nó đã được công bố.".into(),
            Self::Shown { venue, from, until } => {
                let [from, on, until, end] = span(*from, *until);
                if on == end {
                    format!("{venue}\n{from}–{until}, {on}")
                } else {
                    format!("{venue}\ntừ {from} ngày {on} đến {until} ngày {end}")
                }
            }
            Self::Stamp(stamp) => stamp.vi(),
            Self::Written { path } => format!("Đã ghi: {path}"),
        }
    }
}

const fn schedule_en(schedule: KeySchedule) -> &'static str {
    match schedule {
        KeySchedule::Screen => "screen",
        KeySchedule::Slip => "slip",
        KeySchedule::Sheet => "sheet",
    }
}

const fn schedule_vi(schedule: KeySchedule) -> &'static str {
    match schedule {
        KeySchedule::Screen => "màn hình",
        KeySchedule::Slip => "lịch bloc",
        KeySchedule::Sheet => "tờ tháng",
    }
}
