//! Polynomials over the scalars: the shares of a sheet, and their commitments.
//! Knows coefficients and the x of a window; does not know whose they are.
//! Specified in specs/protocol.md §3.2.

use crate::crypto::point::{Point, PointError, SecretScalar};
use crate::keys::plan::PlanHead;
use crate::time::Window;
use alloc::vec::Vec;
use core::iter::successors;
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::VartimeMultiscalarMul;
use zeroize::Zeroize;

/// The x of a window in its plan: 1..=count. No other x can be evaluated: each value would be a release too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Abscissa(u16);

/// A window outside of its plan has no x.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the window lies outside of its plan")]
pub struct OutsidePlan(pub Window);

impl Abscissa {
    /// The x of `window` in the plan with this head: window - first + 1.
    ///
    /// # Errors
    /// [`OutsidePlan`].
    pub fn of(head: &PlanHead, window: Window) -> Result<Self, OutsidePlan> {
        Self::within(head.first, head.count, window)
    }

    /// The x of `window` among `count` windows from `first` on.
    ///
    /// # Errors
    /// [`OutsidePlan`].
    pub fn within(first: Window, count: u16, window: Window) -> Result<Self, OutsidePlan> {
        let index = window.0.checked_sub(first.0).ok_or(OutsidePlan(window))?;
        match u16::try_from(index) {
            Ok(index) if index < count => Ok(Self(index + 1)),
            _ => Err(OutsidePlan(window)),
        }
    }

    fn to_scalar(self) -> Scalar {
        Scalar::from(self.0)
    }
}

/// The value at x of the polynomial with these coefficients, lowest degree first.
///
/// # Errors
/// [`PointError::ScalarOutOfRange`] when the value is 0.
pub fn evaluate(coefficients: &[SecretScalar], x: Abscissa) -> Result<SecretScalar, PointError> {
    let x = x.to_scalar();
    let mut value = Scalar::ZERO;
    for coefficient in coefficients.iter().rev() {
        value = value * x + coefficient.as_scalar();
    }
    let share = SecretScalar::from_scalar(value);
    value.zeroize();
    share
}

/// The point of the value at x, from the points of the coefficients.
///
/// # Errors
/// [`PointError::SmallOrder`] when it is the identity.
pub fn evaluate_points(commitments: &[Point], x: Abscissa) -> Result<Point, PointError> {
    let x = x.to_scalar();
    let powers: Vec<Scalar> = successors(Some(Scalar::ONE), |power| Some(power * x))
        .take(commitments.len())
        .collect();
    Point::from_group(EdwardsPoint::vartime_multiscalar_mul(
        &powers,
        commitments.iter().map(Point::as_group),
    ))
}
