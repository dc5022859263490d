//! Properties: algebra, round trips, lengths.
mod code;
mod keys;
mod office;
