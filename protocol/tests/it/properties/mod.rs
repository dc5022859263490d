//! Properties: algebra, round trips, lengths.
pub(crate) mod exposure;
pub(crate) mod exposure_samples;
mod log;
pub(crate) mod matching;
mod office;
pub(crate) mod token;
