//! Texts of `--help` of a venue's commands.
//! Knows words only; which command has which options stands in `cli/venue`.
//! Specified in specs/protocol.md §12.

use super::{Lang, Speak};
use lachan_protocol::keys::kind::TABLE;

/// A text of `--help`. Commands are named for themselves, options `Arg…`, examples `Examples…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VenueHelp {
    /// approve
    Approve,
    /// `--all` of show
    ArgAllSlips,
    /// `--at` of show
    ArgAt,
    /// `--authority`
    ArgAuthority,
    /// FILE of take-over
    ArgFile,
    /// `--first`
    ArgFirst,
    /// `--from`
    ArgFrom,
    /// `--hours`
    ArgHours,
    /// ID of show
    ArgId,
    /// `--kind`
    ArgKind,
    /// `--name`
    ArgName,
    /// `--out` of hand-over
    ArgOut,
    /// `--place`
    ArgPlace,
    /// `--png`
    ArgPng,
    /// REQUEST
    ArgRequest,
    /// `--schedule`
    ArgSchedule,
    /// `--svg`
    ArgSvg,
    /// `--watch`
    ArgWatch,
    /// close
    Close,
    /// decline
    Decline,
    /// Examples of close
    ExamplesClose,
    /// Examples of hand-over
    ExamplesHandOver,
    /// Examples of register
    ExamplesRegister,
    /// Examples of requests, approve and decline
    ExamplesRequests,
    /// Examples of show
    ExamplesShow,
    /// Examples of status
    ExamplesStatus,
    /// Examples of take-over
    ExamplesTakeOver,
    /// Examples of venue itself
    ExamplesVenue,
    /// hand-over
    HandOver,
    /// register
    Register,
    /// requests
    Requests,
    /// show
    Show,
    /// status
    Status,
    /// take-over
    TakeOver,
    /// venue
    Venue,
}

/// All kinds of venues, as `--kind` takes them.
#[must_use]
pub fn kinds(lang: Lang) -> String {
    let names = TABLE.iter().map(|row| lang.choose(row.vi, row.en));
    names.collect::<Vec<_>>().join(", ")
}

impl Speak for VenueHelp {
    fn en(&self) -> String {
        match self {
            Self::Approve => "Release the hours of a request: decided for good, then sent at once",
            Self::ArgAllSlips => "Write every slip that is not over (or the sheet) into this folder, as a page (SVG) and a PNG image",
            Self::ArgAt => "The code of another time: RFC 3339 or unix seconds",
            Self::ArgAuthority => "The health authority, by the origin of its log; not needed when there is only one",
            Self::ArgFirst => "First hour, RFC 3339 or unix seconds; without it the current one, for slips midnight before",
            Self::ArgFrom => "The node to ask, as a multiaddress; without it those of the settings",
            Self::ArgHours => "Number of hours, at most 744; without it 48 for a screen, 744 for slips or a sheet",
            Self::ArgId => "The plan: its code id or how it begins; not needed when there is only one",
            Self::ArgKind => return format!(
                "The kind of venue, by its number or name in either language: {}",
                kinds(Lang::En)
            ),
            Self::ArgName => "The venue's name, as visitors know it",
            Self::ArgPlace => "Its address or room",
            Self::ArgPng => "Write the QR code as a PNG image",
            Self::ArgRequest => "The request: its id or how it begins",
            Self::ArgSchedule => "screen: a code that changes every hour; slip: a tear-off calendar, one printed code a day; sheet: one printed code for a month",
            Self::ArgSvg => "Write the QR code as an SVG image",
            Self::ArgWatch => "Stay and show the new code at every hour, until Ctrl-C",
            Self::ArgFile => "The sealed file of `venue hand-over`",
            Self::ArgOut => "The sealed file to write",
            Self::ExamplesHandOver => "Examples:\n  lachan venue hand-over --out shop.sealed\n  lachan venue hand-over 8a02 --out shop.sealed --passphrase-file words.txt --yes",
            Self::ExamplesTakeOver => "Examples:\n  lachan venue take-over shop.sealed\n  lachan venue take-over shop.sealed --passphrase-file words.txt",
            Self::HandOver => "Move a plan with its secrets and its count to another owner or device; this one forgets it",
            Self::TakeOver => "Take a plan over from its former owner or device",
            Self::Close => "Close a plan: its codes are shown no more, requests for past hours are answered for 28 days",
            Self::ExamplesClose => "Examples:\n  lachan venue close\n  lachan venue close 8a02 --yes",
            Self::Decline => "Refuse a request: no key leaves this venue",
            Self::ExamplesRegister => "Examples:\n  lachan venue register --schedule screen --name \"Phở Thìn\" --place \"13 Lò Đúc\" --kind restaurant\n  lachan venue register --schedule slip --name \"Nhà thuốc Bến Nước\" --kind pharmacy\n  lachan venue register --schedule sheet --name \"Chợ Hôm\" --kind market --hours 744",
            Self::ExamplesRequests => "Examples:\n  lachan venue requests\n  lachan venue approve 4f1c\n  lachan venue decline 4f1c",
            Self::ExamplesShow => "Examples:\n  lachan venue show --watch\n  lachan venue show --png code.png\n  lachan venue show --all slips\n  lachan venue show 8a02 --at 2026-11-24T09:00:00Z --svg code.svg",
            Self::ExamplesStatus => "Examples:\n  lachan venue status\n  lachan venue status --json",
            Self::ExamplesVenue => "Examples:\n  lachan venue register --schedule screen --name \"Phở Thìn\" --kind restaurant\n  lachan venue show --watch\n  lachan venue requests",
            Self::Register => "Register a venue with its health authority",
            Self::Requests => "Ask whether the health authority needs an hour of yours, and list its requests",
            Self::Show => "Show the venue's code",
            Self::Status => "Show what is registered and how much of it was released",
            Self::Venue => "The venue's tool: register, show the code, decide about requests",
        }
        .into()
    }

