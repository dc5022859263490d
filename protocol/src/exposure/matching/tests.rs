//! Every route, width and cut against curve25519-dalek, pair by pair.
//! Knows paths and plans; does not know tags.
//! Specified in specs/performance.md §1.

extern crate std;

use super::path::Path;
use super::planner::Plan;
use super::recode::positions;
use super::variable::u_of;
use crate::crypto::point::Point;
use crate::keys::ReleasedKey;
use alloc::vec;
use alloc::vec::Vec;
use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::{EdwardsBasepointTable, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::BasepointTable as _;
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

pub(super) fn key(scalar: &Scalar) -> ReleasedKey {
    ReleasedKey::from_bytes(&scalar.to_bytes()).unwrap()
}

fn random_scalar(rng: &mut StdRng) -> Scalar {
    let mut bytes = [0; 64];
    rng.fill_bytes(&mut bytes);
    Scalar::from_bytes_mod_order_wide(&bytes)
}

pub(super) fn random_keys(count: usize, seed: u64) -> Vec<ReleasedKey> {
    let mut rng = StdRng::seed_from_u64(seed);
    (0..count).map(|_| key(&random_scalar(&mut rng))).collect()
}

fn random_points(count: usize, seed: u64) -> Vec<Point> {
    let mut rng = StdRng::seed_from_u64(seed);
    (0..count)
        .map(|_| Point::from_group(ED25519_BASEPOINT_POINT * random_scalar(&mut rng)).unwrap())
        .collect()
}

fn power_of_two(exponent: u32) -> Scalar {
    (0..exponent).fold(Scalar::ONE, |power, _| power + power)
}

/// 1 to 20 and their negatives, and what is near each power of two, near l/2 and near l − 2^252; some twice.
pub(super) fn edges() -> Vec<ReleasedKey> {
    let mut scalars = Vec::new();
    for small in 1..=20_u64 {
        scalars.extend([Scalar::from(small), -Scalar::from(small)]);
    }
    for exponent in [
        4, 8, 51, 63, 64, 65, 123, 124, 125, 126, 127, 128, 192, 247, 248, 249, 250, 251, 252,
    ] {
        let power = power_of_two(exponent);
        for near in [
            power - Scalar::ONE,
            power,
            power + Scalar::ONE,
            power + Scalar::from(2_u8),
        ] {
            scalars.extend([near, -near]);
        }
    }
    let half = Scalar::from(2_u8).invert();
    scalars.extend([half, half - Scalar::ONE, half + Scalar::ONE, Scalar::ONE]);
    scalars.iter().map(key).collect()
}

/// u of every pair, token after token; each pair must be told of exactly once.
fn told(path: Path, points: &[Point], keys: &[ReleasedKey], plan: Plan) -> Vec<[u8; 32]> {
    let mut told = vec![None; points.len() * keys.len()];
    path.multiples(points, keys, plan, &mut |token, place, u| {
        let before = told[token * keys.len() + place].replace(*u);
        assert!(before.is_none(), "told twice by {plan:?}");
    });
    told.into_iter().map(|u| u.unwrap()).collect()
}

/// The same by dalek in constant time, which none of the routes uses.
fn wanted(points: &[Point], keys: &[ReleasedKey]) -> Vec<[u8; 32]> {
    let mut wanted = Vec::new();
    for point in points {
        let table = EdwardsBasepointTable::create(point.as_group());
        let multiples: Vec<EdwardsPoint> = keys
            .iter()
            .map(|key| table.mul_base(key.as_scalar()))
            .collect();
        wanted.extend(
            EdwardsPoint::to_montgomery_batch(&multiples)
                .iter()
                .map(|u| u.0),
        );
    }
    wanted
}

fn every_width_and_number_of_lanes_agrees_with_dalek_at_the_edges(path: Path) {
    let (points, mut keys) = (random_points(3, 1), edges());
    keys.extend(random_keys(20, 2));
    let wanted = wanted(&points, &keys);
    assert_eq!(told(path, &points, &keys, Plan::Variable), wanted);
    for width in Plan::WIDTHS {
        let half = positions(width) / 2;
        for (lanes, tokens, block) in [
            (1, 3, 7),
            (2, 1, 1_000),
            (3, 2, 50),
            (half, 3, 1),
            (half - 1, 2, 128),
        ] {
            let plan = Plan::Comb {
                width,
                lanes: lanes.max(1),
                tokens,
                keys: block,
            };
            assert!(told(path, &points, &keys, plan) == wanted, "{plan:?}");
        }
    }
}

fn no_key_no_token_and_a_single_one_are_no_special_case(path: Path) {
    let (points, keys) = (random_points(2, 3), random_keys(1, 4));
    let mut plans = vec![Plan::Variable];
    plans.extend(Plan::WIDTHS.map(|width| path.comb(width, 0, 0)));
    plans.extend(Plan::WIDTHS.map(|width| path.comb(width, 1, 2)));
    for plan in plans {
        assert!(told(path, &points, &[], plan).is_empty());
        assert!(told(path, &[], &keys, plan).is_empty());
        assert_eq!(
            told(path, &points, &keys, plan),
            wanted(&points, &keys),
            "{plan:?}"
        );
        // A chunk of which no key has digits.
        let without = [key(&Scalar::from(2_u8)), key(&-Scalar::from(4_u8))];
        assert_eq!(
            told(path, &points, &without, plan),
            wanted(&points, &without),
            "{plan:?}"
        );
    }
}

fn both_sides_of_every_switch_of_the_planner_agree_with_dalek(path: Path) {
    for tokens in [1, 2, 8] {
        let (points, keys) = (random_points(tokens, 5), random_keys(6_000, 6));
        let wanted = wanted(&points, &keys);
        let shape = |keys| match path.plan(keys, tokens) {
            Plan::Variable => (0, 0),
            Plan::Comb { width, tokens, .. } => (width, tokens),
        };
        let mut switches = 0;
        for count in 1..keys.len() {
            if shape(count) == shape(count - 1) {
                continue;
            }
            switches += 1;
            for count in [count - 1, count] {
                let plan = path.plan(count, tokens);
                for (of_token, wanted) in told(path, &points, &keys[..count], plan)
                    .chunks(count.max(1))
                    .zip(wanted.chunks(keys.len()))
                {
                    assert!(of_token == &wanted[..count], "n={count} {plan:?}");
                }
            }
        }
        assert!(
            switches >= 6,
            "{switches} switches: from dalek through widths 3 to 9 at least"
        );
    }
}

fn ten_thousand_keys_and_eight_tokens_agree_with_dalek(path: Path) {
    let (points, keys) = (random_points(8, 7), random_keys(10_000, 8));
    let plan = path.plan(10_000, 8);
    assert!(told(path, &points, &keys, plan) == wanted(&points, &keys));
}

fn any_plan_agrees_with_dalek_on_any_keys(path: Path) {
    proptest!(ProptestConfig::with_cases(48), |(
        seed: u64,
        count in 0_usize..120,
        repeated in prop::collection::vec(0_usize..1_000, 0..20),
        token_count in 1_usize..6,
        width in Plan::WIDTHS,
        lanes: u32,
        tokens in 1_usize..7,
        block in 1_usize..130,
    )| {
        let mut keys = random_keys(count, seed);
        let edges = edges();
        keys.extend(repeated.iter().map(|i| edges[i % edges.len()]));
        let points = random_points(token_count, seed ^ 1);
        let lanes = 1 + lanes % (positions(width) / 2);
        let plan = Plan::Comb { width, lanes, tokens, keys: block };
        let expected: Vec<[u8; 32]> = points.iter().flat_map(|point| u_of(point, &keys)).collect();
        prop_assert!(told(path, &points, &keys, plan) == expected, "{:?}", plan);
    });
}

/// Every test on a path, if this processor has it.
macro_rules! on {
    ($name:ident, $path:expr, $($test:ident)*) => {
        mod $name {
            use super::Path;

            $(#[test]
            fn $test() {
                match $path {
                    Some(path) => super::$test(path),
                    None => super::std::eprintln!("SKIPPED: this processor has no AVX-512 IFMA"),
                }
            })*
        }
    };
    ($($name:ident $path:expr;)*) => {
        $(on!($name, $path,
            any_plan_agrees_with_dalek_on_any_keys
            both_sides_of_every_switch_of_the_planner_agree_with_dalek
            every_width_and_number_of_lanes_agrees_with_dalek_at_the_edges
            no_key_no_token_and_a_single_one_are_no_special_case
            ten_thousand_keys_and_eight_tokens_agree_with_dalek
        );)*
    };
}

on! {
    portable Some(Path::Portable);
    emulated Some(Path::Emulated);
    ifma Path::ifma();
}
