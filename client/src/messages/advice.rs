//! What to do after a warning, by the number that the authority sealed into it.
//! Knows the table of advice; does not judge which number fits.
//! Specified in specs/protocol.md §2.

use super::Speak;

/// Advice as it stands in an exposure's detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdviceText {
    /// 4
    AvoidTheVulnerable,
    /// 7
    CallAtOnce,
    /// 6
    StayHomeAndCall,
    /// 5
    StayHomeUntilNegative,
    /// 2
    TestWhenYouCan,
    /// 3
    TestTwice,
    /// A number without a meaning: the detail could not be understood.
    Unknown,
    /// 1
    WatchSymptoms,
    /// 15
    Withdrawn,
}

impl AdviceText {
    /// The advice with this number.
    #[must_use]
    pub const fn from_number(number: u8) -> Self {
        match number {
            1 => Self::WatchSymptoms,
            2 => Self::TestWhenYouCan,
            3 => Self::TestTwice,
            4 => Self::AvoidTheVulnerable,
            5 => Self::StayHomeUntilNegative,
            6 => Self::StayHomeAndCall,
            7 => Self::CallAtOnce,
            15 => Self::Withdrawn,
            _ => Self::Unknown,
        }
    }
}

impl Speak for AdviceText {
    fn en(&self) -> String {
        match self {
            Self::AvoidTheVulnerable => {
                "Keep away from old and ill people until you have a negative test."
            }
            Self::CallAtOnce => "Call the health authority at once.",
            Self::StayHomeAndCall => "Stay at home and call the health authority.",
            Self::StayHomeUntilNegative => "Stay at home until you have a negative test.",
            Self::TestTwice => "Take a test today and again in three days.",
            Self::TestWhenYouCan => "Take a test when you can.",
            Self::Unknown => "Ask the health authority what to do.",
            Self::WatchSymptoms => "Watch for symptoms for 14 days.",
            Self::Withdrawn => "This warning was withdrawn.",
        }
        .into()
    }

    fn vi(&self) -> String {
        match self {
            Self::AvoidTheVulnerable => {
                "Tránh gặp người già và người có bệnh nền cho đến khi có kết quả âm tính."
            }
            Self::CallAtOnce => "Gọi ngay cho cơ quan y tế.",
            Self::StayHomeAndCall => "Ở nhà và gọi cho cơ quan y tế.",
            Self::StayHomeUntilNegative => "Ở nhà cho đến khi có kết quả âm tính.",
            Self::TestTwice => "Hãy xét nghiệm hôm nay và xét nghiệm lại sau ba ngày.",
            Self::TestWhenYouCan => "Hãy xét nghiệm khi có thể.",
            Self::Unknown => "Hãy hỏi cơ quan y tế xem nên làm gì.",
            Self::WatchSymptoms => "Theo dõi sức khoẻ trong 14 ngày.",
            Self::Withdrawn => "Cảnh báo này đã được thu hồi.",
        }
        .into()
    }
}
