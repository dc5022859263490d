//! What a citizen's commands say, in Vietnamese.
//! Knows words only; the match is total.
//! Specified in specs/protocol.md §12.

use super::CitizenMessage;
use crate::messages::Speak;
use lachan_shell::moment::{clock, date, iso_day};

pub(super) fn say(message: &CitizenMessage) -> String {
    match message {
        CitizenMessage::Advice(advice) => format!("  Việc cần làm: {}", advice.vi()),
        CitizenMessage::AskCheckIn { venue, arrival } => {
            format!(
                "Ghé vào {venue}, lúc {} ngày {}?",
                clock(*arrival),
                date(*arrival)
            )
        }
        CitizenMessage::AskForgetAll => {
            "Xoá mọi lượt ghé và mọi cảnh báo? Không thể lấy lại.".into()
        }
        CitizenMessage::AskForgetDay { day } => format!(
            "Xoá mọi lượt ghé và cảnh báo của ngày {} (giờ UTC)? Không thể khôi phục lại.",
            iso_day(*day)
        ),
        CitizenMessage::AskLeave { venue } => format!("Bạn đang ở {venue}. Rời đi bây giờ?"),
        CitizenMessage::CallPhone { authority, phone } => {
            format!("  {}: gọi {phone}", authority[0])
        }
        CitizenMessage::CheckedIn { venue, until, .. } => format!(
            "Đã ghé vào: {venue}. Lượt ghé tự kết thúc lúc {} ({}), hoặc bằng `lachan check-out`.",
            clock(*until),
            date(*until)
        ),
        CitizenMessage::CheckedOut {
            venue,
            arrival,
            departure,
        } => format!(
            "Đã rời đi: {venue}, từ {} đến {}.",
            clock(*arrival),
            clock(*departure)
        ),
        CitizenMessage::ClockFarAhead { now, known } => format!(
            "CẢNH BÁO: đồng hồ máy này ({}) có vẻ chạy trước quá xa: thời điểm mới nhất đã kiểm chứng là {}.\n\
             Dữ liệu cũ được giữ lại đến khi đồng bộ xác nhận thời gian. Hãy kiểm tra đồng hồ, rồi chạy `lachan sync`.",
            date(*now),
            date(*known)
        ),
        CitizenMessage::DoorStamp { words, colour } => {
            format!(
                "Dấu cửa, giống trên màn hình của địa điểm: {words} · màu {}",
                colour[0]
            )
        }
        CitizenMessage::EndedByItself { venue, at } => {
            format!(
                "Lượt ghé {venue} đã tự kết thúc lúc {} ({}).",
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
        CitizenMessage::NoMinutesTogether { venue, hour } => {
            format!(
                "○ {venue}: {}, khung giờ từ {}: không cùng lúc, không phải cảnh báo",
                date(*hour),
                clock(*hour)
            )
        }
        CitizenMessage::ExposureWithdrawn { venue, hour } => {
            format!(
                "○ {venue}: {}, khung giờ từ {}: cảnh báo này đã được thu hồi",
                date(*hour),
                clock(*hour)
            )
        }
        CitizenMessage::ExposuresFound { count } => {
            format!("Bạn có nguy cơ phơi nhiễm trong {count} khung giờ.")
        }
        CitizenMessage::ForgottenAll => "Đã xoá: mọi lượt ghé và mọi cảnh báo.".into(),
        CitizenMessage::ForgottenDay { day } => format!(
            "Đã xoá: mọi lượt ghé và cảnh báo của ngày {} (giờ UTC).",
            iso_day(*day)
        ),
        CitizenMessage::HomeMade { dir, authorities } => {
            format!("Đã tạo: {dir}. Số cơ quan y tế được tin cậy: {authorities}.")
        }
        CitizenMessage::NoExposures { newest } => format!(
            "Không thấy nguy cơ phơi nhiễm. Danh sách khoá mới nhất: {} ngày {}.",
            clock(*newest),
            date(*newest)
        ),
        CitizenMessage::NoOpenVisit => "Không có lượt ghé nào đang mở.".into(),
        CitizenMessage::NothingToForget { day } => format!(
            "Máy này không lưu gì của ngày {} (giờ UTC); không có gì bị xoá.",
            iso_day(*day)
        ),
        CitizenMessage::NoVisits => "Không lưu lượt ghé nào.".into(),
        CitizenMessage::OpenVisit {
            venue,
            arrival,
            until,
        } => format!(
            "Đang ở: {venue}, từ {}; tự kết thúc lúc {}.",
            clock(*arrival),
            clock(*until)
        ),
        CitizenMessage::StatusAuthority { name, size, newest } => match newest {
            Some(newest) => format!(
                "{}: đã đọc {size} mục, danh sách khoá mới nhất {} ngày {}.",
                name[0],
                clock(*newest),
                date(*newest)
            ),
            None => format!("{}: đã đọc {size} mục, chưa có danh sách khoá.", name[0]),
        },
        CitizenMessage::StatusWallet { hours, days } => {
            format!(
                "Đang lưu: {hours} khung giờ niêm phong trong {days} ngày. Máy này không mở được chúng."
            )
        }
        CitizenMessage::Stayed { venue, until } => {
            format!("Vẫn ở {venue}; lượt ghé tự kết thúc lúc {}.", clock(*until))
        }
        CitizenMessage::Synced {
            authority,
            ticks,
            keys,
            size,
        } => format!(
            "{}: {ticks} danh sách mới, đã thử {keys} khoá, đã kiểm chứng sổ {size} mục.",
            authority[0]
        ),
        CitizenMessage::SyncProgress => "mục".into(),
        CitizenMessage::StaleLists { authority, newest } => format!(
            "{}: danh sách khoá mới nhất là của {} ngày {}. Hãy chạy `lachan sync`.",
            authority[0],
            clock(*newest),
            date(*newest)
        ),
        CitizenMessage::TestClock { now } => {
            format!(
                "Đồng hồ thử nghiệm: {} ngày {} (UTC+7)",
                clock(*now),
                date(*now)
            )
        }
        CitizenMessage::TrustListExpired => {
            "Danh sách tin cậy đã hết hạn: mã mới bị từ chối cho đến khi có danh sách mới hơn."
                .into()
        }
        CitizenMessage::VisitEndsSoon { venue, at } => format!(
            "Lượt ghé {venue} tự kết thúc lúc {}. Nếu còn ở lại, hãy quét lại mã trước lúc đó: \
             `lachan check-in MÃ --stay`.",
            clock(*at)
        ),
        CitizenMessage::VisitsOfDay { day, hours } => {
            format!("{}  {hours} khung giờ niêm phong", iso_day(*day))
        }
    }
}
