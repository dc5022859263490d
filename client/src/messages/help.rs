//! Texts of `--help`.
//! Knows words only; which command has which options stands in `cli`.
//! Specified in specs/protocol.md §12.

use super::Speak;
use super::evidence_help::EvidenceHelp;
use super::venue_help::VenueHelp;

/// A text of `--help`. Commands are named for themselves, options `Arg…`, examples `Examples…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Help {
    /// The program.
    About,
    /// `--at` of a check-in
    ArgArrival,
    /// `--all` of forget
    ArgAll,
    /// CODE of a check-in
    ArgCode,
    /// `--day`
    ArgDay,
    /// `--at` of a check-out
    ArgDeparture,
    /// `--exit-code`
    ArgExitCode,
    /// `--from`
    ArgFrom,
    /// `--home`
    ArgHome,
    /// `--leave`
    ArgLeave,
    /// `--node`
    ArgNode,
    /// `--root`
    ArgRoot,
    /// `--stay`
    ArgStay,
    /// `--trust`
    ArgTrust,
    /// `--yes`
    ArgYes,
    /// check-in
    CheckIn,
    /// check-out
    CheckOut,
    /// evidence, and what stands below it
    Evidence(EvidenceHelp),
    /// Examples of check-in
    ExamplesCheckIn,
    /// Examples of check-out
    ExamplesCheckOut,
    /// Examples of exposures
    ExamplesExposures,
    /// Examples of forget
    ExamplesForget,
    /// Examples of init
    ExamplesInit,
    /// Examples of status
    ExamplesStatus,
    /// Examples of sync
    ExamplesSync,
    /// Examples of visits
    ExamplesVisits,
    /// exposures
    Exposures,
    /// forget
    Forget,
    /// init
    Init,
    /// status
    Status,
    /// sync
    Sync,
    /// venue, and what stands below it
    Venue(VenueHelp),
    /// visits
    Visits,
}

impl Speak for Help {
    fn en(&self) -> String {
        match self {
            Self::About => "Lá Chắn: warned of an exposure, watched by nobody",
            Self::ArgArrival => "When you came, if not now: RFC 3339 or unix seconds",
            Self::ArgAll => "Everything: all visits and all warnings",
            Self::ArgCode => "The venue's code: its URL, a PNG or JPEG image of it, or - for a URL on standard input",
            Self::ArgDay => "The visits and warnings of one UTC day, YYYY-MM-DD; or give --all",
            Self::ArgDeparture => "When you left, if not now: RFC 3339 or unix seconds",
            Self::ArgExitCode => "End with exit code 1 when there is a warning",
            Self::ArgFrom => "Where to read the logs: a node's multiaddress, or a folder",
            Self::ArgHome => "The folder of this person's data (or LACHAN_HOME)",
            Self::ArgLeave => "At a second scan of the same venue: leave, without asking; refused when no visit is open there",
            Self::ArgNode => "A node to ask later, as a multiaddress; may be given several times",
            Self::ArgRoot => "The key that must have signed the trust list (from a poster or your authority)",
            Self::ArgStay => "At a second scan of the same venue: stay longer instead of leaving, without asking",
            Self::ArgTrust => "The trust list: who the health authorities are",
            Self::ArgYes => "Do not ask",
            Self::CheckIn => "Seal a visit from a venue's code, after asking",
            Self::CheckOut => "End the open visit",
            Self::Evidence(help) => return help.en(),
            Self::ExamplesCheckIn => "Examples:\n  lachan check-in https://lachan.example/v/1#…\n  lachan check-in code.png --yes\n  lachan check-in code.png --stay\n  lachan check-in code.png --at 2026-11-24T09:00:00Z",
            Self::ExamplesCheckOut => "Examples:\n  lachan check-out\n  lachan check-out --at 2026-11-24T10:30:00Z",
            Self::ExamplesExposures => "Examples:\n  lachan exposures\n  lachan exposures --exit-code",
            Self::ExamplesForget => "Examples:\n  lachan forget --day 2026-11-24\n  lachan forget --all",
            Self::ExamplesInit => "Examples:\n  lachan init --trust trust.txt --root lachan-root+01234567+AA…\n  lachan init --trust trust.txt --root lachan-root+01234567+AA… --node /ip4/203.0.113.5/tcp/4001/p2p/12D3…",
            Self::ExamplesStatus => "Examples:\n  lachan status\n  lachan status --json",
            Self::ExamplesSync => "Examples:\n  lachan sync\n  lachan sync --from /ip4/203.0.113.5/tcp/4001/p2p/12D3…\n  lachan sync --from ./log\n  lachan sync --again",
            Self::ExamplesVisits => "Examples:\n  lachan visits\n  lachan visits --json",
            Self::Exposures => "Show the warnings found by the last sync, and what to do",
            Self::Forget => "Destroy visits and warnings",
            Self::Init => "Make a home: settings, keys, trust list",
            Self::Status => "Show the open visit and how fresh the lists are",
            Self::Sync => "Read the newest lists of keys, verify them and try them on one's own visits",
            Self::Venue(help) => return help.en(),
            Self::Visits => "Show on which days how many hours are kept: all that this device can know",
        }
        .into()
    }