    fn vi(&self) -> String {
        match self {
            Self::Approve => "Đồng ý công bố các giờ của một yêu cầu: quyết định không đổi lại được, gửi ngay",
            Self::ArgAllSlips => "Ghi mọi tờ lịch bloc chưa qua (hoặc tờ tháng) vào thư mục này, mỗi mã một trang SVG và một ảnh PNG",
            Self::ArgAt => "Mã của một lúc khác: RFC 3339 hoặc số giây unix",
            Self::ArgAuthority => "Cơ quan y tế, theo tên gốc sổ kiểm chứng; không cần khi chỉ có một",
            Self::ArgFirst => "Giờ đầu tiên, RFC 3339 hoặc số giây unix; mặc định là giờ hiện tại, với lịch bloc là nửa đêm trước đó",
            Self::ArgFrom => "Nút để hỏi, dạng multiaddr; mặc định theo thiết lập",
            Self::ArgHours => "Số giờ, nhiều nhất 744; mặc định 48 cho màn hình, 744 cho lịch bloc hoặc tờ tháng",
            Self::ArgId => "Mã địa điểm hoặc phần đầu của nó; không cần khi chỉ có một",
            Self::ArgKind => return format!(
                "Loại địa điểm, theo số hoặc tên tiếng Việt hay tiếng Anh: {}",
                kinds(Lang::Vi)
            ),
            Self::ArgName => "Tên địa điểm mà khách quen gọi",
            Self::ArgPlace => "Địa chỉ hoặc phòng",
            Self::ArgPng => "Ghi mã QR thành ảnh PNG",
            Self::ArgRequest => "Yêu cầu: số hiệu hoặc phần đầu của nó",
            Self::ArgSchedule => "screen: mã đổi mỗi giờ; slip: lịch bloc, mỗi ngày một mã in; sheet: một mã in dùng cả tháng",
            Self::ArgSvg => "Ghi mã QR thành ảnh SVG",
            Self::ArgWatch => "Ở lại và hiện mã mới mỗi giờ, đến khi nhấn Ctrl-C",
            Self::ArgFile => "Tệp niêm phong do `venue hand-over` ghi",
            Self::ArgOut => "Tệp niêm phong cần ghi",
            Self::ExamplesHandOver => "Ví dụ:\n  lachan venue hand-over --out quan.sealed\n  lachan venue hand-over 8a02 --out quan.sealed --passphrase-file mat-khau.txt --yes",
            Self::ExamplesTakeOver => "Ví dụ:\n  lachan venue take-over quan.sealed\n  lachan venue take-over quan.sealed --passphrase-file mat-khau.txt",
            Self::HandOver => "Chuyển một đăng ký, cùng khoá bí mật và số giờ đã công bố, cho chủ hoặc máy khác; máy này quên nó",
            Self::TakeOver => "Nhận một đăng ký từ chủ hoặc máy cũ",
            Self::Close => "Đóng một đăng ký: mã không hiện nữa, yêu cầu về các giờ đã qua vẫn được trả lời trong 28 ngày",
            Self::ExamplesClose => "Ví dụ:\n  lachan venue close\n  lachan venue close 8a02 --yes",
            Self::Decline => "Từ chối một yêu cầu: không khoá nào rời khỏi địa điểm",
            Self::ExamplesRegister => "Ví dụ:\n  lachan venue register --schedule screen --name \"Phở Thìn\" --place \"13 Lò Đúc\" --kind restaurant\n  lachan venue register --schedule slip --name \"Nhà thuốc Bến Nước\" --kind pharmacy\n  lachan venue register --schedule sheet --name \"Chợ Hôm\" --kind market --hours 744",
            Self::ExamplesRequests => "Ví dụ:\n  lachan venue requests\n  lachan venue approve 4f1c\n  lachan venue decline 4f1c",
            Self::ExamplesShow => "Ví dụ:\n  lachan venue show --watch\n  lachan venue show --png ma.png\n  lachan venue show --all lich\n  lachan venue show 8a02 --at 2026-11-24T09:00:00Z --svg ma.svg",
            Self::ExamplesStatus => "Ví dụ:\n  lachan venue status\n  lachan venue status --json",
            Self::ExamplesVenue => "Ví dụ:\n  lachan venue register --schedule screen --name \"Phở Thìn\" --kind restaurant\n  lachan venue show --watch\n  lachan venue requests",
            Self::Register => "Đăng ký địa điểm với cơ quan y tế",
            Self::Requests => "Hỏi xem cơ quan y tế có cần giờ nào của bạn không, và liệt kê các yêu cầu",
            Self::Show => "Hiện mã của địa điểm",
            Self::Status => "Hiện những gì đã đăng ký và đã công bố bao nhiêu",
            Self::Venue => "Công cụ của địa điểm: đăng ký, hiện mã, quyết định các yêu cầu",
        }
        .into()
    }
}
