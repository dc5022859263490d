//! Properties: algebra, round trips, lengths.
pub(crate) mod exposure;
pub(crate) mod exposure_samples;
pub(crate) mod matching;
pub(crate) mod token;
mod office;
