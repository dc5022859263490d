//! Properties: algebra, round trips, lengths.
mod log;
mod exposure;
pub(crate) mod exposure_samples;
mod matching;
mod office;
mod token;