    fn vi(&self) -> String {
        match self {
            Self::About => "Lá Chắn: được báo khi có nguy cơ, không bị ai theo dõi",
            Self::ArgArrival => "Lúc bạn đến, nếu không phải bây giờ: RFC 3339 hoặc số giây unix",
            Self::ArgAll => "Tất cả: mọi lượt ghé và mọi cảnh báo",
            Self::ArgCode => "Mã địa điểm: đường dẫn URL, ảnh PNG hoặc JPEG của mã, hoặc - để đọc URL từ đầu vào chuẩn",
            Self::ArgDay => "Lượt ghé và cảnh báo của một ngày theo giờ UTC, YYYY-MM-DD; hoặc dùng --all",
            Self::ArgDeparture => "Lúc bạn rời đi, nếu không phải bây giờ: RFC 3339 hoặc số giây unix",
            Self::ArgExitCode => "Kết thúc với mã thoát 1 khi có cảnh báo",
            Self::ArgFrom => "Đọc sổ kiểm chứng từ đâu: địa chỉ multiaddr của một nút, hoặc một thư mục",
            Self::ArgHome => "Thư mục dữ liệu của người dùng (hoặc LACHAN_HOME)",
            Self::ArgLeave => "Khi quét lại cùng địa điểm: rời đi, không hỏi lại; từ chối nếu không có lượt ghé nào đang mở ở đó",
            Self::ArgNode => "Nút để hỏi về sau, dạng multiaddr; có thể ghi nhiều lần",
            Self::ArgRoot => "Khoá phải ký danh sách tin cậy (trên áp phích hoặc từ cơ quan y tế)",
            Self::ArgStay => "Khi quét lại cùng địa điểm: ở thêm thay vì rời đi, không hỏi lại",
            Self::ArgTrust => "Danh sách tin cậy: các cơ quan y tế là ai",
            Self::ArgYes => "Không hỏi lại",
            Self::CheckIn => "Niêm phong một lượt ghé từ mã địa điểm, sau khi hỏi lại",
            Self::CheckOut => "Kết thúc lượt ghé đang mở",
            Self::Evidence(help) => return help.vi(),
            Self::ExamplesCheckIn => "Ví dụ:\n  lachan check-in https://lachan.example/v/1#…\n  lachan check-in ma.png --yes\n  lachan check-in ma.png --stay\n  lachan check-in ma.png --at 2026-11-24T09:00:00Z",
            Self::ExamplesCheckOut => "Ví dụ:\n  lachan check-out\n  lachan check-out --at 2026-11-24T10:30:00Z",
            Self::ExamplesExposures => "Ví dụ:\n  lachan exposures\n  lachan exposures --exit-code",
            Self::ExamplesForget => "Ví dụ:\n  lachan forget --day 2026-11-24\n  lachan forget --all",
            Self::ExamplesInit => "Ví dụ:\n  lachan init --trust tin-cay.txt --root lachan-root+01234567+AA…\n  lachan init --trust tin-cay.txt --root lachan-root+01234567+AA… --node /ip4/203.0.113.5/tcp/4001/p2p/12D3…",
            Self::ExamplesStatus => "Ví dụ:\n  lachan status\n  lachan status --json",
            Self::ExamplesSync => "Ví dụ:\n  lachan sync\n  lachan sync --from /ip4/203.0.113.5/tcp/4001/p2p/12D3…\n  lachan sync --from ./so\n  lachan sync --again",
            Self::ExamplesVisits => "Ví dụ:\n  lachan visits\n  lachan visits --json",
            Self::Exposures => "Hiện các cảnh báo tìm thấy ở lần đồng bộ gần nhất và việc cần làm",
            Self::Forget => "Xoá lượt ghé và cảnh báo",
            Self::Init => "Tạo thư mục dữ liệu: thiết lập, khoá, danh sách tin cậy",
            Self::Status => "Hiện lượt ghé đang mở và độ mới của các danh sách",
            Self::Sync => "Đọc các danh sách khoá mới nhất, kiểm chứng và thử trên lượt ghé của mình",
            Self::Venue(help) => return help.vi(),
            Self::Visits => "Hiện ngày nào lưu bao nhiêu khung giờ: tất cả những gì máy này có thể biết",
        }
        .into()
    }
}
