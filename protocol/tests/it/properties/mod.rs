//! Properties: algebra, round trips, lengths.
mod log;
mod office;
