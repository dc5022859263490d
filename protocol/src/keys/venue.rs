//! The venue's secrets: day seeds for screen and slip, random coefficients for a sheet.
//! Knows how shares come from them; does not know where they are kept or when they are erased.
//! Specified in specs/protocol.md §3.4.

use crate::crypto::point::{Point, PointError, SecretScalar};
use crate::crypto::secret::secret;
use crate::keys::budget::ReleaseError;
use crate::keys::plan::PlanHead;
use crate::keys::polynomial::{Abscissa, evaluate};
use crate::keys::range::SHEET_DEGREE;
use crate::keys::types::{KeySchedule, KeyShare};
use crate::label::KdfLabel;
use crate::time::{Day, Window};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

secret! {
    /// The secret of one UTC day of one plan: erased when day + 29 begins.
    DaySeed
}

impl DaySeed {
    fn share_of(&self, nonce: &[u8; 16], window: Window) -> SecretScalar {
        SecretScalar::derive(
            KdfLabel::SHARE_VENUE,
            &[&self.0],
            &[nonce, &window.0.to_be_bytes()],
        )
        .expect("one seed in 2^252 gives 0")
    }
}

/// The venue's coefficients of a sheet: erased 28 days after its last window.
pub struct SheetCoefficients(Vec<SecretScalar>);

impl SheetCoefficients {
    /// Bytes of the encoding: 16 scalars.
    pub const LEN: usize = 32 * (SHEET_DEGREE as usize + 1);

    /// Draws fresh ones.
    #[must_use]
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        Self(
            (0..=SHEET_DEGREE)
                .map(|_| SecretScalar::random(rng))
                .collect(),
        )
    }

    /// Reads the 512 bytes of a secret file.
    ///
    /// # Errors
    /// [`PointError::ScalarOutOfRange`].
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Result<Self, PointError> {
        let (scalars, _) = bytes.as_chunks::<32>();
        scalars
            .iter()
            .map(SecretScalar::from_bytes)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The 512 bytes for a secret file.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; Self::LEN]> {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        for (place, scalar) in bytes.as_chunks_mut::<32>().0.iter_mut().zip(&self.0) {
            place.copy_from_slice(scalar.to_bytes().as_slice());
        }
        bytes
    }
}

impl fmt::Debug for SheetCoefficients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SheetCoefficients")
    }
}

/// All that a venue's shares of one plan come from.
#[derive(Debug)]
pub enum VenueSecrets {
    /// Screen and slip: the seeds of the days that are still kept.
    Days(BTreeMap<Day, DaySeed>),
    /// Sheet.
    Sheet(SheetCoefficients),
}

impl VenueSecrets {
    /// Draws fresh secrets for `count` windows from `first` on.
    #[must_use]
    pub fn random(
        schedule: KeySchedule,
        first: Window,
        count: u16,
        rng: &mut impl CryptoRng,
    ) -> Self {
        match schedule {
            KeySchedule::Sheet => Self::Sheet(SheetCoefficients::random(rng)),
            KeySchedule::Screen | KeySchedule::Slip => {
                let last = first.0.saturating_add(u32::from(count).saturating_sub(1));
                let days = (first.0 / 24..=last / 24).filter_map(|day| u16::try_from(day).ok());
                Self::Days(days.map(|day| (Day(day), DaySeed::random(rng))).collect())
            }
        }
    }

    /// The venue's share a_w of a window of the plan.
    ///
    /// # Errors
    /// [`ReleaseError::NotInPlan`]; [`ReleaseError::ShareErased`] when the day's seed is gone.
    pub fn share_of(&self, head: &PlanHead, window: Window) -> Result<KeyShare, ReleaseError> {
        let x = Abscissa::of(head, window).map_err(|_| ReleaseError::NotInPlan(window))?;
        let scalar = match self {
            Self::Days(seeds) => window
                .day()
                .and_then(|day| seeds.get(&day))
                .map(|seed| seed.share_of(&head.nonce, window)),
            Self::Sheet(coefficients) => evaluate(&coefficients.0, x).ok(),
        };
        scalar
            .map(KeyShare::new)
            .ok_or(ReleaseError::ShareErased(window))
    }

    /// Every scalar behind the plan's points, in their order.
    ///
    /// # Errors
    /// [`ReleaseError::ShareErased`] when a day's seed is missing.
    pub(crate) fn with_scalars<T>(
        &self,
        head: &PlanHead,
        then: impl FnOnce(&[&SecretScalar]) -> T,
    ) -> Result<T, ReleaseError> {
        match self {
            Self::Days(_) => {
                let shares = head
                    .windows()
                    .map(|window| self.share_of(head, window))
                    .collect::<Result<Vec<_>, _>>()?;
                let scalars: Vec<_> = shares.iter().map(KeyShare::as_secret).collect();
                Ok(then(&scalars))
            }
            Self::Sheet(coefficients) => {
                let scalars: Vec<_> = coefficients.0.iter().collect();
                Ok(then(&scalars))
            }
        }
    }

    /// The venue's points of a plan with this head.
    pub(crate) fn points(&self, head: &PlanHead) -> Result<Vec<Point>, ReleaseError> {
        self.with_scalars(head, |scalars| {
            scalars.iter().map(|scalar| scalar.to_point()).collect()
        })
    }
}
