//! Properties: algebra, round trips, lengths.
mod code;
mod exposure;
pub(crate) mod exposure;
pub(crate) mod exposure_samples;
mod keys;
mod log;
mod matching;
pub(crate) mod matching;
mod office;
pub(crate) mod token;
mod token;
