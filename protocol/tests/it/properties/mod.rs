//! Properties: algebra, round trips, lengths.
