//! Properties: algebra, round trips, lengths.
mod code;
pub(crate) mod exposure;
mod exposure;
pub(crate) mod exposure_samples;
mod keys;
mod log;
mod matching;
pub(crate) mod matching;
mod office;
mod token;
pub(crate) mod token;
