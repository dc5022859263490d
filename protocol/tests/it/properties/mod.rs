//! Properties: algebra, round trips, lengths.
mod code;
mod keys;
mod exposure;
pub(crate) mod exposure_samples;
mod matching;
mod office;
mod token;
