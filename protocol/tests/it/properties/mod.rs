//! Properties: algebra, round trips, lengths.
mod office;
