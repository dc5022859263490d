//! What a warned person is advised to do: four bits and their texts.
//! Knows numbers and texts in two languages; does not know cases.
//! Specified in specs/protocol.md §2.5.

use crate::wire::out_of_range;
use bincode::de::Decoder;
use bincode::enc::Encoder;
use bincode::error::{DecodeError, EncodeError};
use bincode::{Decode, Encode, impl_borrow_decode};

/// The text of a withdrawn warning, in English.
pub const WITHDRAWN_EN: &str = "This warning was withdrawn.";
/// The text of a withdrawn warning, in Vietnamese.
pub const WITHDRAWN_VI: &str = "Cảnh báo này đã được thu hồi.";

macro_rules! advice {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $en:literal, $vi:literal;)*) => {
        /// Advice 1 to 7; the higher number is the stronger one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Advice {
            $(#[doc = $en] $name = $number,)*
        }

        impl Advice {
            /// All advice, weakest first.
            pub const ALL: [Self; 7] = [$(Self::$name),*];

            /// The advice with this number; 15 (withdrawn) is none.
            #[must_use]
            pub const fn from_u8(number: u8) -> Option<Self> {
                match number {
                    $($number => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Its number.
            #[must_use]
            pub const fn to_u8(self) -> u8 {
                self as u8
            }

            /// Its text in English.
            #[must_use]
            pub const fn text_en(self) -> &'static str {
                match self {
                    $(Self::$name => $en,)*
                }
            }

            /// Its text in Vietnamese.
            #[must_use]
            pub const fn text_vi(self) -> &'static str {
                match self {
                    $(Self::$name => $vi,)*
                }
            }
        }
    };
}

advice! {
    WatchForSymptoms = 1, "Watch for symptoms for 14 days.",
        "Theo dõi sức khoẻ trong 14 ngày.";
    TakeTest = 2, "Take a test when you can.",
        "Hãy xét nghiệm khi có thể.";
    TakeTwoTests = 3, "Take a test today and again in three days.",
        "Hãy xét nghiệm hôm nay và xét nghiệm lại sau ba ngày.";
    KeepAwayFromVulnerable = 4, "Keep away from old and ill people until you have a negative test.",
        "Tránh gặp người già và người có bệnh nền cho đến khi có kết quả âm tính.";
    StayAtHome = 5, "Stay at home until you have a negative test.",
        "Ở nhà cho đến khi có kết quả âm tính.";
    StayAtHomeAndCall = 6, "Stay at home and call the health authority.",
        "Ở nhà và gọi cho cơ quan y tế.";
    CallAtOnce = 7, "Call the health authority at once.",
        "Gọi ngay cho cơ quan y tế.";
}

impl Encode for Advice {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        self.to_u8().encode(encoder)
    }
}

impl<C> Decode<C> for Advice {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
        let number = u8::decode(decoder)?;
        Self::from_u8(number).ok_or_else(|| out_of_range("advice", u32::from(number)))
    }
}

impl_borrow_decode!(Advice);
