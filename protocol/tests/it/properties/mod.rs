//! Properties: algebra, round trips, lengths.
mod code;
pub(crate) mod exposure;
pub(crate) mod exposure_samples;
mod keys;
pub(crate) mod log;
pub(crate) mod matching;
mod office;
pub(crate) mod refusals;
mod token;
