//! The wire: the one bincode configuration, and what it refuses.
//! Knows bytes and lengths; does not know what any message means.
//! Specified in specs/wire.md §1.

use alloc::string::String;
use alloc::vec::Vec;
use bincode::config::{BigEndian, Configuration, Fixint, Limit};
use bincode::de::read::Reader;
use bincode::de::{BorrowDecoder, Decoder};
use bincode::enc::Encoder;
use bincode::enc::write::Writer;
use bincode::error::{AllowedEnumVariants, DecodeError as BincodeDecodeError, EncodeError};
use bincode::{BorrowDecode, Decode, Encode, impl_borrow_decode};

/// No message of this protocol is longer than this many bytes (a registration answer is the longest).
pub const LONGEST_MESSAGE: usize = 131_072;

const CONFIG: Configuration<BigEndian, Fixint, Limit<LONGEST_MESSAGE>> =
    bincode::config::standard()
        .with_big_endian()
        .with_fixed_int_encoding()
        .with_limit::<LONGEST_MESSAGE>();

/// Why bytes are not a message. The sender is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// More bytes came than the message has.
    #[error("{0} bytes are left over")]
    BytesLeftOver(usize),
    /// The bytes encode a value in another way than its only one.
    #[error("the encoding is not the canonical one")]
    NotCanonical,
    /// A text is not UTF-8.
    #[error("a text is not UTF-8")]
    NotText,
    /// A number stands outside what its field allows.
    #[error("the field {field} does not allow {found}")]
    OutOfRange {
        /// The field's name in specs/wire.md.
        field: &'static str,
        /// What was found.
        found: u32,
    },
    /// The message is longer than its kind may be.
    #[error("{len} bytes where at most {limit} are allowed")]
    TooLong {
        /// Most bytes of this message.
        limit: usize,
        /// Bytes that came.
        len: usize,
    },
    /// The bytes end within a field.
    #[error("the bytes end too early")]
    Truncated,
    /// A version that this program does not know.
    #[error("version {0} is unknown")]
    UnknownVersion(u8),
}

impl From<BincodeDecodeError> for DecodeError {
    fn from(error: BincodeDecodeError) -> Self {
        match error {
            BincodeDecodeError::UnexpectedEnd { .. } => Self::Truncated,
            BincodeDecodeError::LimitExceeded => Self::TooLong {
                limit: LONGEST_MESSAGE,
                len: LONGEST_MESSAGE + 1,
            },
            BincodeDecodeError::Utf8 { .. } => Self::NotText,
            BincodeDecodeError::UnexpectedVariant {
                type_name: "version",
                found,
                ..
            } => Self::UnknownVersion(u8::try_from(found).unwrap_or(u8::MAX)),
            BincodeDecodeError::UnexpectedVariant {
                type_name, found, ..
            } => Self::OutOfRange {
                field: type_name,
                found,
            },
            _ => Self::NotCanonical,
        }
    }
}

/// For `Decode` implementations by hand: the number `found` is not allowed in `field`.
#[must_use]
pub fn out_of_range(field: &'static str, found: u32) -> BincodeDecodeError {
    BincodeDecodeError::UnexpectedVariant {
        type_name: field,
        allowed: &AllowedEnumVariants::Range { min: 0, max: 0 },
        found,
    }
}

/// A message of the protocol: bytes of at most `LIMIT`, one encoding for each value.
///
/// Implement it with [`message!`](crate::message) beside `Encode` and `Decode`.
pub trait Message: Encode + Decode<()> + Sized {
    /// Most bytes of this message.
    const LIMIT: usize;

    /// Parses exactly `bytes`.
    ///
    /// # Errors
    /// [`DecodeError`] when they are too long, too short, left over or not the canonical encoding.
    fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > Self::LIMIT {
            return Err(DecodeError::TooLong {
                limit: Self::LIMIT,
                len: bytes.len(),
            });
        }
        let (value, used) = bincode::decode_from_slice::<Self, _>(bytes, CONFIG)?;
        if used != bytes.len() {
            return Err(DecodeError::BytesLeftOver(bytes.len() - used));
        }
        if value.to_bytes() != bytes {
            return Err(DecodeError::NotCanonical);
        }
        Ok(value)
    }

    /// The message's only encoding.
    fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }
}

/// The encoding of any value of the wire, for signatures and hashes over a part of a message.
#[must_use]
pub fn encode(value: &impl Encode) -> Vec<u8> {
    bincode::encode_to_vec(value, CONFIG).expect("types of the wire encode into memory")
}

/// Says that a type is a [`Message`](crate::wire::Message) of at most so many bytes.
#[macro_export]
macro_rules! message {
    ($type:ty, $limit:expr) => {
        impl $crate::wire::Message for $type {
            const LIMIT: usize = $limit;
        }
    };
}

/// The version byte; only version 1 decodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version1;

impl Encode for Version1 {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        1_u8.encode(encoder)
    }
}

impl<C> Decode<C> for Version1 {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, BincodeDecodeError> {
        match u8::decode(decoder)? {
            1 => Ok(Self),
            other => Err(out_of_range("version", u32::from(other))),
        }
    }
}

/// Decodes `count` values one after the other; nothing is allocated before its bytes were read.
///
/// # Errors
/// Those of the values.
pub fn decode_many<C, T: Decode<C>, D: Decoder<Context = C>>(
    decoder: &mut D,
    count: usize,
) -> Result<Vec<T>, BincodeDecodeError> {
    const { assert!(size_of::<T>() > 0, "no zero-sized elements on the wire") };
    let mut values = Vec::new();
    for _ in 0..count {
        values.push(T::decode(decoder)?);
    }
    Ok(values)
}

