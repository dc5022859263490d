//! What others pay for one trial: a pairing, an x25519 ladder with HKDF, and dalek's own routes with our tag.
//! Knows their libraries; does not know the matcher.
//! Specified in specs/performance.md §1.4.

use blst::min_pk::SecretKey;
use blst::{blst_fp12, blst_p1_affine, blst_p2_affine};
use curve25519_dalek::edwards::{EdwardsBasepointTable, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::BasepointTable as _;
use hkdf::Hkdf;
use lachan_protocol::keys::ReleasedKey;
use lachan_protocol::token::{TagState, VisitToken};
use sha2::Sha256;
use std::hint::black_box;

/// One pairing on BLS12-381, Miller loop and final exponentiation: less than a trial of CrowdNotifier's.
pub(crate) fn pairing() -> impl FnMut() {
    let secret = SecretKey::key_gen(&[4; 32], &[]).unwrap();
    let p: blst_p1_affine = secret.sk_to_pk().into();
    let q: blst_p2_affine = secret.sign(b"hour", b"", &[]).into();
    move || {
        black_box(blst_fp12::miller_loop(black_box(&q), black_box(&p)).final_exp());
    }
}

/// One x25519 ladder and HKDF-SHA256 to 16 bytes.
pub(crate) fn ladder(key: &ReleasedKey, token: &VisitToken) -> impl FnMut() {
    let (scalar, point) = (key.to_bytes(), *token.ephemeral());
    move || {
        let shared = x25519_dalek::x25519(black_box(scalar), black_box(point));
        let mut tag = [0; 16];
        Hkdf::<Sha256>::new(Some(&point), &shared)
            .expand(b"tag", &mut tag)
            .unwrap();
        black_box(tag);
    }
}

/// How dalek multiplies.
#[derive(Clone, Copy)]
pub(crate) enum Dalek {
    /// Each key on its own, in variable time.
    Variable,
    /// Its table of a token's multiples.
    Table,
}

/// Trials of all keys on all tokens with dalek alone: multiples, batched conversion to u, our tag.
pub(crate) fn dalek(route: Dalek, tokens: &[VisitToken], keys: &[ReleasedKey]) {
    for token in tokens {
        let (point, state) = (token.point().unwrap(), TagState::of(token));
        let point = point.as_group();
        for keys in keys.chunks(1_024) {
            let points: Vec<EdwardsPoint> = match route {
                Dalek::Variable => keys
                    .iter()
                    .map(|key| {
                        let scalar = key.as_scalar();
                        EdwardsPoint::vartime_double_scalar_mul_basepoint(
                            scalar,
                            point,
                            &Scalar::ZERO,
                        )
                    })
                    .collect(),
                Dalek::Table => {
                    let table = EdwardsBasepointTable::create(point);
                    keys.iter()
                        .map(|key| table.mul_base(key.as_scalar()))
                        .collect()
                }
            };
            for u in EdwardsPoint::to_montgomery_batch(&points) {
                assert!(state.tag(&u.0) != token.tag(), "no key opens these tokens");
            }
        }
    }
}
