//! The one key derivation: HKDF-SHA256 (RFC 5869) with a labelled salt.
//! Knows labels and bytes; does not know what the keys open.
//! Specified in specs/protocol.md §1.

use crate::label::{KdfLabel, PREFIX};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// HKDF-SHA256 with salt `lachan/v1/` ‖ label; input key material and info are all parts in order.
#[must_use]
pub fn derive<const N: usize>(
    label: KdfLabel,
    input: &[&[u8]],
    info: &[&[u8]],
) -> Zeroizing<[u8; N]> {
    const { assert!(N <= 255 * 32, "HKDF-SHA256 gives at most 8,160 bytes") };
    let salt = [PREFIX.as_bytes(), label.as_bytes()].concat();
    let material = Zeroizing::new(input.concat());
    let mut out = Zeroizing::new([0; N]);
    Hkdf::<Sha256>::new(Some(&salt), &material)
        .expand_multi_info(info, out.as_mut_slice())
        .expect("the length was checked when this was compiled");
    out
}
