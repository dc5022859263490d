//! What to do after a warning, by the number that the authority sealed into it.
//! Knows what is no advice; advice itself and its texts are the protocol's.
//! Specified in specs/protocol.md §2.5.

use super::Speak;
use lachan_protocol::exposure::advice::{Advice, WITHDRAWN_EN, WITHDRAWN_VI};

/// Advice as it stands in an exposure's detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdviceText {
    /// 1 to 7.
    Given(Advice),
    /// A number without a meaning: the detail could not be understood.
    Unknown,
    /// 15
    Withdrawn,
}

impl AdviceText {
    /// The advice with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Self {
        match number {
            15 => Self::Withdrawn,
            _ => Advice::from_u8(number).map_or(Self::Unknown, Self::Given),
        }
    }
}

impl Speak for AdviceText {
    fn en(&self) -> String {
        match self {
            Self::Given(advice) => advice.text_en(),
            Self::Unknown => "Ask the health authority what to do.",
            Self::Withdrawn => WITHDRAWN_EN,
        }
        .into()
    }

    fn vi(&self) -> String {
        match self {
            Self::Given(advice) => advice.text_vi(),
            Self::Unknown => "Hãy hỏi cơ quan y tế xem nên làm gì.",
            Self::Withdrawn => WITHDRAWN_VI,
        }
        .into()
    }
}
