//! Eight points in memory, as rows that a processor loads at once, and to and from points one by one.
//! Knows points; does not know additions.
//! Specified in specs/performance.md §1.6.

use super::LANES;
use super::field::{Field, Limbs, Stored};
use crate::exposure::matching::affine::Affine;
use crate::exposure::matching::field::Fe;
use lachan_eight::Eight;

/// Eight points.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Row {
    pub(super) u: Stored,
    pub(super) v: Stored,
}

/// One to eight things as eight: the first fills up.
#[inline(always)]
pub(super) fn eight<T: Copy>(things: &[T]) -> [T; LANES] {
    let mut all = [things[0]; LANES];
    all[..things.len()].copy_from_slice(things);
    all
}

impl<E: Eight> Field<E> {
    /// A row of points one by one.
    #[inline(always)]
    pub(super) fn row(self, points: [&Affine; LANES]) -> Row {
        let u = self.gather(points.map(|point| point.u.words()));
        let v = self.gather(points.map(|point| point.v.words()));
        self.row_of(&u, &v)
    }

    #[inline(always)]
    pub(super) fn row_of(self, u: &Limbs<E>, v: &Limbs<E>) -> Row {
        let mut row = Row {
            u: [[0; LANES]; 5],
            v: [[0; LANES]; 5],
        };
        self.store(u, &mut row.u);
        self.store(v, &mut row.v);
        row
    }

    /// The points of a row one by one. Their limbs must be results of the field's operations.
    #[inline(always)]
    pub(super) fn points(self, row: &Row) -> [Affine; LANES] {
        let (u, v) = (self.each(&row.u), self.each(&row.v));
        core::array::from_fn(|lane| Affine {
            u: u[lane],
            v: v[lane],
        })
    }

    /// Eight numbers one by one.
    #[inline(always)]
    pub(super) fn each(self, stored: &Stored) -> [Fe; LANES] {
        self.scatter(&self.load(stored)).map(Fe::of)
    }
}
