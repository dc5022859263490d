//! Sealing a record to a window's point, so that only the window's released key opens it.
//! Knows the device's secret and its counter; does not know where they are kept.
//! Specified in specs/protocol.md §5.2.

use crate::crypto::aead;
use crate::crypto::exchange::ExchangeSecret;
use crate::crypto::hash::sha256;
use crate::crypto::kdf::derive;
use crate::crypto::secret::secret;
use crate::keys::WindowPoint;
use crate::label::KdfLabel;
use crate::token::record::VisitRecord;
use crate::token::trial::{TagState, wrap_mask};
use crate::token::{TOKEN_LEN, VisitToken};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

secret! {
    /// d: 32 random bytes made once for a device, so that a broken random generator alone repeats nothing.
    DeviceSecret
}

/// Seals `record` to `point`, the point of the record's window. The token's day is the record's.
/// `counter` never repeats for one device secret. The diary's half is random bytes.
#[must_use]
pub fn seal(
    record: &VisitRecord,
    point: &WindowPoint,
    secret: &DeviceSecret,
    counter: u64,
    rng: &mut impl CryptoRng,
) -> VisitToken {
    let mut fresh = Zeroizing::new([0; 32]);
    rng.fill_bytes(fresh.as_mut_slice());
    let plain = record.to_bytes();
    let counter = counter.to_be_bytes();
    let material: [&[u8]; 3] = [fresh.as_slice(), secret.0.as_slice(), &counter];
    let bound = Zeroizing::new(sha256(&[&point.0.to_bytes(), plain.as_slice()]));
    let ephemeral =
        ExchangeSecret::from_bytes(&derive(KdfLabel::EPHEMERAL, &material, &[bound.as_slice()]));
    let content: Zeroizing<[u8; 32]> = derive(KdfLabel::CONTENT, &material, &[bound.as_slice()]);
    let public = ephemeral.public().to_bytes();
    let shared = ephemeral.agree(&point.0.to_u()).expect(
        "a clamped secret is a multiple of 8 below 8·l, so never a multiple of the point's order l",
    );

    let day = record.day().0.to_be_bytes();
    let mut diary_wrap = [0; 32];
    rng.fill_bytes(&mut diary_wrap);
    let mut token = VisitToken([0; TOKEN_LEN]);
    token.0[..2].copy_from_slice(&day);
    token.0[2..34].copy_from_slice(&public);
    let tag = TagState::of(&token).tag(&shared);
    token.0[34..50].copy_from_slice(&tag.0);
    let mask = wrap_mask(&token, &shared);
    let masked = content
        .iter()
        .zip(mask.iter())
        .map(|(key, mask)| key ^ mask);
    for (out, byte) in token.0[50..82].iter_mut().zip(masked) {
        *out = byte;
    }
    token.0[82..114].copy_from_slice(&diary_wrap);
    let sealed = aead::seal(&content, [0; 12], token.associated(), plain.as_slice());
    token.0[114..].copy_from_slice(&sealed);
    token
}
