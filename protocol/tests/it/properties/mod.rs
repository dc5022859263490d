//! Properties: algebra, round trips, lengths.
mod exposure;
pub(crate) mod exposure;
pub(crate) mod exposure_samples;
mod log;
mod matching;
pub(crate) mod matching;
mod office;
mod token;
pub(crate) mod token;
