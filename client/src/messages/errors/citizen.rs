//! Errors of the citizen's core: visits, and what may not be said.
//! Knows the enums and words.
//! Specified in specs/refusals.md.

use super::of_code;
use crate::citizen::{CitizenError, SilenceError};
use crate::messages::{Explain, Explanation, Lang, told};
use lachan_shell::moment::{clock, date};

impl Explain for CitizenError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::ArrivalInFuture => told(
                lang,
                self,
                (
                    "Giờ đến nằm trong tương lai.",
                    "Ghi giờ đến không muộn hơn bây giờ, hoặc bỏ --at.",
                ),
                (
                    "The arrival lies in the future.",
                    "Give an arrival that is not later than now, or leave --at out.",
                ),
            ),
            Self::ArrivalOutsideCode { from, until } => {
                let (from, until) = (*from, *until);
                told(
                    lang,
                    self,
                    (
                        format!(
                            "Mã này không được nhận vào giờ đó, chỉ từ {} đến {} ngày {}.",
                            clock(from),
                            clock(until),
                            date(from)
                        ),
                        "Ghi giờ đến nằm trong khoảng đó, hoặc quét mã của đúng giờ.",
                    ),
                    (
                        format!(
                            "The code was not accepted at that time, only from {} to {} on {}.",
                            clock(from),
                            clock(until),
                            date(from)
                        ),
                        "Give an arrival within that time, or scan the code of the right hour.",
                    ),
                )
            }
            Self::BelowFloor { floor } => {
                let floor = *floor;
                told(
                    lang,
                    self,
                    (
                        format!(
                            "Giờ này sớm hơn danh sách khoá mới nhất đã kiểm chứng ({} ngày {}).",
                            clock(floor),
                            date(floor)
                        ),
                        "Chỉnh lại đồng hồ của máy. Nếu đồng hồ đúng, có thể ai đó muốn bạn niêm phong một khung giờ đã công bố.",
                    ),
                    (
                        format!(
                            "This time lies before the newest verified list of keys ({} on {}).",
                            clock(floor),
                            date(floor)
                        ),
                        "Set the clock of this device. If it is right, somebody may want you to seal an hour that was already published.",
                    ),
                )
            }
            Self::Code(error) => of_code(error, lang),
            Self::DepartureBeforeArrival => told(
                lang,
                self,
                (
                    "Giờ rời đi sớm hơn giờ đến của lượt ghé đang mở.",
                    "Ghi giờ rời đi muộn hơn; xem giờ đến bằng `lachan status`.",
                ),
                (
                    "The departure lies before the arrival of the open visit.",
                    "Give a later time; `lachan status` shows the arrival.",
                ),
            ),
            Self::DepartureInFuture => told(
                lang,
                self,
                (
                    "Giờ rời đi nằm trong tương lai.",
                    "Ghi giờ rời đi không muộn hơn bây giờ, hoặc bỏ --at.",
                ),
                (
                    "The departure lies in the future.",
                    "Give a departure that is not later than now, or leave --at out.",
                ),
            ),
            Self::HoursAreFinal => told(
                lang,
                self,
                (
                    "Không sửa được giờ đến: bạn đã quét lại để ở thêm nên các khung giờ đầu đã chốt.",
                    "Bỏ --arrived; giờ rời đi vẫn ghi được bằng --at.",
                ),
                (
                    "The arrival cannot be changed: you scanned again to stay, so the first hours are final.",
                    "Leave --arrived out; the departure can still be given with --at.",
                ),
            ),
            Self::NoOpenVisit => told(
                lang,
                self,
                (
                    "Không có lượt ghé nào đang mở.",
                    "Lượt ghé tự kết thúc vào giờ dự kiến; không cần làm gì thêm.",
                ),
                (
                    "No visit is open.",
                    "A visit ends by itself at its expected end; nothing more is needed.",
                ),
            ),
            Self::NoPoint(_) => told(
                lang,
                self,
                (
                    "Mã này không dùng được cho một khung giờ của lượt ghé.",
                    "Báo cho địa điểm: mã cần được đăng ký lại.",
                ),
                (
                    "The code cannot be used for an hour of the visit.",
                    "Tell the venue: its code must be registered anew.",
                ),
            ),
            Self::TrustListExpired => told(
                lang,
                self,
                (
                    "Danh sách tin cậy đã hết hạn nên không nhận mã mới.",
                    "Chạy `lachan sync` để lấy danh sách mới hơn.",
                ),
                (
                    "The trust list has expired, so no new codes are taken.",
                    "Run `lachan sync` to get a newer list.",
                ),
            ),
        }
    }
}

impl Explain for SilenceError {
    fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::ClockBehind { floor } => told(
                lang,
                self,
                (
                    format!(
                        "Đồng hồ máy này chạy sau thời điểm đã kiểm chứng ({} ngày {}), nên không biết danh sách cũ bao lâu và không thể nói là không có nguy cơ.",
                        clock(*floor),
                        date(*floor)
                    ),
                    "Chỉnh lại đồng hồ của máy, rồi chạy `lachan sync`.",
                ),
                (
                    format!(
                        "The clock of this device stands before the newest verified time ({} on {}), so it cannot tell how old the lists are, and nobody can say that there is no exposure.",
                        clock(*floor),
                        date(*floor)
                    ),
                    "Set the clock of this device, then run `lachan sync`.",
                ),
            ),
            Self::NeverSynced => told(
                lang,
                self,
                (
                    "Chưa đọc danh sách khoá nào, nên chưa thể nói là không có nguy cơ.",
                    "Chạy `lachan sync` trước.",
                ),
                (
                    "No list of keys has been read yet, so nobody can say that there is no exposure.",
                    "Run `lachan sync` first.",
                ),
            ),
            Self::NotFresh { newest } => told(
                lang,
                self,
                (
                    format!(
                        "Danh sách khoá mới nhất đã quá một ngày ({} ngày {}), nên không thể nói là không có nguy cơ.",
                        clock(*newest),
                        date(*newest)
                    ),
                    "Chạy `lachan sync`; nếu vẫn cũ, hãy thử một nút khác bằng --from.",
                ),
                (
                    format!(
                        "The newest list of keys is more than a day old ({} on {}), so nobody can say that there is no exposure.",
                        clock(*newest),
                        date(*newest)
                    ),
                    "Run `lachan sync`; if that does not help, try another node with --from.",
                ),
            ),
        }
    }
}
