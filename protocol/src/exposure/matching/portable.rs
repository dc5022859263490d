//! The portable path: groups of tokens and blocks of keys through the comb, and dalek for the rest.
//! Knows plans, points and keys; does not know tags.
//! Specified in specs/performance.md §1.1.

use super::comb::Comb;
use super::path::{Each, Path};
use super::planner::Plan;
use super::recode::Recoded;
use super::table::Tables;
use super::variable::u_of;
use crate::crypto::point::Point;
use crate::keys::ReleasedKey;
use alloc::vec::Vec;

/// Rust for every processor.
pub(super) struct Portable;

impl Path for Portable {
    fn multiples(points: &[Point], keys: &[ReleasedKey], plan: Plan, each: &mut Each<'_>) {
        match plan {
            Plan::Variable => {
                for (token, point) in points.iter().enumerate() {
                    for (place, u) in u_of(point, keys).iter().enumerate() {
                        each(token, place, u);
                    }
                }
            }
            Plan::Comb {
                width,
                lanes,
                tokens,
                keys: block,
            } => {
                let recoded = Recoded::new(keys, width);
                let mut comb = Comb::default();
                for (group, points) in points.chunks(tokens).enumerate() {
                    let group = group * tokens;
                    let ephemerals: Vec<[u8; 32]> = points.iter().map(Point::to_u).collect();
                    let tables = Tables::build(&ephemerals, width);
                    for start in (0..recoded.places.len()).step_by(block) {
                        let range = start..recoded.places.len().min(start + block);
                        let found =
                            comb.multiples(&tables, points.len(), &recoded, &range, width, lanes);
                        for (pair, u) in found.enumerate() {
                            let place = recoded.places[start + pair % range.len()];
                            each(group + pair / range.len(), place, &u);
                        }
                    }
                    for (token, point) in points.iter().enumerate() {
                        for place in &recoded.without {
                            for u in u_of(point, &keys[*place..=*place]) {
                                each(group + token, *place, &u);
                            }
                        }
                    }
                }
            }
        }
    }
}
