//! The office's secrets: the seeds of an epoch, from which every share of its plans follows.
//! Knows how shares come from seeds; does not know where they are kept or when they die.
//! Specified in specs/protocol.md §3.4.

use crate::crypto::point::{Point, SecretScalar};
use crate::crypto::secret::secret;
use crate::id::Digest;
use crate::keys::plan::{Plan, PlanHead};
use crate::keys::polynomial::{Abscissa, OutsidePlan, evaluate};
use crate::keys::types::{KeySchedule, KeyShare};
use crate::label::KdfLabel;
use crate::time::Window;
use alloc::vec::Vec;

/// Most seeds of an epoch.
pub const MOST_SEEDS: u8 = 3;

secret! {
    /// One seed of an epoch: in no backup, destroyed when no plan of the epoch needs it.
    EpochSeed
}

impl EpochSeed {
    fn derive(&self, digest: &Digest, kind: u8, number: u32) -> SecretScalar {
        SecretScalar::derive(
            KdfLabel::SHARE_OFFICE,
            &[&self.0],
            &[&digest.0, &[kind], &number.to_be_bytes()],
        )
        .expect("one seed in 2^252 gives 0")
    }

    /// The scalars behind this seed's points of a plan, in their order.
    pub(crate) fn scalars(&self, plan: &Plan) -> Vec<SecretScalar> {
        let digest = plan.digest();
        match plan.head().schedule {
            KeySchedule::Screen | KeySchedule::Slip => {
                let windows = plan.head().windows();
                windows
                    .map(|window| self.derive(&digest, 0, window.0))
                    .collect()
            }
            KeySchedule::Sheet => self.coefficients(&digest, plan.head()),
        }
    }

    fn coefficients(&self, digest: &Digest, head: &PlanHead) -> Vec<SecretScalar> {
        let degrees = 0..=u32::from(head.degree);
        degrees.map(|i| self.derive(digest, 1, i)).collect()
    }

    fn share_of(&self, plan: &Plan, window: Window) -> Result<Option<SecretScalar>, OutsidePlan> {
        let x = Abscissa::of(plan.head(), window)?;
        let digest = plan.digest();
        Ok(match plan.head().schedule {
            KeySchedule::Screen | KeySchedule::Slip => Some(self.derive(&digest, 0, window.0)),
            KeySchedule::Sheet => evaluate(&self.coefficients(&digest, plan.head()), x).ok(),
        })
    }
}

/// An epoch has one to three seeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} seeds where an epoch has 1 to {MOST_SEEDS}")]
pub struct SeedCountError(pub usize);

/// The seeds of one epoch: one in the profile of a single office, three later.
#[derive(Debug)]
pub struct OfficeSeeds(Vec<EpochSeed>);

impl OfficeSeeds {
    /// The profile of a single office.
    #[must_use]
    pub fn single(seed: EpochSeed) -> Self {
        Self(alloc::vec![seed])
    }

    /// Takes all seeds of an epoch, in their fixed order.
    ///
    /// # Errors
    /// [`SeedCountError`] unless there are 1 to 3.
    pub fn new(seeds: Vec<EpochSeed>) -> Result<Self, SeedCountError> {
        if seeds.is_empty() || seeds.len() > usize::from(MOST_SEEDS) {
            return Err(SeedCountError(seeds.len()));
        }
        Ok(Self(seeds))
    }

    /// The seeds in their order.
    #[must_use]
    pub fn as_slice(&self) -> &[EpochSeed] {
        &self.0
    }

    /// The office's shares b_w of a window, one for each seed; b_w is their sum.
    ///
    /// # Errors
    /// [`OutsidePlan`].
    pub fn shares_of(&self, plan: &Plan, window: Window) -> Result<Vec<KeyShare>, OutsidePlan> {
        let shares = self.0.iter().map(|seed| seed.share_of(plan, window));
        // A share of 0 adds nothing.
        Ok(shares
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .map(KeyShare::new)
            .collect())
    }

    /// The office's points of a plan, for each seed.
    #[must_use]
    pub fn points(&self, plan: &Plan) -> Vec<Vec<Point>> {
        let points_of = |seed: &EpochSeed| {
            let scalars = seed.scalars(plan);
            scalars.iter().map(SecretScalar::to_point).collect()
        };
        self.0.iter().map(points_of).collect()
    }
}