/// Encodes values one after the other, without a count.
///
/// # Errors
/// Those of the writer.
pub fn encode_many<T: Encode, E: Encoder>(
    values: &[T],
    encoder: &mut E,
) -> Result<(), EncodeError> {
    values.iter().try_for_each(|value| value.encode(encoder))
}

macro_rules! sequence {
    ($(#[$doc:meta])* $name:ident, $count:ty) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name<T>(Vec<T>);

        impl<T> Default for $name<T> {
            fn default() -> Self {
                Self(Vec::new())
            }
        }

        impl<T> $name<T> {
            /// Most elements.
            pub const MOST: usize = <$count>::MAX as usize;

            /// Takes the values, unless there are more than the count can say.
            ///
            /// # Errors
            /// [`DecodeError::TooLong`].
            pub fn new(values: Vec<T>) -> Result<Self, DecodeError> {
                if values.len() > Self::MOST {
                    return Err(DecodeError::TooLong { limit: Self::MOST, len: values.len() });
                }
                Ok(Self(values))
            }

            /// Gives the values up.
            #[must_use]
            pub fn into_inner(self) -> Vec<T> {
                self.0
            }
        }

        impl<T> core::ops::Deref for $name<T> {
            type Target = [T];
            fn deref(&self) -> &[T] {
                &self.0
            }
        }

        impl<T: Encode> Encode for $name<T> {
            fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
                <$count>::try_from(self.0.len())
                    .expect("the length was checked when the sequence was made")
                    .encode(encoder)?;
                encode_many(&self.0, encoder)
            }
        }

        impl<C, T: Decode<C>> Decode<C> for $name<T> {
            fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, BincodeDecodeError> {
                let count = <$count as Decode<C>>::decode(decoder)?;
                Ok(Self(decode_many(decoder, usize::from(count))?))
            }
        }

        impl<'de, C, T: Decode<C>> BorrowDecode<'de, C> for $name<T> {
            fn borrow_decode<D: BorrowDecoder<'de, Context = C>>(
                decoder: &mut D,
            ) -> Result<Self, BincodeDecodeError> {
                Self::decode(decoder)
            }
        }
    };
}

sequence!(
    /// Values behind a count of one byte.
    Seq8, u8
);
sequence!(
    /// Values behind a count of two bytes.
    Seq16, u16
);

/// UTF-8 behind a length of one byte. What it may hold, the type around it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text8(String);

impl Text8 {
    /// Takes a text of at most 255 bytes.
    ///
    /// # Errors
    /// [`DecodeError::TooLong`].
    pub fn new(text: &str) -> Result<Self, DecodeError> {
        if text.len() > 255 {
            return Err(DecodeError::TooLong {
                limit: 255,
                len: text.len(),
            });
        }
        Ok(Self(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Encode for Text8 {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        u8::try_from(self.0.len())
            .expect("the length was checked when the text was made")
            .encode(encoder)?;
        encoder.writer().write(self.0.as_bytes())
    }
}

impl<C> Decode<C> for Text8 {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, BincodeDecodeError> {
        let length = usize::from(u8::decode(decoder)?);
        decoder.claim_bytes_read(length)?;
        let mut bytes = alloc::vec![0; length];
        decoder.reader().read(&mut bytes)?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self(text)),
            Err(error) => Err(BincodeDecodeError::Utf8 {
                inner: error.utf8_error(),
            }),
        }
    }
}

impl_borrow_decode!(Version1);
impl_borrow_decode!(Text8);

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Encode, Decode)]
    struct Sample {
        version: Version1,
        number: u32,
        many: Seq16<u16>,
        name: Text8,
    }
    message!(Sample, 64);

    fn sample() -> Sample {
        Sample {
            version: Version1,
            number: 0x0102_0304,
            many: Seq16::new(alloc::vec![5, 6]).expect("two values"),
            name: Text8::new("phở").expect("short"),
        }
    }

    #[test]
    fn encodes_big_endian_without_hidden_lengths() {
        let bytes = sample().to_bytes();
        assert_eq!(
            bytes,
            [
                1, 1, 2, 3, 4, 0, 2, 0, 5, 0, 6, 5, b'p', b'h', 0xe1, 0xbb, 0x9f
            ]
        );
        assert_eq!(Sample::from_bytes(&bytes), Ok(sample()));
    }

    #[test]
    fn refuses_every_kind_of_wrong_bytes_by_name() {
        let good = sample().to_bytes();
        let mut longer = good.clone();
        longer.push(0);
        assert_eq!(
            Sample::from_bytes(&longer),
            Err(DecodeError::BytesLeftOver(1))
        );
        for end in 0..good.len() {
            assert_eq!(
                Sample::from_bytes(&good[..end]),
                Err(DecodeError::Truncated)
            );
        }
        let mut version = good.clone();
        version[0] = 2;
        assert_eq!(
            Sample::from_bytes(&version),
            Err(DecodeError::UnknownVersion(2))
        );
        let mut text = good.clone();
        text[12] = 0xff;
        assert_eq!(Sample::from_bytes(&text), Err(DecodeError::NotText));
        assert_eq!(
            Sample::from_bytes(&[0; 65]),
            Err(DecodeError::TooLong { limit: 64, len: 65 })
        );
    }
}
