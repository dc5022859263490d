//! Properties: algebra, round trips, lengths.
pub(crate) mod log;
mod office;
